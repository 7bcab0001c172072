//! Verification: the comparison of two instants, judged by a contract.

pub mod added;
pub mod catalog;
pub mod checks;
pub mod compare;
pub mod differing;
pub mod excerpt;
pub mod expected;
pub mod grants;
pub mod judge;
mod narrowed;
pub mod observed;
pub mod probes;
pub mod promises;
pub mod queries;
pub mod rulings;
pub mod tables;
pub mod verdict;
