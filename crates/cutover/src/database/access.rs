//! How programs other than this one reach a database.

use std::fmt;

/// A password, which nothing prints.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a password.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The password, for the environment of a program that needs it and for nothing else.
    #[must_use]
    pub fn dangerous_secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

/// How the database's own programs reach it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// The database's name; of a database that is a file, its absolute path.
    pub database: String,
    /// Where the server is, as whom to speak to it and how to encrypt, in the words of its own programs.
    pub settings: Vec<(&'static str, String)>,
    /// The password, where there is one.
    pub password: Option<Secret>,
}

impl Access {
    /// A setting by name.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}

/// How a program of the user's own learns where a database is.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// The server; `None` where a database is a file.
    pub host: Option<String>,
    /// Its port.
    pub port: Option<String>,
    /// As whom to speak to it.
    pub user: Option<String>,
    /// The database's name; of a database that is a file, its absolute path.
    pub database: String,
    /// The file's absolute path, where a database is a file.
    pub file: Option<String>,
    /// The password, where there is one.
    pub password: Option<Secret>,
    /// Environment variables, under the names that the database's own programs and the frameworks for it know.
    pub variables: Vec<(&'static str, Secret)>,
}

/// The variables of `.env` files as Laravel began them: other tools have followed. What is not known is not set.
pub(super) fn of_frameworks(connection: &str, reach: &Reach) -> Vec<(&'static str, Secret)> {
    let given = |name, value: &Option<String>| value.as_ref().map(|value| (name, Secret::new(value.clone())));
    let mut variables = vec![("DB_CONNECTION", Secret::new(connection)), ("DB_DATABASE", Secret::new(reach.database.clone()))];
    variables.extend(given("DB_HOST", &reach.host));
    variables.extend(given("DB_PORT", &reach.port));
    variables.extend(given("DB_USERNAME", &reach.user));
    variables.extend(reach.password.clone().map(|password| ("DB_PASSWORD", password)));
    variables
}

/// Where systems keep the certificates of the authorities that they trust, for programs that have to be told.
const TRUSTED: [&str; 3] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// The file of the system's trusted certificates, where it has one.
#[must_use]
pub fn trusted_certificates() -> Option<String> {
    TRUSTED.iter().find(|path| std::path::Path::new(path).is_file()).map(|path| (*path).to_owned())
}

/// What the names of all scratch databases begin with.
pub const SCRATCH: &str = "cutover_scratch_";

/// The name of the scratch database of a run or backup: its id is in it, so that what a kill leaves behind can be told.
#[must_use]
pub fn scratch_name(id: &str) -> String {
    format!("{SCRATCH}{}", plain(id))
}

/// An id in letters that need no quotes, as names of databases carry it.
#[must_use]
pub fn plain(id: &str) -> String {
    id.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::{Access, Secret, scratch_name};

    #[test]
    fn a_password_is_not_printed() {
        let access = Access { password: Some(Secret::new("s3cret")), ..Access::default() };
        assert!(!format!("{access:?}").contains("s3cret"));
    }

    #[test]
    fn a_scratch_database_carries_the_id_in_letters_that_need_no_quotes() {
        assert_eq!(scratch_name("20260119-083000.123-4f2a"), "cutover_scratch_20260119_083000_123_4f2a");
    }
}
