//! The conventions of the code that neither the compiler nor clippy knows.

use crate::code::tokens;
use crate::files::{SourceFile, Violation};

/// A file that needs more lines has more than one idea.
const MOST_LINES: usize = 500;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 8] = ["utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"];

/// Words that mark unfinished work, each in two parts so that this file keeps its own rule.
const UNFINISHED: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")];

/// The first component of absolute paths that exist on one machine only.
const MACHINE_DIRECTORIES: [&str; 4] = ["home", "root", "work", "Users"];

/// The products, as type names spell them.
const PRODUCTS: [&str; 3] = ["Postgres", "MySql", "Sqlite"];

/// The products' drivers and modules, as paths spell them.
const PRODUCT_MODULES: [&str; 6] = ["postgres", "tokio_postgres", "mysql", "sqlite", "rusqlite", "libsqlite3_sys"];

/// Where the products may be named.
const PRODUCT_FILES: [&str; 5] = [
    "crates/cutover/src/database/",
    "crates/cutover/src/backup/method.rs",
    "crates/cutover/src/backup/postgres.rs",
    "crates/cutover/src/backup/mysql.rs",
    "crates/cutover/src/backup/sqlite.rs",
];

/// Every place that breaks a convention.
pub fn violations(files: &[SourceFile]) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in files {
        machine_paths(file, &mut found);
        if file.is_rust() || file.path.starts_with("plans/") {
            unfinished_words(file, &mut found);
        }
        if file.is_rust() {
            length(file, &mut found);
            name(file, &mut found);
            if file.path.starts_with("crates/cutover/src/") {
                printing(file, &mut found);
            }
            if file.path.starts_with("crates/") && file.path.contains("/src/") {
                products(file, &mut found);
            }
        }
    }
    found
}

fn violation(file: &SourceFile, line: usize, message: String, remedy: &str) -> Violation {
    Violation { path: file.path.clone(), line, message, remedy: remedy.to_owned() }
}

fn length(file: &SourceFile, found: &mut Vec<Violation>) {
    let lines = file.text.lines().count();
    if lines > MOST_LINES {
        let message = format!("{lines} lines; a file has at most {MOST_LINES}");
        found.push(violation(file, MOST_LINES + 1, message, "split it by idea, and name each part for its own"));
    }
}

fn name(file: &SourceFile, found: &mut Vec<Violation>) {
    let components = file.path.trim_end_matches(".rs").split('/');
    for component in components.filter(|component| EMPTY_NAMES.contains(component)) {
        let message = format!("`{component}` says nothing about what is inside");
        found.push(violation(file, 1, message, "name the module for the one thing that it knows"));
    }
}

fn unfinished_words(file: &SourceFile, found: &mut Vec<Violation>) {
    for (number, line) in (1..).zip(file.text.lines()) {
        let mut words = line.split(|character: char| !character.is_alphanumeric() && character != '_');
        if let Some(word) = words.find(|word| UNFINISHED.contains(word)) {
            found.push(violation(
                file,
                number,
                format!("`{word}` marks unfinished work"),
                "finish it, or open an issue and take the word out",
            ));
        }
    }
}

fn machine_paths(file: &SourceFile, found: &mut Vec<Violation>) {
    for (number, line) in (1..).zip(file.text.lines()) {
        for directory in MACHINE_DIRECTORIES {
            let path = format!("/{directory}/");
            // In a relative path, or in a URL, it is a part of something longer.
            let is_absolute = |at: usize| !line[..at].ends_with(|before: char| before.is_alphanumeric() || "._-/}~*".contains(before));
            if line.match_indices(&path).any(|(at, _)| is_absolute(at)) {
                let remedy = "write it relative to the checkout, or take it from the environment";
                found.push(violation(file, number, format!("`{path}…` is a path of one machine"), remedy));
            }
        }
    }
}

fn printing(file: &SourceFile, found: &mut Vec<Violation>) {
    for pair in tokens(&file.text).windows(2) {
        if pair[1].text == "!" && ["print", "println", "eprint", "eprintln", "dbg"].contains(&pair[0].text) {
            let message = format!("the library prints with `{}!`", pair[0].text);
            found.push(violation(
                file,
                file.line_at(pair[0].offset),
                message,
                "return it, or send it to the event sink; only the command line prints",
            ));
        }
    }
}

fn products(file: &SourceFile, found: &mut Vec<Violation>) {
    if PRODUCT_FILES.iter().any(|allowed| file.path.starts_with(allowed)) {
        return;
    }
    let tokens = tokens(&file.text);
    for (position, token) in tokens.iter().enumerate() {
        let is_path = tokens.get(position + 1).is_some_and(|next| next.text == "::");
        let names_product = PRODUCTS.iter().any(|product| token.text.contains(product));
        if names_product || (is_path && PRODUCT_MODULES.contains(&token.text)) {
            let message = format!("`{}` names a product outside of crates/cutover/src/database", token.text);
            found.push(violation(file, file.line_at(token.offset), message, "ask for a capability of the database instead"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_LINES, SourceFile, UNFINISHED, violations};

    fn found(path: &str, text: &str) -> Vec<String> {
        let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
        violations(&[file]).into_iter().map(|violation| format!("{}: {}", violation.line, violation.message)).collect()
    }

    #[test]
    fn long_files_are_named() {
        assert!(found("crates/cutover/src/run/mod.rs", &"\n".repeat(MOST_LINES)).is_empty());
        assert_eq!(found("crates/cutover/src/run/mod.rs", &"\n".repeat(MOST_LINES + 1)), ["501: 501 lines; a file has at most 500"]);
    }

    #[test]
    fn files_and_folders_have_telling_names() {
        for path in ["crates/cutover/src/plan/utils.rs", "crates/cli/src/common/mod.rs", "xtask/src/helpers.rs"] {
            assert_eq!(found(path, "").len(), 1, "{path}");
        }
        assert!(found("crates/cutover/src/plan/commonly.rs", "").is_empty());
    }

    #[test]
    fn the_library_does_not_print() {
        let source = "//! println!(1)\nfn f() {\n    eprintln!(\"println!\");\n    dbg!(1);\n}";
        let expected = ["3: the library prints with `eprintln!`", "4: the library prints with `dbg!`"];
        assert_eq!(found("crates/cutover/src/run/mod.rs", source), expected);
        assert!(found("crates/cli/src/main.rs", source).is_empty());
    }

    #[test]
    fn unfinished_work_is_named_in_code_and_plans() {
        for word in UNFINISHED {
            let text = format!("\n// {word}: later\n// a{word}\n");
            assert_eq!(found("crates/cli/src/main.rs", &text), [format!("2: `{word}` marks unfinished work")]);
            assert_eq!(found("plans/cms-id/plan.toml", &text).len(), 1);
            assert!(found("docs/style.md", &text).is_empty());
        }
    }

    #[test]
    fn paths_of_one_machine_are_named_but_not_parts_of_longer_ones() {
        let absolute = ["", "home", "someone"].join("/");
        assert_eq!(found("docs/start.md", &format!("a\nsee `{absolute}/x`")).len(), 1);
        assert!(found("docs/start.md", &format!("https://host{absolute}/x, ../{absolute}, ~{absolute}")).is_empty());
    }

    #[test]
    fn products_are_named_below_database_only() {
        let source = "use crate::database::sqlite::SqliteDialect; // Postgres\nfn postgres() -> &'static str { \"Sqlite\" }";
        assert!(found("crates/cutover/src/database/open.rs", source).is_empty());
        assert!(found("crates/cutover/src/backup/sqlite.rs", source).is_empty());
        assert!(found("crates/cutover/tests/scratch.rs", source).is_empty());
        assert_eq!(
            found("crates/cutover/src/run/mod.rs", source),
            [
                "1: `sqlite` names a product outside of crates/cutover/src/database",
                "1: `SqliteDialect` names a product outside of crates/cutover/src/database",
            ]
        );
    }
}
