//! CSV steps: the rows of a table, brought in by their natural key.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::PlanStatement;
use super::document::Section;
use super::faults::{Faults, did_you_mean};
use super::load::Reading;
use super::script;
use crate::model::error::{Fault, Place};
use records::Cell;

mod records;

/// How many faults of one file are told: a column that does not fit is wrong in every line.
const MOST_FAULTS: usize = 50;

/// The rows of a CSV step.
#[derive(Debug, Clone)]
pub struct MasterData {
    /// The table that is filled, as the plan names it.
    pub table: String,
    /// The columns of the file, in its order.
    pub columns: Vec<DataColumn>,
    /// The rows, in the order of the file.
    pub rows: Vec<DataRow>,
    /// What undoes the step; `None` where the plan has no undo file.
    pub undo: Option<Vec<PlanStatement>>,
    file: String,
    text: Arc<str>,
}

/// A column of a CSV step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataColumn {
    /// The table's column.
    pub name: String,
    /// Whether it belongs to the natural key.
    pub key: bool,
    /// Where its value is looked up: the file then holds what to look for.
    pub reference: Option<Reference>,
    /// Where the file names it.
    pub place: Place,
}

/// `country_id>countries.code`: the row of `countries` whose `code` the file gives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The table that is referred to, as the plan names it.
    pub table: String,
    /// The column in which the file's text is looked for.
    pub column: String,
}

/// A row of a CSV step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataRow {
    /// The line on which it begins, counted from 1.
    pub line: usize,
    /// Its cells in the order of the columns; `None` is NULL.
    pub cells: Vec<Option<String>>,
    offsets: Vec<usize>,
}

impl MasterData {
    /// Where a cell stands.
    #[must_use]
    pub fn place(&self, row: &DataRow, column: usize) -> Place {
        Place::at(&self.file, &self.text, row.offsets.get(column).copied().unwrap_or_default())
    }

    /// The row that begins on a line.
    #[must_use]
    pub fn row(&self, line: usize) -> Option<&DataRow> {
        self.rows.binary_search_by_key(&line, |row| row.line).ok().map(|index| &self.rows[index])
    }

    /// The first column of the natural key: where faults of a whole row are shown.
    #[must_use]
    pub fn key_column(&self) -> usize {
        self.columns.iter().position(|column| column.key).unwrap_or_default()
    }

    /// Whether the file gives a table's column this text: for references to rows that come with the same plan.
    #[must_use]
    pub fn gives(&self, column: &str) -> BTreeSet<&str> {
        let index = self.columns.iter().position(|own| own.name == column && own.reference.is_none());
        index.map_or_else(BTreeSet::new, |index| self.rows.iter().filter_map(|row| row.cells[index].as_deref()).collect())
    }
}

/// Keeps what a person can read of many faults of one file.
#[must_use]
pub fn first_faults(mut faults: Vec<Fault>) -> Vec<Fault> {
    let more = faults.len().saturating_sub(MOST_FAULTS);
    faults.truncate(MOST_FAULTS);
    if let Some(last) = faults.last_mut().filter(|_| more > 0) {
        last.message.push_str(&format!(" (and {more} faults more in this file)"));
    }
    faults
}

/// What `plan.toml` says of CSV steps: `[keys]` and `[titles]`.
#[derive(Debug, Default)]
pub(super) struct Declared {
    keys: BTreeMap<String, (Vec<(String, Place)>, Place)>,
    titles: BTreeMap<String, (String, Place)>,
    /// The tables of CSV steps.
    filled: BTreeSet<String>,
    /// The names of CSV steps.
    steps: BTreeSet<String>,
}

impl Declared {
    /// Reads the two tables.
    pub(super) fn read(keys: Option<Section<'_>>, titles: Option<Section<'_>>, faults: &mut Faults) -> Self {
        let mut declared = Self::default();
        for entry in keys.map(|mut section| section.take_all()).unwrap_or_default() {
            let (table, place) = (entry.key.clone(), entry.key_place());
            let columns = entry.texts(faults);
            if columns.is_empty() {
                faults.add(place.clone(), format!("the natural key of `{table}` has no column"), "name one at least: [\"code\"]");
            }
            declared.keys.insert(table, (columns, place));
        }
        for entry in titles.map(|mut section| section.take_all()).unwrap_or_default() {
            if let Some(title) = entry.text(faults) {
                declared.titles.insert(entry.key.clone(), (title, entry.key_place()));
            }
        }
        declared
    }

    /// The title of a CSV step.
    pub(super) fn title(&mut self, step: &str) -> Option<String> {
        self.steps.insert(step.to_owned());
        self.titles.get(step).map(|(title, _)| title.clone())
    }

    /// Reports what no CSV step has asked for: most often a name that is misspelt.
    pub(super) fn finish(&self, faults: &mut Faults) {
        for (table, (_, place)) in self.keys.iter().filter(|(table, _)| !self.filled.contains(*table)) {
            faults.add(place.clone(), format!("no CSV step fills `{table}`"), "take the line out, or name the file for the table");
        }
        for (step, (_, place)) in self.titles.iter().filter(|(step, _)| !self.steps.contains(*step)) {
            let remedy = did_you_mean(step, self.steps.iter().map(String::as_str));
            faults.add(place.clone(), format!("there is no CSV step `{step}` to give a title to"), remedy);
        }
    }

    /// The table that a file's name means, and its natural key. The schema is not in the file's name, but in the key's.
    fn key(&mut self, table: &str) -> Option<(String, Vec<(String, Place)>)> {
        let mut named = self.keys.iter().filter(|(name, _)| name.rsplit('.').next() == Some(table));
        let (name, (columns, _)) = named.next()?;
        let found = (name.clone(), columns.clone());
        self.filled.insert(found.0.clone());
        Some(found)
    }
}

/// The table of `0100_countries`: the name behind the number.
pub(super) fn table_of(file_name: &str) -> &str {
    let behind = file_name.trim_start_matches(|letter: char| letter.is_ascii_digit());
    match behind.strip_prefix(['_', '-']) {
        Some(table) if behind.len() < file_name.len() && !table.is_empty() => table,
        _ => file_name,
    }
}

/// Reads a CSV file. `None` where it cannot be used at all; the faults say why.
pub(super) fn read(reading: &mut Reading<'_>, path: &str, file_name: &str, undo: Option<Vec<PlanStatement>>) -> Option<MasterData> {
    let text = script::text(reading, path)?;
    // The mark that spreadsheets begin a file with is no part of its first cell.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let place_of = |offset: usize| Place::at(path, text, offset);
    let table = table_of(file_name);
    let Some((table, key)) = reading.master_data.key(table) else {
        let message = format!("the natural key of `{table}` is not known");
        reading.faults.add(
            Place::file(path),
            message,
            format!("add to plan.toml: [keys] {table} = [\"…\"], the columns that tell rows apart"),
        );
        return None;
    };
    let (mut records, not_csv) = records::read(text);
    let mut faults = Vec::new();
    let mut fault = |place, message: String, remedy: &str| faults.push(Fault { message, place, remedy: remedy.to_owned() });
    for error in &not_csv {
        fault(place_of(error.offset), error.message.to_owned(), error.remedy);
    }
    if records.is_empty() {
        fault(Place::file(path), "the file is empty".to_owned(), "make its first line the names of the columns");
    }
    if !not_csv.is_empty() || records.is_empty() {
        reading.faults.faults.append(&mut first_faults(faults));
        return None;
    }
    let header = records.remove(0);
    let columns = columns(&header, &key, &place_of, &mut faults);
    for (column, place) in key.iter().filter(|(column, _)| !columns.iter().any(|own| own.name == *column)) {
        let remedy = did_you_mean(column, columns.iter().map(|column| column.name.as_str()));
        let message = format!("{path} has no column `{column}`, which belongs to the key of `{table}`");
        faults.push(Fault { message, place: place.clone(), remedy });
    }
    let rows = rows(text, records, &columns, header.len(), &place_of, &mut faults);
    let sound = faults.is_empty();
    reading.faults.faults.append(&mut first_faults(faults));
    sound.then(|| MasterData { table, columns, rows, undo, file: path.to_owned(), text: Arc::from(text) })
}

fn columns(header: &[Cell], key: &[(String, Place)], place_of: &dyn Fn(usize) -> Place, faults: &mut Vec<Fault>) -> Vec<DataColumn> {
    let mut columns: Vec<DataColumn> = Vec::new();
    for cell in header {
        let place = place_of(cell.offset);
        let mut fault = |message: String, remedy: &str| faults.push(Fault { message, place: place.clone(), remedy: remedy.to_owned() });
        let Some(text) = cell.text.as_deref().filter(|text| !text.is_empty()) else {
            fault("this column has no name".to_owned(), "name a column of the table, or take the comma out");
            continue;
        };
        let (name, reference) = match text.split_once('>') {
            None => (text, None),
            Some((name, target)) => match target.rsplit_once('.') {
                Some((table, column)) if !table.is_empty() && !column.is_empty() => {
                    (name, Some(Reference { table: table.to_owned(), column: column.to_owned() }))
                }
                _ => {
                    fault(format!("`{target}` names no column of another table"), "write for example country_id>countries.code");
                    (name, None)
                }
            },
        };
        if columns.iter().any(|column| column.name == name) {
            fault(format!("the column `{name}` stands twice"), "take one of them out");
            continue;
        }
        let key = key.iter().any(|(column, _)| column == name);
        columns.push(DataColumn { name: name.to_owned(), key, reference, place });
    }
    columns
}

fn rows(
    text: &str,
    records: Vec<Vec<Cell>>,
    columns: &[DataColumn],
    width: usize,
    place_of: &dyn Fn(usize) -> Place,
    faults: &mut Vec<Fault>,
) -> Vec<DataRow> {
    let mut rows: Vec<DataRow> = Vec::new();
    let mut seen: BTreeMap<Vec<Option<String>>, usize> = BTreeMap::new();
    // Places count lines from the top each time; for every row of a large file that would be slow.
    let (mut line, mut counted) = (1, 0);
    for record in records {
        let offset = record.first().map_or(0, |cell| cell.offset);
        line += text[counted..offset].matches('\n').count();
        counted = offset;
        if record.len() != width {
            let cells = |count: usize| if count == 1 { "1 cell".to_owned() } else { format!("{count} cells") };
            let message = format!("this line has {}, and the header {}", cells(record.len()), cells(width));
            let remedy = "give each column a cell; put texts with commas into quotes".to_owned();
            faults.push(Fault { message, place: place_of(offset), remedy });
            continue;
        }
        // A header with a fault has fewer columns than cells; what follows from it is not told.
        if columns.len() != width {
            continue;
        }
        let (cells, offsets): (Vec<_>, Vec<_>) = record.into_iter().map(|cell| (cell.text, cell.offset)).unzip();
        let key: Vec<_> = columns.iter().zip(&cells).filter(|(column, _)| column.key).map(|(_, cell)| cell.clone()).collect();
        if let Some(first) = seen.get(&key).filter(|_| !key.is_empty()) {
            let shown: Vec<_> = key.iter().map(|cell| cell.as_deref().unwrap_or("NULL")).collect();
            let place = offsets[columns.iter().position(|column| column.key).unwrap_or_default()];
            let message = format!("the key {} stands on line {first} already", shown.join(", "));
            faults.push(Fault { message, place: place_of(place), remedy: "take one of the two lines out".to_owned() });
            continue;
        }
        seen.insert(key, line);
        rows.push(DataRow { line, cells, offsets });
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::table_of;

    #[test]
    fn the_table_is_the_name_behind_the_number() {
        assert_eq!(table_of("0100_countries"), "countries");
        assert_eq!(table_of("0100-payment_methods"), "payment_methods");
        assert_eq!(table_of("countries"), "countries");
        assert_eq!(table_of("2fa_codes"), "2fa_codes");
        assert_eq!(table_of("0100_"), "0100_");
    }
}
