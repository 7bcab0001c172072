//! The splitter: a boundary in the wrong place makes one statement of two, or runs half of one.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects by panicking")]

use proptest::prelude::*;

use cutover::database::dialect;
use cutover::model::script::{LexicalRules, split};
use cutover::model::statement::{ScriptStatement, TokenKind};

fn texts(database: &str, script: &str) -> Vec<String> {
    let statements = dialect(database).unwrap().split(script).unwrap();
    for statement in &statements {
        assert_eq!(statement.text, script[statement.offset..statement.offset + statement.text.len()]);
    }
    statements.into_iter().map(|statement| statement.text).collect()
}

fn one(database: &str, script: &str) -> ScriptStatement {
    let mut statements = dialect(database).unwrap().split(script).unwrap();
    assert_eq!(statements.len(), 1, "{script}: {statements:#?}");
    statements.remove(0)
}

fn parameters(database: &str, script: &str) -> Vec<String> {
    let statement = one(database, script);
    let found = statement.tokens.iter().filter(|token| matches!(token.kind, TokenKind::Parameter | TokenKind::IdentifierParameter));
    found.map(|token| statement.text[token.span.clone()].to_owned()).collect()
}

fn error(database: &str, script: &str) -> (String, usize) {
    let error = dialect(database).unwrap().split(script).unwrap_err();
    assert!(!error.remedy.is_empty());
    (error.message, error.offset)
}

#[test]
fn statements_end_at_semicolons_and_nowhere_else() {
    for (script, count) in [
        ("", 0),
        (" ; ;; -- nothing\n; /* ; */", 0),
        ("SELECT 1", 1),
        ("SELECT 1; SELECT 2", 2),
        ("SELECT 'a;b'; SELECT 2", 2),
        ("SELECT 'it''s; fine'; SELECT 2", 2),
        (r#"SELECT "a;b"; SELECT ";""", ""; SELECT 3"#, 3),
        ("SELECT 1 -- it's; over\n; SELECT 2", 2),
        ("SELECT a <-- it's\n 1; SELECT 2", 2),
        ("SELECT a </* it's */ 1; SELECT 2", 2),
        ("SELECT 1 /* ; */; SELECT 2", 2),
        ("SELECT 1E5, 1.5e-3, .5, 0xFF, 1_000; SELECT 2", 2),
        ("SELECT x'00', X'ff'; SELECT 2", 2),
        (r"SELECT x'\'; SELECT '\'; SELECT 3", 3),
        ("SELECT 'naïve – ü'; SELECT \"größe\"; SELECT größe", 3),
        ("\u{feff}SELECT 1; SELECT 2", 2),
        ("SELECT 1;\r\nSELECT 2;\r\n", 2),
    ] {
        for database in ["postgres", "sqlite"] {
            assert_eq!(texts(database, script).len(), count, "{database}: {script}");
        }
    }
}

#[test]
fn postgres_strings_follow_its_scanner() {
    for (script, count) in [
        (r"SELECT E'\''; SELECT 2", 2),
        (r"SELECT e'a\\'; SELECT 2", 2),
        (r"SELECT E'\x'; SELECT 2", 2),
        (r"SELECT U&'\'; SELECT 2", 2),
        (r"SELECT U&'d!0061' UESCAPE '!'; SELECT 2", 2),
        ("SELECT E'a'\n  '\\'b;'; SELECT 2", 2),
        ("SELECT E'a' -- goes on\n'\\'b;'; SELECT 2", 2),
        (r"SELECT E'a' '\'; SELECT 2", 2),
        (r"SELECT 1E'\''; SELECT 2", 2),
        (r"SELECT ae'\'; SELECT 2", 2),
        ("SELECT $$;$$; SELECT $tag$ ; $$ ; $tag$; SELECT 3", 3),
        ("SELECT a$1$b; SELECT $1; SELECT 3", 3),
        ("SELECT /* /* ; */ ; */ 1; SELECT 2", 2),
        ("SELECT j ?| ARRAY['a'], j ->> 'b', j #>> '{c}', j @? '$.a[*]'; SELECT 2", 2),
        ("SELECT [1;", 1),
    ] {
        assert_eq!(texts("postgres", script).len(), count, "{script}");
    }
}

#[test]
fn sqlite_identifiers_follow_its_scanner() {
    for (script, count) in [
        ("SELECT [a;b]; SELECT `c;``;d`; SELECT \"e;\"", 3),
        ("SELECT /* /* ; */ 1; SELECT 2", 2),
        ("SELECT '$$'; SELECT '$$;'", 2),
        (r"SELECT E, '\'; SELECT 2", 2),
        ("SELECT j -> '$.a' ->> 'b'; SELECT 2", 2),
    ] {
        assert_eq!(texts("sqlite", script).len(), count, "{script}");
    }
}

#[test]
fn a_body_is_one_statement() {
    let trigger = "CREATE TEMP TRIGGER t AFTER INSERT ON a WHEN CASE WHEN new.x THEN 1 END BEGIN
        UPDATE a SET end = CASE x WHEN 1 THEN 2 END; SELECT new.begin; END";
    assert_eq!(texts("sqlite", &format!("{trigger}; SELECT 2")), [trigger, "SELECT 2"]);
    assert_eq!(texts("sqlite", trigger), [trigger]);
    let atomic = "CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE SQL
        BEGIN ATOMIC SELECT CASE WHEN a > 0 THEN 1 END; SELECT 1 AS end; END";
    assert_eq!(texts("postgres", &format!("{atomic}; SELECT 2")), [atomic, "SELECT 2"]);
    let empty = "CREATE PROCEDURE p() BEGIN ATOMIC END";
    assert_eq!(texts("postgres", &format!("{empty}; SELECT 2")), [empty, "SELECT 2"]);
    let rule = "CREATE RULE r AS ON INSERT TO a DO ALSO (INSERT INTO b VALUES (1); DELETE FROM c)";
    assert_eq!(texts("postgres", &format!("{rule}; SELECT 2")), [rule, "SELECT 2"]);
    let dollar = "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; END $$";
    assert_eq!(texts("postgres", &format!("{dollar}; SELECT 2")), [dollar, "SELECT 2"]);
    // BEGIN is an ordinary name to PostgreSQL here, and triggers have no bodies.
    assert_eq!(texts("postgres", "CREATE TRIGGER begin AFTER INSERT ON a EXECUTE FUNCTION f(); SELECT 2").len(), 2);
}

#[test]
fn what_does_not_end_is_named_where_it_begins() {
    for (database, script, offset) in [
        ("postgres", "SELECT 1; SELECT 'a; SELECT 2", 17),
        ("postgres", "SELECT 1; SELECT \"a", 17),
        ("postgres", "SELECT 1 /* /* */ ", 9),
        ("postgres", "SELECT $a$ $b$ $$", 7),
        ("postgres", r"SELECT E'\'", 7),
        ("postgres", "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2", 32),
        ("postgres", "CREATE RULE r AS ON INSERT TO a DO ALSO (SELECT 1; SELECT 2", 40),
        ("postgres", "SELECT :\"a", 7),
        ("sqlite", "SELECT [a", 7),
        ("sqlite", "SELECT 1 /* a", 9),
        ("sqlite", "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; ", 35),
    ] {
        assert_eq!(error(database, script).1, offset, "{script}");
    }
}

#[test]
fn commands_of_the_clients_are_named() {
    let (message, offset) = error("postgres", "SELECT 1;\n\\copy a TO 'b.csv'\n");
    assert_eq!((offset, message.starts_with("`\\copy`")), (10, true));
    assert_eq!(error("postgres", "SELECT 1 \\gset").1, 9);
    assert_eq!(error("sqlite", "SELECT 1;\n.import a.csv b").1, 10);
    assert_eq!(error("postgres", "SELECT 1; COPY a (b) FROM STDIN;\nit's\n\\.\n").1, 10);
    assert_eq!(texts("sqlite", r"SELECT '\', a.b").len(), 1);
}

#[test]
fn parameters_stand_outside_of_quotes_and_operators() {
    for (script, expected) in [
        ("SELECT :a, :\"b\", (:c), -:d, ARRAY[:e]", vec![":a", ":\"b\"", ":c", ":d", ":e"]),
        ("SELECT ':a', \":a\" /* :a */ -- :a", vec![]),
        ("SELECT a::int, f(b := 1), f(b :=:c)", vec![":c"]),
        ("SELECT :a::int", vec![":a"]),
        ("SELECT a[1:2], a[lo:hi], a[f(x):g], a[b[1]:c], 'x':y", vec![]),
        ("SELECT $$ :a $$, E'\\':a'", vec![]),
        ("SELECT a : 1", vec![]),
        ("SELECT x WHERE y=:a", vec![":a"]),
    ] {
        assert_eq!(parameters("postgres", script), expected, "{script}");
    }
    assert_eq!(parameters("sqlite", "SELECT :a, [:b], `:c`, 1 + :d"), [":a", ":d"]);
}

#[test]
fn tokens_carry_names_without_their_quotes() {
    let statement = one("postgres", r#"UPDATE "Ta""ble" SET a = :"b" || U&"c" || :d, e = 'f', g = 1.5"#);
    let tokens: Vec<_> = statement.tokens.iter().map(|token| (token.kind, token.text.as_str())).collect();
    for expected in [
        (TokenKind::Word, "UPDATE"),
        (TokenKind::Quoted, "Ta\"ble"),
        (TokenKind::IdentifierParameter, "b"),
        (TokenKind::Quoted, "c"),
        (TokenKind::Parameter, "d"),
        (TokenKind::Literal, "'f'"),
        (TokenKind::Number, "1.5"),
        (TokenKind::Symbol, "|"),
    ] {
        assert!(tokens.contains(&expected), "{expected:?} in {tokens:?}");
    }
}

#[test]
fn names_are_found_in_quotes_and_in_bodies() {
    let statement = one("postgres", "DO $$ BEGIN UPDATE schools SET x = 'y'; END $$");
    assert!(statement.mentions("schools") && !statement.mentions("programs"));
    let statement = one("sqlite", "UPDATE [Schools] SET a = 'programs'");
    assert!(statement.names().contains("Schools") && statement.mentions("schools") && !statement.mentions("programs"));
    assert!(one("postgres", "DELETE FROM Programs").names().contains("programs"));
}

/// A piece of a statement that holds no boundary, whatever stands in it.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-df-tv-z_][a-z0-9_]{0,6}",
        "[0-9]{1,4}(\\.[0-9]{1,3})?",
        "[^'\\\\\\x00]{0,8}".prop_map(|text| format!("'{text}'")),
        "[^\"\\x00]{0,8}".prop_map(|text| format!("\"{}\"", text.replace('\\', ""))),
        "[a-z;'\"\\$ ]{0,6}".prop_map(|text| format!("'{}'", text.replace('\'', "''"))),
        "[a-z;'\" :]{0,8}".prop_map(|text| format!("/*{text}*/ 1")),
        "[a-z;'\" :]{0,8}".prop_map(|text| format!("--{text}\n1")),
        ":[a-z][a-z0-9_]{0,5}",
        prop::sample::select(vec!["+", "-", "<", "->>", "||", "=", "(", ")", ",", "::", "?|", "#"]).prop_map(str::to_owned),
    ]
}

/// A statement that begins with a word, as all do.
fn statement() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 1..8).prop_map(|pieces| format!("select {}", pieces.join(" ")))
}

/// Pieces that only PostgreSQL knows.
fn postgres_piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z;'\" \\\\]{0,8}".prop_map(|text| format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))),
        "[a-z;'\" \n:]{0,10}".prop_map(|text| format!("$$1{text}$$")),
        "[a-z;'\" \n:]{0,10}".prop_map(|text| format!("$tag${text}$tag$")),
        "[a-z;'\" ]{0,6}".prop_map(|text| format!("/* /*{text}*/; */ 1")),
    ]
}

fn gaps_are_empty(script: &str, statements: &[ScriptStatement]) {
    let mut outside = String::new();
    let mut end = 0;
    for statement in statements {
        outside.push_str(&script[end..statement.offset]);
        end = statement.offset + statement.text.len();
    }
    outside.push_str(&script[end..]);
    let rest: String = outside.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
    assert!(rest.chars().all(|character| character.is_whitespace() || character == ';'), "{outside:?}");
}

proptest! {
    #[test]
    fn quotes_and_comments_never_swallow_a_boundary(statements in prop::collection::vec(statement(), 1..6)) {
        let script = statements.join("\n;\n");
        for database in ["postgres", "sqlite"] {
            let dialect = dialect(database).unwrap();
            let found = dialect.split(&script).unwrap();
            prop_assert_eq!(found.len(), statements.len(), "{}", script);
            for (found, written) in found.iter().zip(&statements) {
                prop_assert_eq!(&script[found.offset..found.offset + found.text.len()], &found.text);
                prop_assert!(written.starts_with(found.text.as_str()));
            }
            gaps_are_empty(&script, &found);
        }
    }

    #[test]
    fn the_strings_of_postgres_never_swallow_a_boundary(pieces in prop::collection::vec(postgres_piece(), 1..6)) {
        let script = pieces.iter().map(|piece| format!("select {piece}")).collect::<Vec<_>>().join(";");
        let found = dialect("postgres").unwrap().split(&script).unwrap();
        prop_assert_eq!(found.len(), pieces.len(), "{}", script);
    }

    #[test]
    fn what_was_split_and_joined_splits_the_same(statements in prop::collection::vec(statement(), 0..6)) {
        for database in ["postgres", "sqlite"] {
            let dialect = dialect(database).unwrap();
            let first: Vec<_> = dialect.split(&statements.join(";")).unwrap().into_iter().map(|statement| statement.text).collect();
            let joined = first.join(";\n");
            let second: Vec<_> = dialect.split(&joined).unwrap().into_iter().map(|statement| statement.text).collect();
            prop_assert_eq!(first, second);
        }
    }

    #[test]
    fn any_text_is_split_or_refused_at_a_character(script in any::<String>()) {
        for rules in [RULES_POSTGRES, RULES_SQLITE] {
            match split(&script, &rules) {
                Ok(statements) => for statement in statements {
                    prop_assert_eq!(&script[statement.offset..statement.offset + statement.text.len()], &statement.text);
                    for token in &statement.tokens {
                        prop_assert!(statement.text.get(token.span.clone()).is_some());
                    }
                },
                Err(error) => prop_assert!(script.is_char_boundary(error.offset) && error.offset < script.len()),
            }
        }
    }
}

const RULES_POSTGRES: LexicalRules = LexicalRules {
    nested_comments: true,
    dollar_quotes: true,
    string_prefixes: true,
    bracket_identifiers: false,
    backtick_identifiers: false,
    double_quoted_strings: false,
    backslash_escapes: false,
    hash_comments: false,
    digits_begin_words: false,
    trigger_bodies: false,
    compound_bodies: false,
    client_command: None,
    client_command_leads: false,
};

const RULES_SQLITE: LexicalRules = LexicalRules {
    nested_comments: false,
    dollar_quotes: false,
    string_prefixes: false,
    bracket_identifiers: true,
    backtick_identifiers: true,
    double_quoted_strings: false,
    backslash_escapes: false,
    hash_comments: false,
    digits_begin_words: false,
    trigger_bodies: true,
    compound_bodies: false,
    ..RULES_POSTGRES
};
