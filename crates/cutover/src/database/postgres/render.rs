//! Operations in PostgreSQL's words.

use super::dialect::PostgresDialect;
use crate::model::dialect::Dialect;
use crate::model::operation::{AddColumn, Change, Operation, PortableType, Rendered};
use crate::model::table::{ObjectKind, ObjectName, Table};

/// Renders an operation on one table.
///
/// # Errors
/// Why this table cannot have it, and what can be done.
pub(super) fn render(operation: &Operation, table: &Table) -> Result<Rendered, String> {
    match operation {
        Operation::AddColumn(operation) => add_column(operation, table),
    }
}

pub(super) fn data_type(portable: PortableType) -> &'static str {
    match portable {
        PortableType::Boolean => "boolean",
        PortableType::Smallint => "smallint",
        PortableType::Integer => "integer",
        PortableType::Bigint => "bigint",
        PortableType::Real => "real",
        PortableType::Double => "double precision",
        PortableType::Text => "text",
        PortableType::Date => "date",
        PortableType::Timestamp => "timestamp without time zone",
        PortableType::Json => "jsonb",
        PortableType::Uuid => "uuid",
    }
}

/// How the rows that exist get their values.
enum Way {
    /// They need none.
    Empty,
    /// One pass that writes the table anew, without a default or a dead row left behind.
    Rewrite,
    /// Row by row, which leaves a dead row for each, and is safe beside transactions with an older MVCC snapshot.
    Update(String),
}

fn add_column(operation: &AddColumn, table: &Table) -> Result<Rendered, String> {
    let AddColumn { column, null, fill, .. } = operation;
    if table.column(column).is_some() {
        return Err(format!("{}.{column} exists already: drop or rename it first, or leave the table out of the operation", table.name));
    }
    if !null && fill.is_none() {
        return Err(format!(
            "{}.{column} may not be NULL but has no value for the rows that exist: give `fill`, or `null = true`",
            table.name
        ));
    }
    let name = PostgresDialect.quote_table(&table.name);
    let quoted = PostgresDialect.quote_identifier(column);
    let data_type = data_type(operation.data_type);
    let way = choose_way(fill.as_deref(), data_type, table);
    let drop = format!("ALTER TABLE {name} DROP COLUMN IF EXISTS {quoted}");
    let mut changes = Vec::new();
    let mut choice = match (&way, fill) {
        (Way::Rewrite, Some(fill)) => {
            let add = format!("ALTER TABLE {name} ADD COLUMN {quoted} {data_type} GENERATED ALWAYS AS ({fill}) STORED");
            changes.push(Change::undone_by(add, drop));
            changes.push(Change::undone_along(format!("ALTER TABLE {name} ALTER COLUMN {quoted} DROP EXPRESSION")));
            format!(
                "rewrites the table once (ADD … GENERATED, DROP EXPRESSION): nothing stands against it, and no dead rows stay behind; needs \
                 {} more on the server's disk until the commit, and how much is free there could not be seen",
                table.bytes.map_or_else(|| "the table's size".to_owned(), readable_bytes)
            )
        }
        (Way::Update(reason), Some(fill)) => {
            changes.push(Change::undone_by(format!("ALTER TABLE {name} ADD COLUMN {quoted} {data_type}"), drop));
            changes.push(Change::undone_along(format!("UPDATE {name} SET {quoted} = ({fill})")));
            format!("adds the column and updates every row, because a rewriting ALTER must not be used: {reason}")
        }
        _ => {
            changes.push(Change::undone_by(format!("ALTER TABLE {name} ADD COLUMN {quoted} {data_type}"), drop));
            "adds the column without touching the rows: there is nothing to fill in".to_owned()
        }
    };
    if !null {
        changes.push(Change::undone_along(format!("ALTER TABLE {name} ALTER COLUMN {quoted} SET NOT NULL")));
    }
    let mut adds = vec![object(ObjectKind::Column, table, column)];
    if let Some(unique) = operation.unique_name(&table.name.name) {
        if unique.len() > LONGEST_NAME {
            return Err(format!(
                "the name {unique} is longer than {LONGEST_NAME} bytes, and PostgreSQL would cut it off: choose a shorter one"
            ));
        }
        let constraint = PostgresDialect.quote_identifier(&unique);
        changes.push(Change::undone_by(
            format!("ALTER TABLE {name} ADD CONSTRAINT {constraint} UNIQUE ({quoted})"),
            format!("ALTER TABLE {name} DROP CONSTRAINT IF EXISTS {constraint}"),
        ));
        adds.push(object(ObjectKind::Constraint, table, &unique));
        adds.push(object(ObjectKind::Index, table, &unique));
        choice.push_str("; the unique index is built at the end");
    }
    Ok(Rendered { changes, rewrites: matches!(way, Way::Rewrite), choice, adds })
}

/// PostgreSQL keeps 63 bytes of a name and drops the rest with a notice.
const LONGEST_NAME: usize = 63;

fn object(kind: ObjectKind, table: &Table, name: &str) -> ObjectName {
    ObjectName { kind, name: format!("{}.{name}", table.name) }
}

fn choose_way(fill: Option<&str>, data_type: &str, table: &Table) -> Way {
    let Some(fill) = fill else { return Way::Empty };
    if !table.rewrite_obstacles.is_empty() {
        return Way::Update(table.rewrite_obstacles.join("; "));
    }
    // A generated column takes immutable expressions only, and none over another generated column. Whether an expression is
    // immutable is for the server to say; a column by itself always is.
    match table.columns.iter().find(|column| names_column(fill, &column.name)) {
        None => Way::Update(format!("`{fill}` is more than a column, and may not be immutable")),
        Some(column) if column.generated => Way::Update(format!("{} is generated itself", column.name)),
        Some(column) if !converts_immutably(&column.data_type, data_type) => {
            Way::Update(format!("the conversion from {} to {data_type} may not be immutable", column.data_type))
        }
        Some(_) => Way::Rewrite,
    }
}

/// Whether a value of one type becomes one of another in a way that depends on no setting.
fn converts_immutably(from: &str, to: &str) -> bool {
    const NUMBERS: [&str; 6] = ["smallint", "integer", "bigint", "real", "double precision", "numeric"];
    let from = from.split('(').next().unwrap_or(from);
    from == to || (NUMBERS.contains(&from) && NUMBERS.contains(&to)) || (to == "text" && ["character varying", "character"].contains(&from))
}

/// Whether an expression is nothing but a column's name, with quotes or without.
fn names_column(expression: &str, column: &str) -> bool {
    let expression = expression.trim();
    let folded = !expression.starts_with('"') && expression.to_ascii_lowercase() == column;
    folded || expression == PostgresDialect.quote_identifier(column)
}

fn readable_bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let mut unit = 0;
    let mut value = bytes;
    while value >= 10_240 && unit + 1 < UNITS.len() {
        value /= 1_024;
        unit += 1;
    }
    format!("about {value} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::table::{Column, TableName};

    fn table(obstacles: &[&str]) -> Table {
        let column = |name: &str, data_type: &str, generated| Column {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            nullable: false,
            generated,
            numeric: true,
            utf8: true,
        };
        Table {
            name: TableName::in_schema("re\"g", "schools"),
            columns: vec![
                column("id", "integer", false),
                column("Total", "integer", true),
                column("opened", "timestamp with time zone", false),
            ],
            keys: Vec::new(),
            bytes: Some(52_428_800),
            estimated_rows: None,
            rewrite_obstacles: obstacles.iter().map(|reason| (*reason).to_owned()).collect(),
            unit_obstacles: Vec::new(),
        }
    }

    fn operation(fill: Option<&str>) -> AddColumn {
        AddColumn {
            tables: vec!["schools".to_owned()],
            column: "cms_id".to_owned(),
            data_type: PortableType::Integer,
            null: true,
            fill: fill.map(str::to_owned),
            unique: Some("{table}_cms_id_unique".to_owned()),
        }
    }

    #[test]
    fn a_column_is_copied_by_one_rewrite() {
        let rendered = add_column(&operation(Some(" ID ")), &table(&[])).unwrap();
        insta::assert_snapshot!(rendered.statements().collect::<Vec<_>>().join(";\n"), @r#"
        ALTER TABLE "re""g"."schools" ADD COLUMN "cms_id" integer GENERATED ALWAYS AS ( ID ) STORED;
        ALTER TABLE "re""g"."schools" ALTER COLUMN "cms_id" DROP EXPRESSION;
        ALTER TABLE "re""g"."schools" ADD CONSTRAINT "schools_cms_id_unique" UNIQUE ("cms_id")
        "#);
        insta::assert_snapshot!(rendered.undo().collect::<Vec<_>>().join(";\n"), @r#"
        ALTER TABLE "re""g"."schools" DROP CONSTRAINT IF EXISTS "schools_cms_id_unique";
        ALTER TABLE "re""g"."schools" DROP COLUMN IF EXISTS "cms_id"
        "#);
        assert!(rendered.rewrites);
        let adds: Vec<_> = rendered.adds.iter().map(ToString::to_string).collect();
        assert_eq!(
            adds,
            ["column re\"g.schools.cms_id", "constraint re\"g.schools.schools_cms_id_unique", "index re\"g.schools.schools_cms_id_unique"]
        );
        assert!(rendered.choice.contains("50 MiB"), "{}", rendered.choice);
    }

    #[test]
    fn whatever_stands_in_the_way_of_a_rewrite_leads_to_an_update() {
        for (fill, obstacles, reason) in [
            ("id", &["it is partitioned"][..], "it is partitioned"),
            ("id + 1", &[], "more than a column"),
            ("\"Total\"", &[], "generated itself"),
            ("Total", &[], "more than a column"),
            ("opened", &[], "from timestamp with time zone to integer"),
        ] {
            let rendered = add_column(&operation(Some(fill)), &table(obstacles)).unwrap();
            assert!(!rendered.rewrites);
            assert_eq!(rendered.changes[1].sql, format!("UPDATE \"re\"\"g\".\"schools\" SET \"cms_id\" = ({fill})"));
            assert!(rendered.choice.contains(reason), "{}", rendered.choice);
        }
    }

    #[test]
    fn what_cannot_be_is_said_with_its_remedy() {
        let not_null = AddColumn { null: false, ..operation(None) };
        assert!(add_column(&not_null, &table(&[])).unwrap_err().contains("fill"));
        let known = AddColumn { column: "id".to_owned(), ..operation(None) };
        assert!(add_column(&known, &table(&[])).unwrap_err().contains("exists already"));
        let long = AddColumn { unique: Some("x".repeat(64)), ..operation(None) };
        assert!(add_column(&long, &table(&[])).unwrap_err().contains("63 bytes"));
    }

    #[test]
    fn not_null_is_set_when_the_values_are_there() {
        let rendered = add_column(&AddColumn { null: false, ..operation(Some("id")) }, &table(&[])).unwrap();
        assert_eq!(rendered.changes[2].sql, "ALTER TABLE \"re\"\"g\".\"schools\" ALTER COLUMN \"cms_id\" SET NOT NULL");
    }
}
