//! What the catalog of a SQLite file says, and what a change of it looks like.
#![allow(clippy::unwrap_used)]

mod sqlite_support;

use std::collections::BTreeMap;

use cutover::database::Database;
use cutover::model::table::{Catalog, ObjectName, Properties, TableName};
use sqlite_support::{Fixture, fixture};

fn catalog(fixture: &Fixture) -> Catalog {
    fixture.database.read().unwrap().catalog().unwrap()
}

fn properties<'a>(catalog: &'a Catalog, name: &str) -> &'a Properties {
    let found = catalog.objects.iter().find(|(object, _)| object.to_string() == name);
    found.unwrap_or_else(|| panic!("no {name} among {:#?}", names(&catalog.objects))).1
}

fn names(objects: &BTreeMap<ObjectName, Properties>) -> Vec<String> {
    objects.keys().map(ToString::to_string).collect()
}

/// What is different: `+` added, `-` dropped, `~` changed.
fn difference(before: &Catalog, after: &Catalog) -> Vec<String> {
    let added = after.objects.keys().filter(|name| !before.objects.contains_key(name)).map(|name| format!("+ {name}"));
    let dropped = before.objects.keys().filter(|name| !after.objects.contains_key(name)).map(|name| format!("- {name}"));
    let changed = before.objects.iter().filter_map(|(name, old)| {
        let new = after.objects.get(name)?;
        let keys: Vec<_> = old.keys().chain(new.keys()).filter(|key| old.get(*key) != new.get(*key)).cloned().collect();
        (!keys.is_empty()).then(|| format!("~ {name}: {}", keys[0]))
    });
    added.chain(dropped).chain(changed).collect()
}

#[test]
fn tables_columns_and_keys_are_told_as_sqlite_enforces_them() {
    let fixture = fixture(
        "CREATE TABLE alias (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, email TEXT, UNIQUE (email, code));
         CREATE TABLE text_key (code TEXT PRIMARY KEY, n DECIMAL(10,2), at DATETIME, big BIGINT, raw BLOB, plain);
         CREATE TABLE descending (id INTEGER PRIMARY KEY DESC);
         CREATE TABLE without_rowid (b TEXT, a TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
         CREATE TABLE strict (id INT PRIMARY KEY, t TEXT, u ANY) STRICT;
         CREATE TABLE keyless (a INT, b INT GENERATED ALWAYS AS (a + 1));
         CREATE UNIQUE INDEX partial ON keyless (a) WHERE a > 0; CREATE UNIQUE INDEX expression ON keyless (a + 1);
         CREATE UNIQUE INDEX z_key ON alias (email); CREATE TABLE cutover_runs (run TEXT NOT NULL PRIMARY KEY, plan TEXT NOT NULL,
            plan_hash TEXT NOT NULL, state TEXT NOT NULL, started_at TEXT NOT NULL, tool TEXT NOT NULL)",
    );
    let catalog = catalog(&fixture);
    let tables: Vec<_> = catalog.tables.iter().map(|table| table.name.to_string()).collect();
    assert_eq!(tables, ["alias", "descending", "keyless", "strict", "text_key", "without_rowid"]);
    let keys = |table: &str| {
        let table = catalog.table(&TableName::local(table)).unwrap();
        table.keys.iter().map(|key| (key.name.clone(), key.columns.join("+"), key.primary, key.not_null)).collect::<Vec<_>>()
    };
    let key = |name: &str, columns: &str, primary, not_null| (name.to_owned(), columns.to_owned(), primary, not_null);
    assert_eq!(
        keys("alias"),
        [key("", "id", true, true), key("", "code", false, true), key("", "email+code", false, false), key("z_key", "email", false, false)]
    );
    assert_eq!(keys("text_key"), [key("", "code", true, false)]);
    assert_eq!(keys("descending"), [key("", "id", true, false)]);
    assert_eq!(keys("without_rowid"), [key("", "a+b", true, true)]);
    assert_eq!(keys("strict"), [key("", "id", true, true)]);
    assert_eq!(keys("keyless"), []);
    let column = |table: &str, column: &str| catalog.table(&TableName::local(table)).unwrap().column(column).unwrap().clone();
    assert!(!column("alias", "id").nullable && column("text_key", "code").nullable && column("descending", "id").nullable);
    let numeric: Vec<_> =
        catalog.find("text_key").unwrap().columns.iter().filter(|column| column.numeric).map(|column| &column.name).collect();
    assert_eq!(numeric, ["n", "big"]);
    assert!(column("strict", "t").utf8 && !column("strict", "u").utf8 && !column("alias", "code").utf8);
    assert!(column("keyless", "b").generated && !column("keyless", "a").generated);
    assert_eq!(column("text_key", "n").data_type, "DECIMAL(10,2)");
}

#[test]
fn a_table_that_only_has_the_name_of_the_journal_is_a_table_like_others() {
    let fixture = fixture("CREATE TABLE cutover_runs (anything)");
    assert_eq!(catalog(&fixture).tables.len(), 1);
    let error = fixture.database.read().unwrap().records().unwrap_err();
    assert!(error.to_string().contains("is not the journal table"), "{error}");
}

#[test]
fn relationships_are_those_that_the_database_declares() {
    let fixture = fixture(
        "CREATE TABLE School (Id INTEGER PRIMARY KEY, Code TEXT UNIQUE); CREATE TABLE pair (a, b, PRIMARY KEY (a, b));
         CREATE TABLE program (id INTEGER PRIMARY KEY, school_id REFERENCES school, code TEXT REFERENCES school (code),
            x, y, gone REFERENCES nowhere (id), FOREIGN KEY (Y, X) REFERENCES pair)",
    );
    let shown: Vec<_> = catalog(&fixture).relationships.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["program.code → School.Code", "program.school_id → School.Id", "program.y+x → pair.a+b"]);
}

const RICH: &str =
    "CREATE TABLE school (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL DEFAULT 'x' COLLATE NOCASE CHECK (name <> ''),
        twice INT AS (id * 2) VIRTUAL, CONSTRAINT positive CHECK (id > 0), UNIQUE (name, id));
    CREATE TABLE other (a INT, school_id INT REFERENCES school (id) ON DELETE CASCADE);
    CREATE INDEX by_name ON school (lower(name) DESC) WHERE name > 'a';
    CREATE VIEW names AS SELECT name FROM school; CREATE VIEW broken AS SELECT absent FROM nowhere;
    CREATE TRIGGER stamp AFTER INSERT ON school BEGIN SELECT 1; END;
    CREATE VIRTUAL TABLE words USING fts5(body)";

#[test]
fn every_object_is_described() {
    let fixture = fixture(RICH);
    let catalog = catalog(&fixture);
    assert_eq!(properties(&catalog, "table school").get("autoincrement").unwrap(), "yes");
    let name = properties(&catalog, "column school.name");
    let shown: Vec<_> = name.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    assert_eq!(shown, ["collation = NOCASE", "default = 'x'", "definition = CHECK (name <> '')", "not_null = NOT NULL", "type = TEXT"]);
    assert_eq!(properties(&catalog, "column school.twice").get("generated").unwrap(), "AS (id * 2) VIRTUAL");
    assert_eq!(properties(&catalog, "constraint school.positive").get("definition").unwrap(), "CHECK (id > 0)");
    assert!(catalog.objects.keys().any(|name| name.to_string() == "constraint school.UNIQUE (name, id)"));
    assert_eq!(properties(&catalog, "index school.(name COLLATE NOCASE, id)").get("origin").unwrap(), "u");
    let index = properties(&catalog, "index school.by_name");
    assert_eq!(index.get("definition").unwrap(), "(lower(name) DESC) WHERE name > 'a'");
    assert_eq!(index.get("partial").unwrap(), "yes");
    assert_eq!(properties(&catalog, "column other.school_id").get("definition").unwrap(), "REFERENCES school(id) ON DELETE CASCADE");
    assert!(properties(&catalog, "trigger school.stamp").get("definition").unwrap().contains("AFTER INSERT ON school BEGIN SELECT 1"));
    assert!(properties(&catalog, "view broken").get("definition").unwrap().contains("nowhere"));
    assert_eq!(properties(&catalog, "table words").get("module").unwrap(), "fts5(body)");
    let not_covered: Vec<_> = catalog.not_covered.iter().map(|not| not.object.to_string()).collect();
    assert_eq!(not_covered, ["table words"]);
    assert!(catalog.find("words").is_none() && catalog.find("words_content").is_some());
    assert_eq!(properties(&catalog, "database main").get("journal").unwrap(), "rollback");
}

#[test]
fn each_change_is_one_difference_with_its_name() {
    for (change, expected) in [
        ("ALTER TABLE other ADD COLUMN cms_id INTEGER", vec!["+ column other.cms_id"]),
        ("ALTER TABLE school ADD COLUMN cms_id INTEGER DEFAULT 0", vec!["+ column school.cms_id"]),
        ("CREATE UNIQUE INDEX u ON other (a)", vec!["+ index other.u"]),
        ("DROP INDEX by_name", vec!["- index school.by_name"]),
        ("DROP TRIGGER stamp", vec!["- trigger school.stamp"]),
        ("DROP VIEW names; CREATE VIEW names AS SELECT name || '' AS name FROM school", vec!["~ view names: definition"]),
        ("PRAGMA user_version = 7", vec!["~ database main: user_version"]),
        ("PRAGMA journal_mode = WAL", vec!["~ database main: journal"]),
        ("DROP VIEW broken; ALTER TABLE other DROP COLUMN a", vec!["- column other.a", "- view broken"]),
        ("INSERT INTO other VALUES (1, 2); ANALYZE", vec![]),
        ("DROP TABLE other; CREATE TABLE \"other\" ([a] INT, -- rebuilt\n school_id INT references school(id) on delete cascade)", vec![]),
        ("DROP TABLE other; CREATE TABLE other (a INT, school_id INT)", vec!["~ column other.school_id: definition"]),
        (
            "DROP TABLE other; CREATE TABLE other (a INT NOT NULL, school_id INT REFERENCES school (id) ON DELETE CASCADE)",
            vec!["~ column other.a: not_null"],
        ),
        ("DROP TABLE other", vec!["- table other", "- column other.a", "- column other.school_id"]),
    ] {
        let fixture = fixture(RICH);
        let before = catalog(&fixture);
        fixture.application().execute_batch(&format!("PRAGMA foreign_keys = OFF; {change}")).unwrap();
        assert_eq!(difference(&before, &catalog(&fixture)), expected, "{change}");
    }
}

#[test]
fn positions_of_autoincrement_are_told_and_nobody_elses() {
    let fixture = fixture(
        "CREATE TABLE numbered (id INTEGER PRIMARY KEY AUTOINCREMENT, v); CREATE TABLE plain (id INTEGER PRIMARY KEY);
         INSERT INTO numbered VALUES (41, 'x'); DELETE FROM numbered; INSERT INTO plain VALUES (7)",
    );
    let sequences = fixture.database.read().unwrap().sequences().unwrap();
    assert_eq!(sequences.len(), 1);
    assert_eq!((sequences[0].sequence.as_str(), sequences[0].next, sequences[0].increment), ("numbered", 42, 1));
    assert_eq!(sequences[0].numbers, Some((TableName::local("numbered"), "id".to_owned())));
    let fixture = sqlite_support::fixture("CREATE TABLE plain (id INTEGER PRIMARY KEY)");
    assert_eq!(fixture.database.read().unwrap().sequences().unwrap(), []);
}
