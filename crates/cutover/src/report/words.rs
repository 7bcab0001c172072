//! Numbers for people.

use crate::journal::{Outcome, Stage};

pub use crate::journal::event::ending;

/// A number with its thousands apart: `1,432,112`.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number and what it counts: `1 row`, `2 rows`. The plural is made with an `s`.
#[must_use]
pub fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

/// A duration: `0.04 s`, `12.3 s`, `3 min 12 s`, `2 h 05 min`.
#[must_use]
pub fn seconds(seconds: f64) -> String {
    // Rounded first, so that 59.97 s are a minute and not `60.0 s`.
    let whole = seconds.round().max(0.0) as u64;
    match whole {
        0..10 => format!("{seconds:.2} s"),
        10..60 => format!("{seconds:.1} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
    }
}

/// A number of bytes for people: `1.5 GiB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    crate::model::size::in_words(bytes)
}

/// A stage's name for people.
#[must_use]
pub fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Preflight => "preflight",
        Stage::Fence => "fence",
        Stage::Snapshot => "snapshot",
        Stage::Backup => "backup",
        Stage::Proof => "proof",
        Stage::Steps => "steps",
        Stage::Command => "command",
        Stage::Verify => "verify",
        Stage::Restore => "restore",
        Stage::Commit => "commit",
        Stage::After => "after",
    }
}

/// Whether a run ended as it was meant to.
#[must_use]
pub fn is_good(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Committed | Outcome::DryRun | Outcome::Undone)
}

#[cfg(test)]
mod tests {
    use super::{count, counted, seconds};

    #[test]
    fn thousands_are_apart() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_432_112, "1,432,112")] {
            assert_eq!(count(number), text);
        }
        assert_eq!(counted(1, "row"), "1 row");
        assert_eq!(counted(12_000, "row"), "12,000 rows");
    }

    #[test]
    fn durations_have_the_precision_that_people_use() {
        for (number, text) in
            [(0.0, "0.00 s"), (0.042, "0.04 s"), (12.34, "12.3 s"), (59.97, "1 min 00 s"), (192.4, "3 min 12 s"), (7512.0, "2 h 05 min")]
        {
            assert_eq!(seconds(number), text);
        }
    }
}
