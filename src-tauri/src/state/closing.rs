//! Closing the window: when it asks first, and what a start in that moment does.

use super::State;
use crate::page::Event;
use std::path::PathBuf;
use std::sync::Arc;

/// What may still come in. Files that were taken from another start, and not added yet, would be lost by closing; after it,
/// no more are taken.
#[derive(Default)]
pub struct Gate {
    arriving: usize,
    is_closed: bool,
}

impl State {
    /// The user wants to close the window. True if it may; else the page asks. Without a page nobody can be asked.
    pub fn may_close(&self) -> bool {
        let stops_work = self.queue.is_stopped_by_closing() || self.models.is_stopped_by_closing();
        let asks = stops_work && self.settings.preferences().confirm_close && self.page.is_attached();
        let may = !asks && self.close();
        if !may {
            self.page.send(Event::Closing { asking: true });
        }
        may
    }

    /// The user has answered that the window closes. False while files arrive.
    pub fn close(&self) -> bool {
        let mut gate = self.gate.lock();
        gate.is_closed = gate.arriving == 0;
        gate.is_closed
    }

    /// Takes the files of a later start, which wants the window: the question whether to close it is withdrawn. False if
    /// the window is closing: the later start then opens its own.
    pub fn take_from_start(self: &Arc<Self>, files: Vec<PathBuf>) -> bool {
        {
            let mut gate = self.gate.lock();
            if gate.is_closed {
                return false;
            }
            gate.arriving += 1;
        }
        self.page.send(Event::Closing { asking: false });
        let state = Arc::clone(self);
        std::thread::spawn(move || {
            state.take(files);
            state.gate.lock().arriving -= 1;
        });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{FakeBackend, state};
    use super::*;
    use crate::fake_translator::{FakeTranslator, record_events};
    use crate::settings::Preferences;
    use parking_lot::Mutex;
    use translation::JobEvent;

    fn with_document(folder: &tempfile::TempDir) -> (Arc<State>, Arc<FakeTranslator>) {
        let (state, backend): (_, Arc<Mutex<FakeBackend>>) = state(folder);
        state.start();
        let document = folder.path().join("a.txt");
        std::fs::write(&document, "Hallo.").unwrap();
        state.add(vec![document]).unwrap();
        let translator = backend.lock().translators[0].clone();
        (state, translator)
    }

    #[test]
    fn closing_asks_while_it_stops_documents_and_only_who_wants_it() {
        let folder = tempfile::tempdir().unwrap();
        let (state, translator) = with_document(&folder);
        assert!(state.may_close(), "there is no page to ask");
        let events = record_events(&state.page);
        assert!(!state.may_close());
        assert_eq!(events().last().unwrap()["asking"], true);
        state.prefer(Preferences { confirm_close: false, ..Preferences::default() }).unwrap();
        assert!(state.may_close());
        state.prefer(Preferences::default()).unwrap();
        // It is paused as soon as the engine can; nothing is stopped that the user wants.
        state.pause(None).unwrap();
        assert!(state.may_close());
        translator.emit(0, JobEvent::Paused);
        assert!(state.may_close());
        state.resume(None).unwrap();
        assert!(!state.may_close());
        state.cancel(1).unwrap();
        assert!(state.may_close());
        translator.emit(0, JobEvent::Cancelled);
        assert!(state.may_close());
    }

    /// A later start is never answered by a window that is about to be gone.
    #[test]
    fn a_later_start_withdraws_the_question_or_opens_its_own_window() {
        let folder = tempfile::tempdir().unwrap();
        let (state, _) = with_document(&folder);
        let events = record_events(&state.page);
        assert!(!state.may_close());
        assert!(state.take_from_start(Vec::new()), "the window stays open");
        let closing = |event: &serde_json::Value| event["type"] == "closing";
        let asked: Vec<_> =
            events().into_iter().filter(closing).map(|event| event["asking"].clone()).collect();
        assert_eq!(asked, [true, false]);
        while !state.close() {
            std::thread::yield_now();
        }
        assert!(!state.take_from_start(Vec::new()), "the window is gone");
    }

    #[test]
    fn files_that_arrive_are_not_lost_by_closing() {
        let folder = tempfile::tempdir().unwrap();
        let (state, _) = with_document(&folder);
        state.gate.lock().arriving = 1;
        state.pause(None).unwrap();
        assert!(!state.may_close() && !state.close());
        state.gate.lock().arriving = 0;
        assert!(state.may_close());
    }
}
