//! Panics of libraries, as errors.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// Whether a panic of this thread is caught, so that nobody needs to read of it.
    static IS_CAUGHT: Cell<bool> = const { Cell::new(false) };
}

/// The result, or `None` if the library that is called panics. Nothing is printed then: Rust prints the message of a
/// panic where it begins, whether it is caught or not, so the process's hook is wrapped once. What the call changed may
/// be half done; only what stays valid then may be used again.
pub(crate) fn caught<T>(run: impl FnOnce() -> T) -> Option<T> {
    static WRAPPED: Once = Once::new();
    WRAPPED.call_once(|| set_hook(quiet(take_hook())));
    let outer = IS_CAUGHT.replace(true);
    let result = catch_unwind(AssertUnwindSafe(run));
    IS_CAUGHT.set(outer);
    result.ok()
}

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send>;

/// A hook that passes on what is not caught here.
fn quiet(hook: Hook) -> Hook {
    Box::new(move |panic| {
        if !IS_CAUGHT.get() {
            hook(panic);
        }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_caught_panic_prints_nothing_and_others_do() {
        static PRINTED: AtomicUsize = AtomicUsize::new(0);
        let this = std::thread::current().id();
        assert_eq!(caught(|| 1), Some(1));
        set_hook(quiet(Box::new(move |_| {
            PRINTED.fetch_add(usize::from(std::thread::current().id() == this), Ordering::Relaxed);
        })));
        let panics = || -> usize { [1, 2].iter().copied().nth(5).expect("a fifth") };
        assert_eq!(caught(panics), None);
        assert_eq!(caught(|| caught(panics).unwrap_or_else(panics)), None);
        assert_eq!(PRINTED.load(Ordering::Relaxed), 0);
        assert!(catch_unwind(panics).is_err());
        assert_eq!(PRINTED.load(Ordering::Relaxed), 1);
    }
}
