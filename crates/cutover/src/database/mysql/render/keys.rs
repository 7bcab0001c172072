//! Indexes, unique keys and foreign keys in the words of MySQL and MariaDB.

use super::{check_length, check_types, columns_of, foreign_key, object};
use crate::database::mysql::dialect::MysqlDialect;
use crate::model::dialect::Dialect;
use crate::model::operation::{Change, ForeignKey, KeyColumns, Precondition, Rendered};
use crate::model::table::{Catalog, ObjectKind, Relationship, Table};

pub(super) fn add_index(table: &Table, index: &KeyColumns) -> Result<Rendered, String> {
    check_length(&index.columns, &|name| table.column(name).map(|column| column.data_type.clone()))?;
    Ok(Rendered {
        changes: vec![index_change(table, index, "INDEX")],
        choice: format!("builds the index {} in place: reads and writes go on, but for a moment at both ends", index.name),
        adds: vec![object(ObjectKind::Index, table, &index.name)],
        ..Rendered::default()
    })
}

pub(super) fn add_unique(table: &Table, key: &KeyColumns) -> Result<Rendered, String> {
    check_length(&key.columns, &|name| table.column(name).map(|column| column.data_type.clone()))?;
    Ok(Rendered {
        changes: vec![index_change(table, key, "UNIQUE KEY")],
        choice: format!("builds the unique index {} in place: reads and writes go on, but for a moment at both ends", key.name),
        adds: vec![object(ObjectKind::Index, table, &key.name)],
        preconditions: vec![Precondition {
            message: format!(
                "values stand more than once in {}.({}) by the column's own collation, so that it cannot be made unique",
                table.name,
                key.columns.join(", ")
            ),
            sql: MysqlDialect.duplicates(&table.name, &key.columns),
            remedy: "change the rows, or take the key out of the plan".to_owned(),
        }],
        ..Rendered::default()
    })
}

/// The server gives an index that it made for a foreign key up as soon as another one can do its work; the undo makes it again,
/// because the foreign key would not let the other one go.
fn index_change(table: &Table, index: &KeyColumns, word: &str) -> Change {
    let name = MysqlDialect.quote_table(&table.name);
    let quoted = MysqlDialect.quote_identifier(&index.name);
    let mut undo = format!("ALTER TABLE {name} DROP INDEX {quoted}");
    for key in table.shape.foreign_keys.iter().filter(|key| index.columns.starts_with(&key.columns)) {
        let mut serving = table.shape.indexes.iter().filter(|known| known.columns.starts_with(&key.columns));
        if let (Some(implicit), None) = (serving.next(), serving.next())
            && implicit.columns == key.columns
            && !implicit.unique
            && (implicit.name == key.name || implicit.name == key.columns[0])
        {
            let again = (MysqlDialect.quote_identifier(&implicit.name), MysqlDialect.quote_columns("", &implicit.columns));
            undo.push_str(&format!(", ADD INDEX {} ({})", again.0, again.1));
        }
    }
    Change::undone_by(format!("ALTER TABLE {name} ADD {word} {quoted} ({})", columns_of(index)), undo)
}

pub(super) fn add_foreign_key(table: &Table, key: &ForeignKey, catalog: &Catalog) -> Result<Rendered, String> {
    let parent = catalog.find(&key.parent).ok_or_else(|| format!("there is no table {} to refer to", key.parent))?;
    check_types(key, &|name| table.column(name).map(|column| column.data_type.clone()), catalog)?;
    let relationship = Relationship {
        child: table.name.clone(),
        columns: key.columns.clone(),
        parent: parent.name.clone(),
        parent_columns: key.parent_columns.clone(),
        declared: true,
    };
    let identity = table.keys.first().map(|key| key.columns.clone()).unwrap_or_default();
    Ok(Rendered {
        changes: vec![foreign_keys_change(table, [key])],
        choice: format!("copies the table and checks every row against {}; writes are held up meanwhile, reads go on", parent.name),
        adds: vec![object(ObjectKind::Constraint, table, &key.name)],
        preconditions: vec![Precondition {
            message: format!("rows of {}.({}) refer to no row of {}", table.name, key.columns.join(", "), parent.name),
            sql: MysqlDialect.orphans(&relationship, &identity),
            remedy: "mend the orphans, or take the foreign key out of the plan".to_owned(),
        }],
        ..Rendered::default()
    })
}

/// All foreign keys in one statement, because the server copies the table for each statement. A foreign key needs an index. Where none
/// serves, it is made and dropped with the key: the server's own would stay behind.
pub(super) fn foreign_keys_change<'a>(table: &Table, keys: impl IntoIterator<Item = &'a ForeignKey>) -> Change {
    let name = MysqlDialect.quote_table(&table.name);
    let (mut added, mut dropped) = (Vec::new(), Vec::new());
    for key in keys {
        let quoted = MysqlDialect.quote_identifier(&key.name);
        let needs_index = !table.shape.indexes.iter().any(|index| index.columns.starts_with(&key.columns));
        if needs_index {
            added.push(format!("ADD INDEX {quoted} ({})", MysqlDialect.quote_columns("", &key.columns)));
        }
        added.push(format!("ADD {}", foreign_key(key)));
        dropped.push(format!("DROP FOREIGN KEY {quoted}"));
        if needs_index {
            dropped.push(format!("DROP INDEX {quoted}"));
        }
    }
    let alter = |actions: &[String]| format!("ALTER TABLE {name} {}", actions.join(", "));
    Change::undone_by(alter(&added), alter(&dropped))
}
