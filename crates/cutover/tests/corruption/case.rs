//! What is planted, where it hides, and what has to be named.

use cutover::database::Mode;

/// One migration on a copy of the base database.
#[derive(Debug, Clone)]
pub struct Case {
    /// What it is, for people.
    pub name: String,
    /// How many faults it plants.
    pub faults: usize,
    /// What the database holds beyond the base when the run begins.
    pub before: String,
    /// What another session writes when the snapshot has been taken.
    pub meanwhile: String,
    /// Entries of the plan's `[contract]`, as TOML.
    pub contract: String,
    /// The plan's files beside `plan.toml`: path and contents.
    pub files: Vec<(String, String)>,
    /// Rules accepted by name.
    pub accept: Vec<String>,
    /// In which mode it is run; `None` for the database's own.
    pub mode: Option<Mode>,
    /// How it has to end.
    pub ending: Ending,
}

/// How a case has to end.
#[derive(Debug, Clone)]
pub enum Ending {
    /// The verification fails and names exactly this, one line for each row, cell or object; a line that ends in `…` is the
    /// beginning of one.
    Named(Vec<String>),
    /// The run fails, because the database itself or the engine refuses a statement, with all these texts in its error.
    Refused(Vec<String>),
    /// The run commits without an error finding, and these queries then give these values.
    Clean(Vec<(String, String)>),
}

/// Where a fault hides in a legitimate run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// In a step of the plan.
    Step,
    /// In a trigger on the table that the plan inserts a granted row into.
    Trigger,
    /// In a trigger on a table whose new column the plan fills by an UPDATE.
    FillTrigger,
    /// In a view's INSTEAD OF trigger: the step writes into the view.
    View,
    /// In a function that a step calls.
    Function,
    /// In an anonymous block of a step.
    Block,
    /// In a constraint trigger that waits for the end of the transaction.
    Deferred,
    /// In a rule that rewrites the plan's own statement.
    Rule,
    /// In a common table expression of a query that looks harmless.
    With,
    /// In a trigger on DDL, which fires at the plan's ALTER TABLE.
    DdlTrigger,
    /// In a procedure that a step calls.
    Procedure,
    /// In a text that a procedure executes, where nothing sees which tables it writes.
    Text,
}

use Carrier::*;

/// What SQLite has.
const SQLITE: [Carrier; 4] = [Step, Trigger, FillTrigger, View];
/// What PostgreSQL has. `DdlTrigger` fires several times in a run, so that it carries only what can be done again.
const POSTGRES: [Carrier; 9] = [Step, Trigger, FillTrigger, View, Function, Block, Deferred, Rule, With];

/// What MariaDB has.
const MYSQL: [Carrier; 6] = [Step, Trigger, FillTrigger, Function, Procedure, Text];

/// Where faults of rows and cells can hide on one database.
pub fn carriers(dialect: &str) -> &'static [Carrier] {
    match dialect {
        "postgres" => &POSTGRES,
        "mysql" => &MYSQL,
        _ => &SQLITE,
    }
}

/// SQL with its identifiers quoted as the database does in its steps.
pub fn quoted(dialect: &str, sql: &str) -> String {
    let backticks = |sql: &str| sql.split("\"\"").map(|part| part.replace('"', "`")).collect::<Vec<_>>().join("\"");
    if dialect == "mysql" { backticks(sql) } else { sql.to_owned() }
}

/// What a carrier needs on MariaDB.
fn hide_on_mysql(carrier: Carrier, sql: &str) -> (String, Option<String>) {
    // What commits by itself has to tell after a crash whether it was done; these runs are not killed.
    let call = || Some("--! done_when = \"SELECT 1 FROM schools WHERE id = 0\"\nCALL tidy()".to_owned());
    let procedure = |body: &str| format!("CREATE PROCEDURE tidy() MODIFIES SQL DATA BEGIN {body}; END;");
    match carrier {
        Trigger => (format!("CREATE TRIGGER tidy AFTER INSERT ON audit_log FOR EACH ROW BEGIN {sql}; END;"), None),
        FillTrigger => {
            (format!("CREATE TRIGGER tidy AFTER UPDATE ON programs FOR EACH ROW BEGIN IF new.id = 1 THEN {sql}; END IF; END;"), None)
        }
        Function => (
            format!("CREATE FUNCTION tidy() RETURNS int DETERMINISTIC MODIFIES SQL DATA BEGIN {sql}; RETURN 1; END;"),
            Some("SELECT tidy()".to_owned()),
        ),
        Procedure => (procedure(sql), call()),
        Text => {
            let text = |sql: &str| format!("EXECUTE IMMEDIATE '{}'", sql.replace('\\', "\\\\").replace('\'', "''"));
            (procedure(&sql.split("; ").map(text).collect::<Vec<_>>().join("; ")), call())
        }
        _ => (String::new(), Some(sql.to_owned())),
    }
}

/// What a carrier needs before the run, and the statement of the step that sets it off, where the honest steps do not.
fn hide(carrier: Carrier, dialect: &str, sql: &str) -> (String, Option<String>) {
    if dialect == "mysql" {
        return hide_on_mysql(carrier, sql);
    }
    let function = |returns: &str, result: &str| {
        format!("CREATE FUNCTION tidy() RETURNS {returns} LANGUAGE plpgsql AS $tidy$ BEGIN {sql}; {result} END $tidy$;")
    };
    let row = || function("trigger", "RETURN new;");
    let body = || if dialect == "postgres" { "EXECUTE FUNCTION tidy()".to_owned() } else { format!("BEGIN {sql}; END") };
    let helper = || if dialect == "postgres" { row() } else { String::new() };
    let once = if dialect == "postgres" { "new.id = 1 AND pg_trigger_depth() = 0" } else { "new.id = 1" };
    match carrier {
        Step => (String::new(), Some(sql.to_owned())),
        Trigger => (format!("{} CREATE TRIGGER tidy AFTER INSERT ON audit_log FOR EACH ROW {}", helper(), body()), None),
        FillTrigger => (format!("{} CREATE TRIGGER tidy AFTER UPDATE ON programs FOR EACH ROW WHEN ({once}) {}", helper(), body()), None),
        View => (
            format!(
                "{} CREATE VIEW notes AS SELECT what FROM audit_log; \
                 CREATE TRIGGER tidy INSTEAD OF INSERT ON notes FOR EACH ROW {}",
                helper(),
                body()
            ),
            Some("INSERT INTO notes (what) VALUES ('tidied')".to_owned()),
        ),
        Function => (function("void", ""), Some("SELECT tidy()".to_owned())),
        Block => (String::new(), Some(format!("DO $tidy$ BEGIN {sql}; END $tidy$"))),
        Deferred => (
            format!(
                "{} CREATE CONSTRAINT TRIGGER tidy AFTER INSERT ON audit_log DEFERRABLE INITIALLY DEFERRED \
                 FOR EACH ROW EXECUTE FUNCTION tidy()",
                row()
            ),
            None,
        ),
        Rule => (format!("CREATE RULE tidy AS ON INSERT TO audit_log DO ALSO {sql}"), None),
        With => (String::new(), Some(format!("WITH tidied AS ({sql} RETURNING 1) SELECT count(*) FROM schools"))),
        Procedure | Text => unreachable!("these cases are MariaDB's"),
        DdlTrigger => (
            format!(
                "{} CREATE EVENT TRIGGER tidy ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION tidy()",
                function("event_trigger", "")
            ),
            None,
        ),
    }
}

/// The honest work that every fault hides in: a filled and unique column, one that is filled by an UPDATE, a granted row.
fn honest_steps() -> Vec<(String, String)> {
    let add = |table: &str, fill: &str| {
        format!(
            "title = \"Add cms_id\"\n[add_column]\ntables = [\"{table}\"]\ncolumn = \"cms_id\"\ntype = \"integer\"\nfill = \"{fill}\"\n\
             unique = \"{{table}}_cms_id_unique\"\n"
        )
    };
    let step = |path: &str, contents: String| (format!("steps/{path}"), contents);
    vec![
        step("1_students.toml", add("students", "id")),
        step("2_programs.toml", add("programs", "id + 0")),
        step("3_log.sql", "-- Tell of it\nINSERT INTO audit_log (what) VALUES ('cms_id');\n".to_owned()),
    ]
}

impl Case {
    /// A fault that one statement plants.
    pub fn planted(carrier: Carrier, dialect: &str, name: &str, sql: &str, named: &[String]) -> Self {
        let (before, statement) = hide(carrier, dialect, sql);
        let mut case = Self::honest(&format!("{name}, in {carrier:?}"), named);
        case.before = before;
        if let Some(statement) = statement {
            case = case.step(&statement);
        }
        case
    }

    /// The honest work alone; what has to be named is planted by what is added to it.
    pub fn honest(name: &str, named: &[String]) -> Self {
        Self {
            name: name.to_owned(),
            faults: 1,
            before: String::new(),
            meanwhile: String::new(),
            contract: "rows = [{ table = \"audit_log\", may = [\"insert\"] }]".to_owned(),
            files: honest_steps(),
            accept: Vec::new(),
            mode: None,
            ending: Ending::Named(named.to_vec()),
        }
    }

    /// A migration of its own: nothing but what is added to it.
    pub fn clean(name: &str) -> Self {
        Self { faults: 0, contract: String::new(), files: Vec::new(), ending: Ending::Clean(Vec::new()), ..Self::honest(name, &[]) }
    }

    /// Whether every step has an undo: operations have their own.
    pub fn can_be_taken_back(&self) -> bool {
        let undo = |path: &str| path.trim_end_matches(".sql").to_owned() + ".undo.sql";
        let steps = self.files.iter().filter(|(path, _)| path.starts_with("steps/") && path.ends_with(".sql"));
        steps
            .clone()
            .filter(|(path, _)| !path.ends_with(".undo.sql"))
            .all(|(path, _)| self.files.iter().any(|(other, _)| *other == undo(path)))
    }

    /// SQL that is executed before the run.
    pub fn before(mut self, sql: &str) -> Self {
        self.before.push_str(sql);
        self
    }

    /// SQL that another session executes when the snapshot has been taken.
    pub fn meanwhile(mut self, sql: &str) -> Self {
        self.meanwhile.push_str(sql);
        self
    }

    /// One more step of SQL.
    pub fn step(self, sql: &str) -> Self {
        let number = self.files.len() + 1;
        self.file(&format!("steps/{number}_tidy.sql"), &format!("-- Tidy up\n{};\n", sql.trim_end_matches(';')))
    }

    /// One more file of the plan.
    pub fn file(mut self, path: &str, contents: &str) -> Self {
        self.files.push((path.to_owned(), contents.to_owned()));
        self
    }

    /// One more operation.
    pub fn add_column(self, tables: &str, column: &str, rest: &str) -> Self {
        let number = self.files.len() + 1;
        let contents = format!("[add_column]\ntables = [{tables}]\ncolumn = \"{column}\"\n{rest}\n");
        self.file(&format!("steps/{number}_{column}.toml"), &contents)
    }

    /// Another contract than that of the honest work.
    pub fn contract(mut self, entries: &str) -> Self {
        entries.clone_into(&mut self.contract);
        self
    }

    /// Accepts a rule by name.
    pub fn accept(mut self, rule: &str) -> Self {
        self.accept.push(rule.to_owned());
        self
    }

    /// The run has to fail with these texts.
    pub fn refused(mut self, texts: &[&str]) -> Self {
        self.ending = Ending::Refused(texts.iter().map(|text| (*text).to_owned()).collect());
        self
    }

    /// What a query gives after the commit.
    pub fn leaves(mut self, query: &str, value: &str) -> Self {
        if let Ending::Clean(left) = &mut self.ending {
            left.push((query.to_owned(), value.to_owned()));
        }
        self
    }

    /// How many faults it plants.
    pub fn of(mut self, faults: usize) -> Self {
        self.faults = faults;
        self
    }
}

/// Texts as lines that have to be named.
pub fn lines(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
