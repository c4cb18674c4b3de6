//! Drafts of a batch while one sequence is decoded: how many are next, and what came of them.

use std::time::Instant;

use crate::draft_length::{DraftCounts, DraftLength, Drafts};

/// What is known of drafts so far.
#[derive(Default)]
pub(super) struct Drafting {
    length: DraftLength,
    pub counts: DraftCounts,
    // When the last result came, if the columns are the same since.
    last_result: Option<Instant>,
}

impl Drafting {
    /// Drafts for the next step, of which `most` are possible.
    pub fn next(&mut self, drafts: Drafts, most: u32) -> u32 {
        match drafts {
            Drafts::Fastest if most > 0 => self.length.next().min(most),
            Drafts::Fastest => 0,
            Drafts::Fixed(drafts) => drafts.min(most),
        }
    }

    /// The columns are set anew, so the time to the next result is not that of a step.
    pub fn restart(&mut self) {
        self.last_result = None;
    }

    /// Counts a result, and measures it where it follows another one of the same single sequence.
    pub fn count(&mut self, is_single: bool, drafts: u32, tokens: usize) {
        let now = Instant::now();
        if is_single && let Some(last) = self.last_result {
            self.length.measured(drafts, tokens, (now - last).as_secs_f64());
        }
        self.last_result = Some(now);
        if drafts > 0 {
            self.counts.rounds += 1;
            self.counts.drafted += u64::from(drafts);
            self.counts.accepted += tokens.saturating_sub(1) as u64;
        }
    }
}
