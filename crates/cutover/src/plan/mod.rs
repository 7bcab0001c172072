//! A plan: a directory that describes one migration, read and checked without a database.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::error::{Fault, Place};
use crate::model::operation::Operation;
use crate::model::statement::ScriptStatement;
use crate::model::table::{ObjectName, Relationship, TableName};

pub mod against;
pub mod contract;
pub mod criteria;
pub mod files;
pub mod hooks;
pub mod load;
pub mod master_data;
pub mod parameters;

mod batch;
mod document;
mod done_when;
mod enum_values;
mod expand;
mod faults;
mod from_snapshot;
mod grants;
mod header;
mod ledger;
pub mod maps;
mod narrow;
mod operation;
mod queries;
mod script;
mod steps;
mod variants;

pub use against::check_against;
pub use contract::Contract;
pub use criteria::{operations, selects};
pub use files::PlanFiles;
pub use load::load;
pub use master_data::MasterData;
pub(crate) use parameters::put_in;
pub use parameters::{ParameterType, ParameterValue};

/// A plan for one database: its files were chosen for that database's dialect, and every fault that can be seen without
/// the database has been ruled out.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Its name: what runs and directories are called by.
    pub name: String,
    /// The plan that it is one step of, where it has been narrowed to that.
    pub part_of: Option<String>,
    /// Whether that step is one that may be run alone again and again.
    pub repeatable: bool,
    /// Its title for people.
    pub title: String,
    /// The databases that it is written for, by their dialects' names.
    pub databases: Vec<String>,
    /// The SHA-256 of every file and every parameter's value, in hexadecimal.
    pub hash: String,
    /// Parameters and their values.
    pub parameters: BTreeMap<String, ParameterValue>,
    /// The schemas that are covered; empty for every user schema.
    pub schemas: Vec<String>,
    /// What it may change beyond what its operations grant.
    pub contract: Contract,
    /// Relationships that it checks, whether or not the database declares them.
    pub relationships: Vec<Relationship>,
    /// Those of them, as `child.column`, whose orphans of before are known: they are shown as a note, and only new ones fail.
    pub known_orphans: Vec<String>,
    /// The document's checklist.
    pub criteria: Vec<Criterion>,
    /// The steps in order.
    pub steps: Vec<Step>,
    /// Checks that must pass before anything is touched.
    pub checks_before: Vec<Query>,
    /// Checks that must pass before the commit.
    pub checks_after: Vec<Query>,
    /// Queries whose result must be the same before and after.
    pub invariants: Vec<Query>,
    /// Functional tests, always undone.
    pub probes: Vec<Probe>,
    /// Typical reads, timed before and after.
    pub queries: Vec<Query>,
    /// How `--csv` writes: where it puts the files of tables' keys and of invariants.
    pub export: Export,
    /// The application's own migration ledger, where the plan has one.
    pub ledger: Option<Ledger>,
    /// Programs that are run around it.
    pub hooks: Vec<hooks::Hook>,
    /// What people should know before they run it: functions of clock and chance, parameters that nothing uses.
    pub warnings: Vec<Fault>,
    /// Where its files say what only a database can contradict.
    pub places: PlanPlaces,
}

/// Where a plan's files name what only a database can tell to be there; each list runs parallel to the plan's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanPlaces {
    /// Of [`Plan::schemas`].
    pub schemas: Vec<Place>,
    /// Of [`Plan::relationships`].
    pub relationships: Vec<Place>,
    /// Of the selectors of each of [`Plan::criteria`].
    pub criteria: Vec<Vec<Place>>,
    /// Of [`Export::keys`].
    pub export_keys: Vec<Place>,
    /// Of [`Ledger::table`].
    pub ledger: Option<Place>,
}

/// One operation of a step, and where its file says what only a database can contradict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanOperation {
    /// The operation.
    pub operation: Operation,
    /// Where it names tables and columns.
    pub places: OperationPlaces,
}

/// Where an operation's file names tables and columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OperationPlaces {
    /// Of its table.
    pub table: Place,
    /// Of the columns that come, in the operation's order.
    pub new: Vec<Place>,
    /// Of the expressions that fill them.
    pub fills: Vec<Option<Place>>,
    /// Columns of the table that must be there, and where they are named.
    pub columns: Vec<(String, Place)>,
    /// Tables and columns that are referred to, and where that is said.
    pub parents: Vec<(String, Vec<String>, Place)>,
}

/// One ordered unit of change.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its path below `steps/` without extensions: `1-schema/0010_add_cms_id`.
    pub name: String,
    /// The folder that it stands in: the phase that people see; empty at the top.
    pub phase: String,
    /// What it does, for people.
    pub title: String,
    /// Its file.
    pub place: Place,
    /// Tables that it touches without naming them in its statements, from its header: `--! tables = ["audit_log"]`.
    pub tables: Vec<String>,
    /// Whether its undo puts the old cells back from the run's snapshot (`--! undo = "snapshot"`): it then changes nothing but rows of
    /// tables that were there.
    pub from_snapshot: bool,
    /// Whether it does what is left to do, so that it may be run alone again (`--! repeatable = true`; every CSV step is so).
    pub repeatable: bool,
    /// What it does.
    pub body: StepBody,
}

/// What a step does.
#[derive(Debug, Clone)]
pub enum StepBody {
    /// Operations in order, each on one table, rendered by the database's dialect.
    Operations(Vec<PlanOperation>),
    /// The statements of an SQL file, and of the file that undoes them.
    Script {
        /// The statements.
        statements: Vec<PlanStatement>,
        /// What undoes them; `None` where the plan has no undo file.
        undo: Option<Vec<PlanStatement>>,
    },
    /// The rows of a CSV file, brought into a table by their natural key.
    MasterData(MasterData),
}

/// A statement of a plan's SQL file. Its parameters are put in when the run's own values are known.
#[derive(Debug, Clone)]
pub struct PlanStatement {
    /// The statement and its tokens.
    pub statement: ScriptStatement,
    /// Where it begins.
    pub place: Place,
    /// A query whose rows say that the statement has been done (`--! done_when = "…"` before it): what commits by itself and leaves no
    /// trace in the catalog cannot be resumed without it.
    pub done_when: Option<Box<PlanStatement>>,
    /// In which ranges of keys it is executed, from its file's header.
    pub batch: Option<PlanBatch>,
}

/// Ranges of a key: `--! batch = "candidates.id 10000"`. The statements that hold `:batch_first` and `:batch_last` are executed once for
/// each range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanBatch {
    /// The table that is walked along.
    pub table: TableName,
    /// The column by which: unique, or the first of a key.
    pub column: String,
    /// Rows of the table in one range.
    pub rows: u64,
    /// Where the header says so.
    pub place: Place,
}

/// How bad a check's rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Shown, never failing.
    Note,
    /// Shown; fails under `--strict`.
    Warning,
    /// Fails the verdict.
    Error,
}

/// One query of a plan: a check, an invariant or a typical read.
#[derive(Debug, Clone)]
pub struct Query {
    /// Its path below its folder without extensions.
    pub name: String,
    /// What it is for, for people.
    pub title: String,
    /// How bad the rows of a check are (`--! severity = "warning"`).
    pub severity: Severity,
    /// Whether its rows are shown as they are (`--! reveal = true`): the plan says that there is nothing personal in them.
    pub reveal: bool,
    /// The query.
    pub statement: PlanStatement,
}

/// A functional test: statements in a transaction that is always rolled back. The rows of its last statement, where it
/// is a query, are what went wrong, as with a check. A statement under `--! refused` must fail.
#[derive(Debug, Clone)]
pub struct Probe {
    /// Its path below `probes/` without extensions.
    pub name: String,
    /// What it proves, for people.
    pub title: String,
    /// Its statements.
    pub statements: Vec<ProbeStatement>,
}

/// One statement of a probe.
#[derive(Debug, Clone)]
pub struct ProbeStatement {
    /// The statement.
    pub statement: PlanStatement,
    /// Whether the database must refuse it.
    pub refused: bool,
    /// Whether it is a query whose rows are what went wrong.
    pub check: bool,
}

/// A sentence of a checklist, and the rules that prove it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criterion {
    /// The sentence, word for word.
    pub sentence: String,
    /// Selectors of rules: `rows`, `cells:students`, `value:*.cms_id`.
    pub rules: Vec<String>,
}

/// How `--csv DIR` names what it writes below `before/` and `after/`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Export {
    /// The folder for what was there before; `before` if not said.
    pub before: String,
    /// The folder for what is there after; `after` if not said.
    pub after: String,
    /// Tables whose key is written, ordered, as `{table}_ids.csv`.
    pub keys: Vec<String>,
}

/// One row in the application's own migration ledger, entered by the last step and granted by the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    /// The ledger's table.
    pub table: TableName,
    /// The columns to write and their values, parameters already put in.
    pub values: BTreeMap<String, LedgerValue>,
}

/// A value of a ledger's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerValue {
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// The SHA-256 of a file, in hexadecimal (drizzle's `hash`).
    FileHash(String),
    /// The time at which the run started, in milliseconds since 1970 (drizzle's `created_at`).
    StartedMilliseconds,
}

/// The run's own values, fixed at its first start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunValues {
    /// `:run_started_at`, as `2026-01-19 08:30:00` in UTC.
    pub run_started_at: String,
    /// `:run_date`, as `2026-01-19` in UTC.
    pub run_date: String,
}

/// The catalog objects that an operation or contract lets appear or disappear.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SchemaGrant {
    /// The object may be added.
    Add(ObjectName),
    /// The object may be dropped.
    Drop(ObjectName),
    /// The object may change its properties.
    Change(ObjectName),
    /// A column may get another name; its contents are compared under the old one.
    Rename {
        /// The table.
        table: TableName,
        /// The column's name before.
        from: String,
        /// Its name afterwards.
        to: String,
    },
}

impl std::fmt::Display for SchemaGrant {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Add(object) => write!(formatter, "{object} may be added"),
            Self::Drop(object) => write!(formatter, "{object} may be dropped"),
            Self::Change(object) => write!(formatter, "{object} may change"),
            Self::Rename { table, from, to } => write!(formatter, "column {table}.{from} may be called {to}"),
        }
    }
}
