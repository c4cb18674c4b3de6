//! An opened GPU: buffers, pipelines, and the errors that no call returned.

mod settings;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use crate::adapter::{self, AdapterInfo};
use crate::buffer::{Buffer, BufferUse, Memory};
use crate::device_options::DeviceOptions;
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::variant::Variant;
use settings::Settings;

/// Bytes of two elements of the KV cache; [`DeviceOptions::cache_f32`] says whether they are f32.
pub fn cache_pair_bytes(cache_f32: bool) -> u64 {
    if cache_f32 { 8 } else { 4 }
}

/// Work submitted to the device so far; the same on every machine.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counters {
    /// Kernels dispatched.
    pub dispatches: u64,
    /// Bytes read back by the host.
    pub bytes_read_back: u64,
    /// Command buffers submitted.
    pub submissions: u64,
}

#[derive(Debug, Default)]
pub(crate) struct AtomicCounters {
    pub dispatches: AtomicU64,
    pub bytes_read_back: AtomicU64,
    pub submissions: AtomicU64,
}

// Generous, since some drivers compile a pipeline at its first dispatch.
pub(crate) const GPU_TIMEOUT: Duration = Duration::from_secs(120);

/// Identifies a compiled pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PipelineKey {
    pub name: &'static str,
    pub layout: Option<Layout>,
    pub constants: Vec<(&'static str, u32)>,
}

/// An opened GPU. Clones share it.
#[derive(Clone)]
pub struct Device {
    inner: Arc<Inner>,
}

struct Inner {
    device: wgpu::Device,
    queue: wgpu::Queue,
    info: AdapterInfo,
    variant: Variant,
    limits: wgpu::Limits,
    max_memory_bytes: Option<u64>,
    replaced_text: Vec<[&'static str; 3]>,
    memory: Arc<AtomicU64>,
    atomic_counters: AtomicCounters,
    settings: Settings,
    fault: Arc<Mutex<Option<Error>>>,
    pipelines: Mutex<HashMap<PipelineKey, wgpu::ComputePipeline>>,
    uniforms: Mutex<HashMap<Vec<u8>, Buffer>>,
    team_lanes: OnceLock<u32>,
    cache: Option<(wgpu::PipelineCache, PathBuf)>,
}

impl Device {
    /// Opens an adapter with its full limits.
    pub fn open(options: &DeviceOptions) -> Result<Self> {
        let (info, adapter) = adapter::choose(options.adapter.as_deref())?;
        let half = info.half && !options.without_half;
        let subgroup = info.subgroup && !options.without_subgroup;
        let mut features = adapter.features() & wgpu::Features::PIPELINE_CACHE;
        features.set(wgpu::Features::SHADER_F16, half);
        features.set(wgpu::Features::SUBGROUP, subgroup);
        let mut limits = adapter.limits();
        if let Some(bytes) = options.max_binding_bytes {
            limits.max_storage_buffer_binding_size = limits.max_storage_buffer_binding_size.min(bytes);
        }
        if let Some(count) = options.max_workgroups {
            limits.max_compute_workgroups_per_dimension =
                limits.max_compute_workgroups_per_dimension.min(count);
        }
        let (device, queue) = pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor {
            label: Some("wasan"),
            required_features: features,
            required_limits: limits.clone(),
            memory_hints: wgpu::MemoryHints::Performance,
            ..Default::default()
        }))
        .map_err(|error| Error::Refused(error.to_string()))?;

        let fault = Arc::new(Mutex::new(None));
        let lost = Arc::clone(&fault);
        device.set_device_lost_callback(move |reason, message| {
            let text = if message.is_empty() { format!("{reason:?}") } else { message };
            // Losing the device takes precedence over the errors that it caused.
            *lock(&lost) = Some(Error::Lost(text));
        });
        let uncaptured = Arc::clone(&fault);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            lock(&uncaptured).get_or_insert(Error::Validation(error.to_string()));
        }));
        let cache = options.pipeline_cache.as_ref().and_then(|folder| open_cache(&device, &adapter, folder));
        Ok(Self {
            inner: Arc::new(Inner {
                device,
                queue,
                info,
                variant: Variant { half, subgroup, cache_f32: options.cache_f32 },
                limits,
                max_memory_bytes: options.max_memory_bytes,
                replaced_text: options.replaced_text.clone(),
                memory: Arc::default(),
                atomic_counters: AtomicCounters::default(),
                settings: Settings::new(),
                fault,
                pipelines: Mutex::default(),
                uniforms: Mutex::default(),
                team_lanes: OnceLock::new(),
                cache,
            }),
        })
    }

    /// The adapter behind this device.
    pub fn info(&self) -> &AdapterInfo {
        &self.inner.info
    }

    /// Whether the native f16 variant runs.
    pub fn half(&self) -> bool {
        self.inner.variant.half
    }

    /// Whether the subgroup variant runs.
    pub fn subgroup(&self) -> bool {
        self.inner.variant.subgroup
    }

    /// The variant of the kernels that runs.
    pub(crate) fn variant(&self) -> Variant {
        self.inner.variant
    }

    /// A kernel's text as this device compiles it.
    pub(crate) fn replace_text(&self, kernel: &str, text: String) -> String {
        let pieces = self.inner.replaced_text.iter().filter(|[of, ..]| *of == kernel);
        pieces.fold(text, |text, [_, piece, other]| text.replace(piece, other))
    }

    /// Bytes of two elements of the KV cache.
    pub fn cache_pair_bytes(&self) -> u64 {
        cache_pair_bytes(self.inner.variant.cache_f32)
    }

    /// Largest storage binding in bytes, a multiple of 256.
    pub fn max_binding_bytes(&self) -> u64 {
        self.inner.limits.max_storage_buffer_binding_size.min(self.inner.limits.max_buffer_size) / 256 * 256
    }

    /// Most workgroups in one dimension of a grid.
    pub(crate) fn max_workgroups(&self) -> u32 {
        self.inner.limits.max_compute_workgroups_per_dimension
    }

    /// Bytes allocated in buffers.
    pub fn memory_bytes(&self) -> u64 {
        self.inner.memory.load(Ordering::Relaxed)
    }

    /// Work submitted so far.
    pub fn counters(&self) -> Counters {
        let atomic_counters = &self.inner.atomic_counters;
        Counters {
            dispatches: atomic_counters.dispatches.load(Ordering::Relaxed),
            bytes_read_back: atomic_counters.bytes_read_back.load(Ordering::Relaxed),
            submissions: atomic_counters.submissions.load(Ordering::Relaxed),
        }
    }

    /// Allocates a zeroed buffer. `what` names it in errors.
    pub fn buffer(&self, what: &str, bytes: u64, usage: BufferUse) -> Result<Buffer> {
        self.fault()?;
        let limit = if usage == BufferUse::Storage {
            self.max_binding_bytes()
        } else {
            self.inner.limits.max_buffer_size
        };
        if bytes > limit {
            return Err(Error::TooLarge { what: what.to_owned(), bytes, limit });
        }
        let full = || Error::OutOfMemory { what: what.to_owned(), bytes };
        if self.inner.max_memory_bytes.is_some_and(|most| self.memory_bytes() + bytes > most) {
            return Err(full());
        }
        let size = bytes.max(16).next_multiple_of(16);
        let raw = self.scoped(full, || {
            self.inner.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some(what),
                size,
                usage: match usage {
                    BufferUse::Storage => {
                        wgpu::BufferUsages::STORAGE
                            | wgpu::BufferUsages::COPY_SRC
                            | wgpu::BufferUsages::COPY_DST
                    }
                    BufferUse::Uniform => wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
                    BufferUse::Read => wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                },
                mapped_at_creation: false,
            })
        })?;
        self.inner.memory.fetch_add(size, Ordering::Relaxed);
        let memory = Memory { bytes: size, total: Some(Arc::clone(&self.inner.memory)) };
        Ok(Buffer { raw, memory: Arc::new(memory) })
    }

    /// Allocates a buffer with `contents`.
    pub fn buffer_with(&self, what: &str, contents: &[u8], usage: BufferUse) -> Result<Buffer> {
        let buffer = self.buffer(what, contents.len() as u64, usage)?;
        self.write(&buffer, 0, contents);
        Ok(buffer)
    }

    /// A uniform buffer with `value`; equal values share one buffer.
    pub(crate) fn uniform<T: bytemuck::Pod>(&self, value: &T) -> Result<Buffer> {
        let contents = bytemuck::bytes_of(value);
        if let Some(made) = lock(&self.inner.uniforms).get(contents) {
            return Ok(made.clone());
        }
        let made = self.buffer_with("uniform", contents, BufferUse::Uniform)?;
        lock(&self.inner.uniforms).insert(contents.to_vec(), made.clone());
        Ok(made)
    }

    /// Queues a write that completes before the next submission; `offset` and the length are multiples of 4.
    pub fn write(&self, buffer: &Buffer, offset: u64, contents: &[u8]) {
        if !contents.is_empty() {
            self.inner.queue.write_buffer(&buffer.raw, offset, contents);
        }
    }

    /// Submits pending writes and waits until their staging memory is free.
    pub fn flush(&self) -> Result<()> {
        let index = self.inner.queue.submit([]);
        self.wait(Some(index))
    }

    /// Waits for a submission, or for all of them.
    pub(crate) fn wait(&self, index: Option<wgpu::SubmissionIndex>) -> Result<()> {
        let poll = wgpu::PollType::Wait { submission_index: index, timeout: Some(GPU_TIMEOUT) };
        let polled = self.inner.device.poll(poll);
        self.fault()?;
        match polled {
            Ok(_) => Ok(()),
            Err(wgpu::PollError::Timeout) => Err(Error::Timeout(GPU_TIMEOUT.as_secs())),
            Err(error) => Err(Error::Validation(error.to_string())),
        }
    }

    /// Returns an asynchronous error, if there was one: failed validation, or the loss of the device.
    pub fn fault(&self) -> Result<()> {
        match lock(&self.inner.fault).clone() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// Destroys the device, as a driver reset would (for tests).
    pub fn lose(&self) {
        self.inner.device.destroy();
        *lock(&self.inner.fault) = Some(Error::Lost("destroyed".to_owned()));
    }

    /// Saves the compiled pipelines for the next start if the adapter supports it.
    pub fn save_pipelines(&self) {
        if let Some((cache, path)) = &self.inner.cache
            && let Some(data) = cache.get_data()
        {
            // Two processes may save at once.
            let part = path.with_extension(format!("{}.part", std::process::id()));
            // Ignores errors: without the cache only the next start is slower.
            let written = std::fs::write(&part, data).and_then(|()| std::fs::rename(&part, path));
            if written.is_err() {
                drop(std::fs::remove_file(&part));
            }
        }
    }

    pub(crate) fn raw(&self) -> &wgpu::Device {
        &self.inner.device
    }

    pub(crate) fn queue(&self) -> &wgpu::Queue {
        &self.inner.queue
    }

    pub(crate) fn atomic_counters(&self) -> &AtomicCounters {
        &self.inner.atomic_counters
    }

    /// What `team_size` measured, once it has run.
    pub(crate) fn team_lanes(&self) -> &OnceLock<u32> {
        &self.inner.team_lanes
    }

    pub(crate) fn pipelines(&self) -> MutexGuard<'_, HashMap<PipelineKey, wgpu::ComputePipeline>> {
        lock(&self.inner.pipelines)
    }

    pub(crate) fn pipeline_cache(&self) -> Option<&wgpu::PipelineCache> {
        self.inner.cache.as_ref().map(|(cache, _)| cache)
    }

    /// Runs `make` and returns its out-of-memory or validation error.
    pub(crate) fn scoped<T>(&self, full: impl FnOnce() -> Error, make: impl FnOnce() -> T) -> Result<T> {
        let validation = self.inner.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let memory = self.inner.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let made = make();
        let out_of_memory = pollster::block_on(memory.pop());
        let invalid = pollster::block_on(validation.pop());
        if out_of_memory.is_some() {
            return Err(full());
        }
        if let Some(error) = invalid {
            self.fault()?;
            return Err(Error::Validation(error.to_string()));
        }
        Ok(made)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn open_cache(
    device: &wgpu::Device,
    adapter: &wgpu::Adapter,
    folder: &std::path::Path,
) -> Option<(wgpu::PipelineCache, PathBuf)> {
    if !device.features().contains(wgpu::Features::PIPELINE_CACHE) {
        return None;
    }
    let key = wgpu::util::pipeline_cache_key(&adapter.get_info())?;
    std::fs::create_dir_all(folder).ok()?;
    let path = folder.join(key);
    let data = std::fs::read(&path).ok();
    // SAFETY: `save_pipelines` wrote the data into the user's own cache folder; wgpu checks its header against the
    // driver and, with `fallback`, starts empty if it does not match.
    #[expect(unsafe_code, reason = "wgpu has no safe call for a pipeline cache")]
    let cache = unsafe {
        device.create_pipeline_cache(&wgpu::PipelineCacheDescriptor {
            label: Some("wasan"),
            data: data.as_deref(),
            fallback: true,
        })
    };
    Some((cache, path))
}
