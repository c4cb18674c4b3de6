//! Training devices.

use std::panic::catch_unwind;

use burn::tensor::Device;

use crate::{Error, Result};

/// Whether a device, with or without autodiff, is the processor, which uses the machine's memory.
pub fn on_processor(device: &Device) -> bool {
    device.clone().inner() == Device::flex()
}

/// The name of a device for users.
pub fn device_name(device: &Device) -> String {
    if on_processor(device) {
        return "the processor".to_owned();
    }
    if let Some(identity) = device.clone().inner().identity() {
        return identity.name;
    }
    format!("{:?}", device.clone().inner())
}

/// A kind of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// The processor.
    Cpu,
    /// A GPU through Vulkan, Metal or DX12.
    Wgpu,
    /// An NVIDIA GPU.
    Cuda,
}

impl Backend {
    /// The fastest available backend. GPUs of software drivers do not count: they would be slower than the processor.
    pub fn best() -> Self {
        let available = |backend: &Self| catch_unwind(|| backend.is_a_gpu()).unwrap_or(false);
        [Self::Cuda, Self::Wgpu].into_iter().find(available).unwrap_or(Self::Cpu)
    }

    fn is_a_gpu(self) -> bool {
        match self {
            Self::Wgpu => {
                let software = Device::wgpu(burn::tensor::DeviceKind::Cpu);
                let all = Device::enumerate(burn::tensor::DeviceType::Wgpu).into_vec();
                all.iter().any(|device| *device != software)
            }
            #[cfg(feature = "cuda")]
            Self::Cuda => !Device::enumerate(burn::tensor::DeviceType::Cuda).into_vec().is_empty(),
            _ => false,
        }
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Wgpu => "wgpu",
            Self::Cuda => "cuda",
        }
    }

    /// Opens a device with autodiff.
    ///
    /// # Errors
    /// If this program was built without it, or there is no such device.
    pub fn open(self) -> Result<Device> {
        // The drivers' libraries panic if they are not installed.
        let found = catch_unwind(|| self.first()).unwrap_or(Err(Error::NoDevice { device: self.name() }))?;
        Ok(found.autodiff())
    }

    fn first(self) -> Result<Device> {
        match self {
            Self::Cpu => Ok(Device::flex()),
            Self::Wgpu => self.any(burn::tensor::DeviceType::Wgpu, Device::wgpu(Default::default())),
            #[cfg(feature = "cuda")]
            Self::Cuda => self.any(burn::tensor::DeviceType::Cuda, Device::cuda(0)),
            #[cfg(not(feature = "cuda"))]
            Self::Cuda => Err(Error::NotBuilt),
        }
    }

    /// `device`, if there is any of its type.
    fn any(self, of: burn::tensor::DeviceType, device: Device) -> Result<Device> {
        match Device::enumerate(of).into_vec().is_empty() {
            true => Err(Error::NoDevice { device: self.name() }),
            false => Ok(device),
        }
    }
}
