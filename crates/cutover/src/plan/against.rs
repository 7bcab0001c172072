//! What a plan says of tables and columns, against the database's own catalog.

use crate::model::dialect::Dialect;
use crate::model::error::Fault;
use crate::model::table::Catalog;

use super::Plan;

/// Faults.
#[must_use]
pub fn check_against(plan: &Plan, catalog: &Catalog, dialect: &dyn Dialect) -> Vec<Fault> {
    let _ = (plan, catalog, dialect);
    Vec::new()
}
