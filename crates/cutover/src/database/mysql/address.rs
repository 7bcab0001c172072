//! Where the server is and how to speak to it, from the URL and from what the database's own client would add to it: the
//! `MYSQL_…` variables and `~/.my.cnf`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mysql::consts::CapabilityFlags;
use mysql::{Opts, OptsBuilder};
use percent_encoding::percent_decode_str;

use super::tls::{self, Encryption};
use crate::database::Access;
use crate::database::access::{Secret, trusted_certificates};
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::url::DatabaseUrl;

/// How long a host may take to answer a connection attempt, where the URL does not say (`connect-timeout`, in seconds).
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// Idle connections are probed long before a firewall forgets them.
const KEEPALIVE_MILLISECONDS: u32 = 60_000;

/// The largest packet that the protocol allows; the server has its own, lower limit.
const LARGEST_PACKET: usize = 1 << 30;

const DEFAULT_PORT: u16 = 3306;

/// Everything that it takes to connect. Its Debug shows no password.
#[derive(Clone)]
pub(super) struct Address {
    /// The driver's options, with the password, without a name for the session.
    options: OptsBuilder,
    /// How to encrypt.
    pub encryption: Encryption,
    /// The database's name.
    pub database: String,
    /// Where it is, for people.
    pub place: String,
    /// Whether the database is a scratch database: nothing that is written there goes into a binlog.
    pub is_scratch: bool,
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Address({})", self.place)
    }
}

/// A look into the environment; a parameter, so that tests need not change the process's own.
pub(super) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What the URL, the environment and the file of options say, in this order of weight.
#[derive(Debug, Default)]
struct Given {
    user: Option<String>,
    password: Option<String>,
    host: Option<String>,
    port: Option<u16>,
    socket: Option<String>,
    timeout: Option<Duration>,
    tls: tls::Wishes,
}

impl Address {
    /// Reads a URL, and takes from the environment and `~/.my.cnf` what it leaves open.
    ///
    /// `ssl-mode` is `disabled`, `preferred`, `required`, `verify-identity` or `no-verify`. Unlike in the database's own client, certificates
    /// are verified under `preferred` and `required` too; `no-verify` is the only mode that encrypts without knowing for whom. Where nothing
    /// is said, sockets and loopback addresses are not encrypted, and everything else is `required`.
    ///
    /// # Errors
    /// Where the URL is not understood or names no database. The message never shows the password.
    pub(super) fn new(url: &DatabaseUrl, environment: Environment<'_>) -> Result<Self> {
        let place = url.to_string();
        let mut given = Given::default();
        let database = given.read_url(url.dangerous_secret(), &place)?;
        given.read_environment(environment)?;
        if let Some(home) = environment("HOME") {
            given.read_file(&Path::new(&home).join(".my.cnf"));
        }
        let host = given.host.clone().unwrap_or_else(|| "localhost".to_owned());
        let socket = given.socket.clone().or_else(|| local_socket(&given));
        let near = socket.is_some() || is_loopback(&host);
        let encryption = given.tls.encryption(near, socket.is_some())?;
        let options = OptsBuilder::new()
            .user(given.user.or_else(|| environment("USER")))
            .pass(given.password)
            .ip_or_hostname(Some(host))
            .tcp_port(given.port.unwrap_or(DEFAULT_PORT))
            .socket(socket)
            .db_name(Some(database.clone()))
            // The driver would otherwise leave an address for a socket of the same machine, and its encryption with it.
            .prefer_socket(false)
            .tcp_connect_timeout(Some(given.timeout.unwrap_or(CONNECT_TIMEOUT)))
            .tcp_keepalive_time_ms(Some(KEEPALIVE_MILLISECONDS))
            .max_allowed_packet(Some(LARGEST_PACKET))
            .stmt_cache_size(0_usize)
            // An UPDATE touches the rows that it finds, also where it leaves them as they were.
            .additional_capabilities(CapabilityFlags::CLIENT_FOUND_ROWS)
            .ssl_opts(encryption.options());
        Ok(Self { options, encryption, database, place, is_scratch: false })
    }

    /// The driver's options for a session by which the server shows this name.
    pub(super) fn options(&self, name: &str) -> Opts {
        let attributes = std::collections::HashMap::from([("program_name".to_owned(), name.to_owned())]);
        self.options.clone().connect_attrs(Some(attributes)).into()
    }

    /// The same server with a scratch database.
    pub(super) fn of_scratch(&self, name: &str) -> Self {
        let place = format!("the scratch database {name} beside {}", self.place);
        let options = self.options.clone().db_name(Some(name));
        Self { options, encryption: self.encryption.clone(), database: name.to_owned(), place, is_scratch: true }
    }

    /// How the database's own programs reach it: the names of their options, the password apart from them. `encryption` is `off`, `verified` or
    /// `unverified`.
    pub(super) fn access(&self) -> Access {
        let options = Opts::from(self.options.clone());
        let mut settings = Vec::new();
        match options.get_socket() {
            Some(socket) => settings.push(("socket", socket.to_owned())),
            None => settings.extend([("host", options.get_ip_or_hostname().into_owned()), ("port", options.get_tcp_port().to_string())]),
        }
        settings.extend(options.get_user().map(|user| ("user", user.to_owned())));
        let file = |path: &Path| path.display().to_string();
        match &self.encryption {
            Encryption::None => settings.push(("encryption", "off".to_owned())),
            Encryption::Unverified => settings.push(("encryption", "unverified".to_owned())),
            Encryption::Verified { authority, identity, .. } => {
                settings.push(("encryption", "verified".to_owned()));
                settings.extend(authority.as_deref().map(file).or_else(trusted_certificates).map(|path| ("ssl-ca", path)));
                if let Some((certificate, key)) = identity {
                    settings.extend([("ssl-cert", file(certificate)), ("ssl-key", file(key))]);
                }
            }
        }
        Access { database: self.database.clone(), settings, password: options.get_pass().map(Secret::new) }
    }

    /// The same, without encryption: for a server that has none, where the URL only prefers it.
    pub(super) fn unencrypted(&self, name: &str) -> Opts {
        OptsBuilder::from_opts(self.options(name)).ssl_opts(None).into()
    }
}

impl Given {
    /// Reads the URL and returns the database's name.
    fn read_url(&mut self, url: &str, place: &str) -> Result<String> {
        let not_understood = |why: &str| {
            Error::new(ErrorKind::Input, format!("the database URL {place} is not understood: {why}"))
                .hint("its form is mysql://user@host:3306/name?ssl-mode=verify-identity; letters such as @ / ? # in a password are written %40 %2F %3F %23")
        };
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (account, location) = address.rsplit_once('@').map_or((None, address), |(account, location)| (Some(account), location));
        let (host, database) = location.split_once('/').unwrap_or((location, ""));
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().map(std::borrow::Cow::into_owned);
        let text = |part: &str| decoded(part).map_err(|_| not_understood("a percent code in it is not UTF-8"));
        if let Some(account) = account {
            let (user, password) = account.split_once(':').map_or((account, None), |(user, password)| (user, Some(password)));
            self.user = Some(text(user)?).filter(|user| !user.is_empty());
            self.password = password.map(text).transpose()?;
        }
        let (host, port) = divide_port(host).ok_or_else(|| not_understood("the port is no number"))?;
        self.host = Some(text(host)?).filter(|host| !host.is_empty());
        self.port = port;
        for part in query.split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let value = text(value)?;
            match name.to_ascii_lowercase().replace(['-', '_'], "").as_str() {
                "sslmode" => self.tls.mode = Some(value),
                "sslca" => self.tls.authority = Some(PathBuf::from(value)),
                "sslcert" => self.tls.certificate = Some(PathBuf::from(value)),
                "sslkey" => self.tls.key = Some(PathBuf::from(value)),
                "socket" => self.socket = Some(value),
                "connecttimeout" => {
                    let seconds = value.parse().map_err(|_| not_understood("connect-timeout is no number of seconds"))?;
                    self.timeout = Some(Duration::from_secs(seconds));
                }
                "charset" => {}
                _ => {
                    return Err(not_understood(&format!("it has the unknown parameter {name}"))
                        .hint("known are ssl-mode, ssl-ca, ssl-cert, ssl-key, socket and connect-timeout"));
                }
            }
        }
        let database = text(database.trim_end_matches('/'))?;
        if database.is_empty() {
            return Err(not_understood("it names no database"));
        }
        Ok(database)
    }

    fn read_environment(&mut self, environment: Environment<'_>) -> Result<()> {
        let given = |name: &str| environment(name).filter(|value| !value.is_empty());
        self.password = self.password.take().or_else(|| given("MYSQL_PWD"));
        // What is in the URL's host decides between a socket and an address.
        if self.host.is_none() && self.socket.is_none() {
            self.host = given("MYSQL_HOST");
            self.socket = if self.host.is_none() { given("MYSQL_UNIX_PORT") } else { None };
        }
        if self.port.is_none()
            && let Some(port) = given("MYSQL_TCP_PORT")
        {
            let port =
                port.parse().map_err(|_| Error::new(ErrorKind::Input, format!("MYSQL_TCP_PORT is `{port}`, which is not a port")))?;
            self.port = Some(port);
        }
        Ok(())
    }

    /// What the client's own file of options says in the groups that every client reads.
    fn read_file(&mut self, path: &Path) {
        if writable_for_others(path) {
            return;
        }
        let Ok(text) = std::fs::read_to_string(path) else { return };
        let elsewhere = self.host.is_some();
        for (name, value) in client_options(&text) {
            match name.as_str() {
                "user" => self.user = self.user.take().or(Some(value)),
                "password" => self.password = self.password.take().or(Some(value)),
                "host" => self.host = self.host.take().or(Some(value)),
                "port" => self.port = self.port.or_else(|| value.parse().ok()),
                "socket" if !elsewhere => self.socket = self.socket.take().or(Some(value)),
                "ssl-ca" => self.tls.authority = self.tls.authority.take().or(Some(value.into())),
                "ssl-cert" => self.tls.certificate = self.tls.certificate.take().or(Some(value.into())),
                "ssl-key" => self.tls.key = self.tls.key.take().or(Some(value.into())),
                _ => {}
            }
        }
    }
}

/// The host without brackets, and the port behind it; `None` where that is no number.
fn divide_port(location: &str) -> Option<(&str, Option<u16>)> {
    if let Some(rest) = location.strip_prefix('[') {
        let (host, rest) = rest.split_once(']')?;
        let port = rest.strip_prefix(':').map(str::parse).transpose().ok()?;
        return Some((host, port));
    }
    match location.rsplit_once(':') {
        Some((host, port)) => Some((host, Some(port.parse().ok()?))),
        None => Some((location, None)),
    }
}

/// The server's usual sockets, for a URL without a host.
fn local_socket(given: &Given) -> Option<String> {
    const USUAL: [&str; 3] = ["/run/mysqld/mysqld.sock", "/var/lib/mysql/mysql.sock", "/tmp/mysql.sock"];
    if given.host.is_some() || given.port.is_some() {
        return None;
    }
    USUAL.iter().find(|path| Path::new(path).exists()).map(|path| (*path).to_owned())
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The client ignores a file of options that everybody may write, and so do we.
#[cfg(unix)]
fn writable_for_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o002 != 0)
}

#[cfg(not(unix))]
fn writable_for_others(_: &Path) -> bool {
    false
}

/// Names and values of the groups for clients, the last value of a name first, because it is the one that counts.
fn client_options(text: &str) -> Vec<(String, String)> {
    let mut options = Vec::new();
    let mut reading = false;
    for line in text.lines().map(str::trim) {
        if let Some(group) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            reading = ["client", "client-server", "client-mariadb", "cutover"].contains(&group);
        } else if reading && !line.starts_with(['#', ';']) {
            let (name, value) = line.split_once('=').unwrap_or((line, ""));
            options.push((name.trim().to_ascii_lowercase().replace('_', "-"), option_value(value.trim())));
        }
    }
    options.reverse();
    options
}

/// A value with its quotes removed, or without the comment behind it, and with its escapes resolved.
fn option_value(written: &str) -> String {
    let quote = written.chars().next().filter(|first| matches!(first, '"' | '\''));
    let inner = match quote {
        Some(quote) => written[1..].rsplit_once(quote).map_or(&written[1..], |(inner, _)| inner),
        None => written.split(" #").next().unwrap_or(written).trim_end(),
    };
    let mut value = String::new();
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            value.push(letter);
            continue;
        }
        match letters.next() {
            Some('s') => value.push(' '),
            Some('t') => value.push('\t'),
            Some('n') => value.push('\n'),
            Some('r') => value.push('\r'),
            Some('b') => value.push('\x08'),
            Some(other) if matches!(other, '\\' | '"' | '\'') => value.push(other),
            Some(other) => value.extend(['\\', other]),
            None => value.push('\\'),
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(url: &str, variables: &[(&str, &str)]) -> Result<Address> {
        Address::new(&DatabaseUrl::new(url).unwrap(), &|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_environment_fills_only_what_the_url_leaves_open() {
        let variables = [("MYSQL_PWD", "hidden"), ("MYSQL_TCP_PORT", "3307"), ("USER", "env")];
        let options = address("mysql://alice@127.0.0.1/registry", &variables).unwrap().options("cutover");
        assert_eq!((options.get_user(), options.get_pass(), options.get_tcp_port()), (Some("alice"), Some("hidden"), 3307));
        assert_eq!(options.get_db_name(), Some("registry"));
        let options = address("mariadb://alice:s%40cret@[::1]:3310/registry", &variables).unwrap().options("cutover");
        assert_eq!((options.get_pass(), options.get_tcp_port()), (Some("s@cret"), 3310));
        assert_eq!(address("mysql://127.0.0.1/d", &variables).unwrap().options("cutover").get_user(), Some("env"));
    }

    #[test]
    fn the_file_of_options_is_read_as_the_client_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let text =
            "[mysqld]\npassword=wrong\n[client]\n# a comment\nuser = alice\npassword = \"with #hash\\\\and\\\"quote\"\nport=3308 # text\n";
        std::fs::write(folder.path().join(".my.cnf"), text).unwrap();
        let home = folder.path().to_str().unwrap().to_owned();
        let options = address("mysql://localhost/d", &[("HOME", &home)]).unwrap().options("cutover");
        assert_eq!((options.get_user(), options.get_pass(), options.get_tcp_port()), (Some("alice"), Some("with #hash\\and\"quote"), 3308));
        let options = address("mysql://bob:own@localhost:1/d", &[("HOME", &home)]).unwrap().options("cutover");
        assert_eq!((options.get_user(), options.get_pass(), options.get_tcp_port()), (Some("bob"), Some("own"), 1));
    }

    #[test]
    fn loopback_is_plain_and_the_rest_of_the_world_is_verified() {
        assert_eq!(address("mysql://u@127.0.0.1/d", &[]).unwrap().encryption, Encryption::None);
        assert_eq!(address("mysql://u@db.example/d?socket=/tmp/s", &[]).unwrap().encryption, Encryption::None);
        let verified = address("mysql://u@db.example/d", &[]).unwrap().encryption;
        assert!(verified.is_verified() && !verified.may_be_left_out(), "{verified:?}");
        assert!(address("mysql://u@127.0.0.1/d?ssl-mode=REQUIRED", &[]).unwrap().encryption.is_verified());
        assert!(address("mysql://u@db.example/d?ssl_mode=preferred", &[]).unwrap().encryption.may_be_left_out());
        assert!(!address("mysql://u@db.example/d?ssl-mode=no-verify", &[]).unwrap().encryption.is_verified());
        assert!(address("mysql://u@db.example/d?ssl-mode=sometimes", &[]).unwrap_err().hints()[0].contains("no-verify"));
        assert!(address("mysql://u@db.example/d?ssl-mode=verify-ca", &[]).is_err());
    }

    #[test]
    fn programs_are_told_the_same() {
        let access = address("mysql://alice:s%40cret@db.example:3310/registry?ssl-mode=no-verify", &[]).unwrap().access();
        assert_eq!((access.database.as_str(), access.password.as_ref().unwrap().dangerous_secret()), ("registry", "s@cret"));
        for (name, value) in [("host", "db.example"), ("port", "3310"), ("user", "alice"), ("encryption", "unverified")] {
            assert_eq!(access.setting(name), Some(value), "{name}");
        }
        let socket = address("mysql://u@localhost/d?socket=/tmp/s", &[]).unwrap().of_scratch("cutover_scratch_1").access();
        assert_eq!((socket.setting("socket"), socket.setting("host")), (Some("/tmp/s"), None));
        assert_eq!(socket.database, "cutover_scratch_1");
    }

    #[test]
    fn no_password_is_shown() {
        let known = address("mysql://alice:s3cret@db.example/registry", &[]).unwrap();
        assert!(!format!("{known:?}").contains("s3cret"));
        for broken in ["mysql://alice:s3cret@db.example:port/registry", "mysql://alice:s3cret@db.example/", "mysql://a:s3cret@h/d?x=y"] {
            assert!(!format!("{:?}", address(broken, &[]).unwrap_err()).contains("s3cret"));
        }
    }
}
