//! Counts work without a clock: the bytes that a thread asks the allocator for are the same on every machine.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Counts the bytes of each thread.
struct Counted;

thread_local! {
    static BYTES: Cell<usize> = const { Cell::new(0) };
}

fn count(bytes: usize) {
    // A thread that ends has no counter any more.
    let _ = BYTES.try_with(|counter| counter.set(counter.get().wrapping_add(bytes)));
}

// SAFETY: passes every call unchanged to the system's allocator.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller upholds the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller upholds the contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // What is moved is copied.
        count(size);
        // SAFETY: the caller upholds the contract.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller upholds the contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTED: Counted = Counted;

/// The result, and the bytes that this thread asked for while it was made.
pub fn counted<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let before = BYTES.get();
    let result = run();
    (result, BYTES.get().wrapping_sub(before))
}

/// Fails if twice the times take much more memory traffic for each byte of the input: quadratic work takes twice of it.
/// Loops that allocate nothing are not counted; the inputs are so large that a quadratic one takes minutes.
pub fn assert_linear(times: usize, input: impl Fn(usize) -> String, run: impl Fn(&str)) {
    let [(once, length), (twice, double)] = [times / 2, times].map(|times| {
        let input = input(times);
        (counted(|| run(&input)).1, input.len())
    });
    let start: String = input(3).chars().take(40).collect();
    assert!(
        twice * length * 2 <= once * double * 3 + (length << 16),
        "{start:?}: {length} bytes take {once}, for twice {twice}"
    );
}
