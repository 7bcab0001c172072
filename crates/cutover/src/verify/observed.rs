//! What changed without a grant, in the form that a grant of it would have.

use crate::model::table::TableName;
use crate::plan::contract::ChangeRule;
use crate::plan::maps::ValueMap;

/// The most pairs of an old and a new value that are kept for one column, and the most bytes that one of both may have: a map with more in
/// it is read by nobody.
const MOST_PAIRS: usize = 200;
const LONGEST: usize = 200;

/// What one table's rows and cells did without a grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The table.
    pub table: TableName,
    /// Rows that are gone.
    pub removed: u64,
    /// Rows that are new.
    pub added: u64,
    /// The columns whose cells changed.
    pub columns: Vec<(String, Observed)>,
}

/// What became of the cells of one column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observed {
    cells: u64,
    from_null: u64,
    pairs: ValueMap,
    /// Whether there are too many pairs, values that are too long, or one old value with two new ones.
    irregular: bool,
    /// The old value, as long as there is but one.
    only: Option<Option<String>>,
    several: bool,
}

impl Observed {
    /// Takes one change in; `None` is NULL.
    pub fn see(&mut self, before: Option<String>, after: Option<String>) {
        self.cells += 1;
        self.from_null += u64::from(before.is_none());
        match &self.only {
            None if !self.several => self.only = Some(before.clone()),
            Some(only) if *only != before => (self.only, self.several) = (None, true),
            _ => {}
        }
        if self.irregular {
            return;
        }
        let long = |value: &Option<String>| value.as_ref().is_some_and(|text| text.len() > LONGEST || text == "\\N");
        match self.pairs.get(&before) {
            Some(known) if *known == after => {}
            None if self.pairs.len() < MOST_PAIRS && !long(&before) && !long(&after) => _ = self.pairs.insert(before, after),
            _ => {
                self.irregular = true;
                self.pairs.clear();
            }
        }
    }

    /// How many cells changed.
    #[must_use]
    pub fn cells(&self) -> u64 {
        self.cells
    }

    /// The narrowest rule that grants everything that was seen.
    #[must_use]
    pub fn rule(&self) -> ChangeRule {
        match &self.only {
            _ if !self.irregular => ChangeRule::Map(self.pairs.clone()),
            Some(None) => ChangeRule::FromNull,
            Some(Some(value)) if value != "null" && value.len() <= LONGEST => ChangeRule::From(value.clone()),
            _ => ChangeRule::Any,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_PAIRS, Observed};
    use crate::plan::contract::ChangeRule;

    fn rule(changes: &[(Option<&str>, Option<&str>)]) -> ChangeRule {
        let mut observed = Observed::default();
        changes.iter().for_each(|(before, after)| observed.see(before.map(str::to_owned), after.map(str::to_owned)));
        observed.rule()
    }

    #[test]
    fn the_narrowest_rule_is_found() {
        let ChangeRule::Map(map) = rule(&[(Some("a"), Some("b")), (None, Some("x")), (Some("a"), Some("b"))]) else { panic!() };
        assert_eq!(map.len(), 2);
        assert_eq!(rule(&[(None, Some("1")), (None, Some("2"))]), ChangeRule::FromNull);
        assert_eq!(rule(&[(Some("a"), Some("1")), (Some("a"), None)]), ChangeRule::From("a".to_owned()));
        assert_eq!(rule(&[(Some("a"), Some("1")), (Some("a"), None), (Some("b"), None)]), ChangeRule::Any);
        // Where there are too many values for a map, the column is granted as a whole.
        let many: Vec<String> = (0..=MOST_PAIRS).map(|number| number.to_string()).collect();
        let changes: Vec<_> = many.iter().map(|text| (Some(text.as_str()), Some("0"))).collect();
        assert_eq!(rule(&changes), ChangeRule::Any);
    }
}
