//! What is looked at before anything is touched, in a session in which the server refuses writes.

use crate::database::{Mode, RunRecord, Session};
use crate::journal::{EventKind, Stage};
use crate::model::error::{Error, ErrorKind, Exhibit, Result};
use crate::plan::{Plan, RunValues, against};
use crate::verify::checks;
use crate::verify::rulings::{Rulings, Terms};
use crate::verify::verdict::{Finding, RowEvidence};

use super::options::{Engine, Options};
use super::preconditions;
use super::prepare::prepare;
use super::{in_place, master_data, needs};

/// What preflight found.
pub enum Preflight {
    /// The same plan has been applied: nothing to do.
    Applied(RunRecord),
    /// The run may start.
    Ready {
        /// What it runs on.
        session: Session,
        /// The events of the checks that ran, and of what the run will need.
        events: Vec<EventKind>,
        /// What the run will need, against what is there.
        needs: Vec<String>,
        /// What these checks found: it belongs to the verdict, waived or not.
        rulings: Rulings,
    },
}

/// Looks at everything that would spoil a run.
///
/// # Errors
/// `Refused` or `Input` with every reason found; nothing was touched.
pub fn look(engine: &Engine<'_>, plan: &Plan, values: &RunValues, options: &Options) -> Result<Preflight> {
    let began = std::time::Instant::now();
    let dialect = engine.database.dialect();
    if !plan.databases.iter().any(|name| name == dialect.name()) {
        return Err(Error::new(
            ErrorKind::Refused,
            format!(
                "the plan {} is for {}, and {} is {}",
                plan.name,
                plan.databases.join(" and "),
                engine.database.place(),
                dialect.name()
            ),
        ));
    }
    let mut reader = engine.database.read()?;
    let session = reader.session()?;
    if session.replica {
        return Err(Error::new(ErrorKind::Refused, format!("{} is a replica, which cannot be written", engine.database.place()))
            .hint("run on the primary"));
    }
    if let Some(record) = applied(&reader.records()?, plan, options)? {
        return Ok(Preflight::Applied(record));
    }
    let catalog = reader.catalog()?;
    let faults = against::check_against(plan, &catalog, dialect);
    if !faults.is_empty() {
        return Err(
            Error::faults(format!("the plan {} does not fit {}", plan.name, engine.database.place()), faults).hint("nothing was touched")
        );
    }
    master_data::look(plan, dialect, &catalog, reader.as_mut()).map_err(|error| error.hint("nothing was touched"))?;
    let prepared = prepare(plan, dialect, &catalog, values, options)?;
    if engine.mode(options)? == Mode::InPlace {
        in_place::check_fitness(plan, &prepared, &catalog, engine.database, options)?;
    }
    preconditions::look(&prepared, options, reader.as_mut())?;
    let needs = needs::look(engine, &prepared, &catalog, options)?;
    let mut rulings = Rulings::default();
    let mut events = vec![EventKind::NeedsFound { needs: needs.clone() }];
    checks::run(plan, &plan.checks_before, dialect, values, reader.as_mut(), &mut rulings, &mut |check, checked| {
        events.push(EventKind::CheckFinished {
            rule: format!("check:{}", check.name),
            title: check.title.clone(),
            passed: checked.rows == 0 || check.severity == crate::plan::Severity::Note,
            rows: checked.rows,
            seconds: checked.seconds,
        });
        Ok(())
    })?;
    let accept: Vec<_> = options.accept.iter().filter(|name| name.starts_with("check:")).cloned().collect();
    let terms = Terms { accept: &accept, strict: options.strict, criteria: &[] };
    let verdict = rulings.clone().finish(&terms, Vec::new());
    if !verdict.passed {
        let failed: Vec<_> = verdict.findings.iter().filter(|finding| finding.severity == crate::plan::Severity::Error).collect();
        let checks = if failed.len() == 1 { "a check".to_owned() } else { format!("{} checks", failed.len()) };
        let refused = Error::new(ErrorKind::Refused, format!("{checks} before the run found rows"));
        let error = failed.into_iter().fold(refused, |error, finding| error.exhibit(exhibit(finding, options.reveal)));
        return Err(error.hint("nothing was touched"));
    }
    events.push(EventKind::StageFinished { stage: Stage::Preflight, seconds: began.elapsed().as_secs_f64() });
    Ok(Preflight::Ready { session, events, needs, rulings })
}

/// The rows of a check that failed, for people.
fn exhibit(finding: &Finding, reveal: bool) -> Exhibit {
    let accept = format!("mend them, or accept them by name: --accept {}", finding.rule);
    let title = format!("{} ({})", finding.message, finding.rule);
    if !reveal && !finding.revealed {
        let remedy = format!("--reveal shows them; {accept}");
        return Exhibit { title, columns: Vec::new(), rows: Vec::new(), more: 0, remedy };
    }
    let columns = finding.rows.first().map(|row| row.cells.iter().map(|cell| cell.column.clone()).collect()).unwrap_or_default();
    let shown = |row: &RowEvidence| row.cells.iter().map(|cell| cell.after.clone().unwrap_or_else(|| "NULL".to_owned())).collect();
    let rows: Vec<_> = finding.rows.iter().map(shown).collect();
    Exhibit { title, columns, more: finding.count.saturating_sub(rows.len() as u64), rows, remedy: accept }
}

/// Looks again under the fence: between the first look and the lock, another run may have applied the plan.
///
/// # Errors
/// Where one has, or an unfinished run stands in the way.
pub fn not_applied_meanwhile(records: &[RunRecord], plan: &Plan, options: &Options) -> Result<()> {
    match applied(records, plan, options)? {
        None => Ok(()),
        Some(record) => Err(Error::new(ErrorKind::Refused, format!("the plan {} was applied meanwhile, by run {}", plan.name, record.run))
            .hint("there is nothing left to do")),
    }
}

/// The record of this plan, if it stands applied: by itself, or as a step of the plan that it is a part of.
fn applied(records: &[RunRecord], plan: &Plan, options: &Options) -> Result<Option<RunRecord>> {
    in_place::none_unfinished(records).map_err(|error| error.hint("nothing was touched"))?;
    let of_plan = |record: &&RunRecord| record.plan == plan.name || plan.part_of.as_ref() == Some(&record.plan);
    let Some(last) =
        records.iter().rev().find(|record| of_plan(record) && record.state == "applied").filter(|_| !options.force && !plan.repeatable)
    else {
        return Ok(None);
    };
    if last.plan_hash == plan.hash {
        return Ok(Some(last.clone()));
    }
    let refused = Error::new(ErrorKind::Refused, format!("the plan {} was applied by run {}, and has changed since", last.plan, last.run));
    let refused = match &plan.part_of {
        Some(_) => refused.hint("--force runs the step as it is now"),
        None => refused
            .hint("a plan that has been applied is history: write a new plan for what is to change now")
            .hint(format!("or undo the run first: cutover rollback {}", last.run)),
    };
    Err(refused.hint("nothing was touched"))
}
