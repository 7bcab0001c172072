//! Encrypted connections to a real MariaDB whose certificate is signed by an authority that only this test knows.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod mysql_support;

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cutover::database::open;
use cutover::model::error::{Error, ErrorKind};
use cutover::model::interrupt::Interrupt;
use cutover::model::url::DatabaseUrl;
use mysql_support::{Scratch, rows};

/// A server of this test's own, which ends with it.
struct Server {
    process: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended already is what is wanted.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Runs a program of the server's or openssl, wherever distributions put it.
fn program(name: &str) -> Command {
    let places = ["/usr/sbin", "/usr/bin", "/usr/local/bin", "/usr/libexec"];
    let found = places.iter().map(|place| Path::new(place).join(name)).find(|path| path.exists());
    Command::new(found.unwrap_or_else(|| PathBuf::from(name)))
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// An authority, and a certificate for `localhost` that it has signed.
fn certificates(folder: &Path) {
    let openssl = |arguments: &str| run(program("openssl").current_dir(folder).args(arguments.split(' ')));
    openssl("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 3650 -subj /CN=authority");
    openssl("req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.pem -days 3650 -subj /CN=other");
    openssl("req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost");
    std::fs::write(folder.join("names.cnf"), "subjectAltName=DNS:localhost\n").unwrap();
    openssl("x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 3650 -extfile names.cnf");
}

fn server() -> Server {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    certificates(folder.path());
    let user = if is_root() { vec!["--user=root".to_owned()] } else { Vec::new() };
    run(program("mariadb-install-db")
        .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"])
        .arg(format!("--datadir={}", path("data")))
        .env("TMPDIR", folder.path())
        .args(&user));
    let accounts = "CREATE DATABASE registry;\nCREATE USER tester@'%' IDENTIFIED BY 'word';\nGRANT ALL ON registry.* TO tester@'%';\n";
    std::fs::write(path("accounts.sql"), accounts).unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let process = program("mariadbd")
        .args(["--no-defaults", "--bind-address=127.0.0.1", "--skip-name-resolve", "--innodb-flush-method=nosync"])
        .args(&user)
        // A server that starts removes what others left in its directory for temporary files.
        .env("TMPDIR", folder.path())
        .arg(format!("--port={port}"))
        .arg(format!("--datadir={}", path("data")))
        .arg(format!("--socket={}", path("socket")))
        .arg(format!("--init-file={}", path("accounts.sql")))
        .arg(format!("--ssl-ca={}", path("ca.pem")))
        .arg(format!("--ssl-cert={}", path("server.pem")))
        .arg(format!("--ssl-key={}", path("server.key")))
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(path("log")).unwrap())
        .spawn()
        .unwrap_or_else(|error| panic!("mariadbd does not start: {error}"));
    let server = Server { process, port, folder };
    let since = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        let log = std::fs::read_to_string(server.folder.path().join("log")).unwrap();
        assert!(since.elapsed() < Duration::from_secs(120), "the server does not start: {log}");
        std::thread::sleep(Duration::from_millis(50));
    }
    server
}

/// Whether the server has to be told that it may run as root.
fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|metadata| {
        use std::os::unix::fs::MetadataExt;
        metadata.uid() == 0
    })
}

impl Server {
    /// The cipher of a session, empty where it is not encrypted.
    fn cipher(&self, host: &str, parameters: &str) -> Result<String, Error> {
        let folder = self.folder.path().display().to_string();
        let parameters = parameters.replace("FOLDER", &folder);
        let url = format!("mysql://tester:word@{host}:{}/registry{parameters}", self.port);
        let mut reader = open(&DatabaseUrl::new(url)?, &Interrupt::new())?.read()?;
        Ok(rows(&mut *reader, "SHOW STATUS LIKE 'Ssl_cipher'")[0][1].clone())
    }
}

fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}

#[test]
fn a_server_has_to_prove_who_it_is_unless_the_url_says_otherwise() {
    let server = server();
    for parameters in [
        "?ssl-mode=verify-identity&ssl-ca=FOLDER/ca.pem",
        "?ssl-mode=REQUIRED&ssl-ca=FOLDER/ca.pem",
        "?ssl-mode=preferred&ssl-ca=FOLDER/ca.pem",
    ] {
        assert_ne!(server.cipher("localhost", parameters).unwrap(), "", "{parameters}");
    }
    // Unknown to everybody, signed by somebody else, and in another name.
    for (host, parameters) in [
        ("localhost", "?ssl-mode=required"),
        ("localhost", "?ssl-mode=preferred"),
        ("localhost", "?ssl-mode=verify-identity&ssl-ca=FOLDER/other.pem"),
        ("127.0.0.1", "?ssl-mode=verify-identity&ssl-ca=FOLDER/ca.pem"),
    ] {
        let error = server.cipher(host, parameters).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connection, "{host} {parameters}");
        assert!(chain(&error).contains("ertificate"), "{host} {parameters}: {}", chain(&error));
        assert!(error.hints()[0].contains("ssl-ca="), "{error:?}");
        assert!(!format!("{error:?}").contains("word"));
    }
    assert_ne!(server.cipher("127.0.0.1", "?ssl-mode=no-verify").unwrap(), "");
    assert_eq!(server.cipher("127.0.0.1", "").unwrap(), "", "what does not leave this machine is not encrypted unless that is asked for");
    assert_eq!(server.cipher("localhost", "?ssl-mode=verify-identity&ssl-ca=FOLDER/missing.pem").unwrap_err().kind(), ErrorKind::File);
}

#[test]
fn a_server_without_encryption_is_accepted_only_where_it_is_just_preferred() {
    let scratch = Scratch::new("");
    let read =
        |mode: &str| open(&DatabaseUrl::new(format!("{}?ssl-mode={mode}", scratch.url())).unwrap(), &Interrupt::new()).unwrap().read();
    let Err(error) = read("required") else { panic!("the session is not encrypted") };
    assert!(error.hints()[0].contains("no encryption"), "{error:?}");
    assert_eq!(rows(&mut *read("preferred").unwrap(), "SELECT 1"), [["1"]]);
}
