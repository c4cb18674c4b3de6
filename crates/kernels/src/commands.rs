//! Records and submits commands: compute passes, copies, reads back to the host.

use std::sync::atomic::Ordering;
use std::sync::mpsc;

use crate::buffer::{Buffer, BufferUse};
use crate::device::{Device, GPU_TIMEOUT};
use crate::error::{Error, Result};

/// Positions that one workgroup attends to; SPLIT in the shaders.
pub(crate) const SPLIT: u32 = 64;

/// One dimension of a dispatch's grid, in workgroups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GridDim {
    /// The same in every pass.
    Fixed(u32),
    /// One for each column of the pass.
    Columns,
    /// One for every this many columns of the pass, rounded up.
    ColumnsBy(u32),
    /// One for every 64 positions of the longest sequence in the pass.
    Splits,
    /// The same, of no more than this many positions.
    SplitsWithin(u32),
}

/// A kernel with its bindings, created once and replayed.
#[derive(Debug, Clone)]
pub struct Dispatch {
    /// Name of the shader.
    pub kernel: &'static str,
    pub(crate) pipeline: wgpu::ComputePipeline,
    pub(crate) group: wgpu::BindGroup,
    pub(crate) grid: [GridDim; 3],
}

impl Dispatch {
    /// Its grid over `columns` columns whose longest sequence has `length` positions.
    pub fn workgroups(&self, columns: u32, length: u32) -> [u32; 3] {
        self.grid.map(|dim| match dim {
            GridDim::Fixed(count) => count,
            GridDim::Columns => columns,
            GridDim::ColumnsBy(tile) => columns.div_ceil(tile),
            GridDim::Splits => length.div_ceil(SPLIT).max(1),
            GridDim::SplitsWithin(window) => length.min(window).div_ceil(SPLIT).max(1),
        })
    }
}

/// A command buffer being recorded.
pub struct Commands<'d> {
    device: &'d Device,
    encoder: wgpu::CommandEncoder,
    dispatches: u64,
    // Those since the last submission.
    unsubmitted: u32,
}

impl Device {
    /// Starts a command buffer.
    pub fn commands(&self) -> Commands<'_> {
        Commands { device: self, encoder: self.encoder(), dispatches: 0, unsubmitted: 0 }
    }

    fn encoder(&self) -> wgpu::CommandEncoder {
        self.raw().create_command_encoder(&wgpu::CommandEncoderDescriptor { label: None })
    }

    /// Copies a part of a buffer to the host and waits. For tests, reports and start-up.
    pub fn read(&self, buffer: &Buffer, offset: u64, bytes: u64) -> Result<Vec<u8>> {
        let staging = self.buffer("reading back", bytes, BufferUse::Read)?;
        let mut commands = self.commands();
        commands.copy(buffer, offset, &staging, 0, bytes);
        commands.submit_and_read(&staging, bytes)?.wait(self)
    }
}

impl Commands<'_> {
    /// Records `dispatches` in order, over `columns` columns whose longest sequence has `length` positions. Submits what is
    /// recorded whenever it is as long as [`Device::set_submission_limit`] allows.
    pub fn pass<'a>(
        &mut self,
        dispatches: impl IntoIterator<Item = &'a Dispatch>,
        columns: u32,
        length: u32,
    ) {
        let limit = self.device.submission_limit();
        let mut dispatches = dispatches.into_iter().peekable();
        while dispatches.peek().is_some() {
            if self.unsubmitted >= limit {
                let full = std::mem::replace(&mut self.encoder, self.device.encoder());
                self.device.queue().submit([full.finish()]);
                self.device.atomic_counters().submissions.fetch_add(1, Ordering::Relaxed);
                self.unsubmitted = 0;
            }
            let mut pass = self.encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            for dispatch in dispatches.by_ref().take((limit - self.unsubmitted) as usize) {
                let [x, y, z] = dispatch.workgroups(columns, length);
                pass.set_pipeline(&dispatch.pipeline);
                pass.set_bind_group(0, &dispatch.group, &[]);
                pass.dispatch_workgroups(x, y, z);
                self.dispatches += 1;
                self.unsubmitted += 1;
            }
        }
    }

    /// Copies between buffers; offsets and length are multiples of 4.
    pub fn copy(
        &mut self,
        source: &Buffer,
        source_offset: u64,
        target: &Buffer,
        target_offset: u64,
        bytes: u64,
    ) {
        if bytes > 0 {
            self.encoder.copy_buffer_to_buffer(
                &source.raw,
                source_offset,
                &target.raw,
                target_offset,
                Some(bytes),
            );
        }
    }

    /// Submits the commands without waiting.
    pub fn submit(self) -> Result<()> {
        self.finish().map(|_| ())
    }

    /// Submits the commands and requests the first `bytes` of `staging`.
    pub fn submit_and_read(self, staging: &Buffer, bytes: u64) -> Result<Readback> {
        let device = self.device.clone();
        let index = self.finish()?;
        let (sender, receiver) = mpsc::channel();
        staging.raw.slice(..bytes).map_async(wgpu::MapMode::Read, move |mapped| {
            // The receiver is gone if the readback was dropped.
            drop(sender.send(mapped));
        });
        device.atomic_counters().bytes_read_back.fetch_add(bytes, Ordering::Relaxed);
        Ok(Readback { staging: staging.clone(), bytes, index, receiver })
    }

    fn finish(self) -> Result<wgpu::SubmissionIndex> {
        self.device.fault()?;
        let atomic_counters = self.device.atomic_counters();
        atomic_counters.dispatches.fetch_add(self.dispatches, Ordering::Relaxed);
        atomic_counters.submissions.fetch_add(1, Ordering::Relaxed);
        let index = self.device.queue().submit([self.encoder.finish()]);
        self.device.fault()?;
        Ok(index)
    }
}

/// A pending read from the GPU to the host.
#[derive(Debug)]
pub struct Readback {
    staging: Buffer,
    bytes: u64,
    index: wgpu::SubmissionIndex,
    receiver: mpsc::Receiver<std::result::Result<(), wgpu::BufferAsyncError>>,
}

impl Readback {
    /// Waits for the bytes and releases the staging buffer.
    pub fn wait(self, device: &Device) -> Result<Vec<u8>> {
        device.wait(Some(self.index))?;
        match self.receiver.recv_timeout(GPU_TIMEOUT) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                device.fault()?;
                return Err(Error::Validation(error.to_string()));
            }
            Err(_) => return Err(Error::Timeout(GPU_TIMEOUT.as_secs())),
        }
        let view = self
            .staging
            .raw
            .slice(..self.bytes)
            .get_mapped_range()
            .map_err(|error| Error::Validation(error.to_string()))?;
        let bytes = view.to_vec();
        drop(view);
        self.staging.raw.unmap();
        Ok(bytes)
    }
}

impl Device {
    /// Measures the bytes per second that a copy within GPU memory reads and writes: the upper bound for a kernel that
    /// only reads weights.
    pub fn copy_bandwidth(&self) -> Result<f64> {
        const BYTES: u64 = 64 << 20;
        const ROUNDS: u64 = 8;
        let bytes = BYTES.min(self.max_binding_bytes());
        let source = self.buffer("bandwidth", bytes, BufferUse::Storage)?;
        let target = self.buffer("bandwidth", bytes, BufferUse::Storage)?;
        let run = |rounds: u64| -> Result<std::time::Duration> {
            let begun = std::time::Instant::now();
            let mut commands = self.commands();
            for _ in 0..rounds {
                commands.copy(&source, 0, &target, 0, bytes);
            }
            commands.submit()?;
            self.wait(None)?;
            Ok(begun.elapsed())
        };
        run(1)?;
        Ok((2 * bytes * ROUNDS) as f64 / run(ROUNDS)?.as_secs_f64())
    }
}
