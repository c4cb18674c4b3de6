//! What is measured on a device, or chosen, after it was opened.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::Device;
use crate::column::PREFILL_COLUMNS;

// About a layer, until a pass is measured.
const FIRST_SUBMISSION_LIMIT: u32 = 8;

pub(super) struct Settings {
    submission_limit: AtomicU32,
    prefill_columns: AtomicU32,
    int8_prompts: AtomicBool,
}

impl Settings {
    pub fn new() -> Self {
        Self {
            submission_limit: AtomicU32::new(FIRST_SUBMISSION_LIMIT),
            prefill_columns: AtomicU32::new(PREFILL_COLUMNS[0]),
            int8_prompts: AtomicBool::new(false),
        }
    }
}

impl Device {
    /// Sets how many dispatches are submitted at once, at least one. A driver that gets no answer for long resets the GPU
    /// (Windows after two seconds), so a submission of a large model on a slow GPU must not be a whole pass.
    pub fn set_submission_limit(&self, dispatches: u32) {
        self.inner.settings.submission_limit.store(dispatches.max(1), Ordering::Relaxed);
    }

    pub(crate) fn submission_limit(&self) -> u32 {
        self.inner.settings.submission_limit.load(Ordering::Relaxed)
    }

    /// Sets how many tokens a pass over prompts has, in sessions that begin after this: one of [`PREFILL_COLUMNS`],
    /// else it stays as it is. No result depends on it.
    pub fn set_prefill_columns(&self, columns: u32) {
        if PREFILL_COLUMNS.contains(&columns) {
            self.inner.settings.prefill_columns.store(columns, Ordering::Relaxed);
        }
    }

    /// Tokens that a pass over prompts has.
    pub fn prefill_columns(&self) -> u32 {
        self.inner.settings.prefill_columns.load(Ordering::Relaxed)
    }

    /// Sets whether models and sessions that are made after this multiply prompts in int8.
    pub fn set_int8_prompts(&self, int8: bool) {
        self.inner.settings.int8_prompts.store(int8, Ordering::Relaxed);
    }

    /// Whether prompts are multiplied in int8: the cache of a prompt is less exact then, and everything else as it was.
    pub fn int8_prompts(&self) -> bool {
        self.inner.settings.int8_prompts.load(Ordering::Relaxed)
    }
}
