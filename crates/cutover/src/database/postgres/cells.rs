//! COPY's text format, decoded into cells.

use memchr::{memchr, memchr_iter};

use crate::model::cell::{CellClass, Row};
use crate::model::error::{Error, ErrorKind, Result};

/// Decodes one line of `COPY … TO STDOUT` into a row that is refilled. `columns` is how many cells it must have: a line
/// without any text is a row of no columns, or of one empty string.
///
/// # Errors
/// Where the line has another number of cells, which only a fault of the engine can bring about.
pub(super) fn decode(line: &[u8], columns: usize, row: &mut Row) -> Result<()> {
    row.clear();
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    if columns == 0 {
        return if line.is_empty() { Ok(()) } else { Err(unexpected(1, 0)) };
    }
    // Tabs within a value are escaped, so every tab divides; most lines hold no escape at all.
    let escaped = memchr(b'\\', line).is_some();
    let mut start = 0;
    for end in memchr_iter(b'\t', line).chain(std::iter::once(line.len())) {
        let field = &line[start..end];
        if escaped {
            push_escaped(field, row)
        } else {
            row.push(CellClass::Value, field)
        }
        start = end + 1;
    }
    if row.len() == columns { Ok(()) } else { Err(unexpected(row.len(), columns)) }
}

fn push_escaped(field: &[u8], row: &mut Row) {
    if field == b"\\N" {
        return row.push_null();
    }
    row.push_with(CellClass::Value, |cell| {
        let mut rest = field;
        while let Some(backslash) = memchr(b'\\', rest) {
            cell.extend_from_slice(&rest[..backslash]);
            // The server never ends a line in a lone backslash.
            let Some(letter) = rest.get(backslash + 1) else { return };
            cell.push(match letter {
                b'b' => 0x08,
                b'f' => 0x0c,
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'v' => 0x0b,
                other => *other,
            });
            rest = &rest[backslash + 2..];
        }
        cell.extend_from_slice(rest);
    });
}

fn unexpected(found: usize, wanted: usize) -> Error {
    Error::new(ErrorKind::Internal, format!("the server sent a row of {found} cells where {wanted} were asked for"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(line: &[u8], columns: usize) -> Vec<Option<Vec<u8>>> {
        let mut row = Row::new();
        decode(line, columns, &mut row).unwrap();
        row.cells().map(|cell| (!cell.is_null()).then(|| cell.bytes.to_vec())).collect()
    }

    #[test]
    fn null_empty_and_escapes_are_told_apart() {
        assert_eq!(cells(b"1\t\\N\t\tx\n", 4), [Some(b"1".to_vec()), None, Some(vec![]), Some(b"x".to_vec())]);
        assert_eq!(cells(b"\\\\N\ta\\tb\\nc\\\\d\\r\\b\\f\\v\n", 2), [Some(b"\\N".to_vec()), Some(b"a\tb\nc\\d\r\x08\x0c\x0b".to_vec())]);
    }

    #[test]
    fn an_empty_line_is_no_cell_or_one_empty_cell() {
        assert_eq!(cells(b"\n", 0), []);
        assert_eq!(cells(b"\n", 1), [Some(vec![])]);
    }

    #[test]
    fn a_wrong_number_of_cells_is_noticed() {
        let mut row = Row::new();
        assert!(decode(b"1\t2\n", 3, &mut row).is_err());
        assert!(decode(b"1\t2\t3\t4\n", 3, &mut row).is_err());
        assert!(decode(b"1\n", 0, &mut row).is_err());
    }
}
