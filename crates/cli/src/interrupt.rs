//! Ctrl-C: the first one requests a clean end.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::terminal::note;

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// From now on the first Ctrl-C sets [`requested`] and calls `wake`; a second one ends the program at once.
pub fn listen(wake: impl Fn() + Send + 'static) {
    let set = ctrlc::set_handler(move || {
        if REQUESTED.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
        wake();
    });
    if let Err(error) = set {
        note!("wasan: Ctrl-C will end the program at once ({error})");
    }
}

/// Whether the user pressed Ctrl-C.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}
