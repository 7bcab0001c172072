//! Which rights the session holds, its roles' among them, by what `SHOW GRANTS` says.

/// Whether a right is held on a whole database. A grant may be for a pattern of databases.
pub(super) fn holds(grants: &[String], privilege: &str, database: &str) -> bool {
    grants.iter().any(|grant| {
        let Some((privileges, rest)) = grant.strip_prefix("GRANT ").and_then(|rest| rest.split_once(" ON ")) else { return false };
        let Some((place, _)) = rest.rsplit_once(" TO ") else { return false };
        let listed = privileges == "ALL PRIVILEGES" || privileges.split(", ").any(|held| held == privilege);
        listed && covers(place, database)
    })
}

/// Whether a right is held on a whole database, or on something in it.
pub(super) fn holds_somewhere(grants: &[String], privilege: &str, database: &str) -> bool {
    let inside = format!("`{}`.", database.replace('`', "``"));
    let on_something = |grant: &String| {
        let Some((privileges, rest)) = grant.strip_prefix("GRANT ").and_then(|rest| rest.split_once(" ON ")) else { return false };
        // Rights to columns stand with their columns: `SELECT (a, b), INSERT`.
        let listed = privileges == "ALL PRIVILEGES" || privileges.split(", ").any(|held| held.split(' ').next() == Some(privilege));
        listed && rest.starts_with(&inside)
    };
    holds(grants, privilege, database) || grants.iter().any(on_something)
}

/// Whether a right is held on the whole server.
pub(super) fn holds_everywhere(grants: &[String], privilege: &str) -> bool {
    let everywhere: Vec<_> = grants.iter().filter(|grant| grant.contains(" ON *.* TO ")).cloned().collect();
    holds(&everywhere, privilege, "")
}

/// Whether `*.*` or `` `pattern`.* `` stands for a database.
fn covers(place: &str, database: &str) -> bool {
    let pattern = place.strip_suffix(".*").and_then(|place| place.strip_prefix('`')).and_then(|place| place.strip_suffix('`'));
    place == "*.*" || pattern.is_some_and(|pattern| is_like(&pattern.replace("``", "`"), database))
}

/// Whether a name fits a pattern of LIKE: `%` for anything, `_` for one letter, a backslash before what means itself.
fn is_like(pattern: &str, name: &str) -> bool {
    let mut letters = pattern.chars();
    match letters.next() {
        None => name.is_empty(),
        Some('%') => name.char_indices().map(|(at, _)| at).chain([name.len()]).any(|at| is_like(letters.as_str(), &name[at..])),
        Some(first) => {
            let wanted = if first == '\\' { letters.next() } else { Some(first) };
            let mut rest = name.chars();
            let fits = rest.next().is_some_and(|letter| first == '_' || wanted.is_some_and(|wanted| wanted == letter));
            fits && is_like(letters.as_str(), rest.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{holds, holds_everywhere, holds_somewhere};

    #[test]
    fn rights_are_found_wherever_they_are_granted() {
        let grants = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        let role =
            grants(&["GRANT `keeper` TO `a`@`%`", "GRANT USAGE ON *.* TO `a`@`%`", "GRANT SELECT, TRIGGER ON `reg\\_1`.* TO `keeper`"]);
        assert!(holds(&role, "TRIGGER", "reg_1"));
        assert!(!holds(&role, "TRIGGER", "regx1"));
        assert!(!holds(&role, "EVENT", "reg_1"));
        assert!(holds(&grants(&["GRANT ALL PRIVILEGES ON *.* TO `a`@`%` WITH GRANT OPTION"]), "EVENT", "reg"));
        assert!(holds(&grants(&["GRANT EVENT ON `r%`.* TO `a`@`%`"]), "EVENT", "reg"));
        let on_a_table = grants(&["GRANT SELECT (id, name), TRIGGER ON `reg`.`one` TO `a`@`%`"]);
        assert!(!holds(&on_a_table, "TRIGGER", "reg") && holds_somewhere(&on_a_table, "TRIGGER", "reg"));
        assert!(holds_somewhere(&on_a_table, "SELECT", "reg") && !holds_somewhere(&on_a_table, "SELECT", "re"));
        let super_user = grants(&["GRANT SUPER, PROCESS ON *.* TO `a`@`%`", "GRANT ALL PRIVILEGES ON `reg`.* TO `a`@`%`"]);
        assert!(holds_everywhere(&super_user, "SUPER") && !holds_everywhere(&super_user, "READ_ONLY ADMIN"));
    }
}
