//! Runs with a backup: of the snapshot's instant, proven before the first step, and nothing left whatever stops them.

use cutover::backup::{Backup, Proof, SameInstant};
use cutover::database::Mode;
use cutover::journal::{EventKind, Outcome, Silent, Stage};
use cutover::model::error::{Error, ErrorKind};
use cutover::run::{BackupAt, Options};

use crate::files;
use crate::plans::{Site, options};
use crate::small::{At, PLAN, before};
use crate::support::{Scratch, each_database};

pub fn site(scratch: Scratch) -> Site {
    let sql = before(scratch.dialect());
    Site::filled(scratch, &sql)
}

pub fn with(backup: BackupAt) -> Options {
    Options { backup, prove_backup: true, ..options() }
}

/// What proofs of these runs have left on the server.
fn scratches(site: &Site, run: &str) -> Vec<String> {
    let own = cutover::database::access::scratch_name(run);
    site.database.scratches().unwrap().into_iter().filter(|name| *name == own).collect()
}

pub fn never(_: &EventKind) -> Result<(), Error> {
    Ok(())
}

each_database! {
    only (postgres, sqlite)
    fn an_in_place_run_where_it_is_not_the_default_proves_its_backup_too(database: Scratch) {
        let site = site(database);
        let plan = site.plan(&PLAN);
        let in_place = Options { mode: Some(Mode::InPlace), unfenced: site.scratch.dialect() == "sqlite", ..with(BackupAt::Fence) };
        let ended = site.end(&plan, &in_place, &Silent);
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        let made = Backup::open(&ended.directory.join("backup")).unwrap();
        assert!(Proof::of(&made).unwrap().unwrap().verdict.passed);
        assert_eq!(scratches(&site, &ended.run), Vec::<String>::new());
    }
}

each_database! {
    fn a_run_proves_the_backup_of_its_own_snapshot_before_its_first_step(database: Scratch) {
        let site = site(database);
        let plan = site.plan(&PLAN);
        let monitor = At::new(u64::MAX, &never);
        let ended = site.end(&plan, &with(BackupAt::Fence), &monitor);
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        let events = monitor.events();
        let position = |wanted: &dyn Fn(&EventKind) -> bool| events.iter().position(wanted).unwrap();
        let taken = position(&|event| matches!(event, EventKind::BackupTaken { bytes, .. } if *bytes > 0));
        let proven = position(&|event| matches!(event, EventKind::BackupProven { passed: true, tables: 2, .. }));
        let snapshot = position(&|event| matches!(event, EventKind::SnapshotFinished { .. }));
        let steps = position(&|event| matches!(event, EventKind::StageStarted { stage: Stage::Steps }));
        assert!(snapshot < taken && taken < proven && proven < steps, "{events:?}");
        let made = Backup::open(&ended.directory.join("backup")).unwrap();
        match site.scratch.dialect() {
            "postgres" => assert!(matches!(made.manifest.instant, SameInstant::Exported(_)), "{}", made.manifest.instant),
            _ => assert_eq!(made.manifest.instant, SameInstant::Held),
        }
        assert_eq!(made.snapshot().unwrap().directory.canonicalize().unwrap(), ended.directory.join("snapshot").canonicalize().unwrap());
        assert!(Proof::of(&made).unwrap().unwrap().verdict.passed);
        assert_eq!(scratches(&site, &ended.run), Vec::<String>::new());
        // The backup holds the old contents, and is proven again after the commit.
        let proof = crate::prove(&site, &made).unwrap();
        assert!(proof.verdict.passed, "{:?}", proof.differences());
    }

    fn a_backup_before_the_fence_has_a_snapshot_of_its_own(database: Scratch) {
        let site = site(database);
        let plan = site.plan(&PLAN);
        let ended = site.end(&plan, &with(BackupAt::Before), &Silent);
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        let made = Backup::open(&ended.directory.join("backup")).unwrap();
        assert_eq!(made.snapshot().unwrap().directory, made.directory.join("snapshot"));
        assert!(Proof::of(&made).unwrap().unwrap().verdict.passed);
        assert_eq!(scratches(&site, &ended.run), Vec::<String>::new());
    }

    fn a_run_with_a_file_of_another_state_executes_no_step(database: Scratch) {
        let site = site(database);
        let plan = site.plan(&PLAN);
        let earlier = crate::take(&site, "earlier");
        let file = if site.scratch.dialect() == "postgres" { earlier.data() } else { files(&earlier).swap_remove(0) };
        let of_file = || Options { backup_file: Some(file.clone()), prove_backup: true, ..options() };
        site.scratch.execute("UPDATE programs SET name = 'Biology' WHERE id = 1");
        let before = site.snapshot();
        let ended = site.end(&plan, &of_file(), &Silent);
        assert_eq!(ended.outcome, Outcome::Failed, "{ended:?}");
        let error = ended.error.as_ref().unwrap();
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert!(error.to_string().contains("not proven"), "{error}");
        assert!(crate::told(error).contains("programs"), "{}", crate::told(error));
        assert_eq!(site.differences(&before), Vec::<String>::new());
        assert_eq!(scratches(&site, &ended.run), Vec::<String>::new());

        // Accepted by name, it does not stop the run, and the report does not call it proven.
        let accept = ["rows", "keys", "cells"].map(|rule| format!("backup:{rule}:programs")).to_vec();
        let accepted = Options { accept, dry_run: site.scratch.dialect() != "mysql", ..of_file() };
        let all = At::new(u64::MAX, &never);
        let ended = site.end(&plan, &accepted, &all);
        assert!(matches!(ended.outcome, Outcome::DryRun | Outcome::Committed), "{ended:?}");
        assert!(all.events().iter().any(|event| matches!(event, EventKind::BackupProven { passed: true, waived: 1.., .. })));
        assert!(ended.verdict.unwrap().findings.is_empty(), "the verdict knows nothing of the backup's waivers");
        if ended.outcome == Outcome::Committed {
            assert_eq!(site.undo(&plan.1, &ended.run, &options(), false).unwrap().outcome, Outcome::Undone);
        }

        site.scratch.execute("UPDATE programs SET name = 'Physics' WHERE id = 1");
        // The probe of the run before has moved a sequence on where sequences are no part of transactions.
        let ended = site.end(&plan, &Options { accept: vec!["backup:sequences".to_owned()], ..of_file() }, &Silent);
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        let made = Backup::open(&ended.directory.join("backup")).unwrap();
        assert!(Proof::of(&made).unwrap().unwrap().verdict.passed);
        std::fs::remove_dir_all(earlier.directory).unwrap();
    }

    fn whatever_stops_a_run_around_its_backup_leaves_the_database_and_the_server_as_they_were(database: Scratch) {
        let site = site(database);
        let plan = site.plan(&PLAN);
        let before = site.snapshot();
        let all = At::new(u64::MAX, &never);
        let ended = site.end(&plan, &Options { dry_run: site.scratch.dialect() != "mysql", ..with(BackupAt::Fence) }, &all);
        assert!(matches!(ended.outcome, Outcome::DryRun | Outcome::Committed), "{ended:?}");
        if ended.outcome == Outcome::Committed {
            assert_eq!(site.undo(&plan.1, &ended.run, &options(), false).unwrap().outcome, Outcome::Undone);
        }
        let around = |event: &EventKind| {
            matches!(
                event,
                EventKind::StageStarted { stage: Stage::Snapshot | Stage::Backup | Stage::Proof }
                    | EventKind::BackupTaken { .. }
                    | EventKind::BackupProven { .. }
            )
        };
        let numbers: Vec<_> = (1..).zip(all.events()).filter(|(_, event)| around(event)).map(|(number, _)| number).collect();
        assert_eq!(numbers.len(), 5);
        for number in numbers {
            let stop = |_: &_| {
                site.interrupt.trigger("Ctrl-C");
                Ok(())
            };
            let ended = site.end(&plan, &with(BackupAt::Fence), &At::new(number, &stop));
            site.interrupt.clear();
            assert_eq!(ended.outcome, Outcome::Interrupted, "{number}: {ended:?}");
            assert_eq!(site.differences(&before), Vec::<String>::new(), "{number}");
            assert_eq!(scratches(&site, &ended.run), Vec::<String>::new(), "{number}");
            assert_eq!(site.database.read().unwrap().standing_fence().unwrap(), None, "{number}");
        }
    }

    fn a_proof_without_a_backup_is_refused_before_anything_is_touched(database: Scratch) {
        let site = site(database);
        let plan = site.plan(&PLAN);
        let error = site.run(&plan, &with(BackupAt::Nowhere), &Silent).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(crate::told(&error).contains("--backup"), "{}", crate::told(&error));
        assert!(!site.home.join("small").exists());
    }
}
