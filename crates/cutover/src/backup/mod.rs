//! Backups by the database's own means, and the proof of one: it is restored beside, read again, and compared with the snapshot of the
//! instant that it was made on, cell by cell and object by object. Only then is it called proven.
//!
//! ```text
//! backup/
//!   manifest.json   manifest.sha256     what was written, by which program, of which instant, and the SHA-256 of every file
//!   data/                               what the program wrote
//!   snapshot/                           the same instant, where no run has its own snapshot of it
//!   proof.json                          what the restored contents were compared with, and the verdict
//! ```

mod copy;
mod elsewhere;
mod encryption;
mod keep;
mod left_behind;
mod manifest;
mod method;
mod mysql;
mod postgres;
mod program;
mod proof;
pub(crate) mod room;
mod scratch;
mod sqlite;
mod take;

pub use copy::copy_and;
pub use elsewhere::adopt;
pub use encryption::{Description, Encrypted, Encryption, Recipients};
pub use keep::{Kept, directory, find, keep};
pub use left_behind::{left_behind, remove_left_behind};
pub use manifest::{Backup, Manifest, SameInstant, StoredFile};
pub use method::{Program, Ready, ready};
pub use proof::{Proof, Prove, Target, prove, prove_and};
pub use take::{Begin, Beside, Dumped, Take, beside, take};
