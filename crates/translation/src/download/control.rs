//! Pauses or cancels a running download from another thread.

use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the user asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum StopRequest {
    #[default]
    None,
    Pause,
    Cancel,
}

/// What the thread that waits for the child program receives.
pub(super) enum Message {
    /// A line of its output.
    Line(Vec<u8>),
    /// Its output ended, or its next line is too long.
    End,
    /// The user has asked to stop.
    Wake,
}

#[derive(Default)]
struct State {
    request: StopRequest,
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
        self.set(StopRequest::Pause);
    }

    /// Ends it and deletes what was downloaded.
    pub fn cancel(&self) {
        self.set(StopRequest::Cancel);
    }

    /// Whether it was asked to end.
    pub fn is_stopping(&self) -> bool {
        self.stop_request() != StopRequest::None
    }

    pub(super) fn stop_request(&self) -> StopRequest {
        self.lock().request
    }

    /// From now on a request to stop is announced in this channel; `None` ends that.
    pub(super) fn announce_in(&self, wake: Option<SyncSender<Message>>) {
        self.lock().wake = wake;
    }

    fn set(&self, request: StopRequest) {
        let mut state = self.lock();
        state.request = request;
        if let Some(wake) = &state.wake {
            // A full channel has messages, after each of which the request is looked at.
            drop(wake.try_send(Message::Wake));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
