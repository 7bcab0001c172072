//! Criteria: the sentences of a checklist, each with the selectors of the rules that prove it.

use super::document::{Section, Value};
use super::faults::did_you_mean;
use super::load::Reading;
use super::{Criterion, Plan, Step, StepBody};
use crate::model::error::Place;
use crate::model::operation::Operation;

/// Every class of rules, and whether its rules have a subject behind a colon.
const CLASSES: [(&str, bool); 21] = [
    ("steps", false),
    ("rows", true),
    ("keys", true),
    ("cells", true),
    ("relationship", true),
    ("unique", true),
    ("not_null", true),
    ("catalog", false),
    ("sequences", false),
    ("integrity", false),
    ("covered", true),
    ("value", true),
    ("column", true),
    ("index", true),
    ("foreign_key", true),
    ("type", true),
    ("check", true),
    ("invariant", true),
    ("probe", true),
    ("query", true),
    ("backup", true),
];

/// Whether a selector selects a rule. A selector is a class, such as `rows`, or a class and a pattern of subjects, such as
/// `value:*.cms_id`, in which `*` stands for any number of characters.
///
/// ```
/// use cutover::plan::selects;
///
/// assert!(selects("rows", "rows:students"));
/// assert!(selects("value:*.cms_id", "value:schools.cms_id"));
/// assert!(!selects("value:*.cms_id", "value:schools.id"));
/// assert!(!selects("row", "rows:students"));
/// ```
#[must_use]
pub fn selects(selector: &str, rule: &str) -> bool {
    let (class, subject) = rule.split_once(':').map_or((rule, None), |(class, subject)| (class, Some(subject)));
    match selector.split_once(':') {
        None => selector == class,
        Some((selected, pattern)) => selected == class && subject.is_some_and(|subject| matches(pattern, subject)),
    }
}

/// Whether a pattern fits a whole text.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(head) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let tail = parts.pop().unwrap_or_default();
    // Between two stars the first place that fits is as good as any later one.
    for part in parts {
        match text.find(part) {
            Some(found) => text = &text[found + part.len()..],
            None => return false,
        }
    }
    text.ends_with(tail)
}

/// Reads `[criteria]`, in the order of the file; the places are those of the selectors.
pub(super) fn read(reading: &mut Reading<'_>, section: Section<'_>) -> Vec<(Criterion, Vec<Place>)> {
    let mut section = section;
    section.take_all().into_iter().filter_map(|entry| criterion(reading, entry)).collect()
}

fn criterion(reading: &mut Reading<'_>, entry: Value<'_>) -> Option<(Criterion, Vec<Place>)> {
    let (sentence, place) = (entry.key.clone(), entry.place());
    let selectors = entry.texts(&mut reading.faults);
    if selectors.is_empty() {
        reading.faults.add(place, "a criterion that names no rule proves nothing", "name the rules: [\"rows\", \"cells\"]");
        return None;
    }
    let (rules, places) = selectors.into_iter().unzip();
    Some((Criterion { sentence, rules }, places))
}

/// Reports selectors that can select no rule of this plan, whatever the database holds.
pub(super) fn check(reading: &mut Reading<'_>, plan: &Plan) {
    for (criterion, places) in plan.criteria.iter().zip(&plan.places.criteria) {
        for (selector, place) in criterion.rules.iter().zip(places) {
            check_selector(reading, plan, selector, place);
        }
    }
}

fn check_selector(reading: &mut Reading<'_>, plan: &Plan, selector: &str, place: &Place) {
    let (class, pattern) = selector.split_once(':').map_or((selector, None), |(class, pattern)| (class, Some(pattern)));
    let Some((_, has_subjects)) = CLASSES.iter().find(|(name, _)| *name == class) else {
        let remedy = did_you_mean(class, CLASSES.iter().map(|(name, _)| *name));
        reading.faults.add(place.clone(), format!("`{class}` is not a class of rules"), remedy);
        return;
    };
    if pattern.is_some() && !has_subjects {
        reading.faults.add(
            place.clone(),
            format!("`{selector}` selects no rule"),
            format!("write `{class}`: it is one rule for the whole database"),
        );
        return;
    }
    let Some(subjects) = own_subjects(plan, class) else { return };
    if !subjects.iter().any(|subject| pattern.is_none_or(|pattern| matches(pattern, subject))) {
        let remedy = match pattern {
            Some(pattern) => did_you_mean(pattern, subjects.iter().map(String::as_str)),
            None => format!("the plan has nothing of this class: take `{class}` out"),
        };
        reading.faults.add(place.clone(), format!("`{selector}` selects no rule"), remedy);
    }
}

/// The subjects of a class whose rules come from the plan alone; `None` where the database has a say.
fn own_subjects(plan: &Plan, class: &str) -> Option<Vec<String>> {
    let names = |queries: &[super::Query]| queries.iter().map(|query| query.name.clone()).collect::<Vec<_>>();
    match class {
        "value" => Some(added_columns(&plan.steps, true)),
        "column" => Some(added_columns(&plan.steps, false)),
        "index" | "foreign_key" | "type" => Some(added_keys(&plan.steps, class)),
        "check" => Some([names(&plan.checks_before), names(&plan.checks_after)].concat()),
        "invariant" => Some(names(&plan.invariants)),
        "query" => Some(names(&plan.queries)),
        "backup" => Some(["taken", "compressed", "proven"].map(str::to_owned).to_vec()),
        "probe" => Some(plan.probes.iter().map(|probe| probe.name.clone()).collect()),
        _ => None,
    }
}

/// `table.column` of every column that an operation adds; of those that it fills, if only those are wanted.
pub(super) fn added_columns(steps: &[Step], filled: bool) -> Vec<String> {
    let of = |operation: &Operation| match operation {
        Operation::AddColumns { table, columns } => {
            let wanted = columns.iter().filter(|column| column.fill.is_some() || !filled);
            wanted.map(|column| format!("{table}.{}", column.name)).collect()
        }
        Operation::CreateTable(new) if !filled => new.columns.iter().map(|column| format!("{}.{}", new.table, column.name)).collect(),
        _ => Vec::new(),
    };
    operations(steps).flat_map(of).collect()
}

/// `table.a+b` of every key of one class that operations add.
pub(super) fn added_keys(steps: &[Step], class: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let mut add = |of: &str, table: &str, columns: &[String]| {
        if of == class {
            keys.push(format!("{table}.{}", columns.join("+")));
        }
    };
    for operation in operations(steps) {
        match operation {
            Operation::AddColumns { table, columns } => {
                for column in columns {
                    if column.unique.is_some() {
                        add("unique", table, std::slice::from_ref(&column.name));
                    }
                    column.references.iter().for_each(|key| add("foreign_key", table, &key.columns));
                }
            }
            Operation::CreateTable(new) => {
                new.unique.iter().for_each(|key| add("unique", &new.table, &key.columns));
                new.indexes.iter().for_each(|key| add("index", &new.table, &key.columns));
                new.foreign_keys.iter().for_each(|key| add("foreign_key", &new.table, &key.columns));
            }
            Operation::AddIndex { table, index } => add("index", table, &index.columns),
            Operation::AddUnique { table, key } => add("unique", table, &key.columns),
            Operation::AddForeignKey { table, key } => add("foreign_key", table, &key.columns),
            Operation::ChangeType { table, column, .. } => add("type", table, std::slice::from_ref(column)),
            Operation::RenameColumn { .. } | Operation::WidenEnum { .. } => {}
        }
    }
    keys
}

/// Every operation of the steps, in order.
pub fn operations(steps: &[Step]) -> impl Iterator<Item = &Operation> {
    steps
        .iter()
        .flat_map(|step| match &step.body {
            StepBody::Operations(operations) => operations.as_slice(),
            StepBody::Script { .. } | StepBody::MasterData(_) => &[],
        })
        .map(|planned| &planned.operation)
}

#[cfg(test)]
mod tests {
    use super::{matches, selects};

    #[test]
    fn a_class_selects_all_of_its_rules_and_no_others() {
        assert!(selects("catalog", "catalog"));
        assert!(selects("cells", "cells:students"));
        assert!(!selects("cell", "cells:students"));
        assert!(!selects("cells:", "cells:students"));
        assert!(!selects("catalog:*", "catalog"));
    }

    #[test]
    fn a_star_stands_for_any_number_of_characters() {
        for (pattern, text, fits) in [
            ("*", "", true),
            ("*", "schools.cms_id", true),
            ("*.cms_id", "schools.cms_id", true),
            ("*.cms_id", "schools.cms_id2", false),
            ("student*", "student_modules", true),
            ("student_*.*_id", "student_modules.cms_id", true),
            ("a*a", "a", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*bb*c", "a-b-c", false),
            ("*id*id", "id", false),
            ("schools", "schools", true),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
