//! Verification inside the transaction: every existing cell, and every rule.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::database::{Reader, Writer};
use crate::journal::{EventKind, Journal, Progress, Stage};
use crate::model::error::Result;
use crate::model::table::{Catalog, NotCovered, SequencePosition, TableName};
use crate::plan::{Plan, RunValues};
use crate::snapshot::capture::choose_key;
use crate::snapshot::digest::{KIND, VERSION};
use crate::snapshot::seal::private_directory;
use crate::snapshot::{Manifest, Scanned, Snapshot, TableEntry, Target, file_stem, scan};
use crate::verify::added::Besides;
use crate::verify::queries::{Again, coming_relationships, found};
use crate::verify::rulings::Rulings;
use crate::verify::tables::{self, After, Listener, Tables};
use crate::verify::verdict::TableResult;
use crate::verify::{catalog, checks, expected, probes, promises};

use super::RunDirectory;
use super::options::{Engine, Options};
use super::prepare::Prepared;
use super::transaction::finished;

/// Verifies what the steps left, in the transaction that they ran in.
///
/// # Errors
/// Where something could not be looked at. Whatever differs is no error: it goes into the rulings.
#[allow(clippy::too_many_arguments, reason = "the stages of a run share what they are given")]
pub fn verify(
    engine: &Engine<'_>,
    plan: &Plan,
    prepared: &Prepared,
    options: &Options,
    directory: &RunDirectory,
    journal: &Journal<'_>,
    values: &RunValues,
    before: &Snapshot,
    writer: &mut dyn Writer,
) -> Result<(Rulings, Vec<TableResult>)> {
    let began = Instant::now();
    journal.record(EventKind::StageStarted { stage: Stage::Verify })?;
    writer.settle()?;
    let mut rulings = Rulings::default();
    rulings.pass("steps", evidence_of_steps(prepared));
    let look = Look { engine, plan, prepared, options, values, before, since: None, directory: &directory.after() };
    let listener = Listening::new(journal, before);
    let looked = look.at(writer, &mut rulings, &listener)?;
    integrity(writer, &mut rulings)?;
    probes::run(plan, engine.database.dialect(), values, writer, &mut rulings)?;
    // A probe is undone, but what is not transactional is looked at once more: by the rule, not by trust.
    expected::sequences(&before.manifest.sequences, &writer.sequences()?, before, &looked.tables, &mut rulings);
    keep_after(engine, &directory.after(), before, &looked, writer)?;
    finished(journal, Stage::Verify, began)?;
    Ok((rulings, looked.tables.results))
}

/// What was looked at.
pub struct Looked {
    /// The tables as compared.
    pub tables: Tables,
    /// The catalog now.
    pub catalog: Catalog,
    /// Where sequences stand now.
    pub sequences: Vec<SequencePosition>,
}

/// One look at a database: with the terms of a plan, against a snapshot.
pub struct Look<'a> {
    /// The engine.
    pub engine: &'a Engine<'a>,
    /// The plan.
    pub plan: &'a Plan,
    /// The plan against the snapshot's catalog.
    pub prepared: &'a Prepared,
    /// How.
    pub options: &'a Options,
    /// The run's own values.
    pub values: &'a RunValues,
    /// What was there before.
    pub before: &'a Snapshot,
    /// What an earlier run left: rows written since are excused.
    pub since: Option<&'a Snapshot>,
    /// Where the rows files go.
    pub directory: &'a std::path::Path,
}

impl Look<'_> {
    /// Looks at everything that a session can read: tables, catalog, relationships, keys, promised columns, checks and invariants.
    ///
    /// # Errors
    /// Where something could not be looked at.
    pub fn at<R: ReaderLike + ?Sized>(&self, reader: &mut R, rulings: &mut Rulings, listener: &dyn Listener) -> Result<Looked> {
        let reader = reader.reader();
        let dialect = self.engine.database.dialect();
        for folder in ["rows", "scratch"] {
            private_directory(&self.directory.join(folder))?;
        }
        let grants = &self.prepared.grants;
        let now = reader.catalog()?;
        let old = &self.before.manifest.catalog;
        let besides = self.since.map_or(Besides::Added(dialect), |left| Besides::Since(left, dialect));
        let after = After::Live(reader, self.directory, besides);
        let tables = tables::compare(self.before, &now, after, grants, &self.directory.join("scratch"), rulings, listener)?;
        compare_catalog(old, &now, grants, rulings);
        for table in old.tables.iter().filter(|table| self.before.table(&table.name).is_none()) {
            let name = table.name.to_string();
            rulings.note(format!("cells:{name}"), &name, format!("{name} is outside of the plan's schemas: not covered"));
        }
        not_covered(old.not_covered.iter().chain(&now.not_covered), rulings);
        let again = Again {
            before: self.before,
            tables: &tables,
            since: self.since.is_some(),
            execute_all: self.options.execute_all || self.options.csv.is_some(),
            directory: self.directory,
            listener,
            known_orphans: &self.plan.known_orphans,
            renamed: &self.renamed_relationships(),
            gone: &self.gone_relationships(&now),
        };
        again.relationships(reader, rulings)?;
        coming_relationships(&self.prepared.coming, &now, dialect, reader, rulings)?;
        expected::keys(old, &now, &tables, grants, dialect, reader, rulings)?;
        expected::not_null(old, &now, &tables, grants, dialect, reader, rulings)?;
        let may_grow = |table: &TableName| self.since.is_some() || grants.may_insert(table);
        promises::judge(&self.prepared.promises, &now, self.before, dialect, &may_grow, reader, rulings)?;
        checks::run(self.plan, &self.plan.checks_after, dialect, self.values, reader, rulings, &mut |_, _| Ok(()))?;
        again.invariants(reader, rulings)?;
        let sequences = reader.sequences()?;
        Ok(Looked { tables, catalog: now, sequences })
    }

    /// The rules of relationships of which a table or column is no longer there.
    fn gone_relationships(&self, now: &Catalog) -> BTreeSet<String> {
        let grants = &self.prepared.grants;
        let there = |table: &TableName, columns: &[String]| {
            let found = now.table(table);
            found.is_some_and(|found| columns.iter().all(|column| found.column(grants.name_after(table, column)).is_some()))
        };
        let gone = self.prepared.relationships.iter().filter(|(_, old)| {
            let identity = self.before.manifest.catalog.table(&old.child).and_then(|table| table.keys.first());
            !there(&old.child, &old.columns)
                || !there(&old.parent, &old.parent_columns)
                || !identity.is_none_or(|key| there(&old.child, &key.columns))
        });
        gone.map(|(rule, _)| rule.clone()).collect()
    }

    /// The queries for orphans of relationships whose columns have other names now.
    fn renamed_relationships(&self) -> BTreeMap<String, String> {
        let grants = &self.prepared.grants;
        let mut renamed = BTreeMap::new();
        for (rule, old) in &self.prepared.relationships {
            let mut now = old.clone();
            now.columns = grants.names_after(&old.child, &old.columns);
            now.parent_columns = grants.names_after(&old.parent, &old.parent_columns);
            let key = self.before.manifest.catalog.table(&old.child).and_then(|table| table.keys.first());
            let identity = key.map(|key| grants.names_after(&old.child, &key.columns)).unwrap_or_default();
            let moved = key.is_some_and(|key| key.columns != identity);
            if now != *old || moved {
                renamed.insert(rule.clone(), self.engine.database.dialect().orphans(&now, &identity));
            }
        }
        renamed
    }
}

/// What can be read: a reader, or a writer.
pub trait ReaderLike {
    /// The reader in it.
    fn reader(&mut self) -> &mut dyn Reader;
}

impl ReaderLike for dyn Writer + '_ {
    fn reader(&mut self) -> &mut dyn Reader {
        self
    }
}

impl ReaderLike for dyn Reader + '_ {
    fn reader(&mut self) -> &mut dyn Reader {
        self
    }
}

/// Decides `catalog`.
pub fn compare_catalog(before: &Catalog, after: &Catalog, grants: &crate::verify::grants::Grants, rulings: &mut Rulings) {
    let comparison = catalog::compare(before, after, grants);
    let evidence = format!(
        "{} objects compared, {} came, went or changed as granted, {} differ",
        comparison.objects,
        comparison.granted.len(),
        comparison.findings.len()
    );
    for grant in &comparison.unused {
        rulings.note(catalog::RULE, "contract", format!("a grant was not used: {grant}"));
    }
    rulings.judge(catalog::RULE, evidence, comparison.findings);
}

/// Decides `covered:` of everything that cannot be compared: each fails until it is waived by name.
pub fn not_covered<'a>(objects: impl Iterator<Item = &'a NotCovered>, rulings: &mut Rulings) {
    let objects: std::collections::BTreeSet<_> = objects.collect();
    for object in objects {
        let rule = format!("covered:{}", object.object);
        let mut finding =
            found(&rule, &object.object.to_string(), format!("{} cannot be compared: {}", object.object, object.reason), 1, Vec::new());
        finding.hint = Some(format!("--accept '{rule}' accepts it by name; the report shows that"));
        rulings.judge(&rule, object.reason.clone(), vec![finding]);
    }
}

/// Decides `integrity`, where the database can check its own file: a cell that a scan of the table sees, an index may not.
pub(super) fn integrity(reader: &mut dyn Reader, rulings: &mut Rulings) -> Result<()> {
    let Some(faults) = reader.integrity()? else { return Ok(()) };
    let findings: Vec<_> = faults.iter().map(|fault| found("integrity", "the database's file", fault.clone(), 1, Vec::new())).collect();
    let evidence = if faults.is_empty() { "the database's own check finds nothing".to_owned() } else { format!("{} faults", faults.len()) };
    rulings.judge("integrity", evidence, findings);
    Ok(())
}

/// The tables that have come with the run, as it leaves them.
fn new_tables(before: &Snapshot, now: &Catalog, directory: &Path, reader: &mut dyn Reader) -> Result<Vec<TableEntry>> {
    let classes = before.manifest.classes;
    let mut entries = Vec::new();
    for table in now.tables.iter().filter(|table| before.manifest.catalog.table(&table.name).is_none()) {
        let key = choose_key(reader, table)?;
        let rows = Some(format!("rows/{}.rows", file_stem(&table.name.to_string())));
        let target = Target { directory, rows, file: None, classes };
        let (contents, _) = scan(reader, Scanned::Table(&table.name, &table.columns, &key), &target, &mut |_| ())?;
        entries.push(TableEntry { table: table.name.clone(), columns: table.columns.clone(), key, contents });
    }
    Ok(entries)
}

/// Keeps what the run left as a snapshot without contents: it tells later which rows were written since.
pub(super) fn keep_after(engine: &Engine<'_>, directory: &Path, before: &Snapshot, looked: &Looked, reader: &mut dyn Reader) -> Result<()> {
    let come = new_tables(before, &looked.catalog, directory, reader)?;
    let manifest = Manifest {
        format: crate::snapshot::manifest::FORMAT,
        digest_kind: KIND.to_owned(),
        digest_version: VERSION,
        tool: format!("cutover {}", env!("CARGO_PKG_VERSION")),
        taken_at: super::directory::rfc3339(chrono::Utc::now()),
        session: reader.session()?,
        dialect: engine.database.dialect().name().to_owned(),
        classes: engine.database.capabilities().storage_classes,
        catalog: looked.catalog.clone(),
        sequences: looked.sequences.clone(),
        tables: looked.tables.entries.iter().cloned().chain(come).collect(),
        added: looked.tables.added.clone(),
        queries: Vec::new(),
    };
    Snapshot::write(directory, manifest).map(|_| ())
}

fn evidence_of_steps(prepared: &Prepared) -> String {
    let statements: usize = prepared.steps.iter().map(|step| step.statements.len()).sum();
    let steps = if prepared.steps.len() == 1 { "1 step".to_owned() } else { format!("{} steps", prepared.steps.len()) };
    format!("{steps}, {statements} statements without an error")
}

/// Turns the comparison's progress into events and ticks. The total is known exactly: the snapshot counted it.
pub struct Listening<'a> {
    journal: &'a Journal<'a>,
    done: AtomicU64,
    total: u64,
}

impl<'a> Listening<'a> {
    /// A listener for the comparison with a snapshot.
    #[must_use]
    pub fn new(journal: &'a Journal<'a>, before: &Snapshot) -> Self {
        let total = before.manifest.tables.iter().map(|entry| entry.contents.digest.rows).sum();
        Self { journal, done: AtomicU64::new(0), total }
    }
}

impl Listener for Listening<'_> {
    fn rows(&self, item: &str, more: u64) {
        let done = self.done.fetch_add(more, Ordering::Relaxed) + more;
        // Executed invariants read rows beyond the tables': the total then says nothing any more.
        let total = (done <= self.total).then_some(self.total);
        self.journal.monitor().progress(&Progress { stage: Stage::Verify, item: item.to_owned(), done, total, unit: "rows" });
    }

    fn compared(&self, result: &TableResult, seconds: f64) -> Result<()> {
        self.journal.record(EventKind::TableVerified {
            table: result.table.clone(),
            rows: result.rows_after.unwrap_or(0),
            cells: result.cells,
            identical: result.identical,
            seconds,
        })
    }
}
