//! The shape of one model's attention and KV cache.

/// Positions that one workgroup attends to; SPLIT in the shaders.
pub(crate) const SPLIT: u32 = 64;

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
}

impl Heads {
    /// Elements between columns of qkv.
    pub fn qkv_stride(&self) -> u32 {
        ((self.heads + 2 * self.kv_heads) * self.head_dim).next_multiple_of(32)
    }

    /// Pairs of f16 that the keys (or the values) of one layer take.
    pub fn cache_pairs(&self) -> u64 {
        u64::from(self.slots)
            * u64::from(self.context)
            * u64::from(self.kv_heads)
            * u64::from(self.head_dim / 2)
    }

    /// Bytes that one position of one slot takes in the keys (or the values).
    pub fn position_bytes(&self) -> u64 {
        u64::from(self.kv_heads) * u64::from(self.head_dim) * 2
    }

    /// Splits that the longest sequence needs.
    pub(crate) fn splits(&self) -> u32 {
        self.context.div_ceil(SPLIT)
    }

    /// Floats of `partials` a column needs.
    pub fn partial_floats(&self) -> u64 {
        u64::from(self.heads) * u64::from(self.splits()) * u64::from(self.head_dim + 2)
    }
}
