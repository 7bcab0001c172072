//! `add_columns` in PostgreSQL's words.

use super::keys::foreign_key_change;
use super::{LOCKS, data_type, definition, object};
use crate::database::postgres::dialect::PostgresDialect;
use crate::model::dialect::Dialect;
use crate::model::operation::{Change, NewColumn, Rendered};
use crate::model::table::{Catalog, ObjectKind, Table};

/// How the rows that exist get their values.
enum Way {
    /// They need none.
    Empty,
    /// One pass that writes the table anew, without a default or a dead row left behind.
    Rewrite,
    /// Row by row, which leaves a dead row for each, and is safe beside transactions with an older MVCC snapshot.
    Update(String),
}

/// Columns without values come in one ALTER; those that are copied from others, in one rewrite of the table.
pub(super) fn add_columns(table: &Table, columns: &[NewColumn], catalog: &Catalog) -> Result<Rendered, String> {
    let name = PostgresDialect.quote_table(&table.name);
    let (mut added, mut expressions, mut updates, mut later) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut adds, mut reasons) = (Vec::new(), Vec::new());
    for column in columns {
        let quoted = PostgresDialect.quote_identifier(&column.name);
        let data_type = data_type(&column.data_type);
        if !column.null && column.fill.is_none() && column.default.is_none() {
            return Err(format!(
                "{}.{} may not be NULL but has no value for the rows that exist: give `fill`, or `null = true`",
                table.name, column.name
            ));
        }
        let way = choose_way(column.fill.as_deref(), &data_type, table);
        // The default and NOT NULL of a filled column come when its values are there.
        let filled = column.fill.is_some();
        let first = if filled { NewColumn { default: None, null: true, ..column.clone() } } else { column.clone() };
        let (mut text, check) = definition(&table.name.name, &first)?;
        match (&way, &column.fill) {
            (Way::Rewrite, Some(fill)) => {
                let generated = format!("{quoted} {data_type} GENERATED ALWAYS AS ({fill}) STORED");
                text = text.replacen(&format!("{quoted} {data_type}"), &generated, 1);
                expressions.push(format!("ALTER COLUMN {quoted} DROP EXPRESSION"));
            }
            (Way::Update(reason), Some(fill)) => {
                updates.push(format!("{quoted} = ({fill})"));
                reasons.push(reason.clone());
            }
            _ => {}
        }
        if let (true, Some(default)) = (filled, &column.default) {
            later.push(format!("ALTER COLUMN {quoted} SET DEFAULT {}", default.to_sql(&PostgresDialect, ["true", "false"])));
        }
        if filled && !column.null {
            later.push(format!("ALTER COLUMN {quoted} SET NOT NULL"));
        }
        added.push((format!("ADD COLUMN {text}"), format!("DROP COLUMN IF EXISTS {quoted}")));
        adds.push(object(ObjectKind::Column, table, &column.name));
        adds.extend(check.map(|check| object(ObjectKind::Constraint, table, &check)));
    }
    let (added, dropped): (Vec<_>, Vec<_>) = added.into_iter().unzip();
    let alter = |actions: &[String]| format!("ALTER TABLE {name} {}", actions.join(", "));
    let mut changes = vec![Change::undone_by(alter(&added), alter(&dropped))];
    if !expressions.is_empty() {
        changes.push(Change::undone_along(alter(&expressions)));
    }
    if !updates.is_empty() {
        changes.push(Change::undone_along(format!("UPDATE {name} SET {}", updates.join(", "))));
    }
    if !later.is_empty() {
        changes.push(Change::undone_along(alter(&later)));
    }
    let mut choice = Vec::new();
    if !expressions.is_empty() {
        choice.push(format!(
            "rewrites the table once (ADD … GENERATED, DROP EXPRESSION): nothing stands against it, and no dead rows stay behind; needs \
             {} more on the server's disk until the commit, and how much is free there could not be seen",
            table.bytes.map_or_else(|| "the table's size".to_owned(), readable_bytes)
        ));
    }
    if !updates.is_empty() {
        reasons.dedup();
        let reasons = reasons.join("; ");
        choice.push(format!("adds the column and updates every row, because a rewriting ALTER must not be used: {reasons}"));
    }
    if choice.is_empty() {
        choice.push("adds the column without touching the rows: there is nothing to fill in".to_owned());
    }
    choice.push(LOCKS.to_owned());
    for key in columns.iter().filter_map(|column| column.references.as_ref()) {
        changes.push(foreign_key_change(table, key, catalog));
        adds.push(object(ObjectKind::Constraint, table, &key.name));
        choice.push(format!("the foreign key to {} is checked at the end", key.parent));
    }
    Ok(Rendered { changes, rewrites: !expressions.is_empty(), choice: choice.join("; "), adds, ..Rendered::default() })
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
    use crate::model::operation::{DefaultValue, ForeignKey, OnDelete, PortableType};
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
            shape: Default::default(),
            unit_obstacles: Vec::new(),
        }
    }

    fn cms_id(fill: Option<&str>) -> NewColumn {
        NewColumn { fill: fill.map(str::to_owned), ..NewColumn::plain("cms_id", PortableType::Integer) }
    }

    fn add(columns: &[NewColumn], table: &Table) -> Result<Rendered, String> {
        add_columns(table, columns, &Catalog::default())
    }

    #[test]
    fn a_column_is_copied_by_one_rewrite() {
        let rendered = add(&[cms_id(Some(" ID "))], &table(&[])).unwrap();
        insta::assert_snapshot!(rendered.statements().collect::<Vec<_>>().join(";\n"), @r#"
        ALTER TABLE "re""g"."schools" ADD COLUMN "cms_id" integer GENERATED ALWAYS AS ( ID ) STORED;
        ALTER TABLE "re""g"."schools" ALTER COLUMN "cms_id" DROP EXPRESSION
        "#);
        insta::assert_snapshot!(rendered.undo().collect::<Vec<_>>().join(";\n"), @r#"ALTER TABLE "re""g"."schools" DROP COLUMN IF EXISTS "cms_id""#);
        assert!(rendered.rewrites);
        let adds: Vec<_> = rendered.adds.iter().map(ToString::to_string).collect();
        assert_eq!(adds, ["column re\"g.schools.cms_id"]);
        assert!(rendered.choice.contains("50 MiB") && rendered.choice.contains("ACCESS EXCLUSIVE"), "{}", rendered.choice);
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
            let rendered = add(&[cms_id(Some(fill))], &table(obstacles)).unwrap();
            assert!(!rendered.rewrites);
            assert_eq!(rendered.changes[1].sql, format!("UPDATE \"re\"\"g\".\"schools\" SET \"cms_id\" = ({fill})"));
            assert!(rendered.choice.contains(reason), "{}", rendered.choice);
        }
    }

    #[test]
    fn several_columns_come_in_one_statement_with_their_defaults_and_keys() {
        let kind = PortableType::Enum(vec!["direct".to_owned(), "it's".to_owned()]);
        let parent = ForeignKey {
            name: "fk".to_owned(),
            columns: vec!["program_id".to_owned()],
            parent: "programs".to_owned(),
            parent_columns: vec!["id".to_owned()],
            on_delete: OnDelete::SetNull,
        };
        let columns = [
            NewColumn { null: false, default: Some(DefaultValue::Text("direct".to_owned())), ..NewColumn::plain("kind", kind) },
            NewColumn { references: Some(parent), ..NewColumn::plain("program_id", PortableType::UnsignedInteger) },
            NewColumn { null: false, default: Some(DefaultValue::Integer(0)), ..cms_id(Some("id + 1")) },
        ];
        insta::assert_snapshot!(add(&columns, &table(&[])).unwrap().statements().collect::<Vec<_>>().join(";\n"), @r#"
        ALTER TABLE "re""g"."schools" ADD COLUMN "kind" text DEFAULT 'direct' NOT NULL CONSTRAINT "schools_kind_check" CHECK ("kind" IN ('direct', 'it''s')), ADD COLUMN "program_id" bigint, ADD COLUMN "cms_id" integer;
        UPDATE "re""g"."schools" SET "cms_id" = (id + 1);
        ALTER TABLE "re""g"."schools" ALTER COLUMN "cms_id" SET DEFAULT 0, ALTER COLUMN "cms_id" SET NOT NULL;
        ALTER TABLE "re""g"."schools" ADD CONSTRAINT "fk" FOREIGN KEY ("program_id") REFERENCES "programs" ("id") ON DELETE SET NULL
        "#);
    }

    #[test]
    fn not_null_needs_a_value() {
        let not_null = NewColumn { null: false, ..cms_id(None) };
        assert!(add(&[not_null], &table(&[])).unwrap_err().contains("fill"));
        let rendered = add(&[NewColumn { null: false, ..cms_id(Some("id")) }], &table(&[])).unwrap();
        assert_eq!(rendered.changes[2].sql, "ALTER TABLE \"re\"\"g\".\"schools\" ALTER COLUMN \"cms_id\" SET NOT NULL");
    }
}
