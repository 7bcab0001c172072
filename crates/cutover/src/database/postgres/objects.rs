//! Every object of the catalog and its properties, by a few queries over whole system tables.

use std::collections::BTreeMap;

use super::catalog::{fields, prelude};
use super::session::{Connection, unexpected_answer};
use crate::model::error::Result;
use crate::model::table::{ObjectKind, ObjectName, Properties};

/// The queries. Each returns kind, name, property and value; a property without a value is not there. A line that ends in
/// `-- since 14` is left out on older servers.
const QUERIES: [&str; 11] = [
    include_str!("objects/relations.sql"),
    include_str!("objects/columns.sql"),
    include_str!("objects/constraints.sql"),
    include_str!("objects/indexes.sql"),
    include_str!("objects/triggers.sql"),
    include_str!("objects/routines.sql"),
    include_str!("objects/sequences.sql"),
    include_str!("objects/types.sql"),
    include_str!("objects/database.sql"),
    include_str!("objects/publications.sql"),
    include_str!("objects/grants.sql"),
];

/// Reads all objects.
///
/// # Errors
/// The server's.
pub(super) fn read(connection: &mut Connection) -> Result<BTreeMap<ObjectName, Properties>> {
    let mut objects: BTreeMap<ObjectName, Properties> = BTreeMap::new();
    for query in QUERIES {
        let sql = for_version(query, connection.version);
        // A query with common tables of its own continues the prelude's list of them.
        let sql = match sql.split_once("\nWITH ") {
            Some((comment, rest)) => format!("{comment}\n{}, {rest}", prelude(connection)),
            None => format!("{}\n{sql}", prelude(connection)),
        };
        for row in connection.rows(&sql)? {
            let has_value = row.last().is_some_and(Option::is_some);
            let [kind_word, name, property, value] = fields(&row)?;
            let name = ObjectName { kind: ObjectKind::from_word(&kind_word).ok_or_else(unexpected_answer)?, name };
            let properties = objects.entry(name).or_default();
            if has_value {
                properties.insert(property, value);
            }
        }
    }
    Ok(objects)
}

/// Leaves out the lines that an older server would not understand.
fn for_version(query: &str, version: u32) -> String {
    let known = |line: &&str| {
        let since = line.rsplit_once("-- since ").and_then(|(_, major)| major.trim().parse::<u32>().ok());
        since.is_none_or(|major| version >= major * 10_000)
    };
    query.lines().filter(known).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_for_newer_servers_are_left_out() {
        let query = "SELECT 1\n, 2 -- since 14\n, 3 -- since 15";
        assert_eq!(for_version(query, 130_012), "SELECT 1");
        assert_eq!(for_version(query, 140_000), "SELECT 1\n, 2 -- since 14");
    }
}
