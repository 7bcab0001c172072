//! cutover changes a live relational database and proves that nothing was lost.
#![deny(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod backup;
pub mod database;
pub mod journal;
pub mod model;
pub mod plan;
pub mod report;
pub mod run;
pub mod snapshot;
pub mod verify;
