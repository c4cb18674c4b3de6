//! The request to stop, seen by all threads, and pauses that it ends.

use crate::error::{Error, Result};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Shared by all threads; set once.
#[derive(Clone, Default)]
pub struct Stop(Arc<(Mutex<bool>, Condvar)>);

impl Stop {
    /// Asks all threads to stop.
    pub fn set(&self) {
        let (stopped, changed) = &*self.0;
        *stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        changed.notify_all();
    }

    /// # Errors
    /// [`Error::Stopped`] once [`set`](Self::set) has been called.
    pub fn check(&self) -> Result<()> {
        let stopped = *self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if stopped { Err(Error::Stopped) } else { Ok(()) }
    }

    /// Returns after `pause`.
    ///
    /// # Errors
    /// [`Error::Stopped`] as soon as [`set`](Self::set) is called.
    pub fn pause(&self, pause: Duration) -> Result<()> {
        let (stopped, changed) = &*self.0;
        let until = Instant::now() + pause;
        let mut guard = stopped.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if *guard {
                return Err(Error::Stopped);
            }
            if left.is_zero() {
                return Ok(());
            }
            guard = changed.wait_timeout(guard, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_ends_a_pause() {
        let stop = Stop::default();
        assert!(stop.pause(Duration::from_millis(1)).is_ok());
        let other = stop.clone();
        std::thread::scope(|scope| {
            let pause = scope.spawn(|| stop.pause(Duration::from_secs(3600)));
            other.set();
            assert!(matches!(pause.join().unwrap(), Err(Error::Stopped)));
        });
        assert!(stop.check().is_err());
    }
}
