//! In which order tables' rows can come and go, where foreign keys are checked by each statement.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::table::{Catalog, Relationship, TableName};

/// Tables in an order in which their rows can be inserted; backwards, they can be deleted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Order {
    /// The tables, parents first.
    pub tables: Vec<TableName>,
    /// Columns of foreign keys that refer in a circle: a new row has NULL in them until every row is there.
    pub later: BTreeMap<TableName, BTreeSet<String>>,
}

/// Puts tables in order. A circle is broken where a foreign key can be NULL; where none can, the tables of the circle come in the
/// order in which they were given, and the database may refuse that.
pub(super) fn order(tables: &[TableName], catalog: &Catalog) -> Order {
    let mut order = Order::default();
    let mut waiting: Vec<&TableName> = tables.iter().collect();
    let declared: Vec<&Relationship> = catalog.relationships.iter().filter(|relationship| relationship.declared).collect();
    for relationship in declared.iter().filter(|relationship| relationship.child == relationship.parent) {
        order.put_off(relationship, catalog);
    }
    while !waiting.is_empty() {
        let behind = |table: &TableName| -> Vec<&&Relationship> {
            let parents = declared.iter().filter(|relationship| relationship.child == *table && relationship.parent != *table);
            parents.filter(|relationship| waiting.contains(&&relationship.parent)).collect()
        };
        let next = waiting.iter().position(|table| behind(table).is_empty()).unwrap_or_else(|| {
            let can_wait = |table: &&&TableName| behind(table).iter().all(|relationship| !nullable(relationship, catalog).is_empty());
            let broken = waiting.iter().position(|table| can_wait(&table)).unwrap_or(0);
            for relationship in behind(waiting[broken]) {
                order.put_off(relationship, catalog);
            }
            broken
        });
        order.tables.push(waiting.remove(next).clone());
    }
    order
}

impl Order {
    fn put_off(&mut self, relationship: &Relationship, catalog: &Catalog) {
        let columns = nullable(relationship, catalog);
        if !columns.is_empty() {
            self.later.entry(relationship.child.clone()).or_default().extend(columns);
        }
    }
}

/// The columns of a foreign key that can be NULL, with which it refers to nothing.
fn nullable(relationship: &Relationship, catalog: &Catalog) -> Vec<String> {
    let Some(table) = catalog.table(&relationship.child) else { return Vec::new() };
    let can_be = |name: &&String| table.column(name).is_some_and(|column| column.nullable && !column.generated);
    let in_key = |name: &&String| table.keys.iter().any(|key| key.not_null && key.columns.contains(*name));
    relationship.columns.iter().filter(can_be).filter(|name| !in_key(name)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::order;
    use crate::model::table::{Catalog, Column, Relationship, Table, TableName};

    fn catalog(keys: &[(&str, &str, bool)]) -> Catalog {
        let mut catalog = Catalog::default();
        for (child, parent, nullable) in keys {
            catalog.relationships.push(Relationship {
                child: TableName::local(*child),
                columns: vec![format!("{parent}_id")],
                parent: TableName::local(*parent),
                parent_columns: vec!["id".to_owned()],
                declared: true,
            });
            let column = Column {
                name: format!("{parent}_id"),
                data_type: "integer".to_owned(),
                nullable: *nullable,
                generated: false,
                numeric: true,
                utf8: true,
            };
            match catalog.tables.iter_mut().find(|table| table.name.name == *child) {
                Some(table) => table.columns.push(column),
                None => catalog.tables.push(Table {
                    name: TableName::local(*child),
                    columns: vec![column],
                    keys: Vec::new(),
                    bytes: None,
                    estimated_rows: None,
                    rewrite_obstacles: Vec::new(),
                    unit_obstacles: Vec::new(),
                    shape: crate::model::table::Shape::default(),
                }),
            }
        }
        catalog
    }

    fn ordered(tables: &[&str], keys: &[(&str, &str, bool)]) -> (Vec<String>, Vec<String>) {
        let tables: Vec<_> = tables.iter().map(|name| TableName::local(*name)).collect();
        let order = order(&tables, &catalog(keys));
        let later = order.later.iter().flat_map(|(table, columns)| columns.iter().map(move |column| format!("{table}.{column}")));
        (order.tables.iter().map(ToString::to_string).collect(), later.collect())
    }

    #[test]
    fn parents_come_before_their_children() {
        let keys = [("a", "b", false), ("b", "c", false)];
        assert_eq!(ordered(&["a", "b", "c"], &keys), (vec!["c".to_owned(), "b".to_owned(), "a".to_owned()], Vec::new()));
        // Of tables that are not written, nothing is waited for.
        assert_eq!(ordered(&["a", "c"], &keys).0, ["a", "c"]);
    }

    #[test]
    fn a_circle_is_broken_where_a_key_can_be_null() {
        let (tables, later) = ordered(&["a", "b"], &[("a", "b", false), ("b", "a", true)]);
        assert_eq!((tables, later), (vec!["b".to_owned(), "a".to_owned()], vec!["b.a_id".to_owned()]));
        assert_eq!(ordered(&["a"], &[("a", "a", true)]).1, ["a.a_id"]);
        let (tables, later) = ordered(&["a", "b"], &[("a", "b", false), ("b", "a", false)]);
        assert!(tables.len() == 2 && later.is_empty());
    }
}
