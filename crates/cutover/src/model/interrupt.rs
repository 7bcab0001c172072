//! How a person, or a time limit, stops running work.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::error::{Error, ErrorKind, Result};

type Canceller = Box<dyn Fn() + Send>;

#[derive(Default)]
struct State {
    reason: Option<String>,
    next: u64,
    cancellers: BTreeMap<u64, Canceller>,
}

/// A stop signal, shared by all sessions of the engine. Triggering it cancels the statements that are running on the
/// servers; work in our own loops sees it at the next `check`.
#[derive(Clone, Default)]
pub struct Interrupt(Arc<Mutex<State>>);

impl Interrupt {
    /// A signal that nobody has given yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops all work, and says why. The first reason stays.
    pub fn trigger(&self, reason: impl Into<String>) {
        let mut state = self.state();
        state.reason.get_or_insert_with(|| reason.into());
        for canceller in state.cancellers.values() {
            canceller();
        }
    }

    /// Takes the signal back, so that what must still be done (a rollback) can be.
    pub fn clear(&self) {
        self.state().reason = None;
    }

    /// Why work was stopped, if it was.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        self.state().reason.clone()
    }

    /// # Errors
    /// Where work was stopped.
    pub fn check(&self) -> Result<()> {
        match self.reason() {
            Some(reason) => Err(Error::new(ErrorKind::Interrupted, reason)),
            None => Ok(()),
        }
    }

    /// Registers what cancels a session's running statement. It stays registered until the result is dropped.
    #[must_use]
    pub fn register(&self, canceller: impl Fn() + Send + 'static) -> Registration {
        let mut state = self.state();
        let number = state.next;
        state.next += 1;
        state.cancellers.insert(number, Box::new(canceller));
        Registration { interrupt: self.clone(), number }
    }

    // A panic in another thread's canceller leaves nothing half done here.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Interrupt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Interrupt").field("reason", &self.reason()).finish()
    }
}

/// Keeps a canceller registered.
#[derive(Debug)]
pub struct Registration {
    interrupt: Interrupt,
    number: u64,
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.interrupt.state().cancellers.remove(&self.number);
    }
}
