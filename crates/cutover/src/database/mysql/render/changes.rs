//! `rename_column`, `change_type` and `widen_enum` in the words of MySQL and MariaDB.

use super::object;
use crate::database::mysql::cells::base_type;
use crate::database::mysql::dialect::MysqlDialect;
use crate::database::mysql::types::{data_type, enumeration, range, read_as};
use crate::model::dialect::Dialect;
use crate::model::operation::{Change, PortableType, Precondition, Rendered, quoted_texts};
use crate::model::table::{Catalog, ObjectKind, Table};

pub(super) fn rename(table: &Table, from: &str, to: &str, catalog: &Catalog) -> Result<Rendered, String> {
    refuse_readers(table, from, catalog)?;
    let name = MysqlDialect.quote_table(&table.name);
    let (old, new) = (MysqlDialect.quote_identifier(from), MysqlDialect.quote_identifier(to));
    Ok(Rendered {
        changes: vec![Change::undone_by(
            format!("ALTER TABLE {name} RENAME COLUMN {old} TO {new}"),
            format!("ALTER TABLE {name} RENAME COLUMN {new} TO {old}"),
        )],
        choice: "changes the name in the catalog alone, and keys and foreign keys follow; holds writes up for a moment".to_owned(),
        ..Rendered::default()
    })
}

/// Views, triggers and routines keep the old name, and fail from then on.
fn refuse_readers(table: &Table, column: &str, catalog: &Catalog) -> Result<(), String> {
    let word = |text: &str, word: &str| {
        let part = |character: char| character.is_alphanumeric() || character == '_';
        text.split(|character| !part(character)).any(|known| known.eq_ignore_ascii_case(word))
    };
    let reads = |text: &String| word(text, column) && word(text, &table.name.name);
    for (object, properties) in &catalog.objects {
        let is_reader = match object.kind {
            ObjectKind::View | ObjectKind::Routine | ObjectKind::Event => properties.values().any(reads),
            ObjectKind::Trigger => {
                let own = object.name.starts_with(&format!("{}.", table.name));
                properties.values().any(|text| reads(text) || (own && word(text, column)))
            }
            _ => false,
        };
        if is_reader {
            return Err(format!(
                "{object} reads {column}, and the server would leave the old name in it: drop it in an SQL step before, and make it again after"
            ));
        }
    }
    Ok(())
}

pub(super) fn change_type(table: &Table, column: &str, wanted: &PortableType) -> Result<Rendered, String> {
    let is = table.column(column).map(|column| column.data_type.clone()).unwrap_or_default();
    let new = data_type(wanted);
    let name = MysqlDialect.quote_table(&table.name);
    let quoted = MysqlDialect.quote_identifier(column);
    let (old_line, definition) = modified(table, column, &new)?;
    let new_line = &definition.line;
    let returned = read_as(&read_as(&quoted, &new), &is);
    let mut loses = format!("NOT (CAST({returned} AS CHAR) <=> CAST({quoted} AS CHAR))");
    if let Some((smallest, largest)) = range(&new) {
        loses.push_str(&format!(" OR {quoted} + 0 NOT BETWEEN {smallest} AND {largest}"));
    }
    if let PortableType::Char(length) | PortableType::Varchar(length) = wanted {
        loses.push_str(&format!(" OR CHAR_LENGTH({quoted}) > {length}"));
    }
    if let Some(values) = wanted.values() {
        let values: Vec<_> = values.iter().map(|value| MysqlDialect.quote_literal(value)).collect();
        loses.push_str(&format!(" OR {quoted} NOT IN ({})", values.join(", ")));
    }
    let mut shown = table.keys.first().map(|key| key.columns.clone()).unwrap_or_default();
    if !shown.iter().any(|known| known == column) {
        shown.push(column.to_owned());
    }
    Ok(Rendered {
        changes: vec![Change::undone_by(
            format!("ALTER TABLE {name} MODIFY COLUMN {new_line}"),
            format!("ALTER TABLE {name} MODIFY COLUMN {old_line}"),
        )],
        choice: format!("from {is} to {new}: copies the table; writes are held up meanwhile, reads go on"),
        alters: vec![object(ObjectKind::Column, table, column), object(ObjectKind::Constraint, table, column)],
        preconditions: vec![Precondition {
            message: format!(
                "rows of {} hold a value in {column} that is another one after the way from {is} to {new} and back",
                table.name
            ),
            sql: format!("SELECT {} FROM {name} WHERE {loses}", MysqlDialect.quote_columns("", &shown)),
            remedy: "change these values in a step before, by a plan of its own, or choose a type that holds them".to_owned(),
        }],
        definition: Some(definition.table),
        ..Rendered::default()
    })
}

pub(super) fn widen_enum(table: &Table, column: &str, values: &[String], catalog: &Catalog) -> Result<Rendered, String> {
    let is = table.column(column).map(|column| column.data_type.clone()).unwrap_or_default();
    if base_type(&is) != "enum" {
        let quoted = MysqlDialect.quote_identifier(column);
        let prefix = format!("{}.", table.name);
        let check = catalog.objects.iter().find(|(object, properties)| {
            object.kind == ObjectKind::Constraint
                && object.name.starts_with(&prefix)
                && properties.get("check").is_some_and(|check| check.contains(&quoted))
        });
        return match check {
            Some((check, _)) => Err(format!("{column} is {is}, and the {check} says what it holds: change it in an SQL step")),
            None => Ok(Rendered { choice: format!("{column} is {is}, which lists no values: nothing to do"), ..Rendered::default() }),
        };
    }
    let old_values = quoted_texts(&is);
    let coming: Vec<&String> = values.iter().filter(|value| !old_values.contains(value)).collect();
    if coming.is_empty() {
        return Ok(Rendered { choice: format!("{} can be held already: nothing to do", values.join(", ")), ..Rendered::default() });
    }
    let new = enumeration(old_values.iter().chain(coming));
    let name = MysqlDialect.quote_table(&table.name);
    let (old_line, definition) = modified(table, column, &new)?;
    Ok(Rendered {
        changes: vec![Change::undone_by(
            format!("ALTER TABLE {name} MODIFY COLUMN {}", definition.line),
            format!("ALTER TABLE {name} MODIFY COLUMN {old_line}"),
        )],
        choice:
            "the values come behind the others, which writes no row; beyond 255 values the table is copied; the undo copies it, and fails \
                 where a row holds a new value"
                .to_owned(),
        alters: vec![object(ObjectKind::Column, table, column)],
        definition: Some(definition.table),
        ..Rendered::default()
    })
}

/// A column with another type.
struct Modified {
    /// Its line.
    line: String,
    /// The table's definition with it.
    table: String,
}

/// The line of a column in the table's definition, and with another type: everything else of it stays, because MODIFY takes away what
/// it does not say.
fn modified(table: &Table, column: &str, new: &str) -> Result<(String, Modified), String> {
    let definition = table.shape.definition.as_deref().ok_or("its definition is not known")?;
    let begin = format!("  {} ", MysqlDialect.quote_identifier(column));
    let whole = definition.lines().find(|line| line.starts_with(&begin)).ok_or_else(|| format!("its definition has no column {column}"))?;
    let line = whole.trim().trim_end_matches(',');
    let rest = &line[begin.trim_start().len()..];
    let behind = &rest[type_length(rest)..];
    let texts = ["char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"];
    // A type without letters has no character set, and takes none.
    let behind = if texts.contains(&base_type(new)) { behind.to_owned() } else { without_letters(behind) };
    if behind.contains(" GENERATED ") {
        return Err(format!("the database computes {column}: its expression gives it the type"));
    }
    let line_with = format!("{}{new}{behind}", begin.trim_start());
    let table = definition.replacen(whole, &whole.replacen(line, &line_with, 1), 1);
    Ok((line.to_owned(), Modified { line: line_with, table }))
}

/// How many bytes of a column's line are its type: a word, what stands in parentheses, and `unsigned zerofill`.
fn type_length(text: &str) -> usize {
    let (mut depth, mut quoted, mut end) = (0_usize, false, text.len());
    for (at, character) in text.char_indices() {
        match character {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            ' ' if !quoted && depth == 0 => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    for word in [" unsigned", " zerofill"] {
        if text[end..].starts_with(word) {
            end += word.len();
        }
    }
    end
}

/// Without `CHARACTER SET …` and `COLLATE …`.
fn without_letters(attributes: &str) -> String {
    let mut rest = attributes.to_owned();
    for words in [" CHARACTER SET ", " COLLATE "] {
        if let Some((before, after)) = rest.split_once(words) {
            let end = after.find(' ').unwrap_or(after.len());
            rest = format!("{before}{}", &after[end..]);
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::table::{Column, Shape, TableName};

    fn table() -> Table {
        let column = |name: &str, data_type: &str| Column {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            nullable: true,
            generated: false,
            numeric: false,
            utf8: true,
        };
        let definition = "CREATE TABLE `t` (\n  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,\n  \
                          `status` enum('a','it''s') CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'a' COMMENT 'x (y, z)',\n  PRIMARY KEY (`id`)";
        Table {
            name: TableName::local("t"),
            columns: vec![column("id", "int unsigned"), column("status", "enum('a','it''s')")],
            keys: Vec::new(),
            bytes: None,
            estimated_rows: None,
            rewrite_obstacles: Vec::new(),
            unit_obstacles: Vec::new(),
            shape: Shape { definition: Some(definition.to_owned()), ..Shape::default() },
        }
    }

    #[test]
    fn a_column_keeps_everything_but_its_type() {
        let rendered = widen_enum(&table(), "status", &["a".to_owned(), "b".to_owned()], &Catalog::default()).unwrap();
        assert_eq!(
            rendered.changes[0].sql,
            "ALTER TABLE `t` MODIFY COLUMN `status` enum('a','it''s','b') CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'a' COMMENT 'x (y, z)'"
        );
        assert_eq!(
            rendered.changes[0].undo.as_deref(),
            Some(
                "ALTER TABLE `t` MODIFY COLUMN `status` enum('a','it''s') CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'a' COMMENT 'x (y, z)'"
            )
        );
        let rendered = change_type(&table(), "id", &PortableType::UnsignedBigint).unwrap();
        assert_eq!(rendered.changes[0].sql, "ALTER TABLE `t` MODIFY COLUMN `id` bigint unsigned NOT NULL AUTO_INCREMENT");
        assert_eq!(
            rendered.changes[0].undo.as_deref(),
            Some("ALTER TABLE `t` MODIFY COLUMN `id` int(10) unsigned NOT NULL AUTO_INCREMENT")
        );
    }

    #[test]
    fn a_type_without_letters_takes_no_character_set() {
        assert_eq!(without_letters(" CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'a'"), " NOT NULL DEFAULT 'a'");
    }
}
