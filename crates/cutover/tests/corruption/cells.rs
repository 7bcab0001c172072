//! The smallest change of a cell of each type, and the table that holds one column of each.

use super::case::{self, Carrier, Case};

/// A type, a value of it, the value nearest to that one, and how the two must be shown.
struct Cell {
    column: &'static str,
    data_type: &'static str,
    before: &'static str,
    after: &'static str,
    shown: &'static str,
}

const fn cell(column: &'static str, data_type: &'static str, before: &'static str, after: &'static str, shown: &'static str) -> Cell {
    Cell { column, data_type, before, after, shown }
}

const OF_POSTGRES: &[Cell] = &[
    cell("small", "smallint", "7", "8", "7 → 8"),
    cell("whole", "integer", "2147483646", "2147483647", "2147483646 → 2147483647"),
    cell("big", "bigint", "9007199254740992", "9007199254740993", "9007199254740992 → 9007199254740993"),
    cell("exact", "numeric(30, 12)", "0.1", "0.100000000001", "0.100000000000 → 0.100000000001"),
    cell("scaled", "numeric", "12", "12.0", "12 → 12.0"),
    cell("no_number", "numeric", "'NaN'", "NULL", "NaN → NULL"),
    cell("single", "real", "0.1", "0.10000001", "0.1 → 0.10000001"),
    cell("double", "double precision", "12", "12.000001", "12 → 12.000001"),
    cell("last_bit", "double precision", "0.1", "0.10000000000000002", "0.1 → 0.10000000000000002"),
    cell("signed_zero", "double precision", "'0'", "'-0'", "0 → -0"),
    cell("words", "text", "'Thabo'", "'Thabo '", "Thabo → Thabo "),
    cell("casing", "varchar(40)", "'Lineo'", "'lineo'", "Lineo → lineo"),
    cell("padded", "char(6)", "'abc'", "'abd'", "abc    → abd   "),
    cell("composed", "text", "U&'\\00e9'", "U&'e\\0301'", "\u{e9} → e\u{301}"),
    cell("empty", "text", "''", "NULL", " → NULL"),
    cell("absent", "text", "NULL", "''", "NULL → "),
    cell("named_null", "text", "'NULL'", "NULL", "'NULL' → NULL"),
    cell("lines", "text", "E'a\\nb'", "E'a\\r\\nb'", "a\\nb → a\\r\\nb"),
    cell("escaped", "text", "E'a\\\\tb'", "E'a\\tb'", "a\\\\tb → a\\tb"),
    cell("bytes", "bytea", "'\\x00ff'", "'\\x00fe'", "\\x00ff → \\x00fe"),
    cell("flag", "boolean", "true", "false", "t → f"),
    cell("day", "date", "'2000-02-29'", "'2000-03-01'", "2000-02-29 → 2000-03-01"),
    cell("moment", "timestamp", "'2020-01-01 00:00'", "'2020-01-01 00:00:00.000001'", "2020-01-01 00:00:00 → 2020-01-01 00:00:00.000001"),
    cell("zoned", "timestamptz", "'2020-01-01 00:00+00'", "'2020-01-01 00:00-01'", "2020-01-01 00:00:00+00 → 2020-01-01 01:00:00+00"),
    cell("hour", "time", "'08:30'", "'08:30:00.000001'", "08:30:00 → 08:30:00.000001"),
    cell("hour_zoned", "timetz", "'08:30+00'", "'08:30+01'", "08:30:00+00 → 08:30:00+01"),
    // Equal to the server: a month has 30 days where intervals are compared.
    cell("duration", "interval", "'1 mon'", "'30 days'", "1 mon → 30 days"),
    cell(
        "identity",
        "uuid",
        "'00000000-0000-4000-8000-000000000001'",
        "'00000000-0000-4000-8000-000000000002'",
        "00000000-0000-4000-8000-000000000001 → 00000000-0000-4000-8000-000000000002",
    ),
    cell("document", "json", "'{\"a\":1}'", "'{\"a\": 1}'", "{\"a\":1} → {\"a\": 1}"),
    // Equal to the server as well.
    cell("tree", "jsonb", "'{\"a\":1}'", "'{\"a\":1.0}'", "{\"a\": 1} → {\"a\": 1.0}"),
    cell("numbers", "integer[]", "'{1,2}'", "'[0:1]={1,2}'", "{1,2} → [0:1]={1,2}"),
    cell("names", "text[]", "'{a,NULL}'", "'{a,\"NULL\"}'", "{a,NULL} → {a,\"NULL\"}"),
    cell("letter", "grade", "'A'", "'B'", "A → B"),
    cell("host", "inet", "'10.0.0.1'", "'10.0.0.1/24'", "10.0.0.1 → 10.0.0.1/24"),
    cell("network", "cidr", "'10.0.0.0/8'", "'10.0.0.0/9'", "10.0.0.0/8 → 10.0.0.0/9"),
    cell("card", "macaddr", "'08:00:2b:01:02:03'", "'08:00:2b:01:02:04'", "08:00:2b:01:02:03 → 08:00:2b:01:02:04"),
    cell("price", "money", "'12.00'", "'12.01'", "$12.00 → $12.01"),
    cell("bits", "bit(4)", "B'1010'", "B'1011'", "1010 → 1011"),
    cell("more_bits", "bit varying", "B'10'", "B'100'", "10 → 100"),
    cell("markup", "xml", "'<a/>'", "'<a></a>'", "<a/> → <a></a>"),
    cell("span", "int4range", "'[1,5)'", "'[1,6)'", "[1,5) → [1,6)"),
    cell("search", "tsvector", "'law:1'", "'law:2'", "'law':1 → 'law':2"),
    // Equal to the server: points within 1e-6 of each other are.
    cell("spot", "point", "'(1,2)'", "'(1,2.0000000000000004)'", "(1,2) → (1,2.0000000000000004)"),
    cell("home", "address", "ROW('Main', 1)", "ROW('Main', 2)", "(Main,1) → (Main,2)"),
    cell("marked", "mark", "12", "12.50", "12 → 12.50"),
];

const OF_SQLITE: &[Cell] = &[
    cell("whole", "INTEGER", "9007199254740992", "9007199254740993", "9007199254740992 → 9007199254740993"),
    cell("largest", "BIGINT", "9223372036854775807", "9223372036854775806", "9223372036854775807 → 9223372036854775806"),
    cell("double", "REAL", "12", "12.000001", "12.0 → 12.000001"),
    cell("last_bit", "DOUBLE", "0.1", "0.10000000000000002", "0.1 → 0.10000000000000002"),
    cell("endless", "REAL", "1e308", "9e999", "1e308 → inf"),
    cell("number", "NUMERIC(10, 2)", "12", "12.5", "12 → 12.5"),
    cell("words", "TEXT", "'Thabo'", "'Thabo '", "Thabo → Thabo "),
    cell("casing", "TEXT COLLATE NOCASE", "'Lineo'", "'lineo'", "Lineo → lineo"),
    cell("trimmed", "TEXT COLLATE RTRIM", "'Neo'", "'Neo '", "Neo → Neo "),
    cell("composed", "VARCHAR(20)", "char(233)", "'e' || char(769)", "\u{e9} → e\u{301}"),
    cell("empty", "TEXT", "''", "NULL", " → NULL"),
    cell("absent", "TEXT", "NULL", "''", "NULL → "),
    cell("named_null", "TEXT", "'NULL'", "NULL", "'NULL' → NULL"),
    cell("lines", "TEXT", "'a' || char(10) || 'b'", "'a' || char(13, 10) || 'b'", "a\\nb → a\\r\\nb"),
    cell("after_nul", "TEXT", "'a' || char(0) || 'b'", "'a' || char(0) || 'c'", "a\\u{0}b → a\\u{0}c"),
    cell("not_utf8", "TEXT", "CAST(x'ff' AS TEXT)", "CAST(x'fe' AS TEXT)", "x'ff' → x'fe'"),
    cell("bytes", "BLOB", "x'00ff'", "x'00fe'", "x'00ff' → x'00fe'"),
    cell("number_or_text", "", "1", "'1'", "1 → '1'"),
    cell("whole_or_part", "", "1", "1.0", "1 → 1.0"),
    cell("text_or_bytes", "", "'a'", "x'61'", "a → x'61'"),
    cell("flag", "BOOLEAN", "TRUE", "FALSE", "1 → 0"),
    cell("day", "DATE", "'2000-02-29'", "'2000-03-01'", "2000-02-29 → 2000-03-01"),
    cell("moment", "DATETIME", "'2020-01-01T00:00:00Z'", "'2020-01-01T01:00:00Z'", "2020-01-01T00:00:00Z → 2020-01-01T01:00:00Z"),
    cell("document", "JSON", "'{\"a\":1}'", "'{\"a\": 1}'", "{\"a\":1} → {\"a\": 1}"),
];

const OF_MYSQL: &[Cell] = &[
    cell("tiny", "tinyint", "7", "8", "7 → 8"),
    cell("flag", "boolean", "1", "0", "1 → 0"),
    cell("whole", "int", "2147483646", "2147483647", "2147483646 → 2147483647"),
    cell("big", "bigint", "9007199254740992", "9007199254740993", "9007199254740992 → 9007199254740993"),
    cell("unsigned_big", "bigint unsigned", "18446744073709551615", "18446744073709551614", "18446744073709551615 → 18446744073709551614"),
    cell("filled", "int(5) zerofill", "7", "8", "7 → 8"),
    cell("exact", "decimal(30, 12)", "0.1", "0.100000000001", "0.100000000000 → 0.100000000001"),
    // Six digits of it are the same.
    cell("single", "float", "0.1", "0.10000001", "0.10000000149011612 → 0.10000000894069672"),
    cell("double_part", "double", "12", "12.000001", "12 → 12.000001"),
    cell("last_bit", "double", "0.1", "0.10000000000000002", "0.1 → 0.10000000000000002"),
    cell("shown_short", "double(10, 2)", "0.25", "0.26", "0.25 → 0.26"),
    cell("bits", "bit(4)", "b'1010'", "b'1011'", "10 → 11"),
    // Equal to the server in each of these: collations ignore the case, the accent, spaces at the end, and which emoji it is.
    cell("words", "varchar(40)", "'Thabo'", "'Thabo '", "Thabo → Thabo "),
    cell("casing", "varchar(40) COLLATE utf8mb4_general_ci", "'Lineo'", "'lineo'", "Lineo → lineo"),
    cell("accent", "varchar(40) COLLATE utf8mb4_unicode_ci", "'Nthabiséng'", "'Nthabiseng'", "Nthabiséng → Nthabiseng"),
    cell("face", "varchar(40) COLLATE utf8mb4_general_ci", "'🙂'", "'🙃'", "🙂 → 🙃"),
    cell("composed", "text COLLATE utf8mb4_unicode_ci", "'\u{e9}'", "'e\u{301}'", "\u{e9} → e\u{301}"),
    cell("padded", "char(6)", "'abc'", "'abd'", "abc → abd"),
    cell("old_letters", "varchar(20) CHARACTER SET latin1", "'é'", "'É'", "é → É"),
    cell("few_letters", "varchar(20) CHARACTER SET utf8mb3", "'ÿ'", "'y'", "ÿ → y"),
    cell("empty", "varchar(20)", "''", "NULL", " → NULL"),
    cell("absent", "varchar(20)", "NULL", "''", "NULL → "),
    cell("named_null", "varchar(20)", "'NULL'", "NULL", "'NULL' → NULL"),
    cell("several_lines", "text", "'a\\nb'", "'a\\r\\nb'", "a\\nb → a\\r\\nb"),
    cell("after_nul", "varchar(20)", "'a\\0b'", "'a\\0c'", "a\\u{0}b → a\\u{0}c"),
    cell("letter", "enum('A', 'B')", "'A'", "'B'", "A → B"),
    cell("choices", "set('x', 'y')", "'x'", "'x,y'", "x → x,y"),
    cell("no_choice", "set('x', 'y')", "''", "NULL", " → NULL"),
    cell("since", "year", "2023", "2024", "2023 → 2024"),
    cell("never", "year", "0", "2000", "0000 → 2000"),
    cell("longest", "time", "'838:59:58'", "'838:59:59'", "838:59:58 → 838:59:59"),
    cell("before_midnight", "time(6)", "'-25:00:00'", "'-24:59:59.999999'", "-25:00:00.000000 → -24:59:59.999999"),
    cell("zero_day", "date", "'0000-00-00'", "NULL", "0000-00-00 → NULL"),
    cell("some_day", "date", "'2020-05-00'", "'2020-05-01'", "2020-05-00 → 2020-05-01"),
    cell("moment", "datetime", "'2020-01-01 00:00:00'", "'2020-01-01 01:00:00'", "2020-01-01 00:00:00 → 2020-01-01 01:00:00"),
    cell(
        "finest",
        "datetime(6)",
        "'2020-01-01 00:00:00'",
        "'2020-01-01 00:00:00.000001'",
        "2020-01-01 00:00:00.000000 → 2020-01-01 00:00:00.000001",
    ),
    cell("zoned", "timestamp NULL", "'2020-06-01 00:00:00'", "'2020-06-01 01:00:00'", "2020-06-01 00:00:00 → 2020-06-01 01:00:00"),
    cell("zero_moment", "datetime", "'0000-00-00 00:00:00'", "'0000-00-00 00:00:01'", "0000-00-00 00:00:00 → 0000-00-00 00:00:01"),
    cell("document", "json", "'{\"a\":1}'", "'{\"a\": 1}'", "{\"a\":1} → {\"a\": 1}"),
    cell("fixed", "binary(3)", "x'00ff'", "x'00ff01'", "x'00ff00' → x'00ff01'"),
    cell("bytes", "blob", "x'00ff'", "x'00fe'", "x'00ff' → x'00fe'"),
    cell("longer", "varbinary(9)", "x'00'", "x'0000'", "\\u{0} → \\u{0}\\u{0}"),
    cell(
        "identity",
        "uuid",
        "'00000000-0000-4000-8000-000000000001'",
        "'00000000-0000-4000-8000-000000000002'",
        "00000000-0000-4000-8000-000000000001 → 00000000-0000-4000-8000-000000000002",
    ),
    cell("host", "inet6", "'::1'", "'::2'", "::1 → ::2"),
    cell("spot", "point", "POINT(1, 2)", "POINT(1, 2.0000000000000004)", "x'…"),
];

/// The table with one column of each type, and three equal rows in it.
pub fn table(dialect: &str) -> String {
    let cells = of(dialect);
    let columns: Vec<_> = cells.iter().map(|cell| format!("{} {}", cell.column, cell.data_type)).collect();
    let values: Vec<_> = cells.iter().map(|cell| cell.before).collect();
    let values = values.join(", ");
    let names: Vec<_> = cells.iter().map(|cell| cell.column).collect();
    let names = names.join(", ");
    let rows: String = (1..=3).map(|id| format!("INSERT INTO everything (id, {names}) VALUES ({id}, {values});\n")).collect();
    format!("CREATE TABLE everything (id integer PRIMARY KEY, {});\n{rows}", columns.join(", "))
}

fn of(dialect: &str) -> &'static [Cell] {
    match dialect {
        "postgres" => OF_POSTGRES,
        "mysql" => OF_MYSQL,
        _ => OF_SQLITE,
    }
}

/// Each type's smallest change, those of one carrier in one statement.
pub fn faults(dialect: &str) -> Vec<Case> {
    let mut carriers = case::carriers(dialect).to_vec();
    if dialect == "postgres" {
        carriers.push(Carrier::DdlTrigger);
    }
    let cells = of(dialect);
    let of_carrier = |(turn, carrier): (usize, &Carrier)| {
        let chosen: Vec<_> = cells.iter().skip(turn).step_by(carriers.len()).collect();
        let changes: Vec<_> = chosen.iter().map(|cell| format!("{} = {}", cell.column, cell.after)).collect();
        let named: Vec<_> = chosen.iter().map(|cell| format!("everything[id=2].{}: {}", cell.column, cell.shown)).collect();
        let types: Vec<_> = chosen.iter().map(|cell| format!("{} {}", cell.data_type, cell.before)).collect();
        let sql = format!("UPDATE everything SET {} WHERE id = 2", changes.join(", "));
        Case::planted(*carrier, dialect, &types.join(", "), &sql, &named).of(chosen.len())
    };
    carriers.iter().enumerate().map(of_carrier).collect()
}
