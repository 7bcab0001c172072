//! What was written since the run, which a restore takes away: rows by table, and definitions.

use std::path::Path;

use crate::database::Reader;
use crate::journal::Journal;
use crate::model::dialect::Dialect;
use crate::model::error::Result;
use crate::model::table::{Catalog, TableName};
use crate::plan::Severity;
use crate::run::new_tables::{self, NewTable};
use crate::run::verification::Listening;
use crate::snapshot::seal::private_directory;
use crate::snapshot::{Snapshot, TableEntry};
use crate::verify::added::{Besides, IntoAdded};
use crate::verify::catalog;
use crate::verify::differing::Kept;
use crate::verify::grants::Grants;
use crate::verify::rulings::{Rulings, Terms};
use crate::verify::tables::{self, After};
use crate::verify::verdict::{Finding, Verdict};

/// With what the name of the rules begins under which this is told.
const RULE: &str = "new-writes";

/// What was written.
#[derive(Debug, Default)]
pub(super) struct NewWrites {
    /// Rows by table, and in words what they are.
    pub tables: Vec<(TableName, u64)>,
    /// What was written into nothing but columns that the run has added.
    pub into_added: Vec<IntoAdded>,
    /// The key hashes of the rows of tables that stood before the run.
    pub keys: Kept,
    /// Tables that came with the run or after it, as the run left them (`None`: they came later) and as they are now.
    pub new_tables: Vec<(Option<TableEntry>, TableEntry)>,
    /// What is told of definitions that others have changed.
    pub objects: Vec<String>,
    /// Everything as findings, with some of the rows.
    findings: Vec<Finding>,
}

impl NewWrites {
    /// Whether there is nothing that would be lost.
    pub(super) fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.into_added.is_empty() && self.objects.is_empty()
    }

    /// In words.
    pub(super) fn in_words(&self) -> String {
        let rows = self.tables.iter().map(|(table, rows)| format!("{rows} in {table}"));
        let objects = self.objects.len();
        let definitions = (objects > 0).then(|| format!("{objects} definitions"));
        let into_added = self.into_added.iter().map(IntoAdded::in_words);
        rows.chain(into_added).chain(definitions).collect::<Vec<_>>().join(", ")
    }

    /// As a verdict that fails where there is anything.
    pub(super) fn verdict(&self) -> Verdict {
        let mut rulings = Rulings::default();
        for finding in &self.findings {
            rulings.judge(finding.rule.clone(), finding.message.clone(), vec![finding.clone()]);
        }
        rulings.finish(&Terms::default(), Vec::new())
    }
}

/// Compares a database with what a run left.
pub(super) struct Look<'a> {
    /// What was there before the run.
    pub before: &'a Snapshot,
    /// What the run left.
    pub left: &'a Snapshot,
    /// By which names and types the run has made the old columns to be read.
    pub grants: &'a Grants,
    /// The database's dialect.
    pub dialect: &'a dyn Dialect,
    /// Where rows files go.
    pub folder: &'a Path,
    /// Who is told.
    pub journal: &'a Journal<'a>,
}

impl Look<'_> {
    /// Finds what was written.
    ///
    /// # Errors
    /// Where something cannot be read.
    pub(super) fn at(&self, reader: &mut dyn Reader) -> Result<NewWrites> {
        let catalog = reader.catalog()?;
        private_directory(&self.folder.join("rows"))?;
        let mut rulings = Rulings::default();
        let listening = Listening::new(self.journal, self.before);
        let scratch = self.folder.join("scratch");
        let after = After::Live(reader, self.folder, Besides::Since(self.left, self.dialect));
        let compared = tables::compare(self.before, &catalog, after, self.grants, &scratch, &mut rulings, &listening)?;
        let mut found = NewWrites { tables: compared.since, keys: compared.written, ..NewWrites::default() };
        let verdict = rulings.finish(&Terms::default(), Vec::new());
        for (table, count) in &found.tables {
            found.findings.push(with_sample(&verdict.findings, table, *count));
        }
        for written in compared.into_added {
            found.findings.push(written.finding(format!("{RULE}:{}.{}", written.table, written.columns.join("+")), Severity::Error));
            found.keys.entry(written.table.clone()).or_default().extend(&written.keys);
            found.into_added.push(written);
        }
        self.new_tables(&catalog, reader, &mut found)?;
        self.objects(&catalog, &mut found);
        Ok(found)
    }

    /// Tables that are not in the snapshot go with all that is in them.
    fn new_tables(&self, catalog: &Catalog, reader: &mut dyn Reader, found: &mut NewWrites) -> Result<()> {
        for table in new_tables::look(self.before, self.left, catalog, self.folder, reader)? {
            let NewTable { name, left, now, written } = table;
            let Some(now) = now else {
                found.objects.push(format!("the table {name} has lost columns"));
                continue;
            };
            if written > 0 {
                let message = format!("{written} rows of {name} written since the run, which is not in the backup");
                found.findings.push(finding(&name.to_string(), written, message));
                found.tables.push((name, written));
                found.new_tables.push((left, now));
            }
        }
        Ok(())
    }

    /// Definitions that are others than those that the run left.
    fn objects(&self, catalog: &Catalog, found: &mut NewWrites) {
        let comparison = catalog::compare(&self.left.manifest.catalog, catalog, &Grants::default());
        for changed in comparison.findings {
            found.objects.push(changed.message.clone());
            found.findings.push(Finding { rule: format!("{RULE}:{}", changed.subject), ..changed });
        }
    }
}

fn finding(table: &str, count: u64, message: String) -> Finding {
    Finding {
        rule: format!("{RULE}:{table}"),
        severity: Severity::Error,
        subject: table.to_owned(),
        message,
        count,
        rows: Vec::new(),
        hint: None,
        revealed: false,
    }
}

/// What a comparison has said of the rows of a table that were written since, with some of them.
fn with_sample(findings: &[Finding], table: &TableName, count: u64) -> Finding {
    let name = table.to_string();
    let sample = findings.iter().find(|found| {
        found.severity == Severity::Note
            && found.subject == name
            && found.count == count
            && found.message.ends_with("written since the run")
    });
    let message = sample.map_or_else(|| format!("{count} rows of {name} written since the run"), |sample| sample.message.clone());
    Finding { rows: sample.map(|sample| sample.rows.clone()).unwrap_or_default(), ..finding(&name, count, message) }
}
