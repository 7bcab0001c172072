//! Rows that are deleted, inserted, duplicated, swapped or re-pointed, and cells that people would not see at a glance.

use super::case::{self, Case, lines};

/// What one statement does, and what has to be named.
type Fault = (&'static str, &'static str, &'static [&'static str]);

const FAULTS: &[Fault] = &[
    ("a row is deleted", "DELETE FROM student_modules WHERE id = 4", &["student_modules[id=4] is gone"]),
    ("a row is inserted", "INSERT INTO next_of_kins (student_id, name) VALUES (2, 'Nobody')", &["next_of_kins[id=6] is new"]),
    (
        "a row of a composite key is deleted",
        "DELETE FROM term_results WHERE term = '2024-1'",
        &["term_results[student_id=2, term=2024-1] is gone"],
    ),
    (
        "half of a composite key is changed",
        "UPDATE term_results SET term = '2023-3' WHERE student_id = 1 AND term = '2023-2'",
        &["term_results[student_id=1, term=2023-2] is gone", "term_results[student_id=1, term=2023-3] is new"],
    ),
    (
        "a row without a key is duplicated",
        "INSERT INTO attendance (student_id, day, room) VALUES (2, '2024-02-01', 'B1')",
        &["attendance[student_id=2, day=2024-02-01, room=B1] is new"],
    ),
    (
        "a row without a key is changed",
        "UPDATE attendance SET room = '' WHERE room IS NULL",
        &["attendance[student_id=2, day=2024-02-02, room=NULL] is gone", "attendance[student_id=2, day=2024-02-02, room=] is new"],
    ),
    (
        "all copies of a row without a key are deleted",
        "DELETE FROM attendance WHERE student_id = 1",
        &["attendance[student_id=1, day=2024-02-01, room=B1] is gone", "attendance[student_id=1, day=2024-02-01, room=B1] is gone"],
    ),
    (
        "two marks are swapped",
        "UPDATE student_modules SET marks = CASE id WHEN 1 THEN '71' ELSE '58' END WHERE id IN (1, 2)",
        &["student_modules[id=1].marks: 58 → 71", "student_modules[id=2].marks: 71 → 58"],
    ),
    ("a row is re-pointed", "UPDATE student_modules SET student_id = 5 WHERE id = 2", &["student_modules[id=2].student_id: 1 → 5"]),
    (
        "a row is re-pointed to nothing",
        "UPDATE students SET sponsor_id = 98 WHERE id = 2",
        &["students[id=2].sponsor_id: 2 → 98", "1 new orphans of students.sponsor_id…"],
    ),
    (
        "a healed orphan hides a new one",
        "UPDATE students SET sponsor_id = CASE id WHEN 3 THEN 1 ELSE 97 END WHERE id IN (3, 4)",
        &["students[id=3].sponsor_id: 99 → 1", "students[id=4].sponsor_id: 1 → 97", "1 new orphans of students.sponsor_id…"],
    ),
    ("a key is changed", "UPDATE sponsors SET id = 33 WHERE id = 3", &["sponsors[id=3] is gone", "sponsors[id=33] is new"]),
    (
        "a parent that nothing declares is deleted",
        "DELETE FROM sponsors WHERE id = 2",
        &["sponsors[id=2] is gone", "1 new orphans of students.sponsor_id…"],
    ),
    ("a table is emptied", "DELETE FROM applicant_calls", &["applicant_calls[id=21] is gone", "applicant_calls[id=22] is gone"]),
    ("'' becomes NULL", "UPDATE students SET phone = NULL WHERE phone = ''", &["students[id=1].phone:  → NULL"]),
    ("NULL becomes ''", "UPDATE students SET phone = '' WHERE id = 4", &["students[id=4].phone: NULL → "]),
    ("a name in lower case", "UPDATE students SET name = lower(name) WHERE id = 2", &["students[id=2].name: Lineo → lineo"]),
    ("a space at the end", "UPDATE students SET name = concat(name, ' ') WHERE id = 1", &["students[id=1].name: Thabo → Thabo "]),
    ("a mark in another spelling", "UPDATE student_modules SET marks = '58.0' WHERE id = 1", &["student_modules[id=1].marks: 58 → 58.0"]),
    ("a mark that is none", "UPDATE student_modules SET marks = '' WHERE marks = 'NM'", &["student_modules[id=4].marks: NM → "]),
    ("a grade is raised", "UPDATE student_modules SET grade = 'A' WHERE id = 8", &["student_modules[id=8].grade: B → A"]),
    ("a leap day is lost", "UPDATE students SET born = '2000-02-28' WHERE id = 1", &["students[id=1].born: 2000-02-29 → 2000-02-28"]),
    (
        "an hour",
        "UPDATE students SET enrolled_at = '2019-08-01 09:00:00+00' WHERE id = 1",
        &["students[id=1].enrolled_at: 2019-08-01 08:00:00+00 → 2019-08-01 09:00:00+00"],
    ),
    (
        "a quoted name",
        "UPDATE \"Odd \"\"Table\"\"\" SET \"Sélect\" = 'Two' WHERE \"order by\" = 2",
        &["Odd \"Table\"[order by=2].Sélect: two → Two"],
    ),
    ("a number and what is computed of it", "UPDATE invoices SET net = 101 WHERE id = 1", &[]),
];

/// Rows of what only one database has.
const OF_POSTGRES: &[Fault] = &[
    (
        "one of two equal rows is deleted",
        "DELETE FROM attendance WHERE ctid = (SELECT min(ctid) FROM attendance)",
        &["attendance[student_id=1, day=2024-02-01, room=B1] is gone"],
    ),
    ("a row of a partition", "DELETE FROM events_2023", &["events[id=1, year=2023] is gone"]),
    (
        "a row of a table that inherits",
        "UPDATE people SET name = upper(name) WHERE id = 2",
        &["teachers[id=2, name=Pule, subject=Law] is gone", "teachers[id=2, name=PULE, subject=Law] is new"],
    ),
    ("a row behind a policy", "UPDATE notices SET audience = 'public' WHERE id = 2", &["notices[id=2].audience: staff → public"]),
    (
        "a row of another schema",
        "UPDATE archive.old_students SET name = NULL WHERE number = '1978/4'",
        &["archive.old_students[number=1978/4].name: Khotso → NULL"],
    ),
    (
        "a child that goes with its parent",
        "DELETE FROM students WHERE id = 6",
        &["students[id=6] is gone", "next_of_kins[id=4] is gone", "next_of_kins[id=5] is gone"],
    ),
    (
        "a key and what cascades from it",
        "UPDATE students SET id = 66 WHERE id = 6",
        &[
            "students[id=6] is gone",
            "students[id=66] is new",
            "next_of_kins[id=4].student_id: 6 → 66",
            "next_of_kins[id=5].student_id: 6 → 66",
            "the sequence students_id_seq gives 7 next, and students.id already holds 66",
        ],
    ),
];

const OF_SQLITE: &[Fault] = &[
    (
        "one of two equal rows is deleted",
        "DELETE FROM attendance WHERE rowid = 1",
        &["attendance[student_id=1, day=2024-02-01, room=B1] is gone"],
    ),
    (
        "one row of several NULL keys",
        "UPDATE nameless SET what = 'last' WHERE what = 'third'",
        &["nameless[code=NULL, what=third] is gone", "nameless[code=NULL, what=last] is new"],
    ),
    (
        "a value of a STRICT table",
        "UPDATE strictly SET anything = CAST(anything AS INTEGER) WHERE id = 1",
        &["strictly[id=1].anything: '7' → 7"],
    ),
];

const OF_MYSQL: &[Fault] = &[
    (
        "one of two equal rows is deleted",
        "DELETE FROM attendance WHERE student_id = 1 LIMIT 1",
        &["attendance[student_id=1, day=2024-02-01, room=B1] is gone"],
    ),
    ("a row of a partition", "DELETE FROM parts PARTITION (parts_2023)", &["parts[id=1, year=2023] is gone"]),
    (
        "a row that goes to another partition",
        "UPDATE parts SET year = 2024 WHERE id = 1",
        &["parts[id=1, year=2023] is gone", "parts[id=1, year=2024] is new"],
    ),
    (
        "a child that goes with its parent",
        "DELETE FROM students WHERE id = 6",
        &["students[id=6] is gone", "next_of_kins[id=4] is gone", "next_of_kins[id=5] is gone"],
    ),
    (
        "a key and what cascades from it",
        "UPDATE students SET id = 66 WHERE id = 6",
        &[
            "students[id=6] is gone",
            "students[id=66] is new",
            "next_of_kins[id=4].student_id: 6 → 66",
            "next_of_kins[id=5].student_id: 6 → 66",
        ],
    ),
];

/// Every fault, each in another carrier than the one before; on SQLite, where a run costs little, in two.
pub fn faults(dialect: &str) -> Vec<Case> {
    let (own, each) = match dialect {
        "postgres" => (OF_POSTGRES, 1),
        "mysql" => (OF_MYSQL, 1),
        _ => (OF_SQLITE, 2),
    };
    // What is computed differs, because the databases have different formulas.
    let gross = if dialect == "sqlite" { "200 → 202" } else { "115.00 → 116.15" };
    let net = if dialect == "sqlite" { "100 → 101" } else { "100.00 → 101.00" };
    let computed = [format!("invoices[id=1].net: {net}"), format!("invoices[id=1].gross: {gross}")];
    let faults: Vec<_> = FAULTS.iter().chain(own).collect();
    // Where a run costs most, three faults share one: neighbours in the list are about the same rows, those far from each other are not.
    let runs = if dialect == "mysql" { faults.len().div_ceil(3) } else { faults.len() };
    let mut turn = case::carriers(dialect).iter().cycle();
    let mut cases = Vec::new();
    for first in 0..runs {
        let chosen: Vec<_> = faults.iter().skip(first).step_by(runs).collect();
        let names: Vec<_> = chosen.iter().map(|fault| fault.0).collect();
        let statements: Vec<_> = chosen.iter().map(|fault| case::quoted(dialect, fault.1)).collect();
        let named = |fault: &&&Fault| if fault.2.is_empty() { computed.to_vec() } else { lines(fault.2) };
        let named: Vec<_> = chosen.iter().flat_map(named).collect();
        for carrier in turn.by_ref().take(each) {
            cases.push(Case::planted(*carrier, dialect, &names.join("; "), &statements.join("; "), &named).of(chosen.len()));
        }
    }
    cases
}
