//! Rows of a file brought into a table: what is missing is inserted, what differs is updated, and nothing else is touched.
//!
//! Written without `ON CONFLICT` and its like. Those need a unique key, which a natural key need not be; they draw a number from a
//! sequence for each row that is there already; and they cannot look references up. Each statement here is right by itself, and changes
//! nothing when it is executed once more.

use super::dialect::Dialect;
use super::table::TableName;
use super::value::ValueKind;

/// The most rows of one statement: SQLite allows a query 500 arms.
pub const MOST_ROWS: usize = 250;

/// Rows for a table.
#[derive(Debug, Clone)]
pub struct Upsert<'a> {
    /// The table.
    pub table: TableName,
    /// Its columns that the file gives.
    pub columns: Vec<UpsertColumn>,
    /// The line of each row, and its cells; `None` is NULL.
    pub rows: Vec<(usize, &'a [Option<String>])>,
}

/// A column that a file gives.
#[derive(Debug, Clone)]
pub struct UpsertColumn {
    /// Its name.
    pub name: String,
    /// What it can hold.
    pub kind: ValueKind,
    /// Whether it belongs to the natural key.
    pub key: bool,
    /// Whether it may hold NULL, as far as that is known.
    pub nullable: bool,
    /// Whether it, or what it refers to, is not there yet: it is then neither compared nor looked up.
    pub absent: bool,
    /// Where its value is looked up, if the file does not give the value itself.
    pub reference: Option<UpsertReference>,
}

/// Where a column's value is looked up.
#[derive(Debug, Clone)]
pub struct UpsertReference {
    /// The table that is referred to.
    pub table: TableName,
    /// The column in which the file's text is looked for.
    pub column: String,
    /// What that column can hold.
    pub kind: ValueKind,
    /// The column whose value is taken.
    pub value: String,
}

impl Upsert<'_> {
    /// Inserts the rows whose key is not there, in the order of the file.
    ///
    /// They are counted, here and in the proof: MariaDB makes an IN of an EXISTS, and then refuses a reference in the key (error 1235).
    #[must_use]
    pub fn insert(&self, dialect: &dyn Dialect) -> String {
        let names: Vec<_> = self.columns.iter().map(|column| column.name.clone()).collect();
        let values: Vec<_> = (0..self.columns.len()).map(|index| format!("file.c{index}")).collect();
        let table = dialect.quote_table(&self.table);
        format!(
            "INSERT INTO {table} ({})\nSELECT {} FROM ({}) AS file\nWHERE (SELECT COUNT(*) FROM {table} AS target WHERE {}) = 0\nORDER BY file.line",
            dialect.quote_columns("", &names),
            values.join(", "),
            self.file(dialect),
            self.same_key(dialect, "target."),
        )
    }

    /// Updates the rows whose key is there and whose other columns differ; `None` where there are no others.
    #[must_use]
    pub fn update(&self, dialect: &dyn Dialect) -> Option<String> {
        let others = self.columns.iter().enumerate().filter(|(_, column)| !column.key);
        let assignments: Vec<_> = others.map(|(index, column)| (column.name.clone(), format!("file.c{index}"))).collect();
        if assignments.is_empty() {
            return None;
        }
        let condition = format!("{} AND ({})", self.same_key(dialect, "target."), self.differs(dialect));
        Some(dialect.update_from(&self.table, &assignments, &self.file(dialect), &condition))
    }

    /// Deletes the rows that have the key of one of these.
    #[must_use]
    pub fn delete(&self, dialect: &dyn Dialect) -> String {
        // Not every database allows another name for the table of a DELETE.
        let table = dialect.quote_table(&self.table);
        let condition = self.same_key(dialect, &format!("{table}."));
        format!("DELETE FROM {table}\nWHERE EXISTS (SELECT 1 FROM ({}) AS file WHERE {condition})", self.file(dialect))
    }

    /// A query for the lines of the rows that do not stand in the table exactly once and exactly as the file has them.
    #[must_use]
    pub fn not_there(&self, dialect: &dyn Dialect) -> String {
        let table = dialect.quote_table(&self.table);
        let mut wrong = vec![
            format!("(SELECT COUNT(*) FROM {table} AS target WHERE {}) <> 1", self.same_key(dialect, "target.")),
            format!(
                "(SELECT COUNT(*) FROM {table} AS target WHERE {} AND ({})) > 0",
                self.same_key(dialect, "target."),
                self.differs(dialect)
            ),
        ];
        let references = self.columns.iter().enumerate().filter(|(_, column)| column.reference.is_some());
        wrong.extend(references.map(|(index, _)| format!("file.g{index} IS NOT NULL AND file.c{index} IS NULL")));
        format!("SELECT file.line AS line FROM ({}) AS file\nWHERE {} ORDER BY file.line", self.file(dialect), wrong.join("\nOR "))
    }

    /// A query for each row's line, how many rows of the table have its key, and how many of those differ from it.
    #[must_use]
    pub fn there(&self, dialect: &dyn Dialect) -> String {
        let table = dialect.quote_table(&self.table);
        let same = self.same_key(dialect, "target.");
        format!(
            "SELECT file.line AS line, (SELECT COUNT(*) FROM {table} AS target WHERE {same}) AS found, \
             (SELECT COUNT(*) FROM {table} AS target WHERE {same} AND ({})) AS other FROM ({}) AS file\nORDER BY file.line",
            self.differs(dialect),
            self.file(dialect),
        )
    }

    /// A query for the pairs of lines whose keys the database calls equal, though the file has them differently.
    #[must_use]
    pub fn same_keys(&self, dialect: &dyn Dialect) -> String {
        let equal = self.on_keys(|index, column| {
            let side = |side: &str| (format!("{side}.c{index}"), given_as(side, index, column));
            (side("other"), side("file"))
        });
        let file = self.file(dialect);
        format!(
            "SELECT file.line AS line, other.line AS first FROM ({file}) AS file, ({file}) AS other\n\
             WHERE other.line < file.line AND {equal}\nORDER BY file.line"
        )
    }

    /// A query for the values of one reference's column that are not there exactly once: line, and how many there are.
    #[must_use]
    pub fn unknown(&self, dialect: &dyn Dialect, index: usize) -> Option<String> {
        let reference = self.columns[index].reference.as_ref()?;
        let literal = |cell: &Option<String>| literal(dialect, &reference.kind, cell.as_deref());
        let rows: Vec<_> = self.rows.iter().map(|(line, cells)| (*line, vec![literal(&cells[index])])).collect();
        let like = [(reference.table.clone(), reference.column.clone())];
        let count = format!(
            "(SELECT COUNT(*) FROM {} AS parent WHERE parent.{} = given.c0)",
            dialect.quote_table(&reference.table),
            dialect.quote_identifier(&reference.column),
        );
        Some(format!(
            "SELECT given.line AS line, {count} AS found FROM ({}) AS given\nWHERE given.c0 IS NOT NULL AND {count} <> 1 ORDER BY given.line",
            dialect.literal_rows(&like, &rows)
        ))
    }

    /// The rows with their references looked up: `line`, `c0`, `c1`, …, and for references what the file says, `g0`, ….
    fn file(&self, dialect: &dyn Dialect) -> String {
        // What is not there cannot be a model of its own values, which are left out.
        let key = self.columns.iter().find(|column| column.key && !column.absent);
        let like = |column: &UpsertColumn| {
            let model = key.filter(|_| column.absent).unwrap_or(column);
            match &model.reference {
                Some(reference) => (reference.table.clone(), reference.column.clone()),
                None => (self.table.clone(), model.name.clone()),
            }
        };
        let kind = |column: &UpsertColumn| column.reference.as_ref().map_or(&column.kind, |reference| &reference.kind).clone();
        let like: Vec<_> = self.columns.iter().map(like).collect();
        let kinds: Vec<_> = self.columns.iter().map(kind).collect();
        let literals = |cells: &[Option<String>]| {
            let given = cells.iter().zip(&self.columns).map(|(cell, column)| cell.as_deref().filter(|_| !column.absent));
            given.zip(&kinds).map(|(cell, kind)| literal(dialect, kind, cell)).collect()
        };
        let rows: Vec<_> = self.rows.iter().map(|(line, cells)| (*line, literals(cells))).collect();
        let mut columns = vec!["given.line AS line".to_owned()];
        for (index, column) in self.columns.iter().enumerate() {
            match column.reference.as_ref().filter(|_| !column.absent) {
                None => columns.push(format!("given.c{index} AS c{index}")),
                Some(reference) => {
                    columns.push(format!("given.c{index} AS g{index}"));
                    columns.push(format!(
                        "(SELECT parent.{} FROM {} AS parent WHERE parent.{} = given.c{index}) AS c{index}",
                        dialect.quote_identifier(&reference.value),
                        dialect.quote_table(&reference.table),
                        dialect.quote_identifier(&reference.column),
                    ));
                }
            }
        }
        format!("SELECT {} FROM (\n{}\n) AS given", columns.join(", "), dialect.literal_rows(&like, &rows))
    }

    /// The database's own equality, with its collations: what a unique key would call the same row.
    fn same_key(&self, dialect: &dyn Dialect, prefix: &str) -> String {
        self.on_keys(|index, column| {
            let there = format!("{prefix}{}", dialect.quote_identifier(&column.name));
            ((there.clone(), there), (format!("file.c{index}"), given_as("file", index, column)))
        })
    }

    /// `sides` are for each key column two values, each with what is NULL where NULL is meant: a reference that nothing answers is not.
    fn on_keys(&self, sides: impl Fn(usize, &UpsertColumn) -> ((String, String), (String, String))) -> String {
        let equal = |(index, column): (usize, &UpsertColumn)| {
            let ((left, left_given), (right, right_given)) = sides(index, column);
            // Without a need for it, NULL is left out: the condition can then use an index.
            if column.nullable {
                format!("({left} = {right} OR ({left_given} IS NULL AND {right_given} IS NULL))")
            } else {
                format!("{left} = {right}")
            }
        };
        let keys: Vec<_> = self.columns.iter().enumerate().filter(|(_, column)| column.key).map(equal).collect();
        keys.join(" AND ")
    }

    fn differs(&self, dialect: &dyn Dialect) -> String {
        let differs = |(index, column): (usize, &UpsertColumn)| {
            let there = format!("target.{}", dialect.quote_identifier(&column.name));
            dialect.differs(&there, &format!("file.c{index}"), &column.kind)
        };
        let others: Vec<_> = self.columns.iter().enumerate().filter(|(_, column)| !column.key && !column.absent).map(differs).collect();
        if others.is_empty() { "1 = 0".to_owned() } else { others.join(" OR ") }
    }
}

/// What the file says of a key column: of a reference, what it looks for.
fn given_as(side: &str, index: usize, column: &UpsertColumn) -> String {
    let letter = if column.reference.is_some() { 'g' } else { 'c' };
    format!("{side}.{letter}{index}")
}

fn literal(dialect: &dyn Dialect, kind: &ValueKind, cell: Option<&str>) -> String {
    cell.map_or_else(|| "NULL".to_owned(), |text| dialect.value_literal(kind, text))
}
