//! Literals that are read back to the same bytes. Sessions never set `NO_BACKSLASH_ESCAPES`: see `settings`.

/// A text as a literal. The quote is doubled, so that even a server that took a backslash for itself would not end the string early.
pub(super) fn text(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('\'');
    for letter in text.chars() {
        match letter {
            '\'' => literal.push_str("''"),
            '\\' => literal.push_str("\\\\"),
            // Older clients and logs end a statement there.
            '\0' => literal.push_str("\\0"),
            // It ends a file for programs on Windows.
            '\x1a' => literal.push_str("\\Z"),
            other => literal.push(other),
        }
    }
    literal.push('\'');
    literal
}
