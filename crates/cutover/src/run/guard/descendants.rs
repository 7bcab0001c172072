//! What a command has started: the processes of its group, and those that have left the group and carry the run's id in their environment.

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

/// The processes that a command has started, itself among them.
pub(super) struct Family {
    group: i32,
    mark: String,
}

impl Family {
    /// Those of the group of this process, and of the run of this id.
    pub(super) fn new(process: u32, run: &str) -> Self {
        Self { group: i32::try_from(process).unwrap_or(i32::MAX), mark: format!("CUTOVER_RUN={run}") }
    }

    /// Sends all of them a signal. That one of them has ended meanwhile is no error.
    pub(super) fn signal(&self, signal: Signal) {
        let _ = killpg(Pid::from_raw(self.group), signal);
        for (process, _) in self.strays() {
            let _ = kill(Pid::from_raw(process), signal);
        }
    }

    /// Those that still run, for people.
    pub(super) fn members(&self) -> Vec<String> {
        self.found().into_iter().map(|(process, name)| format!("process {process} ({name})")).collect()
    }

    /// Those that have left the group: a daemon makes a session of its own.
    fn strays(&self) -> Vec<(i32, String)> {
        self.all(|group, marked| group != self.group && marked)
    }

    fn found(&self) -> Vec<(i32, String)> {
        self.all(|group, marked| group == self.group || marked)
    }

    #[cfg(target_os = "linux")]
    fn all(&self, wanted: impl Fn(i32, bool) -> bool) -> Vec<(i32, String)> {
        let own = i32::try_from(std::process::id()).unwrap_or(0);
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let processes = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok()).filter(|process| *process != own);
        let mut found: Vec<_> = processes
            .filter_map(|process| {
                let (name, group) = alive(process)?;
                let environment = std::fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
                let marked = environment.split(|byte| *byte == 0).any(|variable| variable == self.mark.as_bytes());
                wanted(group, marked).then_some((process, name))
            })
            .collect();
        found.sort();
        found
    }

    /// Elsewhere, a process is only asked for as a member of the group.
    #[cfg(not(target_os = "linux"))]
    fn all(&self, wanted: impl Fn(i32, bool) -> bool) -> Vec<(i32, String)> {
        let _ = &self.mark;
        let there = wanted(self.group, false) && killpg(Pid::from_raw(self.group), None).is_ok();
        if there { vec![(self.group, "of the command's group".to_owned())] } else { Vec::new() }
    }
}

/// The name and the group of a process that has not ended; `None` for one that has, or that only waits for its parent to notice.
#[cfg(target_os = "linux")]
fn alive(process: i32) -> Option<(String, i32)> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name stands in parentheses, and may hold some itself.
    let (before, after) = stat.rsplit_once(')')?;
    let name = before.split_once('(')?.1.to_owned();
    let mut fields = after.split_whitespace();
    let state = fields.next()?;
    let group = fields.nth(1)?.parse().ok()?;
    (!matches!(state, "Z" | "X")).then_some((name, group))
}
