//! Rules as they are decided, and the verdict that they add up to.

use std::collections::BTreeMap;

use super::verdict::{CriterionResult, Finding, Rule, RuleOutcome, TableResult, Verdict};
use crate::plan::{Criterion, Severity, selects};

/// The rules decided so far.
#[derive(Debug, Default)]
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
        });
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
                });
            }
        }
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let criteria = terms.criteria.iter().map(|criterion| tick(criterion, &rules)).collect();
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
fn tick(criterion: &Criterion, rules: &[Rule]) -> CriterionResult {
    let chosen: Vec<_> = rules.iter().filter(|rule| criterion.rules.iter().any(|selector| selects(selector, &rule.rule))).collect();
    let failed: Vec<_> = chosen.iter().filter(|rule| !rule.outcome.ticks()).collect();
    let ticked = !chosen.is_empty() && failed.is_empty();
    let evidence = if chosen.is_empty() {
        "no rule was decided".to_owned()
    } else if let Some(first) = failed.first() {
        let more = if failed.len() > 1 { format!(", and {} more", failed.len() - 1) } else { String::new() };
        format!("{}: {}{more}", first.rule, first.evidence)
    } else if let [only] = chosen.as_slice() {
        only.evidence.clone()
    } else {
        summary(&chosen)
    };
    CriterionResult { sentence: criterion.sentence.clone(), ticked, evidence }
}

/// Several rules that hold, class by class: `15 rows, 15 keys, 15 cells rules hold`.
fn summary(rules: &[&Rule]) -> String {
    let mut classes: BTreeMap<&str, u64> = BTreeMap::new();
    for rule in rules {
        *classes.entry(rule.rule.split(':').next().unwrap_or_default()).or_default() += 1;
    }
    let implied = rules.iter().filter(|rule| rule.outcome == RuleOutcome::Implied).count();
    let waived = rules.iter().filter(|rule| rule.outcome == RuleOutcome::Waived).count();
    let parts: Vec<_> = classes.iter().map(|(class, count)| format!("{count} × {class}")).collect();
    let mut text = format!("{} hold", parts.join(", "));
    if implied > 0 {
        text.push_str(&format!(", {implied} of them implied by identical cells"));
    }
    if waived > 0 {
        text.push_str(&format!(", {waived} of them waived"));
    }
    text
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
