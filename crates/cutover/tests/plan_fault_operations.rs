//! Faults of operations, each with its line and column.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects by panicking")]

mod plan_support;

use plan_support::{MANIFEST, faults_of};

#[test]
fn what_an_operation_says_wrong_is_told_where_it_stands() {
    let columns = "[add_columns]\ntable = \"candidates\"\ncolumns = [\n    { name = \"a\", type = \"varchar\" },\n    \
                   { name = \"b\", type = \"decimal(2,3)\", default = \"x\" },\n    { name = \"c\", type = \"enum\" },\n    \
                   { name = \"d\", type = \"integer\", default = \"1\" },\n    { name = \"e\", type = \"integer\", null = false },\n    \
                   { name = \"f\", type = \"integer\", references = \"programs\" },\n    \
                   { name = \"g\", type = \"integer\", on_delete = \"set nul\" },\n    { name = \"h\", type = \"text\", fil = \"id\" },\n]\n";
    let table = "[create_table]\nname = \"documents\"\ncolumns = [{ name = \"id\", type = \"text\", auto = true }, { name = \"id\", type = \"text\" }]\n\
                 unique = [[\"ids\"]]\n";
    let keys = "[[add_index]]\ntable = \"a_table_whose_name_is_quite_long_already\"\ncolumns = [\"a_column_with_a_long_name\"]\n\
                [add_foreign_key]\ntable = \"a\"\ncolumns = [\"b\", \"c\"]\nreferences = [\"d.e\"]\n";
    let files = [("plan.toml", MANIFEST), ("steps/1.toml", columns), ("steps/2.toml", table), ("steps/3.toml", keys)];
    insta::assert_snapshot!(faults_of(&files), @"");
}
