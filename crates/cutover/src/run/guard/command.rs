//! The command: its words with what stands for the database put in, its environment, and what must never be shown.

use std::path::PathBuf;

use crate::database::Reach;
use crate::database::access::Secret;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::url::DatabaseUrl;

/// Shorter passwords are none, and stand in every second word.
const SHORTEST_SECRET: usize = 3;

/// A command that is ready to be started on one database.
pub(super) struct Command {
    /// The program and its arguments.
    pub words: Vec<String>,
    /// What it is told by its environment.
    pub variables: Vec<(&'static str, Secret)>,
    mask: Mask,
}

/// What hides passwords in texts.
#[derive(Clone)]
pub(super) struct Mask(Vec<String>);

impl Command {
    /// Puts the database into the words of a command.
    ///
    /// # Errors
    /// `Input` where a password would come to stand in them, where everybody on the machine can read it; where a word asks for what the
    /// database does not have; or where the program cannot be found.
    pub(super) fn prepare(words: &[String], url: &DatabaseUrl, reach: &Reach) -> Result<Self> {
        let put_in = words.iter().map(|word| put_in(word, url, reach)).collect::<Result<Vec<_>>>()?;
        let program = put_in.first().cloned().unwrap_or_default();
        if find(&program).is_none() {
            return Err(Error::new(ErrorKind::Input, format!("there is no program `{program}`"))
                .hint("write the command behind `--`, as you would write it alone: cutover guard --database URL -- npx drizzle-kit migrate")
                .hint("nothing was touched"));
        }
        let mut variables = vec![("DATABASE_URL", Secret::new(url.dangerous_secret()))];
        variables.extend(reach.variables.iter().cloned());
        Ok(Self { words: put_in, variables, mask: Mask::of(url, reach) })
    }

    /// The words for people and for the journal.
    pub(super) fn shown(&self) -> Vec<String> {
        self.words.iter().map(|word| self.mask.hide(&url_hidden(word))).collect()
    }

    /// What hides the passwords in what the command says.
    pub(super) fn mask(&self) -> &Mask {
        &self.mask
    }
}

impl Mask {
    fn of(url: &DatabaseUrl, reach: &Reach) -> Self {
        let mut secrets: Vec<String> = Vec::new();
        secrets.extend(reach.password.iter().map(|password| password.dangerous_secret().to_owned()));
        // As it stands in the URL, where letters may be written otherwise.
        let address = url.dangerous_secret().split_once("://").map_or("", |(_, rest)| rest);
        let account = address.split('?').next().and_then(|address| address.rsplit_once('@')).map_or("", |(account, _)| account);
        secrets.extend(account.split_once(':').map(|(_, password)| password.to_owned()));
        secrets.retain(|secret| secret.chars().count() >= SHORTEST_SECRET);
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.dedup();
        Self(secrets)
    }

    /// A text without the passwords.
    pub(super) fn hide(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }
}

/// A word that is a URL without the password in it, whatever database it is of.
fn url_hidden(word: &str) -> String {
    match DatabaseUrl::new(word) {
        Ok(url) if word.contains("://") => url.to_string(),
        _ => word.to_owned(),
    }
}

fn put_in(word: &str, url: &DatabaseUrl, reach: &Reach) -> Result<String> {
    let mut text = word.to_owned();
    let in_arguments = |what: &str| {
        Error::new(ErrorKind::Input, format!("`{what}` would put a password into the command's arguments, where everybody on this machine can read it"))
            .hint("let the command read it from its environment: DATABASE_URL, PGPASSWORD, MYSQL_PWD and DB_PASSWORD are set for it")
            .hint("a shell in between can do it, too, for programs that take options alone: sh -c 'tool --config \"$DATABASE_URL\"' is as bad; a configuration file that reads the environment is not")
            .hint("nothing was touched")
    };
    if word.contains("{password}") {
        return Err(in_arguments("{password}"));
    }
    if word.contains("{url}") {
        if url.holds_password() {
            return Err(in_arguments("{url}"));
        }
        text = text.replace("{url}", url.dangerous_secret());
    }
    let known = [
        ("{host}", &reach.host),
        ("{port}", &reach.port),
        ("{user}", &reach.user),
        ("{database}", &Some(reach.database.clone())),
        ("{file}", &reach.file),
    ];
    for (name, value) in known {
        if !text.contains(name) {
            continue;
        }
        let Some(value) = value else {
            return Err(Error::new(ErrorKind::Input, format!("`{name}` stands for nothing here: {url} has none"))
                .hint("{url}, {host}, {port}, {user}, {database} and {file} stand for what the URL names")
                .hint("nothing was touched"));
        };
        text = text.replace(name, value);
    }
    Ok(text)
}

/// Where a program is found; `None` where it is not.
fn find(program: &str) -> Option<PathBuf> {
    if program.contains('/') {
        return Some(PathBuf::from(program)).filter(|path| path.is_file());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|directory| directory.join(program)).find(|path| path.is_file()).filter(|_| !program.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Command, DatabaseUrl, Reach, Secret};

    fn prepare(words: &[&str], url: &str) -> Result<Command, String> {
        let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
        let reach = Reach {
            host: Some("h".to_owned()),
            database: "d".to_owned(),
            password: url.contains('@').then(|| Secret::new("s3 cret")),
            ..Reach::default()
        };
        Command::prepare(&words, &DatabaseUrl::new(url).unwrap(), &reach).map_err(|error| error.to_string())
    }

    #[test]
    fn what_stands_for_the_database_is_put_in_and_braces_stay_otherwise() {
        let command = prepare(&["sh", "-c", "tool {host} {database} {url} ${HOME} {\"a\":1}"], "postgres://h/d").unwrap();
        assert_eq!(command.words[2], "tool h d postgres://h/d ${HOME} {\"a\":1}");
    }

    #[test]
    fn a_password_reaches_no_argument_and_no_text() {
        for word in ["{url}", "{password}"] {
            assert!(prepare(&["sh", word], "postgres://u:s3%20cret@h/d").err().unwrap().contains("would put a password"), "{word}");
        }
        let command = prepare(&["sh", "--url=x", "mysql://u:other@h/d", "s3 cret"], "postgres://u:s3%20cret@h/d").unwrap();
        assert_eq!(command.shown(), ["sh", "--url=x", "mysql://u:***@h/d", "***"]);
        assert_eq!(command.mask().hide("at postgres://u:s3%20cret@h/d with s3 cret"), "at postgres://u:***@h/d with ***");
    }

    #[test]
    fn what_is_not_there_is_refused() {
        assert!(prepare(&["sh", "{file}"], "postgres://h/d").err().unwrap().contains("stands for nothing"));
        assert!(prepare(&["no-such-program-at-all"], "postgres://h/d").err().unwrap().contains("there is no program"));
    }
}
