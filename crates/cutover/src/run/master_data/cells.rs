//! What can be told of a CSV step's cells from the catalog alone.

use crate::model::error::Fault;
use crate::model::table::{ObjectKind, ObjectName};

use super::{Look, kind, levels};

impl Look<'_> {
    /// Cells that do not fit their columns, and rows that wait for each other.
    pub(super) fn cells(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (index, column) in self.data.columns.iter().enumerate() {
            let there = self.catalog.find(&self.data.table).and_then(|table| table.column(&column.name));
            if let Some(message) = there.and_then(|column| self.computed(column)) {
                let remedy = "take the column out of the file".to_owned();
                faults.push(Fault { message, place: column.place.clone(), remedy });
                continue;
            }
            let kind = match &column.reference {
                Some(reference) => kind(&reference.table, &reference.column, self.plan, self.dialect, self.catalog),
                None => kind(&self.data.table, &column.name, self.plan, self.dialect, self.catalog),
            };
            for row in &self.data.rows {
                match row.cells[index].as_deref() {
                    None if there.is_some_and(|column| !column.nullable) => {
                        let message = format!("`{}` must not be NULL, which an empty cell is", column.name);
                        faults.push(self.fault(row, index, message, "give it a value; two quotes are the empty text"));
                    }
                    None => {}
                    Some(text) => {
                        if let Some(wanted) = kind.objection(text) {
                            let name = column.reference.as_ref().map_or(&column.name, |reference| &reference.column);
                            let message = format!("`{name}` takes {wanted}: `{}` does not fit", excerpt(text));
                            faults.push(self.fault(row, index, message, "correct the cell, or the column's type by a step before"));
                        }
                    }
                }
            }
        }
        faults.extend(levels(self.data).1.into_iter().map(|row| {
            let message = "this row needs another row of the file to be there first, which needs this one".to_owned();
            self.fault(row, self.data.key_column(), message, "leave the reference empty here, and set it in an SQL step behind")
        }));
        faults
    }

    /// Why a file must not give a column.
    fn computed(&self, column: &crate::model::table::Column) -> Option<String> {
        let object =
            ObjectName { kind: ObjectKind::Column, name: format!("{}.{}", self.catalog.find(&self.data.table)?.name, column.name) };
        let always = self.catalog.objects.get(&object).and_then(|properties| properties.get("identity")).is_some_and(|how| how == "always");
        (column.generated || always).then(|| format!("the database itself gives `{}` its values", column.name))
    }
}

/// The beginning of a text, on one line.
fn excerpt(text: &str) -> String {
    const SHOWN: usize = 60;
    let shown: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(SHOWN).collect();
    if shown.len() < text.len() { format!("{shown}…") } else { shown }
}
