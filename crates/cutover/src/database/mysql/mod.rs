//! MySQL, from version 8.0.17 on, and MariaDB, from version 10.6 on.
//!
//! DDL commits by itself here, so a run is in-place: statement by statement, each journaled. Certificates are verified unless the URL
//! says `ssl-mode=no-verify`; sockets and loopback addresses are not encrypted unless the URL asks for it. What the URL leaves open is taken
//! from the `MYSQL_…` variables and `~/.my.cnf`, as the database's own client does.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::database::exchange::{Stopped, Terms};
use crate::database::{Access, Capabilities, Database, Exchange, Kept, Reach, Reader, Watcher, Writer};
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::Interrupt;
use crate::model::url::DatabaseUrl;

mod address;
mod binlog;
mod blockers;
mod build;
mod catalog;
mod cells;
mod conditions;
mod definition;
mod definitions;
mod dialect;
mod entries;
mod errors;
mod exchange;
mod fence;
mod footprint;
mod hold;
mod journal;
mod kept;
mod literal;
mod lock;
mod moving;
mod objects;
mod obstacles;
mod put_back;
mod reach;
mod reader;
mod render;
mod replication;
mod rights;
mod scratch;
mod script;
mod sequences;
mod session;
mod settings;
mod shapes;
mod tls;
mod together;
mod types;
mod values;
mod watch;
mod writer;

pub use dialect::MysqlDialect;

use address::Address;
use reader::MysqlReader;
use writer::MysqlWriter;

/// A MySQL or MariaDB database.
#[derive(Debug)]
pub struct MysqlDatabase {
    address: Arc<Address>,
    interrupt: Interrupt,
}

impl MysqlDatabase {
    /// Remembers where the database is; nothing is opened yet.
    ///
    /// # Errors
    /// Where the URL is not understood or names no database, or a certificate that it names cannot be read.
    pub fn new(url: &DatabaseUrl, interrupt: &Interrupt) -> Result<Self> {
        let address = Address::new(url, &|name| std::env::var(name).ok())?;
        Ok(Self { address: Arc::new(address), interrupt: interrupt.clone() })
    }
}

impl Database for MysqlDatabase {
    fn capabilities(&self) -> Capabilities {
        Capabilities { transactional_ddl: false, shared_instant: true, storage_classes: false, free_sequences: true, lock_holds: false }
    }

    fn dialect(&self) -> &'static dyn Dialect {
        &MysqlDialect
    }

    fn place(&self) -> String {
        self.address.place.clone()
    }

    fn read(&self) -> Result<Box<dyn Reader>> {
        Ok(Box::new(MysqlReader::open(&self.address, "cutover", &self.interrupt)?))
    }

    fn lock(&self, run: &str) -> Result<Box<dyn Writer>> {
        Ok(Box::new(MysqlWriter::lock(&self.address, run, &self.interrupt)?))
    }

    fn end_holder(&self, run: &str) -> Result<bool> {
        let mut connection = session::Connection::open(&self.address, "cutover", &self.interrupt)?;
        lock::end_holder(&mut connection, &self.address.database, run)
    }

    fn build(&self, statements: &[String], each: &mut dyn FnMut(usize)) -> Result<()> {
        build::build(&self.address, &self.interrupt, statements, each)
    }

    fn access(&self) -> Result<Access> {
        Ok(self.address.access())
    }

    fn reach(&self) -> Result<Reach> {
        Ok(reach::of(&self.address.access()))
    }

    fn watch(&self, _run: &str) -> Result<Box<dyn Watcher>> {
        Ok(Box::new(watch::MysqlWatcher::open(&self.address, &self.interrupt)?))
    }

    fn hold(&self) -> Result<Option<Box<dyn Send>>> {
        scratch::hold(&self.address, &self.interrupt)
    }

    fn create_scratch(&self, name: &str, _directory: &Path) -> Result<Box<dyn Database>> {
        scratch::create(&self.address, &self.interrupt, name)?;
        let address = Arc::new(self.address.of_scratch(name));
        Ok(Box::new(Self { address, interrupt: self.interrupt.clone() }))
    }

    fn copy_to_scratch(&self, _name: &str, _directory: &Path) -> Result<Box<dyn Database>> {
        Err(Error::new(ErrorKind::Refused, format!("{} is on a server that cannot copy a database by itself", self.address.place))
            .hint("leave --copy out: the copy is then restored from a backup, which is proven on the way"))
    }

    fn drop_scratch(&self, name: &str, _directory: &Path, force: bool) -> Result<()> {
        scratch::drop(&self.address, name, force)
    }

    fn scratches(&self) -> Result<Vec<String>> {
        scratch::list(&self.address, &self.interrupt)
    }

    fn exchange<'a>(&'a self, terms: &Terms<'a>) -> Result<Box<dyn Exchange + 'a>> {
        Ok(Box::new(exchange::MysqlExchange::begin(&self.address, &self.interrupt, terms)?))
    }

    fn stopped_exchange(&self) -> Result<Option<Stopped>> {
        exchange::stopped(&self.address, &self.interrupt)
    }

    fn kept(&self, _undos: &[(String, PathBuf)]) -> Result<Vec<Kept>> {
        exchange::kept(&self.address, &self.interrupt)
    }

    fn drop_kept(&self, kept: &Kept) -> Result<()> {
        exchange::drop_kept(&self.address, &kept.name)
    }
}
