//! Verification: the comparison of two instants, judged by a contract.

pub mod compare;
pub mod grants;
pub mod judge;
pub mod verdict;
