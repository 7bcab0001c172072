//! Values as evidence: short enough to keep and to read, always showing where two values differ, and harmless to whoever prints them.

use crate::model::cell::{Cell, CellClass};

/// Characters of a value that are shown at the most.
const SHOWN: usize = 200;
/// Characters shown before the first difference of two long values.
const LEAD: usize = 40;

/// A value for people. What would command a terminal, or turn the order of what is read, is shown escaped.
#[must_use]
pub fn excerpt(cell: Cell<'_>) -> String {
    let text = cell.to_text();
    cut(&if has_commands(&text) { escaped(&text) } else { text }, 0)
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
    // Both or neither: else a line feed would look like the two characters that stand for one.
    if has_commands(&before) || has_commands(&after) {
        (before, after) = (escaped(&before), escaped(&after));
    }
    let same = before.chars().zip(after.chars()).take_while(|(one, other)| one == other).count();
    let start = if before.chars().count().max(after.chars().count()) <= SHOWN { 0 } else { same.saturating_sub(LEAD) };
    (cut(&before, start), cut(&after, start))
}

/// Whether a value holds what a terminal obeys instead of showing it.
fn has_commands(text: &str) -> bool {
    text.chars().any(is_command)
}

/// Control characters, and those that say in which direction others are read.
fn is_command(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A value in which every such character is written as Rust would write it, and every backslash twice.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match letter {
            '\\' => shown.push_str("\\\\"),
            letter if is_command(letter) => shown.extend(letter.escape_default()),
            letter => shown.push(letter),
        }
    }
    shown
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
    fn what_a_terminal_would_obey_is_escaped() {
        assert_eq!(excerpt(cell("a\u{1b}[2J\u{202e}é\\")), "a\\u{1b}[2J\\u{202e}é\\\\");
        assert_eq!(excerpt(cell("C:\\new")), "C:\\new");
        let (before, after) = excerpts(cell("one\ntwo"), cell("one\\ntwo"));
        assert_eq!((before.as_str(), after.as_str()), ("one\\ntwo", "one\\\\ntwo"));
    }

    #[test]
    fn values_that_differ_in_their_class_alone_are_told_apart() {
        let of = |class, text: &'static str| Cell { class, bytes: text.as_bytes() };
        let shown = |before, after| excerpts(before, after);
        assert_eq!(shown(of(CellClass::Integer, "1"), of(CellClass::Text, "1")), ("1".to_owned(), "'1'".to_owned()));
        assert_eq!(shown(of(CellClass::Value, "NULL"), of(CellClass::Null, "")), ("'NULL'".to_owned(), "NULL".to_owned()));
    }
}
