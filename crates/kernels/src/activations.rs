//! The order in which columns of activations are stored; `shaders/common/activations.wgsl` describes it.

/// Where element `k` of a column is, for a width of `steps` · 32.
pub(crate) fn element_at(steps: usize, k: usize) -> usize {
    4 * (k % 32 / 4 * steps + k / 32) + k % 4
}

/// A vector as products read it, its width padded with zeros to a multiple of 32: the gain of a norm.
pub fn interleaved(values: &[f32]) -> Vec<f32> {
    let steps = values.len().div_ceil(32);
    let mut stored = vec![0.0; 32 * steps];
    for (k, value) in values.iter().enumerate() {
        stored[element_at(steps, k)] = *value;
    }
    stored
}

/// The first `width` elements of a stored column in their own order.
pub(crate) fn deinterleaved(stored: &[f32], width: usize) -> Vec<f32> {
    (0..width).map(|k| stored[element_at(stored.len() / 32, k)]).collect()
}
