//! Checks memory: files of a few KiB must not cause a large allocation, whatever they declare.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Records the largest single allocation.
struct Watched;

static LARGEST: AtomicUsize = AtomicUsize::new(0);
/// Sources are hashed and converted in buffers of 8 MiB, and the pattern library stops at programs of 10 MB, held in
/// a vector that doubles. Nothing else comes near that for files of a few KiB.
const ALLOWED: usize = 64 << 20;

// SAFETY: passes every call unchanged to the system's allocator.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LARGEST.fetch_max(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller upholds the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller upholds the contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static WATCHED: Watched = Watched;

/// Fails if any single allocation since the start of this process exceeds the limit.
pub fn check(name: &str) {
    let largest = LARGEST.load(Ordering::Relaxed);
    assert!(largest < ALLOWED, "{name}: {largest} bytes at once");
}
