//! Statements that put rows back as they were: what the databases' ways of it have in common.
//!
//! Literals are made by `Dialect::cell_literal`. They stand where the database knows for which column they are, so that nothing is
//! converted on the way.

/// The literals of a row's key, and those of the columns that it gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedRow {
    /// What tells the row apart, in the key's order.
    pub key: Vec<String>,
    /// What it gets, in the order of the columns.
    pub values: Vec<String>,
}

/// An INSERT. `clause` stands between the columns and the rows.
#[must_use]
pub fn insert(table: String, columns: String, clause: &str, rows: &[Vec<String>]) -> String {
    let rows: Vec<_> = rows.iter().map(|row| format!("({})", row.join(", "))).collect();
    format!("INSERT INTO {table} ({columns}){clause} VALUES\n{}", rows.join(",\n"))
}

/// An UPDATE that gives each row its own values by CASE. Table and columns are quoted already.
#[must_use]
pub fn update_by_case(table: &str, key: &[String], columns: &[String], rows: &[KeyedRow]) -> String {
    let assigned: Vec<_> = columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            let cases: Vec<_> = rows.iter().map(|row| format!("WHEN {} THEN {}", same_key(key, &row.key), row.values[index])).collect();
            format!("{column} = CASE {} END", cases.join(" "))
        })
        .collect();
    let keys: Vec<_> = rows.iter().map(|row| row.key.clone()).collect();
    format!("UPDATE {table} SET {}\nWHERE {}", assigned.join(",\n"), one_of_keys(key, &keys))
}

/// An UPDATE that gives many rows the same values. Table and columns are quoted already.
#[must_use]
pub fn update_alike(table: &str, key: &[String], columns: &[String], values: &[String], keys: &[Vec<String>]) -> String {
    let assigned: Vec<_> = columns.iter().zip(values).map(|(column, value)| format!("{column} = {value}")).collect();
    format!("UPDATE {table} SET {}\nWHERE {}", assigned.join(", "), one_of_keys(key, keys))
}

/// A DELETE of the rows of some keys. Table and columns are quoted already.
#[must_use]
pub fn delete(table: &str, key: &[String], keys: &[Vec<String>]) -> String {
    format!("DELETE FROM {table} WHERE {}", one_of_keys(key, keys))
}

/// The condition that a row has one of these keys.
fn one_of_keys(key: &[String], keys: &[Vec<String>]) -> String {
    if let [column] = key {
        let literals: Vec<_> = keys.iter().flatten().map(String::as_str).collect();
        return format!("{column} IN ({})", literals.join(", "));
    }
    let conditions: Vec<_> = keys.iter().map(|literals| format!("({})", same_key(key, literals))).collect();
    conditions.join(" OR ")
}

fn same_key(key: &[String], literals: &[String]) -> String {
    let equal: Vec<_> = key.iter().zip(literals).map(|(column, literal)| format!("{column} = {literal}")).collect();
    equal.join(" AND ")
}

#[cfg(test)]
mod tests {
    use super::{KeyedRow, delete, update_alike, update_by_case};

    fn texts(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn rows_are_told_apart_by_all_columns_of_their_key() {
        assert_eq!(delete("t", &texts(&["a"]), &[texts(&["1"]), texts(&["2"])]), "DELETE FROM t WHERE a IN (1, 2)");
        assert_eq!(
            update_alike("t", &texts(&["a", "b"]), &texts(&["x"]), &texts(&["NULL"]), &[texts(&["1", "2"]), texts(&["1", "3"])]),
            "UPDATE t SET x = NULL\nWHERE (a = 1 AND b = 2) OR (a = 1 AND b = 3)"
        );
    }

    #[test]
    fn each_row_gets_its_own_values() {
        let rows = [KeyedRow { key: texts(&["1"]), values: texts(&["'p'"]) }, KeyedRow { key: texts(&["2"]), values: texts(&["NULL"]) }];
        assert_eq!(
            update_by_case("t", &texts(&["a"]), &texts(&["x"]), &rows),
            "UPDATE t SET x = CASE WHEN a = 1 THEN 'p' WHEN a = 2 THEN NULL END\nWHERE a IN (1, 2)"
        );
    }
}
