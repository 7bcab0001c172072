//! The catalog before and after: nothing lost, changed or added except what is granted.

use std::collections::{BTreeMap, BTreeSet};

use super::grants::{Grants, Renamed};
use super::verdict::Finding;
use crate::model::table::{Catalog, ObjectKind, ObjectName, Properties};
use crate::plan::{SchemaGrant, Severity};

/// The rule that these findings break.
pub const RULE: &str = "catalog";

/// What became of the catalog.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CatalogComparison {
    /// Objects compared.
    pub objects: u64,
    /// Objects that appeared, disappeared or changed as granted.
    pub granted: Vec<ObjectName>,
    /// Grants that nothing made use of.
    pub unused: Vec<SchemaGrant>,
    /// What differs without a grant.
    pub findings: Vec<Finding>,
}

/// Compares two catalogs.
#[must_use]
pub fn compare(before: &Catalog, after: &Catalog, grants: &Grants) -> CatalogComparison {
    let mut comparison = CatalogComparison { objects: before.objects.len() as u64, ..CatalogComparison::default() };
    let mut used = BTreeSet::new();
    let renamed = under_old_names(before, after, grants, &mut comparison.granted);
    for unused in grants.renamed.iter().filter(|renamed| !after.objects.contains_key(&column(renamed, &renamed.to))) {
        let grant = SchemaGrant::Rename { table: unused.table.clone(), from: unused.from.clone(), to: unused.to.clone() };
        comparison.unused.push(grant);
    }
    let after = renamed.as_ref().unwrap_or(after);
    let gone: Vec<_> = before.objects.keys().filter(|object| !after.objects.contains_key(object)).collect();
    for object in &gone {
        if grants.may_drop(object) {
            used.insert(SchemaGrant::Drop((*object).clone()));
            comparison.granted.push((*object).clone());
        } else if !within_table(object, &gone) {
            let parts = gone.iter().filter(|other| within_table(other, &[object])).count();
            let rest = if parts > 0 { format!(", with {parts} objects that belong to it") } else { String::new() };
            comparison.findings.push(finding(object, format!("{object} is gone{rest}")));
        }
    }
    let come: Vec<_> = after.objects.keys().filter(|object| !before.objects.contains_key(object)).collect();
    for object in &come {
        if grants.may_add(object) {
            used.insert(SchemaGrant::Add((*object).clone()));
            comparison.granted.push((*object).clone());
        } else if !within_table(object, &come) {
            comparison.findings.push(finding(object, format!("{object} was added without a grant{}", definition(&after.objects[*object]))));
        }
    }
    for (object, old) in &before.objects {
        let Some(new) = after.objects.get(object).filter(|new| *new != old) else { continue };
        if grants.may_change(object) {
            used.insert(SchemaGrant::Change(object.clone()));
            comparison.granted.push(object.clone());
        } else {
            comparison.findings.push(finding(object, format!("{object} changed: {}", changes(old, new))));
        }
    }
    comparison.unused.extend(grants.schema.iter().filter(|grant| !used.contains(grant)).cloned());
    comparison
}

/// The objects that came: all of them, and those among them that did not come with a table.
#[must_use]
pub fn came<'a>(before: &Catalog, after: &'a Catalog) -> (Vec<&'a ObjectName>, Vec<&'a ObjectName>) {
    let all: Vec<_> = after.objects.keys().filter(|object| !before.objects.contains_key(object)).collect();
    let told = all.iter().filter(|object| !within_table(object, &all)).copied().collect();
    (all, told)
}

fn column(renamed: &Renamed, name: &str) -> ObjectName {
    ObjectName { kind: ObjectKind::Column, name: format!("{}.{name}", renamed.table) }
}

/// The catalog afterwards, with the columns that got another name under their old ones; `None` where none did. A definition that is
/// the old one but for the name is the old one.
fn under_old_names(before: &Catalog, after: &Catalog, grants: &Grants, granted: &mut Vec<ObjectName>) -> Option<Catalog> {
    let done: Vec<_> = grants.renamed.iter().filter(|renamed| after.objects.contains_key(&column(renamed, &renamed.to))).collect();
    if done.is_empty() {
        return None;
    }
    let mut objects = BTreeMap::new();
    for (object, properties) in &after.objects {
        let mut old = object.clone();
        for renamed in &done {
            let (new_name, old_name) = (column(renamed, &renamed.to).name, column(renamed, &renamed.from).name);
            let rest = object.name.strip_prefix(&new_name).filter(|rest| rest.is_empty() || rest.starts_with(':'));
            if let Some(rest) = rest.filter(|_| matches!(object.kind, ObjectKind::Column | ObjectKind::Grant)) {
                old.name = format!("{old_name}{rest}");
                granted.extend((object.kind == ObjectKind::Column).then(|| object.clone()));
            }
        }
        let mut properties = properties.clone();
        if let Some(known) = before.objects.get(&old) {
            for (property, value) in &mut properties {
                let was = known.get(property).filter(|was| *was != value);
                if let Some(was) = was.filter(|was| same_but_for_names(was, value, &done)) {
                    value.clone_from(was);
                }
            }
        }
        objects.insert(old, properties);
    }
    Some(Catalog { objects, ..after.clone() })
}

/// Whether two texts are the same word by word, an old name and its new one being the same word.
fn same_but_for_names(old: &str, new: &str, renamed: &[&Renamed]) -> bool {
    let words = |text: &str| {
        let mut words: Vec<String> = vec![String::new()];
        let mut in_word = false;
        for character in text.chars() {
            let part = character.is_alphanumeric() || character == '_';
            if part != in_word || !part {
                words.push(String::new());
            }
            in_word = part;
            words.last_mut().into_iter().for_each(|word| word.push(character));
        }
        words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>()
    };
    let is_renamed = |old: &str, new: &str| renamed.iter().any(|renamed| renamed.from == old && renamed.to == new);
    let (old, new) = (words(old), words(new));
    old.len() == new.len() && old.iter().zip(&new).all(|(old, new)| old == new || is_renamed(old, new))
}

/// Whether an object belongs to one of the tables in a list: what disappears with its table is told with it.
fn within_table(object: &ObjectName, list: &[&ObjectName]) -> bool {
    list.iter().any(|table| {
        matches!(table.kind, ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView)
            && *table != object
            && object.name.strip_prefix(&table.name).is_some_and(|rest| rest.starts_with(['.', ':']))
    })
}

fn finding(object: &ObjectName, message: String) -> Finding {
    Finding {
        rule: RULE.to_owned(),
        severity: Severity::Error,
        subject: object.to_string(),
        message,
        count: 1,
        rows: Vec::new(),
        hint: None,
        revealed: false,
    }
}

fn definition(properties: &Properties) -> String {
    properties.get("definition").map(|text| format!(": {text}")).unwrap_or_default()
}

/// Property by property: `default: 'x' → none, type: integer → bigint`.
fn changes(old: &Properties, new: &Properties) -> String {
    let names: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let shown = |properties: &Properties, name: &str| match properties.get(name).map(String::as_str) {
        None | Some("") => "none".to_owned(),
        Some(value) => value.to_owned(),
    };
    let parts: Vec<_> = names
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name))
        .map(|name| format!("{name}: {} → {}", shown(old, name), shown(new, name)))
        .collect();
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::compare;
    use crate::model::table::{Catalog, ObjectKind, ObjectName, Properties};
    use crate::verify::grants::Grants;

    fn object(kind: ObjectKind, name: &str) -> ObjectName {
        ObjectName { kind, name: name.to_owned() }
    }

    fn catalog(objects: &[(ObjectKind, &str, &str)]) -> Catalog {
        let objects = objects
            .iter()
            .map(|(kind, name, default)| (object(*kind, name), Properties::from([("default".to_owned(), (*default).to_owned())])));
        Catalog { objects: objects.collect(), ..Catalog::default() }
    }

    #[test]
    fn everything_that_is_not_granted_is_named_once() {
        let before = catalog(&[
            (ObjectKind::Table, "a", ""),
            (ObjectKind::Column, "a.x", "1"),
            (ObjectKind::Table, "b", ""),
            (ObjectKind::Column, "b.x", ""),
            (ObjectKind::Index, "b.i", ""),
        ]);
        let after = catalog(&[(ObjectKind::Table, "a", ""), (ObjectKind::Column, "a.x", ""), (ObjectKind::Index, "a.new", "")]);
        let found = compare(&before, &after, &Grants::default());
        let messages: Vec<_> = found.findings.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "table b is gone, with 2 objects that belong to it",
                "index a.new was added without a grant",
                "column a.x changed: default: 1 → none",
            ]
        );
        let mut grants = Grants::default();
        grants.add([object(ObjectKind::Index, "a.new"), object(ObjectKind::Index, "a.never")]);
        let found = compare(&before, &after, &grants);
        assert_eq!(found.findings.len(), 2);
        assert_eq!(found.granted, [object(ObjectKind::Index, "a.new")]);
        assert_eq!(found.unused.len(), 1);
    }
}
