//! Statuses, outcomes, and the scope.

use crate::support::{Scratch, each_database};
use crate::wasl::Wasl;

each_database! { only (mysql, sqlite)
    /// `new` → `listed`; real v2 databases also hold ready, dropped, training_completed, visa_processing, in_training, applied
    fn statuses_become_those_of_v3(database: Scratch) {
        let wasl = Wasl::new(database);
        let statuses = ["new", "ready", "dropped", "training_completed", "visa_processing", "in_training", "applied", "departed"];
        for (id, status) in (1..).zip(statuses) {
            wasl.candidate(id, "status", &format!("'{status}'"));
        }
        wasl.migrate();
        assert_eq!(
            wasl.rows("SELECT status FROM candidates ORDER BY id"),
            ["listed", "ready_to_depart", "withdrawn", "training_complete", "visa_process", "training", "listed", "departed"]
        );
    }

    /// A value that the map does not know stops the run before it starts, with value, count and the line to add
    fn an_unknown_status_stops_the_run(database: Scratch) {
        let mut wasl = Wasl::new(database);
        wasl.candidate(1, "status", "'returned'");
        wasl.candidate(2, "status", "'returned'");
        wasl.candidate(3, "status", "'registered '");
        let told = wasl.refused();
        assert!(told.contains("statuses_are_mapped") && told.contains("add to maps/candidate_status.csv: returned,"), "{told}");
        // The contract's map is exact: a status with a blank behind it is another one.
        wasl.edit("maps/candidate_status.csv", "new,listed", "new,listed\nreturned,withdrawn\nregistered ,registered");
        wasl.migrate();
        assert_eq!(wasl.rows("SELECT status FROM candidates ORDER BY id"), ["withdrawn", "withdrawn", "registered"]);
    }

    /// screening outcomes: compared trimmed and without case on every database
    fn outcomes_are_compared_trimmed_and_without_case(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.execute("INSERT INTO candidate_screenings (id, candidate_id, outcome) VALUES (1, 1, 'Passed '), (2, 1, 'APPROVED'), (3, 1, 'failed'),
            (4, 1, ' rejected'), (5, 1, 'pending'), (6, 1, ''), (7, 1, NULL)");
        wasl.migrate();
        assert_eq!(
            wasl.rows("SELECT screening_status, consent_for_work, placement_interest FROM candidate_screenings ORDER BY id"),
            ["screened 1 international", "screened 1 international", "deferred - -", "deferred - -", "pending - -", "pending - -", "pending - -"]
        );
        assert_eq!(wasl.rows("SELECT outcome FROM candidate_screenings WHERE id = 1"), ["Passed "]);
    }

    /// seen besides them: in_progress, eligible, deferred, cancelled, hold
    fn an_unknown_outcome_stops_the_run(database: Scratch) {
        let mut wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        wasl.execute("INSERT INTO candidate_screenings (id, candidate_id, outcome) VALUES (1, 1, 'Hold'), (2, 1, 'eligible'), (3, 1, 'hold ')");
        let told = wasl.refused();
        assert!(told.contains("outcomes_are_mapped") && told.contains("add to maps/screening_outcome.csv: hold,"), "{told}");
        wasl.edit("maps/screening_outcome.csv", "passed,screened", "passed,screened\nhold,pending\neligible,screened");
        wasl.migrate();
        assert_eq!(wasl.rows("SELECT screening_status FROM candidate_screenings ORDER BY id"), ["pending", "screened", "pending"]);
    }

    /// Test/demo, archived (soft-deleted) and draft candidates keep their rows and get no new values
    fn who_is_left_out_gets_no_new_values(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "status", "'new'");
        wasl.candidate(2, "status, deleted_at", "'new', '2025-01-01 00:00:00'");
        wasl.candidate(3, "status, name", "'new', 'Test Candidate'");
        wasl.candidate(4, "status", "'draft'");
        wasl.execute("INSERT INTO candidate_screenings (id, candidate_id, outcome) VALUES (1, 1, 'passed'), (2, 2, 'strange'), (3, 3, 'passed')");
        wasl.execute("INSERT INTO departures (id, candidate_id) VALUES (1, 1), (2, 2)");
        wasl.migrate();
        assert_eq!(
            wasl.rows("SELECT id, status, program_id IS NOT NULL, allocated_number IS NOT NULL FROM candidates ORDER BY id"),
            ["1 listed 1 1", "2 new 0 0", "3 new 0 0", "4 draft 0 0"]
        );
        assert_eq!(wasl.rows("SELECT screening_status FROM candidate_screenings ORDER BY id"), ["screened", "-", "-"]);
        assert_eq!(wasl.rows("SELECT final_departure_status FROM departures ORDER BY id"), ["processing", "-"]);
    }

    /// unless `include_archived`
    fn archived_candidates_can_be_taken_in(database: Scratch) {
        let mut wasl = Wasl::new(database);
        wasl.candidate(2, "status, deleted_at", "'new', '2025-01-01 00:00:00'");
        wasl.set("include_archived", "true");
        wasl.migrate();
        assert_eq!(wasl.rows("SELECT status, allocated_number FROM candidates"), ["listed ISB-TEC-WLD-2025-0001-0001"]);
    }

    /// training_schedules: completed, in_progress, and the others
    fn one_status_of_training_becomes_two(database: Scratch) {
        let wasl = Wasl::new(database);
        wasl.candidate(1, "", "");
        for (id, status) in (1..).zip(["scheduled", "in_progress", "completed", "cancelled", "postponed", "rescheduled"]) {
            wasl.execute(&format!("INSERT INTO training_schedules (id, candidate_id, status, start_date) VALUES ({id}, 1, '{status}', '2025-04-01')"));
        }
        wasl.migrate();
        assert_eq!(
            wasl.rows("SELECT status, technical_training_status, soft_skills_status FROM training_schedules ORDER BY id"),
            [
                "scheduled not_started not_started",
                "in_progress in_progress in_progress",
                "completed completed completed",
                "cancelled not_started not_started",
                "postponed not_started not_started",
                "rescheduled not_started not_started"
            ]
        );
    }
}
