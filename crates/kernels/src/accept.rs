//! `shaders/accept.wgsl`: how many rows of drafts agree with the sum, and the token that follows them.

use bytemuck::{Pod, Zeroable};

use crate::buffer::Buffer;
use crate::column::Feed;
use crate::commands::{Dispatch, GridDim};
use crate::device::Device;
use crate::error::Result;
use crate::program::{Program, program};
use crate::reference_check::{CheckResult, Random, storage};
use crate::top_list::Candidate;

pub(crate) static PROGRAM: Program = program!("accept", weights: false);

/// The uniform: constants of a number of drafts.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct Accept {
    pub(crate) rows: u32,
    pub(crate) count: u32,
}

/// Writes `picked` (rows, 2 + 2 · count) and `accepted` (1) from `candidates` (rows, count) and the drafts in `feed` (rows),
/// and the next input into row 0 of `feed`. `rows` is at most 64.
pub fn dispatch(
    device: &Device,
    (rows, count): (u32, u32),
    candidates: &Buffer,
    feed: &Buffer,
    picked: &Buffer,
    accepted: &Buffer,
) -> Result<Dispatch> {
    let shape = device.uniform(&Accept { rows, count })?;
    let bindings =
        [(0, shape.all()), (1, candidates.all()), (2, feed.all()), (3, picked.all()), (4, accepted.all())];
    device.dispatch(&PROGRAM, None, &[], &bindings, [GridDim::Fixed(1); 3])
}

/// CPU reference: the number of rows that count, from each row's choice and the drafts (one fewer).
pub fn accept(chosen: &[u32], drafts: &[u32]) -> usize {
    1 + chosen.iter().zip(drafts).take_while(|(chosen, draft)| chosen == draft).count()
}

/// Compares the kernel with its reference where the first `agreeing` drafts are what the sum chose, and the last draft too
/// (which does not count unless all do). The error counts wrong words; none is allowed.
pub fn check(device: &Device, rows: u32, count: u32, agreeing: u32, seed: u64) -> Result<CheckResult> {
    let mut random = Random::new(seed);
    let candidates: Vec<Candidate> = (0..rows * count)
        .map(|_| Candidate { token: random.below(1 << 17), log_probability: random.normal() })
        .collect();
    let chosen: Vec<u32> = candidates.iter().step_by(count as usize).map(|first| first.token).collect();
    let step = random.below(500);
    let mut fed = vec![Feed { token: random.below(1 << 17), step }];
    for (row, &chosen) in (1..rows).zip(&chosen) {
        let agrees = row <= agreeing || row + 1 == rows;
        fed.push(Feed { token: if agrees { chosen } else { chosen + 1 }, step: step + row });
    }
    let words = (rows * (2 + 2 * count)) as usize;
    let (list, feed) = (storage(device, &candidates)?, storage(device, &fed)?);
    let picked = storage(device, &vec![u32::MAX; words + 1])?;
    let accepted = storage(device, &[u32::MAX; 2])?;
    let made = dispatch(device, (rows, count), &list, &feed, &picked, &accepted)?;
    let mut commands = device.commands();
    commands.pass([&made], rows, 1);
    commands.submit()?;

    let drafts: Vec<u32> = fed[1..].iter().map(|row| row.token).collect();
    let counted = accept(&chosen, &drafts);
    fed[0] = Feed { token: chosen[counted - 1], step: step + counted as u32 };
    let mut expected: Vec<u32> = Vec::with_capacity(words + 1);
    for list in candidates.chunks(count as usize) {
        expected.extend_from_slice(bytemuck::cast_slice(&list[..1]));
        expected.extend_from_slice(bytemuck::cast_slice(list));
    }
    expected.push(u32::MAX);
    expected.extend([counted as u32, u32::MAX]);
    expected.extend_from_slice(bytemuck::cast_slice(&fed));
    let mut got: Vec<u32> = Vec::new();
    for (buffer, words) in [(&picked, words + 1), (&accepted, 2), (&feed, 2 * rows as usize)] {
        got.extend(bytemuck::pod_collect_to_vec::<u8, u32>(&device.read(buffer, 0, words as u64 * 4)?));
    }
    let wrong = got.iter().zip(&expected).filter(|(got, expected)| got != expected).count();
    Ok(CheckResult { kernel: PROGRAM.name, error: wrong as f64, allowed: 0.0 })
}
