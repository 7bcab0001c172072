//! What operations promise, and what keys, NOT NULL and sequences must still keep.

use std::collections::{BTreeMap, HashSet};

use super::grants::Grants;
use super::queries::{found, offenders};
use super::rulings::Rulings;
use super::tables::Tables;
use super::verdict::RowEvidence;
use crate::database::Reader;
use crate::model::cell::Row;
use crate::model::dialect::Dialect;
use crate::model::error::Result;
use crate::model::operation::{PortableType, TypeFit};
use crate::model::table::{Catalog, Key, ObjectKind, ObjectName, SequencePosition, TableName};
use crate::plan::Severity;
use crate::snapshot::digest::RowHasher;
use crate::snapshot::rows;
use crate::snapshot::{Snapshot, TableEntry};

/// A column that an operation promises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedColumn {
    /// The table.
    pub table: TableName,
    /// The column.
    pub column: String,
    /// Its type.
    pub data_type: PortableType,
    /// Whether it may hold NULL.
    pub null: bool,
    /// Whether a default stays behind, or numbers that the database gives.
    pub default: bool,
    /// The expression that its value must equal in every row that existed.
    pub fill: Option<String>,
    /// Whether it was there before: its type then only has to hold every value of the promised one.
    pub adopted: bool,
}

/// Decides `column:` and `value:` of a column that an operation promises. With `old_rows_only`, rows that came later, by a step that
/// may insert them or after the run, are no offenders: nothing is promised about them.
///
/// # Errors
/// Where a query fails or a file of the snapshot cannot be read.
pub fn column(
    promise: &ExpectedColumn,
    catalog: &Catalog,
    before: &Snapshot,
    dialect: &dyn Dialect,
    old_rows_only: bool,
    reader: &mut dyn Reader,
    rulings: &mut Rulings,
) -> Result<()> {
    let name = format!("{}.{}", promise.table, promise.column);
    let rule = format!("column:{name}");
    let Some(column) = catalog.table(&promise.table).and_then(|table| table.column(&promise.column)) else {
        let finding = found(&rule, &name, format!("the column {name} is not there"), 1, Vec::new());
        rulings.judge(&rule, "the column is not there", vec![finding]);
        return Ok(());
    };
    let nullable = |null| if null { "nullable" } else { "not null" };
    let generated = if column.generated { ", generated" } else { "" };
    let is = format!("{}, {}{generated}", column.data_type, nullable(column.nullable));
    let wanted = format!("{}, {}", dialect.type_name(&promise.data_type), nullable(promise.null));
    let fit = dialect.type_fit(&promise.data_type, &column.data_type);
    let fits = fit == TypeFit::Same || (promise.adopted && fit == TypeFit::Holds);
    let mut findings = Vec::new();
    if !fits || column.nullable != promise.null || column.generated {
        findings.push(found(&rule, &name, format!("{name} is {is}, and should be {wanted}"), 1, Vec::new()));
    }
    for (property, value) in unpromised(catalog, &name).filter(|_| !promise.adopted) {
        if !(promise.default && DEFAULTS.contains(&property.as_str())) {
            findings.push(found(&rule, &name, format!("{name} has a {property} that nothing promised: {value}"), 1, Vec::new()));
        }
    }
    rulings.judge(&rule, is, findings);
    match &promise.fill {
        Some(fill) => value(promise, fill, before, dialect, old_rows_only, reader, rulings),
        None => Ok(()),
    }
}

/// The properties by which a catalog tells a default, or the numbers that a database gives.
const DEFAULTS: [&str; 4] = ["default", "identity", "auto_increment", "extra"];

/// What the catalog says of a new column beyond its type and whether it may be NULL. A default that stays behind, above
/// all, would fill every row that is written later.
fn unpromised<'a>(catalog: &'a Catalog, column: &str) -> impl Iterator<Item = (&'a String, &'a String)> {
    const SAID: [&str; 6] = ["type", "not null", "not_null", "generated", "comment", "definition"];
    let object = ObjectName { kind: ObjectKind::Column, name: column.to_owned() };
    // Where every table has a collation of its own, each of its texts has one too, and that of a new column is the table's.
    let table = column.rsplit_once('.').map_or(column, |(table, _)| table);
    let of_table = catalog.objects.get(&ObjectName { kind: ObjectKind::Table, name: table.to_owned() });
    let collated = of_table.is_some_and(|properties| properties.contains_key("collation"));
    let said = move |property: &str| SAID.contains(&property) || (collated && property == "collation");
    catalog.objects.get(&object).into_iter().flatten().filter(move |(property, _)| !said(property))
}

fn value(
    promise: &ExpectedColumn,
    fill: &str,
    before: &Snapshot,
    dialect: &dyn Dialect,
    old_rows_only: bool,
    reader: &mut dyn Reader,
    rulings: &mut Rulings,
) -> Result<()> {
    let name = format!("{}.{}", promise.table, promise.column);
    let rule = format!("value:{name}");
    let entry = before.table(&promise.table);
    let rows = entry.map_or(0, |entry| entry.contents.digest.rows);
    let key = entry.map(|entry| entry.key.clone()).unwrap_or_default();
    let mut shown = key.clone();
    if !shown.contains(&promise.column) {
        shown.push(promise.column.clone());
    }
    let sql = format!(
        "SELECT {}, {fill} AS expected FROM {} WHERE {}",
        dialect.quote_columns("", &shown),
        dialect.quote_table(&promise.table),
        dialect.distinct(&dialect.quote_identifier(&promise.column), fill),
    );
    let (mut count, mut evidence) = offenders(reader, &sql)?;
    if count > 0
        && old_rows_only
        && !key.is_empty()
        && let Some(entry) = entry
    {
        (count, evidence) = old_offenders(reader, &sql, &key, before, entry)?;
    }
    if count == 0 {
        rulings.pass(&rule, format!("{rows} rows equal {fill}"));
    } else {
        let message = format!("{count} rows of {} have a {} that is not {fill}", promise.table, promise.column);
        rulings.judge(&rule, format!("{count} of {rows} rows differ"), vec![found(&rule, &name, message, count, evidence)]);
    }
    Ok(())
}

/// The offenders among the rows of the snapshot.
fn old_offenders(
    reader: &mut dyn Reader,
    sql: &str,
    key: &[String],
    before: &Snapshot,
    entry: &TableEntry,
) -> Result<(u64, Vec<RowEvidence>)> {
    let mut hasher = RowHasher::new(None);
    let mut key_of = |row: &Row| hasher.hash(&Row::from_cells(row.cells().take(key.len()))).row;
    let mut new: HashSet<u128> = HashSet::new();
    reader.query(sql, &mut |row| {
        new.insert(key_of(row));
        Ok(())
    })?;
    rows::read(&before.rows_file(&entry.contents)?, &mut |hashes| {
        new.remove(&hashes.key);
        Ok(())
    })?;
    let (mut count, mut kept) = (0, Vec::new());
    let columns = reader.query(sql, &mut |row| {
        if !new.contains(&key_of(row)) {
            count += 1;
            if kept.len() < super::judge::SHOWN_ROWS {
                kept.push(row.clone());
            }
        }
        Ok(())
    })?;
    Ok((count, kept.iter().map(|row| super::queries::evidence(&columns, row)).collect()))
}

/// Decides `unique:` of every key of the snapshot's catalog: implied where its columns are identical, else looked for.
///
/// # Errors
/// Where a query fails.
#[allow(clippy::too_many_arguments, reason = "a rule about both states needs both, and what they are read by")]
pub fn keys(
    before: &Catalog,
    after: &Catalog,
    tables: &Tables,
    grants: &Grants,
    dialect: &dyn Dialect,
    reader: &mut dyn Reader,
    rulings: &mut Rulings,
) -> Result<()> {
    for table in before.tables.iter().filter(|table| tables.entry(&table.name).is_some()) {
        // A key that has lost a column is gone, which the catalog tells.
        let whole = |key: &&Key| {
            let now = after.table(&table.name);
            key.columns.iter().all(|column| now.is_some_and(|now| now.column(grants.name_after(&table.name, column)).is_some()))
        };
        for key in table.keys.iter().filter(whole) {
            let rule = unique_rule(&table.name, &key.columns);
            let columns: Vec<_> = key.columns.iter().map(|column| (table.name.clone(), column.clone())).collect();
            if tables.all_identical(columns.iter()) {
                rulings.imply(rule, "every column of it is identical");
            } else {
                let columns = grants.names_after(&table.name, &key.columns);
                uniqueness(&table.name, &columns, &key.name, after, dialect, reader, rulings)?;
            }
        }
    }
    Ok(())
}

fn unique_rule(table: &TableName, columns: &[String]) -> String {
    format!("unique:{table}.{}", columns.join("+"))
}

/// Decides `unique:` of one key by looking for duplicates; `name` is empty where any key over the columns will do.
///
/// # Errors
/// Where the query fails.
pub fn uniqueness(
    table: &TableName,
    columns: &[String],
    name: &str,
    after: &Catalog,
    dialect: &dyn Dialect,
    reader: &mut dyn Reader,
    rulings: &mut Rulings,
) -> Result<()> {
    let rule = unique_rule(table, columns);
    let subject = format!("{table}.{}", columns.join("+"));
    let mut findings = Vec::new();
    let enforced =
        after.table(table).and_then(|table| table.keys.iter().find(|key| key.columns == columns && (name.is_empty() || key.name == name)));
    let named = if name.is_empty() { String::new() } else { format!(" {name}") };
    if enforced.is_none() {
        findings.push(found(&rule, &subject, format!("no valid unique key{named} enforces {subject}"), 1, Vec::new()));
    }
    let (count, rows) = offenders(reader, &dialect.duplicates(table, columns))?;
    if count > 0 {
        findings.push(found(&rule, &subject, format!("{count} values stand more than once in {subject}"), count, rows));
    }
    let by = enforced.map_or_else(|| "enforced by nothing".to_owned(), |key| format!("enforced by {}", key.name));
    rulings.judge(rule, format!("{count} duplicates, {by}"), findings);
    Ok(())
}

/// Decides `not_null:` of every table: implied where its NOT NULL columns are identical, else looked for.
///
/// # Errors
/// Where a query fails.
#[allow(clippy::too_many_arguments, reason = "a rule about both states needs both, and what they are read by")]
pub fn not_null(
    before: &Catalog,
    after: &Catalog,
    tables: &Tables,
    grants: &Grants,
    dialect: &dyn Dialect,
    reader: &mut dyn Reader,
    rulings: &mut Rulings,
) -> Result<()> {
    for table in &before.tables {
        let Some(now) = after.table(&table.name).filter(|_| tables.entry(&table.name).is_some()) else { continue };
        let columns: Vec<_> = table
            .columns
            .iter()
            .filter(|column| !column.nullable && now.column(grants.name_after(&table.name, &column.name)).is_some())
            .map(|column| column.name.clone())
            .collect();
        if columns.is_empty() {
            continue;
        }
        let rule = format!("not_null:{}", table.name);
        let differing: Vec<_> =
            columns.iter().filter(|column| !tables.identical.contains(&(table.name.clone(), (*column).clone()))).collect();
        if differing.is_empty() {
            rulings.imply(rule, format!("{} columns identical", columns.len()));
            continue;
        }
        let mut findings = Vec::new();
        for column in differing {
            let quoted = dialect.quote_identifier(grants.name_after(&table.name, column));
            let sql =
                format!("SELECT COUNT(*) AS counted FROM {} WHERE {quoted} IS NULL HAVING COUNT(*) > 0", dialect.quote_table(&table.name));
            let (_, rows) = offenders(reader, &sql)?;
            let count = rows.first().and_then(|row| row.cells.first()?.after.as_ref()?.parse::<u64>().ok()).unwrap_or(0);
            if count > 0 {
                let subject = format!("{}.{column}", table.name);
                findings.push(found(&rule, &subject, format!("{count} rows of {subject} are NULL"), count, Vec::new()));
            }
        }
        rulings.judge(&rule, format!("{} columns without NULL", columns.len() - findings.len()), findings);
    }
    Ok(())
}

/// Decides `sequences`: each still ahead of the largest key that it numbers, and none set back. One that was behind the keys
/// of `snapshot` already is only shown.
pub fn sequences(before: &[SequencePosition], after: &[SequencePosition], snapshot: &Snapshot, tables: &Tables, rulings: &mut Rulings) {
    let old: BTreeMap<_, _> = before.iter().map(|position| (&position.sequence, position)).collect();
    let mut findings = Vec::new();
    for position in after {
        let name = &position.sequence;
        let behind = |next: i128, largest: i128| if position.increment < 0 { next >= largest } else { next <= largest };
        let earlier = old.get(name);
        if let Some(earlier) = earlier.filter(|earlier| earlier.next != position.next && behind(position.next, earlier.next)) {
            let message = format!("the sequence {name} was set back from {} to {}", earlier.next, position.next);
            findings.push(found("sequences", name, message, 1, Vec::new()));
        }
        let Some((table, column)) = &position.numbers else { continue };
        let extreme = |entry: Option<&TableEntry>| {
            let (_, numbers) = entry?.contents.numbers.iter().find(|(name, _)| name == column)?;
            if position.increment < 0 { numbers.smallest_integer() } else { numbers.largest_integer() }
        };
        if let Some(largest) = extreme(tables.entry(table)).filter(|largest| behind(position.next, *largest)) {
            let message = format!("the sequence {name} gives {} next, and {table}.{column} already holds {largest}", position.next);
            let mut finding = found("sequences", name, message, 1, Vec::new());
            let earlier_largest = extreme(snapshot.table(table));
            if earlier.zip(earlier_largest).is_some_and(|(earlier, largest)| behind(earlier.next, largest)) {
                finding.severity = Severity::Warning;
                finding.hint = Some("it was behind before the run as well".to_owned());
            }
            findings.push(finding);
        }
    }
    let evidence = format!("{} sequences, {} behind or set back", after.len(), findings.len());
    rulings.judge("sequences", evidence, findings);
}
