//! What the command left: every old cell, key, relationship and object, compared with the snapshot.

use std::path::Path;
use std::time::Instant;

use super::super::options::Engine;
use super::super::transaction::finished;
use super::super::verification::{Listening, Look, integrity, keep_after};
use super::child::Returned;
use super::histories;
use super::others::{Known, warning};
use super::{COMMAND, Earlier, Guard, grant};
use crate::journal::event::ending;
use crate::journal::{EventKind, Stage};
use crate::model::error::Result;
use crate::model::table::Catalog;
use crate::verify::expected;
use crate::verify::grants::Grants;
use crate::verify::observed::Refused;
use crate::verify::queries::found;
use crate::verify::rulings::{Rulings, Terms};
use crate::verify::verdict::{TableResult, Verdict};

/// What was looked at, and not decided yet.
pub(super) struct Looked {
    rulings: Rulings,
    tables: Vec<TableResult>,
    refused: Vec<Refused>,
    catalog: Catalog,
    grants: Grants,
    /// Whether anything at all is other than before, granted or not.
    pub changed: bool,
}

/// What was looked at, and the verdict.
pub(super) struct Examined {
    /// The verdict.
    pub verdict: Verdict,
    /// What the tables did without a grant.
    pub refused: Vec<Refused>,
    /// The catalog as it is now.
    pub catalog: Catalog,
    /// What was granted.
    pub grants: Grants,
    /// Whether anything at all is other than before, granted or not.
    pub changed: bool,
}

impl Looked {
    /// Tables and cells that were compared.
    pub(super) fn size(&self) -> (u64, u64) {
        (self.tables.len() as u64, self.tables.iter().map(|table| table.cells).sum())
    }
}

impl Guard<'_> {
    /// Compares a database with what was there before: the real one, or the copy.
    pub(super) fn look(&self, engine: &Engine<'_>, earlier: &Earlier, after: &Path) -> Result<Looked> {
        let began = Instant::now();
        self.journal.record(EventKind::StageStarted { stage: Stage::Verify })?;
        let mut reader = engine.database.read()?;
        let now = reader.catalog()?;
        let before = &earlier.snapshot;
        let mut prepared = earlier.prepared.clone();
        let there = histories::find(&now);
        let all: Vec<_> = earlier.histories.iter().map(|(history, _)| history.clone()).chain(there.clone()).collect();
        let added = grant(engine.database, &before.manifest.catalog, &now, &all, &mut prepared.grants)?;
        let mut rulings = Rulings::default();
        let look = Look {
            engine,
            plan: &self.contract.plan,
            prepared: &prepared,
            options: &self.options.options,
            values: self.values,
            before,
            since: None,
            directory: after,
        };
        let looked = look.at(reader.as_mut(), &mut rulings, &Listening::new(self.journal, before))?;
        integrity(reader.as_mut(), &mut rulings)?;
        expected::sequences(&before.manifest.sequences, &looked.sequences, before, &looked.tables, &mut rulings);
        keep_after(engine, after, before, &looked, reader.as_mut())?;
        for history in &there {
            let applied = history.read(reader.as_mut())?;
            let earlier = earlier.histories.iter().find(|(known, _)| known.table == history.table);
            let none = histories::Applied::default();
            let before = earlier.map_or(&none, |(_, applied)| applied);
            let (came, went) = histories::difference(history, before, &applied, self.folder(history).as_deref());
            let evidence = format!("{} applied, {} taken back", came.len(), went.len());
            let rule = format!("migrations:{}", history.table);
            let faults = histories::faults(history, &applied, reader.as_mut())?;
            let is_there = |name: &str| looked.catalog.tables.iter().any(|table| table.name.name == name);
            let standing = histories::standing(history, &applied, faults, self.folder(history), &is_there);
            let findings = standing.warnings.into_iter().map(|fault| warning(&rule, format!("{}: {fault}", history.tool))).collect();
            rulings.judge(rule, format!("{}: {evidence}", history.tool), findings);
            self.journal.record(EventKind::MigrationsFound {
                tool: history.tool.to_string(),
                table: history.table.to_string(),
                applied: came,
                withdrawn: went,
            })?;
        }
        if !added.is_empty() {
            self.journal.record(EventKind::ObjectsAdded { objects: added.iter().map(ToString::to_string).collect() })?;
        }
        finished(self.journal, Stage::Verify, began)?;
        let tables = looked.tables.results;
        let same = |table: &TableResult| table.identical && table.rows_before == table.rows_after;
        let compared = before.manifest.tables.iter().all(|entry| tables.iter().any(|table| table.table == entry.table.to_string()));
        let changed = !compared || !tables.iter().all(same) || before.manifest.catalog.objects != looked.catalog.objects;
        Ok(Looked { rulings, tables, refused: looked.tables.refused, catalog: looked.catalog, grants: prepared.grants, changed })
    }

    /// Whether the verdict would be a pass; nothing is written.
    pub(super) fn would_pass(&self, looked: &Looked, returned: &Returned, known: &Known) -> bool {
        let mut rulings = looked.rulings.clone();
        judge_command(returned, &mut rulings);
        known.judge(&returned.left, &mut rulings);
        let options = &self.options.options;
        let accept = options.accepted();
        rulings.finish(&Terms { accept: &accept, strict: options.strict, criteria: &[] }, looked.tables.clone()).passed
    }

    /// Reaches the verdict: what was compared, how the command ended, and who else could have written.
    pub(super) fn decide(&self, looked: Looked, returned: &Returned, known: &Known, rehearsed: Option<String>) -> Result<Examined> {
        let Looked { mut rulings, tables, refused, catalog, grants, changed } = looked;
        judge_command(returned, &mut rulings);
        if let Some(evidence) = rehearsed {
            rulings.pass("rehearsal", evidence);
        }
        known.judge(&returned.left, &mut rulings);
        let verdict = super::super::decide(&self.contract.plan, &self.options.options, self.directory, self.journal, rulings, tables)?;
        Ok(Examined { verdict, refused, catalog, grants, changed })
    }
}

/// Decides `command`.
fn judge_command(returned: &Returned, rulings: &mut Rulings) {
    let how = ending(returned.code, returned.signal, returned.timed_out);
    let failed = |how: &str| found(COMMAND, COMMAND, format!("the command {how}"), 1, Vec::new());
    let findings = if returned.is_good() { Vec::new() } else { vec![failed(&how)] };
    rulings.judge(COMMAND, format!("{how} after {:.2} s", returned.seconds), findings);
}
