//! Steps that are SQL files.

use std::collections::BTreeSet;

use crate::model::dialect::Dialect;
use crate::model::table::{Catalog, TableName};
use crate::plan::{Plan, PlanStatement, RunValues, Step};

use super::{Batch, Prepared, PreparedStatement, PreparedStep, Undo};

/// Makes an SQL step ready, and adds the tables that it names to those that are fenced.
#[allow(clippy::too_many_arguments, reason = "a script needs all of the plan's surroundings to be made ready")]
pub(super) fn script(
    step: &Step,
    statements: &[PlanStatement],
    undo: Option<&[PlanStatement]>,
    plan: &Plan,
    dialect: &dyn Dialect,
    values: &RunValues,
    catalog: &Catalog,
    prepared: &mut Prepared,
) -> PreparedStep {
    let ready = |of_plan: &PlanStatement| statement(of_plan, plan, dialect, values, catalog);
    let mut touched: BTreeSet<TableName> =
        step.tables.iter().filter_map(|name| catalog.find(name)).map(|table| table.name.clone()).collect();
    for statement in statements {
        let named = named_tables(plan, statement, catalog);
        if !is_plain_dml(statement) {
            prepared.strongest.extend(named.iter().cloned());
        }
        touched.extend(named);
    }
    prepared.touched.extend(touched.iter().cloned());
    let undo = match undo {
        Some(undo) => paired(undo.iter().map(ready).collect(), statements.len()),
        None if step.from_snapshot => Undo::Snapshot(touched),
        None => Undo::None,
    };
    PreparedStep { statements: statements.iter().map(ready).collect(), undo, ..PreparedStep::new(step) }
}

/// Makes one statement of an SQL file ready.
pub(super) fn statement(
    statement: &PlanStatement,
    plan: &Plan,
    dialect: &dyn Dialect,
    values: &RunValues,
    catalog: &Catalog,
) -> PreparedStatement {
    PreparedStatement {
        sql: plan.sql(statement, dialect, values),
        place: statement.place.clone(),
        rewrites: may_rewrite(statement),
        boundary: dialect.boundary(&statement.statement),
        done_when: statement.done_when.as_ref().map(|query| plan.sql(query, dialect, values)),
        settles: true,
        batch: statement.batch.as_ref().map(|batch| Batch {
            table: catalog.find(&batch.table.to_string()).map_or_else(|| batch.table.clone(), |table| table.name.clone()),
            column: batch.column.clone(),
            rows: batch.rows,
        }),
    }
}

/// An undo file of as many statements as the step's own takes them back one by one, the last one first, as people write it.
pub(super) fn paired(mut undo: Vec<PreparedStatement>, statements: usize) -> Undo {
    if undo.len() != statements {
        return Undo::Whole(undo);
    }
    undo.reverse();
    Undo::Each(undo.into_iter().map(Some).collect())
}

/// The tables whose names occur in a statement: more than it may touch, never fewer, except what functions and triggers
/// touch behind its back; writes of others there end the run by a serialization failure or are seen by the verification.
fn named_tables(plan: &Plan, statement: &PlanStatement, catalog: &Catalog) -> BTreeSet<TableName> {
    catalog.tables.iter().map(|table| &table.name).filter(|name| plan.mentions(statement, &name.name)).cloned().collect()
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
