//! How much memory an adapter has, as far as its driver tells.

use serde::Serialize;

/// Memory of its own, which the adapter does not share with the processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AdapterMemory {
    /// All of it, in bytes.
    pub total_bytes: u64,
    /// What this process may use of it in all, given what others use; `None` if the driver does not tell.
    pub budget_bytes: Option<u64>,
}

/// The memory of an adapter; `None` if its backend or driver does not tell.
#[cfg(any(target_os = "linux", windows))]
pub(crate) fn of(adapter: &wgpu::Adapter) -> Option<AdapterMemory> {
    use ash::vk;

    // SAFETY: the handles are used only in this function, for queries, and nothing is destroyed.
    #[expect(unsafe_code, reason = "wgpu does not expose memory sizes")]
    let (properties, budget) = unsafe {
        let adapter = adapter.as_hal::<wgpu::hal::api::Vulkan>()?;
        let instance = adapter.shared_instance().raw_instance();
        let physical = adapter.raw_physical_device();
        let extensions = instance.enumerate_device_extension_properties(physical).ok()?;
        let tells_budget = extensions
            .iter()
            .any(|extension| extension.extension_name_as_c_str() == Ok(ash::ext::memory_budget::NAME));
        let mut budget = vk::PhysicalDeviceMemoryBudgetPropertiesEXT::default();
        // The query is a part of Vulkan 1.1.
        let version = instance.get_physical_device_properties(physical).api_version;
        let version = version.min(adapter.shared_instance().instance_api_version());
        if !tells_budget || version < vk::API_VERSION_1_1 {
            (instance.get_physical_device_memory_properties(physical), None)
        } else {
            let mut all = vk::PhysicalDeviceMemoryProperties2::default().push_next(&mut budget);
            instance.get_physical_device_memory_properties2(physical, &mut all);
            (all.memory_properties, Some(budget))
        }
    };
    // The largest heap on the device: others are windows onto it, or small ones for special uses.
    let heaps = properties.memory_heaps_as_slice().iter().enumerate();
    let on_device = heaps.filter(|(_, heap)| heap.flags.contains(vk::MemoryHeapFlags::DEVICE_LOCAL));
    let (index, heap) = on_device.max_by_key(|(_, heap)| heap.size)?;
    let budget = budget.and_then(|budget| budget.heap_budget.get(index).copied());
    Some(AdapterMemory { total_bytes: heap.size, budget_bytes: budget.filter(|bytes| *bytes > 0) })
}

/// Metal's adapters share the system's memory.
#[cfg(not(any(target_os = "linux", windows)))]
pub(crate) fn of(_adapter: &wgpu::Adapter) -> Option<AdapterMemory> {
    None
}
