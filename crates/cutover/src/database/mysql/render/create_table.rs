//! `create_table` in the words of MySQL and MariaDB.

use super::{check_length, check_types, columns_of, definition, foreign_key};
use crate::database::mysql::dialect::MysqlDialect;
use crate::database::mysql::types::data_type;
use crate::model::dialect::Dialect;
use crate::model::operation::{Change, NewTable, Rendered};
use crate::model::table::{Catalog, ObjectKind, ObjectName, TableName};

/// Everything in one statement, which is done as a whole or not at all.
pub(super) fn create_table(new: &NewTable, catalog: &Catalog) -> Result<Rendered, String> {
    let name = TableName::from(new.table.clone());
    let quoted = MysqlDialect.quote_table(&name);
    let of = |name: &str| new.columns.iter().find(|column| column.name == name).map(|column| data_type(&column.data_type));
    let mut parts: Vec<String> = new.columns.iter().map(definition).collect();
    if !new.primary_key.is_empty() {
        check_length(&new.primary_key, &of)?;
        parts.push(format!("PRIMARY KEY ({})", MysqlDialect.quote_columns("", &new.primary_key)));
    }
    for (keys, word) in [(&new.unique, "UNIQUE KEY"), (&new.indexes, "KEY")] {
        for key in keys {
            check_length(&key.columns, &of)?;
            parts.push(format!("{word} {} ({})", MysqlDialect.quote_identifier(&key.name), columns_of(key)));
        }
    }
    for key in &new.foreign_keys {
        check_types(key, &of, catalog)?;
        parts.push(foreign_key(key));
    }
    // Another engine would have neither transactions nor foreign keys.
    let mut create = format!("CREATE TABLE {quoted} (\n    {}\n) ENGINE = InnoDB", parts.join(",\n    "));
    if let Some(comment) = &new.comment {
        create.push_str(&format!(" COMMENT = {}", MysqlDialect.quote_literal(comment)));
    }
    Ok(Rendered {
        changes: vec![Change::undone_by(create, format!("DROP TABLE {quoted}"))],
        choice: "creates the table; the tables that it refers to are held up for a moment".to_owned(),
        adds: vec![ObjectName { kind: ObjectKind::Table, name: name.to_string() }],
        definition: Some(format!("CREATE TABLE {quoted} (\n  {}", parts.join(",\n  "))),
        ..Rendered::default()
    })
}
