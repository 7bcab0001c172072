//! Cells in exact text, by storage class.

use rusqlite::types::ValueRef;

use crate::model::cell::{CellClass, Row};

/// Adds a value to a row. Text goes as stored, even where it is not valid UTF-8; nothing is allocated.
pub(super) fn push(row: &mut Row, value: ValueRef<'_>) {
    match value {
        ValueRef::Null => row.push_null(),
        ValueRef::Integer(number) => row.push_with(CellClass::Integer, |buffer| write_integer(buffer, number)),
        ValueRef::Real(number) => row.push_with(CellClass::Real, |buffer| write_real(buffer, number)),
        ValueRef::Text(bytes) => row.push(CellClass::Text, bytes),
        ValueRef::Blob(bytes) => row.push(CellClass::Blob, bytes),
    }
}

/// The most characters that an `i64` has: a sign and nineteen digits.
const LONGEST_INTEGER: usize = 20;

// The standard formatter costs more than all the rest of a cell of a scan.
fn write_integer(buffer: &mut Vec<u8>, number: i64) {
    let mut digits = [0; LONGEST_INTEGER];
    let mut start = LONGEST_INTEGER;
    let mut rest = number.unsigned_abs();
    loop {
        start -= 1;
        digits[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        start -= 1;
        digits[start] = b'-';
    }
    buffer.extend_from_slice(&digits[start..]);
}

/// The shortest decimal that reads back to the same bits; a whole number keeps its `.0`, and minus zero its sign.
fn write_real(buffer: &mut Vec<u8>, number: f64) {
    use std::io::Write as _;
    // Writing into memory cannot fail.
    let _ = write!(buffer, "{number:?}");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut buffer = Vec::new();
        write(&mut buffer);
        String::from_utf8(buffer).unwrap()
    }

    #[test]
    fn the_ends_of_the_integers_are_exact() {
        for number in [0, 1, -1, 9, 10, 99, 100, i64::MAX, i64::MIN] {
            assert_eq!(text(|buffer| write_integer(buffer, number)), number.to_string());
        }
    }

    #[test]
    fn reals_keep_what_makes_them_real() {
        for (number, shown) in
            [(1.0, "1.0"), (-0.0, "-0.0"), (12.000_001, "12.000001"), (f64::INFINITY, "inf"), (0.1 + 0.2, "0.30000000000000004")]
        {
            assert_eq!(text(|buffer| write_real(buffer, number)), shown);
        }
    }

    proptest! {
        #[test]
        fn every_integer_is_its_decimal(number in any::<i64>()) {
            prop_assert_eq!(text(|buffer| write_integer(buffer, number)), number.to_string());
        }

        #[test]
        fn every_real_reads_back_to_the_same_bits(bits in any::<u64>()) {
            let number = f64::from_bits(bits);
            prop_assume!(!number.is_nan());
            let read: f64 = text(|buffer| write_real(buffer, number)).parse().unwrap();
            prop_assert_eq!(read.to_bits(), bits);
        }
    }
}
