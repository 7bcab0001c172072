//! Operations in the words of MySQL and MariaDB.

use super::dialect::MysqlDialect;
use crate::model::dialect::Dialect;
use crate::model::operation::{AddColumn, Change, Operation, PortableType, Rendered};
use crate::model::table::{ObjectKind, ObjectName, Table};

/// Renders an operation on one table.
///
/// # Errors
/// Why this table cannot have it, and what can be done.
pub(super) fn render(operation: &Operation, table: &Table) -> Result<Rendered, String> {
    match operation {
        Operation::AddColumn(operation) => add_column(operation, table),
    }
}

/// Exactly as the catalog of this tool shows them, on both servers: MariaDB's JSON is a text held to the form by a constraint, and its
/// type for UUIDs is unknown to MySQL.
pub(super) fn data_type(portable: PortableType) -> &'static str {
    match portable {
        PortableType::Boolean => "tinyint(1)",
        PortableType::Smallint => "smallint",
        PortableType::Integer => "int",
        PortableType::Bigint => "bigint",
        PortableType::Real => "float",
        PortableType::Double => "double",
        PortableType::Text => "longtext",
        PortableType::Date => "date",
        PortableType::Timestamp => "datetime(6)",
        PortableType::Json => "json",
        PortableType::Uuid => "char(36)",
    }
}

/// The longest name that the servers take, in characters.
const LONGEST_NAME: usize = 64;

fn add_column(operation: &AddColumn, table: &Table) -> Result<Rendered, String> {
    let AddColumn { column, null, fill, .. } = operation;
    if table.columns.iter().any(|known| known.name.eq_ignore_ascii_case(column)) {
        return Err(format!("{}.{column} exists already: drop or rename it first, or leave the table out of the operation", table.name));
    }
    if !null && fill.is_none() {
        return Err(format!(
            "{}.{column} may not be NULL but has no value for the rows that exist: give `fill`, or `null = true`",
            table.name
        ));
    }
    let unique = operation.unique_name(&table.name.name);
    if unique.is_some() && matches!(operation.data_type, PortableType::Text | PortableType::Json) {
        return Err(format!("{}.{column} is a long text, and only a part of it could be a key: take `unique` out", table.name));
    }
    for name in unique.iter().chain([column]) {
        if name.chars().count() > LONGEST_NAME {
            return Err(format!(
                "the name {name} is longer than {LONGEST_NAME} characters, which the server refuses: choose a shorter one"
            ));
        }
    }
    let name = MysqlDialect.quote_table(&table.name);
    let quoted = MysqlDialect.quote_identifier(column);
    let data_type = data_type(operation.data_type);
    let mut changes = vec![Change::undone_by(
        format!("ALTER TABLE {name} ADD COLUMN {quoted} {data_type} NULL"),
        format!("ALTER TABLE {name} DROP COLUMN {quoted}"),
    )];
    let mut choice = match fill {
        None => "adds the column at the end without touching the rows: there is nothing to fill in".to_owned(),
        Some(_) => "adds the column at the end and updates every row".to_owned(),
    };
    if let Some(fill) = fill {
        changes.push(Change::undone_along(format!("UPDATE {name} SET {quoted} = ({fill})")));
    }
    if !null {
        changes.push(Change::undone_along(format!("ALTER TABLE {name} MODIFY COLUMN {quoted} {data_type} NOT NULL")));
        choice.push_str("; NOT NULL writes the table anew");
    }
    let mut adds = vec![object(ObjectKind::Column, table, column)];
    if operation.data_type == PortableType::Json {
        // MariaDB's constraint for the form of JSON; on MySQL there is none, and a grant that nothing uses is said so.
        adds.push(object(ObjectKind::Constraint, table, column));
    }
    if let Some(unique) = unique {
        let key = MysqlDialect.quote_identifier(&unique);
        changes.push(Change::undone_by(
            format!("ALTER TABLE {name} ADD UNIQUE KEY {key} ({quoted})"),
            format!("ALTER TABLE {name} DROP INDEX {key}"),
        ));
        adds.push(object(ObjectKind::Index, table, &unique));
        choice.push_str("; the unique index is built at the end, by one sort");
    }
    Ok(Rendered { changes, rewrites: false, choice, adds })
}

fn object(kind: ObjectKind, table: &Table, name: &str) -> ObjectName {
    ObjectName { kind, name: format!("{}.{name}", table.name) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::table::TableName;

    fn table() -> Table {
        Table {
            name: TableName::local("sch`ools"),
            columns: Vec::new(),
            keys: Vec::new(),
            bytes: None,
            estimated_rows: None,
            rewrite_obstacles: Vec::new(),
            unit_obstacles: Vec::new(),
        }
    }

    fn operation() -> AddColumn {
        AddColumn {
            tables: vec!["sch`ools".to_owned()],
            column: "cms_id".to_owned(),
            data_type: PortableType::Integer,
            null: false,
            fill: Some("id".to_owned()),
            unique: Some("schools_cms_id_unique".to_owned()),
        }
    }

    #[test]
    fn a_column_is_added_filled_closed_and_made_unique() {
        let rendered = add_column(&operation(), &table()).unwrap();
        insta::assert_snapshot!(rendered.statements().collect::<Vec<_>>().join(";\n"), @r"
        ALTER TABLE `sch``ools` ADD COLUMN `cms_id` int NULL;
        UPDATE `sch``ools` SET `cms_id` = (id);
        ALTER TABLE `sch``ools` MODIFY COLUMN `cms_id` int NOT NULL;
        ALTER TABLE `sch``ools` ADD UNIQUE KEY `schools_cms_id_unique` (`cms_id`)
        ");
        insta::assert_snapshot!(rendered.undo().collect::<Vec<_>>().join(";\n"), @r"
        ALTER TABLE `sch``ools` DROP INDEX `schools_cms_id_unique`;
        ALTER TABLE `sch``ools` DROP COLUMN `cms_id`
        ");
    }

    #[test]
    fn what_cannot_be_is_said_with_its_remedy() {
        assert!(add_column(&AddColumn { fill: None, ..operation() }, &table()).unwrap_err().contains("fill"));
        assert!(add_column(&AddColumn { unique: Some("x".repeat(65)), ..operation() }, &table()).unwrap_err().contains("64 characters"));
        assert!(add_column(&AddColumn { data_type: PortableType::Text, ..operation() }, &table()).unwrap_err().contains("long text"));
    }
}
