//! Ctrl-C: the first asks what is running to end cleanly.

use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C sets [`asked`] and calls `wake`; a second one ends the program at once.
pub fn listen(wake: impl Fn() + Send + 'static) {
    let set = ctrlc::set_handler(move || {
        if ASKED.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
        wake();
    });
    if let Err(error) = set {
        eprintln!("wasan: Ctrl-C will end the program at once ({error})");
    }
}

/// Whether the user asked to end.
pub fn asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}
