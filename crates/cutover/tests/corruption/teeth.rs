//! The campaign has teeth: were the digest only a count of rows, a changed cell would pass.

use std::path::Path;

use cutover::database;
use cutover::journal::Silent;
use cutover::model::interrupt::Interrupt;
use cutover::model::url::DatabaseUrl;
use cutover::run::diff::{Side, diff};
use cutover::run::later::snapshot;
use cutover::run::{Engine, Options};
use cutover::snapshot::Snapshot;
use cutover::snapshot::digest::{Digest, Sum};

use super::naming;
use super::support::Scratch;

fn taken(database: &Scratch, name: &str) -> Snapshot {
    let interrupt = Interrupt::new();
    let opened = database::open(&DatabaseUrl::new(database.url()).unwrap(), &interrupt).unwrap();
    let engine = Engine { database: opened.as_ref(), monitor: &Silent, interrupt: &interrupt, home: database.directory() };
    snapshot(&engine, &database.directory().join(name), &Options { sessions: 1, ..Options::default() }).unwrap()
}

/// The snapshot as it would be if its digests counted rows and nothing else.
fn counting(snapshot: &Snapshot) -> Snapshot {
    let mut counting = snapshot.clone();
    for entry in &mut counting.manifest.tables {
        let Digest { rows, columns, whole } = &entry.contents.digest;
        entry.contents.digest = Digest { rows: *rows, columns: vec![Sum(0); columns.len()], whole: whole.map(|_| Sum(0)) };
    }
    counting
}

fn differing(before: &Snapshot, after: &Snapshot, scratch: &Path) -> Vec<String> {
    let side = |snapshot: &Snapshot| Side::stored(snapshot.clone());
    naming::named(&diff(side(before), side(after), scratch, &Silent).unwrap())
}

/// Plants faults that keep every count, and one that does not, and compares both ways.
pub fn bite(database: &Scratch) {
    let before = taken(database, "before");
    database.execute(
        "UPDATE student_modules SET marks = '59' WHERE id = 1; UPDATE attendance SET room = 'B2' WHERE student_id = 2 AND room = 'B1'",
    );
    let changed = taken(database, "changed");
    database.execute("DELETE FROM applicant_calls WHERE id = 22");
    let lost = taken(database, "lost");

    let scratch = database.directory().join("scratch");
    let cells = [
        "attendance[student_id=2, day=2024-02-01, room=B1] is gone",
        "attendance[student_id=2, day=2024-02-01, room=B2] is new",
        "student_modules[id=1].marks: 58 → 59",
    ];
    assert_eq!(differing(&before, &changed, &scratch), cells);
    assert_eq!(differing(&counting(&before), &counting(&changed), &scratch), [""; 0], "a count sees no cell");
    // It is the sums alone that are missing there: a lost row still shows.
    assert_eq!(differing(&counting(&changed), &counting(&lost), &scratch), ["applicant_calls[id=22] is gone"]);
}
