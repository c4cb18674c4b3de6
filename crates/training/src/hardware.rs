//! The machine that a model was trained on, for its record.

use burn::tensor::Device;
use serde::Serialize;
use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

use crate::device::device_name;

/// Processor, memory and device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hardware {
    /// Name of the processor.
    pub processor: String,
    /// Threads of the processor.
    pub threads: usize,
    /// Memory of the machine.
    pub memory_bytes: u64,
    /// Name of the training device.
    pub device: String,
}

impl Hardware {
    /// This machine, training on `device`.
    pub fn of(device: &Device) -> Self {
        let kind = RefreshKind::nothing()
            .with_cpu(CpuRefreshKind::nothing())
            .with_memory(MemoryRefreshKind::nothing().with_ram());
        let system = System::new_with_specifics(kind);
        Self {
            processor: system.cpus().first().map_or_else(String::new, |cpu| cpu.brand().trim().to_owned()),
            threads: system.cpus().len(),
            memory_bytes: system.total_memory(),
            device: device_name(device),
        }
    }
}
