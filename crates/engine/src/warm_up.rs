//! The first passes of a batch: they compile what the first sentence needs, and measure how much a submission may hold.

use std::time::Instant;

use crate::batch::Batch;
use crate::error::Result;
use crate::sequence::Request;

/// The longest that a submission may take on the GPU, in seconds: far from what drivers allow, and long beside the cost of a
/// submission.
const LONGEST_S: f64 = 0.1;
/// A prefill pass of so many columns takes as long as one of fewer: a tile of `matmul`.
const TILE_COLUMNS: u32 = 32;

impl Batch {
    /// Decodes a short sequence twice. Some drivers compile a pipeline at its first dispatch; the second run is timed, and
    /// decides how many dispatches are submitted at once.
    ///
    /// # Errors
    /// Those of decoding.
    pub fn warm_up(&mut self) -> Result<()> {
        let request = Request {
            prompts: vec![vec![0; 4]; self.joint().models()],
            limit: 1,
            alternatives: 4,
            ..Request::default()
        };
        self.run(vec![request.clone()])?;
        let device = self.joint().device().clone();
        let (started, before) = (Instant::now(), device.counters().dispatches);
        self.run(vec![request])?;
        let dispatches = (device.counters().dispatches - before) as f64;
        // A whole pass has more columns than this one.
        let seconds = started.elapsed().as_secs_f64() * f64::from(device.prefill_columns() / TILE_COLUMNS);
        device.set_submission_limit((dispatches * LONGEST_S / seconds) as u32);
        Ok(())
    }
}
