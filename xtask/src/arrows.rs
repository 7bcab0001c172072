//! The arrows between the modules of the library: which may use which.

use std::collections::BTreeSet;

use crate::code::{Token, tokens};
use crate::files::{SourceFile, Violation};

/// What each module may use directly. It may use what those use as well.
const ALLOWED: [(&str, &[&str]); 10] = [
    ("model", &[]),
    ("plan", &["model"]),
    ("database", &["model"]),
    ("journal", &["model"]),
    ("snapshot", &["database"]),
    ("verify", &["plan", "snapshot"]),
    ("backup", &["snapshot", "verify", "journal"]),
    ("report", &["plan", "verify", "journal"]),
    ("run", &["model", "plan", "database", "journal", "snapshot", "verify", "backup"]),
    (COMMAND_LINE, &["run", "report"]),
];

/// The crate of the command line, seen as one more module.
const COMMAND_LINE: &str = "cli";

const LIBRARY_FILES: &str = "crates/cutover/src/";
const COMMAND_LINE_FILES: &str = "crates/cli/src/";

/// Every use of a module that its user may not know.
pub fn violations(files: &[SourceFile]) -> Vec<Violation> {
    files.iter().filter(|file| file.is_rust()).flat_map(violations_in).collect()
}

fn violations_in(file: &SourceFile) -> Vec<Violation> {
    let (user, uses) = if let Some(below) = file.path.strip_prefix(LIBRARY_FILES) {
        let module = module_path(below);
        let Some(user) = module.first().cloned() else { return Vec::new() };
        (user, uses(&file.text, "crate", &module))
    } else if let Some(below) = file.path.strip_prefix(COMMAND_LINE_FILES) {
        // Its own modules stand below it: what `super::` names there is its own affair.
        let mut module = vec![COMMAND_LINE.to_owned()];
        module.extend(module_path(below));
        (COMMAND_LINE.to_owned(), uses(&file.text, "cutover", &module))
    } else {
        return Vec::new();
    };
    let violation =
        |offset: usize, message: String, remedy: String| Violation { path: file.path.clone(), line: file.line_at(offset), message, remedy };
    let Some(allowed) = usable(&user) else {
        let message = format!("the module `{user}` is not in the table of arrows");
        return vec![violation(0, message, "say in xtask/src/arrows.rs what it may use".to_owned())];
    };
    let known: Vec<_> = allowed.iter().map(|module| format!("`{module}`")).collect();
    let forbidden = uses.into_iter().filter(|(_, used)| *used != user && !allowed.contains(used.as_str()));
    forbidden
        .map(|(offset, used)| {
            let remedy = match known.as_slice() {
                [] => format!("`{user}` uses nothing else: move what both need into it, or this into a module above it"),
                _ => format!("`{user}` may use {}: move what both need down into one of them, or this up", known.join(", ")),
            };
            violation(offset, format!("`{user}` uses `{used}`"), remedy)
        })
        .collect()
}

/// Everything that a module may use, directly or through others; `None` for a module that is not in the table.
fn usable(module: &str) -> Option<BTreeSet<&'static str>> {
    let (_, direct) = ALLOWED.iter().find(|(name, _)| *name == module)?;
    let mut all: BTreeSet<&'static str> = direct.iter().copied().collect();
    for used in *direct {
        all.extend(usable(used)?);
    }
    Some(all)
}

/// The modules that a file of the library is in: `plan`, `load` for `plan/load.rs`; none for `lib.rs`.
fn module_path(below: &str) -> Vec<String> {
    let mut path: Vec<String> = below.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if matches!(path.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        path.pop();
    }
    path
}

/// The top modules that a source names in paths from the root (`crate::plan`, `cutover::run`), or relative to its own
/// module (`super::super::plan`), each with its offset; `*` for a glob over all of them.
fn uses(source: &str, root: &str, module: &[String]) -> Vec<(usize, String)> {
    let tokens = tokens(source);
    let mut found = Vec::new();
    let mut open_modules: Vec<Option<String>> = Vec::new();
    for (position, token) in tokens.iter().enumerate() {
        let previous = |back: usize| position.checked_sub(back).and_then(|position| tokens.get(position)).map_or("", |token| token.text);
        match token.text {
            "{" => open_modules.push((previous(2) == "mod").then(|| previous(1).to_owned())),
            "}" => {
                open_modules.pop();
            }
            // Inside of a path that began before.
            _ if previous(1) == "::" && previous(2) != "use" && previous(2).starts_with(char::is_alphabetic) => {}
            _ if tokens.get(position + 1).is_none_or(|next| next.text != "::") => {}
            word if word == root => {
                follow(&tokens, position + 2, Vec::new(), &mut found);
            }
            "self" | "super" => {
                let inside = open_modules.iter().flatten();
                follow(&tokens, position, module.iter().chain(inside).cloned().collect(), &mut found);
            }
            _ => {}
        }
    }
    found
}

/// Follows one path, or one branch of a `use` tree, from a position until it names a top module. Returns the position
/// behind what it has read.
fn follow(tokens: &[Token<'_>], mut position: usize, mut base: Vec<String>, found: &mut Vec<(usize, String)>) -> usize {
    while let Some(token) = tokens.get(position) {
        match token.text {
            "super" => {
                base.pop();
            }
            "self" => {}
            "{" => return follow_branches(tokens, position + 1, &base, found),
            word if token.is_word() || word == "*" => {
                base.push(word.to_owned());
                found.push((token.offset, base.swap_remove(0)));
                return position + 1;
            }
            _ => return position,
        }
        position += 1;
        if tokens.get(position).is_none_or(|next| next.text != "::") {
            return position;
        }
        position += 1;
    }
    position
}

/// Follows the branches of a `use` tree, up to the brace that closes it.
fn follow_branches(tokens: &[Token<'_>], mut position: usize, base: &[String], found: &mut Vec<(usize, String)>) -> usize {
    loop {
        position = follow(tokens, position, base.to_vec(), found);
        // What is left of the branch says nothing new about the top module.
        let mut depth = 0_usize;
        loop {
            let Some(token) = tokens.get(position) else { return position };
            position += 1;
            match token.text {
                "{" => depth += 1,
                "}" if depth == 0 => return position,
                "}" => depth -= 1,
                "," if depth == 0 => break,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ALLOWED, SourceFile, usable, uses, violations};

    fn named(source: &str, module: &str) -> Vec<String> {
        let module: Vec<String> = module.split("::").map(str::to_owned).collect();
        uses(source, "crate", &module).into_iter().map(|(_, used)| used).collect()
    }

    fn violations_of(path: &str, text: &str) -> Vec<String> {
        let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
        violations(&[file]).into_iter().map(|violation| format!("{}: {}", violation.line, violation.message)).collect()
    }

    #[test]
    fn paths_and_use_trees_name_their_top_module() {
        assert_eq!(named("use crate::plan::Severity;", "verify"), ["plan"]);
        assert_eq!(named("pub(crate) use crate::{plan::{self, load::*}, model, run::*};", "verify"), ["plan", "model", "run"]);
        assert_eq!(named("fn f(a: &crate::journal::Event) -> <crate::plan::Plan as A>::B {}", "verify"), ["journal", "plan"]);
        assert_eq!(named("macro_rules! m { () => { $crate::run::start() } }", "verify"), ["run"]);
        assert_eq!(named("use crate::*;", "verify"), ["*"]);
        assert_eq!(named("use {crate::run, super::super::plan};", "verify::rows"), ["run", "plan"]);
    }

    #[test]
    fn relative_paths_are_followed_out_of_their_module() {
        assert_eq!(named("use super::plan::Severity;", "verify"), ["plan"]);
        assert_eq!(named("fn f() { self.plan() } impl S { const A: u8 = Self::B; }", "verify"), Vec::<String>::new());
        assert_eq!(named("use super::verdict::Verdict;", "verify::rows"), ["verify"]);
        assert_eq!(named("use super::super::{plan, verify::*};", "verify::rows"), ["plan", "verify"]);
        assert_eq!(named("mod tests { use super::super::plan; fn f() { super::g() } }", "verify"), ["plan", "verify"]);
        assert_eq!(named("use self::super::plan;", "verify"), ["plan"]);
    }

    #[test]
    fn comments_strings_and_visibility_name_nothing() {
        assert!(named("// crate::run\n/// [`crate::run`]\nconst A: &str = \"crate::run\";", "verify").is_empty());
        assert!(named("pub(crate) fn f() {} pub(super) struct S; use other::crate_name;", "verify").is_empty());
        assert!(named("use std::fmt;", "verify").is_empty());
        assert_eq!(named("use self::inner::run;", "verify"), ["verify"]);
    }

    #[test]
    fn uses_follow_the_arrows() {
        assert!(violations_of("crates/cutover/src/plan/load.rs", "use crate::model::table::Table;\nuse crate::plan::Plan;").is_empty());
        assert_eq!(violations_of("crates/cutover/src/model/cell.rs", "\nuse crate::plan::Plan;"), ["2: `model` uses `plan`"]);
        assert_eq!(
            violations_of("crates/cutover/src/plan/mod.rs", "#[cfg(test)]\nmod tests {\nuse crate::database;\n}"),
            ["3: `plan` uses `database`"]
        );
        assert_eq!(violations_of("crates/cutover/src/run/mod.rs", "use crate::report::html;"), ["1: `run` uses `report`"]);
        assert_eq!(violations_of("crates/cutover/src/run/mod.rs", "use crate::*;"), ["1: `run` uses `*`"]);
        assert!(violations_of("crates/cutover/src/lib.rs", "pub use crate::run::start;").is_empty());
    }

    #[test]
    fn the_command_line_uses_the_run_the_report_and_what_they_use() {
        assert!(
            violations_of("crates/cli/src/main.rs", "use cutover::{run, report, model::error::Error};\nuse crate::terminal;").is_empty()
        );
        assert_eq!(violations_of("crates/cli/src/main.rs", "fn f() { ::cutover::internals::x() }"), ["1: `cli` uses `internals`"]);
    }

    #[test]
    fn a_new_module_must_be_in_the_table() {
        assert_eq!(violations_of("crates/cutover/src/swap/mod.rs", "//! Swap."), ["1: the module `swap` is not in the table of arrows"]);
    }

    #[test]
    fn no_module_uses_itself_through_others() {
        for (module, _) in ALLOWED {
            assert!(!usable(module).unwrap().contains(module), "{module}");
        }
    }
}
