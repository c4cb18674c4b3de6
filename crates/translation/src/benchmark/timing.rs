//! Timed runs of a batch within a budget of seconds.

use std::time::{Duration, Instant};

use engine::{Batch, Event, Request};

use super::BenchmarkOptions;
use crate::error::Result;

// A prompt and an output as long as a long sentence.
pub(super) const PROMPT_TOKENS: usize = 64;
pub(super) const OUTPUT_TOKENS: u32 = 64;

/// Runs of a measurement, of which the median counts.
const RUNS: usize = 3;

/// The time that measuring may take, shared evenly by the measurements that are left.
pub(super) struct Budget<'a> {
    end: Instant,
    left: u32,
    left_out: bool,
    stopped: &'a dyn Fn() -> bool,
}

impl<'a> Budget<'a> {
    /// The time of `options` for this many measurements, from now.
    pub fn new(options: &BenchmarkOptions<'a>, measurements: u32) -> Self {
        let seconds = Duration::try_from_secs_f32(options.seconds).unwrap_or_default();
        let now = Instant::now();
        Self {
            end: now.checked_add(seconds).unwrap_or(now),
            left: measurements,
            left_out: false,
            stopped: options.stopped,
        }
    }

    /// Whether no measurement was left out or ended without a result.
    pub fn is_complete(&self) -> bool {
        !self.left_out
    }

    /// Runs one measurement with the end of its share, unless the time is over or it is expected to take longer than what is
    /// left.
    pub fn next<T>(
        &mut self,
        expected_s: Option<f32>,
        measure: impl FnOnce(&Share<'_>) -> Result<Option<T>>,
    ) -> Result<Option<T>> {
        let rest = self.end.saturating_duration_since(Instant::now());
        let share = rest / self.left.max(1);
        self.left = self.left.saturating_sub(1);
        let enough = !rest.is_zero() && expected_s.is_none_or(|seconds| seconds <= rest.as_secs_f32());
        let measured = match enough && !(self.stopped)() {
            true => measure(&Share { end: Instant::now() + share, stopped: self.stopped })?,
            false => None,
        };
        self.left_out |= measured.is_none();
        Ok(measured)
    }
}

/// One measurement's part of the budget.
pub(super) struct Share<'a> {
    end: Instant,
    stopped: &'a dyn Fn() -> bool,
}

impl Share<'_> {
    pub fn is_over(&self) -> bool {
        (self.stopped)() || Instant::now() >= self.end
    }

    // The median of up to three runs, at least one; `None` if no run had a result.
    fn median(&self, mut run: impl FnMut() -> Result<Option<f32>>) -> Result<Option<f32>> {
        let mut results = Vec::with_capacity(RUNS);
        while results.len() < RUNS && (results.is_empty() || !self.is_over()) {
            match run()? {
                Some(result) => results.push(result),
                None => break,
            }
        }
        results.sort_by(f32::total_cmp);
        Ok(results.get(results.len() / 2).copied())
    }
}

/// Makes requests of random prompts.
pub(super) struct Requests {
    pub vocab: u32,
    pub models: usize,
}

impl Requests {
    /// Requests with different prompts, which decode `limit` tokens each.
    fn different_prompts(&self, count: u32, limit: u32) -> Vec<Request> {
        (0..count).map(|seed| self.request(seed, limit)).collect()
    }

    /// Requests with one prompt, which is computed once and copied.
    pub fn equal_prompts(&self, count: u32, limit: u32) -> Vec<Request> {
        let shared = vec![PROMPT_TOKENS - 1; self.models];
        (0..count).map(|_| Request { shared: shared.clone(), ..self.request(0, limit) }).collect()
    }

    fn request(&self, seed: u32, limit: u32) -> Request {
        let token = |i: u32| (seed * 7919 + i * 104_729) % self.vocab;
        let prompt: Vec<u32> = (0..PROMPT_TOKENS as u32).map(token).collect();
        Request {
            prompts: vec![prompt; self.models],
            // A repetitive source permits a repetitive output, which random prompts produce.
            source: vec![0; PROMPT_TOKENS],
            limit,
            alternatives: 1,
            ..Request::default()
        }
    }
}

/// Seconds from the prompts to the first new token of each.
pub(super) fn prefill_seconds(
    batch: &mut Batch,
    requests: &Requests,
    sequences: u32,
    share: &Share<'_>,
) -> Result<Option<f32>> {
    // Compiles the pipelines for this number of columns.
    batch.run(requests.equal_prompts(sequences, 2))?;
    share.median(|| {
        let started = Instant::now();
        batch.run(requests.different_prompts(sequences, 1))?;
        Ok(Some(started.elapsed().as_secs_f32()))
    })
}

/// New tokens per second of all sequences together.
pub(super) fn decode_rate(
    batch: &mut Batch,
    requests: &Requests,
    sequences: u32,
    share: &Share<'_>,
) -> Result<Option<f32>> {
    batch.run(requests.equal_prompts(sequences, 2))?;
    share.median(|| {
        let ids: Vec<_> =
            requests.equal_prompts(sequences, OUTPUT_TOKENS).into_iter().map(|r| batch.add(r)).collect();
        let mut started = None;
        let mut tokens = 0;
        while !(batch.is_idle() || (tokens > 0 && share.is_over())) {
            let new = batch.step()?.iter().filter(|event| matches!(event, Event::Token(..))).count();
            match started {
                None if new > 0 => started = Some(Instant::now()),
                None => {}
                Some(_) => tokens += new,
            }
        }
        ids.into_iter().for_each(|id| batch.cancel(id));
        let seconds = started.map_or(0.0, |started| started.elapsed().as_secs_f32());
        Ok((tokens > 0).then(|| tokens as f32 / seconds))
    })
}
