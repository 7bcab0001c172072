//! Where a database is, in a type that cannot print its password.

use std::fmt;

use super::error::{Error, ErrorKind, Result};

/// A connection URL or a path to a SQLite file. Neither `Display` nor `Debug` shows a password, wherever it stands.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// Takes a URL (`postgres://…`, `mysql://…`, `sqlite://path`) or a plain path to a SQLite file.
    ///
    /// # Errors
    /// Where the text is empty.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        if text.trim().is_empty() {
            return Err(Error::new(ErrorKind::Input, "the database URL is empty").hint(
                "give --database URL, or set DATABASE_URL: postgres://user@host/name, mysql://user@host/name, or the path of a SQLite file",
            ));
        }
        Ok(Self(text))
    }

    /// The scheme in lower case, without `://`; `sqlite` for a plain path.
    #[must_use]
    pub fn scheme(&self) -> String {
        self.0.split_once("://").map_or_else(|| "sqlite".to_owned(), |(scheme, _)| scheme.to_ascii_lowercase())
    }

    /// The path of a SQLite file.
    #[must_use]
    pub fn path(&self) -> &str {
        let rest = self.0.strip_prefix("sqlite:").unwrap_or(&self.0);
        rest.strip_prefix("//").unwrap_or(rest)
    }

    /// Whether a password stands in it.
    #[must_use]
    pub fn holds_password(&self) -> bool {
        self.to_string() != self.0
    }

    /// The same URL with another database on the same server; of a SQLite file, another path, in the form that this one has.
    #[must_use]
    pub fn of_database(&self, name: &str) -> Self {
        let file = self.path();
        if self.scheme() == "sqlite" || self.scheme() == "file" || file.starts_with("file:") {
            let within = file.strip_prefix("file:").map_or(file, |rest| rest.strip_prefix("//").unwrap_or(rest));
            return Self(format!("{}{name}", &self.0[..self.0.len() - within.len()]));
        }
        let (address, query) = self.0.split_once('?').map_or((self.0.as_str(), None), |(address, query)| (address, Some(query)));
        let host = address.rfind('@').or_else(|| address.find("://").map(|scheme| scheme + 2)).map_or(0, |before| before + 1);
        let end = address[host..].find('/').map_or(address.len(), |slash| host + slash);
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        Self(format!("{}/{name}{query}", &address[..end]))
    }

    /// The URL with its password, for the driver alone.
    #[must_use]
    pub fn dangerous_secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((scheme, rest)) = self.0.split_once("://") else {
            return formatter.write_str(&self.0);
        };
        let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
        // The last `@` before the path ends the account, because a password may hold an unescaped one; a password may
        // hold an unescaped `/` as well, so the last `@` of the whole address is taken.
        let (account, host) = address.rsplit_once('@').map_or((None, address), |(account, host)| (Some(account), host));
        write!(formatter, "{scheme}://")?;
        if let Some(account) = account {
            let user = account.split(':').next().unwrap_or_default();
            formatter.write_str(user)?;
            if account.contains(':') {
                formatter.write_str(":***")?;
            }
            formatter.write_str("@")?;
        }
        formatter.write_str(host)?;
        let shown: Vec<_> = query
            .split('&')
            .filter(|part| !part.is_empty())
            .map(|part| match part.split_once('=') {
                Some((name, _)) if name.to_ascii_lowercase().contains("pass") || name.eq_ignore_ascii_case("pwd") => format!("{name}=***"),
                _ => part.to_owned(),
            })
            .collect();
        if !shown.is_empty() {
            write!(formatter, "?{}", shown.join("&"))?;
        }
        Ok(())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::DatabaseUrl;

    #[test]
    fn another_database_is_named_in_the_same_form() {
        for (text, other) in [
            ("postgres://u:s/3@h:5432/d?sslmode=require", "postgres://u:s/3@h:5432/other?sslmode=require"),
            ("postgres://h/d", "postgres://h/other"),
            ("mysql://u@h", "mysql://u@h/other"),
            ("mysql:///d?socket=/tmp/s", "mysql:///other?socket=/tmp/s"),
            ("data/registry.db", "other"),
            ("sqlite:registry.db", "sqlite:other"),
            ("sqlite:///data/registry.db", "sqlite://other"),
            ("file:registry.db", "file:other"),
        ] {
            assert_eq!(DatabaseUrl::new(text).unwrap().of_database("other").dangerous_secret(), other);
        }
    }

    #[test]
    fn no_password_is_shown_wherever_it_stands() {
        for (text, shown) in [
            ("postgres://u:s3cret@h:5432/d", "postgres://u:***@h:5432/d"),
            ("postgres://u:s3@cret/@h/d", "postgres://u:***@h/d"),
            ("postgres://u@h/d?password=s3cret&sslmode=require", "postgres://u@h/d?password=***&sslmode=require"),
            ("mysql://u@h/d", "mysql://u@h/d"),
            ("data/registry.db", "data/registry.db"),
        ] {
            let url = DatabaseUrl::new(text).unwrap();
            assert_eq!(url.to_string(), shown);
            assert!(!format!("{url:?}").contains("s3"));
        }
    }
}
