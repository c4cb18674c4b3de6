//! A watch over memory: files of a few KiB justify no large allocation, whatever they declare.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Notes the largest single request for memory.
struct Watched;

static LARGEST: AtomicUsize = AtomicUsize::new(0);
/// Sources are hashed and converted in buffers of 8 MiB, and the pattern library stops at programs of 10 MB, held in
/// a vector that doubles. Nothing else comes near that for files of a few KiB.
const ALLOWED: usize = 64 << 20;

// SAFETY: every call goes to the system's allocator with the arguments it came with.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LARGEST.fetch_max(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static WATCHED: Watched = Watched;

/// Fails when anything since the start of this process asked for more than is allowed at once.
pub fn check(name: &str) {
    let largest = LARGEST.load(Ordering::Relaxed);
    assert!(largest < ALLOWED, "{name}: {largest} bytes at once");
}
