//! Indexes, unique keys and foreign keys in PostgreSQL's words.

use super::{LOCKS, beside, columns_of, foreign_key, object};
use crate::database::postgres::dialect::PostgresDialect;
use crate::model::dialect::Dialect;
use crate::model::operation::{Change, ForeignKey, KeyColumns, Precondition, Rendered};
use crate::model::table::{Catalog, ObjectKind, Relationship, Table};

pub(super) fn add_index(table: &Table, index: &KeyColumns) -> Rendered {
    let name = PostgresDialect.quote_identifier(&index.name);
    Rendered {
        changes: vec![Change::undone_by(
            format!("CREATE INDEX {name} ON {} ({})", PostgresDialect.quote_table(&table.name), columns_of(index)),
            format!("DROP INDEX IF EXISTS {}", beside(table, &index.name)),
        )],
        choice: format!("builds the index {} by one scan; locks the table against writes (SHARE) until the commit", index.name),
        adds: vec![object(ObjectKind::Index, table, &index.name)],
        ..Rendered::default()
    }
}

pub(super) fn add_unique(table: &Table, key: &KeyColumns) -> Rendered {
    let quoted = PostgresDialect.quote_table(&table.name);
    let name = PostgresDialect.quote_identifier(&key.name);
    Rendered {
        changes: vec![Change::undone_by(
            format!("ALTER TABLE {quoted} ADD CONSTRAINT {name} UNIQUE ({})", columns_of(key)),
            format!("ALTER TABLE {quoted} DROP CONSTRAINT IF EXISTS {name}"),
        )],
        choice: format!("the unique index {} is built by one scan; {LOCKS}", key.name),
        adds: vec![object(ObjectKind::Constraint, table, &key.name), object(ObjectKind::Index, table, &key.name)],
        preconditions: vec![Precondition {
            message: format!(
                "values stand more than once in {}.({}), so that it cannot be made unique",
                table.name,
                key.columns.join(", ")
            ),
            sql: PostgresDialect.duplicates(&table.name, &key.columns),
            remedy: "change the rows, or take the key out of the plan".to_owned(),
        }],
        ..Rendered::default()
    }
}

pub(super) fn add_foreign_key(table: &Table, key: &ForeignKey, catalog: &Catalog) -> Result<Rendered, String> {
    let parent = catalog.find(&key.parent).ok_or_else(|| format!("there is no table {} to refer to", key.parent))?;
    let relationship = Relationship {
        child: table.name.clone(),
        columns: key.columns.clone(),
        parent: parent.name.clone(),
        parent_columns: key.parent_columns.clone(),
        declared: true,
    };
    let identity = table.keys.first().map(|key| key.columns.clone()).unwrap_or_default();
    Ok(Rendered {
        changes: vec![foreign_key_change(table, key, catalog)],
        choice: format!(
            "checks every row against {} once; locks both tables against writes (SHARE ROW EXCLUSIVE) until the commit",
            parent.name
        ),
        adds: vec![object(ObjectKind::Constraint, table, &key.name)],
        preconditions: vec![Precondition {
            message: format!("rows of {}.({}) refer to no row of {}", table.name, key.columns.join(", "), parent.name),
            sql: PostgresDialect.orphans(&relationship, &identity),
            remedy: "mend the orphans, or take the foreign key out of the plan".to_owned(),
        }],
        ..Rendered::default()
    })
}

pub(super) fn foreign_key_change(table: &Table, key: &ForeignKey, catalog: &Catalog) -> Change {
    let quoted = PostgresDialect.quote_table(&table.name);
    Change::undone_by(
        format!("ALTER TABLE {quoted} ADD {}", foreign_key(key, catalog)),
        format!("ALTER TABLE {quoted} DROP CONSTRAINT IF EXISTS {}", PostgresDialect.quote_identifier(&key.name)),
    )
}
