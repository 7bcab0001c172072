//! One round: a run that is killed, what is done about it, and the comparison.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::arguments::Mode;
use super::chance::Chance;
use super::disturbance::{Disturbance, End, endure};
use super::place::Place;
use super::subject::Subject;
use super::tool::{Tool, findings, recorded, words};

/// How often a round is disturbed again. Without a limit, chance would sometimes go on for a long time.
const MOST_KILLS: u32 = 5;

/// What a round may say of its run.
const DONE: i32 = 0;
const DIFFERENT: i32 = 1;
const FAILED: i32 = 1;
const NOT_STARTED: i32 = 2;

/// The hint of a rollback that does not know whether others have written.
const ACCEPTS: &str = "--unfenced accepts that what they wrote";

/// Everything that the rounds share.
pub struct Crash {
    place: Place,
    tool: Tool,
    subject: Subject,
    mode: Mode,
    /// Where keys do not count: the queries that tell what an undisturbed run leaves, and their answers.
    answers: Option<(PathBuf, String)>,
    /// How long an undisturbed run takes.
    run: Duration,
    /// How long an undisturbed rollback takes.
    rollback: Duration,
    snapshots: u32,
    kills: u64,
}

impl Crash {
    /// Builds the tool and the database, and lets an undisturbed run say what the contents after it are.
    ///
    /// # Errors
    /// Where that fails.
    pub fn prepare(root: &Path, mut place: Place, subject: Subject, mode: Mode) -> Result<Self, String> {
        let tool = Tool::build(root, subject, subject.directory(root, &place)?, mode, place.server().is_none())?;
        let (run, rollback) = (Duration::ZERO, Duration::ZERO);
        let mut crash = Self { place, tool, subject, mode, answers: None, run, rollback, snapshots: 0, kills: 0 };
        let home = crash.home(0);
        crash.done(&crash.tool.demo(crash.place.address()), &home)?;
        crash.snapshot("before", &home)?;
        let began = Instant::now();
        crash.done(&crash.tool.run(), &home)?;
        crash.run = began.elapsed();
        crash.snapshot("after", &home)?;
        if let Some(queries) = subject.queries(root) {
            let answers = crash.tool.answers(&queries, crash.place.address())?;
            crash.answers = Some((queries, answers));
        }
        let run = crash.first_run(&home)?.ok_or("a run that ended well has left no directory")?;
        let began = Instant::now();
        crash.done(&crash.tool.go_on("rollback", &run, false), &home)?;
        crash.rollback = began.elapsed();
        crash.stands("before", &home)?;
        Ok(crash)
    }

    /// How often something was killed.
    pub fn kills(&self) -> u64 {
        self.kills
    }

    /// Keeps every file, for people to look at.
    pub fn keep(&mut self) -> String {
        self.place.keep()
    }

    /// A run that is killed, until it is known what stands, and that is right. What happened is returned for people.
    ///
    /// # Errors
    /// What was not as it has to be.
    pub fn round(&mut self, number: u64, chance: &mut Chance) -> Result<String, String> {
        let home = self.home(number);
        let mut story = Vec::new();
        let told = |story: &[String], message: String| format!("{}\n{message}", story.join(" · "));
        self.events(&home, chance, &mut story).map_err(|message| told(&story, message))?;
        self.stands("before", &home).map_err(|message| told(&story, message))?;
        fs::remove_dir_all(&home).map_err(|error| format!("{} cannot be removed: {error}", home.display()))?;
        Ok(story.join(" · "))
    }

    fn events(&mut self, home: &Path, chance: &mut Chance, story: &mut Vec<String>) -> Result<(), String> {
        let kill = Disturbance::within(self.run, self.place.server().is_some(), chance);
        let end = self.call(&self.tool.run(), home, Some(kill), story)?;
        let mut kills = 1;
        let mut next = end;
        let mut restarted = kill.strikes_the_server();
        let mut unfenced = false;
        loop {
            let run = self.first_run(home)?;
            let state = match &run {
                Some(run) => self.recorded(run, home)?,
                None => None,
            };
            story.push(state.clone().unwrap_or_else(|| "nothing recorded".to_owned()));
            let state = state.as_deref().unwrap_or_default();
            if next == End::Code(DONE) && !["applied", "undone"].contains(&state) {
                return Err("the command said that it was done".to_owned());
            }
            let command = match (state, run.as_deref()) {
                // A fence may still stand, of a run that had begun nothing.
                ("" | "undone" | "abandoned", _) => return self.no_fence(home),
                ("applied", Some(_)) => {
                    self.no_fence(home)?;
                    self.once_is_enough(home)?;
                    self.stands_after(home)?;
                    "rollback"
                }
                ("running", Some(_)) => chance.of(&["resume", "rollback"]).unwrap_or("resume"),
                ("undoing", Some(_)) => "rollback",
                (other, _) => return Err(format!("nobody knows the state `{other}`")),
            };
            let run = run.unwrap_or_default();
            let time = if command == "resume" { self.run } else { self.rollback };
            let again = (kills < MOST_KILLS && chance.one_in(3)).then(|| Disturbance::within(time, self.place.server().is_some(), chance));
            kills += u32::from(again.is_some());
            restarted |= again.is_some_and(Disturbance::strikes_the_server);
            next = self.call(&self.tool.go_on(command, &run, unfenced), home, again, story)?;
            match next {
                End::Code(DONE) => {}
                // A run that had not taken its snapshot has nothing to take back, and says that it is to be given up.
                End::Code(NOT_STARTED) if command == "rollback" && state == "running" => {
                    self.done(&words(&["clean", &run, "--abandon"]), home)?;
                    story.push("given up".to_owned());
                }
                // A server that was started again had no fence for a while. Where rows of others could not be told from the run's own,
                // somebody has to say that there are none; here nobody else writes.
                End::Code(FAILED) if command == "rollback" && restarted && !unfenced && self.log(home).contains(ACCEPTS) => {
                    unfenced = true;
                    story.push("refused without a fence".to_owned());
                }
                _ if again.is_some() => {}
                End::Code(code) => return Err(format!("`cutover {command}` ended with {code}, and nobody had disturbed it")),
                End::Killed => return Err(format!("`cutover {command}` was killed by somebody else")),
            }
        }
    }

    /// Calls a command that may be disturbed.
    fn call(&mut self, arguments: &[String], home: &Path, kill: Option<Disturbance>, story: &mut Vec<String>) -> Result<End, String> {
        let mut child = self.tool.start(arguments, self.place.address(), home, &home.join("log"))?;
        let end = endure(&mut child, kill, self.place.server())?;
        let command = &arguments[0];
        story.push(match kill {
            Some(kill) => format!("{command}: {kill}"),
            None => command.clone(),
        });
        self.kills += u64::from(kill.is_some());
        Ok(end)
    }

    /// Calls a command that has to end well.
    fn done(&mut self, arguments: &[String], home: &Path) -> Result<(), String> {
        match self.call(arguments, home, None, &mut Vec::new())? {
            End::Code(DONE) => Ok(()),
            end => Err(format!("`cutover {}` ended with {end:?}\n{}", arguments.join(" "), self.log(home))),
        }
    }

    /// Calls a command that has to end well, and returns what it alone said.
    fn answer(&mut self, arguments: &[String], home: &Path) -> Result<String, String> {
        let (end, said) = self.said(arguments, home)?;
        if end == End::Code(DONE) { Ok(said) } else { Err(format!("`cutover {}` ended with {end:?}\n{said}", arguments.join(" "))) }
    }

    fn said(&mut self, arguments: &[String], home: &Path) -> Result<(End, String), String> {
        let log = home.join("answer");
        // What stood there is another command's.
        if log.exists() {
            fs::remove_file(&log).map_err(|error| format!("{} cannot be removed: {error}", log.display()))?;
        }
        let mut child = self.tool.start(arguments, self.place.address(), home, &log)?;
        let end = endure(&mut child, None, None)?;
        Ok((end, fs::read_to_string(&log).unwrap_or_default()))
    }

    /// A plan that was applied, however often it was stopped meanwhile, has nothing to do any more.
    fn once_is_enough(&mut self, home: &Path) -> Result<(), String> {
        let said = self.answer(&self.tool.run(), home)?;
        if said.contains("nothing to do") { Ok(()) } else { Err(format!("a plan that was applied is run once more: {said}")) }
    }

    /// No fence stands, or it falls now and does not come back.
    fn no_fence(&mut self, home: &Path) -> Result<(), String> {
        self.answer(&words(&["clean"]), home)?;
        let said = self.answer(&words(&["clean"]), home)?;
        if said.contains("nothing to clean") { Ok(()) } else { Err(format!("a fence cannot be taken down: {said}")) }
    }

    fn recorded(&mut self, run: &str, home: &Path) -> Result<Option<String>, String> {
        Ok(recorded(&self.answer(&words(&["status", "--format", "json"]), home)?, run))
    }

    /// The run itself: whatever comes later in its directory undoes it.
    fn first_run(&self, home: &Path) -> Result<Option<String>, String> {
        Ok(self.tool.runs(home)?.into_iter().next())
    }

    fn snapshot(&mut self, name: &str, home: &Path) -> Result<PathBuf, String> {
        let directory = self.place.path(name);
        self.done(&words(&["snapshot", &directory.display().to_string()]), home)?;
        Ok(directory)
    }

    /// Whether the contents and the catalog are those of a snapshot.
    fn stands(&mut self, name: &str, home: &Path) -> Result<(), String> {
        self.snapshots += 1;
        let now = self.snapshot(&format!("now-{}", self.snapshots), home)?;
        let wanted = self.place.path(name);
        let compared = self.answer(&words(&["diff", &wanted.display().to_string(), &now.display().to_string()]), home);
        compared.map_err(|differences| format!("the contents are not those of {name} ({} mode):\n{differences}", self.mode))?;
        fs::remove_dir_all(&now).map_err(|error| format!("{} cannot be removed: {error}", now.display()))
    }

    /// Whether the contents are those that an undisturbed run leaves, but for keys that the database gives.
    fn stands_after(&mut self, home: &Path) -> Result<(), String> {
        let Some((queries, answers)) = &self.answers else { return self.stands("after", home) };
        let now = self.tool.answers(queries, self.place.address())?;
        if let Some((wanted, found)) = answers.lines().zip(now.lines()).find(|(wanted, found)| wanted != found) {
            return Err(format!("a row is not what an undisturbed run has left\nwanted: {wanted}\nfound:  {found}"));
        }
        if answers.len() != now.len() {
            return Err(format!("{} rows of an undisturbed run have become {}", answers.lines().count(), now.lines().count()));
        }
        self.snapshots += 1;
        let now = self.snapshot(&format!("now-{}", self.snapshots), home)?;
        let [wanted, directory] = [&self.place.path("after"), &now].map(|path| path.display().to_string());
        let (end, difference) = self.said(&words(&["diff", &wanted, &directory, "--format", "json"]), home)?;
        let found = findings(&difference);
        let unexplained: Vec<_> = found.iter().filter(|(rule, message)| !self.subject.may_differ(rule, message)).collect();
        match end {
            End::Code(DONE) => {}
            End::Code(DIFFERENT) if unexplained.is_empty() && !found.is_empty() => {}
            _ => return Err(format!("the contents are not those of after ({} mode): {unexplained:?}\n{difference}", self.mode)),
        }
        fs::remove_dir_all(&now).map_err(|error| format!("{} cannot be removed: {error}", now.display()))
    }

    fn home(&self, round: u64) -> PathBuf {
        let home = self.place.path(&format!("round-{round}"));
        // Where it cannot be created, the first command says so.
        let _ = fs::create_dir_all(&home);
        home
    }

    fn log(&self, home: &Path) -> String {
        fs::read_to_string(home.join("log")).unwrap_or_default()
    }
}
