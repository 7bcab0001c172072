//! What a catalog says after an operation, so that the next one of the same plan finds what this one has made.

use super::{ForeignKey, KeyColumns, NewColumn, Operation, Rendered};
use crate::model::dialect::Dialect;
use crate::model::table::{Catalog, Column, ForeignKeyShape, IndexShape, Key, Relationship, Shape, Table, TableName};

/// Changes a catalog as an operation will have changed the database. Its objects stay as they are.
pub fn project(operation: &Operation, rendered: &Rendered, catalog: &mut Catalog, dialect: &dyn Dialect) {
    match operation {
        Operation::CreateTable(new) => {
            let primary = (!new.primary_key.is_empty()).then(|| Key {
                name: String::new(),
                columns: new.primary_key.clone(),
                primary: true,
                not_null: true,
            });
            let mut table = Table {
                name: TableName::from(new.table.clone()),
                columns: new.columns.iter().map(|column| described(column, dialect)).collect(),
                keys: primary.into_iter().collect(),
                bytes: None,
                estimated_rows: Some(0),
                rewrite_obstacles: Vec::new(),
                unit_obstacles: Vec::new(),
                shape: Shape::default(),
            };
            new.unique.iter().for_each(|key| add_index(&mut table, key, true));
            new.indexes.iter().for_each(|key| add_index(&mut table, key, false));
            let name = table.name.clone();
            catalog.tables.push(table);
            new.foreign_keys.iter().for_each(|key| refer(catalog, &name, key));
        }
        Operation::AddColumns { table, columns } => {
            let Some(found) = find(catalog, table) else { return };
            found.columns.extend(columns.iter().map(|column| described(column, dialect)));
            let name = found.name.clone();
            columns.iter().filter_map(|column| column.references.as_ref()).for_each(|key| refer(catalog, &name, key));
        }
        Operation::AddIndex { table, index } => find(catalog, table).into_iter().for_each(|table| add_index(table, index, false)),
        Operation::AddUnique { table, key } => find(catalog, table).into_iter().for_each(|table| add_index(table, key, true)),
        Operation::AddForeignKey { table, key } => {
            if let Some(name) = find(catalog, table).map(|table| table.name.clone()) {
                refer(catalog, &name, key);
            }
        }
        Operation::RenameColumn { table, from, to } => {
            if let Some(name) = find(catalog, table).map(|table| table.name.clone()) {
                rename(catalog, &name, from, to);
            }
        }
        Operation::ChangeType { table, column, data_type } => {
            let found = find(catalog, table).and_then(|table| table.columns.iter_mut().find(|known| known.name == *column));
            found.into_iter().for_each(|column| column.data_type = dialect.type_name(data_type));
        }
        Operation::WidenEnum { .. } => {}
    }
    if let Some(table) = find(catalog, operation.table()) {
        if rendered.definition.is_some() {
            table.shape.definition.clone_from(&rendered.definition);
        }
        table.shape.stored.extend(rendered.stored.iter().cloned());
    }
}

fn find<'a>(catalog: &'a mut Catalog, name: &str) -> Option<&'a mut Table> {
    catalog.tables.iter_mut().find(|table| table.name.to_string() == name)
}

/// A new column as a catalog will tell of it.
#[must_use]
pub fn described(column: &NewColumn, dialect: &dyn Dialect) -> Column {
    Column {
        name: column.name.clone(),
        data_type: dialect.type_name(&column.data_type),
        nullable: column.null,
        generated: false,
        numeric: false,
        utf8: false,
    }
}

fn add_index(table: &mut Table, key: &KeyColumns, unique: bool) {
    table.shape.indexes.push(IndexShape { name: key.name.clone(), columns: key.columns.clone(), unique });
    if unique {
        let not_null = key.columns.iter().all(|name| table.column(name).is_some_and(|column| !column.nullable));
        table.keys.push(Key { name: key.name.clone(), columns: key.columns.clone(), primary: false, not_null });
    }
}

fn refer(catalog: &mut Catalog, child: &TableName, key: &ForeignKey) {
    let parent = catalog.find(&key.parent).map_or_else(|| TableName::from(key.parent.clone()), |parent| parent.name.clone());
    catalog.relationships.push(Relationship {
        child: child.clone(),
        columns: key.columns.clone(),
        parent: parent.clone(),
        parent_columns: key.parent_columns.clone(),
        declared: true,
    });
    for table in catalog.tables.iter_mut().filter(|table| table.name == *child) {
        table.shape.foreign_keys.push(ForeignKeyShape {
            name: key.name.clone(),
            columns: key.columns.clone(),
            parent: parent.clone(),
            parent_columns: key.parent_columns.clone(),
            on_delete: key.on_delete.to_sql().to_owned(),
        });
    }
}

fn rename(catalog: &mut Catalog, name: &TableName, from: &str, to: &str) {
    let in_list = |columns: &mut Vec<String>| columns.iter_mut().filter(|column| *column == from).for_each(|column| to.clone_into(column));
    for table in &mut catalog.tables {
        let here = table.name == *name;
        for key in &mut table.shape.foreign_keys {
            if here {
                in_list(&mut key.columns);
            }
            if key.parent == *name {
                in_list(&mut key.parent_columns);
            }
        }
        if here {
            table.columns.iter_mut().filter(|column| column.name == from).for_each(|column| to.clone_into(&mut column.name));
            table.keys.iter_mut().for_each(|key| in_list(&mut key.columns));
            table.shape.indexes.iter_mut().for_each(|index| in_list(&mut index.columns));
            table.shape.stored.iter_mut().filter_map(|stored| stored.columns.as_mut()).for_each(in_list);
        }
    }
    for relationship in &mut catalog.relationships {
        if relationship.child == *name {
            in_list(&mut relationship.columns);
        }
        if relationship.parent == *name {
            in_list(&mut relationship.parent_columns);
        }
    }
}
