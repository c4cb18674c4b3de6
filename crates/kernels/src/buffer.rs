//! GPU memory: buffers, and the parts of them that kernels bind.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How a buffer is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BufferUse {
    /// Read or written by kernels.
    Storage,
    /// A kernel's constants.
    Uniform,
    /// Target of a copy that the host maps and reads.
    Read,
}

/// A GPU buffer. Clones share it.
#[derive(Debug, Clone)]
pub struct Buffer {
    pub(crate) raw: wgpu::Buffer,
    pub(crate) memory: Arc<Memory>,
}

/// Size of a buffer; subtracts itself from the device's total when the last clone is dropped.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub bytes: u64,
    pub total: Option<Arc<AtomicU64>>,
}

impl Drop for Memory {
    fn drop(&mut self) {
        if let Some(total) = &self.total {
            total.fetch_sub(self.bytes, Ordering::Relaxed);
        }
    }
}

impl Buffer {
    /// Size in bytes.
    pub fn bytes(&self) -> u64 {
        self.memory.bytes
    }

    /// The whole buffer as a binding.
    pub fn all(&self) -> BufferView<'_> {
        BufferView { buffer: self, offset: 0, bytes: self.bytes() }
    }

    /// A part of the buffer as a binding; `offset` a multiple of 256.
    pub fn part(&self, offset: u64, bytes: u64) -> BufferView<'_> {
        BufferView { buffer: self, offset, bytes }
    }
}

/// A part of a buffer that a kernel binds.
#[derive(Debug, Clone, Copy)]
pub struct BufferView<'a> {
    pub(crate) buffer: &'a Buffer,
    pub(crate) offset: u64,
    pub(crate) bytes: u64,
}
