//! Where the guide loses or bends data, and what the plan does.

use crate::support::{Scratch, each_database};
use crate::wasl::Wasl;

each_database! { only (mysql, sqlite)
    /// step 4 inserts one assessment per schedule
    fn one_interim_and_one_final_per_candidate(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.execute("INSERT INTO training_schedules (id, candidate_id, instructor_id, status, start_date, completion_date) VALUES
            (1, 1, 7, 'completed', '2025-04-01', '2025-06-01'), (2, 1, 7, 'completed', '2025-07-01', '2025-10-01'), (3, 1, 7, 'completed', '2025-05-01', NULL)");
        wasl.migrate();
        assert_eq!(
            wasl.rows("SELECT assessment_type, assessment_date, assessor_id FROM training_assessments ORDER BY id"),
            ["interim 2025-07-31 7", "final 2025-10-01 7"]
        );
    }

    /// interim = start + 30 days, even after the final
    fn the_interim_assessment_is_never_after_the_final_one(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.candidate(2, "", "");
        wasl.execute("INSERT INTO training_schedules (candidate_id, status, start_date, completion_date) VALUES
            (1, 'completed', '2025-04-01', '2025-04-11'), (2, 'completed', '2025-04-01', NULL)");
        wasl.migrate();
        let interim = "SELECT candidate_id, assessment_date FROM training_assessments WHERE assessment_type = 'interim' ORDER BY candidate_id";
        assert_eq!(wasl.rows(interim), ["1 2025-04-11", "2 2025-05-01"]);
        assert_eq!(wasl.rows("SELECT candidate_id FROM training_assessments WHERE assessment_type = 'final'"), ["1"]);
    }

    /// CONCAT('… status: ', status) is NULL when status is
    fn a_complaint_without_a_status_says_unknown(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.execute("INSERT INTO complaints (id, complaint_number, status, description) VALUES (1, 'C-1', NULL, 'x'), (2, 'C-2', 'open', 'y')");
        wasl.migrate();
        assert_eq!(
            wasl.rows("SELECT support_steps_taken FROM complaints ORDER BY id"),
            ["Legacy complaint. Original status: unknown", "Legacy complaint. Original status: open"]
        );
    }

    /// ticket_number IS NOT NULL counts '' as a ticket
    fn a_blank_ticket_is_none(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.execute("INSERT INTO departures (id, candidate_id, ticket_number) VALUES (1, 1, ''), (2, 1, '  '), (3, 1, NULL), (4, 1, 'PK-301')");
        wasl.migrate();
        assert_eq!(
            wasl.rows("SELECT id, final_departure_status FROM departures ORDER BY id"),
            ["1 processing", "2 processing", "3 processing", "4 ready_to_depart"]
        );
    }

    /// current_issue = description stays NULL when description is
    fn a_complaint_without_a_description_says_so(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.execute("INSERT INTO complaints (id, complaint_number, description) VALUES (1, 'C-1', NULL), (2, 'C-2', 'No\nsalary \"yet\"')");
        wasl.migrate();
        assert_eq!(
            wasl.rows("SELECT current_issue FROM complaints ORDER BY id"),
            ["No description recorded in v2", "No\nsalary \"yet\""]
        );
    }

    /// evidence_path = 'Migrated from v2: marked as failed' over a real file
    fn the_path_of_a_real_file_stays(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.execute("ALTER TABLE candidate_screenings ADD COLUMN evidence_path varchar(500) NULL");
        wasl.candidate(1, "", "");
        wasl.execute("INSERT INTO candidate_screenings (id, candidate_id, outcome, evidence_path) VALUES
            (1, 1, 'failed', 'scans/1.pdf'), (2, 1, 'rejected', NULL), (3, 1, 'passed', NULL)");
        let run = wasl.migrate();
        let evidence = "SELECT evidence_path FROM candidate_screenings ORDER BY id";
        assert_eq!(wasl.rows(evidence), ["scans/1.pdf", "Migrated from v2: marked as failed", "-"]);
        wasl.undo(&run);
        assert_eq!(wasl.rows(evidence), ["scans/1.pdf", "-", "-"]);
    }

    /// departure_date IS NOT NULL makes a flight next month 'departed'
    fn a_flight_that_is_to_come_makes_nobody_departed(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.execute("INSERT INTO departures (id, candidate_id, departure_date) VALUES (1, 1, '2025-05-01'), (2, 1, '2099-01-01')");
        wasl.migrate();
        assert_eq!(wasl.rows("SELECT id, final_departure_status FROM departures ORDER BY id"), ["1 departed", "2 ready_to_depart"]);
    }

    /// ptn_issued_at = ptn_date, also where the PTN is '' and stays pending
    fn a_pending_ptn_was_not_issued(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.execute("INSERT INTO departures (id, candidate_id, ptn_number, ptn_date) VALUES
            (1, 1, 'PTN-1', '2025-04-01'), (2, 1, '', '2025-04-02'), (3, 1, NULL, '2025-04-03'), (4, 1, 'PTN-4', NULL)");
        wasl.migrate();
        assert_eq!(
            wasl.rows("SELECT id, ptn_status, ptn_issued_at FROM departures ORDER BY id"),
            ["1 issued 2025-04-01", "2 pending -", "3 pending -", "4 issued -"]
        );
    }

    /// protector_status = 'pending' for people who left long ago
    fn who_has_left_is_done_with_the_protector(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.execute("INSERT INTO departures (id, candidate_id, departure_date) VALUES (1, 1, '2024-05-01'), (2, 1, '2099-01-01'), (3, 1, NULL)");
        wasl.migrate();
        assert_eq!(wasl.rows("SELECT id, protector_status FROM departures ORDER BY id"), ["1 done", "2 pending", "3 pending"]);
    }

    /// conclusion 'Pending resolution' for closed complaints
    fn a_closed_complaint_is_closed(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.execute("INSERT INTO complaints (id, complaint_number, status) VALUES (1, 'C-1', 'resolved'), (2, 'C-2', 'closed'), (3, 'C-3', 'open'), (4, 'C-4', NULL)");
        wasl.migrate();
        assert_eq!(
            wasl.rows("SELECT conclusion FROM complaints ORDER BY id"),
            ["Resolved in v2", "Closed in v2", "Pending resolution", "Pending resolution"]
        );
    }

    /// 3.1 reports success and changes nothing when program TEC is missing
    fn a_missing_program_tec_stops_the_run_before_anything_is_touched(database: Scratch) {
        let mut wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.edit("steps/2-master-data/0230_programs.csv", ",TEC,", ",TECH,");
        let told = wasl.refused();
        assert!(told.contains("TEC") && told.contains("0260_courses.csv"), "{told}");
    }

    /// "all counts match" holds even if nothing was transformed
    fn a_transform_that_did_nothing_is_named(database: Scratch) {
        let mut wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.execute("INSERT INTO candidate_screenings (id, candidate_id, outcome) VALUES (41, 1, 'passed'), (42, 1, 'failed')");
        wasl.edit("steps/3-transform/0320_screenings.sql", "WHERE screening_status IS NULL", "WHERE 1 = 0");
        let told = wasl.not_committed();
        assert!(told.contains("screenings_as_mapped") && told.contains("41"), "{told}");
    }

    /// rollback's DROP list fails on foreign keys and leaves countries, programs, implementing_partners
    fn a_rollback_leaves_no_object(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.candidate(2, "status, batch_id", "'new', NULL");
        wasl.execute("INSERT INTO training_schedules (candidate_id, status, start_date, completion_date) VALUES (1, 'completed', '2025-04-01', '2025-06-01')");
        let before = wasl.site.snapshot();
        let run = wasl.migrate();
        assert!(!wasl.site.differences(&before).is_empty());
        wasl.undo(&run);
        assert_eq!(wasl.site.differences(&before), Vec::<String>::new());
    }

    /// orphans are expected to be 0, though v2 has some where no key is declared
    fn old_orphans_are_listed_and_new_ones_are_refused(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.execute("INSERT INTO training_schedules (id, candidate_id, status, start_date) VALUES (9, 4711, 'scheduled', '2025-04-01')");
        let run = wasl.migrate();
        let told = format!("{:#?}", run.verdict);
        assert!(told.contains("relationship:training_schedules.candidate_id"), "{told}");
    }

    /// orphans are expected to be 0: no new ones
    fn a_new_orphan_is_named(database: Scratch) {
        let mut wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.execute("INSERT INTO training_schedules (id, candidate_id, status, start_date) VALUES (9, 1, 'scheduled', '2025-04-01')");
        let step = "steps/3-transform/0330_training_statuses.sql";
        wasl.edit(step, "UPDATE training_schedules", "UPDATE training_schedules SET candidate_id = 4712 WHERE id = 9;\n\nUPDATE training_schedules");
        wasl.edit("plan.toml", "changes = [", "changes = [\n    { column = \"training_schedules.candidate_id\", any = true },");
        let told = wasl.not_committed();
        assert!(told.contains("relationship:training_schedules.candidate_id") && told.contains("4712"), "{told}");
    }

    /// DDL that fails half-way is fixed by migrate:rollback --step=1
    fn a_run_that_fails_half_way_is_taken_back_exactly(database: Scratch) {
        let mut wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.execute("INSERT INTO departures (id, candidate_id) VALUES (1, 1)");
        let before = wasl.site.snapshot();
        wasl.edit("steps/3-transform/0350_departures.sql", "UPDATE departures", "UPDATE departures SET flight_type = 'charter';\n\nUPDATE departures");
        let told = wasl.not_committed();
        assert!(told.contains("0350_departures.sql"), "{told}");
        wasl.give_up();
        assert_eq!(wasl.site.differences(&before), Vec::<String>::new());
    }

    /// "disable foreign key checks temporarily"
    fn rows_that_would_violate_a_key_are_named_before_anything_is_touched(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.execute("ALTER TABLE candidates ADD COLUMN program_id bigint unsigned NULL; UPDATE candidates SET program_id = 99");
        let told = wasl.refused();
        assert!(told.contains("program_id"), "{told}");
    }

    /// rollback drops tables, then restores the dump over what is left
    fn a_rollback_proves_that_every_cell_is_as_before(database: Scratch) {
        let wasl = Wasl::new(database);
        for (id, status) in [(1, "new"), (2, "applied"), (3, "listed"), (4, "training_completed")] {
            wasl.candidate(id, "status, remarks", &format!("'{status}', 'a''b\"c 🎓'"));
        }
        wasl.execute("INSERT INTO complaints (id, complaint_number, candidate_id, status, description) VALUES (1, 'C-1', 1, 'closed', 'x')");
        let before = wasl.site.snapshot();
        let run = wasl.migrate();
        assert_eq!(wasl.rows("SELECT status FROM candidates ORDER BY id"), ["listed", "listed", "listed", "training_complete"]);
        wasl.undo(&run);
        assert_eq!(wasl.rows("SELECT status FROM candidates ORDER BY id"), ["new", "applied", "listed", "training_completed"]);
        assert_eq!(wasl.site.differences(&before), Vec::<String>::new());
    }
}
