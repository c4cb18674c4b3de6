//! The adapter that the tests run on; without one they fail.

use engine::{Device, DeviceOptions};

/// Opens a device, with native f16 and subgroups if requested and available.
pub fn device(half: bool, subgroup: bool) -> Device {
    let options =
        DeviceOptions { without_half: !half, without_subgroup: !subgroup, ..DeviceOptions::default() };
    Device::open(&options).expect("the tests need a Vulkan driver; `cargo xtask test` installs one")
}
