//! What distinguishes the shader texts of devices.

/// The variant of a device's kernels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Variant {
    /// Native f16.
    pub half: bool,
    pub subgroup: bool,
    /// The KV cache holds f32.
    pub cache_f32: bool,
}
