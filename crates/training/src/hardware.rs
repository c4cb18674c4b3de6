//! What a model was made on, for its record.

use burn::tensor::Device;
use serde::Serialize;
use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

use crate::device::device_name;

/// A machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hardware {
    /// The processor's name.
    pub processor: String,
    /// Its threads.
    pub threads: usize,
    /// Of the machine.
    pub memory_bytes: u64,
    /// What the models were computed on.
    pub device: String,
}

impl Hardware {
    /// This machine.
    pub fn of(device: &Device) -> Self {
        let what = RefreshKind::nothing()
            .with_cpu(CpuRefreshKind::nothing())
            .with_memory(MemoryRefreshKind::nothing().with_ram());
        let system = System::new_with_specifics(what);
        Self {
            processor: system.cpus().first().map_or_else(String::new, |cpu| cpu.brand().trim().to_owned()),
            threads: system.cpus().len(),
            memory_bytes: system.total_memory(),
            device: device_name(device),
        }
    }
}
