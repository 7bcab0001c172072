//! On what was measured: the reader's own numbers will be others.

use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

use super::programs::{Programs, output};

/// One sentence: date, machine, versions, turns, and how busy the machine was before.
///
/// # Errors
/// Where a program does not tell its version.
pub fn described(programs: &Programs, turns: u32) -> Result<String, String> {
    let date = output(Command::new("date").args(["--utc", "+%Y-%m-%d"]))?;
    let cores = available_parallelism().map_or(1, usize::from);
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let processor = value(&read("/proc/cpuinfo"), "model name").unwrap_or_else(|| "unknown".to_owned());
    let memory: u64 = value(&read("/proc/meminfo"), "MemTotal").and_then(|text| text.split(' ').next()?.parse().ok()).unwrap_or(0);
    let system = read("/proc/sys/kernel/osrelease");
    let load = read("/proc/loadavg");
    let disk = output(Command::new("df").arg("--output=fstype").arg(std::env::temp_dir()))?;
    let turns = if turns == 1 { "one turn".to_owned() } else { format!("medians of {turns} turns") };
    Ok(format!(
        "{date}: {cores} cores ({processor}), {:.1} GiB of memory, {}, Linux {}; {}, {} with shared_buffers = 256MB and otherwise \
         PostgreSQL's defaults, SQLite {}; {turns}. Load of the machine in the minute before: {}.",
        memory as f64 / f64::from(1 << 20),
        disk.lines().last().unwrap_or("unknown file system"),
        system.trim(),
        programs.version_of_cutover()?,
        programs.version_of_postgres()?,
        programs.version_of_sqlite()?,
        load.split(' ').next().unwrap_or("unknown"),
    ))
}

/// The value of the first `name : value` line.
fn value(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        (found.trim() == name).then(|| value.trim().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn values_are_found_by_their_whole_names() {
        let text = "MemTotalish:  1 kB\nMemTotal:       24105 kB\nmodel name\t: A : B\n";
        assert_eq!(value(text, "MemTotal").as_deref(), Some("24105 kB"));
        assert_eq!(value(text, "model name").as_deref(), Some("A : B"));
        assert_eq!(value(text, "model"), None);
    }
}
