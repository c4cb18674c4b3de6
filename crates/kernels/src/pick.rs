//! `shaders/pick.wgsl`: picks each column's next token (greedy, or top-k / top-p sampling).

use bytemuck::{Pod, Zeroable};

use crate::buffer::Buffer;
use crate::column::Feed;
use crate::commands::{Dispatch, GridDim};
use crate::device::Device;
use crate::error::Result;
use crate::program::{Program, WORKGROUP, program};
use crate::reference_check::{CheckResult, Random, storage};
use crate::top_list::Candidate;

pub(crate) static PROGRAM: Program = program!("pick", weights: false);

/// The uniform: constants of a batch.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct Pick {
    pub(crate) columns: u32,
    pub(crate) count: u32,
}

/// Sampling parameters of a column.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct Choice {
    /// 0 for greedy.
    pub temperature: f32,
    /// Smallest probability mass kept, (0, 1].
    pub top_p: f32,
    /// Tokens considered, at most the list's length.
    pub top_k: u32,
    /// Random seed.
    pub seed: u32,
}

impl Choice {
    /// Picks the most likely token.
    pub const GREEDY: Self = Self { temperature: 0.0, top_p: 1.0, top_k: 1, seed: 0 };
}

/// Bytes of `picked` per column: token, log-probability, and the list of candidates.
pub fn picked_bytes(count: u32) -> u64 {
    8 + 8 * u64::from(count)
}

/// Picks for at most `capacity` columns and writes the tokens to `feed`; the host reads `picked`.
pub fn dispatch(
    device: &Device,
    (capacity, count): (u32, u32),
    candidates: &Buffer,
    choices: &Buffer,
    feed: &Buffer,
    picked: &Buffer,
) -> Result<Dispatch> {
    let shape = device.uniform(&Pick { columns: capacity, count })?;
    let bindings =
        [(0, shape.all()), (1, candidates.all()), (2, choices.all()), (3, feed.all()), (4, picked.all())];
    device.dispatch(
        &PROGRAM,
        None,
        &[],
        &bindings,
        [GridDim::ColumnsBy(WORKGROUP), GridDim::Fixed(1), GridDim::Fixed(1)],
    )
}

fn hash(value: u32) -> u32 {
    let state = value.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
    let word = ((state >> ((state >> 28) + 4)) ^ state).wrapping_mul(277_803_737);
    (word >> 22) ^ word
}

/// CPU reference: the index in the list, and the distance of the random number from the next boundary (1 = far).
pub fn pick(list: &[(u32, f64)], choice: &Choice, step: u32) -> (usize, f64) {
    if choice.temperature <= 0.0 {
        return (0, 1.0);
    }
    let considered = (choice.top_k as usize).min(list.len());
    let temperature = f64::from(choice.temperature);
    let shares: Vec<f64> =
        list[..considered].iter().map(|(_, p)| ((p - list[0].1) / temperature).exp()).collect();
    let total: f64 = shares.iter().sum();
    let mut cumulative: Vec<f64> = Vec::new();
    let mut margin = 1f64;
    for share in shares {
        let sum = cumulative.last().copied().unwrap_or(0.0) + share;
        cumulative.push(sum);
        margin = margin.min((sum - f64::from(choice.top_p) * total).abs() / total);
        if sum >= f64::from(choice.top_p) * total {
            break;
        }
    }
    let draw = f64::from(hash(choice.seed ^ hash(step)) >> 8) / 16_777_216.0
        * cumulative.last().copied().unwrap_or(0.0);
    let index = cumulative.iter().position(|&sum| draw < sum).unwrap_or(cumulative.len() - 1);
    for sum in &cumulative {
        margin = margin.min((draw - sum).abs() / total);
    }
    (index, margin)
}

/// Compares the kernel with its reference on random lists and parameters. The error counts the columns whose token,
/// feed or list differs although the random number is not within 1e-5 of a boundary; none is allowed.
pub fn check(device: &Device, columns: u32, count: u32, seed: u64) -> Result<CheckResult> {
    let mut random = Random::new(seed);
    let mut candidates = Vec::new();
    let mut choices = Vec::new();
    let mut feed = Vec::new();
    for column in 0..columns {
        let mut list: Vec<f32> = (0..count).map(|_| -random.normal().abs() * 3.0).collect();
        list.sort_by(|a, b| b.total_cmp(a));
        candidates.extend(
            list.iter().map(|&log_probability| Candidate { token: random.below(1 << 17), log_probability }),
        );
        choices.push(match column % 4 {
            0 => Choice::GREEDY,
            1 => Choice { temperature: 0.7, top_p: 1.0, top_k: count, seed: random.below(u32::MAX) },
            2 => Choice { temperature: 1.0, top_p: 0.8, top_k: count, seed: random.below(u32::MAX) },
            _ => Choice {
                temperature: 1.3,
                top_p: 0.9,
                top_k: 1 + random.below(count),
                seed: random.below(u32::MAX),
            },
        });
        feed.push(Feed { token: 0, step: random.below(500) });
    }
    let inputs = (storage(device, &candidates)?, storage(device, &choices)?, storage(device, &feed)?);
    let words = (columns * (2 + 2 * count)) as usize;
    let picked = storage(device, &vec![u32::MAX; words])?;
    let made = dispatch(device, (columns, count), &inputs.0, &inputs.1, &inputs.2, &picked)?;
    let mut commands = device.commands();
    commands.pass([&made], columns, 1);
    commands.submit()?;
    let picked: Vec<u32> = bytemuck::pod_collect_to_vec(&device.read(&picked, 0, words as u64 * 4)?);
    let fed: Vec<Feed> = bytemuck::pod_collect_to_vec(&device.read(&inputs.2, 0, u64::from(columns) * 8)?);
    let mut wrong = 0.0;
    for (column, got) in picked.chunks(2 + 2 * count as usize).enumerate() {
        let list = &candidates[column * count as usize..][..count as usize];
        let wide: Vec<_> = list.iter().map(|f| (f.token, f64::from(f.log_probability))).collect();
        let (index, margin) = pick(&wide, &choices[column], feed[column].step);
        let chosen = list[index];
        let expected_feed = Feed { token: chosen.token, step: feed[column].step + 1 };
        let same_choice = got[0] == chosen.token
            && got[1] == chosen.log_probability.to_bits()
            && fed[column] == expected_feed;
        if got[2..] != *bytemuck::cast_slice::<Candidate, u32>(list) || (!same_choice && margin > 1e-5) {
            wrong += 1.0;
        }
    }
    Ok(CheckResult { kernel: PROGRAM.name, error: wrong, allowed: 0.0 })
}
