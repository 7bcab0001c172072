//! The decisions of the plan `wasl-v3`, one test for each: where the guide loses or bends data, and what the plan does instead.
//!
//! The first line of each test's documentation is the row that it stands for; `cargo xtask test decisions` prints row, test and result.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects by panicking")]

#[path = "support/plans.rs"]
mod plans;
mod support;

#[path = "decisions/adoption.rs"]
mod adoption;
#[path = "decisions/losses.rs"]
mod losses;
#[path = "decisions/numbers.rs"]
mod numbers;
#[path = "decisions/statuses.rs"]
mod statuses;
#[path = "decisions/tables.rs"]
mod tables;
#[path = "decisions/wasl.rs"]
mod wasl;
