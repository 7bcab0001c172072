//! A plan against a catalog: operations rendered, tables found, grants added up. Pure: nothing is executed.

use std::collections::BTreeSet;

use crate::database::Fence;
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Place, Result};
use crate::model::operation::{AddColumn, Operation};
use crate::model::table::{Catalog, ObjectKind, ObjectName, Properties, Relationship, Table, TableName};
use crate::plan::{LedgerValue, Plan, PlanStatement, RunValues, Step, StepBody};
use crate::verify::expected::ExpectedColumn;
use crate::verify::grants::Grants;

use super::options::Options;

/// The name of the step that enters the run into the application's own migration ledger.
pub const LEDGER_STEP: &str = "ledger";

/// A plan that is ready to be executed on one database.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The steps in order.
    pub steps: Vec<PreparedStep>,
    /// What may change.
    pub grants: Grants,
    /// The columns that operations promise.
    pub expected: Vec<ExpectedColumn>,
    /// The relationships that are checked: declared ones and the plan's.
    pub relationships: Vec<(String, Relationship)>,
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
    /// What takes it back; `None` where the plan has no undo for it.
    pub undo: Option<Vec<PreparedStatement>>,
    /// Which way an operation chose on each table, and why.
    pub ways: Vec<(TableName, String)>,
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
}

/// Prepares a plan.
///
/// # Errors
/// Where an operation cannot be done on a table as it is: every such table at once.
pub fn prepare(plan: &Plan, dialect: &dyn Dialect, catalog: &Catalog, values: &RunValues, options: &Options) -> Result<Prepared> {
    let mut prepared = Prepared {
        steps: Vec::new(),
        grants: Grants::of_plan(plan),
        expected: Vec::new(),
        relationships: relationships(plan, catalog),
        scope: scope(plan, catalog),
        touched: BTreeSet::new(),
        strongest: BTreeSet::new(),
    };
    let mut faults = Vec::new();
    for step in &plan.steps {
        let declared = step.tables.iter().filter_map(|name| catalog.find(name)).map(|table| table.name.clone());
        prepared.touched.extend(declared);
        let ready = match &step.body {
            StepBody::Operation(Operation::AddColumn(add)) => add_column(step, add, dialect, catalog, options, &mut prepared)
                .unwrap_or_else(|mut found| {
                    faults.append(&mut found);
                    PreparedStep::new(step)
                }),
            StepBody::Script { statements, undo } => {
                script(step, statements, undo.as_deref(), plan, dialect, values, catalog, &mut prepared)
            }
        };
        prepared.steps.push(ready);
    }
    if !faults.is_empty() {
        let message = format!("{} tables cannot have what the plan asks for: {}", faults.len(), faults.join("; "));
        return Err(Error::new(ErrorKind::Refused, message).hint("nothing was touched"));
    }
    if let Some(ledger) = &plan.ledger {
        prepared.touched.insert(ledger.table.clone());
        prepared.steps.push(ledger_step(ledger, dialect, values));
    }
    Ok(prepared)
}

impl Prepared {
    /// The fence that the steps need: what they name, and the foreign-key partners of that.
    #[must_use]
    pub fn fence(&self, options: &Options) -> Fence {
        let mut tables = self.touched.clone();
        for (_, relationship) in &self.relationships {
            if self.touched.contains(&relationship.child) || self.touched.contains(&relationship.parent) {
                tables.insert(relationship.child.clone());
                tables.insert(relationship.parent.clone());
            }
        }
        Fence {
            tables: tables.into_iter().collect(),
            strongest: self.strongest.iter().cloned().collect(),
            lock_timeout: options.lock_timeout,
            patience: options.patience,
            terminate_blockers: options.terminate_blockers,
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
            undo: Some(Vec::new()),
            ways: Vec::new(),
        }
    }
}

fn add_column(
    step: &Step,
    add: &AddColumn,
    dialect: &dyn Dialect,
    catalog: &Catalog,
    options: &Options,
    prepared: &mut Prepared,
) -> Result<PreparedStep, Vec<String>> {
    let mut ready = PreparedStep::new(step);
    let mut undo = Vec::new();
    let mut faults = Vec::new();
    for name in &add.tables {
        let Some(table) = catalog.find(name) else {
            faults.push(format!("{name}: there is no such table"));
            continue;
        };
        let mut table: Table = table.clone();
        if options.no_rewrite {
            table.rewrite_obstacles.push("--no-rewrite was given".to_owned());
        }
        let rendered = match dialect.render(&Operation::AddColumn(add.clone()), &table) {
            Ok(rendered) => rendered,
            Err(reason) => {
                faults.push(format!("{name}: {reason}"));
                continue;
            }
        };
        let statement = |sql: String, rewrites| PreparedStatement { sql, place: step.place.clone(), rewrites };
        ready.statements.extend(rendered.statements.into_iter().map(|sql| statement(sql, rendered.rewrites)));
        // Undone in the reverse order of the tables, each as the dialect says.
        undo.splice(0..0, rendered.undo.into_iter().map(|sql| statement(sql, false)));
        ready.ways.push((table.name.clone(), rendered.choice));
        prepared.grants.add(
            heirs(catalog, &table.name)
                .into_iter()
                .map(|heir| ObjectName { kind: ObjectKind::Column, name: format!("{heir}.{}", add.column) }),
        );
        prepared.grants.add(rendered.adds);
        prepared.touched.insert(table.name.clone());
        prepared.strongest.insert(table.name.clone());
        prepared.expected.push(ExpectedColumn {
            unique: add.unique_name(&table.name.name),
            table: table.name,
            column: add.column.clone(),
            data_type: add.data_type,
            null: add.null,
            fill: add.fill.clone(),
        });
    }
    ready.undo = Some(undo);
    if faults.is_empty() { Ok(ready) } else { Err(faults) }
}

/// The tables that have every column of a table as well: its partitions, and those that inherit from it, at every depth.
fn heirs(catalog: &Catalog, table: &TableName) -> Vec<String> {
    // The property holds names as SQL writes them, quoted where they have to be.
    let bare = |name: &str| name.replace('"', "");
    let mut heirs = vec![table.to_string()];
    let mut next = 0;
    while let Some(parent) = heirs.get(next).map(|name| bare(name)) {
        let inherits = |properties: &Properties| {
            properties.get("inherits").is_some_and(|parents| parents.split(", ").any(|other| bare(other) == parent))
        };
        let tables = catalog.objects.iter().filter(|(object, _)| object.kind == ObjectKind::Table);
        for (object, _) in tables.filter(|(_, properties)| inherits(properties)) {
            if !heirs.contains(&object.name) {
                heirs.push(object.name.clone());
            }
        }
        next += 1;
    }
    heirs.split_off(1)
}

#[allow(clippy::too_many_arguments, reason = "a script needs all of the plan's surroundings to be made ready")]
fn script(
    step: &Step,
    statements: &[PlanStatement],
    undo: Option<&[PlanStatement]>,
    plan: &Plan,
    dialect: &dyn Dialect,
    values: &RunValues,
    catalog: &Catalog,
    prepared: &mut Prepared,
) -> PreparedStep {
    let ready = |statement: &PlanStatement| PreparedStatement {
        sql: plan.sql(statement, dialect, values),
        place: statement.place.clone(),
        rewrites: may_rewrite(statement),
    };
    for statement in statements {
        let named = named_tables(plan, statement, catalog);
        if !is_plain_dml(statement) {
            prepared.strongest.extend(named.iter().cloned());
        }
        prepared.touched.extend(named);
    }
    PreparedStep {
        statements: statements.iter().map(ready).collect(),
        undo: undo.map(|statements| statements.iter().map(ready).collect()),
        ..PreparedStep::new(step)
    }
}

/// The tables whose names occur in a statement: more than it may touch, never fewer, except what functions and triggers
/// touch behind its back; writes of others there end the run by a serialization failure or are seen by the verification.
fn named_tables(plan: &Plan, statement: &PlanStatement, catalog: &Catalog) -> BTreeSet<TableName> {
    catalog.tables.iter().map(|table| &table.name).filter(|name| plan.mentions(statement, &name.name)).cloned().collect()
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

fn is_plain_dml(statement: &PlanStatement) -> bool {
    matches!(statement.statement.leading_words(1).as_str(), "INSERT" | "UPDATE" | "DELETE" | "SELECT" | "WITH" | "VALUES" | "REPLACE")
}

/// Whether a statement may rewrite a table: ALTER TABLE does for some changes, and the others are not told apart here,
/// because waiting in vain costs little and a table that is seen as empty costs much.
fn may_rewrite(statement: &PlanStatement) -> bool {
    let words = statement.statement.leading_words(3);
    ["ALTER TABLE", "TRUNCATE", "CLUSTER", "ALTER TYPE", "ALTER DOMAIN"].iter().any(|start| words.starts_with(start))
}

/// Declared relationships and the plan's, each once, with the rule that checks it.
fn relationships(plan: &Plan, catalog: &Catalog) -> Vec<(String, Relationship)> {
    let mut found: Vec<(String, Relationship)> = Vec::new();
    let mut seen = BTreeSet::new();
    for relationship in catalog.relationships.iter().chain(&plan.relationships) {
        let known = catalog.table(&relationship.child).is_some() && catalog.table(&relationship.parent).is_some();
        let identity = (&relationship.child, &relationship.columns, &relationship.parent, &relationship.parent_columns);
        if !known || !seen.insert(identity) {
            continue;
        }
        let mut rule = format!("relationship:{}.{}", relationship.child, relationship.columns.join("+"));
        if found.iter().any(|(other, _)| *other == rule) {
            rule = format!("{rule}→{}", relationship.parent);
        }
        found.push((rule, relationship.clone()));
    }
    found
}

fn ledger_step(ledger: &crate::plan::Ledger, dialect: &dyn Dialect, values: &RunValues) -> PreparedStep {
    let literal = |value: &LedgerValue| match value {
        LedgerValue::Integer(number) => number.to_string(),
        LedgerValue::Text(text) | LedgerValue::FileHash(text) => dialect.quote_literal(text),
        LedgerValue::StartedMilliseconds => started_milliseconds(values).to_string(),
    };
    let columns: Vec<String> = ledger.values.keys().cloned().collect();
    let literals: Vec<String> = ledger.values.values().map(literal).collect();
    let table = dialect.quote_table(&ledger.table);
    let matches: Vec<String> =
        columns.iter().zip(&literals).map(|(column, value)| format!("{} = {value}", dialect.quote_identifier(column))).collect();
    let statement = |sql: String| PreparedStatement { sql, place: Place::file("plan.toml"), rewrites: false };
    PreparedStep {
        name: LEDGER_STEP.to_owned(),
        phase: String::new(),
        title: format!("Enter the change into {}", ledger.table),
        statements: vec![statement(format!(
            "INSERT INTO {table} ({}) VALUES ({})",
            dialect.quote_columns("", &columns),
            literals.join(", ")
        ))],
        undo: Some(vec![statement(format!("DELETE FROM {table} WHERE {}", matches.join(" AND ")))]),
        ways: Vec::new(),
    }
}

fn started_milliseconds(values: &RunValues) -> i64 {
    chrono::NaiveDateTime::parse_from_str(&values.run_started_at, "%Y-%m-%d %H:%M:%S").map_or(0, |time| time.and_utc().timestamp_millis())
}
