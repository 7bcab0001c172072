//! SQLite's scripts: their lexical rules, and the statements that must not stand in a step.

use crate::model::dialect::Refusal;
use crate::model::script::LexicalRules;
use crate::model::statement::{ScriptStatement, TokenKind};

/// `tokenize.c` of SQLite; bodies of triggers as in its `complete.c`.
pub(super) const RULES: LexicalRules = LexicalRules {
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
    client_command: Some('.'),
    client_command_leads: true,
};

const TRANSACTION: &str = "take it out: the engine alone begins transactions, and commits them or rolls them back";

/// PRAGMAs that only write into the file's header, in the transaction.
const HARMLESS: [&str; 2] = ["user_version", "application_id"];

/// Why a statement must not stand in a step.
pub(super) fn refuse(statement: &ScriptStatement) -> Option<Refusal> {
    let words = statement.leading_words(3);
    let words: Vec<&str> = words.split(' ').collect();
    let refusal = |message: String, remedy: &str| Some(Refusal { message, remedy: remedy.to_owned() });

    match words.as_slice() {
        [first @ ("BEGIN" | "COMMIT" | "END" | "ROLLBACK" | "SAVEPOINT" | "RELEASE"), ..] => {
            refusal(format!("{first} ends or divides the transaction of the run"), TRANSACTION)
        }
        [first @ ("ATTACH" | "DETACH"), ..] => refusal(
            format!("{first} changes which files the session sees, and what is written there is outside of the verification"),
            "take it out: bring the rows as INSERT statements",
        ),
        ["VACUUM", ..] => {
            refusal("VACUUM cannot run in a transaction".to_owned(), "do it before or after the run: the whole run is one transaction")
        }
        ["PRAGMA", ..] => pragma(statement),
        _ if rolls_back_on_conflict(statement) => refusal(
            "ROLLBACK as the answer to a conflict ends the transaction of the run".to_owned(),
            "write ABORT, which undoes the statement alone and is the default",
        ),
        _ => unbound_variable(statement),
    }
}

fn pragma(statement: &ScriptStatement) -> Option<Refusal> {
    // `PRAGMA main.user_version = 3`: the name is behind the schema's, if there is one.
    let name_at = if statement.tokens.get(2).is_some_and(|token| token.text == ".") { 3 } else { 1 };
    let name = statement.tokens.get(name_at).map(|token| token.text.to_ascii_lowercase()).unwrap_or_default();
    (!HARMLESS.contains(&name.as_str())).then(|| Refusal {
        message: format!("PRAGMA {name} changes the session or the file's way of writing, or does nothing inside of a transaction"),
        remedy: match name.as_str() {
            "foreign_keys" | "defer_foreign_keys" => {
                "take it out: the engine sets foreign_keys before the transaction and checks every foreign key before the commit".to_owned()
            }
            "foreign_key_check" | "integrity_check" | "quick_check" => "take it out: the engine runs it before the commit".to_owned(),
            _ => format!("take it out; only {} may stand in a step", HARMLESS.join(" and ")),
        },
    })
}

/// `INSERT OR ROLLBACK`, `ON CONFLICT ROLLBACK`, `RAISE(ROLLBACK, …)`.
fn rolls_back_on_conflict(statement: &ScriptStatement) -> bool {
    [&["OR", "ROLLBACK"][..], &["ON", "CONFLICT", "ROLLBACK"], &["RAISE", "(", "ROLLBACK"]].iter().any(|words| statement.has_words(words))
}

/// `?1`, `@name` and `$name` are variables to SQLite, and a variable without a value is NULL without a word.
fn unbound_variable(statement: &ScriptStatement) -> Option<Refusal> {
    let mark =
        statement.tokens.iter().find(|token| token.kind == TokenKind::Symbol && matches!(token.text.as_str(), "?" | "@" | "$" | ":"))?;
    Some(Refusal {
        message: format!("`{}` begins a variable that nothing gives a value to: SQLite would take it for NULL", mark.text),
        remedy: "write :name, and declare the name under [parameters] in plan.toml".to_owned(),
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
            "BEGIN IMMEDIATE",
            "commit",
            "END TRANSACTION",
            "ROLLBACK TO a",
            "SAVEPOINT a",
            "RELEASE a",
            "ATTACH 'a.db' AS a",
            "DETACH a",
            "VACUUM INTO 'a.db'",
            "PRAGMA foreign_keys = OFF",
            "PRAGMA main.journal_mode = WAL",
            "PRAGMA writable_schema = 1",
            "PRAGMA",
            "INSERT OR ROLLBACK INTO a VALUES (1)",
            "CREATE TABLE a (b INTEGER UNIQUE ON CONFLICT ROLLBACK)",
            "CREATE TRIGGER t BEFORE INSERT ON a BEGIN SELECT RAISE(ROLLBACK, 'no'); END",
            "UPDATE a SET b = ?1",
            "UPDATE a SET b = @b",
            "UPDATE a SET b = $b",
        ] {
            assert!(refused(statement), "{statement}");
        }
    }

    #[test]
    fn what_belongs_into_a_transaction_is_not_refused() {
        for statement in [
            "PRAGMA user_version = 3",
            "PRAGMA main.application_id = 4",
            "INSERT OR REPLACE INTO a VALUES (1)",
            "INSERT INTO a VALUES (1) ON CONFLICT DO NOTHING",
            "UPDATE a SET b = :b, c = '?', [d?] = \"@\"",
            "CREATE TRIGGER t BEFORE INSERT ON a BEGIN SELECT RAISE(ABORT, 'no'); END",
            "ALTER TABLE a ADD COLUMN b",
            "REINDEX a",
            "SELECT 'COMMIT'",
        ] {
            assert!(!refused(statement), "{statement}");
        }
    }
}
