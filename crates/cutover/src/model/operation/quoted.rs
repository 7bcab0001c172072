//! Lists of quoted texts, as catalogs write them.

/// The texts of `'a', 'it''s'`, in order; after an `E` a backslash escapes, as PostgreSQL writes it.
#[must_use]
pub fn quoted_texts(list: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut characters = list.chars().peekable();
    let mut before = ' ';
    while let Some(character) = characters.next() {
        if character == '\'' {
            let escaped = matches!(before, 'E' | 'e');
            let mut text = String::new();
            while let Some(next) = characters.next() {
                match next {
                    '\'' if characters.peek() == Some(&'\'') => text.extend(characters.next()),
                    '\'' => break,
                    '\\' if escaped => text.extend(characters.next()),
                    other => text.push(other),
                }
            }
            found.push(text);
        }
        before = character;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::quoted_texts;

    #[test]
    fn texts_are_read_back_to_what_they_were() {
        assert_eq!(quoted_texts("'a', 'it''s', E'back\\\\slash'"), ["a", "it's", "back\\slash"]);
        assert_eq!(quoted_texts("CHECK ((c = ANY (ARRAY['a'::text, ''::text])))"), ["a", ""]);
        assert_eq!(quoted_texts("enum('a','b\\c')"), ["a", "b\\c"]);
    }
}
