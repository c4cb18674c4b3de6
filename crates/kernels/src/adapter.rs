//! Lists the GPUs and chooses one.

use serde::Serialize;

use crate::adapter_memory::{self, AdapterMemory};
use crate::error::{Error, Result};

/// An adapter as `wasan gpu` shows it.
#[derive(Debug, Clone, Serialize)]
pub struct AdapterInfo {
    /// The driver's name for it.
    pub name: String,
    /// "discrete", "integrated", "virtual", "software" or "other".
    pub kind: &'static str,
    /// "Vulkan", "Metal" or "Dx12".
    pub backend: String,
    /// Driver and version.
    pub driver: String,
    /// Whether the shaders' native f16 variant can be used.
    pub half: bool,
    /// Whether the shaders' subgroup variant can be used.
    pub subgroup: bool,
    /// Smallest and largest subgroup, in lanes.
    pub subgroup_sizes: (u32, u32),
    /// Largest storage binding in bytes.
    pub max_binding_bytes: u64,
    /// Largest buffer in bytes.
    pub max_buffer_bytes: u64,
    /// Its own memory; `None` if it shares the system's, or its driver does not tell.
    pub memory: Option<AdapterMemory>,
}

impl AdapterInfo {
    pub(crate) fn of(adapter: &wgpu::Adapter) -> Self {
        let info = adapter.get_info();
        let limits = adapter.limits();
        let own_memory =
            matches!(info.device_type, wgpu::DeviceType::DiscreteGpu | wgpu::DeviceType::VirtualGpu);
        Self {
            memory: own_memory.then(|| adapter_memory::of(adapter)).flatten(),
            kind: match info.device_type {
                wgpu::DeviceType::DiscreteGpu => "discrete",
                wgpu::DeviceType::IntegratedGpu => "integrated",
                wgpu::DeviceType::VirtualGpu => "virtual",
                wgpu::DeviceType::Cpu => "software",
                wgpu::DeviceType::Other => "other",
            },
            backend: format!("{:?}", info.backend),
            driver: format!("{} {}", info.driver, info.driver_info).trim().to_owned(),
            name: info.name,
            half: adapter.features().contains(wgpu::Features::SHADER_F16),
            subgroup: adapter.features().contains(wgpu::Features::SUBGROUP),
            subgroup_sizes: (info.subgroup_min_size, info.subgroup_max_size),
            max_binding_bytes: limits.max_storage_buffer_binding_size,
            max_buffer_bytes: limits.max_buffer_size,
        }
    }

    /// Whether the adapter runs on the CPU.
    pub fn is_software(&self) -> bool {
        self.kind == "software"
    }

    /// Whether it uses the system's memory.
    pub fn shares_memory(&self) -> bool {
        matches!(self.kind, "integrated" | "software")
    }

    fn rank(&self) -> usize {
        ["discrete", "integrated", "virtual", "other", "software"]
            .iter()
            .position(|k| *k == self.kind)
            .unwrap_or(5)
    }
}

/// Every usable adapter, best first: discrete, integrated, virtual, software.
pub fn adapters() -> Vec<AdapterInfo> {
    candidates().into_iter().map(|(info, _)| info).collect()
}

/// What [`Device::open`](crate::Device::open) would open for `choice`, without opening it.
pub fn adapter(choice: Option<&str>) -> Result<AdapterInfo> {
    choose(choice).map(|(info, _)| info)
}

/// The adapter for `choice`: `None` for the best, a number for an index in [`adapters`], otherwise a part of its name.
pub(crate) fn choose(choice: Option<&str>) -> Result<(AdapterInfo, wgpu::Adapter)> {
    let mut found = candidates();
    if found.is_empty() {
        return Err(Error::NoAdapter);
    }
    let Some(choice) = choice else { return Ok(found.swap_remove(0)) };
    let wanted = choice.to_lowercase();
    let index = match wanted.parse::<usize>() {
        Ok(number) => (number < found.len()).then_some(number),
        Err(_) => found.iter().position(|(info, _)| info.name.to_lowercase().contains(&wanted)),
    };
    match index {
        Some(index) => Ok(found.swap_remove(index)),
        None => Err(Error::UnknownAdapter(choice.to_owned())),
    }
}

const MEMORY_PERCENT: u8 = 90;

// Excludes OpenGL: it has neither subgroups nor f16, and on Linux wgpu would fall back to it silently.
fn candidates() -> Vec<(AdapterInfo, wgpu::Adapter)> {
    let backends = wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12;
    let mut description = wgpu::InstanceDescriptor::new_without_display_handle();
    description.backends = backends;
    // Fails beyond this share of what the driver grants, instead of moving buffers to the system's slow memory.
    description.memory_budget_thresholds.for_resource_creation = Some(MEMORY_PERCENT);
    let instance = wgpu::Instance::new(description);
    let mut found: Vec<_> = pollster::block_on(instance.enumerate_adapters(backends))
        .into_iter()
        .map(|adapter| (AdapterInfo::of(&adapter), adapter))
        .collect();
    found.sort_by_key(|(info, _)| info.rank());
    found
}
