//! Faults of CSV steps that need no database to be seen.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects by panicking")]

mod plan_support;

use cutover::plan::StepBody;
use plan_support::{MANIFEST, faults_of, files, load_with};

#[test]
fn csv_files_are_told_where_they_stand_wrong() {
    let manifest = format!(
        "{MANIFEST}[keys]\ncountries = [\"code\"]\ncities = [\"country\", \"code\"]\nports = []\n\n[titles]\n\"0100_countrys\" = \"Countries\"\n"
    );
    let countries = "\u{feff}code,name,name,\r\nPK,Pakistan,x,\r\n";
    let cities = "country_id>countries,code\nPK,LHE\n";
    let regions = "code\nA\n";
    let told = faults_of(&[
        ("plan.toml", &manifest),
        ("steps/0100_countries.csv", countries),
        ("steps/0200_cities.csv", cities),
        ("steps/0300_regions.csv", regions),
        ("steps/0400_empty.csv", ""),
        ("steps/0500_ports.csv", "code\nA\n"),
        ("steps/0500_ports.sql", "INSERT INTO ports VALUES (1);\n"),
    ]);
    insta::assert_snapshot!(told, @r##"
    the plan plans/example has 9 faults

    plan.toml:6:11: steps/0200_cities.csv has no column `country`, which belongs to the key of `cities`
        cities = ["country", "code"]
                  ^
        did you mean `country_id`?

    plan.toml:7:1: the natural key of `ports` has no column
        ports = []
        ^
        name one at least: ["code"]

    plan.toml:10:1: there is no CSV step `0100_countrys` to give a title to
        "0100_countrys" = "Countries"
        ^
        did you mean `0100_countries`?

    steps/0100_countries.csv:1:11: the column `name` stands twice
        code,name,name,
                  ^
        take one of them out

    steps/0100_countries.csv:1:16: this column has no name
        code,name,name,
                       ^
        name a column of the table, or take the comma out

    steps/0200_cities.csv:1:1: `countries` names no column of another table
        country_id>countries,code
        ^
        write for example country_id>countries.code

    steps/0300_regions.csv: the natural key of `regions` is not known
        add to plan.toml: [keys] regions = ["…"], the columns that tell rows apart

    steps/0400_empty.csv: the natural key of `empty` is not known
        add to plan.toml: [keys] empty = ["…"], the columns that tell rows apart

    steps/0500_ports.csv: another file makes the step `0500_ports` too
        give the two steps different names: their order follows from them
    "##);
}

#[test]
fn rows_are_told_where_they_stand_wrong() {
    let manifest = format!("{MANIFEST}[keys]\ncountries = [\"code\"]\nquotes = [\"code\"]\n");
    let countries = "code,name\nPK,Pakistan\nSA\nOM,\"a,\nb\",c\nPK,again\n,x\n,y\n";
    let told = faults_of(&[
        ("plan.toml", &manifest),
        ("steps/0100_countries.csv", countries),
        ("steps/0200_quotes.csv", "code,name\nA,5\" pipe\nB,\"never closed\n"),
    ]);
    insta::assert_snapshot!(told, @r##"
    the plan plans/example has 6 faults

    steps/0100_countries.csv:3:1: this line has 1 cell, and the header 2 cells
        SA
        ^
        give each column a cell; put texts with commas into quotes

    steps/0100_countries.csv:4:1: this line has 3 cells, and the header 2 cells
        OM,"a,
        ^
        give each column a cell; put texts with commas into quotes

    steps/0100_countries.csv:6:1: the key PK stands on line 2 already
        PK,again
        ^
        take one of the two lines out

    steps/0100_countries.csv:8:1: the key NULL stands on line 7 already
        ,y
        ^
        take one of the two lines out

    steps/0200_quotes.csv:2:4: a quote stands in the middle of a cell without quotes
        A,5" pipe
           ^
        put the whole cell into quotes, and write each quote in it twice

    steps/0200_quotes.csv:3:3: this quote is never closed
        B,"never closed
          ^
        put the whole cell into quotes, and write each quote in it twice
    "##);
}

#[test]
fn many_faults_of_one_file_are_counted_and_not_all_told() {
    let manifest = format!("{MANIFEST}[keys]\ncountries = [\"code\"]\n");
    let file: String = std::iter::once("code,name\n".to_owned()).chain((0..120).map(|number| format!("{number}\n"))).collect();
    let told = faults_of(&[("plan.toml", &manifest), ("steps/0100_countries.csv", &file)]);
    assert!(told.contains("the plan plans/example has 50 faults"), "{told}");
    assert!(told.contains("(and 70 faults more in this file)"), "{told}");
}

#[test]
fn a_csv_step_is_read_with_its_key_title_and_undo() {
    let manifest =
        format!("{MANIFEST}[keys]\n\"app.countries\" = [\"code\"]\n\n[titles]\n\"2-data/0100_countries\" = \"Countries of the world\"\n");
    let plan = files(&[
        ("plan.toml", &manifest),
        ("steps/2-data/0100_countries.csv", "code,parent_id>app.countries.code,name\nPK,,\"\"\n"),
        ("steps/2-data/0100_countries.undo.sql", "DELETE FROM app.countries;\n"),
    ]);
    let plan = load_with(&plan, &[]).unwrap();
    let [step] = plan.steps.as_slice() else { panic!("{:?}", plan.steps) };
    assert_eq!((step.title.as_str(), step.phase.as_str()), ("Countries of the world", "2-data"));
    let StepBody::MasterData(data) = &step.body else { panic!("{step:?}") };
    assert_eq!(data.table, "app.countries");
    assert!(data.columns[0].key && !data.columns[1].key && data.undo.is_some());
    let reference = data.columns[1].reference.as_ref().unwrap();
    assert_eq!((reference.table.as_str(), reference.column.as_str()), ("app.countries", "code"));
    assert_eq!(data.rows[0].cells, [Some("PK".to_owned()), None, Some(String::new())]);
}
