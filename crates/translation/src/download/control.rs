//! Pauses or cancels a running download from another thread.

use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the user wishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Wish {
    #[default]
    GoOn,
    Pause,
    Cancel,
}

/// What the thread that waits for the child program receives.
pub(super) enum Message {
    /// A line of its output.
    Line(Vec<u8>),
    /// Its output ended, or its next line is too long.
    End,
    /// The wish has changed.
    Wake,
}

#[derive(Default)]
struct State {
    wish: Wish,
    wake: Option<SyncSender<Message>>,
}

/// Pauses or cancels [`get_set`](super::get_set). Clones share it.
#[derive(Clone, Default)]
pub struct GetControl {
    state: Arc<Mutex<State>>,
}

impl GetControl {
    /// Ends it and keeps what was downloaded.
    pub fn pause(&self) {
        self.set(Wish::Pause);
    }

    /// Ends it and deletes what was downloaded.
    pub fn cancel(&self) {
        self.set(Wish::Cancel);
    }

    /// Whether it was asked to end.
    pub fn is_stopping(&self) -> bool {
        self.wish() != Wish::GoOn
    }

    pub(super) fn wish(&self) -> Wish {
        self.lock().wish
    }

    /// From now on a wish is announced in this channel; `None` ends that.
    pub(super) fn announce_in(&self, wake: Option<SyncSender<Message>>) {
        self.lock().wake = wake;
    }

    fn set(&self, wish: Wish) {
        let mut state = self.lock();
        state.wish = wish;
        if let Some(wake) = &state.wake {
            // A full channel has messages, after each of which the wish is looked at.
            drop(wake.try_send(Message::Wake));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
