//! Verification: the comparison of two instants, judged by a contract.

pub mod verdict;
