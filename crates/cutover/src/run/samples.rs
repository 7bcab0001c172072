//! What is seen of the statements of a rehearsal while they run, from another session and by a thread of its own.

use std::collections::BTreeSet;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::database::{Sampler, Writer};
use crate::model::error::Result;
use crate::model::footprint::{HeldLock, Sample};

/// Between two looks, at the least. What comes and goes in between is not seen.
const PERIOD: Duration = Duration::from_millis(20);

/// How many times as long as a look takes nobody looks then: a server with very many tables is not to be kept busy by being looked at.
const REST: u32 = 10;

/// Looks again and again, until it is dropped.
pub(super) struct Samples {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    state: Mutex<State>,
    ends: Condvar,
}

#[derive(Default)]
struct State {
    /// What was seen since the last statement ended.
    seen: Seen,
    /// Nobody listens any more.
    over: bool,
}

/// What was seen of a statement.
#[derive(Default)]
pub(super) struct Seen {
    /// Every lock that was held at one of the looks; `None` where the server does not tell.
    pub locks: Option<BTreeSet<HeldLock>>,
    /// The most bytes in temporary files; `None` where the server does not tell.
    pub temporary_bytes: Option<u64>,
}

impl Samples {
    /// Begins to look at a session; `None` where nothing of it can be seen from another one.
    ///
    /// # Errors
    /// Where a session that looks cannot be opened.
    pub(super) fn of(writer: &mut dyn Writer) -> Result<Option<Self>> {
        let Some(sampler) = writer.sampler()? else { return Ok(None) };
        let shared = Arc::new(Shared { state: Mutex::default(), ends: Condvar::new() });
        let theirs = Arc::clone(&shared);
        Ok(Some(Self { shared, thread: Some(std::thread::spawn(move || theirs.look(sampler))) }))
    }

    /// What was seen since this was asked last.
    pub(super) fn take(&self) -> Seen {
        std::mem::take(&mut self.shared.state().seen)
    }
}

impl Drop for Samples {
    fn drop(&mut self) {
        self.shared.state().over = true;
        self.shared.ends.notify_all();
        // A panic of the thread has been told on its way.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl Shared {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        // What a thread that panicked has left is as good as before.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the server does not answer any more, nothing is seen from then on: the statement itself will say why.
    fn look(&self, mut sampler: Box<dyn Sampler>) {
        loop {
            let since = Instant::now();
            let Ok(sample) = sampler.look() else { return };
            let rest = PERIOD.max(since.elapsed() * REST);
            let mut state = self.state();
            state.seen.add(sample);
            let (state, _) = self.ends.wait_timeout_while(state, rest, |state| !state.over).unwrap_or_else(PoisonError::into_inner);
            if state.over {
                return;
            }
        }
    }
}

impl Seen {
    fn add(&mut self, sample: Sample) {
        if let Some(locks) = sample.locks {
            self.locks.get_or_insert_default().extend(locks);
        }
        self.temporary_bytes = self.temporary_bytes.max(sample.temporary_bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::{Sample, Seen};

    #[test]
    fn the_most_that_was_seen_is_kept_and_what_is_not_told_stays_unknown() {
        let mut seen = Seen::default();
        seen.add(Sample::default());
        assert_eq!((seen.locks.as_ref(), seen.temporary_bytes), (None, None));
        for bytes in [3, 7, 0] {
            seen.add(Sample { locks: Some(Vec::new()), temporary_bytes: Some(bytes) });
        }
        assert_eq!(seen.temporary_bytes, Some(7));
        assert!(seen.locks.is_some_and(|locks| locks.is_empty()));
    }
}
