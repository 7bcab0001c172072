//! Guards from the command line: one command and no file, what people see of it, and what never reaches them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use support::{PASSWORD, Place};

/// The program under a guard of `sh -c LINE`.
fn guarded(place: &Place, options: &[&str], line: &str) -> (i32, String, String) {
    let mut command = place.command();
    command.env("DATABASE_URL", "sqlite:registry.db").arg("guard").args(options).args(["--", "sh", "-c", line]);
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_command_is_passed_through_and_the_report_is_the_result() {
    let place = Place::new();
    let (code, stdout, stderr) = guarded(&place, &[], "echo said; echo \"$DATABASE_URL $DB_CONNECTION\"; test -f \"$DB_DATABASE\"");
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(stderr.contains("\nsaid\nsqlite:registry.db sqlite\n"), "{stderr}");
    for part in ["ended well", "changed nothing, and every table was verified", "2 tables identical", "verify  cutover verify"] {
        assert!(stdout.contains(part), "{part} is missing in\n{stdout}");
    }
    assert!(!stdout.contains("said\n"), "{stdout}");
    assert!(place.cutover("status").stdout.contains("a guard: the command ended well"));
    assert_eq!(place.cutover("verify guard --database registry.db").code, 0);
    assert!(place.cutover("report guard").stdout.contains("Command"));
}

#[test]
fn exit_codes_tell_how_the_database_stands() {
    let place = Place::new();
    let (code, stdout, _) = guarded(&place, &["--backup", "none"], "exit 9");
    assert!(code == 1 && stdout.contains("the exit code 9, and the database is as it was"), "{stdout}");
    let (code, stdout, _) = guarded(&place, &["--timeout", "200ms"], "sleep 60");
    assert!(code == 1 && stdout.contains("because its time was over"), "{stdout}");
    let (code, _, stderr) = guarded(&place, &["--contract", "no-such.toml"], "true");
    assert!(code == 2 && stderr.contains("no-such.toml") && stderr.contains("nothing was touched"), "{stderr}");
    let (code, _, stderr) = guarded(&place, &["--backup", "none", "--rehearse"], "true");
    assert!(code == 2 && stderr.contains("a rehearsal needs a backup"), "{stderr}");
    assert_eq!(place.cutover("guard --database registry.db").code, 2, "a guard without a command");
}

#[test]
fn a_password_is_refused_in_arguments() {
    let place = Place::new();
    let url = format!("postgres://app:{PASSWORD}@localhost:1/shop");
    let output = place.command().args(["guard", "--database", &url, "--", "echo", "{url}"]).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr.contains("would put a password into the command's arguments") && stderr.contains("DATABASE_URL"), "{stderr}");
    assert!(!stderr.contains(PASSWORD), "{stderr}");
}

#[test]
fn what_is_pending_is_listed_with_what_the_tools_do_not_say() {
    let place = Place::new();
    place.execute(
        "CREATE TABLE __drizzle_migrations (id INTEGER PRIMARY KEY, hash TEXT NOT NULL, created_at NUMERIC);
         INSERT INTO __drizzle_migrations VALUES (1, 'x', 2000);
         CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL); INSERT INTO schema_migrations VALUES (2, 1);
         CREATE TABLE migrations (id INTEGER PRIMARY KEY, migration TEXT NOT NULL, batch INTEGER NOT NULL);",
    );
    let write = |name: &str, text: &str| {
        let path = place.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(
        "drizzle/meta/_journal.json",
        r#"{"entries": [{"idx": 0, "when": 1000, "tag": "0000_branch"}, {"idx": 1, "when": 2000, "tag": "0001_first"}, {"idx": 2, "when": 3000, "tag": "0002_next"}]}"#,
    );
    write("database/migrations/2026_01_01_000000_create_schools.php", "Schema::create('schools', function (Blueprint $table) {});");
    write("migrations/000003_more.up.sql", "SELECT 1;");
    let told = place.cutover("status --database registry.db");
    for part in [
        "drizzle (__drizzle_migrations): 1 migration applied, the last 0001_first",
        "pending in ./drizzle: 0002_next",
        "0000_branch was never applied and never will be",
        "golang-migrate (schema_migrations)",
        "version 2 is dirty",
        "pending in ./migrations: 000003_more",
        "Laravel (migrations): nothing applied",
        "the table schools that it creates is there",
    ] {
        assert!(told.stdout.contains(part), "{part} is missing in\n{}", told.all());
    }
    let wrong = place.cutover("status --database registry.db --migrations tiny");
    assert!(wrong.code == 2 && wrong.stderr.contains("holds no migrations of a tool that is used in this database"), "{}", wrong.all());
    // A guard warns of the same.
    let (code, stdout, _) = guarded(&place, &[], "true");
    assert!(code == 0 && stdout.contains("0000_branch was never applied"), "{stdout}");
    assert_eq!(guarded(&place, &["--strict"], "true").0, 1);
}

#[test]
fn a_suggested_contract_is_written_and_read() {
    let place = Place::new();
    place.execute("CREATE TABLE codes (id INTEGER PRIMARY KEY, code TEXT); INSERT INTO codes VALUES (1, 'a')");
    std::fs::write(place.path().join("m.sh"), "cp changed.db registry.db\n").unwrap();
    // What a migration does, done by putting a changed file in the place of the old one.
    std::fs::copy(place.path().join("registry.db"), place.path().join("changed.db")).unwrap();
    rusqlite::Connection::open(place.path().join("changed.db")).unwrap().execute_batch("UPDATE codes SET code = 'b'").unwrap();
    let (code, stdout, stderr) = guarded(&place, &["--suggest-contract", "--reveal"], "cp registry.db before.db; sh m.sh");
    assert_eq!(code, 1, "{stdout}{stderr}");
    assert!(stdout.contains("code: a → b") && stdout.contains("contract.toml: read every line"), "{stdout}");
    std::fs::copy(place.path().join("before.db"), place.path().join("registry.db")).unwrap();
    let (code, stdout, stderr) = guarded(&place, &["--contract", "contract.toml"], "sh m.sh");
    assert_eq!(code, 0, "{stdout}{stderr}");
}
