//! Trying again: which failures pass, and how long to wait for that.

use crate::environment::Settings;
use crate::error::{Error, Reason, Result};
use crate::limits;
use crate::protocol::{Event, Events};
use crate::stop::Stop;
use std::time::Duration;

/// What every step of a download needs.
pub struct Context<'a> {
    /// Limits and pauses.
    pub settings: &'a Settings,
    /// Where to tell of a pause.
    pub events: &'a Events,
    /// What ends it.
    pub stop: &'a Stop,
}

/// The failed tries of one file since the last progress.
pub struct Retries<'a> {
    context: &'a Context<'a>,
    file: &'a str,
    failed: u32,
}

impl<'a> Retries<'a> {
    /// All tries for `file`.
    pub fn new(context: &'a Context<'a>, file: &'a str) -> Self {
        Self { context, file, failed: 0 }
    }

    /// Forgets the failed tries.
    pub fn progressed(&mut self) {
        self.failed = 0;
    }

    /// Waits until it is time to try again.
    ///
    /// # Errors
    /// `error` itself, if it does not pass or has come too often; [`Error::Stopped`].
    pub fn after(&mut self, error: Error) -> Result<()> {
        self.context.stop.check()?;
        let Some(reason) = error.retry().filter(|_| self.failed < self.context.settings.retries) else {
            return Err(error);
        };
        let pause = pause(&error, self.failed, self.context.settings.backoff);
        self.failed += 1;
        let seconds = pause.as_millis().div_ceil(1000) as u64;
        self.context.events.write(&Event::Waiting { file: self.file, seconds, reason })?;
        self.context.stop.pause(pause)
    }

    /// Tries until it succeeds.
    ///
    /// # Errors
    /// Those of [`after`](Self::after).
    pub fn insist<T>(&mut self, mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
        loop {
            match attempt() {
                Ok(value) => return Ok(value),
                Err(error) => self.after(error)?,
            }
        }
    }
}

/// What the server asks for, or else twice as long as the last time.
fn pause(error: &Error, failed: u32, backoff: Duration) -> Duration {
    let growing = backoff.saturating_mul(1 << failed.min(16)).min(limits::LONGEST_BACKOFF);
    match error.wait() {
        Some(wait) => wait.min(limits::LONGEST_WAIT),
        // A limit without a time lasts longer than a fault.
        None if error.retry() == Some(Reason::RateLimit) => {
            growing.saturating_mul(10).min(limits::LONGEST_BACKOFF)
        }
        None => growing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_follow_the_server_within_reason() {
        let broken = Error::Network { host: String::new(), reason: String::new() };
        let second = Duration::from_secs(1);
        let seconds = |error: &Error, failed| pause(error, failed, second).as_secs();
        assert_eq!([0, 1, 2, 5, 6, 1000].map(|failed| seconds(&broken, failed)), [1, 2, 4, 32, 60, 60]);
        let limited = |wait: Option<u64>| Error::RateLimited {
            host: String::new(),
            wait: wait.map(Duration::from_secs),
        };
        assert_eq!(seconds(&limited(Some(56)), 3), 56);
        assert_eq!(seconds(&limited(Some(u64::MAX)), 0), 3600);
        assert_eq!(seconds(&limited(None), 0), 10);
    }
}
