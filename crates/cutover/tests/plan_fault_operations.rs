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
    insta::assert_snapshot!(faults_of(&files), @r##"
    the plan plans/example has 14 faults

    steps/1.toml:4:26: `varchar` is not a portable type
            { name = "a", type = "varchar" },
                                 ^
        say how many characters at the most: varchar(50)

    steps/1.toml:5:26: `decimal(2,3)` is not a portable type
            { name = "b", type = "decimal(2,3)", default = "x" },
                                 ^
        write decimal(digits in all, digits behind the point), such as decimal(12,2): at most 65 and 30

    steps/1.toml:6:26: an enum has values
            { name = "c", type = "enum" },
                                 ^
        add: values = ["…", "…"]

    steps/1.toml:7:47: the default of a column of type integer must be a whole number
            { name = "d", type = "integer", default = "1" },
                                                      ^
        change the default or the type

    steps/1.toml:8:5: the rows that exist would hold NULL in a column that must not
            { name = "e", type = "integer", null = false },
            ^
        add `fill`, or take `null = false` out

    steps/1.toml:9:50: `programs` does not name a column
            { name = "f", type = "integer", references = "programs" },
                                                         ^
        write table.column

    steps/1.toml:10:49: `set nul` is not what may become of a row whose parent is deleted
            { name = "g", type = "integer", on_delete = "set nul" },
                                                        ^
        did you mean `set null`?

    steps/1.toml:11:34: unknown key `fil`
            { name = "h", type = "text", fil = "id" },
                                         ^
        did you mean `fill`?

    steps/2.toml:3:21: `id` cannot be numbered: its type is text
        columns = [{ name = "id", type = "text", auto = true }, { name = "id", type = "text" }]
                            ^
        write type = "bigint"

    steps/2.toml:3:66: `id` stands twice in `columns`
        columns = [{ name = "id", type = "text", auto = true }, { name = "id", type = "text" }]
                                                                         ^
        take one of them out

    steps/2.toml:4:12: the table has no column `ids`
        unique = [["ids"]]
                   ^
        did you mean `id`?

    steps/3.toml:2:9: the name a_table_whose_name_is_quite_long_already_a_column_with_a_long_name_index has 72 bytes, and postgres allows 63
        table = "a_table_whose_name_is_quite_long_already"
                ^
        give a shorter one: name = "a_table_whose_name_is_quite_long_already_index"

    steps/3.toml:4:2: the file holds operations of two kinds, `add_index` and `add_foreign_key`
        [add_foreign_key]
         ^
        give each kind a file of its own: the order of the files says which is first

    steps/3.toml:7:14: 2 columns refer to 1
        references = ["d.e"]
                     ^
        name as many columns on both sides
    "##);
}
