//! Which way is chosen, what is refused, and what a committed, a failed and a half done run come back to.

use cutover::journal::{EventKind, Outcome, Silent};
use cutover::model::error::ErrorKind;
use cutover::run::in_place;
use cutover::run::rollback::{Method, Rollback};

use crate::plans::{Site, options, told};
use crate::small::{PLAN, failing};
use crate::support::{Scratch, each_database};
use crate::{NOTHING, back, back_with, by_restore, clean, committed, discarding, in_place, kept, left_over, site};

/// The small plan, in which a step has no undo.
fn without_undo() -> Vec<(&'static str, &'static str)> {
    PLAN.iter().filter(|(name, _)| !name.ends_with(".undo.sql")).copied().collect()
}

/// Everything that a rollback by restore promises of a run.
fn comes_back(site: &Site, plan: &cutover::plan::Plan, run: &str, how: &Rollback, before: &cutover::snapshot::Snapshot) {
    let changed = site.snapshot();
    let ended = back(site, plan, run, how);
    assert_eq!(ended.outcome, Outcome::Undone, "{ended:?}");
    assert!(ended.verdict.as_ref().unwrap().passed);
    assert_eq!(site.differences(before), NOTHING);
    assert_eq!(site.status(run).0.as_deref(), Some("undone"));
    assert_eq!(left_over(site, run), NOTHING);
    assert_eq!(site.database.read().unwrap().standing_fence().unwrap(), None);

    // What stood before is kept, as it was.
    let kept = kept(site, run);
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_ne!(site.differences(&changed), NOTHING);

    // A second one has nothing to do, and changes nothing.
    let again = back_with(site, plan, run, how, &Silent).unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Refused, "{again:?}");
    assert!(told(&again).contains("undone already") || told(&again).contains("nothing to take back"), "{}", told(&again));
    assert_eq!(site.differences(before), NOTHING);
    clean(site, run);
}

each_database! {
    fn a_committed_run_comes_back(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        let (plan, run) = committed(&site);
        comes_back(&site, &plan.1, &run, &by_restore(), &old);
        // The plan can be run, and taken back, once more: the earlier runs are known.
        let (plan, second) = committed(&site);
        comes_back(&site, &plan.1, &second, &by_restore(), &old);
        assert_eq!(site.status(&run).0.as_deref(), Some("undone"));
    }

    fn an_in_place_run_whose_verification_failed_comes_back(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        let plan = site.plan(&failing());
        let ended = site.end(&plan, &in_place(&site), &Silent);
        assert_eq!(ended.outcome, Outcome::VerificationFailed, "{ended:?}");
        if site.scratch.dialect() == "sqlite" {
            // Nothing held others off, so that it has to be accepted that what they wrote goes.
            let refused = back_with(&site, &plan.1, &ended.run, &by_restore(), &Silent).unwrap_err();
            assert!(told(&refused).contains("--discard-new-writes"), "{}", told(&refused));
        }
        let how = if site.scratch.dialect() == "sqlite" { discarding() } else { by_restore() };
        comes_back(&site, &plan.1, &ended.run, &how, &old);
    }

    fn an_in_place_run_that_was_committed_or_given_up_comes_back(scratch: Scratch) {
        let site = site(scratch);
        let old = site.snapshot();
        let plan = site.plan(&PLAN);
        let ended = site.end(&plan, &in_place(&site), &Silent);
        assert_eq!(ended.outcome, Outcome::Committed, "{ended:?}");
        comes_back(&site, &plan.1, &ended.run, &by_restore(), &old);

        let plan = site.plan(&failing());
        let ended = site.end(&plan, &in_place(&site), &Silent);
        in_place::release(&site.engine(&Silent), Some(&ended.run), &options()).unwrap();
        let refused = back_with(&site, &plan.1, &ended.run, &by_restore(), &Silent).unwrap_err();
        assert!(told(&refused).contains("given up"), "{}", told(&refused));
        comes_back(&site, &plan.1, &ended.run, &discarding(), &old);
    }

    fn the_way_is_chosen_by_what_there_is(scratch: Scratch) {
        let site = site(scratch);
        let chosen = |ended: &cutover::run::Ended| {
            let events = cutover::journal::read(&ended.directory).unwrap();
            events.into_iter().find_map(|event| if let EventKind::MethodChosen { why, .. } = event.kind { Some(why) } else { None })
        };
        // Every step has an undo: that one.
        let (plan, run) = committed(&site);
        let ended = back(&site, &plan.1, &run, &Rollback::default());
        assert_eq!((ended.outcome, chosen(&ended)), (Outcome::Undone, None), "{ended:?}");

        // A step without one, and a backup: a restore.
        let plan = site.plan(&without_undo());
        let with_backup = crate::with_backup();
        let run = site.end(&plan, &with_backup, &Silent).run;
        let undo = Rollback { method: Method::Undo, ..Rollback::default() };
        assert!(told(&back_with(&site, &plan.1, &run, &undo, &Silent).unwrap_err()).contains("no undo"));
        let ended = back(&site, &plan.1, &run, &Rollback::default());
        assert_eq!(ended.outcome, Outcome::Undone, "{ended:?}");
        assert!(chosen(&ended).unwrap().contains("0020_statuses has no undo"), "{:?}", chosen(&ended));
        clean(&site, &run);

        // Neither: refused, and nothing is left of it.
        let run = site.end(&plan, &options(), &Silent).run;
        let directories = cutover::run::RunDirectory::list(&site.home).unwrap().len();
        for how in [Rollback::default(), by_restore()] {
            let refused = back_with(&site, &plan.1, &run, &how, &Silent).unwrap_err();
            assert!(told(&refused).contains("no backup") && told(&refused).contains("nothing was touched"), "{}", told(&refused));
        }
        let both = Rollback { keep_new_writes: true, ..discarding() };
        assert_eq!(back_with(&site, &plan.1, &run, &both, &Silent).unwrap_err().kind(), ErrorKind::Input);
        assert_eq!(cutover::run::RunDirectory::list(&site.home).unwrap().len(), directories);
        assert_eq!(site.status(&run).0.as_deref(), Some("applied"));
    }

    fn a_damaged_backup_is_never_exchanged(scratch: Scratch) {
        let site = site(scratch);
        let (plan, run) = committed(&site);
        let new = site.snapshot();
        let made = cutover::backup::Backup::open(&site.directory(&run).backup()).unwrap();
        let file = made.directory.join("data").join(&made.manifest.files.last().unwrap().path);
        let mut bytes = std::fs::read(&file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&file, &bytes).unwrap();
        let ended = back(&site, &plan.1, &run, &by_restore());
        assert_eq!(ended.outcome, Outcome::NotStarted, "{ended:?}");
        assert!(told(ended.error.as_ref().unwrap()).contains("is not what was written"), "{ended:?}");
        assert_eq!(site.differences(&new), NOTHING);
        assert_eq!((left_over(&site, &run), kept(&site, &run)), (Vec::new(), Vec::new()));
        assert_eq!(site.status(&run).0.as_deref(), Some("applied"));

        // Mended, it is restored after all.
        bytes[middle] ^= 1;
        std::fs::write(&file, &bytes).unwrap();
        assert_eq!(back(&site, &plan.1, &run, &by_restore()).outcome, Outcome::Undone);
        clean(&site, &run);
    }

    fn a_later_run_is_taken_back_first(scratch: Scratch) {
        let site = site(scratch);
        let (plan, run) = committed(&site);
        let other = site.plan(&[
            ("plan.toml", "format = 1\nname = \"other\"\ndatabases = [\"postgres\", \"mysql\", \"sqlite\"]\n[contract]\nchanges = [{ column = \"schools.name\", from = \"Arts\" }]\n"),
            ("steps/1.sql", "UPDATE schools SET name = 'Fine Arts' WHERE name = 'Arts';\n"),
            ("steps/1.undo.sql", "UPDATE schools SET name = 'Arts' WHERE name = 'Fine Arts';\n"),
        ]);
        let later = site.end(&other, &options(), &Silent);
        assert_eq!(later.outcome, Outcome::Committed, "{later:?}");
        let refused = back_with(&site, &plan.1, &run, &discarding(), &Silent).unwrap_err();
        assert!(told(&refused).contains(&later.run), "{}", told(&refused));
        assert_eq!(back(&site, &other.1, &later.run, &Rollback::default()).outcome, Outcome::Undone);
        assert_eq!(back(&site, &plan.1, &run, &by_restore()).outcome, Outcome::Undone);
        assert_eq!(site.status(&later.run).0.as_deref(), Some("undone"), "the record of the later run is not lost");
        clean(&site, &run);
    }

    fn a_trial_exchanges_nothing(scratch: Scratch) {
        let site = site(scratch);
        let (plan, run) = committed(&site);
        let new = site.snapshot();
        let options = cutover::run::Options { dry_run: true, ..options() };
        let ended = cutover::run::rollback::rollback(&site.engine(&Silent), &plan.1, &site.directory(&run), &options, &by_restore()).unwrap();
        assert_eq!(ended.outcome, Outcome::DryRun, "{ended:?}");
        assert_eq!(site.differences(&new), NOTHING);
        assert_eq!((left_over(&site, &run), kept(&site, &run)), (Vec::new(), Vec::new()));
    }
}
