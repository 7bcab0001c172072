//! Selectors.
/// Whether a selector selects a rule.
#[must_use]
pub fn selects(selector: &str, rule: &str) -> bool {
    selector == rule || rule.split(':').next() == Some(selector)
}
