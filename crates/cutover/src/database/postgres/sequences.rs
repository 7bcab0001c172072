//! Sequences are not transactional: where they stand is looked at, and put right, by us.

use super::catalog::{fields, prelude, table_name};
use super::dialect::PostgresDialect;
use super::session::{Connection, number};
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::table::{SequencePosition, TableName};

/// How many sequences are looked at in one query.
const AT_ONCE: usize = 500;

/// Where one sequence stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SequenceState {
    /// Its name, with the schema where that is not the default one.
    pub name: TableName,
    /// Its quoted name with its schema.
    pub quoted: String,
    numbers: Option<(TableName, String)>,
    increment: i64,
    last: i64,
    called: bool,
}

impl SequenceState {
    /// The value that it gives next.
    fn next(&self) -> i128 {
        i128::from(self.last) + if self.called { i128::from(self.increment) } else { 0 }
    }

    pub(super) fn position(&self) -> SequencePosition {
        SequencePosition {
            sequence: self.name.to_string(),
            numbers: self.numbers.clone(),
            next: self.next(),
            increment: i128::from(self.increment),
        }
    }

    /// Whether it stands behind an earlier state of itself: it would give values again.
    fn is_behind(&self, earlier: &Self) -> bool {
        if self.increment < 0 { self.next() > earlier.next() } else { self.next() < earlier.next() }
    }
}

/// Reads where all sequences stand.
///
/// # Errors
/// The server's, or `Refused` where the account may not read one.
pub(super) fn read(connection: &mut Connection) -> Result<Vec<SequenceState>> {
    let sql = format!(
        "{} SELECT place.nspname, place.prefix, c.relname, s.seqincrement, owner_place.prefix, owner.relname, a.attname, \
         has_schema_privilege(place.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'), quote_ident(current_user) \
         FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN place ON place.oid = c.relnamespace \
         LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass \
         AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0 \
         LEFT JOIN pg_class owner ON owner.oid = d.refobjid LEFT JOIN place owner_place ON owner_place.oid = owner.relnamespace \
         LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid ORDER BY 1, 3",
        prelude(connection)
    );
    let mut states = Vec::new();
    let mut unreadable = Vec::new();
    let mut account = String::new();
    for row in connection.rows(&sql)? {
        let owned = row.get(6).is_some_and(Option::is_some);
        let [schema, prefix, name, increment, owner_prefix, owner, column, readable, user] = fields(&row)?;
        let quoted = PostgresDialect.quote_table(&TableName::in_schema(schema, name.clone()));
        if readable != "t" {
            unreadable.push(quoted.clone());
            account = user;
        }
        states.push(SequenceState {
            name: table_name(Some(&prefix), Some(&name)),
            quoted,
            numbers: owned.then(|| (table_name(Some(&owner_prefix), Some(&owner)), column)),
            increment: number(Some(&increment))?,
            last: 0,
            called: false,
        });
    }
    if !unreadable.is_empty() {
        let list = unreadable.join(", ");
        return Err(Error::new(ErrorKind::Refused, format!("the account {account} may not see where the sequences {list} stand"))
            .hint(format!("GRANT SELECT ON SEQUENCE {list} TO {account};")));
    }
    for part in states.chunks_mut(AT_ONCE) {
        let looks: Vec<_> = part
            .iter()
            .enumerate()
            .map(|(index, state)| format!("SELECT {index} AS number, last_value, is_called FROM {}", state.quoted))
            .collect();
        for row in connection.rows(&looks.join(" UNION ALL "))? {
            let [index, last, called] = fields(&row)?;
            if let Some(state) = part.get_mut(number::<usize>(Some(&index))?) {
                state.last = number(Some(&last))?;
                state.called = called == "t";
            }
        }
    }
    Ok(states)
}

/// Puts forward again what went back since `earlier`, and tells of it, and of values that were given and are used by no
/// row. Sequences that are gone or new are none of its business.
///
/// # Errors
/// The server's.
pub(super) fn restore(connection: &mut Connection, earlier: &[SequenceState]) -> Result<Vec<String>> {
    let mut notices = Vec::new();
    for now in read(connection)? {
        let Some(before) = earlier.iter().find(|before| before.quoted == now.quoted) else { continue };
        if now.is_behind(before) {
            let literal = PostgresDialect.quote_literal(&now.quoted);
            connection.batch_in_peace(&format!("SELECT setval({literal}::regclass, {}, {})", before.last, before.called))?;
            notices.push(format!(
                "the sequence {} had been set back to {}, which no rollback undoes: it gives {} next again",
                now.name,
                now.next(),
                before.next()
            ));
        } else if now.next() != before.next() {
            notices.push(format!(
                "the sequence {} went on from {} to {}: the values in between stay unused, which harms nothing",
                now.name,
                before.next(),
                now.next()
            ));
        }
    }
    Ok(notices)
}
