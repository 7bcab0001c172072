//! Which columns a query reads, as the server itself understands it: by the dependencies of a temporary view.

use std::collections::BTreeSet;

use super::catalog::{fields, table_name};
use super::dialect::PostgresDialect;
use super::reader::{PostgresReader, Transaction};
use super::session::Connection;
use crate::model::dialect::Dialect;
use crate::model::error::{ErrorKind, Result};
use crate::model::table::TableName;

/// The columns that a query reads, or `None` where that does not decide its result: it calls functions that are not
/// immutable, reads catalogs, foreign tables or materialized views, samples, or cuts its rows off at a number.
///
/// # Errors
/// Where the query is not valid.
pub(super) fn inputs(reader: &mut PostgresReader, sql: &str) -> Result<Option<Vec<(TableName, String)>>> {
    let names = reader.reading(|connection| connection.names(sql))?;
    let (begin, end) = match reader.transaction {
        // The server refuses this session to create what it takes to know.
        Transaction::Reading => return Ok(None),
        Transaction::None => ("BEGIN", "ROLLBACK"),
        Transaction::Fenced | Transaction::Written => {
            ("SAVEPOINT cutover_inputs", "ROLLBACK TO SAVEPOINT cutover_inputs; RELEASE SAVEPOINT cutover_inputs")
        }
    };
    reader.connection.batch(begin)?;
    let outcome = ask(&mut reader.connection, sql, names.len());
    reader.connection.batch_in_peace(end)?;
    match outcome {
        // The query is valid, as has been seen; it cannot be a view, or the account may not create one.
        Err(error) if error.kind() == ErrorKind::Statement => Ok(None),
        other => other,
    }
}

fn ask(connection: &mut Connection, sql: &str, columns: usize) -> Result<Option<Vec<(TableName, String)>>> {
    // Names of our own, because a query may call two columns the same.
    let list: Vec<_> = (1..=columns).map(|number| format!("column_{number}")).collect();
    connection.batch(&format!("CREATE TEMPORARY VIEW cutover_inputs ({}) AS {sql}\n", list.join(", ")))?;
    let mut relations = BTreeSet::new();
    let mut routines = BTreeSet::new();
    let mut whole_rows = false;
    for row in connection.rows(&format!("{VIEWS} SELECT r.ev_action FROM views JOIN pg_rewrite r ON r.ev_class = views.oid"))? {
        let [tree] = fields(&row)?;
        if ["{TABLESAMPLECLAUSE", ":limitCount {", ":limitOffset {", "{SQLVALUEFUNCTION", "{NEXTVALUEEXPR", "{CURRENTOFEXPR"]
            .iter()
            .any(|mark| tree.contains(mark))
        {
            return Ok(None);
        }
        whole_rows |= tree.contains(":varattno 0 ");
        relations.extend(numbers(&tree, &[":relid "]));
        routines.extend(numbers(&tree, &[":funcid ", ":opfuncid ", ":aggfnoid ", ":winfnoid "]));
    }
    let changing = format!(
        "SELECT EXISTS (SELECT FROM pg_proc WHERE oid IN ({}) AND provolatile <> 'i') OR EXISTS (SELECT FROM pg_class c \
         JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid IN ({}) AND (c.relkind NOT IN ('r', 'p', 'v') \
         OR n.nspname IN ('pg_catalog', 'information_schema', 'cutover')))",
        list_of(&routines),
        list_of(&relations)
    );
    if connection.value(&changing)?.as_deref() != Some("f") {
        return Ok(None);
    }
    let mut inputs = Vec::new();
    let default = PostgresDialect.quote_literal(&connection.default_schema);
    for row in
        connection.rows(&format!("{VIEWS} {}", COLUMNS.replace("{default}", &default).replace("{whole}", &whole_rows.to_string())))?
    {
        let [prefix, table, column] = fields(&row)?;
        inputs.push((table_name(Some(&prefix), Some(&table)), column));
    }
    Ok(Some(inputs))
}

/// The temporary view and every view below it.
const VIEWS: &str = "WITH RECURSIVE views AS (SELECT 'pg_temp.cutover_inputs'::regclass::oid AS oid \
    UNION SELECT d.refobjid FROM views JOIN pg_rewrite r ON r.ev_class = views.oid \
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass \
    JOIN pg_class c ON c.oid = d.refobjid AND c.relkind = 'v')";

/// The columns that the rules of those views depend on; a dependency on a whole table, where there is none on a column
/// of it, is one on all of its columns. Where a rule reads rows as wholes, which leaves no dependency of its own, `{whole}` is true.
const COLUMNS: &str = ", used AS (SELECT DISTINCT d.refobjid AS relation, d.refobjsubid AS number FROM views \
    JOIN pg_rewrite r ON r.ev_class = views.oid JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid \
    AND d.refclassid = 'pg_class'::regclass) \
    SELECT DISTINCT CASE WHEN n.nspname = {default} THEN '' ELSE n.nspname || '.' END, c.relname, a.attname \
    FROM used JOIN pg_class c ON c.oid = used.relation AND c.relkind IN ('r', 'p') JOIN pg_namespace n ON n.oid = c.relnamespace \
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
    AND (a.attnum = used.number OR {whole} OR (used.number = 0 AND NOT EXISTS (SELECT FROM used other \
    WHERE other.relation = used.relation AND other.number > 0))) ORDER BY 1, 2, 3";

/// The numbers that follow any of some words in a rule's tree.
fn numbers(tree: &str, words: &[&str]) -> BTreeSet<u32> {
    words
        .iter()
        .flat_map(|word| tree.match_indices(word).map(|(at, _)| &tree[at + word.len()..]))
        .filter_map(|rest| rest.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok())
        .filter(|number| *number != 0)
        .collect()
}

fn list_of(numbers: &BTreeSet<u32>) -> String {
    let list: Vec<_> = numbers.iter().map(u32::to_string).collect();
    if list.is_empty() { "0".to_owned() } else { list.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn numbers_are_found_behind_their_words_only() {
        let tree = "{FUNCEXPR :funcid 1598 :x 7} {RTE :relid 16400} {OPEXPR :opno 96 :opfuncid 65} :funcid 0";
        assert_eq!(numbers(tree, &[":funcid ", ":opfuncid "]).into_iter().collect::<Vec<_>>(), [65, 1598]);
        assert_eq!(numbers(tree, &[":relid "]).into_iter().collect::<Vec<_>>(), [16400]);
    }
}
