//! What a plan would do, in words, from a session in which the server refuses writes.

use chrono::Utc;
use serde::Serialize;

use crate::database::{Mode, Session};
use crate::model::dialect::Dialect;
use crate::model::error::{ErrorKind, Result};
use crate::plan::{Plan, StepBody, contract::ChangeRule};

use super::directory::run_values;
use super::master_data;
use super::options::{Engine, Options};
use super::preflight::{self, Preflight};
use super::prepare::{Prepared, prepare};

/// A plan in words.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// The plan's name.
    pub plan: String,
    /// Its title.
    pub title: String,
    /// The hash of its files and parameters.
    pub hash: String,
    /// What it was explained on; `None` without a database.
    pub session: Option<Session>,
    /// Whether a run would start, and if not, why; `None` without a database.
    pub ready: Option<Readiness>,
    /// In which mode it would change the database; `None` without one.
    pub mode: Option<Mode>,
    /// Its steps.
    pub steps: Vec<ExplainedStep>,
    /// What it may change.
    pub contract: Vec<String>,
    /// The tables that other sessions cannot write while it runs, with rows by the database's statistics.
    pub fence: Vec<String>,
    /// What a run will need, against what is there; nothing without a database, or where a run would be refused.
    pub needs: Vec<String>,
    /// What is checked, by rule, with its title.
    pub rules: Vec<(String, String)>,
    /// Programs that are run around it.
    pub hooks: Vec<String>,
    /// The checklist.
    pub criteria: Vec<String>,
    /// What people should know: functions whose results differ from run to run, for instance.
    pub warnings: Vec<String>,
}

/// Whether a run would start.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Readiness {
    /// It would.
    Ready,
    /// The same plan has been applied by this run.
    Applied(String),
    /// It would be refused: what is in the way, and what mends it.
    Refused(Vec<String>),
}

/// A step in words.
#[derive(Debug, Clone, Serialize)]
pub struct ExplainedStep {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The way that an operation takes on each table, and why.
    pub ways: Vec<(String, String)>,
    /// Its statements.
    pub statements: Vec<String>,
    /// What takes it back; `None` where nothing does.
    pub undo: Option<Vec<String>>,
}

/// Explains a plan, without a database or on one.
///
/// # Errors
/// Where the database cannot be read. What would refuse a run is told, and is no error.
pub fn explain(engine: Option<&Engine<'_>>, plan: &Plan, dialect: &dyn Dialect, options: &Options) -> Result<Explanation> {
    let values = run_values(Utc::now());
    let mut explanation = Explanation {
        plan: plan.name.clone(),
        title: plan.title.clone(),
        hash: plan.hash.clone(),
        session: None,
        ready: None,
        mode: None,
        steps: Vec::new(),
        contract: contract(plan),
        fence: Vec::new(),
        needs: Vec::new(),
        rules: rules(plan),
        hooks: plan.hooks.iter().map(super::hooks::in_words).collect(),
        criteria: plan.criteria.iter().map(|criterion| criterion.sentence.clone()).collect(),
        warnings: plan.warnings.iter().map(|warning| format!("{}: {} ({})", warning.place, warning.message, warning.remedy)).collect(),
    };
    let prepared = match engine {
        None => None,
        Some(engine) => {
            let mut reader = engine.database.read()?;
            explanation.session = Some(reader.session()?);
            explanation.mode = Some(engine.mode(options)?);
            let catalog = reader.catalog()?;
            let found = master_data::look(plan, dialect, &catalog, reader.as_mut());
            drop(reader);
            explanation.ready = Some(match preflight::look(engine, plan, &values, options) {
                Ok(Preflight::Applied(record)) => Readiness::Applied(record.run),
                Ok(Preflight::Ready { needs, .. }) => {
                    explanation.needs = needs;
                    Readiness::Ready
                }
                Err(error) if matches!(error.kind(), ErrorKind::Refused | ErrorKind::Input) => {
                    let mut reasons = vec![error.to_string()];
                    reasons.extend(error.fault_list().iter().map(|fault| format!("{}: {} ({})", fault.place, fault.message, fault.remedy)));
                    reasons.extend(error.hints().iter().cloned());
                    Readiness::Refused(reasons)
                }
                Err(error) => return Err(error),
            });
            let mut prepared = prepare(plan, dialect, &catalog, &values, options).ok();
            if let (Some(prepared), Ok(found)) = (&mut prepared, &found) {
                master_data::undo_of_found(prepared, plan, dialect, &catalog, found)?;
            }
            if let Some(prepared) = &prepared {
                let shown = |table: &crate::model::table::TableName| {
                    let rows = catalog.table(table).and_then(|table| table.estimated_rows);
                    rows.map_or_else(|| table.to_string(), |rows| format!("{table} (about {rows} rows)"))
                };
                explanation.fence = prepared.fence(options, engine.mode(options)?).tables.iter().map(shown).collect();
            }
            prepared
        }
    };
    explanation.steps = match prepared {
        Some(prepared) => of_database(&prepared),
        None => of_plan(plan, dialect),
    };
    Ok(explanation)
}

/// What stands for the undo of a step whose statements are written when it is undone.
const FROM_SNAPSHOT: &str = "-- the old cells are put back from the run's snapshot";

fn of_database(prepared: &Prepared) -> Vec<ExplainedStep> {
    let step = |step: &super::prepare::PreparedStep| ExplainedStep {
        name: step.name.clone(),
        title: step.title.clone(),
        ways: step.ways.iter().map(|(table, choice)| (table.to_string(), choice.clone())).collect(),
        // The rows of a file are read in the file.
        statements: step.statements.iter().filter(|_| step.proofs.is_empty()).map(|statement| statement.sql.clone()).collect(),
        undo: match step.undo.from_snapshot() {
            Some(_) => Some(vec![FROM_SNAPSHOT.to_owned()]),
            None => step.undo.of_all().map(|undo| undo.iter().map(|statement| statement.sql.clone()).collect()),
        },
    };
    prepared.steps.iter().map(step).collect()
}

/// Without a database, an operation is told by what it asks for: how it is done depends on the tables.
fn of_plan(plan: &Plan, dialect: &dyn Dialect) -> Vec<ExplainedStep> {
    let values = run_values(Utc::now());
    let sql = |statements: &[crate::plan::PlanStatement]| -> Vec<String> {
        statements.iter().map(|statement| plan.sql(statement, dialect, &values)).collect()
    };
    let step = |step: &crate::plan::Step| match &step.body {
        StepBody::Operations(operations) => ExplainedStep {
            name: step.name.clone(),
            title: step.title.clone(),
            ways: operations.iter().map(|planned| (planned.operation.table().to_owned(), planned.operation.to_string())).collect(),
            statements: Vec::new(),
            undo: Some(Vec::new()),
        },
        StepBody::Script { statements, undo } => ExplainedStep {
            name: step.name.clone(),
            title: step.title.clone(),
            ways: Vec::new(),
            statements: sql(statements),
            undo: if step.from_snapshot { Some(vec![FROM_SNAPSHOT.to_owned()]) } else { undo.as_deref().map(sql) },
        },
        StepBody::MasterData(data) => {
            let columns: Vec<_> = data.columns.iter().map(|column| column.name.as_str()).collect();
            ExplainedStep {
                name: step.name.clone(),
                title: step.title.clone(),
                ways: vec![(data.table.clone(), format!("brings {} rows in: {}", data.rows.len(), columns.join(", ")))],
                statements: Vec::new(),
                // Without a database, nobody knows which of its rows are there already.
                undo: Some(data.undo.as_deref().map(sql).unwrap_or_default()),
            }
        }
    };
    plan.steps.iter().map(step).collect()
}

fn contract(plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    for grant in &plan.contract.changes {
        let how = match &grant.rule {
            ChangeRule::FromNull => "from NULL".to_owned(),
            ChangeRule::From(value) => format!("from `{value}`"),
            ChangeRule::Any => "from anything".to_owned(),
            ChangeRule::Map(map) => format!("by a map of {} values", map.len()),
        };
        lines.push(format!("cells of {}.{} may change {how}", grant.table, grant.column));
    }
    for grant in &plan.contract.rows {
        let may: Vec<_> = [(grant.insert, "come"), (grant.delete, "go")].iter().filter(|(may, _)| *may).map(|(_, word)| *word).collect();
        lines.push(format!("rows of {} may {}", grant.table, may.join(" and ")));
    }
    for (grant, _) in &plan.contract.schema {
        lines.push(format!("{grant}"));
    }
    for volatile in &plan.contract.volatile {
        let column = volatile.column.as_ref().map(|column| format!(".{column}")).unwrap_or_default();
        lines.push(format!("{}{column} lives on during the run: compared and shown, never failing", volatile.table));
    }
    lines
}

fn rules(plan: &Plan) -> Vec<(String, String)> {
    let mut rules: Vec<(String, String)> = [
        ("rows", "the row count of every table"),
        ("keys", "the key of every row"),
        ("cells", "every cell of every column that exists now"),
        ("catalog", "every object of the catalog: nothing lost, changed or added except what is granted"),
        ("sequences", "every sequence still ahead of what it numbers"),
    ]
    .map(|(rule, title)| (rule.to_owned(), title.to_owned()))
    .into();
    rules.extend(plan.relationships.iter().map(|relationship| {
        (format!("relationship:{}.{}", relationship.child, relationship.columns.join("+")), format!("no new orphans: {relationship}"))
    }));
    let queries = [("check", &plan.checks_before), ("check", &plan.checks_after), ("invariant", &plan.invariants)];
    for (class, list) in queries {
        rules.extend(list.iter().map(|query| (format!("{class}:{}", query.name), query.title.clone())));
    }
    rules.extend(plan.probes.iter().map(|probe| (format!("probe:{}", probe.name), probe.title.clone())));
    rules
}
