//! Hooks: real programs around a run.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use support::Place;

const OLD_ID: &str = "SELECT COUNT(*) FROM pragma_table_info('schools') WHERE name = 'old_id'";

/// The sound plan `tiny` with hooks.
fn place(hooks: &str) -> Place {
    let place = Place::new();
    let manifest = std::fs::read_to_string(place.path().join("tiny/plan.toml")).unwrap();
    place.plan_file("plan.toml", &format!("{manifest}\n[hooks]\n{hooks}\n"));
    place
}

/// Each line that a hook has written into `log`, beside the database.
fn log(place: &Place) -> Vec<String> {
    let text = std::fs::read_to_string(place.path().join("log")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// The directory of the only run.
fn run_directory(place: &Place) -> PathBuf {
    let mut runs: Vec<_> = std::fs::read_dir(place.path().join(".cutover/tiny")).unwrap().map(|run| run.unwrap().path()).collect();
    assert_eq!(runs.len(), 1, "{runs:?}");
    runs.remove(0)
}

const ALL: &str = r#"before_fence = [["sh", "-c", "echo $CUTOVER_PHASE $CUTOVER_PLAN $CUTOVER_VERDICT >> log"]]
after_fence = [["sh", "-c", "echo $CUTOVER_PHASE >> log; test -d $CUTOVER_DIRECTORY/plan"]]
on_success = [["sh", "-c", "echo $CUTOVER_PHASE $CUTOVER_VERDICT >> log"]]
on_failure = [["sh", "-c", "echo $CUTOVER_PHASE $CUTOVER_VERDICT >> log"]]"#;

#[test]
fn hooks_are_run_in_their_order_and_learn_of_the_run() {
    let place = place(ALL);
    let run = place.cutover("run tiny/ --database registry.db");
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(log(&place), ["before_fence tiny none", "after_fence", "on_success passed"]);
}

#[test]
fn a_run_that_fails_has_the_other_hooks() {
    let place = place(ALL);
    place.plan_file("steps/2-data/0020_names.sql", "-- Names in capitals\nUPDATE students SET name = upper(name) WHERE id = 10;\n");
    let run = place.cutover("run tiny/ --database registry.db");
    assert_eq!(run.code, 1, "{run:?}");
    assert_eq!(log(&place), ["before_fence tiny none", "after_fence", "on_failure failed"]);
}

#[test]
fn a_hook_before_the_fence_stops_the_run_before_anything_is_touched() {
    let place = place(
        "before_fence = [[\"sh\", \"-c\", \"echo the queue is busy; exit 7\"], [\"sh\", \"-c\", \"echo never >> log\"]]\n\
         on_failure = [[\"sh\", \"-c\", \"echo $CUTOVER_PHASE >> log\"]]",
    );
    let run = place.cutover("run tiny/ --database registry.db");
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.all().contains("nothing was touched"), "{run:?}");
    assert!(run.stderr.contains("ended with the exit code 7"), "{run:?}");
    assert!(run.stderr.contains("the queue is busy"), "{run:?}");
    assert_eq!(log(&place), ["on_failure"]);
    assert_eq!(place.number(OLD_ID), 0);
    assert_eq!(place.number("SELECT COUNT(*) FROM sqlite_schema WHERE name LIKE '%cutover%'"), 0);
    let status = place.cutover("status --database registry.db");
    assert!(status.stdout.contains("stopped by a hook before it touched anything"), "{status:?}");
}

#[test]
fn a_hook_after_the_fence_that_fails_rolls_back_like_a_step() {
    let place = place("after_fence = [[\"false\"]]");
    let run = place.cutover("run tiny/ --database registry.db");
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.all().contains("the database is as it was"), "{run:?}");
    assert_eq!(place.number(OLD_ID), 0);
}

#[test]
fn a_hook_at_the_end_that_fails_is_told_and_changes_nothing() {
    let place = place("on_success = [[\"no-such-program-anywhere\"], [\"sh\", \"-c\", \"echo second >> log\"]]");
    let run = place.cutover("run tiny/ --database registry.db");
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.all().contains("`no-such-program-anywhere` could not be started"), "{run:?}");
    assert_eq!(log(&place), ["second"]);
    assert_eq!(place.number(OLD_ID), 1);
}

#[test]
fn a_hook_that_takes_too_long_is_ended_with_everything_that_it_has_started() {
    // What the shell starts would write the line after the hook has ended, if it lived.
    let place = place("before_fence = { commands = [[\"sh\", \"-c\", \"(sleep 3; echo late >> log) & sleep 600\"]], timeout = \"1s\" }");
    let run = place.cutover("run tiny/ --database registry.db");
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("it took longer than 1 s"), "{run:?}");
    std::thread::sleep(std::time::Duration::from_secs(4));
    assert_eq!(log(&place), Vec::<String>::new());
}

#[test]
fn no_hooks_and_dry_runs_start_nothing_that_does_not_ask_for_it() {
    let quiet = place(ALL);
    assert_eq!(quiet.cutover("run tiny/ --database registry.db --dry-run").code, 0);
    assert_eq!(quiet.cutover("run tiny/ --database registry.db --no-hooks").code, 0);
    assert_eq!(log(&quiet), Vec::<String>::new());

    let asking = place(&format!("dry_run = true\n{ALL}"));
    let run = asking.cutover("run tiny/ --database registry.db --dry-run");
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(log(&asking).len(), 3);
}

#[test]
fn a_hook_gets_no_shell_no_input_and_no_password() {
    let place = place("before_fence = [[\"echo\", \"$HOME `id` ; exit 1\"], [\"cat\"], [\"env\"]]");
    let output = place
        .command()
        .args(["run", "tiny/", "--database", "registry.db"])
        .env("DATABASE_URL", format!("postgres://u:{}@h/d", support::PASSWORD))
        .env("PGPASSWORD", support::PASSWORD)
        .env("MYSQL_PWD", support::PASSWORD)
        .env("CACHE", format!("redis://:{}@cache:6379/0", support::PASSWORD))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let hooks = run_directory(&place).join("hooks");
    assert_eq!(std::fs::read_to_string(hooks.join("1-before_fence.txt")).unwrap(), "$HOME `id` ; exit 1\n");
    assert_eq!(std::fs::read_to_string(hooks.join("2-before_fence.txt")).unwrap(), "");
    let environment = std::fs::read_to_string(hooks.join("3-before_fence.txt")).unwrap();
    assert!(environment.contains("CUTOVER_RUN=") && environment.contains("PATH="), "{environment}");
    assert!(!environment.contains(support::PASSWORD), "{environment}");
    let mode = std::fs::metadata(hooks.join("3-before_fence.txt")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn explain_tells_which_programs_a_run_starts() {
    let place = place(ALL);
    let explained = place.cutover("explain tiny/");
    assert!(explained.stdout.contains("on_success: sh -c echo $CUTOVER_PHASE"), "{explained:?}");
    assert_eq!(log(&place), Vec::<String>::new());
}

#[test]
fn hooks_that_are_written_wrong_are_told_before_anything_runs() {
    let place = place(
        "before_fence = [\"php artisan down\"]\non_success = [[]]\nafter_fence = { commands = [[\"true\"]], timeout = \"soon\" }\non_end = []",
    );
    let run = place.cutover("run tiny/ --database registry.db");
    assert_eq!(run.code, 2, "{run:?}");
    for part in [
        "a command is a list of arguments, not a line for a shell",
        "this command names no program",
        "`soon` is not a time that a program may take",
        "unknown key `on_end` in `hooks`",
    ] {
        assert!(run.stderr.contains(part), "{part} is not in\n{}", run.stderr);
    }
}
