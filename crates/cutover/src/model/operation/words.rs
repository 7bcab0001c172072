//! Operations in words: what they ask for, before a database says how it is done.

use std::fmt;

use super::{NewColumn, Operation};

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddColumns { columns, .. } => {
                let columns: Vec<_> = columns.iter().map(column).collect();
                write!(formatter, "adds {}", columns.join("; "))
            }
            Self::CreateTable(new) => {
                let columns: Vec<_> = new.columns.iter().map(column).collect();
                write!(formatter, "creates the table with {}", columns.join("; "))?;
                for key in &new.unique {
                    write!(formatter, "; unique ({}) as {}", key.columns.join(", "), key.name)?;
                }
                for key in &new.indexes {
                    write!(formatter, "; index ({}) as {}", key.columns.join(", "), key.name)?;
                }
                for key in &new.foreign_keys {
                    write!(formatter, "; ({}) refers to {} ON DELETE {}", key.columns.join(", "), key.parent, key.on_delete)?;
                }
                Ok(())
            }
            Self::AddIndex { index, .. } => write!(formatter, "adds the index {} over ({})", index.name, index.columns.join(", ")),
            Self::AddUnique { key, .. } => write!(formatter, "makes ({}) unique as {}", key.columns.join(", "), key.name),
            Self::AddForeignKey { key, .. } => write!(
                formatter,
                "lets ({}) refer to {}.({}) ON DELETE {}, as {}",
                key.columns.join(", "),
                key.parent,
                key.parent_columns.join(", "),
                key.on_delete,
                key.name
            ),
            Self::RenameColumn { from, to, .. } => write!(formatter, "calls the column {from} {to}"),
            Self::ChangeType { column, data_type, .. } => write!(formatter, "makes {column} a {data_type}"),
            Self::WidenEnum { column, values, .. } => write!(formatter, "lets {column} hold {} too", values.join(", ")),
        }
    }
}

fn column(column: &NewColumn) -> String {
    let mut what = format!("{} {}{}", column.name, column.data_type, if column.null { "" } else { " NOT NULL" });
    if let Some(fill) = &column.fill {
        what.push_str(&format!(", filled with {fill} in the rows that exist"));
    }
    if let Some(unique) = &column.unique {
        what.push_str(&format!(", unique as {unique}"));
    }
    if let Some(key) = &column.references {
        what.push_str(&format!(", referring to {} ON DELETE {}", key.parent, key.on_delete));
    }
    what
}
