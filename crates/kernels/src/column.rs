//! A column of a pass: one token of one sequence.

use bytemuck::{Pod, Zeroable};

/// Tokens that a pass over prompts may have, the first unless a wider one is faster (`tune.rs`).
pub const PREFILL_COLUMNS: [u32; 3] = [64, 128, 256];

/// Position of a column in one model's KV cache: `position = base + step`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Column {
    /// Slot of the KV cache.
    pub slot: u32,
    /// Position of the token when [`Feed::step`] is 0.
    pub base: u32,
    /// Token fed when [`Feed::step`] is 0; the prompts of one sequence may end differently in each model.
    pub first: u32,
    /// Row of its sequence in the buffer of [`Feed`]s. A model's columns are only the sequences in which it takes part.
    pub row: u32,
}

/// Input token of a sequence, shared by all models of a recipe; `pick` writes the next one.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Feed {
    /// Token id.
    pub token: u32,
    /// Tokens decoded since `base` was set.
    pub step: u32,
}

/// The uniform of a pass, which changes from pass to pass.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
pub struct PassSize {
    /// Columns of the pass.
    pub columns: u32,
}
