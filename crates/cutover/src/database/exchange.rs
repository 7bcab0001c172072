//! How a database is exchanged for one that was restored beside it: the short part of a rollback in which its name comes to lead to
//! other contents. What is restored, proven and looked at is the engine's; here is only what each database needs for the exchange itself.
//!
//! The order is the engine's, and always the same: `stand` → `look` → (restore beside, prove) → `hold` → `live` is read once more →
//! `exchange`. `release` gives up in between. Whoever is killed on the way begins again with `stand`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::access::{SCRATCH, plain};
use super::{Raised, Reader, RunRecord};
use crate::model::error::Result;
use crate::model::table::Catalog;

/// What the name of every database begins with that is the state before a rollback.
pub const KEPT: &str = "cutover_kept_";

/// The name of the scratch database in which the backup of a run is restored to take its place: the run's id is in it, so that a rollback
/// that was killed finds it again.
#[must_use]
pub fn restored_name(run: &str) -> String {
    format!("{SCRATCH}back_{}", plain(run))
}

/// The name under which the state before the rollback of a run is kept.
#[must_use]
pub fn kept_name(run: &str) -> String {
    format!("{KEPT}{}", plain(run))
}

/// One exchange.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The run that is taken back. The names of both databases follow from it, and the lock is that of this run.
    pub run: &'a str,
    /// The directory of the undo, for its owner's eyes only: what the exchange has to find again after a kill may be kept here. An exchange
    /// that goes on has the directory that it began with.
    pub directory: &'a Path,
    /// How long to wait for one lock before giving everything up and beginning again.
    pub lock_timeout: Duration,
    /// How long to go on beginning again.
    pub patience: Duration,
    /// Whether sessions that hold the fence up are ended instead of waited for. The exchange itself ends every other session in any case,
    /// where sessions keep a database from being exchanged.
    pub terminate_blockers: bool,
    /// Whether to go on where nothing can hold other sessions' writes off.
    pub unfenced: bool,
    /// What the snapshot's catalog says. Not all of what it tells of stands in a restored database in the form that it has to have in the end: MySQL's
    /// events are restored disabled.
    pub before: &'a Catalog,
}

/// Where an exchange stands, as the server tells, whatever a journal says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stand {
    /// Nothing was exchanged, and nobody is held off. A scratch database that was restored may be there.
    Untouched,
    /// Nothing was exchanged, but something keeps the applications off: `release` puts it back. What, for people.
    Held(String),
    /// The exchange has begun, and can only go on: `exchange` brings it to its end. What is done and what is not, for people.
    Half(String),
    /// The restored contents stand under the database's name. `exchange` once more does what may be missing behind it, and changes nothing
    /// where nothing is.
    Exchanged,
}

/// Told of the part of the exchange that comes next, and writes it to the journal, before it is done. Its error stops the exchange.
pub type Part<'a> = &'a mut dyn FnMut(&str) -> Result<()>;

/// An exchange, and the lock that allows one at a time: it is released when this is dropped. Dropping undoes nothing.
pub trait Exchange: Send {
    /// Where the exchange of this run stands.
    ///
    /// # Errors
    /// Where the server does not answer.
    fn stand(&mut self) -> Result<Stand>;

    /// Looks at everything that would keep the exchange from being done, before anything is restored. What people should know is returned.
    ///
    /// # Errors
    /// `Refused` where it cannot be done: rights, replication, too little room, with what mends it.
    fn look(&mut self) -> Result<Vec<String>>;

    /// Keeps everybody else from writing into the database until `exchange` or `release`; others may read on. A fence of the run that is taken
    /// back is found standing, or is raised again.
    ///
    /// # Errors
    /// `Conflict` where others do not let go within the patience, `Refused` where nothing can hold them off and that is not accepted. Nobody
    /// is held off then.
    fn hold(&mut self, notice: &mut dyn FnMut(String)) -> Result<Raised>;

    /// The database as it is to be exchanged, after `hold`, on one instant: nobody has written since, and nobody will before `exchange`.
    ///
    /// # Errors
    /// Where it is not held.
    fn live(&mut self) -> Result<&mut dyn Reader>;

    /// Exchanges the database for the scratch database [`restored_name`], whose contents have been proven, and keeps what stood until now
    /// under [`kept_name`]. Goes on with an exchange that was stopped, from `Half` or `Exchanged`, without `hold`.
    ///
    /// Afterwards `records` of the database tells every run that it told before, with `record` in the place of that of its run: it becomes
    /// visible with the restored contents, or after them, never before. What belongs to the database itself and not to its contents (owner,
    /// grants, settings, comment, events) is as it was, no fence stands, and the scratch database is no more. What people should know is
    /// returned.
    ///
    /// # Errors
    /// Where a part fails. `stand` tells how far it came; at no moment is there less than one complete copy of either state.
    fn exchange(&mut self, record: &RunRecord, part: Part<'_>) -> Result<Vec<String>>;

    /// After `exchange`: a session that sees what was written by it, and nobody else has written since, until this is dropped; `None` where
    /// others may write already.
    fn exchanged(&mut self) -> Option<&mut dyn Reader> {
        None
    }

    /// Gives an exchange up that has not begun: lets everybody in again, and takes down what `hold` has raised. A fence that the run itself
    /// had left standing before stays. From `Untouched` nothing is done.
    ///
    /// # Errors
    /// Where the server does not let it, or the exchange has begun.
    fn release(&mut self) -> Result<Vec<String>>;
}

/// A state that a rollback has kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The id of the run that was taken back, in the letters of [`plain`].
    pub run: String,
    /// Its name: that of a database, or a path.
    pub name: String,
}

impl Kept {
    /// What a database is by its name; `None` for one that is no kept state.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        name.strip_prefix(KEPT).map(|run| Self { run: run.to_owned(), name: name.to_owned() })
    }

    /// Whether it is the state before the rollback of a run.
    #[must_use]
    pub fn is_of(&self, run: &str) -> bool {
        self.run == plain(run)
    }
}

/// An exchange that was stopped so that the database cannot be used by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// The id of the run that was to be taken back, in the letters of [`plain`].
    pub run: String,
    /// How it stands, for people.
    pub message: String,
}

/// The file, in the directory of an undo, in which the state of a database that is a file is kept.
pub const KEPT_FILE: &str = "kept.db";

/// The kept files in the directories of undos, with the ids of the runs that these have taken back.
#[must_use]
pub fn kept_files(undos: &[(String, PathBuf)]) -> Vec<Kept> {
    let files = undos.iter().map(|(run, directory)| (run, directory.join(KEPT_FILE)));
    files.filter(|(_, file)| file.is_file()).map(|(run, file)| Kept { run: plain(run), name: file.display().to_string() }).collect()
}

#[cfg(test)]
mod tests {
    use super::{Kept, kept_name, restored_name};

    #[test]
    fn both_names_follow_from_the_run() {
        let run = "20260119-083000.123-4f2a";
        assert_eq!(restored_name(run), "cutover_scratch_back_20260119_083000_123_4f2a");
        let kept = Kept::of_name(&kept_name(run)).unwrap();
        assert!(kept.is_of(run) && !kept.is_of("20260119-083000.123-4f2b"));
        assert_eq!(Kept::of_name("registry"), None);
    }
}
