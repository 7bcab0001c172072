//! Texts of definitions as the server shows them.

/// Takes the database's own name out of a view's definition, where the server puts it before every table, column and function: the
/// same view in a copy of another name must read the same. Strings are left alone.
pub(super) fn without_database(definition: &str, database: &str) -> String {
    let own = format!("`{}`.", database.replace('`', "``"));
    let mut text = String::with_capacity(definition.len());
    let mut rest = definition;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' => end_of_quotes(rest, first, true),
            '`' if rest.starts_with(&own) => {
                rest = &rest[own.len()..];
                continue;
            }
            '`' => end_of_quotes(rest, first, false),
            other => other.len_utf8(),
        };
        text.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    text
}

/// How long the quoted thing is with which a text begins.
fn end_of_quotes(text: &str, quote: char, escapes: bool) -> usize {
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if escapes && letter == '\\' {
            letters.next();
        } else if letter == quote {
            match letters.peek() {
                Some((_, next)) if *next == quote => {
                    letters.next();
                }
                _ => return at + quote.len_utf8(),
            }
        }
    }
    text.len()
}

/// A type without what says nothing of its values: the display width of integers, which newer servers do not show any more. The
/// width of `tinyint(1)` says that it is a boolean, and one with ZEROFILL that zeros are shown.
pub(super) fn without_display_width(column_type: &str) -> String {
    let Some((base, rest)) = column_type.split_once('(') else { return column_type.to_owned() };
    let Some((width, rest)) = rest.split_once(')') else { return column_type.to_owned() };
    let integer = ["tinyint", "smallint", "mediumint", "int", "bigint"].contains(&base);
    let says_something = (base == "tinyint" && width == "1") || rest.contains("zerofill");
    if integer && !says_something { format!("{base}{rest}") } else { column_type.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_the_own_database_are_taken_out() {
        let text = "select `reg`.`a`.`b` AS `x``reg`.`y`,'`reg`.\\'`reg`.' from (`reg`.`a` join `other`.`reg`)";
        assert_eq!(without_database(text, "reg"), "select `a`.`b` AS `x``reg`.`y`,'`reg`.\\'`reg`.' from (`a` join `other`.`reg`)");
    }

    #[test]
    fn widths_that_say_nothing_are_left_out() {
        for (shown, known) in [
            ("int(11)", "int"),
            ("bigint(20) unsigned", "bigint unsigned"),
            ("tinyint(1)", "tinyint(1)"),
            ("int(5) unsigned zerofill", "int(5) unsigned zerofill"),
            ("varchar(20)", "varchar(20)"),
            ("decimal(10,2)", "decimal(10,2)"),
            ("date", "date"),
        ] {
            assert_eq!(without_display_width(shown), known);
        }
    }
}
