//! Allocated numbers.

use crate::support::{Scratch, each_database};
use crate::wasl::Wasl;

const NUMBERS: &str = "SELECT id, allocated_number FROM candidates ORDER BY id";
const BATCHES: &str = "SELECT batch_code, capacity, start_date FROM batches WHERE id >= 100 OR batch_code LIKE '%TEC%' ORDER BY batch_code";

each_database! { only (mysql, sqlite)
    /// Allocated numbers: `{campus}-{program}-{trade}-{year}-{batch 4 digits}-{position 4 digits}`, upper case
    fn a_number_has_the_documented_form(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.candidate(2, "campus_id, trade_id", "2, 2");
        wasl.migrate();
        assert_eq!(wasl.rows(NUMBERS), ["1 ISB-TEC-WLD-2025-0001-0001", "2 KHI-W-TEC-HVAC-R-2025-0001-0001"]);
    }

    /// Group by campus, program, trade; order by registration date, then id
    fn positions_follow_registration_then_id(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "registered_at", "'2025-06-02 08:00:00'");
        wasl.candidate(2, "registered_at", "'2025-06-01 08:00:00'");
        wasl.candidate(4, "registered_at", "'2025-06-02 08:00:00'");
        wasl.candidate(3, "registered_at, created_at", "NULL, '2025-05-30 08:00:00'");
        wasl.migrate();
        assert_eq!(
            wasl.rows(NUMBERS),
            ["1 ISB-TEC-WLD-2025-0001-0003", "2 ISB-TEC-WLD-2025-0001-0002", "3 ISB-TEC-WLD-2025-0001-0001", "4 ISB-TEC-WLD-2025-0001-0004"]
        );
    }

    /// A candidate who has a batch keeps it
    fn who_has_a_batch_keeps_it(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.execute("INSERT INTO batches (id, batch_code, campus_id, trade_id, start_date) VALUES
            (11, 'BATCH-ISB-WLD-202501-001', 1, 1, '2025-01-15'), (12, NULL, 1, 1, '2025-02-15')");
        wasl.candidate(1, "batch_id, registered_at", "12, '2025-02-01 00:00:00'");
        wasl.candidate(2, "batch_id, registered_at", "11, '2025-02-03 00:00:00'");
        wasl.candidate(3, "batch_id, registered_at", "12, '2025-02-04 00:00:00'");
        wasl.candidate(4, "registered_at", "'2025-01-01 00:00:00'");
        wasl.migrate();
        assert_eq!(
            wasl.rows("SELECT c.id, c.allocated_number, CASE WHEN c.batch_id > 12 THEN 'new' ELSE c.batch_id END FROM candidates c ORDER BY c.id"),
            [
                "1 ISB-TEC-WLD-2025-0001-0001 12",
                "2 ISB-TEC-WLD-2025-0002-0001 11",
                "3 ISB-TEC-WLD-2025-0001-0002 12",
                "4 ISB-TEC-WLD-2025-0003-0001 new"
            ]
        );
    }

    /// the others are put into batches of batch_size, which are created (start_date and capacity filled)
    fn the_others_get_new_batches(database: Scratch) {
        let mut wasl = Wasl::new(database);
        for id in 1..=45 {
            wasl.candidate(id, "registered_at", &format!("'2025-03-01 00:{id:02}:00'"));
        }
        wasl.set("batch_size", "20");
        wasl.migrate();
        assert_eq!(
            wasl.rows(BATCHES),
            ["ISB-TEC-WLD-2025-0001 20 2025-03-01", "ISB-TEC-WLD-2025-0002 20 2025-03-01", "ISB-TEC-WLD-2025-0003 20 2025-03-01"]
        );
        assert_eq!(wasl.rows("SELECT batch_id IS NULL, COUNT(*) FROM candidates GROUP BY batch_id ORDER BY 2 DESC"), ["0 20", "0 20", "0 5"]);
        assert_eq!(wasl.rows("SELECT allocated_number FROM candidates WHERE id IN (20, 21, 45) ORDER BY id"),
            ["ISB-TEC-WLD-2025-0001-0020", "ISB-TEC-WLD-2025-0002-0001", "ISB-TEC-WLD-2025-0003-0005"]);
    }

    /// batch_size (25; allowed 20, 25, 30)
    fn another_batch_size_is_refused(database: Scratch) {
        let mut wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.set("batch_size", "24");
        let told = wasl.refused();
        assert!(told.contains("batch_size_is_allowed"), "{told}");
    }

    /// year of registration; a parameter fixes it instead
    fn the_year_can_be_fixed(database: Scratch) {
        let mut wasl = Wasl::new(database);
        wasl.candidate(1, "registered_at", "'2019-12-31 23:59:59'");
        wasl.candidate(2, "registered_at", "'2020-01-01 00:00:00'");
        let run = wasl.migrate();
        assert_eq!(wasl.rows(NUMBERS), ["1 ISB-TEC-WLD-2019-0001-0001", "2 ISB-TEC-WLD-2020-0001-0001"]);
        wasl.undo(&run);
        wasl.set("numbering_year", "2026");
        wasl.migrate();
        assert_eq!(wasl.rows(NUMBERS), ["1 ISB-TEC-WLD-2026-0001-0001", "2 ISB-TEC-WLD-2026-0001-0002"]);
    }

    /// Running it again numbers only who has none, continuing after the highest used position
    fn later_registrations_continue_the_sequence(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.candidate(2, "", "");
        wasl.migrate();
        // Number 2 stays used, though its candidate is gone for the application.
        wasl.execute("UPDATE candidates SET deleted_at = '2026-01-01 00:00:00' WHERE id = 2");
        wasl.candidate(3, "program_id", "(SELECT id FROM programs WHERE code = 'TEC')");
        wasl.candidate(4, "program_id, campus_id", "(SELECT id FROM programs WHERE code = 'TEC'), 2");
        wasl.step("allocated-numbers", false);
        assert_eq!(
            wasl.rows(NUMBERS),
            ["1 ISB-TEC-WLD-2025-0001-0001", "2 ISB-TEC-WLD-2025-0001-0002", "3 ISB-TEC-WLD-2025-0001-0003", "4 KHI-W-TEC-WLD-2025-0001-0001"]
        );
    }

    /// --force renumbers everything (guide, Issue 3)
    fn force_renumbers_everybody(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.candidate(2, "", "");
        wasl.migrate();
        wasl.execute("UPDATE candidates SET allocated_number = 'BY-HAND' WHERE id = 1");
        wasl.step("allocated-numbers", true);
        assert_eq!(wasl.rows(NUMBERS), ["1 ISB-TEC-WLD-2025-0001-0001", "2 ISB-TEC-WLD-2025-0001-0002"]);
    }

    /// Candidates without campus or trade are listed before the run and stop it, unless that check is accepted by name
    fn a_candidate_without_campus_stops_the_run_unless_accepted(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.candidate(77, "campus_id", "NULL");
        let told = wasl.refused();
        assert!(told.contains("candidates_have_campus_and_trade") && told.contains("77"), "{told}");
        let accept = vec!["check:candidates_have_campus_and_trade".to_owned()];
        wasl.migrate_with(&cutover::run::Options { accept, ..crate::plans::options() });
        assert_eq!(wasl.rows(NUMBERS), ["1 ISB-TEC-WLD-2025-0001-0001", "77 -"]);
    }

    /// numbers longer than their column; codes missing
    fn codes_that_make_no_number_stop_the_run(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.execute("INSERT INTO campuses (id, name, code) VALUES (3, 'Nowhere', NULL), (4, 'Far', 'A-CAMPUS-WITH-A-VERY-LONG-CODE')");
        wasl.candidate(1, "campus_id", "3");
        wasl.candidate(2, "campus_id", "4");
        let told = wasl.refused();
        assert!(told.contains("campuses_and_trades_have_codes") && told.contains("numbers_fit"), "{told}");
    }

    /// Two at once must not collide
    fn two_numberings_at_once_do_not_collide(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.migrate();
        for id in 2..=40 {
            wasl.candidate(id, "program_id", "(SELECT id FROM programs WHERE code = 'TEC')");
        }
        // Whoever comes second waits or is refused; neither gives a number twice.
        let outcomes = wasl.step_at_once("allocated-numbers", 2);
        assert!(outcomes.contains(&Ok(cutover::journal::Outcome::Committed)), "{outcomes:?}");
        assert_eq!(wasl.rows("SELECT COUNT(*), COUNT(DISTINCT allocated_number) FROM candidates"), ["40 40"]);
        assert_eq!(wasl.rows("SELECT MAX(allocated_number) FROM candidates"), ["ISB-TEC-WLD-2025-0002-0015"]);
    }
}
