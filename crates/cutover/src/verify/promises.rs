//! What operations promise of the database afterwards, each as a rule.

use super::expected::{self, ExpectedColumn};
use super::queries::{found, identified, offenders};
use super::rulings::Rulings;
use crate::database::Reader;
use crate::model::dialect::Dialect;
use crate::model::error::Result;
use crate::model::operation::{ForeignKey, OnDelete, PortableType, TypeFit};
use crate::model::table::{Catalog, Relationship, TableName};
use crate::snapshot::Snapshot;

/// Something that holds when an operation has been done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Promise {
    /// A column is there: `column:`, and where it was filled `value:`.
    Column(ExpectedColumn),
    /// A unique key enforces these columns: `unique:`.
    Unique {
        /// The table.
        table: TableName,
        /// The columns.
        columns: Vec<String>,
        /// The key's name; empty where one that was there before does.
        name: String,
    },
    /// An index over these columns is there: `index:`.
    Index {
        /// The table.
        table: TableName,
        /// The columns.
        columns: Vec<String>,
    },
    /// A foreign key is declared, and no row refers to nothing: `foreign_key:`.
    Relationship {
        /// The table that refers.
        table: TableName,
        /// The key.
        key: ForeignKey,
    },
    /// A column has a type: `type:`.
    Type {
        /// The table.
        table: TableName,
        /// The column.
        column: String,
        /// The type.
        data_type: PortableType,
    },
}

impl Promise {
    /// Follows a column that gets another name.
    pub fn rename(&mut self, of: &TableName, from: &str, to: &str) {
        let in_list =
            |columns: &mut Vec<String>| columns.iter_mut().filter(|column| *column == from).for_each(|column| to.clone_into(column));
        match self {
            Self::Column(expected) if expected.table == *of && expected.column == from => to.clone_into(&mut expected.column),
            Self::Type { table, column, .. } if table == of && column == from => to.clone_into(column),
            Self::Unique { table, columns, .. } | Self::Index { table, columns } if table == of => in_list(columns),
            Self::Relationship { table, key } => {
                if table == of {
                    in_list(&mut key.columns);
                }
                if key.parent == of.to_string() {
                    in_list(&mut key.parent_columns);
                }
            }
            _ => {}
        }
    }
}

/// Decides the rules of all promises. Of a table that `may_grow`, rows that came later are no offenders: nothing is promised about them.
///
/// # Errors
/// Where a query fails or a file of the snapshot cannot be read.
pub fn judge(
    promises: &[Promise],
    catalog: &Catalog,
    before: &Snapshot,
    dialect: &dyn Dialect,
    may_grow: &dyn Fn(&TableName) -> bool,
    reader: &mut dyn Reader,
    rulings: &mut Rulings,
) -> Result<()> {
    for promise in promises {
        match promise {
            Promise::Column(column) => {
                expected::column(column, catalog, before, dialect, may_grow(&column.table), reader, rulings)?;
            }
            Promise::Unique { table, columns, name } => expected::uniqueness(table, columns, name, catalog, dialect, reader, rulings)?,
            Promise::Index { table, columns } => index(table, columns, catalog, rulings),
            Promise::Relationship { table, key } => foreign_key(table, key, catalog, dialect, reader, rulings)?,
            Promise::Type { table, column, data_type } => data_type_is(table, column, data_type, catalog, dialect, rulings),
        }
    }
    Ok(())
}

fn index(table: &TableName, columns: &[String], catalog: &Catalog, rulings: &mut Rulings) {
    let subject = format!("{table}.{}", columns.join("+"));
    let rule = format!("index:{subject}");
    let there = catalog.table(table).and_then(|table| table.shape.indexes.iter().find(|index| index.columns == columns));
    match there {
        Some(index) => rulings.pass(rule, format!("there, as {}", index.name)),
        None => {
            let finding = found(&rule, &subject, format!("no valid index over {subject} is there"), 1, Vec::new());
            rulings.judge(&rule, "not there", vec![finding]);
        }
    }
}

fn foreign_key(
    table: &TableName,
    key: &ForeignKey,
    catalog: &Catalog,
    dialect: &dyn Dialect,
    reader: &mut dyn Reader,
    rulings: &mut Rulings,
) -> Result<()> {
    let subject = format!("{table}.{}", key.columns.join("+"));
    let rule = format!("foreign_key:{subject}");
    let parent = catalog.find(&key.parent).map_or_else(|| TableName::from(key.parent.clone()), |parent| parent.name.clone());
    let declared = catalog
        .table(table)
        .and_then(|table| table.shape.foreign_keys.iter().find(|known| known.columns == key.columns && known.parent == parent));
    let mut findings = Vec::new();
    match declared {
        None => findings.push(found(&rule, &subject, format!("no foreign key of {subject} refers to {parent}"), 1, Vec::new())),
        Some(known) if OnDelete::from_sql(&known.on_delete) != Some(key.on_delete) => {
            let message = format!("{subject} refers to {parent} ON DELETE {}, and should ON DELETE {}", known.on_delete, key.on_delete);
            findings.push(found(&rule, &subject, message, 1, Vec::new()));
        }
        Some(_) => {}
    }
    let mut evidence = format!("refers to {parent} ON DELETE {}", key.on_delete);
    if let Some(child) = catalog.table(table).filter(|_| catalog.table(&parent).is_some()) {
        let identity = child.keys.first().map(|key| key.columns.clone()).unwrap_or_default();
        let relationship = Relationship {
            child: table.clone(),
            columns: key.columns.clone(),
            parent: parent.clone(),
            parent_columns: key.parent_columns.clone(),
            declared: true,
        };
        let (count, rows) = offenders(reader, &dialect.orphans(&relationship, &identity))?;
        evidence.push_str(&format!(", {count} orphans"));
        if count > 0 {
            findings.push(found(
                &rule,
                &subject,
                format!("{count} rows of {subject} refer to no row of {parent}"),
                count,
                identified(rows),
            ));
        }
    }
    rulings.judge(&rule, evidence, findings);
    Ok(())
}

fn data_type_is(
    table: &TableName,
    column: &str,
    data_type: &PortableType,
    catalog: &Catalog,
    dialect: &dyn Dialect,
    rulings: &mut Rulings,
) {
    let subject = format!("{table}.{column}");
    let rule = format!("type:{subject}");
    let is = catalog.table(table).and_then(|table| table.column(column)).map(|column| column.data_type.clone());
    let wanted = dialect.type_name(data_type);
    let fits = is.as_ref().is_some_and(|is| dialect.type_fit(data_type, is) == TypeFit::Same);
    let is = is.unwrap_or_else(|| "not there".to_owned());
    let finding = found(&rule, &subject, format!("{subject} is {is}, and should be {wanted}"), 1, Vec::new());
    rulings.judge(&rule, is, if fits { Vec::new() } else { vec![finding] });
}
