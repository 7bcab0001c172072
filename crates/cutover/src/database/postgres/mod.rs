//! PostgreSQL.

use crate::database::{Capabilities, Database, Reader, Writer};
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::interrupt::Interrupt;
use crate::model::url::DatabaseUrl;

mod dialect;
mod script;

pub use dialect::PostgresDialect;

/// A PostgreSQL database.
#[derive(Debug)]
pub struct PostgresDatabase {
    url: DatabaseUrl,
}

impl PostgresDatabase {
    /// Remembers where the database is; nothing is opened yet.
    ///
    /// # Errors
    /// Where the URL is not understood.
    pub fn new(url: &DatabaseUrl, interrupt: &Interrupt) -> Result<Self> {
        let _ = interrupt;
        Ok(Self { url: url.clone() })
    }
}

impl Database for PostgresDatabase {
    fn capabilities(&self) -> Capabilities {
        Capabilities { transactional_ddl: true, shared_instant: true, storage_classes: false, free_sequences: true }
    }

    fn dialect(&self) -> &'static dyn Dialect {
        &PostgresDialect
    }

    fn place(&self) -> String {
        self.url.to_string()
    }

    fn read(&self) -> Result<Box<dyn Reader>> {
        Err(Error::new(ErrorKind::Internal, "not there yet"))
    }

    fn lock(&self, _run: &str) -> Result<Box<dyn Writer>> {
        Err(Error::new(ErrorKind::Internal, "not there yet"))
    }

    fn build(&self, _statements: &[String], _each: &mut dyn FnMut(usize)) -> Result<()> {
        Err(Error::new(ErrorKind::Internal, "not there yet"))
    }
}
