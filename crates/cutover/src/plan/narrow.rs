//! One step of a plan by itself: the plan narrowed to it.

use super::Plan;
use super::faults::did_you_mean;
use super::steps::last_component;
use crate::model::error::{Error, ErrorKind, Result};

impl Plan {
    /// The plan with one step alone, under the name `PLAN/STEP`, so that a run of it neither stands for the whole plan nor is in its
    /// way. Contract, checks, invariants, relationships and probes are the plan's; its criteria and its ledger are not part of it.
    ///
    /// The step is named in full, or by its last component, with or without the number, `-` and `_` being the same:
    /// `allocated-numbers` for `3-transform/0340_allocated_numbers`.
    ///
    /// # Errors
    /// `Input` where no step is meant, or more than one.
    pub fn only(&self, step: &str) -> Result<Self> {
        let named: Vec<_> = self.steps.iter().filter(|own| own.name == step).collect();
        let named = if named.is_empty() { self.steps.iter().filter(|own| is_meant(step, &own.name)).collect() } else { named };
        let hint = match named.as_slice() {
            [only] => {
                let only = (*only).clone();
                let mut narrowed =
                    Self { name: format!("{}/{}", self.name, only.name), part_of: Some(self.name.clone()), ledger: None, ..self.clone() };
                narrowed.repeatable = only.repeatable;
                narrowed.title = format!("{}: {}", self.title, only.title);
                narrowed.steps = vec![only];
                narrowed.criteria.clear();
                narrowed.places.criteria.clear();
                return Ok(narrowed);
            }
            [] => did_you_mean(step, self.steps.iter().map(|own| own.name.as_str())),
            several => {
                let names: Vec<_> = several.iter().map(|own| format!("`{}`", own.name)).collect();
                format!("several are called so: {}; give the full name", names.join(", "))
            }
        };
        Err(Error::new(ErrorKind::Input, format!("the plan {} has no one step `{step}`", self.name)).hint(hint))
    }
}

fn is_meant(wanted: &str, name: &str) -> bool {
    let alike = |text: &str| text.to_lowercase().replace('-', "_");
    let last = alike(last_component(name));
    let behind = last.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let wanted = alike(wanted);
    last == wanted || behind.strip_prefix('_').is_some_and(|behind| behind == wanted)
}

#[cfg(test)]
mod tests {
    use super::is_meant;

    #[test]
    fn a_step_is_named_by_its_last_component_with_or_without_the_number() {
        let name = "3-transform/0340_allocated_numbers";
        for wanted in ["0340_allocated_numbers", "allocated-numbers", "allocated_numbers", "0340-Allocated-Numbers"] {
            assert!(is_meant(wanted, name), "{wanted}");
        }
        for wanted in ["numbers", "0340", "transform", ""] {
            assert!(!is_meant(wanted, name), "{wanted}");
        }
    }
}
