use std::collections::BTreeMap;

use super::{Detail, Report, Style, Values, View, json, text};
use crate::journal::{Event, EventKind, Outcome, Stage};
use crate::plan::Severity;
use crate::verify::verdict::{CellEvidence, ColumnNumbers, CriterionResult, Finding, RowEvidence, Rule, RuleOutcome, TableResult, Verdict};

fn started() -> EventKind {
    EventKind::RunStarted {
        run: "20260119-083000-4f2a".to_owned(),
        plan: "grades".to_owned(),
        title: "Grades of the summer term".to_owned(),
        plan_hash: "ab12".to_owned(),
        tool: "cutover 0.1.0".to_owned(),
        database: "postgres://registrar:***@db/registry".to_owned(),
        product: "PostgreSQL 15.8".to_owned(),
        account: "registrar".to_owned(),
        mode: "atomic".to_owned(),
        parameters: BTreeMap::from([("term".to_owned(), Some("2026-02".to_owned()))]),
        started_at: "2026-01-19T08:30:00.000Z".to_owned(),
        run_started_at: "2026-01-19 08:30:00".to_owned(),
        no_rewrite: false,
        backup: String::new(),
        prove_backup: false,
        undoes: None,
        rehearses: None,
        run_date: "2026-01-19".to_owned(),
    }
}

fn events(kinds: Vec<EventKind>) -> Vec<Event> {
    let event = |(number, kind)| Event { number, at: "2026-01-19T08:30:00.000Z".to_owned(), elapsed: 0.0, kind };
    (1..).zip(kinds).map(event).collect()
}

fn journal() -> Vec<Event> {
    let stage = |stage, seconds| [EventKind::StageStarted { stage }, EventKind::StageFinished { stage, seconds }];
    let step = "1-data/0010_grades".to_owned();
    let mut kinds = vec![started(), EventKind::StageStarted { stage: Stage::Preflight }];
    kinds.push(EventKind::CheckFinished {
        rule: "check:no_open_term".to_owned(),
        title: "No term is open".to_owned(),
        passed: true,
        rows: 0,
        seconds: 0.01,
    });
    kinds.push(EventKind::StageFinished { stage: Stage::Preflight, seconds: 0.04 });
    kinds.extend(stage(Stage::Fence, 0.0));
    kinds.push(EventKind::Noticed { message: "waited for 4711 (registrar): SELECT 1".to_owned() });
    kinds.push(EventKind::SnapshotFinished { tables: 3, rows: 674_330, cells: 5_393_389, seconds: 2.46 });
    kinds.extend(stage(Stage::Snapshot, 2.46));
    kinds.push(EventKind::StageStarted { stage: Stage::Steps });
    kinds.push(EventKind::StepStarted {
        step: step.clone(),
        title: "Grades in capitals".to_owned(),
        phase: "1-data".to_owned(),
        number: 1,
        of: 1,
    });
    kinds.push(EventKind::WayChosen { step: step.clone(), table: "marks".to_owned(), choice: "UPDATE in place".to_owned() });
    kinds.push(EventKind::StatementFinished {
        step: step.clone(),
        statement: 1,
        sql: "UPDATE marks SET grade = upper(grade)".to_owned(),
        rows: 1200,
        seconds: 0.5,
    });
    kinds.push(EventKind::StepFinished { step, rows: 1200, seconds: 0.5 });
    kinds.push(EventKind::StageFinished { stage: Stage::Steps, seconds: 0.5 });
    kinds.extend(stage(Stage::Verify, 72.4));
    kinds.push(EventKind::RunFinished {
        outcome: Outcome::VerificationFailed,
        message: "the verification failed: the transaction was rolled back: the database is as it was".to_owned(),
        hints: vec!["a sequence was put forward".to_owned()],
        seconds: 75.4,
    });
    events(kinds)
}

fn table(table: &str, before: Option<u64>, after: u64, identical: bool) -> TableResult {
    let numbers = ColumnNumbers {
        column: "points".to_owned(),
        before: ["10", "2.5", "1", "4"].map(str::to_owned),
        after: ["11", "2.75", "1", "5"].map(str::to_owned),
    };
    TableResult {
        table: table.to_owned(),
        rows_before: before,
        rows_after: Some(after),
        cells: after * 8,
        identical,
        numbers: vec![numbers],
    }
}

fn rule(rule: &str, outcome: RuleOutcome, evidence: &str) -> Rule {
    Rule { rule: rule.to_owned(), outcome, evidence: evidence.to_owned() }
}

fn row(key: &[(&str, &str)], cells: &[(&str, Option<&str>, Option<&str>)]) -> RowEvidence {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let cell = |(column, before, after): &(&str, _, _)| CellEvidence {
        column: (*column).to_owned(),
        before: owned(*before),
        after: owned(*after),
    };
    RowEvidence {
        key: key.iter().map(|(column, value)| ((*column).to_owned(), (*value).to_owned())).collect(),
        cells: cells.iter().map(cell).collect(),
    }
}

fn finding(rule: &str, severity: Severity, message: &str, count: u64, rows: Vec<RowEvidence>) -> Finding {
    let subject = rule.split(':').next_back().unwrap().to_owned();
    Finding { rule: rule.to_owned(), severity, subject, message: message.to_owned(), count, rows, hint: None, revealed: false }
}

fn verdict() -> Verdict {
    let mut orphan = finding(
        "relationship:marks.student_id",
        Severity::Warning,
        "1 orphan of marks.student_id was there before",
        1,
        vec![row(&[], &[("id", None, Some("7")), ("student_id", None, Some("901000001"))])],
    );
    orphan.hint = Some("it fails under --strict".to_owned());
    Verdict {
        passed: false,
        rules: vec![
            rule("rows:marks", RuleOutcome::Passed, "674,000 = 674,000"),
            rule("rows:students", RuleOutcome::Failed, "330 before, 329 after"),
            rule("keys:students", RuleOutcome::Failed, "1 key is gone"),
            rule("cells:marks", RuleOutcome::Failed, "1,200 cells differ"),
            rule("cells:terms", RuleOutcome::Waived, "1 cell differs"),
            rule("invariant:chain", RuleOutcome::Implied, "every column that it reads is identical"),
            rule("relationship:marks.student_id", RuleOutcome::Noted, "1 orphan before, 0 new"),
            rule("probe:enrolment", RuleOutcome::NotRun, "the rules before it do not hold"),
        ],
        findings: vec![
            finding(
                "cells:marks",
                Severity::Error,
                "1200 cells of marks.grade changed without a grant",
                1200,
                vec![
                    row(&[("id", "12")], &[("grade", Some("a"), Some("A"))]),
                    row(&[("id", "13")], &[("grade", Some("b+"), Some("NULL"))]),
                ],
            ),
            finding(
                "keys:students",
                Severity::Error,
                "1 row of students is gone",
                1,
                vec![row(&[("std_no", "901000001")], &[("std_no", Some("901000001"), None), ("name", Some("Thabo Mokoena"), None)])],
            ),
            finding("rows:students", Severity::Error, "1 row of students is gone", 1, Vec::new()),
            orphan,
        ],
        criteria: vec![
            CriterionResult { sentence: "Marks are valid".to_owned(), ticked: true, open: false, evidence: "1 × check hold".to_owned() },
            CriterionResult {
                sentence: "Row counts EXACTLY match pre-migration (ZERO data loss), in every table of the registry and of the library"
                    .to_owned(),
                ticked: false,
                open: false,
                evidence: "rows:students: 330 before, 329 after, and 1 more".to_owned(),
            },
        ],
        tables: vec![
            table("marks", Some(674_000), 674_000, false),
            table("students", Some(330), 329, false),
            table("terms", Some(7), 7, true),
            table("audit", None, 3, true),
        ],
        cells: 5_394_688,
    }
}

fn shown(report: &Report, detail: Detail, numbers: bool) -> String {
    text::text(report, &View { width: 80, detail, numbers, style: Style::PLAIN })
}

#[test]
fn a_summary_says_what_was_found_and_masks_values() {
    let report = Report::of(&journal(), Some(&verdict()), Values::Masked);
    insta::assert_snapshot!(shown(&report, Detail::Summary, false), @r"
    grades · Grades of the summer term
    → postgres://registrar:***@db/registry · PostgreSQL 15.8 as registrar
      run 20260119-083000-4f2a · 2026-01-19T08:30:00.000Z · cutover 0.1.0

    Criteria  1 of 2
      ✓ Marks are valid
        1 × check hold
      ✗ Row counts EXACTLY match pre-migration (ZERO data loss), in every table of
        the registry and of the library
        rows:students: 330 before, 329 after, and 1 more

    Steps
      ✓ Grades in capitals · 1,200 rows · 0.50 s

    Tables
      table      rows before     after       cells
      ────────────────────────────────────────────────────────────
      marks          674,000   674,000   5,392,000   ✗ different
      students           330       329       2,632   ✗ different
      audit                —         3          24   + new
      terms                7         7          56   ✓ identical

    Rules that do not hold
      ✗ probe:enrolment: the rules before it do not hold

    Findings  4
      ✗ 1200 cells of marks.grade changed without a grant
        cells:marks
          id = 12  grade: ••• (1 character) → ••• (1 character)
          id = 13  grade: ••• (2 characters) → NULL
          and 1,198 more
      ✗ 1 row of students is gone
        keys:students, rows:students
          std_no = 901000001
      ! 1 orphan of marks.student_id was there before
        relationship:marks.student_id
          id: ••• (1 character), student_id: ••• (9 characters)
        hint: it fails under --strict
      values are masked: --reveal shows them

    Notices
      · waited for 4711 (registrar): SELECT 1

    Totals
      2 of 4 tables identical · 674,337 rows · 5,394,688 cells compared ·
      4 of 8 rules do not hold
      preflight 0.04 s · fence 0.00 s · snapshot 2.46 s · steps 0.50 s ·
      verify 1 min 12 s · all 1 min 15 s

    ✗ the verification failed: the transaction was rolled back: the database is as
      it was
      hint: a sequence was put forward
    ");
}

#[test]
fn everything_is_told_where_it_is_asked_for() {
    let report = Report::of(&journal(), Some(&verdict()), Values::Revealed);
    insta::assert_snapshot!(shown(&report, Detail::Full, true), @r"
    grades · Grades of the summer term
    → postgres://registrar:***@db/registry · PostgreSQL 15.8 as registrar
      run 20260119-083000-4f2a · 2026-01-19T08:30:00.000Z · cutover 0.1.0
      plan ab12
      term = 2026-02

    Criteria  1 of 2
      ✓ Marks are valid
        1 × check hold
      ✗ Row counts EXACTLY match pre-migration (ZERO data loss), in every table of
        the registry and of the library
        rows:students: 330 before, 329 after, and 1 more

    Steps
      ✓ Grades in capitals · 1,200 rows · 0.50 s
        1-data/0010_grades
        marks: UPDATE in place
        UPDATE marks SET grade = upper(grade) · 1,200 rows · 0.50 s
      ✓ before: No term is open · no rows · 0.01 s

    Tables
      table      rows before     after       cells
      ────────────────────────────────────────────────────────────
      marks          674,000   674,000   5,392,000   ✗ different
      students           330       329       2,632   ✗ different
      audit                —         3          24   + new
      terms                7         7          56   ✓ identical

    Numbers
      column            sum   average   minimum   maximum
      ───────────────────────────────────────────────────────────────
      marks.points       11      2.75         1         5   changed
      students.points    11      2.75         1         5   changed
      terms.points       11      2.75         1         5   changed
      audit.points       11      2.75         1         5   changed

    Rules
      rows           1 of 2 hold   1 failed
      keys           0 of 1 hold   1 failed
      cells          1 of 2 hold   1 waived, 1 failed
      invariant      1 of 1 hold   1 implied
      relationship   1 of 1 hold   1 noted
      probe          0 of 1 hold   1 not run
      ✗ rows:students · 330 before, 329 after
      ✗ keys:students · 1 key is gone
      ✗ cells:marks · 1,200 cells differ
      ! cells:terms · waived: 1 cell differs
      ✗ probe:enrolment · not run: the rules before it do not hold

    Findings  4
      ✗ 1200 cells of marks.grade changed without a grant
        cells:marks
          id = 12  grade: a → A
          id = 13  grade: b+ → NULL
          and 1,198 more
      ✗ 1 row of students is gone
        keys:students, rows:students
          std_no = 901000001  name: Thabo Mokoena
      ! 1 orphan of marks.student_id was there before
        relationship:marks.student_id
          id: 7, student_id: 901000001
        hint: it fails under --strict

    Notices
      · waited for 4711 (registrar): SELECT 1

    Totals
      2 of 4 tables identical · 674,337 rows · 5,394,688 cells compared ·
      4 of 8 rules do not hold
      preflight 0.04 s · fence 0.00 s · snapshot 2.46 s · steps 0.50 s ·
      verify 1 min 12 s · all 1 min 15 s

    ✗ the verification failed: the transaction was rolled back: the database is as
      it was
      hint: a sequence was put forward
    ");
}

#[test]
fn no_line_is_wider_than_asked_and_nothing_is_lost_by_colours() {
    let report = Report::of(&journal(), Some(&verdict()), Values::Revealed);
    let plain = shown(&report, Detail::Full, false);
    assert!(plain.lines().all(|line| line.chars().count() <= 80), "{plain}");
    let style = Style::new(|_, text| format!("\u{1}{text}\u{2}"));
    let painted = text::text(&report, &View { width: 80, detail: Detail::Full, numbers: false, style });
    assert!(painted.contains('\u{1}'));
    assert_eq!(painted.replace(['\u{1}', '\u{2}'], ""), plain);
}

#[test]
fn many_tables_are_summed_up_and_the_different_one_is_seen() {
    let mut verdict = Verdict { passed: false, ..Verdict::default() };
    verdict.tables = (0..30).map(|number| table(&format!("t{number:02}"), Some(1000 + number), 1000 + number, true)).collect();
    verdict.tables.push(table("small", Some(1), 1, false));
    verdict.rules.push(rule("cells:small", RuleOutcome::Failed, "1 cell differs"));
    let summary = shown(&Report::of(&[], Some(&verdict), Values::Masked), Detail::Summary, false);
    let lines: Vec<_> = summary.lines().filter(|line| line.contains("identical") || line.contains("different")).collect();
    assert!(lines[0].contains("small") && lines[0].ends_with("✗ different"), "{summary}");
    assert!(lines[1].contains("t29"), "the largest first: {summary}");
    assert!(summary.contains("11 more"), "{summary}");
}

#[test]
fn a_run_that_was_killed_says_so() {
    let report = Report::of(&journal()[..9], None, Values::Masked);
    assert_eq!((report.passed, report.ending.as_ref()), (None, None));
    let shown = shown(&report, Detail::Summary, false);
    assert!(shown.contains("the journal does not say how the run ended"), "{shown}");
}

#[test]
fn programs_read_the_same_and_no_value_that_is_masked() {
    let masked = json::json(&Report::of(&journal(), Some(&verdict()), Values::Masked)).unwrap();
    let parsed: serde_json::Value = serde_json::from_str(&masked).unwrap();
    assert_eq!(parsed["format"], json::FORMAT);
    assert_eq!(parsed["ending"]["outcome"], "verification_failed");
    assert_eq!(parsed["totals"]["failed"], 4);
    assert_eq!(parsed["rules"][2]["class"], "cells");
    assert_eq!(parsed["findings"][0]["rows"][1]["cells"][0]["after"], "NULL");
    assert_eq!(parsed["steps"][0]["ways"][0][1], "UPDATE in place");
    assert_eq!(parsed["stages"][4]["seconds"], 72.4);
    assert!(!masked.contains("Thabo"));
    let revealed = json::json(&Report::of(&journal(), Some(&verdict()), Values::Revealed)).unwrap();
    assert!(revealed.contains("Thabo Mokoena"));
}
