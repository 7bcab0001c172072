//! What is there already, master data, and the application's own ledger.

use crate::support::{Scratch, each_database};
use crate::wasl::Wasl;

each_database! { only (mysql, sqlite)
    /// A column of the plan may already exist: a step adopts it if its type fits, and its old data is protected
    fn a_column_that_fits_is_adopted(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.execute("ALTER TABLE candidate_screenings ADD COLUMN screening_status varchar(50) NULL;
            INSERT INTO candidate_screenings (id, candidate_id, outcome, screening_status) VALUES (1, 1, 'passed', NULL), (2, 1, NULL, 'deferred')");
        let before = wasl.site.snapshot();
        let run = wasl.migrate();
        let statuses = "SELECT screening_status FROM candidate_screenings ORDER BY id";
        assert_eq!(wasl.rows(statuses), ["screened", "deferred"]);
        wasl.undo(&run);
        assert_eq!(wasl.rows(statuses), ["-", "deferred"]);
        assert_eq!(wasl.site.differences(&before), Vec::<String>::new());
    }

    /// A step stops before anything is touched if the type of what exists does not fit
    fn a_column_that_does_not_fit_stops_the_run(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.execute("ALTER TABLE departures ADD COLUMN ptn_status int NULL");
        let told = wasl.refused();
        assert!(told.contains("departures.ptn_status") && told.contains("0190_change_departures"), "{told}");
    }

    /// training_assessments may already exist, and hold assessments
    fn a_table_that_fits_is_adopted_with_its_rows(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.execute("INSERT INTO training_schedules (candidate_id, status, start_date, completion_date) VALUES (1, 'completed', '2025-04-01', '2025-06-01')");
        let id = if wasl.site.scratch.dialect() == "mysql" { "bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY" } else { "INTEGER PRIMARY KEY" };
        let kind = if wasl.site.scratch.dialect() == "mysql" { "bigint unsigned" } else { "INTEGER" };
        wasl.execute(&format!("CREATE TABLE training_assessments (id {id}, candidate_id {kind} NOT NULL, batch_id {kind} NULL, assessment_type varchar(20) NOT NULL,
            assessment_date date NULL, score decimal(5,2) NULL, max_score decimal(5,2) NULL, passing_score decimal(5,2) NULL, assessor_id {kind} NULL,
            remarks text NULL, created_at timestamp NULL, updated_at timestamp NULL);
            INSERT INTO training_assessments (id, candidate_id, assessment_type, score) VALUES (9, 1, 'interim', 91.5)"));
        let before = wasl.site.snapshot();
        let run = wasl.migrate();
        let assessments = "SELECT assessment_type, score FROM training_assessments ORDER BY id";
        let scores: Vec<_> = wasl.rows(assessments).into_iter().map(|row| row.replace(".00", "")).map(|row| row.replace("91.50", "91.5")).collect();
        assert_eq!(scores, ["interim 91.5", "final 80"]);
        wasl.undo(&run);
        assert_eq!(wasl.site.differences(&before), Vec::<String>::new());
    }

    /// TEC must exist, and counts must be programs 3-5, courses 10-20, checklists 8-10, countries 15-20; Pakistan as home
    fn master_data_is_there_in_the_expected_numbers(database: Scratch) {
        let mut wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        let run = wasl.migrate();
        let count = |table: &str| wasl.rows(&format!("SELECT COUNT(*) FROM {table}"))[0].parse::<u32>().unwrap();
        assert!((3..=5).contains(&count("programs")) && (10..=20).contains(&count("courses")));
        assert!((8..=10).contains(&count("document_checklists")) && (15..=20).contains(&count("countries")));
        assert_eq!(wasl.rows("SELECT name FROM programs WHERE code = 'TEC'"), ["Technical Education & Vocational Training"]);
        assert_eq!(wasl.rows("SELECT code FROM countries WHERE is_destination = 0"), ["PAK"]);
        assert_eq!(wasl.rows("SELECT code FROM payment_methods ORDER BY display_order"), ["BANK", "EASYPAISA", "JAZZCASH"]);
        wasl.undo(&run);
        let path = "steps/2-master-data/0210_countries.csv";
        let csv = String::from_utf8(wasl.files.files[path].clone()).unwrap();
        let few: Vec<_> = csv.lines().take(9).collect();
        wasl.files.files.insert(path.to_owned(), format!("{}\nJapan,JPN,JP,JPY,+81,true\n", few.join("\n")).into_bytes());
        let told = wasl.not_committed();
        assert!(told.contains("master_data_counts"), "{told}");
        wasl.give_up();
    }

    /// Issue 4 of the guide: a missing row of the master data is brought back by its step alone
    fn missing_master_data_is_brought_back_by_its_step(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.migrate();
        wasl.execute("DELETE FROM courses WHERE code = 'LOP-ARABIC'");
        wasl.step("courses", false);
        assert_eq!(wasl.rows("SELECT name FROM courses WHERE code = 'LOP-ARABIC'"), ["Arabic for beginners"]);
        let before = wasl.site.snapshot();
        wasl.step("courses", false);
        assert_eq!(wasl.site.differences(&before), Vec::<String>::new());
    }

    /// Laravel's migrations table gets the 20 names in the next batch; rollback takes them out
    fn the_ledger_gets_the_migrations_in_the_next_batch(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.execute("INSERT INTO migrations (migration, batch) VALUES ('2026_01_15_create_countries_table', 3)");
        let run = wasl.migrate();
        assert_eq!(wasl.rows("SELECT batch, COUNT(*) FROM migrations GROUP BY batch ORDER BY batch"), ["1 1", "3 2", "4 19"]);
        assert_eq!(wasl.rows("SELECT migration FROM migrations WHERE batch = 4 ORDER BY id")[0], "2026_01_15_create_payment_methods_table");
        wasl.undo(&run);
        assert_eq!(wasl.rows("SELECT COUNT(*), MAX(batch) FROM migrations"), ["3 3"]);
    }
}
