//! `cutover explain`: what a plan would do, in words.

use cutover::database::Mode;
use cutover::model::error::Result;
use cutover::report::{Style, Tone, json};
use cutover::run::Options;
use cutover::run::explain::{ExplainedStep, Explanation, Readiness, explain};

use crate::arguments::{Explain, Format};
use crate::built_in;
use crate::context::{Context, load, load_for_any};
use crate::exit::Exit;

/// Explains a plan.
///
/// # Errors
/// Where the plan has faults, or the database cannot be read.
pub fn execute(context: &Context, arguments: &Explain) -> Result<Exit> {
    let files = built_in::find(&arguments.plan.plan)?;
    let options = Options::default();
    let explanation = match &arguments.database.url {
        Some(url) => {
            let database = context.open(url)?;
            let plan = load(&files, database.dialect(), &arguments.plan.parameters)?;
            explain(Some(&context.engine(database.as_ref())), &plan, database.dialect(), &options)?
        }
        None => {
            let (plan, dialect) = load_for_any(&files, &arguments.plan.parameters)?;
            explain(None, &plan, dialect, &options)?
        }
    };
    match arguments.output.format {
        Format::Json => context.terminal.result(&json::versioned(&explanation)?)?,
        Format::Text => context.terminal.result(&in_words(&explanation, &context.terminal.style()))?,
    }
    Ok(Exit::Done)
}

fn in_words(explanation: &Explanation, style: &Style) -> String {
    let mut page = format!("{} · {}\n", style.paint(Tone::Strong, &explanation.plan), explanation.title);
    if let Some(session) = &explanation.session {
        page.push_str(&format!("→ {} · {}\n", session.database, session.product));
    }
    match &explanation.ready {
        None => page.push_str(&format!("  {}\n", style.paint(Tone::Faint, "explained without a database: --database URL tells more"))),
        Some(Readiness::Ready) => page.push_str(&format!("{} a run would start\n", style.paint(Tone::Good, "✓"))),
        Some(Readiness::Applied(run)) => {
            page.push_str(&format!("{} applied already by the run {run}: a run would do nothing\n", style.paint(Tone::Good, "✓")));
        }
        Some(Readiness::Refused(reasons)) => {
            page.push_str(&format!("{} a run would be refused\n", style.paint(Tone::Bad, "✗")));
            reasons.iter().for_each(|reason| page.push_str(&format!("    {reason}\n")));
        }
    }
    if let Some(mode) = explanation.mode {
        page.push_str(&format!("  {}\n", style.paint(Tone::Faint, how(mode))));
    }
    heading(&mut page, style, "Steps");
    for step in &explanation.steps {
        self::step(&mut page, style, step);
    }
    list(&mut page, style, "What may change beyond what the steps declare", &explanation.contract);
    list(&mut page, style, "Tables that other sessions cannot write meanwhile; reads go on", &explanation.fence);
    list(&mut page, style, "Needs", &explanation.needs);
    let rules: Vec<_> = explanation.rules.iter().map(|(rule, title)| format!("{rule} · {title}")).collect();
    list(&mut page, style, "What is proven", &rules);
    list(&mut page, style, "Programs that are run (--no-hooks: none)", &explanation.hooks);
    list(&mut page, style, "Criteria", &explanation.criteria);
    list(&mut page, style, "Warnings", &explanation.warnings);
    page
}

/// What a mode means, for people.
fn how(mode: Mode) -> &'static str {
    match mode {
        Mode::Atomic => "atomic: one transaction, committed only where everything is verified",
        Mode::InPlace => "in place: statement by statement, each journaled; what stops on the way is resumed or rolled back",
    }
}

fn step(page: &mut String, style: &Style, step: &ExplainedStep) {
    page.push_str(&format!("  {}  {}\n", step.title, style.paint(Tone::Faint, &step.name)));
    for (table, way) in &step.ways {
        page.push_str(&format!("      {table}: {way}\n"));
    }
    for statement in &step.statements {
        for line in statement.lines() {
            page.push_str(&format!("      {}\n", style.paint(Tone::Faint, line)));
        }
    }
    if step.undo.is_none() {
        page.push_str(&format!(
            "      {}\n",
            style.paint(Tone::Warning, "nothing undoes this step: `cutover rollback` will refuse the run")
        ));
    }
}

fn heading(page: &mut String, style: &Style, heading: &str) {
    page.push_str(&format!("\n{}\n", style.paint(Tone::Strong, heading)));
}

fn list(page: &mut String, style: &Style, title: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    heading(page, style, title);
    for item in items {
        page.push_str(&format!("  {item}\n"));
    }
}
