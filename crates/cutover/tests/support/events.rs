//! At which events of a run a test does its work: kills it, stops it, fails.

// Each test program uses its own part of this module.
#![allow(dead_code)]

/// Of how many events one is taken, where not all of them are asked for.
const ONE_OF: u64 = 3;

/// Whether `CUTOVER_TEST_EVENTS=all` asks for every event. It takes three times as long.
fn all() -> bool {
    std::env::var("CUTOVER_TEST_EVENTS").is_ok_and(|value| value == "all")
}

/// The numbers of events, from the first one on. Where not all are asked for, they are spread without a pattern that the events could have too, and
/// are others on every database.
pub fn events(dialect: &'static str) -> impl Iterator<Item = u64> {
    (1..).filter(move |event| is_taken(dialect, *event, ONE_OF))
}

/// Whether one is taken of so many, where not all are asked for.
pub fn is_taken(dialect: &str, number: u64, of: u64) -> bool {
    all() || spread(dialect, number).is_multiple_of(of)
}

/// How many of so many events a test must have come to at the least.
pub fn share(of: usize) -> usize {
    if all() { of } else { (of / 6).max(1) }
}

/// FNV-1a, whose high bits depend on every byte.
fn spread(dialect: &str, event: u64) -> u64 {
    let bytes = dialect.bytes().chain(event.to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)) >> 32
}
