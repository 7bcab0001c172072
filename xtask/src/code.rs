//! Rust source as tokens: enough to see paths, identifiers and macro calls, and never inside of comments and literals.

/// A piece of code outside of comments, literals and white space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// An identifier, a keyword, `::`, or one character of punctuation.
    pub text: &'a str,
    /// Where it begins: a byte offset into the source.
    pub offset: usize,
}

impl Token<'_> {
    /// Whether it is an identifier or a keyword.
    pub fn is_word(&self) -> bool {
        self.text.starts_with(|first: char| first == '_' || first.is_alphabetic())
    }
}

/// The tokens of a Rust source, in order.
pub fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut offset = 0;
    while let Some(first) = source[offset..].chars().next() {
        let rest = &source[offset..];
        let length = if let Some(length) = comment(rest).or_else(|| literal(rest)) {
            length
        } else {
            let length = if first.is_alphanumeric() || first == '_' {
                rest.find(|character: char| character != '_' && !character.is_alphanumeric()).unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            if !first.is_whitespace() {
                tokens.push(Token { text: &rest[..length], offset });
            }
            length
        };
        offset += length;
    }
    tokens
}

/// The length of the comment that the text begins with, if it does. Block comments nest.
fn comment(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if !text.starts_with("/*") {
        return None;
    }
    let mut depth = 0_usize;
    let mut offset = 0;
    while offset < text.len() {
        let rest = &text.as_bytes()[offset..];
        if rest.starts_with(b"/*") {
            depth += 1;
            offset += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            offset += 2;
            if depth == 0 {
                return Some(offset);
            }
        } else {
            offset += 1;
        }
    }
    Some(text.len())
}

/// The length of the string or character literal that the text begins with, prefix included, if it does.
fn literal(text: &str) -> Option<usize> {
    let prefix = ["br", "cr", "b", "c", "r", ""].into_iter().find(|prefix| {
        let rest = text.strip_prefix(prefix);
        rest.is_some_and(|rest| rest.starts_with(['"', '\'']) || (prefix.ends_with('r') && raw_guard(rest).is_some()))
    })?;
    let body = &text[prefix.len()..];
    if prefix.ends_with('r') {
        let hashes = raw_guard(body)?;
        let end = format!("\"{}", "#".repeat(hashes));
        let opened = prefix.len() + hashes + 1;
        return Some(text[opened..].find(&end).map_or(text.len(), |position| opened + position + end.len()));
    }
    if body.starts_with('"') {
        return Some(prefix.len() + quoted(body, b'"'));
    }
    // A quote opens a character if it holds one, else a lifetime or a label, which is left to the caller.
    let mut characters = body.chars().skip(1);
    let (first, second) = (characters.next()?, characters.next()?);
    (first == '\\' || second == '\'').then(|| prefix.len() + quoted(body, b'\''))
}

/// The number of `#` before the quote that opens a raw string.
fn raw_guard(text: &str) -> Option<usize> {
    let hashes = text.bytes().take_while(|byte| *byte == b'#').count();
    (text.as_bytes().get(hashes) == Some(&b'"')).then_some(hashes)
}

/// The length of a quoted literal, its quotes included; a backslash guards the character behind it.
fn quoted(text: &str, quote: u8) -> usize {
    let bytes = text.as_bytes();
    let mut offset = 1;
    while offset < bytes.len() {
        match bytes[offset] {
            b'\\' => offset += 2,
            byte if byte == quote => return offset + 1,
            _ => offset += 1,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::tokens;

    fn words(source: &str) -> Vec<&str> {
        tokens(source).into_iter().filter(super::Token::is_word).map(|token| token.text).collect()
    }

    #[test]
    fn comments_and_literals_are_no_code() {
        assert_eq!(words("a // b\nc /* d /* e */ f */ g"), ["a", "c", "g"]);
        assert_eq!(words(r##"a "b \" c" d b"e" f r#"g " h"# i br"j" k c"l" m"##), ["a", "d", "f", "i", "k", "m"]);
        assert_eq!(words(r"a 'b' c '\'' d b'e' f"), ["a", "c", "d", "f"]);
        assert_eq!(words("a \"unclosed b"), ["a"]);
        assert_eq!(words("a /* unclosed b"), ["a"]);
    }

    #[test]
    fn lifetimes_labels_and_words_like_prefixes_are_code() {
        assert_eq!(words("fn a<'b>(c: &'b str) { 'd: loop { break 'd } }"), ["fn", "a", "b", "c", "b", "str", "d", "loop", "break", "d"]);
        assert_eq!(words("bar rust cr b c r#type"), ["bar", "rust", "cr", "b", "c", "r", "type"]);
        assert_eq!(words("'é' ä \"ö\" ü"), ["ä", "ü"]);
    }

    #[test]
    fn tokens_know_their_offset() {
        let found: Vec<_> = tokens("use crate::model;").into_iter().map(|token| (token.text, token.offset)).collect();
        assert_eq!(found, [("use", 0), ("crate", 4), ("::", 9), ("model", 11), (";", 16)]);
    }
}
