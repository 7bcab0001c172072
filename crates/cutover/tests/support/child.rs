//! Processes of a test program's own, which kill themselves after an event of their run, or are killed.
//!
//! The test program is started again for its test `child` alone; what that one finds in its environment says what it does.

// Each test program uses its own part of this module.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::plans::Site;

const SIGKILL: i32 = 9;

/// How long a child may take to come to where it is wanted.
const COMING: Duration = Duration::from_secs(60);

/// What a child is told.
pub struct Given {
    /// What it does.
    pub task: String,
    /// The event after which it dies, counted from 1.
    pub event: u64,
    /// The database.
    pub url: String,
    /// The directory of all runs.
    pub home: PathBuf,
}

/// What this process is told, if it is a child.
pub fn given() -> Option<Given> {
    let of_parent = |name: &str| std::env::var(name).unwrap();
    Some(Given {
        task: std::env::var("CUTOVER_TEST_TASK").ok()?,
        event: of_parent("CUTOVER_TEST_EVENT").parse().unwrap(),
        url: of_parent("CUTOVER_TEST_URL"),
        home: PathBuf::from(of_parent("CUTOVER_TEST_HOME")),
    })
}

/// Dies as by `kill -9`.
pub fn die() -> ! {
    Command::new("kill").args(["-9", &std::process::id().to_string()]).status().unwrap();
    loop {
        std::thread::park();
    }
}

/// Starts a child that dies after an event, counted from 1, if it comes so far.
pub fn start(site: &Site, task: &str, event: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["child", "--exact"])
        .env("CUTOVER_TEST_TASK", task)
        .env("CUTOVER_TEST_EVENT", event.to_string())
        .env("CUTOVER_TEST_URL", site.scratch.url())
        .env("CUTOVER_TEST_HOME", &site.home)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Whether the child died by the signal; otherwise it came to its end.
pub fn killed(mut child: Child) -> bool {
    let status = child.wait().unwrap();
    assert!(status.success() || status.signal() == Some(SIGKILL), "the child failed in another way: {status}");
    !status.success()
}

/// Waits until something is so.
pub fn wait_until(what: &str, so: impl Fn() -> bool) {
    let since = Instant::now();
    while !so() {
        assert!(since.elapsed() < COMING, "{what}: this did not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}
