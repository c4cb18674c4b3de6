//! Progress events: not too many, with a speed that follows the last seconds.

use crate::error::Result;
use crate::limits;
use crate::protocol::{Event, Events};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How far back the speed looks.
const WINDOW: Duration = Duration::from_secs(5);

/// Tells of the progress of one file.
pub struct Meter<'a> {
    events: &'a Events,
    file: &'a str,
    total: u64,
    last: Option<Instant>,
    /// Bytes done at moments in the window, the oldest first.
    samples: VecDeque<(Instant, u64)>,
}

impl<'a> Meter<'a> {
    /// Tells of `file`, which has `total` bytes.
    pub fn new(events: &'a Events, file: &'a str, total: u64) -> Self {
        Self { events, file, total, last: None, samples: VecDeque::new() }
    }

    /// A connection starts to bring the bytes after the first `done`; tells of it.
    ///
    /// # Errors
    /// The parent is gone.
    pub fn start(&mut self, done: u64) -> Result<()> {
        self.samples.clear();
        self.tell(done)
    }

    /// `done` bytes are on disk; tells of it if that was not done just now, or if they are all.
    ///
    /// # Errors
    /// The parent is gone.
    pub fn update(&mut self, done: u64) -> Result<()> {
        if done == self.total || is_due(self.last) { self.tell(done) } else { Ok(()) }
    }

    /// The first `done` bytes of those on disk have been hashed; tells of it if that was not done just now.
    ///
    /// # Errors
    /// The parent is gone.
    pub fn verifying(&mut self, done: u64, total: u64) -> Result<()> {
        if done != total && !is_due(self.last) {
            return Ok(());
        }
        self.last = Some(Instant::now());
        self.events.write(&Event::Verifying { file: self.file, done, total })
    }

    fn tell(&mut self, done: u64) -> Result<()> {
        let now = Instant::now();
        self.last = Some(now);
        self.samples.push_back((now, done));
        while self.samples.len() > 2 && self.samples.get(1).is_some_and(|(at, _)| now - *at >= WINDOW) {
            self.samples.pop_front();
        }
        let bytes_per_second = self.samples.front().map_or(0, |sample| speed(*sample, (now, done)));
        self.events.write(&Event::Progress { file: self.file, done, total: self.total, bytes_per_second })
    }
}

fn is_due(last: Option<Instant>) -> bool {
    last.is_none_or(|last| last.elapsed() >= limits::EVENT_INTERVAL)
}

/// Bytes a second between two samples.
fn speed((from, before): (Instant, u64), (to, after): (Instant, u64)) -> u64 {
    let seconds = (to - from).as_secs_f64();
    if seconds > 0.0 { (after.saturating_sub(before) as f64 / seconds) as u64 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_bytes_by_time() {
        let now = Instant::now();
        assert_eq!(speed((now, 100), (now + Duration::from_millis(500), 600)), 1000);
        assert_eq!(speed((now, 100), (now, 600)), 0);
        assert_eq!(speed((now, 600), (now + Duration::from_secs(1), 0)), 0);
    }

    #[test]
    fn events_are_rare_but_tell_the_start_and_the_end() {
        let (reader, writer) = std::io::pipe().unwrap();
        let events = Events::new(writer);
        let mut meter = Meter::new(&events, "x", 1000);
        meter.start(0).unwrap();
        (1..=1000).for_each(|done| meter.update(done).unwrap());
        drop(events);
        let lines = std::io::read_to_string(reader).unwrap();
        assert!((2..10).contains(&lines.lines().count()), "{lines}");
        assert!(lines.lines().last().unwrap().contains("\"done\":1000,"), "{lines}");
    }
}
