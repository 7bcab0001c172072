//! `ALTER TYPE … ADD VALUE`: the new value cannot be used in the transaction that adds it.

use super::faults::Faults;
use super::{Plan, PlanStatement, StepBody};
use crate::model::statement::{ScriptStatement, TokenKind};

/// Reports a value that is added to a type and used by a later statement of the same run. A type that the run itself
/// creates has no such limit.
pub(super) fn check(plan: &Plan, faults: &mut Faults) {
    let mut added: Vec<(String, &PlanStatement)> = Vec::new();
    let mut created: Vec<&str> = Vec::new();
    for statement in in_order(plan) {
        for (literal, adding) in added.iter().filter(|(literal, _)| uses(&statement.statement, literal)) {
            let remedy = "add the value in a plan of its own, and run it before; or give the column a new type that the plan creates with CREATE TYPE";
            let message = format!("{literal} cannot be used in the transaction that adds it ({})", adding.place);
            faults.add(statement.place.clone(), message, remedy);
        }
        if statement.statement.leading_words(2) == "CREATE TYPE" {
            created.extend(statement.statement.tokens.get(2).map(|token| token.text.as_str()));
        }
        if let Some((of, literal)) = added_value(&statement.statement)
            && !created.contains(&of)
        {
            added.push((literal, statement));
        }
    }
}

/// Every statement of the run's transaction, in the order of its execution.
fn in_order(plan: &Plan) -> impl Iterator<Item = &PlanStatement> {
    let steps = plan.steps.iter().flat_map(|step| match &step.body {
        StepBody::Script { statements, .. } => statements.as_slice(),
        StepBody::Operations(_) | StepBody::MasterData(_) => &[],
    });
    let queries = [&plan.invariants, &plan.checks_after, &plan.queries].into_iter().flatten().map(|query| &query.statement);
    let probes = plan.probes.iter().flat_map(|probe| probe.statements.iter().map(|statement| &statement.statement));
    steps.chain(queries).chain(probes)
}

/// The type, by the last part of its name, and the literal that `ALTER TYPE … ADD VALUE` adds.
fn added_value(statement: &ScriptStatement) -> Option<(&str, String)> {
    if !(statement.is_word(0, "ALTER") && statement.is_word(1, "TYPE")) {
        return None;
    }
    let add = (2..statement.tokens.len()).find(|index| statement.is_word(*index, "ADD") && statement.is_word(index + 1, "VALUE"))?;
    let literal = statement.tokens[add..].iter().find(|token| token.kind == TokenKind::Literal)?;
    Some((statement.tokens.get(add - 1)?.text.as_str(), literal.text.clone()))
}

fn uses(statement: &ScriptStatement, literal: &str) -> bool {
    let adds_itself = added_value(statement).is_some_and(|(_, added)| added == literal);
    !adds_itself
        && statement.tokens.iter().any(|token| {
            token.kind == TokenKind::Literal && (token.text == literal || (token.text.starts_with('$') && token.text.contains(literal)))
        })
}
