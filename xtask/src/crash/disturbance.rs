//! What is done to a command while it runs.

use std::fmt;
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::chance::Chance;
use crate::servers::Servers;

/// Between two looks at a command that runs.
const PAUSE: Duration = Duration::from_millis(1);

/// How long a command may go on after its server has been killed, or undisturbed. It is far beyond what any needs: a command that
/// hangs must end the test all the same.
const PATIENCE: Duration = Duration::from_secs(300);

/// Who is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Victim {
    Tool,
    Server,
    Both,
}

/// A kill, and when.
#[derive(Debug, Clone, Copy)]
pub struct Disturbance {
    victim: Victim,
    after: Duration,
}

impl Disturbance {
    /// One within the time that the command takes when nobody disturbs it.
    pub fn within(time: Duration, server: bool, chance: &mut Chance) -> Self {
        let victims: &[Victim] = if server { &[Victim::Tool, Victim::Server, Victim::Both] } else { &[Victim::Tool] };
        let victim = chance.of(victims).unwrap_or(Victim::Tool);
        Self { victim, after: time.mul_f64(chance.part()) }
    }

    /// Whether the server is killed, and whatever was set on it alone is gone.
    pub fn strikes_the_server(self) -> bool {
        self.victim != Victim::Tool
    }
}

impl fmt::Display for Disturbance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let victim = match self.victim {
            Victim::Tool => "the tool",
            Victim::Server => "the server",
            Victim::Both => "both",
        };
        write!(formatter, "{victim} killed after {} ms", self.after.as_millis())
    }
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With this exit code, by itself.
    Code(i32),
    /// By our hand.
    Killed,
}

/// Lets a command run to its end, which may come by the disturbance. A server that was killed answers again when this returns.
///
/// # Errors
/// Where the server does not start again, or the command hangs: it is killed then.
pub fn endure(child: &mut Child, disturbance: Option<Disturbance>, server: Option<&mut Servers>) -> Result<End, String> {
    if let Some(Disturbance { victim, after }) = disturbance
        && ended_within(child, after)?.is_none()
    {
        if victim != Victim::Server {
            // It may have ended just now, by itself.
            let _ = child.kill();
        }
        if let (Victim::Server | Victim::Both, Some(server)) = (victim, server) {
            server.crash()?;
        }
    }
    match ended_within(child, PATIENCE)? {
        Some(end) => Ok(end),
        None => {
            let _ = child.kill();
            let _ = child.wait();
            Err(format!("the command hangs: it had not ended after {PATIENCE:?}"))
        }
    }
}

fn ended_within(child: &mut Child, time: Duration) -> Result<Option<End>, String> {
    let until = Instant::now() + time;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(Some(status.code().map_or(End::Killed, End::Code))),
            Ok(None) if Instant::now() >= until => return Ok(None),
            Ok(None) => sleep(PAUSE),
            Err(error) => return Err(format!("the command cannot be waited for: {error}")),
        }
    }
}
