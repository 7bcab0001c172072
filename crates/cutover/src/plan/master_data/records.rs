//! The records of a CSV file, with the place of every cell, and quoted cells told from others.
//!
//! What stands without quotes and is empty is NULL; `""` is the empty text. The library that finds the cells does not say which is
//! which, and takes quotes where they mean nothing for letters; so each cell's own bytes are looked at as well.

use csv_core::{ReadFieldResult, Reader};

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    /// Its text; `None` is NULL.
    pub(super) text: Option<String>,
    /// Where it begins in the file, in bytes.
    pub(super) offset: usize,
}

/// Something that is not CSV.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NotCsv {
    /// What is wrong.
    pub(super) message: &'static str,
    /// How to mend it.
    pub(super) remedy: &'static str,
    /// Where, in bytes.
    pub(super) offset: usize,
}

/// Reads all records of a text: fields divided by commas, records by the ends of lines, empty lines left out.
pub(super) fn read(text: &str) -> (Vec<Vec<Cell>>, Vec<NotCsv>) {
    let mut reader = Reader::new();
    let bytes = text.as_bytes();
    let (mut records, mut faults, mut record) = (Vec::new(), Vec::new(), Vec::new());
    let mut position = 0;
    loop {
        // Between records the library reads ends of lines and empty lines along with the next cell.
        if record.is_empty() {
            position += bytes[position..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        }
        let offset = position;
        let mut field = Vec::new();
        let mut buffer = [0; 1024];
        let ended = loop {
            let (result, read, written) = reader.read_field(&bytes[position..], &mut buffer);
            position += read;
            field.extend_from_slice(&buffer[..written]);
            match result {
                ReadFieldResult::OutputFull => {}
                // Empty input says that there is no more: the last cell of a file without an end of its last line ends by it.
                ReadFieldResult::InputEmpty => {}
                ReadFieldResult::Field { record_end } => break Some(record_end),
                ReadFieldResult::End => break None,
            }
        };
        let Some(record_end) = ended else { break };
        let consumed = &text[offset..position];
        if record_end && consumed.ends_with('\r') && bytes.get(position).is_some_and(|next| *next != b'\n') {
            // Editors and this program would not agree on the numbers of lines.
            faults.push(NotCsv {
                message: "this line ends in a carriage return alone",
                remedy: "save the file with the ends of lines that your editor writes for Unix or Windows",
                offset: position - 1,
            });
        }
        let raw = consumed.trim_end_matches(['\r', '\n']);
        let raw = if record_end { raw } else { raw.strip_suffix(',').unwrap_or(raw) };
        if let Some(fault) = misplaced_quote(raw, offset) {
            faults.push(fault);
        }
        let null = raw.is_empty();
        let field = String::from_utf8_lossy(&field).into_owned();
        record.push(Cell { text: (!null).then_some(field), offset });
        if record_end {
            records.push(std::mem::take(&mut record));
        }
    }
    (records, faults)
}

/// A quote opens a cell, closes it, or stands twice inside of it; anywhere else what is meant cannot be known.
fn misplaced_quote(raw: &str, offset: usize) -> Option<NotCsv> {
    let remedy = "put the whole cell into quotes, and write each quote in it twice";
    let at = |message, place: usize| Some(NotCsv { message, remedy, offset: offset + place });
    let Some(inside) = raw.strip_prefix('"') else {
        return raw.find('"').and_then(|place| at("a quote stands in the middle of a cell without quotes", place));
    };
    let mut place = 0;
    loop {
        let Some(quote) = inside[place..].find('"').map(|found| place + found) else {
            return at("this quote is never closed", 0);
        };
        let behind = &inside[quote + 1..];
        if behind.is_empty() {
            return None;
        }
        if !behind.starts_with('"') {
            return at("something stands behind the quote that closes this cell", 1 + quote);
        }
        place = quote + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    fn cells(text: &str) -> Vec<Vec<Option<String>>> {
        let (records, faults) = read(text);
        assert_eq!(faults, Vec::new());
        records.into_iter().map(|record| record.into_iter().map(|cell| cell.text).collect()).collect()
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn an_empty_cell_is_null_and_quotes_hold_the_empty_text() {
        assert_eq!(cells("a,b,c\n,\"\",x\n"), [vec![some("a"), some("b"), some("c")], vec![None, some(""), some("x")]]);
        assert_eq!(cells("a,b\n1,\n"), [vec![some("a"), some("b")], vec![some("1"), None]]);
        assert_eq!(cells("a,b\n1,"), [vec![some("a"), some("b")], vec![some("1"), None]]);
        assert_eq!(cells("a,b\n1,\"\""), [vec![some("a"), some("b")], vec![some("1"), some("")]]);
    }

    #[test]
    fn marks_ends_of_lines_quotes_and_lines_in_cells_are_read() {
        let text = "code,name\r\nPK,\"Pakistan, \"\"Islamic Republic\"\"\"\r\n\r\nSA,\"Saudi\r\nArabia\"\r\n";
        let expected = [
            vec![some("code"), some("name")],
            vec![some("PK"), some("Pakistan, \"Islamic Republic\"")],
            vec![some("SA"), some("Saudi\r\nArabia")],
        ];
        assert_eq!(cells(text), expected);
        let long = "é".repeat(3000);
        assert_eq!(cells(&format!("a\n\"{long}\"\n")), [vec![some("a")], vec![some(&long)]]);
    }

    #[test]
    fn every_cell_knows_where_it_begins() {
        let (records, _) = read("a,b\r\n\r\n\"x\ny\",2\n3,4");
        let offsets: Vec<_> = records.iter().flatten().map(|cell| cell.offset).collect();
        assert_eq!(offsets, [0, 2, 7, 13, 15, 17]);
    }

    #[test]
    fn quotes_that_mean_nothing_are_told() {
        for (text, message, offset) in [
            ("a\nx\"y\n", "a quote stands in the middle of a cell without quotes", 3),
            ("a\n\"x\"y\n", "something stands behind the quote that closes this cell", 4),
            ("a\rb\n", "this line ends in a carriage return alone", 1),
            ("a,b\n\"x,y\n1,2\n", "this quote is never closed", 4),
        ] {
            let (_, faults) = read(text);
            assert_eq!(faults.first().map(|fault| (fault.message, fault.offset)), Some((message, offset)), "{text}");
        }
    }
}
