//! Sums, averages, minima and maxima of numeric columns, for people to read. They decide nothing: the digest does.

use serde::{Deserialize, Serialize};

use crate::model::cell::Cell;

/// Decimal places that are added exactly.
const PLACES: u32 = 9;
const ONE: i128 = 10_i128.pow(PLACES);

/// A numeric column in numbers. Values with at most nine decimal places are added exactly; with others (exponents, more
/// places, sums beyond 10²⁹) the sum is approximate and says so.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Numbers {
    /// How many cells are numbers.
    pub count: u64,
    /// How many cells are neither NULL nor a number (`NaN`, `Infinity`, text in a SQLite column).
    pub others: u64,
    sum: i128,
    #[serde(deserialize_with = "finite_or_not")]
    rest: f64,
    exact: bool,
    minimum: Option<f64>,
    maximum: Option<f64>,
    smallest: Option<i128>,
    largest: Option<i128>,
}

/// A sum that went beyond all numbers: JSON has no word for it but `null`.
fn finite_or_not<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::<f64>::deserialize(deserializer)?.unwrap_or(f64::INFINITY))
}

impl Numbers {
    /// Nothing added yet.
    #[must_use]
    pub fn new() -> Self {
        Self { exact: true, ..Self::default() }
    }

    /// Adds a cell.
    pub fn add(&mut self, cell: Cell<'_>) {
        if cell.is_null() {
            return;
        }
        if let Some(scaled) = scaled(cell.bytes) {
            self.count += 1;
            match self.sum.checked_add(scaled) {
                Some(sum) => self.sum = sum,
                None => self.approximate(scaled as f64 / ONE as f64),
            }
            self.smallest = Some(self.smallest.map_or(scaled, |smallest| smallest.min(scaled)));
            self.largest = Some(self.largest.map_or(scaled, |largest| largest.max(scaled)));
            return;
        }
        match std::str::from_utf8(cell.bytes).ok().and_then(|text| text.parse::<f64>().ok()) {
            Some(value) if value.is_finite() => {
                self.count += 1;
                self.approximate(value);
                self.minimum = Some(self.minimum.map_or(value, |minimum| minimum.min(value)));
                self.maximum = Some(self.maximum.map_or(value, |maximum| maximum.max(value)));
            }
            _ => self.others += 1,
        }
    }

    fn approximate(&mut self, value: f64) {
        self.exact = false;
        self.rest += value;
    }

    /// The largest value as a whole number, where all are whole: what a sequence must be ahead of.
    #[must_use]
    pub fn largest_integer(&self) -> Option<i128> {
        self.largest.map(|largest| largest.div_euclid(ONE))
    }

    /// The smallest value as a whole number.
    #[must_use]
    pub fn smallest_integer(&self) -> Option<i128> {
        self.smallest.map(|smallest| smallest.div_euclid(ONE))
    }

    /// Sum, average, minimum, maximum, as text; `–` where there is none.
    #[must_use]
    pub fn shown(&self) -> [String; 4] {
        if self.count == 0 {
            return std::array::from_fn(|_| "–".to_owned());
        }
        let about = self.sum as f64 / ONE as f64 + self.rest;
        let sum = if self.exact { decimal(self.sum) } else { format!("≈ {about}") };
        let average = format!("{:.6}", about / self.count as f64);
        let least = extreme(self.smallest, self.minimum, f64::min);
        let most = extreme(self.largest, self.maximum, f64::max);
        [sum, average, least, most]
    }
}

/// An extreme of the exact and of the other values.
fn extreme(exact: Option<i128>, other: Option<f64>, choose: fn(f64, f64) -> f64) -> String {
    match (exact, other) {
        (Some(exact), None) => decimal(exact),
        (Some(exact), Some(other)) => choose(exact as f64 / ONE as f64, other).to_string(),
        (None, Some(other)) => other.to_string(),
        (None, None) => "–".to_owned(),
    }
}

/// A decimal number times 10⁹; `None` where it is none or has too many digits.
fn scaled(text: &[u8]) -> Option<i128> {
    let (negative, digits) = match text.first()? {
        b'-' => (true, &text[1..]),
        _ => (false, text),
    };
    // 28 digits before the point keep the scaled value within an i128.
    if digits.is_empty() || digits.len() > 28 {
        return None;
    }
    let mut value: i128 = 0;
    let mut places = None;
    for byte in digits {
        match byte {
            b'0'..=b'9' => {
                value = value * 10 + i128::from(byte - b'0');
                if let Some(places) = &mut places {
                    *places += 1;
                }
            }
            b'.' if places.is_none() => places = Some(0),
            _ => return None,
        }
    }
    let missing = PLACES.checked_sub(places.unwrap_or(0))?;
    let value = value.checked_mul(10_i128.pow(missing))?;
    Some(if negative { -value } else { value })
}

/// A scaled number as a decimal without trailing zeros.
fn decimal(scaled: i128) -> String {
    let sign = if scaled < 0 { "-" } else { "" };
    let whole = (scaled / ONE).unsigned_abs();
    let places = format!("{:09}", (scaled % ONE).unsigned_abs());
    match places.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        places => format!("{sign}{whole}.{places}"),
    }
}

#[cfg(test)]
mod tests {
    use super::Numbers;
    use crate::model::cell::{Cell, CellClass};

    fn shown(values: &[&str]) -> [String; 4] {
        let mut numbers = Numbers::new();
        for value in values {
            numbers.add(Cell { class: CellClass::Value, bytes: value.as_bytes() });
        }
        numbers.shown()
    }

    #[test]
    fn decimals_are_added_exactly() {
        assert_eq!(shown(&["0.1", "0.2", "-3"]), ["-2.7", "-0.900000", "-3", "0.2"]);
        assert_eq!(shown(&["12", "12.000002"]), ["24.000002", "12.000001", "12", "12.000002"]);
    }

    #[test]
    fn what_is_no_decimal_is_counted_or_approximate() {
        assert_eq!(shown(&["1e3", "1"])[0], "≈ 1001");
        assert_eq!(shown(&["NaN", "text"])[0], "–");
    }

    #[test]
    fn a_sum_beyond_all_numbers_is_read_back() {
        let mut numbers = Numbers::new();
        for _ in 0..2 {
            numbers.add(Cell { class: CellClass::Value, bytes: b"1.7976931348623157e308" });
        }
        let read: Numbers = serde_json::from_str(&serde_json::to_string(&numbers).unwrap()).unwrap();
        assert_eq!((read.shown(), &read), (numbers.shown(), &numbers));
    }
}
