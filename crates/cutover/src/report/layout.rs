//! Lines that fit a width: paragraphs and tables, measured as terminals show them.

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

/// A rule below the header, and nothing else.
const RULED: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// A paragraph broken into lines that are at most so wide.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(TableStyle::new()).set_content_arrangement(ContentArrangement::Dynamic).set_width(narrow(width));
    table.add_row([text]);
    set_padding(&mut table, 0);
    let lines: Vec<_> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    if lines.is_empty() { vec![String::new()] } else { lines }
}

/// A table broken into lines that are at most so wide. Columns of `right` stand to the right.
#[must_use]
pub fn table(header: &[&str], rows: Vec<Vec<String>>, right: &[usize], width: usize) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(RULED).set_content_arrangement(ContentArrangement::Dynamic).set_width(narrow(width));
    if !header.is_empty() {
        table.set_header(header.to_vec());
    }
    table.add_rows(rows);
    set_padding(&mut table, 2);
    for position in right {
        if let Some(column) = table.column_mut(*position) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}

/// Room between columns, none before the first.
fn set_padding(table: &mut Table, between: u16) {
    for column in table.column_iter_mut() {
        column.set_padding((0, between));
    }
}

fn narrow(width: usize) -> u16 {
    u16::try_from(width).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::{table, wrap};

    #[test]
    fn paragraphs_are_broken_at_words_by_display_width() {
        assert_eq!(wrap("Row counts are the same", 12), ["Row counts", "are the same"]);
        // Wide characters take two columns each.
        assert_eq!(wrap("学生 学生", 5), ["学生", "学生"]);
        assert_eq!(wrap("", 10), [""]);
    }

    #[test]
    fn columns_are_aligned() {
        let rows = vec![vec!["schools".to_owned(), "12".to_owned()], vec!["学生".to_owned(), "1,000".to_owned()]];
        assert_eq!(
            table(&["table", "rows"], rows, &[1], 40),
            ["table      rows", "─────────────────", "schools      12", "学生      1,000"]
        );
    }
}
