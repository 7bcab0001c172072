//! PostgreSQL's scripts: their lexical rules, and the statements that must not stand in a step.

use crate::model::dialect::Refusal;
use crate::model::script::LexicalRules;
use crate::model::statement::{ScriptStatement, TokenKind};

/// `scan.l` of PostgreSQL, with `standard_conforming_strings` on, which has been the default since 9.1.
pub(super) const RULES: LexicalRules = LexicalRules {
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
    // psql takes `\gset` and its like in the middle of a line, too.
    client_command: Some('\\'),
    client_command_leads: false,
};

const TRANSACTION: &str = "take it out: the engine alone begins transactions, and commits them or rolls them back";
const SESSION: &str = "take it out: the session's settings are the engine's, and put back before verification; a function may carry its own with CREATE FUNCTION … SET";
const OUTSIDE: &str = "do it before or after the run: the whole run is one transaction";

/// Why a statement must not stand in a step.
pub(super) fn refuse(statement: &ScriptStatement) -> Option<Refusal> {
    let words = statement.leading_words(3);
    let words: Vec<&str> = words.split(' ').collect();
    let refusal = |message: String, remedy: &str| Some(Refusal { message, remedy: remedy.to_owned() });
    let of_transaction = |what: &str| refusal(format!("{what} ends or divides the transaction of the run"), TRANSACTION);
    let of_session = |what: &str| refusal(format!("{what} changes the session"), SESSION);
    let outside = |what: &str| refusal(format!("{what} cannot run in a transaction"), OUTSIDE);

    match words.as_slice() {
        [first @ ("BEGIN" | "COMMIT" | "END" | "ROLLBACK" | "ABORT" | "SAVEPOINT" | "RELEASE"), ..] => of_transaction(first),
        ["START", "TRANSACTION", ..] => of_transaction("START TRANSACTION"),
        ["PREPARE", "TRANSACTION", ..] => of_transaction("PREPARE TRANSACTION"),
        ["SET", "CONSTRAINTS", ..] => None,
        ["SET", "TRANSACTION", ..] => of_transaction("SET TRANSACTION"),
        [first @ ("SET" | "RESET" | "DISCARD" | "LISTEN" | "UNLISTEN" | "LOAD" | "PREPARE" | "DEALLOCATE"), ..] => of_session(first),
        ["NOTIFY", ..] => {
            refusal("NOTIFY wakes other sessions at the commit".to_owned(), "take it out; let the deployment notify once the run is done")
        }
        ["COPY", ..] => refusal(
            "COPY reads or writes files of the server, or takes its rows from a client".to_owned(),
            "write the rows as INSERT statements; export with [export] in plan.toml",
        ),
        [first @ ("VACUUM" | "CHECKPOINT"), ..] => outside(first),
        ["CLUSTER"]
            if statement.tokens.iter().all(|token| token.kind != TokenKind::Quoted && token.kind != TokenKind::IdentifierParameter) =>
        {
            outside("CLUSTER without a table")
        }
        ["CLUSTER", "VERBOSE"] => outside("CLUSTER without a table"),
        [first @ ("CREATE" | "DROP"), sort @ ("DATABASE" | "TABLESPACE" | "SUBSCRIPTION"), ..] => outside(&format!("{first} {sort}")),
        ["ALTER", "SYSTEM", ..] => outside("ALTER SYSTEM"),
        ["ALTER", "DATABASE", ..] if statement.has_words(&["SET", "TABLESPACE"]) => outside("ALTER DATABASE … SET TABLESPACE"),
        [first @ ("CREATE" | "DROP" | "REINDEX"), ..] if builds_concurrently(statement) => outside(&format!("{first} … CONCURRENTLY")),
        ["REINDEX", "DATABASE" | "SYSTEM" | "SCHEMA", ..] => outside("REINDEX of a schema or a whole database"),
        ["ALTER", "TABLE", ..] if detaches_concurrently(statement) => outside("ALTER TABLE … DETACH PARTITION … CONCURRENTLY"),
        _ if calls(statement, "setval") => refusal(
            "setval is not transactional: a rollback leaves the sequence where setval put it".to_owned(),
            "use ALTER SEQUENCE … RESTART WITH …, or ALTER TABLE … ALTER COLUMN … RESTART WITH … for an identity column",
        ),
        _ if calls(statement, "set_config") => of_session("set_config"),
        _ => unreadable_name(statement),
    }
}

/// `CONCURRENTLY` directly behind what is created, dropped or reindexed; `REFRESH MATERIALIZED VIEW CONCURRENTLY` may run
/// in a transaction.
fn builds_concurrently(statement: &ScriptStatement) -> bool {
    let head = statement.tokens.iter().take_while(|token| token.kind != TokenKind::Quoted).take(12);
    head.filter(|token| token.kind == TokenKind::Word).any(|token| token.text.eq_ignore_ascii_case("CONCURRENTLY"))
        && (statement.is_word(1, "INDEX") || statement.is_word(2, "INDEX") || statement.is_word(0, "REINDEX"))
}

fn detaches_concurrently(statement: &ScriptStatement) -> bool {
    statement.has_words(&["DETACH", "PARTITION"])
        && statement.tokens.iter().any(|token| token.kind == TokenKind::Word && token.text.eq_ignore_ascii_case("CONCURRENTLY"))
}

/// Whether a function is called, by its bare name, behind a schema's, or in quotes.
fn calls(statement: &ScriptStatement, function: &str) -> bool {
    statement.tokens.windows(2).any(|pair| {
        matches!(pair[0].kind, TokenKind::Word | TokenKind::Quoted) && pair[0].text.eq_ignore_ascii_case(function) && pair[1].text == "("
    })
}

/// `U&"…"` hides a name behind escapes, and the engine has to see which tables a step touches.
fn unreadable_name(statement: &ScriptStatement) -> Option<Refusal> {
    let hidden =
        statement.tokens.iter().find(|token| token.kind == TokenKind::Quoted && !statement.text[token.span.clone()].starts_with('"'))?;
    Some(Refusal {
        message: format!("{} is a name in escapes, so nobody can see which table is touched", &statement.text[hidden.span.clone()]),
        remedy: "write the name in its own letters, in plain double quotes".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::{RULES, refuse};
    use crate::model::script::split;

    fn refused(statement: &str) -> bool {
        let statements = split(statement, &RULES).unwrap();
        assert_eq!(statements.len(), 1, "{statement}");
        refuse(&statements[0]).is_some_and(|refusal| !refusal.message.is_empty() && !refusal.remedy.is_empty())
    }

    #[test]
    fn what_ends_the_run_or_cannot_be_in_it_is_refused() {
        for statement in [
            "begin",
            "START TRANSACTION ISOLATION LEVEL SERIALIZABLE",
            "COMMIT AND CHAIN",
            "END",
            "rollback to a",
            "ABORT",
            "SAVEPOINT a",
            "RELEASE a",
            "PREPARE TRANSACTION 'a'",
            "COMMIT PREPARED 'a'",
            "/* first */ COMMIT",
            "SET search_path = a",
            "SET LOCAL lock_timeout = 0",
            "SET TRANSACTION READ ONLY",
            "SET SESSION AUTHORIZATION a",
            "RESET ALL",
            "DISCARD ALL",
            "LISTEN a",
            "NOTIFY a",
            "SELECT set_config('a.b', 'c', false)",
            "COPY a TO '/tmp/a'",
            "COPY a FROM PROGRAM 'cat'",
            "VACUUM FULL a",
            "CHECKPOINT",
            "CLUSTER",
            "CLUSTER VERBOSE",
            "CREATE DATABASE a",
            "DROP TABLESPACE a",
            "ALTER SYSTEM SET a = 1",
            "CREATE INDEX CONCURRENTLY i ON a (b)",
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"i\" ON a (b)",
            "DROP INDEX concurrently i",
            "REINDEX TABLE CONCURRENTLY a",
            "REINDEX (VERBOSE, CONCURRENTLY) TABLE a",
            "REINDEX SCHEMA a",
            "ALTER TABLE a DETACH PARTITION b CONCURRENTLY",
            "SELECT setval('a_id_seq', 5)",
            "SELECT pg_catalog.setval ('a_id_seq', (SELECT max(id) FROM a))",
            "SELECT \"setval\"('a', 1)",
            "UPDATE U&\"sch\\006fols\" SET a = 1",
        ] {
            assert!(refused(statement), "{statement}");
        }
    }

    #[test]
    fn what_belongs_into_a_transaction_is_not_refused() {
        for statement in [
            "SET CONSTRAINTS ALL DEFERRED",
            "UPDATE a SET b = 1",
            "LOCK TABLE a",
            "DO $$ BEGIN UPDATE a SET b = 1; END $$",
            "CALL f()",
            "REFRESH MATERIALIZED VIEW CONCURRENTLY a",
            "CLUSTER a USING b",
            "CLUSTER \"a\"",
            "ALTER TYPE a ADD VALUE 'b'",
            "ALTER SEQUENCE a RESTART WITH 5",
            "ALTER TABLE a DETACH PARTITION b",
            "CREATE INDEX i ON a (b)",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = a AS 'SELECT 1'",
            "INSERT INTO a VALUES ('COMMIT; setval(')",
            "SELECT a.begin, a.setval FROM a",
            "TRUNCATE a",
            "COMMENT ON TABLE a IS 'CONCURRENTLY'",
        ] {
            assert!(!refused(statement), "{statement}");
        }
    }
}
