//! What a column can hold, as far as a text can be tested for it before the database sees it.

use chrono::{NaiveDate, NaiveDateTime};

/// What a column can hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ValueKind {
    /// Text.
    Text {
        /// The most characters; `None` for any number.
        longest: Option<u64>,
    },
    /// A whole number.
    Integer {
        /// The smallest one.
        least: i128,
        /// The largest one.
        most: i128,
        /// Whether `true` and `false` stand for 1 and 0: the database has no other truth values.
        truth: bool,
    },
    /// A number with a fixed number of digits.
    Decimal {
        /// All digits and those behind the point; `None` for any number of them.
        digits: Option<(u32, u32)>,
    },
    /// A floating-point number.
    Float,
    /// `true` or `false`.
    Boolean,
    /// A day.
    Date,
    /// A day and a time.
    Timestamp {
        /// The most digits of a second's fraction.
        fraction: usize,
        /// Whether it may end in a time zone.
        zone: bool,
    },
    /// A UUID.
    Uuid,
    /// JSON.
    Json,
    /// One of these words.
    Enum(Vec<String>),
    /// Anything that only the database can tell.
    #[default]
    Unknown,
}

impl ValueKind {
    /// What a text would have to be in order to fit, where it does not.
    #[must_use]
    pub fn objection(&self, text: &str) -> Option<String> {
        if text.contains('\0') {
            return Some("a text without a NUL character".to_owned());
        }
        match self {
            Self::Text { longest: Some(longest) } => {
                (text.chars().count() as u64 > *longest).then(|| format!("a text of at most {longest} characters"))
            }
            Self::Text { longest: None } | Self::Unknown => None,
            Self::Integer { least, most, truth } => {
                let fits = whole(text).is_some_and(|number| (*least..=*most).contains(&number)) || (*truth && truth_value(text).is_some());
                (!fits).then(|| format!("a whole number between {least} and {most}, without leading zeros"))
            }
            Self::Decimal { digits } => decimal_objection(text, *digits),
            Self::Float => {
                let plain = text.chars().all(|letter| letter.is_ascii_digit() || "+-.eE".contains(letter));
                (!plain || !text.parse::<f64>().is_ok_and(f64::is_finite)).then(|| "a number such as 12.5 or 1e-3".to_owned())
            }
            Self::Boolean => truth_value(text).is_none().then(|| "true or false".to_owned()),
            Self::Date => (!is_date(text)).then(|| "a date such as 2026-01-19".to_owned()),
            Self::Timestamp { fraction, zone } => (!is_timestamp(text, *fraction, *zone)).then(|| {
                let zoned = if *zone { ", with a zone such as +05:00 behind it where it is not UTC" } else { "" };
                format!("a time such as 2026-01-19 08:30:00, with at most {fraction} digits of a second{zoned}")
            }),
            Self::Uuid => (!is_uuid(text)).then(|| "a UUID such as 0190a6c2-7b1e-7c43-9d5a-2f4b8c1d0e6f".to_owned()),
            Self::Json => serde_json::from_str::<serde::de::IgnoredAny>(text).err().map(|error| format!("JSON, but {error}")),
            Self::Enum(words) => (!words.iter().any(|word| word == text)).then(|| format!("one of {}", words.join(", "))),
        }
    }

    /// The value as SQL without quotes, for databases that would take a quoted one for a text; `None` where it is a text.
    #[must_use]
    pub fn bare(&self, text: &str) -> Option<String> {
        match self {
            Self::Integer { truth: true, .. } | Self::Boolean if truth_value(text).is_some() => {
                truth_value(text).map(|truth| u8::from(truth).to_string())
            }
            Self::Integer { .. } | Self::Decimal { .. } | Self::Float if self.objection(text).is_none() => Some(text.to_owned()),
            _ => None,
        }
    }

    /// Whether two values of it that the database calls equal are stored alike. Texts that a collation calls equal are not.
    #[must_use]
    pub fn equal_is_same(&self) -> bool {
        matches!(
            self,
            Self::Integer { .. } | Self::Decimal { .. } | Self::Float | Self::Boolean | Self::Date | Self::Timestamp { .. } | Self::Uuid
        )
    }
}

/// The words of a list as catalogs write the labels of an enum: `'open', 'it''s'`.
#[must_use]
pub fn quoted_words(list: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = list;
    while let Some(start) = rest.find('\'') {
        let mut word = String::new();
        rest = &rest[start + 1..];
        while let Some(end) = rest.find('\'') {
            word.push_str(&rest[..end]);
            rest = &rest[end + 1..];
            match rest.strip_prefix('\'') {
                Some(more) => {
                    word.push('\'');
                    rest = more;
                }
                None => break,
            }
        }
        words.push(word);
    }
    words
}

fn truth_value(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// A whole number as databases write it: a leading zero would be lost, and with it what a code such as `007` says.
fn whole(text: &str) -> Option<i128> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.chars().all(|letter| letter.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0')) && text != "-0";
    if plain { text.parse().ok() } else { None }
}

fn decimal_objection(text: &str, digits: Option<(u32, u32)>) -> Option<String> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (before, behind) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let number = |part: &str| !part.is_empty() && part.chars().all(|letter| letter.is_ascii_digit());
    if !number(before) || !number(behind) {
        return Some("a number such as 12.50".to_owned());
    }
    let (all, scale) = digits?;
    let room = (all.saturating_sub(scale)) as usize;
    let fits = before.trim_start_matches('0').len() <= room && behind.trim_end_matches('0').len() <= scale as usize;
    (!fits).then(|| format!("a number of at most {room} digits before the point and {scale} behind it"))
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

fn is_timestamp(text: &str, fraction: usize, zone: bool) -> bool {
    if !text.is_ascii() || text.len() < 16 {
        return false;
    }
    let (day, time) = text.split_at(10);
    let Some(time) = time.strip_prefix([' ', 'T']) else { return false };
    let end = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (time, offset) = time.split_at(end);
    let zoned = zone && is_offset(offset);
    if !(offset.is_empty() || zoned) {
        return false;
    }
    let (seconds, digits) = time.split_once('.').map_or((time, 0), |(seconds, digits)| (seconds, digits.len()));
    let whole = format!("{day} {seconds}");
    let known = NaiveDateTime::parse_from_str(&whole, "%Y-%m-%d %H:%M:%S").is_ok()
        || (digits == 0 && NaiveDateTime::parse_from_str(&whole, "%Y-%m-%d %H:%M").is_ok());
    let plain = time.chars().all(|letter| letter.is_ascii_digit() || ":.".contains(letter)) && !time.ends_with('.');
    is_date(day) && known && plain && digits <= fraction
}

fn is_offset(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']).replace(':', "");
    text == "Z" || (matches!(digits.len(), 2 | 4) && digits.chars().all(|letter| letter.is_ascii_digit()))
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && text.chars().all(|letter| letter == '-' || letter.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::ValueKind;

    fn fits(kind: &ValueKind, text: &str) -> bool {
        kind.objection(text).is_none()
    }

    #[test]
    fn whole_numbers_fit_where_nothing_of_them_is_lost() {
        let kind = ValueKind::Integer { least: -128, most: 127, truth: false };
        for text in ["0", "127", "-128"] {
            assert!(fits(&kind, text), "{text}");
        }
        for text in ["128", "-129", "007", "-0", "+1", "1.0", "", " 1", "true"] {
            assert!(!fits(&kind, text), "{text}");
        }
        let truth = ValueKind::Integer { least: 0, most: 1, truth: true };
        assert_eq!(truth.bare("true").as_deref(), Some("1"));
        assert_eq!(truth.bare("0").as_deref(), Some("0"));
        assert_eq!(truth.bare("x"), None);
    }

    #[test]
    fn decimals_fit_by_the_digits_on_both_sides_of_the_point() {
        let kind = ValueKind::Decimal { digits: Some((5, 2)) };
        for text in ["0", "999.99", "-1.5", "1.500", "0012.5"] {
            assert!(fits(&kind, text), "{text}");
        }
        for text in ["1000", "1.234", "1.", ".5", "1e3", "NaN"] {
            assert!(!fits(&kind, text), "{text}");
        }
    }

    #[test]
    fn days_times_and_words_are_those_of_the_calendar_and_the_type() {
        assert!(fits(&ValueKind::Date, "2024-02-29") && !fits(&ValueKind::Date, "2026-02-29") && !fits(&ValueKind::Date, "2026-2-9"));
        let local = ValueKind::Timestamp { fraction: 3, zone: false };
        for text in ["2026-01-19 08:30:00", "2026-01-19T08:30", "2026-01-19 08:30:00.125"] {
            assert!(fits(&local, text), "{text}");
        }
        for text in ["2026-01-19", "2026-01-19 25:00:00", "2026-01-19 08:30:00.1255", "2026-01-19 08:30:00Z", "2026-01-19 08:30:00."] {
            assert!(!fits(&local, text), "{text}");
        }
        let zoned = ValueKind::Timestamp { fraction: 6, zone: true };
        for text in ["2026-01-19 08:30:00Z", "2026-01-19 08:30:00+05", "2026-01-19 08:30:00.5-03:30"] {
            assert!(fits(&zoned, text), "{text}");
        }
        assert!(fits(&ValueKind::Text { longest: Some(2) }, "öö") && !fits(&ValueKind::Text { longest: Some(2) }, "abc"));
        let words = ValueKind::Enum(vec!["open".to_owned(), "closed".to_owned()]);
        assert_eq!(words.objection("Open").as_deref(), Some("one of open, closed"));
        assert!(fits(&ValueKind::Json, "{\"a\": [1]}") && !fits(&ValueKind::Json, "{a: 1}"));
    }
}
