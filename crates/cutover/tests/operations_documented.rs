//! Every example in `docs/operations.md` is a step that loads on every database.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use cutover::database::dialects;
use cutover::plan::{PlanFiles, StepBody, load};

#[test]
fn every_example_loads_on_every_database() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations.md")).unwrap();
    let examples: Vec<&str> = page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let manifest = "format = 1\nname = \"example\"\ndatabases = [\"postgres\", \"mysql\", \"sqlite\"]\n";
    let mut kinds = BTreeSet::new();
    for example in &examples {
        let files = [("plan.toml", manifest), ("steps/0010_example.toml", example)];
        let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
        let files = PlanFiles { root: "plan".into(), files: files.into() };
        for dialect in dialects() {
            let plan = load(&files, dialect, &dialects(), &BTreeMap::new()).unwrap_or_else(|error| panic!("{error:?}\n{example}"));
            let StepBody::Operations(operations) = &plan.steps[0].body else { panic!("no operations: {example}") };
            assert!(!operations.is_empty(), "{example}");
        }
        kinds.insert(example.trim_start_matches('[').split(']').next().unwrap().to_owned());
    }
    let wanted = [
        "add_column",
        "add_columns",
        "add_foreign_key",
        "add_index",
        "add_unique",
        "change_type",
        "create_table",
        "rename_column",
        "widen_enum",
    ];
    assert_eq!(kinds.iter().map(String::as_str).collect::<Vec<_>>(), wanted);
}
