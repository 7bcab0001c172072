//! The catalog: tables, keys, relationships, and what stands in the way of reading or rewriting them.

use std::collections::BTreeMap;

use super::dialect::PostgresDialect;
use super::objects;
use super::session::{Connection, TextRow, unexpected_answer};
use super::shapes;
use crate::model::dialect::Dialect;
use crate::model::error::{Error, ErrorKind, Result};
use crate::model::table::{Catalog, Column, Key, NotCovered, ObjectKind, ObjectName, Relationship, Table, TableName};

/// The words that begin every catalog query: `place` are the schemas of the user's, each with the prefix of its objects'
/// names; `member` is what belongs to extensions. The journal's own schema is part of no comparison.
pub(super) fn prelude(connection: &Connection) -> String {
    format!(
        "WITH place AS (SELECT oid, nspname, CASE WHEN nspname = {} THEN '' ELSE nspname || '.' END AS prefix FROM pg_namespace \
         WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'cutover')), \
         member AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e') ",
        PostgresDialect.quote_literal(&connection.default_schema)
    )
}

/// Reads the whole catalog.
///
/// # Errors
/// The server's, or `Refused` where the account may not read a table.
pub(super) fn read(connection: &mut Connection) -> Result<Catalog> {
    refuse_unreadable(connection)?;
    Ok(Catalog {
        default_schema: connection.default_schema.clone(),
        tables: tables(connection)?,
        relationships: relationships(connection)?,
        objects: objects::read(connection)?,
        not_covered: not_covered(connection)?,
    })
}

/// The tables that are scanned: a partition is read with the table that it is part of.
pub(super) const SCANNED: &str = "c.relkind IN ('r', 'p') AND NOT c.relispartition";

fn refuse_unreadable(connection: &mut Connection) -> Result<()> {
    let sql = format!(
        "{} SELECT place.nspname, c.relname, has_schema_privilege(place.oid, 'USAGE'), \
         row_security_active(c.oid), quote_ident(current_user) \
         FROM pg_class c JOIN place ON place.oid = c.relnamespace \
         WHERE {SCANNED} AND (NOT has_schema_privilege(place.oid, 'USAGE') OR row_security_active(c.oid) \
         OR (NOT has_table_privilege(c.oid, 'SELECT') AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 \
         AND NOT a.attisdropped AND NOT has_column_privilege(c.oid, a.attnum, 'SELECT')))) ORDER BY 1, 2",
        prelude(connection)
    );
    let unreadable = connection.rows(&sql)?;
    if unreadable.is_empty() {
        return Ok(());
    }
    let mut names = Vec::new();
    let mut schemas = Vec::new();
    let mut grants = Vec::new();
    let mut hidden = Vec::new();
    let mut account = String::new();
    for row in &unreadable {
        let [schema, table, usage, security, user] = fields(row)?;
        account.clone_from(&user);
        let quoted = format!("{}.{}", PostgresDialect.quote_identifier(&schema), PostgresDialect.quote_identifier(&table));
        let schema = PostgresDialect.quote_identifier(&schema);
        if usage == "f" && !schemas.contains(&schema) {
            schemas.push(schema);
        }
        names.push(quoted.clone());
        if security == "t" { hidden.push(quoted) } else { grants.push(quoted) }
    }
    let mut error = Error::new(ErrorKind::Refused, format!("the account {account} may not read every row of {}", names.join(", ")));
    if !schemas.is_empty() {
        error = error.hint(format!("GRANT USAGE ON SCHEMA {} TO {account};", schemas.join(", ")));
    }
    if !grants.is_empty() {
        error = error.hint(format!("GRANT SELECT ON {} TO {account};", grants.join(", ")));
    }
    if !hidden.is_empty() {
        error = error
            .hint(format!("row-level security hides rows of {}: use their owner, or ALTER ROLE {account} BYPASSRLS;", hidden.join(", ")));
    }
    Err(error)
}

fn tables(connection: &mut Connection) -> Result<Vec<Table>> {
    let sql = format!(
        "{} SELECT c.oid, place.prefix, c.relname, \
         CASE WHEN c.relkind = 'p' THEN (SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree(c.oid)) \
         ELSE pg_total_relation_size(c.oid) END::bigint, \
         CASE WHEN c.relkind = 'p' THEN (SELECT sum(NULLIF(leaf.reltuples, -1)) FROM pg_partition_tree(c.oid) p \
         JOIN pg_class leaf ON leaf.oid = p.relid WHERE p.isleaf) ELSE NULLIF(c.reltuples, -1) END::bigint \
         FROM pg_class c JOIN place ON place.oid = c.relnamespace WHERE {SCANNED}",
        prelude(connection)
    );
    let mut columns = columns(connection)?;
    let mut keys = keys(connection)?;
    let mut obstacles = rewrite_obstacles(connection)?;
    let mut shapes = shapes::read(connection)?;
    let mut tables = Vec::new();
    for row in connection.rows(&sql)? {
        let [oid, prefix, name, bytes, estimate] = row.as_slice() else { return Err(unexpected_answer()) };
        let oid = oid.clone().unwrap_or_default();
        tables.push(Table {
            name: table_name(prefix.as_deref(), name.as_deref()),
            columns: columns.remove(&oid).unwrap_or_default(),
            keys: keys.remove(&oid).unwrap_or_default(),
            bytes: bytes.as_deref().and_then(|bytes| bytes.parse().ok()),
            estimated_rows: estimate.as_deref().and_then(|rows| rows.parse().ok()),
            rewrite_obstacles: obstacles.remove(&oid).unwrap_or_default(),
            unit_obstacles: Vec::new(),
            shape: shapes.remove(&oid).unwrap_or_default(),
        });
    }
    tables.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(tables)
}

/// Columns by the table's number, in the table's order.
fn columns(connection: &mut Connection) -> Result<BTreeMap<String, Vec<Column>>> {
    let sql = format!(
        "{} SELECT c.oid, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated <> '', \
         coalesce(base.typcategory, t.typcategory) = 'N' AND coalesce(base.oid, t.oid) < 16384 \
         AND coalesce(base.typname, t.typname) IN ('int2', 'int4', 'int8', 'float4', 'float8', 'numeric'), \
         pg_encoding_to_char((SELECT encoding FROM pg_database WHERE datname = current_database())) <> 'SQL_ASCII' \
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN place ON place.oid = c.relnamespace \
         JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type base ON base.oid = NULLIF(t.typbasetype, 0) \
         WHERE {SCANNED} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum",
        prelude(connection)
    );
    let mut columns: BTreeMap<String, Vec<Column>> = BTreeMap::new();
    for row in connection.rows(&sql)? {
        let [table, name, data_type, not_null, generated, numeric, utf8] = fields(&row)?;
        columns.entry(table).or_default().push(Column {
            name,
            data_type,
            nullable: not_null != "t",
            generated: generated == "t",
            numeric: numeric == "t",
            utf8: utf8 == "t",
        });
    }
    Ok(columns)
}

/// Keys by the table's number: the primary key, then the others by name.
fn keys(connection: &mut Connection) -> Result<BTreeMap<String, Vec<Key>>> {
    let sql = format!(
        "{} SELECT i.indrelid, x.relname, i.indisprimary, a.attname, a.attnotnull \
         FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid \
         JOIN place ON place.oid = c.relnamespace \
         CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY part (attnum, position) \
         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = part.attnum \
         WHERE {SCANNED} AND i.indisunique AND i.indisvalid AND i.indisready AND i.indislive \
         AND i.indpred IS NULL AND i.indexprs IS NULL AND part.position <= i.indnkeyatts \
         ORDER BY i.indrelid, i.indisprimary DESC, x.relname, part.position",
        prelude(connection)
    );
    let mut keys: BTreeMap<String, Vec<Key>> = BTreeMap::new();
    for row in connection.rows(&sql)? {
        let [table, name, primary, column, not_null] = fields(&row)?;
        let of_table = keys.entry(table).or_default();
        match of_table.last_mut().filter(|key| key.name == name) {
            Some(key) => {
                key.columns.push(column);
                key.not_null &= not_null == "t";
            }
            None => of_table.push(Key { name, columns: vec![column], primary: primary == "t", not_null: not_null == "t" }),
        }
    }
    Ok(keys)
}

fn relationships(connection: &mut Connection) -> Result<Vec<Relationship>> {
    let sql = format!(
        "{} SELECT con.oid, child_place.prefix, child.relname, child_column.attname, \
         parent_place.prefix, parent.relname, parent_column.attname \
         FROM pg_constraint con \
         JOIN pg_class child ON child.oid = con.conrelid JOIN place child_place ON child_place.oid = child.relnamespace \
         JOIN pg_class parent ON parent.oid = con.confrelid JOIN place parent_place ON parent_place.oid = parent.relnamespace \
         CROSS JOIN LATERAL unnest(con.conkey, con.confkey) WITH ORDINALITY part (child, parent, position) \
         JOIN pg_attribute child_column ON child_column.attrelid = con.conrelid AND child_column.attnum = part.child \
         JOIN pg_attribute parent_column ON parent_column.attrelid = con.confrelid AND parent_column.attnum = part.parent \
         WHERE con.contype = 'f' AND con.conparentid = 0 AND NOT child.relispartition AND NOT parent.relispartition \
         ORDER BY con.oid, part.position",
        prelude(connection)
    );
    let mut found: BTreeMap<String, Relationship> = BTreeMap::new();
    for row in connection.rows(&sql)? {
        let [constraint, child_prefix, child, column, parent_prefix, parent, parent_column] = fields(&row)?;
        let relationship = found.entry(constraint).or_insert_with(|| Relationship {
            child: table_name(Some(&child_prefix), Some(&child)),
            columns: Vec::new(),
            parent: table_name(Some(&parent_prefix), Some(&parent)),
            parent_columns: Vec::new(),
            declared: true,
        });
        relationship.columns.push(column);
        relationship.parent_columns.push(parent_column);
    }
    let mut relationships: Vec<_> = found.into_values().collect();
    relationships.sort();
    relationships.dedup();
    Ok(relationships)
}

/// Why a rewriting ALTER must not be used, by the table's number. The server forbids it, it would change other tables'
/// meaning, or who follows the changes of the table would not be told.
fn rewrite_obstacles(connection: &mut Connection) -> Result<BTreeMap<String, Vec<String>>> {
    let schemas_published = if connection.version >= 150_000 {
        "UNION ALL SELECT c.oid, 'the publication ' || quote_ident(p.pubname) || ' publishes its schema' FROM scanned c \
         JOIN pg_publication_namespace n ON n.pnnspid = c.relnamespace JOIN pg_publication p ON p.oid = n.pnpubid "
    } else {
        ""
    };
    let sql = format!(
        "{}, scanned AS (SELECT c.oid, c.relkind, c.reltype, c.reloftype, c.relnamespace FROM pg_class c \
         JOIN place ON place.oid = c.relnamespace WHERE {SCANNED}), \
         row_type AS (SELECT c.oid AS relation, t.oid AS type FROM scanned c JOIN pg_type t ON t.oid = c.reltype \
         UNION ALL SELECT c.oid, t.typarray FROM scanned c JOIN pg_type t ON t.oid = c.reltype WHERE t.typarray <> 0) \
         SELECT oid, 'it is partitioned' FROM scanned WHERE relkind = 'p' \
         UNION ALL SELECT oid, 'it is a table of the type ' || reloftype::regtype FROM scanned WHERE reloftype <> 0 \
         UNION ALL SELECT DISTINCT c.oid, 'the table ' || i.inhrelid::regclass || ' inherits from it' FROM scanned c \
         JOIN pg_inherits i ON i.inhparent = c.oid WHERE c.relkind <> 'p' \
         UNION ALL SELECT c.oid, 'it inherits from the table ' || i.inhparent::regclass FROM scanned c JOIN pg_inherits i ON i.inhrelid = c.oid \
         UNION ALL SELECT DISTINCT r.relation, 'its row type is used by the column ' || a.attrelid::regclass || '.' || quote_ident(a.attname) \
         FROM row_type r JOIN pg_attribute a ON a.atttypid = r.type AND NOT a.attisdropped \
         UNION ALL SELECT DISTINCT r.relation, 'its row type is used by the type ' || t.oid::regtype FROM row_type r \
         JOIN pg_type t ON t.typbasetype = r.type \
         UNION ALL SELECT DISTINCT r.relation, 'its row type is used by the routine ' || p.oid::regprocedure FROM row_type r \
         JOIN pg_proc p ON p.prorettype = r.type OR r.type = ANY (p.proargtypes) OR r.type = ANY (p.proallargtypes) \
         UNION ALL SELECT c.oid, 'the publication ' || quote_ident(p.pubname) || ' publishes it' FROM scanned c \
         JOIN pg_publication_rel r ON r.prrelid = c.oid JOIN pg_publication p ON p.oid = r.prpubid \
         UNION ALL SELECT c.oid, 'the publication ' || quote_ident(p.pubname) || ' publishes every table' FROM scanned c \
         CROSS JOIN pg_publication p WHERE p.puballtables {schemas_published}\
         UNION ALL SELECT c.oid, 'the logical replication slot ' || quote_ident(s.slot_name) || ' follows this database' FROM scanned c \
         CROSS JOIN pg_replication_slots s WHERE s.slot_type = 'logical' AND s.database = current_database() \
         ORDER BY 1, 2",
        prelude(connection)
    );
    let mut obstacles: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in connection.rows(&sql)? {
        let [table, reason] = fields(&row)?;
        obstacles.entry(table).or_default().push(reason);
    }
    Ok(obstacles)
}

fn not_covered(connection: &mut Connection) -> Result<Vec<NotCovered>> {
    let sql = format!(
        "{} SELECT CASE c.relkind WHEN 'f' THEN 'foreign table' ELSE 'materialized view' END, place.prefix || c.relname, \
         CASE c.relkind WHEN 'f' THEN 'its rows are in another server, which takes no part in this transaction' \
         ELSE 'its rows are a copy that REFRESH brings up to date; they are not compared' END \
         FROM pg_class c JOIN place ON place.oid = c.relnamespace \
         WHERE c.relkind = 'f' OR (c.relkind = 'm' AND c.relispopulated) \
         UNION ALL SELECT 'object', 'large objects', count(*) || ' large objects are not compared' \
         FROM pg_largeobject_metadata HAVING count(*) > 0",
        prelude(connection)
    );
    let mut found = Vec::new();
    for row in connection.rows(&sql)? {
        let [kind, name, reason] = fields(&row)?;
        let kind = ObjectKind::from_word(&kind).unwrap_or(ObjectKind::Other);
        found.push(NotCovered { object: ObjectName { kind, name }, reason });
    }
    found.sort();
    Ok(found)
}

/// A table's name from the prefix that `place` gives it: `schema.` or nothing.
pub(super) fn table_name(prefix: Option<&str>, name: Option<&str>) -> TableName {
    let schema = prefix.unwrap_or_default();
    TableName { schema: schema.strip_suffix('.').unwrap_or(schema).to_owned(), name: name.unwrap_or_default().to_owned() }
}

/// The values of a row in which no NULL is expected.
pub(super) fn fields<const COUNT: usize>(row: &TextRow) -> Result<[String; COUNT]> {
    let values: Vec<_> = row.iter().map(|value| value.clone().unwrap_or_default()).collect();
    values.try_into().map_err(|_| unexpected_answer())
}
