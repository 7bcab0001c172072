//! The snapshot: the state at one instant — catalog, contents and digest of every table.
//!
//! A scan of a table yields three things at once: its digest, its rows file (a key hash and a row hash for every row), and,
//! where they are to be kept, its contents as Parquet. Equal digests mean equal contents; where they differ, the rows
//! files tell in which rows, and the contents tell how.

pub mod capture;
pub mod contents;
pub mod digest;
pub mod manifest;
pub mod numbers;
pub mod row_file;
pub mod rows;
pub mod scan;
pub mod seal;

pub use capture::{Capture, CaptureQuery, Captured, capture, choose_key};
pub use digest::{Digest, RowHasher};
pub use manifest::{Contents, Manifest, QueryEntry, Snapshot, TableEntry};
pub use scan::{Further, Rows, Scanned, Target, collect, collect_further, file_stem, scan};
