//! Cells of every type, put back from the snapshot exactly; what only one database has.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/plans.rs"]
mod plans;
mod support;

use cutover::database::Mode;
use cutover::journal::{Outcome, Silent};
use cutover::run::Options;
use plans::Site;
use support::Scratch;

const NOTHING: [String; 0] = [];

/// Runs steps that are undone from the snapshot, accepting whatever they change, and takes them back.
fn there_and_back(site: &Site, steps: &[(&str, &str)]) {
    let old = site.snapshot();
    let manifest = "format = 1\nname = \"types\"\ndatabases = [\"postgres\", \"mysql\", \"sqlite\"]\n";
    let mut files = vec![("plan.toml".to_owned(), manifest.to_owned())];
    for (name, text) in steps {
        files.push((format!("steps/{name}"), (*text).to_owned()));
    }
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let plan = site.plan(&files);
    let in_place = Options { mode: Some(Mode::InPlace), unfenced: true, ..plans::options() };
    let modes = if site.scratch.dialect() == "mysql" { vec![in_place] } else { vec![plans::options(), in_place] };
    for options in modes {
        let tables = old.manifest.tables.iter().flat_map(|entry| ["rows", "keys", "cells"].map(|class| format!("{class}:{}", entry.table)));
        let accepting = Options { accept: tables.collect(), ..options.clone() };
        let ended = site.end(&plan, &accepting, &Silent);
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        assert_ne!(site.differences(&old), NOTHING, "the plan changes something");
        let undone = site.undo(&plan.1, &ended.run, &options, false).unwrap();
        assert_eq!(undone.outcome, Outcome::Undone, "{undone:?}");
        assert_eq!(site.differences(&old), NOTHING);
    }
}

/// Half of the rows lose every cell, the other half goes.
fn emptied(table: &str, columns: &[&str]) -> String {
    let emptied: Vec<_> = columns.iter().map(|column| format!("{column} = NULL")).collect();
    format!(
        "--! undo = \"snapshot\"\nUPDATE {table} SET {};\nDELETE FROM {table} WHERE id > 2;\nINSERT INTO {table} (id) VALUES (99);\n",
        emptied.join(", ")
    )
}

#[test]
fn every_type_of_postgres() {
    let columns = [
        "r", "d", "n", "t", "z", "i", "b", "a", "j", "js", "e", "c", "s", "u", "bo", "dt", "m", "ip", "rg", "bi", "x", "comp", "dom", "tv",
        "p",
    ];
    let site = Site::filled(
        Scratch::postgres("every_type_is_put_back"),
        "CREATE TYPE mood AS ENUM ('sad', 'it''s fine'); CREATE TYPE pair AS (a int, b text); CREATE DOMAIN short AS varchar(3);
         CREATE TABLE everything (id int PRIMARY KEY, r real, d double precision, n numeric, t timestamp, z timestamptz, i interval, b bytea,
            a text[], j jsonb, js json, e mood, c char(4), s text, u uuid, bo boolean, dt date, m money, ip inet, rg int4range, bi bit varying(9),
            x xml, comp pair, dom short, tv tsvector, p point, number int GENERATED ALWAYS AS (id * 2) STORED, idy int GENERATED ALWAYS AS IDENTITY);
         INSERT INTO everything OVERRIDING SYSTEM VALUE VALUES
            (1, 12.000001, 0.1::float8 + 0.2, 'NaN', 'infinity', '2026-01-19 08:30:00.123456+05', '1 year 2 days 03:04:05.6', '\\x00ff5c',
             ARRAY['a,b', NULL, 'NULL', E'q\"\\\\'], '{\"k\": [1, null]}', '{\"k\" :  1, \"k\": 2}', 'it''s fine', 'ab', E'tab\\tline\\nback\\\\slash\\r',
             'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', true, '-infinity', 12.5, '10.0.0.1/8', '[1,5)', '10101', '<a>b</a>', '(1,\"x,y\")', 'abc', 'a b:2', '(1,2.5)', DEFAULT, 7),
            (2, 'NaN', '-Infinity', 1e40, '0044-03-15 BC', NULL, '-1 day', '', '{}', 'null', 'null', NULL, '', '', NULL, NULL, NULL, NULL,
             NULL, 'empty', '', NULL, '(,)', '', '', NULL, DEFAULT, 8),
            (3, NULL, '-0', 0.10, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'Ünïcode \u{1f393} \\N', NULL, false, NULL, NULL,
             NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, DEFAULT, 9),
            (4, 1e-7, 5e-324, -1.50, '2026-01-19', 'epoch', '1 mon', '\\x', '{{1,2},{3,4}}', '[]', '[ ]', 'sad', 'x', ' ', NULL, false, 'today', -1,
             '::1', '(,)', '1', '', '(2,)', 'x', 'z', '(0,0)', DEFAULT, 10);
         ALTER TABLE everything ALTER idy RESTART WITH 100;",
    );
    there_and_back(&site, &[("0010_emptied.sql", &emptied("everything", &columns))]);
}

#[test]
fn every_type_of_mariadb() {
    let columns = [
        "f", "d", "n", "u", "z", "b", "w", "y", "zero", "part", "late", "moment", "c", "l", "x", "bin", "vb", "e", "s", "j", "g", "bl",
        "ascii8", "un",
    ];
    let site = Site::filled(
        Scratch::mysql("every_type_is_put_back"),
        "SET sql_mode = ''; SET time_zone = '+05:00';
         CREATE TABLE everything (id int AUTO_INCREMENT PRIMARY KEY, f float, d double, n decimal(65,30), u bigint unsigned, z int(5) zerofill, b bit(64), w double(10,2), y year,
            zero date, part datetime(6), late time(3), moment timestamp(6) NULL, c varchar(20) COLLATE utf8mb4_general_ci, l varchar(20) CHARACTER SET latin1,
            x longtext, bin binary(4), vb varbinary(9), e enum('x',''), s set('p','q'), j json, g point, bl blob, ascii8 varchar(9) CHARACTER SET ascii, un uuid,
            number int AS (y * 2) STORED);
         SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO';
         INSERT INTO everything (id, f, d, n, u, z, b, w, y, zero, part, late, moment, c, l, x, bin, vb, e, s, j, g, bl, ascii8, un) VALUES
            (1, 0.1, 0.1, 12345678901234567890123456789012345.000000000000000000000000000001, 18446744073709551615, 42,
             b'1000000000000000000000000000000000000000000000000000000000000001', 1.25, 2024, '0000-00-00', '2024-02-00 01:02:03.000004', '838:59:59.5',
             '2024-01-01 05:00:00.000001', 'á', 'ä€', '😀\\\\\\t\\n', 'a', x'00FF', '', 'p,q', '{\"a\": 1.0}', ST_GeomFromText('POINT(1 2)', 4326), x'0027', 'a', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'),
            (0, 16777215, -1e308, -0.5, 0, 0, b'0', -1.25, 1901, '2026-01-19', '9999-12-31 23:59:59.999999', '-838:59:59', NULL, '', '', '', '', '', 'x', '', 'null', NULL, '', '', NULL),
            (3, NULL, 5e-324, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'a ', 'it''s', ' ', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
            (4, -1.17549e-38, 3.14159, 1, 1, 1, b'101', 0, 2155, '1000-01-01', '2000-01-01', '00:00:00', '1970-01-02 00:00:00', '\\\\', 'ÿ', '\\0', x'01', x'ff', 'x', 'q', '[]',
             ST_GeomFromText('POINT(-1.5 1e300)'), x'ff00', '~', '00000000-0000-0000-0000-000000000000');",
    );
    there_and_back(&site, &[("0010_emptied.sql", &emptied("everything", &columns))]);
}

#[test]
fn every_class_of_sqlite() {
    let site = Site::filled(
        Scratch::sqlite("every_class_is_put_back"),
        "CREATE TABLE everything (id INTEGER PRIMARY KEY, v, i INTEGER, r REAL, t TEXT, n NUMERIC, b BLOB, twice AS (id * 2));
         INSERT INTO everything (v, i, r, t, n, b) VALUES (1, 'word', 1, 1.5, '12', '12'), (1.0, 1.5, 0.1, x'00', 1e300, 12), ('1', NULL, 0.30000000000000004, 'é', '', x''),
            (NULL, 1, 1e308 * 10, '', 'x', NULL), (-0.0, x'ff', 2.2250738585072011e-308, CAST(x'ff41' AS TEXT), 9223372036854775807, 0.1),
            ('a' || char(0) || 'b', -9223372036854775808, 5e-324, 'it''s', 12.000001, 1.7976931348623157e308);",
    );
    there_and_back(&site, &[("0010_emptied.sql", &emptied("everything", &["v", "i", "r", "t", "n", "b"]))]);
}

/// The server sets such a column itself wherever an UPDATE does not name it.
#[test]
fn a_time_that_every_update_renews_is_the_old_one_again() {
    let site = Site::filled(
        Scratch::mysql("a_time_that_every_update_renews"),
        "CREATE TABLE items (id int PRIMARY KEY, status varchar(9), updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
            seen datetime(6) NULL ON UPDATE CURRENT_TIMESTAMP(6));
         INSERT INTO items VALUES (1, 'a', '2020-01-01 00:00:00', NULL), (2, 'b', '2021-01-01 00:00:00', '2021-01-01 00:00:00.5'), (3, 'c', '2022-01-01 00:00:00', NULL);",
    );
    there_and_back(&site, &[("0010_items.sql", "--! undo = \"snapshot\"\nUPDATE items SET status = 'x' WHERE id < 3;\n")]);
}

/// The undo of an older step narrows what the rows still hold: they make room first.
#[test]
fn rows_make_room_for_the_undo_of_an_older_step() {
    let widen = "[change_type]\ntable = \"items\"\ncolumn = \"status\"\ntype = \"varchar(40)\"\n";
    let step = "--! undo = \"snapshot\"\nUPDATE items SET status = 'much longer than it was before' WHERE id = 1;\n";
    for scratch in [Scratch::postgres("rows_make_room"), Scratch::mysql("rows_make_room")] {
        let site = Site::filled(
            scratch,
            "CREATE TABLE items (id int PRIMARY KEY, status varchar(9)); INSERT INTO items VALUES (1, 'a'), (2, NULL);",
        );
        there_and_back(&site, &[("0010_widen.toml", widen), ("0020_items.sql", step)]);
    }
}

/// Values of an enum that the plan adds are in the rows until these are put back.
#[test]
fn an_enum_is_narrowed_again_behind_its_rows() {
    let allow = "[widen_enum]\ntable = \"items\"\ncolumn = \"status\"\nadd = [\"open\"]\n";
    let step = "--! undo = \"snapshot\"\nUPDATE items SET status = 'open';\n";
    let site = Site::filled(
        Scratch::mysql("an_enum_is_narrowed_again"),
        "CREATE TABLE items (id int PRIMARY KEY, status enum('new','old')); INSERT INTO items VALUES (1, 'new'), (2, 'old'), (3, NULL);",
    );
    there_and_back(&site, &[("0010_allow.toml", allow), ("0020_items.sql", step)]);
}

/// What the plan's schemas leave out is not in the snapshot, so that nobody could put it back: that is told before the run.
#[test]
fn a_table_that_the_snapshot_leaves_out_cannot_be_undone_from_it() {
    let site = Site::filled(
        Scratch::postgres("a_table_that_the_snapshot_leaves_out"),
        "CREATE SCHEMA aside; CREATE TABLE aside.items (id int PRIMARY KEY, status text); INSERT INTO aside.items VALUES (1, 'a');
         CREATE TABLE known (id int PRIMARY KEY)",
    );
    let old = site.snapshot();
    let manifest = "format = 1\nname = \"aside\"\ndatabases = [\"postgres\"]\nschemas = [\"public\"]\n";
    let step = "--! undo = \"snapshot\"\nUPDATE aside.items SET status = 'b';\n";
    let plan = site.plan(&[("plan.toml", manifest), ("steps/0010_items.sql", step)]);
    let refused = site.run(&plan, &plans::options(), &Silent).unwrap_err();
    assert!(refused.to_string().contains("aside.items is outside of the plan's schemas"), "{refused:?}");
    assert_eq!(site.differences(&old), NOTHING);
}
