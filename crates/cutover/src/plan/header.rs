//! The comments of an SQL file that say something to the engine: its title, its header, and marks before a statement.

use std::ops::Range;

use crate::model::statement::ScriptStatement;

/// The comments between statements.
#[derive(Debug, Default)]
pub(super) struct Comments {
    /// The text of the first comment line.
    pub(super) title: Option<String>,
    /// Before each statement, and last behind all of them: what stands behind `--!`, as ranges of the file.
    pub(super) marks: Vec<Vec<Range<usize>>>,
    /// `--!` in the middle of a statement, where it means nothing: places in the file.
    pub(super) misplaced: Vec<usize>,
}

impl Comments {
    /// Reads the comments of a file that has been split.
    pub(super) fn read(text: &str, statements: &[ScriptStatement]) -> Self {
        let mut comments = Self::default();
        let mut start = 0;
        for statement in statements {
            comments.read_gap(text, start..statement.offset);
            start = statement.offset + statement.text.len();
            comments.look_inside(text, statement);
        }
        comments.read_gap(text, start..text.len());
        comments
    }

    fn read_gap(&mut self, text: &str, gap: Range<usize>) {
        let mut marks = Vec::new();
        for line in line_comments(text, gap) {
            match text[line.clone()].strip_prefix('!') {
                Some(_) => marks.push(line.start + 1..line.end),
                // A line of dashes or equals signs is decoration.
                None if self.title.is_none() && self.marks.is_empty() && text[line.clone()].contains(char::is_alphanumeric) => {
                    self.title = Some(text[line].trim_matches(|character: char| character.is_whitespace() || character == '-').to_owned());
                }
                None => {}
            }
        }
        self.marks.push(marks);
    }

    fn look_inside(&mut self, text: &str, statement: &ScriptStatement) {
        let mut end = statement.offset;
        for token in &statement.tokens {
            let start = statement.offset + token.span.start;
            self.misplaced.extend(
                line_comments(text, end..start).into_iter().filter(|line| text[line.clone()].starts_with('!')).map(|line| line.start),
            );
            end = statement.offset + token.span.end;
        }
    }
}

/// What stands behind the dashes of each line comment in a stretch that holds nothing but white space, comments and
/// semicolons.
fn line_comments(text: &str, gap: Range<usize>) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut position = gap.start;
    while position < gap.end {
        let rest = &text[position..gap.end];
        if rest.starts_with("--") {
            let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
            lines.push(position + 2..position + end);
            position += end;
        } else if rest.starts_with("/*") {
            position += end_of_block(rest);
        } else {
            position += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    lines
}

/// The end of a block comment. Whether comments nest is the database's affair, and the splitter has settled it: only one
/// of the readings fits into the gap.
fn end_of_block(rest: &str) -> usize {
    let (mut depth, mut position) = (0_usize, 0);
    while position < rest.len() {
        if rest[position..].starts_with("/*") {
            depth += 1;
            position += 2;
        } else if rest[position..].starts_with("*/") {
            depth -= 1;
            position += 2;
            if depth == 0 {
                return position;
            }
        } else {
            position += rest[position..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest[2..].find("*/").map_or(rest.len(), |found| found + 4)
}
