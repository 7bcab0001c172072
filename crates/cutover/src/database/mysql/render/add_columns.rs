//! `add_columns` in the words of MySQL and MariaDB.

use super::keys::foreign_keys_change;
use super::{check_types, definition, object};
use crate::database::mysql::dialect::MysqlDialect;
use crate::database::mysql::types::data_type;
use crate::model::dialect::Dialect;
use crate::model::operation::{Change, NewColumn, PortableType, Rendered};
use crate::model::table::{Catalog, ObjectKind, Table};

/// All columns in one ALTER, at the end, which writes no row; those that are filled get their default and NOT NULL when their values
/// are there.
pub(super) fn add_columns(table: &Table, columns: &[NewColumn], catalog: &Catalog) -> Result<Rendered, String> {
    let name = MysqlDialect.quote_table(&table.name);
    let (mut added, mut dropped, mut fills, mut later, mut adds) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for column in columns {
        if !column.null && column.fill.is_none() && column.default.is_none() {
            return Err(format!(
                "{}.{} may not be NULL but has no value for the rows that exist: give `fill`, or `null = true`",
                table.name, column.name
            ));
        }
        let quoted = MysqlDialect.quote_identifier(&column.name);
        let first = if column.fill.is_some() { NewColumn { null: true, default: None, ..column.clone() } } else { column.clone() };
        added.push(format!("ADD COLUMN {}", definition(&first)));
        dropped.push(format!("DROP COLUMN {quoted}"));
        fills.extend(column.fill.as_ref().map(|fill| format!("{quoted} = ({fill})")));
        if column.fill.is_some() && (!column.null || column.default.is_some()) {
            later.push(format!("MODIFY COLUMN {}", definition(column)));
        }
        adds.push(object(ObjectKind::Column, table, &column.name));
        if column.data_type == PortableType::Json {
            // MariaDB's constraint for the form of JSON; on MySQL there is none, and a grant that nothing uses is said so.
            adds.push(object(ObjectKind::Constraint, table, &column.name));
        }
    }
    let alter = |actions: &[String]| format!("ALTER TABLE {name} {}", actions.join(", "));
    let mut changes = vec![Change::undone_by(alter(&added), alter(&dropped))];
    let mut choice = if fills.is_empty() {
        "adds the column at the end without touching the rows: there is nothing to fill in; holds writes up for a moment".to_owned()
    } else {
        "adds the column at the end, which holds writes up for a moment, and updates every row".to_owned()
    };
    if !fills.is_empty() {
        changes.push(Change::undone_along(format!("UPDATE {name} SET {}", fills.join(", "))));
    }
    if !later.is_empty() {
        changes.push(Change::undone_along(alter(&later)));
        choice.push_str("; NOT NULL writes the table anew");
    }
    let keys: Vec<_> = columns.iter().filter_map(|column| column.references.as_ref()).collect();
    for key in &keys {
        let of = |name: &str| columns.iter().find(|column| column.name == name).map(|column| data_type(&column.data_type));
        check_types(key, &of, catalog)?;
        adds.push(object(ObjectKind::Constraint, table, &key.name));
    }
    if !keys.is_empty() {
        let parents: Vec<_> = keys.iter().map(|key| key.parent.as_str()).collect();
        let (word, copy, hold) = if keys.len() == 1 { ("key", "copies", "holds") } else { ("keys", "copy", "hold") };
        choice
            .push_str(&format!("; the foreign {word} to {} {copy} the table once, and {hold} writes up meanwhile", parents.join(" and ")));
        changes.push(foreign_keys_change(table, keys));
    }
    let lines: String = columns.iter().map(|column| format!(",\n  {}", definition(column))).collect();
    let definition = table.shape.definition.as_ref().map(|text| format!("{text}{lines}"));
    Ok(Rendered { changes, choice, adds, definition, ..Rendered::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::operation::{DefaultValue, ForeignKey, OnDelete};
    use crate::model::table::{Shape, TableName};

    fn table() -> Table {
        Table {
            name: TableName::local("sch`ools"),
            columns: Vec::new(),
            keys: Vec::new(),
            bytes: None,
            estimated_rows: None,
            rewrite_obstacles: Vec::new(),
            unit_obstacles: Vec::new(),
            shape: Shape::default(),
        }
    }

    fn cms_id() -> NewColumn {
        NewColumn { null: false, fill: Some("id".to_owned()), ..NewColumn::plain("cms_id", PortableType::Integer) }
    }

    #[test]
    fn columns_are_added_filled_closed_and_let_refer() {
        let program = ForeignKey {
            name: "fk".to_owned(),
            columns: vec!["program_id".to_owned()],
            parent: "programs".to_owned(),
            parent_columns: vec!["id".to_owned()],
            on_delete: OnDelete::SetNull,
        };
        let school = ForeignKey {
            name: "school".to_owned(),
            columns: vec!["school_id".to_owned()],
            parent: "schools".to_owned(),
            on_delete: OnDelete::Restrict,
            ..program.clone()
        };
        let columns = [
            cms_id(),
            NewColumn { references: Some(program), ..NewColumn::plain("program_id", PortableType::UnsignedBigint) },
            NewColumn { references: Some(school), ..NewColumn::plain("school_id", PortableType::UnsignedBigint) },
            NewColumn { default: Some(DefaultValue::Now), null: false, ..NewColumn::plain("at", PortableType::Timestamp) },
        ];
        let rendered = add_columns(&table(), &columns, &Catalog::default()).unwrap();
        insta::assert_snapshot!(rendered.statements().collect::<Vec<_>>().join(";\n"), @r"
        ALTER TABLE `sch``ools` ADD COLUMN `cms_id` int NULL, ADD COLUMN `program_id` bigint unsigned NULL, ADD COLUMN `school_id` bigint unsigned NULL, ADD COLUMN `at` datetime(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6);
        UPDATE `sch``ools` SET `cms_id` = (id);
        ALTER TABLE `sch``ools` MODIFY COLUMN `cms_id` int NOT NULL;
        ALTER TABLE `sch``ools` ADD INDEX `fk` (`program_id`), ADD CONSTRAINT `fk` FOREIGN KEY (`program_id`) REFERENCES `programs` (`id`) ON DELETE SET NULL, ADD INDEX `school` (`school_id`), ADD CONSTRAINT `school` FOREIGN KEY (`school_id`) REFERENCES `schools` (`id`) ON DELETE RESTRICT
        ");
        insta::assert_snapshot!(rendered.undo().collect::<Vec<_>>().join(";\n"), @r"
        ALTER TABLE `sch``ools` DROP FOREIGN KEY `fk`, DROP INDEX `fk`, DROP FOREIGN KEY `school`, DROP INDEX `school`;
        ALTER TABLE `sch``ools` DROP COLUMN `cms_id`, DROP COLUMN `program_id`, DROP COLUMN `school_id`, DROP COLUMN `at`
        ");
    }

    #[test]
    fn not_null_needs_a_value() {
        let without = NewColumn { fill: None, ..cms_id() };
        assert!(add_columns(&table(), &[without], &Catalog::default()).unwrap_err().contains("fill"));
    }
}
