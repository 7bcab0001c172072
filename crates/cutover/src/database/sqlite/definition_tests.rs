use proptest::prelude::*;

use super::*;

#[test]
fn white_space_comments_and_quotes_of_names_carry_no_meaning() {
    let one = "CREATE TABLE \"t\"(a integer primary key, -- the id\n [b] VARCHAR(10)/* width */ DEFAULT 'x -- y' )";
    let other = "create table t (`a` INTEGER PRIMARY KEY,b VARCHAR (10) default 'x -- y')";
    assert_ne!(normalised(one), normalised(other), "`integer` is no keyword: its case is what the catalog says");
    assert_eq!(normalised(&one.replace("integer", "INTEGER")), normalised(other));
    assert_eq!(normalised(other), "CREATE TABLE t(a INTEGER PRIMARY KEY, b VARCHAR(10) DEFAULT 'x -- y')");
}

#[test]
fn what_matters_stays_different() {
    for (one, other) in [
        ("CHECK (a > 0)", "CHECK (a >= 0)"),
        ("CHECK (a - -1)", "CHECK (a + 1)"),
        ("DEFAULT 'a  b'", "DEFAULT 'a b'"),
        ("DEFAULT 'A'", "DEFAULT 'a'"),
        ("\"order\"", "order"),
        ("\"a b\"", "a b"),
        ("'a'", "a"),
        ("\"it\"\"s\"", "\"it's\""),
        ("x'00'", "x '00'"),
        ("1.5", "1 .5"),
        ("a->>b", "a->b"),
        ("1e-5", "1 e-5"),
    ] {
        assert_ne!(normalised(one), normalised(other), "{one} / {other}");
    }
}

#[test]
fn a_column_is_taken_apart_into_its_clauses() {
    let sql = "CREATE TABLE t (
        id INTEGER CONSTRAINT pk PRIMARY KEY AUTOINCREMENT,
        key TEXT NOT NULL ON CONFLICT IGNORE DEFAULT (upper('a, b')) COLLATE nocase UNIQUE,
        'odd name' DECIMAL(10, 2) NULL DEFAULT -1.5 CHECK (\"odd name\" > 0 AND key IS NOT NULL),
        parent INT REFERENCES p (id) ON DELETE SET NULL ON UPDATE SET DEFAULT NOT DEFERRABLE INITIALLY DEFERRED,
        total GENERATED ALWAYS AS (id * 2) STORED,
        short AS (id)
    )";
    let columns = take_apart(sql).unwrap().columns;
    let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["id", "KEY", "odd name", "parent", "total", "short"]);
    assert_eq!(columns[0].rest, ["CONSTRAINT pk PRIMARY KEY AUTOINCREMENT"]);
    assert_eq!(columns[1].not_null.as_deref(), Some("NOT NULL ON CONFLICT IGNORE"));
    assert_eq!(columns[1].default.as_deref(), Some("(upper('a, b'))"));
    assert_eq!(columns[1].collation.as_deref(), Some("nocase"));
    assert_eq!(columns[1].rest, ["UNIQUE"]);
    assert_eq!(columns[2].not_null, None);
    assert_eq!(columns[2].default.as_deref(), Some("- 1.5"));
    assert_eq!(columns[2].rest, ["CHECK (\"odd name\" > 0 AND KEY IS NOT NULL)"]);
    assert_eq!(columns[3].rest, ["REFERENCES p(id) ON DELETE SET NULL ON UPDATE SET DEFAULT NOT DEFERRABLE INITIALLY DEFERRED"]);
    assert_eq!(columns[4].generated.as_deref(), Some("AS (id * 2) STORED"));
    assert_eq!(columns[5].generated.as_deref(), Some("AS (id)"));
}

#[test]
fn table_constraints_need_no_comma_between_them() {
    let sql = "CREATE TABLE t (a, b, CONSTRAINT \"the key\" PRIMARY KEY (a, b) CHECK (a > 0) UNIQUE (b),
        FOREIGN KEY (a) REFERENCES p ON DELETE CASCADE)";
    let constraints = take_apart(sql).unwrap().constraints;
    let shown: Vec<_> = constraints.iter().map(|constraint| (constraint.name.as_deref(), constraint.text.as_str())).collect();
    assert_eq!(
        shown,
        [
            (Some("the key"), "PRIMARY KEY (a, b)"),
            (None, "CHECK (a > 0)"),
            (None, "UNIQUE (b)"),
            (None, "FOREIGN KEY (a) REFERENCES p ON DELETE CASCADE")
        ]
    );
}

#[test]
fn an_added_column_is_told_from_other_changes_of_a_table() {
    assert!(adds_column("alter table t add column x") && adds_column("ALTER TABLE main.\"rename\" ADD x INT"));
    assert!(
        !adds_column("ALTER TABLE t RENAME TO add_") && !adds_column("ALTER TABLE t DROP COLUMN x") && !adds_column("UPDATE t SET x = 1")
    );
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(text in ".{0,200}") {
        let _ = take_apart(&text);
        prop_assert!(normalised(&text).len() <= 4 * text.len());
    }

    #[test]
    fn the_one_form_means_the_same_tokens(text in definition()) {
        let once = normalised(&text);
        prop_assert_eq!(tokens(&once), tokens(&text));
        prop_assert_eq!(normalised(&once), once);
    }

    #[test]
    fn a_literal_is_never_altered(text in "[^']{0,40}") {
        let sql = format!("CREATE  TABLE t (a DEFAULT '{text}''{text}')");
        let kept = format!("'{text}''{text}'");
        prop_assert!(normalised(&sql).contains(&kept));
    }
}

/// A text in which every quote is closed, as in every definition that a catalog holds.
fn definition() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-cEx]{1,3}",
        "[0-9]{1,2}",
        "'[a-c ]{0,3}'",
        "\"[a-c .]{0,3}\"",
        "`[a-c]{0,3}`",
        "\\[[a-c\"]{0,3}\\]",
        "[(),.+*/<>=|-]",
        "[ \n]",
        Just("select".to_owned()),
        Just("/* x */".to_owned()),
        Just("-- y\n".to_owned()),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}
