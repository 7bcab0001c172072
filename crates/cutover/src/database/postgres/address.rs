//! Where the server is and how to speak to it, from the URL and from what libpq would add to it: the `PG…` variables
//! and the password file.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use super::tls::{Tls, Verification};
use crate::database::Access;
use crate::database::access::{Secret, trusted_certificates};
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::url::DatabaseUrl;

/// How long one host may take to answer a connection attempt, where the URL does not say (`connect_timeout`).
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// Idle connections are probed long before a firewall forgets them.
const KEEPALIVES_IDLE: Duration = Duration::from_secs(60);

/// Everything that it takes to connect. Its Debug shows no password.
#[derive(Clone)]
pub(super) struct Address {
    /// The driver's configuration, with the password.
    pub config: Config,
    /// How to encrypt.
    pub tls: Tls,
    /// How the server's own programs are told to encrypt, as `PG…` variables.
    encryption: Vec<(&'static str, String)>,
    /// Where it is, for people.
    pub place: String,
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Address({})", self.place)
    }
}

/// Settings that libpq knows and the driver does not. They are taken out of the URL before the driver reads it.
#[derive(Debug, Default)]
struct Extras {
    sslmode: Option<String>,
    sslrootcert: Option<PathBuf>,
    sslcert: Option<PathBuf>,
    sslkey: Option<PathBuf>,
    passfile: Option<PathBuf>,
}

/// A look into the environment; a parameter, so that tests need not change the process's own.
pub(super) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Address {
    /// Reads a URL, and takes from the environment what it leaves open.
    ///
    /// `sslmode` is `disable`, `prefer`, `require`, `verify-ca`, `verify-full` or `no-verify`. Unlike libpq, certificates are verified
    /// under `prefer` and `require` too; `no-verify` is the only mode that encrypts without knowing for whom. Where nothing
    /// is said, sockets and loopback addresses are not encrypted, and everything else is `prefer`.
    ///
    /// # Errors
    /// Where the URL or a file that it names is not understood. The message never shows the password.
    pub(super) fn new(url: &DatabaseUrl, environment: Environment<'_>) -> Result<Self> {
        let (plain, mut extras) = divide(url.dangerous_secret());
        let plain = match environment("PGPORT").filter(|port| !port.is_empty()) {
            Some(port) => with_port(&plain, &port),
            None => plain,
        };
        let place = url.to_string();
        let mut config: Config = plain.parse().map_err(|source: tokio_postgres::Error| {
            Error::new(ErrorKind::Input, format!("the database URL {place} is not understood"))
                .because(source)
                .hint("its form is postgres://user@host:5432/name?sslmode=verify-full; letters such as @ / ? # in a password are written %40 %2F %3F %23")
        })?;
        fill_from_environment(&mut config, &mut extras, environment)?;
        if config.get_password().is_none()
            && let Some(password) = password_from_file(&config, &extras, environment)
        {
            config.password(password);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        config.keepalives(true).keepalives_idle(KEEPALIVES_IDLE);
        let tls = encryption(&mut config, &extras, environment)?;
        let encryption = for_programs(&config, &extras);
        Ok(Self { config, tls, encryption, place })
    }

    /// The same server with a scratch database.
    pub(super) fn of_scratch(&self, name: &str) -> Self {
        let mut other = self.clone();
        other.config.dbname(name);
        other.place = format!("the scratch database {name} beside {}", self.place);
        other
    }

    /// The same server with another database, from which this one can be looked at and renamed.
    pub(super) fn of_maintenance(&self, name: &str) -> Self {
        let mut other = self.clone();
        other.config.dbname(name);
        other.place = format!("the database {name} beside {}", self.place);
        other
    }

    /// How the server's own programs reach the database: `PG…` variables, the password apart from them.
    pub(super) fn access(&self) -> Access {
        let config = &self.config;
        let hosts: Vec<_> = config.get_hosts().iter().map(host_name).collect();
        let ports: Vec<_> = config.get_ports().iter().map(u16::to_string).collect();
        let user = config.get_user().unwrap_or_default().to_owned();
        let database = config.get_dbname().unwrap_or(&user).to_owned();
        let mut settings = vec![("PGHOST", hosts.join(",")), ("PGPORT", ports.join(",")), ("PGUSER", user)];
        settings.extend(config.get_options().map(|options| ("PGOPTIONS", options.to_owned())));
        settings.extend(self.encryption.clone());
        settings.retain(|(_, value)| !value.is_empty());
        let password = config.get_password().map(|bytes| Secret::new(String::from_utf8_lossy(bytes)));
        Access { database, settings, password }
    }
}

/// Divides a URL into what the driver understands and what only libpq does.
fn divide(url: &str) -> (String, Extras) {
    let mut extras = Extras::default();
    let Some((address, query)) = url.split_once('?') else {
        return (url.to_owned(), extras);
    };
    let mut kept = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let value = percent_decode_str(value).decode_utf8_lossy().into_owned();
        match name {
            "sslmode" => extras.sslmode = Some(value),
            "sslrootcert" => extras.sslrootcert = Some(value.into()),
            "sslcert" => extras.sslcert = Some(value.into()),
            "sslkey" => extras.sslkey = Some(value.into()),
            "passfile" => extras.passfile = Some(value.into()),
            // The run's id is the name that the server shows; these have no meaning for this driver.
            "application_name"
            | "fallback_application_name"
            | "client_encoding"
            | "gssencmode"
            | "krbsrvname"
            | "sslcrl"
            | "sslcompression" => {}
            _ => kept.push(part),
        }
    }
    let plain = if kept.is_empty() { address.to_owned() } else { format!("{address}?{}", kept.join("&")) };
    (plain, extras)
}

/// Puts a port into a URL that names one host and no port: the driver would take PostgreSQL's own, and not tell.
fn with_port(url: &str, port: &str) -> String {
    let start = url.find("://").map_or(0, |scheme| scheme + 3);
    let start = start + url[start..].rfind('@').map_or(0, |account| account + 1);
    let end = start + url[start..].find(['/', '?']).unwrap_or(url.len() - start);
    let host = &url[start..end];
    // The colons within the brackets of an IPv6 address are none before a port.
    let named = host.rsplit(']').next().is_some_and(|rest| rest.contains(':'));
    if host.is_empty() || named || host.contains(',') { url.to_owned() } else { format!("{}:{port}{}", &url[..end], &url[end..]) }
}

fn fill_from_environment(config: &mut Config, extras: &mut Extras, environment: Environment<'_>) -> Result<()> {
    let given = |name: &str| environment(name).filter(|value| !value.is_empty());
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        match given("PGHOST") {
            Some(hosts) => hosts.split(',').for_each(|host| {
                config.host(host);
            }),
            None => {
                // Where Debian's and where PostgreSQL's own packages put the socket.
                config.host(if Path::new("/var/run/postgresql").is_dir() { "/var/run/postgresql" } else { "/tmp" });
            }
        }
    }
    if config.get_ports().is_empty()
        && let Some(port) = given("PGPORT")
    {
        let port = port.parse().map_err(|_| Error::new(ErrorKind::Input, format!("PGPORT is `{port}`, which is not a port")))?;
        config.port(port);
    }
    if config.get_user().is_none()
        && let Some(user) = given("PGUSER").or_else(|| given("USER")).or_else(|| given("LOGNAME"))
    {
        config.user(user);
    }
    if config.get_dbname().is_none()
        && let Some(name) = given("PGDATABASE")
    {
        config.dbname(name);
    }
    if config.get_options().is_none()
        && let Some(options) = given("PGOPTIONS")
    {
        config.options(options);
    }
    if config.get_password().is_none()
        && let Some(password) = given("PGPASSWORD")
    {
        config.password(password);
    }
    if config.get_connect_timeout().is_none()
        && let Some(seconds) = given("PGCONNECT_TIMEOUT").and_then(|seconds| seconds.parse().ok()).filter(|seconds| *seconds > 0)
    {
        config.connect_timeout(Duration::from_secs(seconds));
    }
    extras.sslmode = extras.sslmode.take().or_else(|| given("PGSSLMODE"));
    extras.sslrootcert = extras.sslrootcert.take().or_else(|| given("PGSSLROOTCERT").map(PathBuf::from));
    extras.sslcert = extras.sslcert.take().or_else(|| given("PGSSLCERT").map(PathBuf::from));
    extras.sslkey = extras.sslkey.take().or_else(|| given("PGSSLKEY").map(PathBuf::from));
    extras.passfile = extras.passfile.take().or_else(|| given("PGPASSFILE").map(PathBuf::from));
    Ok(())
}

/// What the password file says for the first host, as libpq reads it: the first line that fits.
fn password_from_file(config: &Config, extras: &Extras, environment: Environment<'_>) -> Option<String> {
    let path = extras.passfile.clone().or_else(|| environment("HOME").map(|home| Path::new(&home).join(".pgpass")))?;
    if open_to_others(&path) {
        return None;
    }
    let text = std::fs::read_to_string(path).ok()?;
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(name)) => name.clone(),
        _ => "localhost".to_owned(),
    };
    let port = config.get_ports().first().copied().unwrap_or(5432).to_string();
    let user = config.get_user().unwrap_or_default();
    let database = config.get_dbname().unwrap_or(user);
    let wanted = [host.as_str(), port.as_str(), database, user];
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let fields = password_fields(line);
        let [.., password] = fields.as_slice() else { return None };
        let fits = fields.len() == 5 && fields.iter().zip(wanted).all(|(field, wanted)| field == "*" || field == wanted);
        fits.then(|| password.clone())
    })
}

fn host_name(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    }
}

/// The same encryption in libpq's words, which has no word for a certificate that is verified only where there is one: it is demanded then.
fn for_programs(config: &Config, extras: &Extras) -> Vec<(&'static str, String)> {
    if config.get_ssl_mode() == SslMode::Disable {
        return vec![("PGSSLMODE", "disable".to_owned())];
    }
    let mode = match extras.sslmode.as_deref() {
        Some("no-verify") => return vec![("PGSSLMODE", "require".to_owned())],
        Some("verify-ca") => "verify-ca",
        _ => "verify-full",
    };
    let file = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
    let authorities = file(&extras.sslrootcert).filter(|path| path != "system").or_else(trusted_certificates);
    let files = [("PGSSLROOTCERT", authorities), ("PGSSLCERT", file(&extras.sslcert)), ("PGSSLKEY", file(&extras.sslkey))];
    let given = files.into_iter().filter_map(|(name, value)| Some((name, value?)));
    [("PGSSLMODE", mode.to_owned())].into_iter().chain(given).collect()
}

/// libpq ignores a password file that others may read, and so do we.
#[cfg(unix)]
fn open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn open_to_others(_: &Path) -> bool {
    false
}

/// The fields of one line; a backslash takes the meaning from a colon or a backslash.
fn password_fields(line: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut field = String::new();
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => field.extend(letters.next()),
            ':' if fields.len() < 4 => fields.push(std::mem::take(&mut field)),
            _ => field.push(letter),
        }
    }
    fields.push(field);
    fields
}

fn encryption(config: &mut Config, extras: &Extras, environment: Environment<'_>) -> Result<Tls> {
    let near = config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    });
    let mode = extras.sslmode.as_deref().unwrap_or(if near { "disable" } else { "prefer" });
    let (ssl_mode, verification) = match mode {
        "disable" => (SslMode::Disable, None),
        "allow" | "prefer" => (SslMode::Prefer, Some(Verification::Full)),
        "require" | "verify-full" => (SslMode::Require, Some(Verification::Full)),
        "verify-ca" => (SslMode::Require, Some(Verification::Authority)),
        "no-verify" => (SslMode::Require, Some(Verification::None)),
        other => {
            return Err(Error::new(ErrorKind::Input, format!("sslmode is `{other}`, which is not known"))
                .hint("use disable, prefer, require, verify-ca, verify-full, or no-verify (encrypted, but for whom is not looked at)"));
        }
    };
    config.ssl_mode(ssl_mode);
    let sockets_only = config.get_hosts().iter().all(|host| !matches!(host, Host::Tcp(_)));
    match verification {
        None => Ok(Tls::none()),
        // Nobody can listen in between on a socket, and the driver cannot encrypt there.
        Some(_) if sockets_only => {
            config.ssl_mode(SslMode::Disable);
            Ok(Tls::none())
        }
        Some(verification) => {
            let home = environment("HOME").map(PathBuf::from);
            Tls::new(verification, extras.sslrootcert.as_deref(), extras.sslcert.as_deref(), extras.sslkey.as_deref(), home.as_deref())
        }
    }
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
        let variables = [("PGUSER", "env"), ("PGPASSWORD", "hidden"), ("PGDATABASE", "registry"), ("PGPORT", "5433")];
        let from_url = address("postgres://alice@db.example/other?sslmode=disable", &variables).unwrap();
        assert_eq!(from_url.config.get_user(), Some("alice"));
        assert_eq!(from_url.config.get_dbname(), Some("other"));
        assert_eq!(from_url.config.get_password(), Some(&b"hidden"[..]));
        assert_eq!(from_url.config.get_ports(), [5433]);
        for (url, port) in [("postgres://u@db:6000/d?sslmode=disable", 6000), ("postgres://u@[::1]/d", 5433), ("postgres:///d", 5433)] {
            assert_eq!(address(url, &variables).unwrap().config.get_ports(), [port], "{url}");
        }
        assert_eq!(address("postgres://", &variables).unwrap().config.get_user(), Some("env"));
    }

    #[test]
    fn loopback_is_plain_and_the_rest_of_the_world_is_verified() {
        assert_eq!(address("postgres://u@127.0.0.1/d", &[]).unwrap().config.get_ssl_mode(), SslMode::Disable);
        assert_eq!(address("postgres://u@localhost/d", &[]).unwrap().config.get_ssl_mode(), SslMode::Disable);
        assert_eq!(address("postgres://u@db.example/d", &[]).unwrap().config.get_ssl_mode(), SslMode::Prefer);
        assert_eq!(address("postgres://u@db.example/d?sslmode=require", &[]).unwrap().config.get_ssl_mode(), SslMode::Require);
        assert_eq!(address("postgres://u@db.example/d", &[("PGSSLMODE", "verify-full")]).unwrap().config.get_ssl_mode(), SslMode::Require);
        let unknown = address("postgres://u@db.example/d?sslmode=sometimes", &[]).unwrap_err();
        assert!(unknown.hints()[0].contains("no-verify"), "{unknown:?}");
    }

    #[test]
    fn the_password_file_is_read_as_libpq_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pgpass");
        std::fs::write(&path, "# a comment\nelsewhere:*:*:*:wrong\ndb.example:5432:*:alice:with\\:colon\\\\and\n*:*:*:*:last\n").unwrap();
        let shown = path.to_str().unwrap().to_owned();
        let variables = [("PGPASSFILE", shown.as_str())];
        let url = "postgres://alice@db.example/registry?sslmode=disable";
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
            assert_eq!(address(url, &variables).unwrap().config.get_password(), None, "others may read it");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        assert_eq!(address(url, &variables).unwrap().config.get_password(), Some(&b"with:colon\\and"[..]));
        let bob = "postgres://bob@db.example/registry?sslmode=disable";
        assert_eq!(address(bob, &variables).unwrap().config.get_password(), Some(&b"last"[..]));
    }

    #[test]
    fn programs_are_told_the_same() {
        let access =
            address("postgres://alice:s%40cret@db.example:6000/registry?sslmode=verify-ca&sslrootcert=system", &[]).unwrap().access();
        assert_eq!(access.database, "registry");
        assert_eq!(access.password.as_ref().unwrap().dangerous_secret(), "s@cret");
        for (name, value) in [("PGHOST", "db.example"), ("PGPORT", "6000"), ("PGUSER", "alice"), ("PGSSLMODE", "verify-ca")] {
            assert_eq!(access.setting(name), Some(value), "{name}");
        }
        assert!(!format!("{access:?}").contains("s@cret"));
        let near = address("postgres://alice@127.0.0.1/registry", &[]).unwrap();
        assert_eq!(near.access().setting("PGSSLMODE"), Some("disable"));
        assert_eq!(near.of_scratch("cutover_scratch_1").access().database, "cutover_scratch_1");
    }

    #[test]
    fn no_password_is_shown() {
        let address_with = address("postgres://alice:s3cret@db.example/registry", &[]).unwrap();
        assert!(!format!("{address_with:?}").contains("s3cret"));
        let broken = address("postgres://alice:s3cret@db.example:port/registry", &[]).unwrap_err();
        assert!(!format!("{broken:?}").contains("s3cret"));
    }
}
