//! A new plan is valid and runs, and a copy runs as what it was copied from.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use support::Place;

/// Every file below a directory, by its path.
fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![directory.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => open.push(path),
                false => {
                    let below = path.strip_prefix(directory).unwrap().to_str().unwrap().to_owned();
                    found.insert(below, std::fs::read(&path).unwrap());
                }
            }
        }
    }
    found
}

#[test]
fn a_new_plan_is_explained_run_and_undone() {
    let place = Place::new();
    let init = place.cutover("init plans/first_try");
    assert_eq!(init.code, 0, "{init:?}");
    assert!(init.stdout.contains("run     cutover run ./plans/first_try --database URL"), "{init:?}");
    let explained = place.cutover("explain ./plans/first_try");
    assert_eq!(explained.code, 0, "{explained:?}");
    assert!(explained.stdout.starts_with("first_try · "), "{explained:?}");

    let run = place.cutover("run ./plans/first_try --database registry.db");
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("Criteria  2 of 2"), "{run:?}");
    assert_eq!(place.number("SELECT COUNT(*) FROM review_states"), 3);
    let undone = place.cutover("rollback first_try --database registry.db");
    assert_eq!(undone.code, 0, "{undone:?}");
    assert_eq!(place.number("SELECT COUNT(*) FROM sqlite_schema WHERE name = 'review_states'"), 0);
}

#[test]
fn the_check_of_a_new_plan_can_fail() {
    let place = Place::new();
    assert_eq!(place.cutover("init first").code, 0);
    std::fs::write(place.path().join("first/steps/2-master-data/0020_review_states.csv"), "code,name\nopen,Open\n").unwrap();
    let run = place.cutover("run first --database registry.db");
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("check:every_state_is_there"), "{run:?}");
}

#[test]
fn a_copy_counts_as_the_plan_that_it_was_copied_from() {
    let place = Place::new();
    let init = place.cutover("init mine --from tiny/");
    assert_eq!(init.code, 0, "{init:?}");
    assert_eq!(files(&place.path().join("mine")), files(&place.path().join("tiny")));
    assert_eq!(place.cutover("run ./mine --database registry.db").code, 0);
    let again = place.cutover("run tiny/ --database registry.db");
    assert!(again.stdout.starts_with("nothing to do: tiny was applied by the run"), "{again:?}");

    std::fs::create_dir_all(place.path().join("mine/checks/after")).unwrap();
    std::fs::write(place.path().join("mine/checks/after/names.sql"), "SELECT id FROM students WHERE name = '';\n").unwrap();
    let edited = place.cutover("run ./mine --database registry.db");
    assert_eq!(edited.code, 2, "the plan has changed since it was applied: {edited:?}");
}

#[test]
fn a_built_in_plan_is_copied_with_every_file() {
    let place = Place::new();
    let init = place.cutover("init cms-id --from cms-id");
    assert_eq!(init.code, 0, "{init:?}");
    assert!(init.stdout.contains("cutover explain ./cms-id"), "{init:?}");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plans/cms-id");
    assert_eq!(files(&place.path().join("cms-id")), files(&shipped));
    let explained = place.cutover("explain ./cms-id");
    assert_eq!(explained.code, 0, "{explained:?}");
}

#[test]
fn what_names_a_file_of_a_built_in_plan_says_where_it_is_edited() {
    let place = Place::new();
    const COPY: &str = "cutover init DIR --from cms-id";
    let built_in = place.cutover("run cms-id --database registry.db");
    assert_eq!(built_in.code, 2, "{built_in:?}");
    assert!(built_in.stderr.contains("steps/1-schema/0010_add_cms_id.toml") && built_in.stderr.contains(COPY), "{built_in:?}");
    assert_eq!(place.cutover("init mine --from cms-id").code, 0);
    let copy = place.cutover("run ./mine --database registry.db");
    assert_eq!(copy.code, 2, "{copy:?}");
    assert!(!copy.stderr.contains(COPY), "{copy:?}");
}

#[test]
fn nothing_is_written_where_something_is() {
    let place = Place::new();
    let before = files(place.path());
    for (arguments, message) in [
        ("init tiny", "tiny is not empty"),
        ("init tiny --from cms-id", "tiny is not empty"),
        ("init registry.db", "registry.db"),
        ("init new --from no-such-plan", "no-such-plan"),
    ] {
        let init = place.cutover(arguments);
        assert_eq!(init.code, 2, "{arguments}: {init:?}");
        assert!(init.stderr.contains(message), "{arguments}: {init:?}");
        assert_eq!(files(place.path()), before, "{arguments}");
    }
    std::fs::create_dir(place.path().join("empty")).unwrap();
    assert_eq!(place.cutover("init empty").code, 0);
}
