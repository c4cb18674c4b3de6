//! The shape of one model's attention and KV cache.

use crate::commands::{GridDim, SPLIT};

/// The shape of attention in one model and one cache.
#[derive(Debug, Clone, Copy)]
pub struct Heads {
    /// Query heads.
    pub heads: u32,
    /// Key and value heads; divides `heads`.
    pub kv_heads: u32,
    /// Width of a head, a multiple of 4.
    pub head_dim: u32,
    /// Slots of the cache.
    pub slots: u32,
    /// Positions a slot.
    pub context: u32,
    /// Factor of q · k.
    pub scale: f32,
    /// Positions that a query attends to, its own included; `None` for all.
    pub window: Option<u32>,
}

impl Heads {
    /// Elements between columns of qkv.
    pub fn qkv_stride(&self) -> u32 {
        ((self.heads + 2 * self.kv_heads) * self.head_dim).next_multiple_of(32)
    }

    /// Pairs of elements that the keys (or the values) of one layer take.
    pub fn cache_pairs(&self) -> u64 {
        u64::from(self.slots)
            * u64::from(self.context)
            * u64::from(self.kv_heads)
            * u64::from(self.head_dim / 2)
    }

    /// Pairs that one position of one slot takes in the keys (or the values).
    pub fn position_pairs(&self) -> u64 {
        u64::from(self.kv_heads) * u64::from(self.head_dim / 2)
    }

    /// Splits that the longest sequence needs.
    pub(crate) fn splits(&self) -> u32 {
        self.context.div_ceil(SPLIT)
    }

    /// The grid's dimension over the splits that are attended to.
    pub(crate) fn split_grid(&self) -> GridDim {
        self.window.map_or(GridDim::Splits, GridDim::SplitsWithin)
    }

    /// Query heads of one KV head that a workgroup of attention takes: the most up to 4 that divide them.
    pub(crate) fn group(&self) -> u32 {
        let shared = self.heads / self.kv_heads;
        (1..=4).rev().find(|group| shared.is_multiple_of(*group)).unwrap_or(1)
    }

    /// The overrides of the kernels that combine attention; none without a window, as `Device::compile_common` compiles
    /// them.
    pub(crate) fn window_constants(&self) -> &'static [(&'static str, u32)] {
        if self.window.is_some() { &[("WINDOWED", 1)] } else { &[] }
    }

    /// The window as the kernels read it, 0 if there is none.
    pub(crate) fn window_size(&self) -> u32 {
        self.window.unwrap_or(0)
    }

    /// The positions that a query attends to when there are `length` up to its own: reference for the kernels.
    pub(crate) fn attended(&self, length: u32) -> std::ops::Range<u32> {
        length - self.window.unwrap_or(length).min(length)..length
    }

    /// Floats of `partials` a column needs.
    pub fn partial_floats(&self) -> u64 {
        u64::from(self.heads) * u64::from(self.splits()) * u64::from(self.head_dim + 2)
    }
}
