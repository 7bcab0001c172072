//! A dump as a script: what in it would reach out of the database that it is restored into.

/// Words with which a statement begins that is about more than one database. A dump of one database has none of them.
const BEYOND: [&str; 16] = [
    "USE ",
    "ALTER DATABASE ",
    "ALTER SCHEMA ",
    "CREATE DATABASE ",
    "DROP DATABASE ",
    "CREATE SCHEMA ",
    "DROP SCHEMA ",
    "SET GLOBAL ",
    "SET @@GLOBAL",
    "GRANT ",
    "REVOKE ",
    "CREATE USER ",
    "ALTER USER ",
    "DROP USER ",
    "CHANGE ",
    "RESET ",
];

/// What may be read from anywhere.
const READABLE: [&str; 3] = ["information_schema", "performance_schema", "sys"];

/// A dump that is looked through, line by line.
pub(super) struct Script {
    /// The other databases that could be reached.
    names: Vec<String>,
    /// Within the rows of an INSERT: what stands there is data.
    in_rows: bool,
    /// What ends a statement.
    delimiter: Vec<u8>,
    /// Whether the line before was the last one of its statement.
    ended: bool,
}

impl Script {
    /// A dump that must not name any of these databases.
    pub(super) fn new(names: Vec<String>) -> Self {
        let names = names.into_iter().filter(|name| !READABLE.contains(&name.as_str())).collect();
        Self { names, in_rows: false, delimiter: b";".to_vec(), ended: true }
    }

    /// Takes the next line, with its end, and lets it be about the database of the target where it sets the collation that what follows was created
    /// under: a dump names the original one there. Whether it holds rows is returned.
    pub(super) fn adapt(&mut self, line: &mut Vec<u8>, target: &str) -> bool {
        let begins = self.ended;
        let rows = self.holds_rows(line);
        if begins && let Some(rest) = of_collation(line) {
            let rest = rest.to_vec();
            *line = format!("ALTER DATABASE `{}`", target.replace('`', "``")).into_bytes();
            line.extend(rest);
        }
        rows
    }

    /// Takes the next line, with its end. Whether it holds rows, and no definition, is returned.
    pub(super) fn holds_rows(&mut self, line: &[u8]) -> bool {
        let ends = line.trim_ascii_end().ends_with(b";");
        let rows = self.in_rows || inserts_into(line).is_some();
        self.in_rows = rows && !ends;
        let text = line.trim_ascii();
        if let Some(delimiter) = text.strip_prefix(b"DELIMITER ") {
            self.delimiter = delimiter.trim_ascii().to_vec();
            self.ended = true;
        } else if !text.is_empty() && !text.starts_with(b"--") {
            self.ended = text.ends_with(&self.delimiter);
        }
        rows
    }

    /// Looks at the next line, with its end. What reaches out of the database is returned, for people.
    pub(super) fn look(&mut self, line: &[u8]) -> Option<String> {
        let (begun, begins) = (self.in_rows, self.ended);
        if self.holds_rows(line) {
            let rest = inserts_into(line).filter(|_| !begun)?;
            return (rest.get(quoted_end(rest)) == Some(&b'.')).then(|| shown(line));
        }
        if line.starts_with(b"-- ") || (begins && of_collation(line).is_some()) {
            return None;
        }
        let statement = unwrapped(line);
        let beyond =
            BEYOND.iter().any(|words| statement.len() >= words.len() && statement[..words.len()].eq_ignore_ascii_case(words.as_bytes()));
        (beyond || self.names.iter().any(|name| names(line, name))).then(|| shown(line))
    }
}

/// What follows the name in the statement by which a dump sets a database's collation before a definition, and puts it back behind it.
fn of_collation(line: &[u8]) -> Option<&[u8]> {
    let name = line.strip_prefix(b"ALTER DATABASE ").filter(|name| name.starts_with(b"`"))?;
    let rest = &name[quoted_end(name)..];
    let words: Vec<_> = rest.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
    let is_name = |word: &[u8]| word.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    match words.as_slice() {
        [b"CHARACTER", b"SET", set, b"COLLATE", collation, b";" | b";;"] if is_name(set) && is_name(collation) => Some(rest),
        _ => None,
    }
}

/// What follows the words with which rows begin.
fn inserts_into(line: &[u8]) -> Option<&[u8]> {
    ["INSERT INTO ", "REPLACE INTO "].iter().find_map(|words| line.strip_prefix(words.as_bytes()))
}

/// Where a quoted name at the beginning ends; 0 where there is none.
fn quoted_end(text: &[u8]) -> usize {
    if !text.starts_with(b"`") {
        return text.iter().position(|byte| matches!(byte, b' ' | b'.' | b'(')).unwrap_or(text.len());
    }
    let mut position = 1;
    while let Some(byte) = text.get(position) {
        position += 1;
        if *byte == b'`' {
            if text.get(position) != Some(&b'`') {
                return position;
            }
            position += 1;
        }
    }
    position
}

/// A statement without the comment that hides it from older servers: `/*!50106 CREATE …`.
fn unwrapped(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii_start();
    let hidden = line.strip_prefix(b"/*!").or_else(|| line.strip_prefix(b"/*M!"));
    let Some(rest) = hidden else { return line };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    rest[digits..].trim_ascii_start()
}

/// Whether a line names something of a database: the name, quoted or not, and a dot.
fn names(line: &[u8], database: &str) -> bool {
    let quoted = format!("`{}`", database.replace('`', "``"));
    for (name, is_quoted) in [(quoted.as_str(), true), (database, false)] {
        let mut from = 0;
        while let Some(found) = memchr::memmem::find(&line[from..], name.as_bytes()) {
            let (start, end) = (from + found, from + found + name.len());
            let apart = is_quoted
                || start.checked_sub(1).is_none_or(|before| !is_word(line[before]) && line[before] != b'`' && line[before] != b'.');
            let behind = line[end..].trim_ascii_start();
            if apart && behind.first() == Some(&b'.') {
                return true;
            }
            from = end;
        }
    }
    false
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// The beginning of a line, for people.
fn shown(line: &[u8]) -> String {
    const SHOWN: usize = 160;
    let text = String::from_utf8_lossy(line);
    let text = text.trim();
    if text.chars().count() > SHOWN { format!("{} …", text.chars().take(SHOWN).collect::<String>()) } else { text.to_owned() }
}

/// Lets an event be created disabled. Its definition stands on one line up to its body, as the server itself writes it.
pub(super) fn disable_event(line: &mut Vec<u8>) {
    for (enabled, disabled) in [
        (&b" ON COMPLETION NOT PRESERVE ENABLE"[..], &b" ON COMPLETION NOT PRESERVE DISABLE"[..]),
        (b" ON COMPLETION PRESERVE ENABLE", b" ON COMPLETION PRESERVE DISABLE"),
    ] {
        let is_definition = memchr::memmem::find(line, b" EVENT `").is_some();
        if let Some(start) = memchr::memmem::find(line, enabled).filter(|_| is_definition) {
            line.splice(start..start + enabled.len(), disabled.iter().copied());
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let mut script = Script::new(vec!["live".to_owned(), "information_schema".to_owned()]);
        text.split_inclusive('\n').filter_map(|line| script.look(line.as_bytes())).collect()
    }

    #[test]
    fn what_reaches_out_of_the_database_is_found() {
        for text in [
            "USE `live`;\n",
            "/*!40000 DROP DATABASE IF EXISTS `live`*/;\n",
            "INSERT INTO `live`.`students` VALUES (1);\n",
            "SET @@GLOBAL.GTID_PURGED='x';\n",
            "  UPDATE `live`.`students` SET name = '';\n",
            "/*!50003 CREATE*/ /*!50003 TRIGGER t BEFORE INSERT ON a FOR EACH ROW INSERT INTO live . b VALUES (1) */;;\n",
            "INSERT INTO `a` VALUES\n(1),\n(2);\nDROP TABLE live.a;\n",
        ] {
            assert_eq!(found(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn what_stays_in_it_is_not() {
        for text in [
            "INSERT INTO `a` VALUES (1,'live.students');\n",
            "INSERT INTO `a` VALUES\n(1,'USE `live`;'),\n('live.b');\n",
            "-- Host: localhost    Database: live\n",
            "CREATE TABLE `live` (\n  `id` int NOT NULL COMMENT 'a live one. Really',\n",
            "SELECT alive.id, x.live.y FROM information_schema.tables;\n",
            "INSERT INTO `a``b` VALUES (1);\n",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn a_collation_is_set_in_the_database_of_the_target_and_nowhere_else() {
        let dump = "ALTER DATABASE `li``ve` CHARACTER SET latin1 COLLATE latin1_swedish_ci ;\nDELIMITER ;;\nCREATE PROCEDURE p() BEGIN\n\
                    ALTER DATABASE `live` CHARACTER SET latin1 COLLATE latin1_bin ;\nEND ;;\n\
                    ALTER DATABASE `live` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ;;\nDELIMITER ;\n";
        // Within a procedure it is one that reaches out.
        assert_eq!(found(dump), ["ALTER DATABASE `live` CHARACTER SET latin1 COLLATE latin1_bin ;"]);
        let mut script = Script::new(Vec::new());
        let adapted: Vec<_> = dump
            .split_inclusive('\n')
            .map(|line| {
                let mut line = line.as_bytes().to_vec();
                script.adapt(&mut line, "scr`atch");
                String::from_utf8(line).unwrap()
            })
            .collect();
        assert_eq!(adapted[0], "ALTER DATABASE `scr``atch` CHARACTER SET latin1 COLLATE latin1_swedish_ci ;\n");
        assert_eq!(adapted[3], "ALTER DATABASE `live` CHARACTER SET latin1 COLLATE latin1_bin ;\n");
        assert_eq!(adapted[5], "ALTER DATABASE `scr``atch` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ;;\n");
        assert_eq!(found("ALTER DATABASE `live` READ ONLY = 1;\n").len(), 1);
    }

    #[test]
    fn an_event_is_created_disabled_whatever_its_body_says() {
        let definition = "/*!50106 CREATE*/ /*!50117 DEFINER=`a`@`b`*/ /*!50106 EVENT `e` ON SCHEDULE EVERY 1 DAY STARTS '2026-01-01 00:00:00' ON COMPLETION NOT PRESERVE ENABLE DO SELECT ' ON COMPLETION NOT PRESERVE ENABLE' */ ;;\n";
        let mut line = definition.as_bytes().to_vec();
        disable_event(&mut line);
        let text = String::from_utf8(line).unwrap();
        assert!(text.contains("NOT PRESERVE DISABLE DO SELECT ' ON COMPLETION NOT PRESERVE ENABLE'"), "{text}");
    }
}
