//! A plan against a catalog: operations rendered, tables found, grants added up. Pure: nothing is executed.

use std::collections::BTreeSet;

use crate::database::{Fence, Mode};
use crate::model::dialect::{Boundary, Dialect};
use crate::model::error::{Error, ErrorKind, Place, Result};
use crate::model::operation::Precondition;
use crate::model::table::{Catalog, Relationship, TableName};
use crate::plan::{Plan, RunValues, Step, StepBody};
use crate::verify::grants::Grants;
use crate::verify::promises::Promise;

use super::options::Options;

mod ledger;
pub mod master_data;
mod operations;
mod scripts;

pub use ledger::LEDGER_STEP;

/// A plan that is ready to be executed on one database.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The steps in order.
    pub steps: Vec<PreparedStep>,
    /// What may change.
    pub grants: Grants,
    /// What operations promise.
    pub promises: Vec<Promise>,
    /// What must hold of the rows before anything is touched, and which operation says so.
    pub preconditions: Vec<(Place, Precondition)>,
    /// The relationships that are checked: declared ones and the plan's.
    pub relationships: Vec<(String, Relationship)>,
    /// Those of the plan whose columns come with the run, and so had no orphans before.
    pub coming: Vec<(String, Relationship)>,
    /// The tables that are covered, where the plan narrows them by `schemas`; all where `None`.
    pub scope: Option<Vec<TableName>>,
    /// The tables that the steps name.
    pub touched: BTreeSet<TableName>,
    /// Those among them that a statement other than plain DML names.
    pub strongest: BTreeSet<TableName>,
}

/// A step that is ready to be executed.
#[derive(Debug, Clone)]
pub struct PreparedStep {
    /// Its name.
    pub name: String,
    /// Its phase.
    pub phase: String,
    /// Its title.
    pub title: String,
    /// Its statements.
    pub statements: Vec<PreparedStatement>,
    /// What takes it back.
    pub undo: Undo,
    /// Which way an operation chose on each table, and why.
    pub ways: Vec<(TableName, String)>,
    /// Queries that have no rows once the step has done what it is for; a row is the line of its file that is not there.
    pub proofs: Vec<PreparedStatement>,
}

/// What takes a step back.
#[derive(Debug, Clone)]
pub enum Undo {
    /// Nothing does: the plan has no undo for it.
    None,
    /// These statements do, where all of the step's own have been executed.
    Whole(Vec<PreparedStatement>),
    /// Each of these takes one statement of the step back, in the order of the step's; `None` goes with the one before it. So a step that
    /// stopped half-way can be taken back as well.
    Each(Vec<Option<PreparedStatement>>),
    /// The old cells are put back from the run's snapshot, however much of the step was executed: it changes nothing but rows of tables
    /// that were there, these among them.
    Snapshot(BTreeSet<TableName>),
}

/// A statement that is ready to be executed.
#[derive(Debug, Clone)]
pub struct PreparedStatement {
    /// The statement.
    pub sql: String,
    /// Where it comes from.
    pub place: Place,
    /// Whether it may rewrite a table, which an older MVCC snapshot would then see as empty.
    pub rewrites: bool,
    /// What it does to the transaction that it runs in.
    pub boundary: Boundary,
    /// A query that returns a row where the statement has been done; how one learns that of [`Boundary::Asked`].
    pub done_when: Option<String>,
    /// Whether constraints hold behind it. Within an operation they need not: a table that is made anew is gone for a while.
    pub settles: bool,
    /// In which ranges of keys it is executed: the statement then holds `:batch_first` and `:batch_last`.
    pub batch: Option<Batch>,
}

/// Ranges of a key, one after the other, each in a statement of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The table whose key it is.
    pub table: TableName,
    /// The column that is walked along: the first of a key.
    pub column: String,
    /// Rows of the table in one range.
    pub rows: u64,
}

/// Prepares a plan.
///
/// # Errors
/// Where an operation cannot be done on a table as it is: every such table at once.
pub fn prepare(plan: &Plan, dialect: &dyn Dialect, catalog: &Catalog, values: &RunValues, options: &Options) -> Result<Prepared> {
    let (relationships, coming) = relationships(plan, catalog);
    let mut prepared = Prepared {
        steps: Vec::new(),
        grants: Grants::of_plan(plan),
        promises: Vec::new(),
        preconditions: Vec::new(),
        relationships,
        coming,
        scope: scope(plan, catalog),
        touched: BTreeSet::new(),
        strongest: BTreeSet::new(),
    };
    let mut faults = Vec::new();
    // The catalog as the steps so far leave it.
    let mut working = catalog.clone();
    if options.no_rewrite {
        working.tables.iter_mut().for_each(|table| table.rewrite_obstacles.push("--no-rewrite was given".to_owned()));
    }
    for step in &plan.steps {
        let declared = step.tables.iter().filter_map(|name| catalog.find(name)).map(|table| table.name.clone());
        prepared.touched.extend(declared);
        let ready = match &step.body {
            StepBody::Operations(planned) => operations::operations(step, planned, dialect, catalog, &mut working, &mut prepared)
                .unwrap_or_else(|mut found| {
                    faults.append(&mut found);
                    PreparedStep::new(step)
                }),
            StepBody::Script { statements, undo } => {
                scripts::script(step, statements, undo.as_deref(), plan, dialect, values, catalog, &mut prepared)
            }
            StepBody::MasterData(data) => {
                master_data::step(step, data, plan, dialect, values, catalog, &mut prepared).unwrap_or_else(|fault| {
                    faults.push(fault);
                    PreparedStep::new(step)
                })
            }
        };
        let ready = restorable(ready, step, prepared.scope.as_deref(), &mut faults);
        prepared.steps.push(ready);
    }
    if !faults.is_empty() {
        let tables = if faults.len() == 1 { "1 table".to_owned() } else { format!("{} tables", faults.len()) };
        let message = format!("{tables} cannot have what the plan asks for: {}", faults.join("; "));
        return Err(Error::new(ErrorKind::Refused, message).hint("nothing was touched"));
    }
    prepared.grants.read_changed(catalog, dialect);
    if let Some(ledger) = &plan.ledger {
        prepared.touched.insert(ledger.table.clone());
        prepared.steps.push(ledger::step(ledger, dialect, values));
    }
    Ok(prepared)
}

impl Prepared {
    /// The fence that the steps need: what they name, and the foreign-key partners of that.
    #[must_use]
    pub fn fence(&self, options: &Options, mode: Mode) -> Fence {
        let mut tables = self.touched.clone();
        for (_, relationship) in &self.relationships {
            if self.touched.contains(&relationship.child) || self.touched.contains(&relationship.parent) {
                tables.insert(relationship.child.clone());
                tables.insert(relationship.parent.clone());
            }
        }
        let statements = self.steps.iter().flat_map(|step| step.statements.iter().chain(step.undo.of_all().unwrap_or_default()));
        let volatile = self.grants.volatile_tables();
        Fence {
            tables: tables.into_iter().collect(),
            strongest: self.strongest.iter().cloned().collect(),
            lock_timeout: options.lock_timeout,
            patience: options.patience,
            terminate_blockers: options.terminate_blockers,
            mode,
            unfenced: options.unfenced,
            apart: options.rehearses.is_some(),
            volatile,
            opaque: statements.into_iter().any(|statement| statement.boundary == Boundary::Asked),
        }
    }
}

impl PreparedStep {
    fn new(step: &Step) -> Self {
        Self {
            name: step.name.clone(),
            phase: step.phase.clone(),
            title: step.title.clone(),
            statements: Vec::new(),
            undo: Undo::Each(Vec::new()),
            ways: Vec::new(),
            proofs: Vec::new(),
        }
    }
}

impl Undo {
    /// What takes the whole step back, in order; `None` where nothing does.
    #[must_use]
    pub fn of_all(&self) -> Option<Vec<&PreparedStatement>> {
        match self {
            Self::None => None,
            Self::Whole(statements) => Some(statements.iter().collect()),
            Self::Each(statements) => Some(statements.iter().rev().flatten().collect()),
            // What it takes is found when it is undone.
            Self::Snapshot(_) => Some(Vec::new()),
        }
    }

    /// The tables whose old cells take the step back, if they do.
    #[must_use]
    pub fn from_snapshot(&self) -> Option<&BTreeSet<TableName>> {
        match self {
            Self::Snapshot(tables) => Some(tables),
            _ => None,
        }
    }
}

impl PreparedStatement {
    /// A statement that the engine has written.
    fn of_engine(sql: String, place: &Place, rewrites: bool, dialect: &dyn Dialect) -> Self {
        // What cannot be split is the database's to complain of.
        let boundary = dialect.split(&sql).ok().and_then(|statements| statements.first().map(|statement| dialect.boundary(statement)));
        Self {
            place: place.clone(),
            rewrites,
            boundary: boundary.unwrap_or(Boundary::Inside),
            done_when: None,
            settles: true,
            batch: None,
            sql,
        }
    }
}

/// What is outside of the plan's schemas is not in the snapshot: nothing of it can be put back.
fn restorable(ready: PreparedStep, step: &Step, scope: Option<&[TableName]>, faults: &mut Vec<String>) -> PreparedStep {
    let tables = ready.undo.from_snapshot().into_iter().flatten();
    let Some(outside) = tables.into_iter().find(|table| scope.is_some_and(|scope| !scope.contains(table))) else { return ready };
    if step.from_snapshot {
        faults
            .push(format!("{outside} is outside of the plan's schemas, so that the step {} cannot be undone from the snapshot", step.name));
        return ready;
    }
    PreparedStep { undo: Undo::None, ..ready }
}

fn scope(plan: &Plan, catalog: &Catalog) -> Option<Vec<TableName>> {
    if plan.schemas.is_empty() {
        return None;
    }
    let covered = |name: &&TableName| {
        let schema = if name.schema.is_empty() { &catalog.default_schema } else { &name.schema };
        plan.schemas.contains(schema)
    };
    Some(catalog.tables.iter().map(|table| &table.name).filter(covered).cloned().collect())
}

/// Relationships, each with the rule that checks it.
type Relationships = Vec<(String, Relationship)>;

/// Declared relationships and the plan's, each once: those that are there, and those whose tables or columns come with the run.
fn relationships(plan: &Plan, catalog: &Catalog) -> (Relationships, Relationships) {
    let has = |table: &TableName, columns: &[String]| {
        catalog.table(table).is_some_and(|table| columns.iter().all(|column| table.column(column).is_some()))
    };
    let (mut found, mut coming) = (Relationships::new(), Relationships::new());
    let mut seen = BTreeSet::new();
    for relationship in catalog.relationships.iter().chain(&plan.relationships) {
        let identity = (&relationship.child, &relationship.columns, &relationship.parent, &relationship.parent_columns);
        if !seen.insert(identity) {
            continue;
        }
        let mut rule = format!("relationship:{}.{}", relationship.child, relationship.columns.join("+"));
        if found.iter().chain(&coming).any(|(other, _)| *other == rule) {
            rule = format!("{rule}→{}", relationship.parent);
        }
        let there = has(&relationship.child, &relationship.columns) && has(&relationship.parent, &relationship.parent_columns);
        let list = if there { &mut found } else { &mut coming };
        list.push((rule, relationship.clone()));
    }
    (found, coming)
}
