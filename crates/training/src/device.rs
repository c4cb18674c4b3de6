//! Where a model is trained.

use std::panic::catch_unwind;

use burn::tensor::Device;

use crate::{Error, Result};

/// Whether a device, with gradients or without, is the processor, whose memory is this machine's.
pub fn on_processor(device: &Device) -> bool {
    device.clone().inner() == Device::flex()
}

/// What people call a device.
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
    /// The fastest one of this program that this machine has. Software drivers of a GPU do not count: they would be
    /// slower than the processor itself.
    pub fn best() -> Self {
        let is_there = |backend: &Self| catch_unwind(|| backend.is_a_gpu()).unwrap_or(false);
        [Self::Cuda, Self::Wgpu].into_iter().find(is_there).unwrap_or(Self::Cpu)
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

    /// A device that keeps gradients.
    ///
    /// # Errors
    /// When this program was built without it, or no such device answers.
    pub fn open(self) -> Result<Device> {
        // The drivers' libraries panic where they are not installed.
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

    /// `device`, where there is any of its type.
    fn any(self, of: burn::tensor::DeviceType, device: Device) -> Result<Device> {
        match Device::enumerate(of).into_vec().is_empty() {
            true => Err(Error::NoDevice { device: self.name() }),
            false => Ok(device),
        }
    }
}
