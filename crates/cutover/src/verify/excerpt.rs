//! Values as evidence: short enough to keep and to read, and always showing where two values differ.

use crate::model::cell::{Cell, CellClass};

/// Characters of a value that are shown at the most.
const SHOWN: usize = 200;
/// Characters shown before the first difference of two long values.
const LEAD: usize = 40;

/// A value for people.
#[must_use]
pub fn excerpt(cell: Cell<'_>) -> String {
    cut(&cell.to_text(), 0)
}

/// Two values for people; of long ones, the part around their first difference.
#[must_use]
pub fn excerpts(before: Cell<'_>, after: Cell<'_>) -> (String, String) {
    // `1` and `'1'`, or NULL and the text of that name, look the same without quotes.
    let classes = (before.class != after.class && before.to_text() == after.to_text()).then_some((before.class, after.class));
    let (mut before, mut after) = (before.to_text(), after.to_text());
    if let Some((of_before, of_after)) = classes {
        for (text, class) in [(&mut before, of_before), (&mut after, of_after)] {
            if matches!(class, CellClass::Value | CellClass::Text) {
                *text = format!("'{text}'");
            }
        }
    }
    let same = before.chars().zip(after.chars()).take_while(|(one, other)| one == other).count();
    let start = if before.chars().count().max(after.chars().count()) <= SHOWN { 0 } else { same.saturating_sub(LEAD) };
    (cut(&before, start), cut(&after, start))
}

fn cut(text: &str, start: usize) -> String {
    let length = text.chars().count();
    if start == 0 && length <= SHOWN {
        return text.to_owned();
    }
    let lead = if start > 0 { "…" } else { "" };
    let part: String = text.chars().skip(start).take(SHOWN).collect();
    let tail = if start + SHOWN < length { "…" } else { "" };
    format!("{lead}{part}{tail} ({length} characters)")
}

#[cfg(test)]
mod tests {
    use super::{excerpt, excerpts};
    use crate::model::cell::{Cell, CellClass};

    fn cell(text: &str) -> Cell<'_> {
        Cell { class: CellClass::Value, bytes: text.as_bytes() }
    }

    #[test]
    fn short_values_are_whole_and_long_ones_show_their_difference() {
        assert_eq!(excerpt(cell("é")), "é");
        let long = "a".repeat(1000);
        let (before, after) = excerpts(cell(&format!("{long}x")), cell(&format!("{long}y")));
        assert!(before.contains('x') && after.contains('y'));
        assert!(before.ends_with("(1001 characters)"));
    }

    #[test]
    fn values_that_differ_in_their_class_alone_are_told_apart() {
        let of = |class, text: &'static str| Cell { class, bytes: text.as_bytes() };
        let shown = |before, after| excerpts(before, after);
        assert_eq!(shown(of(CellClass::Integer, "1"), of(CellClass::Text, "1")), ("1".to_owned(), "'1'".to_owned()));
        assert_eq!(shown(of(CellClass::Value, "NULL"), of(CellClass::Null, "")), ("'NULL'".to_owned(), "NULL".to_owned()));
    }
}
