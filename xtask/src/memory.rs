//! Where tests keep what they write: in memory, where the machine has the room. They create and remove thousands of databases, and what a disk
//! does for them took half of their time; nothing that they check needs a disk, since a process that is killed leaves its files in either.

use std::env;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// The variable that names the directory for temporary files.
const DIRECTORY_VARIABLE: &str = "TMPDIR";

/// Linux's directory in memory.
const IN_MEMORY: &str = "/dev/shm";

/// What must be free there, and in the memory itself, in bytes: several times what all tests together have ever held at one moment.
const ROOM: u64 = 8 << 30;

/// Begins this process anew with its temporary files in memory, unless a person has named a directory or the room is missing. Returns where the
/// process goes on as it is.
pub fn prefer() {
    if env::var_os(DIRECTORY_VARIABLE).is_some() || !has_room() {
        return;
    }
    let Ok(program) = env::current_exe() else { return };
    // It only returns where the program cannot be started again; tests on the disk are as good, and slower.
    let _ = Command::new(program).args(env::args_os().skip(1)).env(DIRECTORY_VARIABLE, IN_MEMORY).exec();
}

fn has_room() -> bool {
    let asked = Command::new("df").args(["--block-size=1", "--output=avail", IN_MEMORY]).output();
    let free = asked.ok().filter(|output| output.status.success()).and_then(|output| second_line(&String::from_utf8_lossy(&output.stdout)));
    let memory = fs::read_to_string(Path::new("/proc/meminfo")).ok().and_then(|told| available(&told));
    free.zip(memory).is_some_and(|(free, memory)| free.min(memory) >= ROOM)
}

/// The number below `df`'s heading.
fn second_line(told: &str) -> Option<u64> {
    told.lines().nth(1)?.trim().parse().ok()
}

/// The memory that programs may still take, in bytes, as the kernel tells it in KiB.
fn available(told: &str) -> Option<u64> {
    let line = told.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::{available, second_line};

    #[test]
    fn room_is_read_as_it_is_told() {
        assert_eq!(second_line("     Avail\n25286664192\n"), Some(25_286_664_192));
        assert_eq!(second_line("Avail\n"), None);
        let told = "MemTotal:       24694012 kB\nMemFree:         1024 kB\nMemAvailable:   22000000 kB\n";
        assert_eq!(available(told), Some(22_000_000 * 1024));
        assert_eq!(available("MemTotal: 1 kB\n"), None);
    }
}
