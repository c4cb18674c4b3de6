//! `shaders/draft.wgsl`: feeds the likeliest token of the model that drafts to the next row.

use bytemuck::{Pod, Zeroable};

use crate::buffer::Buffer;
use crate::column::Feed;
use crate::commands::{Dispatch, GridDim};
use crate::device::Device;
use crate::error::Result;
use crate::program::{Program, program};
use crate::reference_check::{CheckResult, Random, storage};
use crate::top_list::Candidate;

pub(crate) static PROGRAM: Program = program!("draft", weights: false);

/// The uniform: which row the model has read.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct Draft {
    pub(crate) row: u32,
}

/// Writes the row after `row` of `feed` (rows) from `candidates` (1).
pub fn dispatch(device: &Device, row: u32, candidates: &Buffer, feed: &Buffer) -> Result<Dispatch> {
    let shape = device.uniform(&Draft { row })?;
    let bindings = [(0, shape.all()), (1, candidates.all()), (2, feed.all())];
    device.dispatch(&PROGRAM, None, &[], &bindings, [GridDim::Fixed(1); 3])
}

/// CPU reference: the next row.
pub fn draft(row: Feed, likeliest: u32) -> Feed {
    Feed { token: likeliest, step: row.step + 1 }
}

/// Compares the kernel with its reference: all rows of `feed`, of which it writes one. The error counts the wrong ones; none
/// is allowed.
pub fn check(device: &Device, rows: u32, row: u32, seed: u64) -> Result<CheckResult> {
    let mut random = Random::new(seed);
    let mut expected: Vec<Feed> =
        (0..rows).map(|_| Feed { token: random.below(1 << 17), step: random.below(500) }).collect();
    let likeliest = random.below(1 << 17);
    let feed = storage(device, &expected)?;
    let candidates = storage(device, &[Candidate { token: likeliest, log_probability: -0.5 }])?;
    let made = dispatch(device, row, &candidates, &feed)?;
    let mut commands = device.commands();
    commands.pass([&made], 1, 1);
    commands.submit()?;
    expected[row as usize + 1] = draft(expected[row as usize], likeliest);
    let got: Vec<Feed> = bytemuck::pod_collect_to_vec(&device.read(&feed, 0, u64::from(rows) * 8)?);
    let wrong = got.iter().zip(&expected).filter(|(got, expected)| got != expected).count();
    Ok(CheckResult { kernel: PROGRAM.name, error: wrong as f64, allowed: 0.0 })
}
