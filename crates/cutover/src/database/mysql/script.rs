//! Scripts for MySQL and MariaDB: their lexical rules, the statements that must not stand in a step, and those that commit by themselves.

use crate::model::dialect::{Boundary, Refusal};
use crate::model::script::LexicalRules;
use crate::model::statement::{ScriptStatement, TokenKind};

/// `sql_lex.cc` of both servers, with the `sql_mode` that every session pins: double quotes are strings, backslashes escape.
pub(super) const RULES: LexicalRules = LexicalRules {
    nested_comments: false,
    dollar_quotes: false,
    string_prefixes: false,
    bracket_identifiers: false,
    backtick_identifiers: true,
    double_quoted_strings: true,
    backslash_escapes: true,
    hash_comments: true,
    digits_begin_words: true,
    trigger_bodies: false,
    compound_bodies: true,
    // The client takes `\G` and its like in the middle of a line, too.
    client_command: Some('\\'),
    client_command_leads: false,
};

const TRANSACTION: &str = "take it out: the engine alone begins transactions, and commits them or rolls them back";
const SESSION: &str = "take it out: the session's settings are the engine's, and a run that is resumed begins a new session";
const BODY: &str = "put BEGIN and END around the body: semicolons within BEGIN … END do not end the statement";
const OUTSIDE: &str = "do it before or after the run";

/// Why a statement must not stand in a step.
pub(super) fn refuse(statement: &ScriptStatement) -> Option<Refusal> {
    let words = statement.leading_words(3);
    let words: Vec<&str> = words.split(' ').collect();
    let refusal = |message: String, remedy: &str| Some(Refusal { message, remedy: remedy.to_owned() });
    let of_transaction = |what: &str| refusal(format!("{what} ends or divides the transaction of the run"), TRANSACTION);
    let of_session = |what: &str| refusal(format!("{what} changes the session"), SESSION);
    let outside = |what: &str| refusal(format!("{what} is about the server and not about this database"), OUTSIDE);

    match words.as_slice() {
        ["BEGIN", "NOT", ..] => refusal(
            "a block without a name may end transactions, and nothing tells after a crash how far it got".to_owned(),
            "write its statements one by one, or put them into a procedure and CALL it with a `done_when` query",
        ),
        [first @ ("BEGIN" | "COMMIT" | "ROLLBACK" | "SAVEPOINT" | "RELEASE" | "XA"), ..] => of_transaction(first),
        ["START", "TRANSACTION", ..] => of_transaction("START TRANSACTION"),
        ["SET", "STATEMENT", ..] => of_session("SET STATEMENT"),
        ["SET"] if statement.is_word(1, "@") && !statement.is_word(2, "@") => refusal(
            "SET @… keeps a value in the session, and a run that is resumed begins a new one".to_owned(),
            "write the value where it is needed: as a parameter of the plan, or as a subquery",
        ),
        ["SET", "FOREIGN_KEY_CHECKS" | "UNIQUE_CHECKS", ..] => refusal(
            format!("SET {} lets rows in that the constraint forbids, and nothing looks at them later", words[1]),
            "take it out: order the statements so that parents come before children",
        ),
        [first @ ("SET" | "PREPARE" | "EXECUTE" | "DEALLOCATE" | "HANDLER" | "DECLARE"), ..] => of_session(first),
        ["USE", ..] => refusal("USE changes to another database".to_owned(), "take it out: a plan is about one database"),
        ["LOCK" | "UNLOCK", ..] => refusal(
            "LOCK and UNLOCK TABLES commit, and change what the session may read".to_owned(),
            "take it out: the engine raises the fence",
        ),
        ["CREATE", "TEMPORARY", ..] | ["CREATE", "OR", "REPLACE"] if statement.has_words(&["TEMPORARY", "TABLE"]) => refusal(
            "a temporary table is gone with the session, and a run that is resumed begins a new one".to_owned(),
            "use a subquery or a common table expression, or a table that a later step drops",
        ),
        ["LOAD", ..] => refusal(
            "LOAD reads a file of the server or of this machine".to_owned(),
            "write the rows as INSERT statements, or as a CSV file that is a step",
        ),
        [
            first @ ("FLUSH" | "RESET" | "PURGE" | "KILL" | "SHUTDOWN" | "INSTALL" | "UNINSTALL" | "CHANGE" | "STOP" | "START" | "BACKUP"
            | "CLONE" | "RESTART"),
            ..,
        ] => outside(first),
        [first @ ("CREATE" | "DROP" | "ALTER"), sort @ ("DATABASE" | "SCHEMA" | "SERVER" | "TABLESPACE" | "INSTANCE"), ..]
            if !(*first == "ALTER" && matches!(*sort, "DATABASE" | "SCHEMA")) =>
        {
            outside(&format!("{first} {sort}"))
        }
        _ if statement.has_words(&["INTO", "OUTFILE"]) || statement.has_words(&["INTO", "DUMPFILE"]) => {
            refusal("INTO OUTFILE writes a file of the server".to_owned(), "take it out: export with [export] in plan.toml")
        }
        [first @ ("END" | "ELSE" | "ELSEIF" | "UNTIL"), ..] => {
            refusal(format!("{first} belongs to a body without BEGIN … END, whose semicolons have ended the statement"), BODY)
        }
        _ if has_cut_body(statement) => {
            refusal("the body of this stored program stands without BEGIN … END, so that its first semicolon ends it".to_owned(), BODY)
        }
        _ if statement.has_words(&["SET", "FOREIGN_KEY_CHECKS"]) => of_session("SET FOREIGN_KEY_CHECKS"),
        _ => variable(statement).or_else(|| elsewhere(statement)),
    }
}

/// `@name` is NULL in a session that has not set it, and no session of a run has. Stored programs set their own.
fn variable(statement: &ScriptStatement) -> Option<Refusal> {
    if sort_created(statement).is_some_and(|sort| BODIES.contains(&sort)) {
        return None;
    }
    let is_variable = |pair: &[crate::model::statement::ScriptToken]| {
        // `'user'@'host'` and `DEFINER = a@b` are accounts, `@@name` a setting; a variable's `@` follows no name.
        pair[1].text == "@"
            && pair[1].kind == TokenKind::Symbol
            && (pair[0].kind == TokenKind::Symbol && pair[0].text != "@" || pair[0].span.end < pair[1].span.start)
    };
    let assigned = statement.tokens.iter().any(|token| token.kind == TokenKind::Symbol && token.text == ":=");
    let found =
        statement.tokens.windows(2).position(is_variable).filter(|at| statement.tokens.get(at + 2).is_none_or(|next| next.text != "@"));
    (assigned || found.is_some()).then(|| Refusal {
        message: "a variable of the session (@…) has no value in a run that is resumed".to_owned(),
        remedy: "write the value where it is needed: as a parameter of the plan, as a subquery, or with a window function".to_owned(),
    })
}

/// Writing into another database is outside of the verification.
fn elsewhere(statement: &ScriptStatement) -> Option<Refusal> {
    const TARGETS: [&[&str]; 9] = [
        &["INTO"],
        &["UPDATE"],
        &["DELETE", "FROM"],
        &["TABLE"],
        &["TABLE", "IF", "EXISTS"],
        &["TABLE", "IF", "NOT", "EXISTS"],
        &["TRUNCATE"],
        &["VIEW"],
        &["TRIGGER"],
    ];
    if sort_created(statement).is_some_and(|sort| ["PROCEDURE", "FUNCTION", "EVENT", "PACKAGE"].contains(&sort)) {
        return None;
    }
    let is_name = |index: usize| statement.tokens.get(index).is_some_and(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted));
    let named = |start: usize| is_name(start) && statement.is_word(start + 1, ".") && is_name(start + 2);
    let words_at = |start: usize, words: &[&str]| words.iter().enumerate().all(|(index, word)| statement.is_word(start + index, word));
    let found = (0..statement.tokens.len()).find_map(|start| {
        TARGETS.iter().find(|words| words_at(start, words) && named(start + words.len())).map(|words| start + words.len())
    })?;
    let name = |index: usize| statement.tokens[index].text.as_str();
    Some(Refusal {
        message: format!(
            "{}.{} is named with a database: what is written into another one is outside of the verification",
            name(found),
            name(found + 2)
        ),
        remedy: format!("write `{}` alone, which is the database of the run", name(found + 2)),
    })
}

/// Whether a stored program is one IF, CASE or loop that a semicolon has cut before its END. `REPEAT(…)` is a function, and a CASE in an
/// expression has its END with it.
fn has_cut_body(statement: &ScriptStatement) -> bool {
    let opens = |index: usize| {
        ["THEN", "LOOP", "WHILE"].iter().any(|word| statement.is_word(index, word))
            || statement.is_word(index, "REPEAT") && !statement.is_word(index + 1, "(")
    };
    let all = || 0..statement.tokens.len();
    sort_created(statement).is_some_and(|sort| BODIES.contains(&sort))
        && all().any(opens)
        && !all().any(|index| statement.is_word(index, "END"))
}

/// What stored programs are.
const BODIES: [&str; 5] = ["TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "PACKAGE"];

/// The sort of thing that a CREATE statement creates, where it is one that these rules know.
fn sort_created(statement: &ScriptStatement) -> Option<&'static str> {
    const SORTS: [&str; 11] =
        ["TABLE", "VIEW", "INDEX", "USER", "ROLE", "SEQUENCE", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "PACKAGE"];
    if !statement.is_word(0, "CREATE") && !statement.is_word(0, "ALTER") {
        return None;
    }
    (1..statement.tokens.len()).find_map(|index| SORTS.into_iter().find(|sort| statement.is_word(index, sort)))
}

/// Whether an ALTER TABLE moves rows and changes no definition: `EXCHANGE PARTITION`, `DISCARD TABLESPACE`.
fn moves_rows(statement: &ScriptStatement) -> bool {
    const MOVING: [&str; 4] = ["EXCHANGE", "TRUNCATE", "DISCARD", "IMPORT"];
    (2..statement.tokens.len()).any(|index| {
        MOVING.iter().any(|word| statement.is_word(index, word))
            && (statement.is_word(index + 1, "PARTITION") || statement.is_word(index + 1, "TABLESPACE"))
    })
}

/// What a statement does to the transaction that it runs in ("Statements That Cause an Implicit Commit").
pub(super) fn boundary(statement: &ScriptStatement) -> Boundary {
    let words = statement.leading_words(3);
    let words: Vec<&str> = words.split(' ').collect();
    let several = || statement.tokens.iter().any(|token| token.kind == TokenKind::Symbol && token.text == ",");
    match words.as_slice() {
        [
            "INSERT" | "UPDATE" | "DELETE" | "REPLACE" | "SELECT" | "WITH" | "VALUES" | "TABLE" | "SHOW" | "EXPLAIN" | "DESCRIBE" | "DESC"
            | "DO",
            ..,
        ] => Boundary::Inside,
        // It is a statement too, in parentheses.
        [""] => Boundary::Inside,
        // Rows come with the table: that it is there does not say that they are.
        ["CREATE", ..] if sort_created(statement) == Some("TABLE") && fills(statement) => Boundary::Asked,
        // OR REPLACE drops first, and IF EXISTS says nothing.
        ["DROP", "TABLE" | "VIEW", ..] if several() => Boundary::Asked,
        ["RENAME", ..] if several() => Boundary::Asked,
        // Rows are exchanged for others, or go, and the catalog looks as before.
        ["ALTER", "TABLE", ..] if moves_rows(statement) => Boundary::Asked,
        // Where the account does not see rights, they are granted or revoked a second time, which changes nothing.
        ["CREATE" | "ALTER" | "DROP" | "RENAME" | "GRANT" | "REVOKE", ..] => Boundary::Catalog,
        // CALL, TRUNCATE, OPTIMIZE, ANALYZE, REPAIR, CHECK, CACHE, and what no version has yet.
        _ => Boundary::Asked,
    }
}

/// `CREATE TABLE … SELECT`, `CREATE TABLE … AS (WITH …)`.
fn fills(statement: &ScriptStatement) -> bool {
    let is_query = |index: usize| ["SELECT", "VALUES", "WITH"].iter().any(|word| statement.is_word(index, word));
    let mut depth = 0_usize;
    for (index, token) in statement.tokens.iter().enumerate() {
        match (token.kind, token.text.as_str()) {
            (TokenKind::Symbol, "(") if statement.is_word(index + 1, "SELECT") || statement.is_word(index + 1, "WITH") => {
                if depth == 0 {
                    return true;
                }
                depth += 1;
            }
            (TokenKind::Symbol, "(") => depth += 1,
            (TokenKind::Symbol, ")") => depth = depth.saturating_sub(1),
            // `PARTITION … VALUES LESS THAN` and `WITH SYSTEM VERSIONING` are none.
            _ if depth == 0 && is_query(index) => {
                let versioning =
                    statement.is_word(index, "WITH") && (statement.is_word(index + 1, "SYSTEM") || statement.is_word(index + 1, "PARSER"));
                let partition =
                    statement.is_word(index, "VALUES") && (statement.is_word(index + 1, "LESS") || statement.is_word(index + 1, "IN"));
                if !versioning && !partition {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

/// Why a statement is no query that only reads, if it is not.
pub(super) fn writes(statements: &[ScriptStatement]) -> Option<&'static str> {
    let [statement] = statements else { return Some("it is not one statement") };
    let first = statement.tokens.iter().find(|token| token.text != "(").map(|token| token.text.to_ascii_uppercase()).unwrap_or_default();
    const READ: [&str; 8] = ["SELECT", "WITH", "VALUES", "TABLE", "SHOW", "EXPLAIN", "DESCRIBE", "DESC"];
    if !READ.contains(&first.as_str()) {
        return Some("it returns no rows, or it writes");
    }
    let has = |word: &str| (0..statement.tokens.len()).any(|index| statement.is_word(index, word));
    if has("INTO") {
        return Some("it writes what it reads into a file or a variable");
    }
    let behind_for =
        |word: &str| (1..statement.tokens.len()).any(|index| statement.is_word(index, word) && !statement.is_word(index - 1, "FOR"));
    // EXPLAIN and SHOW execute nothing, but ANALYZE does.
    ((first == "WITH" && (behind_for("UPDATE") || behind_for("DELETE"))) || (first == "EXPLAIN" && has("ANALYZE"))).then_some("it writes")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::script::split;

    fn one(statement: &str) -> ScriptStatement {
        let statements = split(statement, &RULES).unwrap();
        assert_eq!(statements.len(), 1, "{statement}");
        statements.into_iter().next().unwrap()
    }

    fn texts(script: &str) -> Vec<String> {
        split(script, &RULES).unwrap().into_iter().map(|statement| statement.text).collect()
    }

    #[test]
    fn a_body_without_begin_and_end_is_refused_and_every_piece_says_why() {
        for script in [
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW IF NEW.b IS NULL THEN INSERT INTO log VALUES (1); ELSE DELETE FROM log; END IF",
            "CREATE PROCEDURE p() l: LOOP DELETE FROM a LIMIT 1; END LOOP l",
            "CREATE PROCEDURE p() WHILE 1 = 1 DO DELETE FROM a; END WHILE",
            "CREATE PROCEDURE p() REPEAT DELETE FROM a; UNTIL 1 = 1 END REPEAT",
            "CREATE PROCEDURE p(x int) CASE x WHEN 1 THEN DELETE FROM a; END CASE",
        ] {
            let refusals: Vec<_> = split(script, &RULES).unwrap().iter().map(refuse).collect();
            let [Some(first), .., Some(last)] = refusals.as_slice() else { panic!("{script}: {refusals:?}") };
            assert!(first.message.contains("BEGIN … END") && last.message.contains("BEGIN … END"), "{refusals:?}");
        }
        for statement in [
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.b = CASE NEW.c WHEN 1 THEN 2 END",
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.b = IF(NEW.c, REPEAT('x', 3), 'y')",
            "CREATE PROCEDURE p() BEGIN IF 1 THEN DELETE FROM a; END IF; END",
            "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM a",
        ] {
            assert_eq!(refuse(&one(statement)), None, "{statement}");
        }
    }

    #[test]
    fn what_ends_a_transaction_or_changes_the_session_is_refused() {
        for statement in [
            "begin",
            "START TRANSACTION READ ONLY",
            "COMMIT AND CHAIN",
            "ROLLBACK TO a",
            "SAVEPOINT a",
            "RELEASE SAVEPOINT a",
            "XA COMMIT 'a'",
            "BEGIN NOT ATOMIC UPDATE a SET b = 1; COMMIT; END",
            "SET FOREIGN_KEY_CHECKS = 0",
            "SET SESSION sql_mode = ''",
            "SET GLOBAL read_only = 0",
            "SET @a = 1",
            "SET @@session.sql_mode = ''",
            "SET NAMES latin1",
            "PREPARE s FROM 'COMMIT'",
            "EXECUTE s",
            "USE other",
            "LOCK TABLES a WRITE",
            "UNLOCK TABLES",
            "CREATE TEMPORARY TABLE a (b int)",
            "CREATE OR REPLACE TEMPORARY TABLE a (b int)",
            "LOAD DATA LOCAL INFILE 'a' INTO TABLE a",
            "SELECT * FROM a INTO OUTFILE '/tmp/a'",
            "FLUSH TABLES",
            "KILL 4",
            "CREATE DATABASE a",
            "DROP SCHEMA a",
            "UPDATE a SET b = @c",
            "SELECT @n := @n + 1",
            "INSERT INTO other.a VALUES (1)",
            "UPDATE `other`.`a` SET b = 1",
            "DELETE FROM other.a",
            "DROP TABLE IF EXISTS other.a",
            "ALTER TABLE other.a ADD b int",
            "TRUNCATE other.a",
        ] {
            let refusal = refuse(&one(statement));
            assert!(refusal.is_some_and(|refusal| !refusal.message.is_empty() && !refusal.remedy.is_empty()), "{statement}");
        }
    }

    #[test]
    fn what_belongs_into_a_step_is_not_refused() {
        for statement in [
            "UPDATE a SET b = 'COMMIT; @c'",
            "UPDATE a SET b = :b",
            "INSERT INTO a SELECT b.c FROM b WHERE EXTRACT(DAY FROM b.d) = 1",
            "UPDATE a JOIN b ON b.id = a.b_id SET a.c = b.c",
            "CREATE DEFINER = `a`@`%` TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET @x = 1; SET NEW.b = @x; END",
            "CREATE PROCEDURE p() BEGIN COMMIT; END",
            "GRANT SELECT ON a TO u@localhost",
            "ALTER TABLE a ADD COLUMN b int",
            "ALTER DATABASE CHARACTER SET utf8mb4",
            "CREATE TABLE a (b int DEFAULT 1)",
            "TRUNCATE a",
            "CALL p()",
            "SELECT @@version",
        ] {
            assert!(refuse(&one(statement)).is_none(), "{statement}: {:?}", refuse(&one(statement)));
        }
    }

    #[test]
    fn boundaries_are_where_the_server_commits() {
        for (statement, expected) in [
            ("UPDATE a SET b = 1", Boundary::Inside),
            ("(SELECT 1)", Boundary::Inside),
            ("WITH a AS (SELECT 1) SELECT * FROM a", Boundary::Inside),
            ("ALTER TABLE a ADD b int, ADD c int", Boundary::Catalog),
            ("CREATE TABLE a (b int, c int)", Boundary::Catalog),
            ("CREATE TABLE a (b int) PARTITION BY RANGE (b) (PARTITION p VALUES LESS THAN (5))", Boundary::Catalog),
            ("CREATE TABLE a (b int) WITH SYSTEM VERSIONING", Boundary::Catalog),
            ("CREATE TABLE a LIKE b", Boundary::Catalog),
            ("CREATE TABLE a (b int) AS SELECT 1 AS b", Boundary::Asked),
            ("CREATE TABLE a SELECT 1 AS b", Boundary::Asked),
            ("CREATE TABLE a (SELECT 1 AS b)", Boundary::Asked),
            ("CREATE VIEW v AS SELECT 1", Boundary::Catalog),
            ("CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SELECT 1 INTO @a; END", Boundary::Catalog),
            ("CREATE INDEX i ON a (b, c)", Boundary::Catalog),
            ("DROP TABLE a", Boundary::Catalog),
            ("DROP TABLE a, b", Boundary::Asked),
            ("RENAME TABLE a TO b", Boundary::Catalog),
            ("RENAME TABLE a TO b, b TO c", Boundary::Asked),
            ("CALL p()", Boundary::Asked),
            ("TRUNCATE TABLE a", Boundary::Asked),
            ("OPTIMIZE TABLE a", Boundary::Asked),
            ("ANALYZE TABLE a", Boundary::Asked),
            ("ALTER TABLE a EXCHANGE PARTITION p WITH TABLE b", Boundary::Asked),
            ("ALTER TABLE a ADD COLUMN import int", Boundary::Catalog),
        ] {
            assert_eq!(boundary(&one(statement)), expected, "{statement}");
        }
    }

    #[test]
    fn comments_strings_and_names_follow_the_servers_own_rules() {
        assert_eq!(texts("SELECT 5--1; SELECT 2 -- a;\n; SELECT 3 # b;\n;"), ["SELECT 5--1", "SELECT 2", "SELECT 3"]);
        assert_eq!(texts(r#"SELECT 'a\';', "b;\"", `c;`; SELECT 'it''s;'"#), [r#"SELECT 'a\';', "b;\"", `c;`"#, "SELECT 'it''s;'"]);
        assert_eq!(texts("--! batch = \"a.id 10\"\nSELECT 5--!0;\n  --! refused\nSELECT 2;"), ["SELECT 5--!0", "SELECT 2"]);
        assert!(one("UPDATE 2fa_codes SET a = 1").mentions("2fa_codes"));
        assert!(!one("UPDATE a SET b = \"2fa_codes\"").mentions("2fa_codes"));
        assert!(one("SELECT /*+ NO_INDEX(a) */ 1").text.contains("NO_INDEX"));
        for refused in ["/*!40101 SET NAMES utf8 */;", "SELECT 1 /*M! , 2 */", "DELIMITER //\nSELECT 1//", "SELECT 1\\G", "SELECT 'a\\'"] {
            assert!(split(refused, &RULES).is_err(), "{refused}");
        }
        assert!(split("DELIMITER //", &RULES).unwrap_err().remedy.contains("BEGIN … END"));
    }

    #[test]
    fn a_body_is_one_statement_with_its_blocks() {
        for body in [
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.b = 1",
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN IF NEW.b = 1 THEN SET NEW.b = 2; END IF; END",
            "CREATE DEFINER=`x`@`%` PROCEDURE p(IN a int) BEGIN WHILE a > 0 DO SET a = a - 1; END WHILE; BEGIN SELECT 1; END; END",
            "CREATE FUNCTION f(a int) RETURNS int DETERMINISTIC BEGIN RETURN CASE a WHEN 1 THEN 2 ELSE 3 END; END",
            "CREATE PROCEDURE p() BEGIN CASE 1 WHEN 1 THEN BEGIN SELECT 1; END; ELSE BEGIN END; END CASE; SELECT 2; END",
            "CREATE PROCEDURE p() l: BEGIN r: LOOP LEAVE r; END LOOP r; REPEAT SET @a = 1; UNTIL @a END REPEAT; END l",
            "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; END; DECLARE CONTINUE HANDLER FOR 1062 BEGIN END; SELECT a.begin, a.`end` FROM a; END",
            "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM a; END",
        ] {
            assert_eq!(texts(&format!("{body}; SELECT 2")), [body, "SELECT 2"], "{body}");
        }
        assert_eq!(texts("SELECT CASE a WHEN 1 THEN 2 END; CREATE TABLE event (begin int); SELECT 3").len(), 3);
        assert!(split("CREATE PROCEDURE p() BEGIN IF 1 THEN SELECT 1; END IF;", &RULES).unwrap_err().message.contains("does not end"));
    }

    proptest! {
        #[test]
        fn every_text_is_one_literal_that_reads_back(text in any::<String>()) {
            let script = format!("SELECT {}; SELECT 2", super::super::literal::text(&text));
            let statements = split(&script, &RULES).unwrap();
            prop_assert_eq!(statements.len(), 2);
            let literal = &statements[0].tokens[1].text;
            let inner = &literal[1..literal.len() - 1];
            let read = inner.replace("\\\\", "\u{e000}").replace("''", "'").replace("\\0", "\0").replace("\\Z", "\x1a").replace('\u{e000}', "\\");
            prop_assume!(!text.contains('\u{e000}'));
            prop_assert_eq!(read, text);
        }

        #[test]
        fn names_hide_whatever_they_hold(name in "[^\0]{1,20}") {
            use crate::model::dialect::Dialect as _;
            let quoted = super::super::MysqlDialect.quote_identifier(&name);
            let statements = split(&format!("DROP TABLE {quoted}; SELECT 2"), &RULES).unwrap();
            prop_assert_eq!(statements.len(), 2);
            prop_assert_eq!(&statements[0].tokens[2].text, &name);
        }

        #[test]
        fn nothing_of_a_script_is_lost(script in "[a-z0-9'\"`;# \n/*()-]{0,60}") {
            if let Ok(statements) = split(&script, &RULES) {
                for statement in statements {
                    prop_assert_eq!(&script[statement.offset..statement.offset + statement.text.len()], statement.text.as_str());
                }
            }
        }
    }
}
