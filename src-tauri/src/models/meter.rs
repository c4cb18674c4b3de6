//! Progress events of a download and import → what the page shows.

use crate::page::{FileProgress, WorkState};
use std::time::{Duration, Instant};
use translation::GetEvent;

/// Events of an import come with each chunk; more often than this a page cannot show them.
const INTERVAL: Duration = Duration::from_millis(100);

/// Keeps what later events need of earlier ones.
#[derive(Default)]
pub struct Meter {
    files: Vec<FileProgress>,
    done: u64,
    total: u64,
    last: Option<Instant>,
}

impl Meter {
    /// Begins with what an earlier run has left: bytes done and in all.
    pub fn new((done, total): (u64, u64)) -> Self {
        Self { done, total, ..Self::default() }
    }

    /// What the page shows after an event; none if it shows nothing new.
    pub fn state(&mut self, event: GetEvent) -> Option<WorkState> {
        match event {
            GetEvent::Resolved { file, bytes, .. } => {
                self.file(&file).total = bytes;
                None
            }
            GetEvent::Progress { file, file_done, file_total, done, total, bytes_per_second } => {
                let entry = self.file(&file);
                (entry.done, entry.total) = (file_done, file_total);
                (self.done, self.total) = (done, total);
                let eta_s = (bytes_per_second > 0)
                    .then(|| total.saturating_sub(done) as f64 / bytes_per_second as f64);
                Some(WorkState::Downloading {
                    done,
                    total,
                    bytes_per_second,
                    eta_s,
                    files: self.files.clone(),
                })
            }
            GetEvent::Waiting { seconds, reason, .. } => {
                Some(WorkState::Waiting { reason, seconds, done: self.done, total: self.total })
            }
            GetEvent::Verifying { file, done, total } => Some(WorkState::Verifying { file, done, total }),
            GetEvent::Importing { model, done, total, .. } => {
                self.is_due(done == total).then_some(WorkState::Importing { model, done, total })
            }
            GetEvent::Imported { .. } => None,
        }
    }

    /// Whether an event that comes often is shown; the last one always is.
    pub fn is_due(&mut self, is_last: bool) -> bool {
        let due = is_last || self.last.is_none_or(|last| last.elapsed() >= INTERVAL);
        if due {
            self.last = Some(Instant::now());
        }
        due
    }

    fn file(&mut self, name: &str) -> &mut FileProgress {
        let index = self.files.iter().position(|file| file.name == name).unwrap_or_else(|| {
            self.files.push(FileProgress { name: name.to_owned(), done: 0, total: 0 });
            self.files.len() - 1
        });
        &mut self.files[index]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use translation::WaitReason;

    fn progress(file: &str, file_done: u64, done: u64) -> GetEvent {
        let file = file.to_owned();
        GetEvent::Progress { file, file_done, file_total: 100, done, total: 200, bytes_per_second: 10 }
    }

    #[test]
    fn files_and_time_left_follow_from_the_events() {
        let mut meter = Meter::new((7, 200));
        let waiting = |seconds| GetEvent::Waiting { file: "b".into(), seconds, reason: WaitReason::Network };
        let waits =
            |seconds, done| WorkState::Waiting { reason: WaitReason::Network, seconds, done, total: 200 };
        assert_eq!(meter.state(waiting(5)), Some(waits(5, 7)), "before any progress");
        for file in ["a", "b"] {
            let resolved = GetEvent::Resolved { file: file.into(), bytes: 100, licence: None, gated: None };
            assert_eq!(meter.state(resolved), None);
        }
        meter.state(progress("a", 100, 100));
        let Some(WorkState::Downloading { eta_s, files, .. }) = meter.state(progress("b", 20, 120)) else {
            panic!("is a download")
        };
        assert_eq!(eta_s, Some(8.0));
        let shown: Vec<_> = files.iter().map(|file| (file.name.as_str(), file.done, file.total)).collect();
        assert_eq!(shown, [("a", 100, 100), ("b", 20, 100)]);
        assert_eq!(meter.state(waiting(9)), Some(waits(9, 120)));
    }

    #[test]
    fn of_many_events_of_an_import_the_first_and_the_last_are_shown() {
        let mut meter = Meter::default();
        let importing =
            |done| GetEvent::Importing { model: "m".into(), stage: "hashing", done, total: 9_999 };
        let shown = (0..10_000).filter_map(|done| meter.state(importing(done))).collect::<Vec<_>>();
        assert!(shown.len() < 1_000, "{}", shown.len());
        let ends = [&shown[0], &shown[shown.len() - 1]];
        let done = ends.map(|state| if let WorkState::Importing { done, .. } = state { *done } else { 1 });
        assert_eq!(done, [0, 9_999]);
    }
}
