//! One step alone is journaled and verified like a run, and neither stands for the whole plan nor is in its way.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use support::Place;

/// The plan `tiny` with three more steps, the last of which knows of `force`.
fn place() -> Place {
    let place = Place::new();
    let manifest = std::fs::read_to_string(place.path().join("tiny/plan.toml")).unwrap();
    let more = "\n[parameters]\nforce = { type = \"boolean\", default = false }\n\n\
                [contract]\nchanges = [{ column = \"students.name\", from = \"null\" }]\nrows = [{ table = \"schools\", may = [\"insert\"] }]\n\n\
                [keys]\nschools = [\"code\"]\n";
    place.plan_file("plan.toml", &format!("{manifest}{more}"));
    place.plan_file("steps/2-data/0100_schools.csv", "id,code\n1,A\n3,C\n");
    place.plan_file("steps/3-transform/0340_student_names.sql", "UPDATE students SET name = 'unknown' WHERE name IS NULL;\n");
    place.plan_file("steps/3-transform/0340_student_names.undo.sql", "UPDATE students SET name = NULL WHERE name = 'unknown';\n");
    place.plan_file("steps/3-transform/0350_again.sql", "UPDATE students SET name = 'forced' WHERE name IS NULL AND :force;\n");
    place.plan_file("steps/3-transform/0350_again.undo.sql", "UPDATE students SET name = NULL WHERE name = 'forced';\n");
    place
}

const UNKNOWN: &str = "SELECT COUNT(*) FROM students WHERE name = 'unknown'";

#[test]
fn a_step_is_run_alone_verified_and_undone() {
    let place = place();
    let step = place.cutover("step tiny/ student-names --database registry.db");
    assert_eq!(step.code, 0, "{step:?}");
    assert!(step.stdout.contains("committed: every table was verified"), "{step:?}");
    assert_eq!(place.number(UNKNOWN), 1);
    assert_eq!(place.number("SELECT COUNT(*) FROM schools"), 2, "the other steps were left alone");

    let verified = place.cutover("verify tiny/3-transform/0340_student_names --database registry.db");
    assert_eq!(verified.code, 0, "{verified:?}");
    let undone = place.cutover("rollback tiny/3-transform/0340_student_names --database registry.db");
    assert_eq!(undone.code, 0, "{undone:?}");
    assert_eq!(place.number(UNKNOWN), 0);
}

#[test]
fn a_step_neither_stands_for_the_plan_nor_is_in_its_way() {
    let place = place();
    let step = place.cutover("step tiny/ 2-data/0100_schools --database registry.db");
    assert_eq!(step.code, 0, "{step:?}");
    assert_eq!(place.number("SELECT COUNT(*) FROM schools"), 3);

    let run = place.cutover("run tiny/ --database registry.db");
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("committed: every table was verified"), "{run:?}");
    assert_eq!(place.number(UNKNOWN), 1);
}

#[test]
fn a_step_that_has_been_applied_is_run_again_only_by_force() {
    let place = place();
    for name in ["0340_student_names", "student_names"] {
        let step = place.cutover(&format!("step tiny/ {name} --database registry.db"));
        assert_eq!(step.code, 0, "{step:?}");
    }
    let again = place.cutover("step tiny/ student-names --database registry.db");
    assert!(again.stdout.starts_with("nothing to do: tiny/3-transform/0340_student_names was applied"), "{again:?}");
    place.execute("INSERT INTO students VALUES (20, 1, NULL);");
    assert_eq!(place.cutover("step tiny/ student-names --force --database registry.db").code, 0);
    assert_eq!(place.number(UNKNOWN), 2);
}

#[test]
fn a_step_of_a_plan_that_has_been_applied_is_run_again_only_by_force() {
    let place = place();
    place.plan_file("steps/2-data/0100_schools.csv", "id,code\n1,A\n");
    assert_eq!(place.cutover("run tiny/ --database registry.db").code, 0);
    let again = place.cutover("step tiny/ student-names --database registry.db");
    assert!(again.stdout.starts_with("nothing to do"), "{again:?}");
    place.execute("INSERT INTO students VALUES (20, 1, NULL);");
    let forced = place.cutover("step tiny/ student-names --force --database registry.db");
    assert_eq!(forced.code, 0, "{forced:?}");
    assert_eq!(place.number(UNKNOWN), 2);
}

#[test]
fn force_sets_the_parameter_of_this_name() {
    let place = place();
    assert_eq!(place.cutover("step tiny/ again --database registry.db").code, 0);
    assert_eq!(place.number("SELECT COUNT(*) FROM students WHERE name = 'forced'"), 0);
    let forced = place.cutover("step tiny/ again --force --database registry.db");
    assert_eq!(forced.code, 0, "{forced:?}");
    assert_eq!(place.number("SELECT COUNT(*) FROM students WHERE name = 'forced'"), 1);
    let undone = place.cutover("rollback tiny/3-transform/0350_again --database registry.db");
    assert_eq!(undone.code, 0, "{undone:?}");
    assert_eq!(place.number("SELECT COUNT(*) FROM students WHERE name = 'forced'"), 0);
}

#[test]
fn a_step_that_is_not_there_or_not_one_is_told() {
    let place = place();
    let none = place.cutover("step tiny/ student --database registry.db");
    assert_eq!(none.code, 2, "{none:?}");
    assert!(none.stderr.contains("the plan tiny has no one step `student`"), "{none:?}");
    place.plan_file("steps/4-more/0010_again.sql", "SELECT 1;\n");
    let several = place.cutover("step tiny/ again --database registry.db");
    assert_eq!(several.code, 2, "{several:?}");
    assert!(several.stderr.contains("`3-transform/0350_again`, `4-more/0010_again`"), "{several:?}");
}
