//! Rules as they are decided, and the verdict that they add up to.

use super::verdict::{CriterionResult, Finding, Rule, RuleOutcome, TableResult, Verdict};
use crate::plan::{Criterion, Severity, selects};

/// The rules decided so far.
#[derive(Debug, Clone, Default)]
pub struct Rulings {
    rules: Vec<Rule>,
    findings: Vec<Finding>,
}

impl Rulings {
    /// A rule that holds.
    pub fn pass(&mut self, rule: impl Into<String>, evidence: impl Into<String>) {
        self.decide(rule, RuleOutcome::Passed, evidence);
    }

    /// A rule that holds because every column that it reads was proven identical.
    pub fn imply(&mut self, rule: impl Into<String>, evidence: impl Into<String>) {
        self.decide(rule, RuleOutcome::Implied, evidence);
    }

    /// A rule that was not looked at, and why.
    pub fn skip(&mut self, rule: impl Into<String>, evidence: impl Into<String>) {
        self.decide(rule, RuleOutcome::NotRun, evidence);
    }

    /// A rule that holds if nothing was found against it. The findings' own severity decides: an error fails the rule, a
    /// warning or note is shown.
    pub fn judge(&mut self, rule: impl Into<String>, evidence: impl Into<String>, findings: Vec<Finding>) {
        let outcome = match findings.iter().map(|finding| finding.severity).max() {
            Some(Severity::Error) => RuleOutcome::Failed,
            Some(Severity::Warning) => RuleOutcome::Warned,
            Some(Severity::Note) => RuleOutcome::Noted,
            None => RuleOutcome::Passed,
        };
        self.decide(rule, outcome, evidence);
        self.findings.extend(findings);
    }

    /// Something for people, which decides nothing.
    pub fn note(&mut self, rule: impl Into<String>, subject: impl Into<String>, message: impl Into<String>) {
        self.findings.push(Finding {
            rule: rule.into(),
            severity: Severity::Note,
            subject: subject.into(),
            message: message.into(),
            count: 0,
            rows: Vec::new(),
            hint: None,
            revealed: false,
        });
    }

    /// Takes in what was decided elsewhere.
    pub fn join(&mut self, other: Self) {
        self.rules.extend(other.rules);
        self.findings.extend(other.findings);
    }

    /// Takes a rule over as an earlier verdict has it, where it has it.
    pub fn keep(&mut self, rule: &str, earlier: &Verdict) {
        self.rules.extend(earlier.rules.iter().filter(|decided| decided.rule == rule).cloned());
        self.findings.extend(earlier.findings.iter().filter(|finding| finding.rule == rule).cloned());
    }

    fn decide(&mut self, rule: impl Into<String>, outcome: RuleOutcome, evidence: impl Into<String>) {
        self.rules.push(Rule { rule: rule.into(), outcome, evidence: evidence.into() });
    }

    /// Whether no rule has failed so far.
    #[must_use]
    pub fn holding(&self) -> bool {
        self.rules.iter().all(|rule| rule.outcome.holds())
    }

    /// The verdict: waivers applied, warnings judged, criteria ticked.
    #[must_use]
    pub fn finish(self, terms: &Terms<'_>, tables: Vec<TableResult>) -> Verdict {
        let Self { mut rules, mut findings } = self;
        if terms.strict {
            for finding in findings.iter_mut().filter(|finding| finding.severity == Severity::Warning) {
                finding.severity = Severity::Error;
                for rule in rules.iter_mut().filter(|rule| rule.rule == finding.rule && rule.outcome == RuleOutcome::Warned) {
                    rule.outcome = RuleOutcome::Failed;
                }
            }
        }
        for name in terms.accept {
            let mut found = false;
            for rule in rules.iter_mut().filter(|rule| rule.rule == *name) {
                found = true;
                if matches!(rule.outcome, RuleOutcome::Failed | RuleOutcome::Warned) {
                    rule.outcome = RuleOutcome::Waived;
                    findings.iter_mut().filter(|finding| finding.rule == *name).for_each(|finding| finding.severity = Severity::Note);
                }
            }
            if !found {
                findings.push(Finding {
                    rule: name.clone(),
                    severity: Severity::Warning,
                    subject: name.clone(),
                    message: format!("the waiver `{name}` is of no rule"),
                    count: 0,
                    rows: Vec::new(),
                    hint: Some("take it out, or name a rule as the report spells it".to_owned()),
                    revealed: false,
                });
            }
        }
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let criteria = terms.criteria.iter().map(|criterion| tick(criterion, &rules, &tables)).collect();
        Verdict {
            passed: rules.iter().all(|rule| rule.outcome.holds()),
            cells: tables.iter().map(|table| table.cells).sum(),
            rules,
            findings,
            criteria,
            tables,
        }
    }
}

/// By what a verdict is reached.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terms<'a> {
    /// Rules accepted by name.
    pub accept: &'a [String],
    /// Whether warnings fail.
    pub strict: bool,
    /// The checklist.
    pub criteria: &'a [Criterion],
}

/// Ticks a criterion if it selects at least one rule and all of them hold.
fn tick(criterion: &Criterion, rules: &[Rule], tables: &[TableResult]) -> CriterionResult {
    let chosen: Vec<_> = rules.iter().filter(|rule| criterion.rules.iter().any(|selector| selects(selector, &rule.rule))).collect();
    let failed: Vec<_> = chosen.iter().filter(|rule| !rule.outcome.ticks()).collect();
    let ticked = !chosen.is_empty() && failed.is_empty();
    let backup = |selector: &String| selector.split(':').next() == Some("backup");
    let open = chosen.is_empty() && criterion.rules.iter().all(backup);
    let evidence = if open {
        "not asked for: --backup fence --prove-backup".to_owned()
    } else if chosen.is_empty() {
        "no rule was decided".to_owned()
    } else if let Some(first) = failed.first() {
        let more = if failed.len() > 1 { format!(", and {} more", failed.len() - 1) } else { String::new() };
        format!("{}: {}{more}", first.rule, first.evidence)
    } else if let [only] = chosen.as_slice() {
        only.evidence.clone()
    } else {
        summary(&chosen, tables)
    };
    CriterionResult { sentence: criterion.sentence.clone(), ticked, open, evidence }
}

/// A class of its own in words: there are orphans, and they were there before.
const KNOWN_ORPHANS: &str = "relationship with known orphans";

/// Several rules that hold, class by class, in words and numbers.
fn summary(rules: &[&Rule], tables: &[TableResult]) -> String {
    let mut classes: Vec<(&str, Vec<&str>)> = Vec::new();
    for rule in rules {
        let (class, subject) = rule.rule.split_once(':').unwrap_or((&rule.rule, ""));
        let class = if class == "relationship" && rule.outcome == RuleOutcome::Noted { KNOWN_ORPHANS } else { class };
        match classes.iter_mut().find(|(known, _)| *known == class) {
            Some((_, subjects)) => subjects.push(subject),
            None => classes.push((class, vec![subject])),
        }
    }
    let mut parts: Vec<_> = classes.iter().map(|(class, subjects)| in_words(class, subjects, tables)).collect();
    let implied = rules.iter().filter(|rule| rule.outcome == RuleOutcome::Implied).count();
    let waived = rules.iter().filter(|rule| rule.outcome == RuleOutcome::Waived).count();
    if implied > 0 {
        parts.push(format!("{} implied by identical cells", if implied == rules.len() { "all".to_owned() } else { implied.to_string() }));
    }
    if waived > 0 {
        parts.push(format!("{waived} waived"));
    }
    let noted = |rule: &&&Rule| rule.outcome == RuleOutcome::Noted && !rule.rule.starts_with("relationship:");
    match rules.iter().filter(noted).count() {
        0 => {}
        1 => parts.push("one with a note".to_owned()),
        noted => parts.push(format!("{noted} with a note")),
    }
    parts.join("; ")
}

/// What it means that all rules of a class hold for these subjects.
fn in_words(class: &str, subjects: &[&str], tables: &[TableResult]) -> String {
    let count = subjects.len();
    let of = |table: &&TableResult| subjects.contains(&table.table.as_str());
    let plural = |noun: &str| if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") };
    match class {
        "rows" => {
            let rows: u64 = tables.iter().filter(of).filter_map(|table| table.rows_after).sum();
            format!("{rows} rows in {}, every count as before or as granted", plural("table"))
        }
        "keys" => format!("every key of {} as before", plural("table")),
        "cells" => format!("{} cells compared", tables.iter().filter(of).map(|table| table.cells).sum::<u64>()),
        "value" => format!("{} with the promised value in every row that existed", plural("column")),
        "column" => format!("{} as promised", plural("column")),
        "unique" => format!("{} enforced and without duplicates", plural("unique key")),
        "relationship" => format!("no orphans in {}", plural("relationship")),
        KNOWN_ORPHANS => format!("no new orphans in {}, whose old ones the plan knows of", plural("relationship")),
        "foreign_key" => format!("{} in force", plural("foreign key")),
        "index" if count == 1 => "1 index there".to_owned(),
        "index" => format!("{count} indexes there"),
        "query" => format!("{} timed", plural("typical read")),
        "catalog" => "the catalog as before or as granted".to_owned(),
        "steps" => "every step done".to_owned(),
        "not_null" => format!("no NULL where {} forbids it", plural("table")),
        "check" => format!("no rows in {}", plural("check")),
        "invariant" => format!("{} the same", plural("result")),
        "probe" => format!("{} done and undone", plural("probe")),
        class => format!("{count} × {class}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Rulings, Terms};
    use crate::plan::{Criterion, Severity};
    use crate::verify::verdict::Finding;

    fn finding(rule: &str, severity: Severity) -> Finding {
        Finding {
            rule: rule.to_owned(),
            severity,
            subject: rule.to_owned(),
            message: "m".to_owned(),
            count: 1,
            rows: Vec::new(),
            hint: None,
            revealed: false,
        }
    }

    fn rulings() -> Rulings {
        let mut rulings = Rulings::default();
        rulings.pass("rows:a", "1 = 1");
        rulings.judge("rows:b", "2 ≠ 1", vec![finding("rows:b", Severity::Error)]);
        rulings.judge("check:c", "3 rows", vec![finding("check:c", Severity::Warning)]);
        rulings
    }

    #[test]
    fn a_failed_rule_fails_the_verdict_unless_it_is_waived_by_name() {
        assert!(!rulings().finish(&Terms::default(), Vec::new()).passed);
        let accept = ["rows:b".to_owned()];
        assert!(rulings().finish(&Terms { accept: &accept, ..Terms::default() }, Vec::new()).passed);
        let verdict = rulings().finish(&Terms { accept: &accept, strict: true, ..Terms::default() }, Vec::new());
        assert!(!verdict.passed, "a warning fails under --strict");
    }

    #[test]
    fn a_criterion_needs_at_least_one_rule_and_all_of_them() {
        let criterion =
            |rules: &[&str]| Criterion { sentence: "s".to_owned(), rules: rules.iter().map(|rule| (*rule).to_owned()).collect() };
        let criteria = [criterion(&["rows:a"]), criterion(&["rows"]), criterion(&["value:*.x"])];
        let verdict = rulings().finish(&Terms { criteria: &criteria, ..Terms::default() }, Vec::new());
        let ticked: Vec<_> = verdict.criteria.iter().map(|criterion| criterion.ticked).collect();
        assert_eq!(ticked, [true, false, false]);
    }
}
