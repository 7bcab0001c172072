//! PostgreSQL, from version 13 on.
//!
//! Certificates are verified unless the URL says `sslmode=no-verify`, also under `prefer` and `require`, where libpq does not; sockets
//! and loopback addresses are not encrypted unless the URL asks for it. What the URL leaves open is taken from the `PG…`
//! variables and the password file, as libpq does.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::database::access::SCRATCH;
use crate::database::exchange::{KEPT, Stopped, Terms};
use crate::database::{Access, Capabilities, Database, Exchange, Kept, Reach, Reader, Watcher, Writer};
use crate::model::dialect::Dialect;
use crate::model::error::Result;
use crate::model::interrupt::Interrupt;
use crate::model::url::DatabaseUrl;

mod address;
mod belongings;
mod build;
mod catalog;
mod cells;
mod conditions;
mod dialect;
mod entries;
mod errors;
mod exchange;
mod fence;
mod footprint;
mod guard;
mod inputs;
mod journal;
mod objects;
mod put_back;
mod reach;
mod reader;
mod render;
mod scratch;
mod script;
mod sequences;
mod session;
mod shapes;
mod tls;
mod together;
mod values;
mod watch;
mod writer;

pub use dialect::PostgresDialect;

use address::Address;
use reader::PostgresReader;
use writer::PostgresWriter;

/// A PostgreSQL database.
#[derive(Debug)]
pub struct PostgresDatabase {
    address: Arc<Address>,
    interrupt: Interrupt,
}

impl PostgresDatabase {
    /// Remembers where the database is; nothing is opened yet.
    ///
    /// # Errors
    /// Where the URL is not understood, or a certificate that it names cannot be read.
    pub fn new(url: &DatabaseUrl, interrupt: &Interrupt) -> Result<Self> {
        let address = Address::new(url, &|name| std::env::var(name).ok())?;
        Ok(Self { address: Arc::new(address), interrupt: interrupt.clone() })
    }
}

impl Database for PostgresDatabase {
    fn capabilities(&self) -> Capabilities {
        Capabilities { transactional_ddl: true, shared_instant: true, storage_classes: false, free_sequences: true, lock_holds: false }
    }

    fn dialect(&self) -> &'static dyn Dialect {
        &PostgresDialect
    }

    fn place(&self) -> String {
        self.address.place.clone()
    }

    fn read(&self) -> Result<Box<dyn Reader>> {
        Ok(Box::new(PostgresReader::open(&self.address, "cutover", &self.interrupt, None)?))
    }

    fn lock(&self, run: &str) -> Result<Box<dyn Writer>> {
        Ok(Box::new(PostgresWriter::lock(&self.address, run, &self.interrupt)?))
    }

    fn end_holder(&self, run: &str) -> Result<bool> {
        writer::end_holder(&mut session::Connection::open(&self.address, "cutover", &self.interrupt)?, run)
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

    fn watch(&self, run: &str) -> Result<Box<dyn Watcher>> {
        Ok(Box::new(watch::PostgresWatcher::open(&self.address, run, &self.interrupt)?))
    }

    /// Sessions and programs join an exported MVCC snapshot: nobody has to wait.
    fn hold(&self) -> Result<Option<Box<dyn Send>>> {
        Ok(None)
    }

    fn create_scratch(&self, name: &str, _directory: &Path) -> Result<Box<dyn Database>> {
        scratch::create(&self.address, &self.interrupt, name)?;
        let address = Arc::new(self.address.of_scratch(name));
        Ok(Box::new(Self { address, interrupt: self.interrupt.clone() }))
    }

    fn copy_to_scratch(&self, name: &str, _directory: &Path) -> Result<Box<dyn Database>> {
        scratch::copy(&self.address, &self.interrupt, name)?;
        let address = Arc::new(self.address.of_scratch(name));
        Ok(Box::new(Self { address, interrupt: self.interrupt.clone() }))
    }

    fn drop_scratch(&self, name: &str, _directory: &Path, force: bool) -> Result<()> {
        scratch::drop(&self.address, name, force)
    }

    fn scratches(&self) -> Result<Vec<String>> {
        scratch::named(&self.address, &self.interrupt, SCRATCH)
    }

    fn exchange<'a>(&'a self, terms: &Terms<'a>) -> Result<Box<dyn Exchange + 'a>> {
        Ok(Box::new(exchange::PostgresExchange::begin(self, terms)?))
    }

    fn stopped_exchange(&self) -> Result<Option<Stopped>> {
        exchange::stopped(&self.address, &self.interrupt)
    }

    fn kept(&self, _undos: &[(String, PathBuf)]) -> Result<Vec<Kept>> {
        Ok(scratch::named(&self.address, &self.interrupt, KEPT)?.iter().filter_map(|name| Kept::of_name(name)).collect())
    }

    fn drop_kept(&self, kept: &Kept) -> Result<()> {
        scratch::drop(&self.address, &kept.name, false)
    }
}
