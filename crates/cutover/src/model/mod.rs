//! The words that the whole engine speaks. Depends on nothing else in the crate.

pub mod cell;
pub mod conditions;
pub mod dialect;
pub mod disk;
pub mod error;
pub mod footprint;
pub mod interrupt;
pub mod operation;
pub mod put_back;
pub mod script;
pub mod size;
pub mod statement;
pub mod table;
pub mod upsert;
pub mod url;
pub mod value;
