use thiserror::Error;

/// What can go wrong on a GPU. Each message names the cause and the mend.
#[derive(Debug, Error, Clone)]
pub enum Error {
    /// No adapter at all.
    #[error(
        "no GPU was found: install a Vulkan driver (on Debian: mesa-vulkan-drivers), or update your graphics driver"
    )]
    NoAdapter,
    /// The adapter that was asked for is not there.
    #[error("no adapter fits the choice; `wasan gpu` lists what there is: {0}")]
    UnknownAdapter(String),
    /// The adapter refused to make a device.
    #[error("the graphics driver refused to open the adapter; another one may work (`wasan gpu`): {0}")]
    Refused(String),
    /// An allocation failed.
    #[error(
        "the GPU has no room for {bytes} more bytes ({what}); use smaller models, fewer sequences or another adapter"
    )]
    OutOfMemory {
        /// What was to be allocated.
        what: String,
        /// Its size.
        bytes: u64,
    },
    /// A buffer is larger than the adapter can hold in one piece.
    #[error("{what} needs {bytes} bytes in one buffer and the adapter's limit is {limit}")]
    TooLarge {
        /// What was to be allocated.
        what: String,
        /// Its size.
        bytes: u64,
        /// The adapter's limit.
        limit: u64,
    },
    /// wgpu refused a call: a bug of ours or of the driver.
    #[error("the graphics driver rejected a command (run `wasan gpu` for the self-test): {0}")]
    Validation(String),
    /// The device is gone: reset, sleep, driver update.
    #[error("the GPU was lost ({0}); it is opened again by itself")]
    Lost(String),
    /// The GPU did not answer.
    #[error("the GPU did not answer within {0} seconds")]
    Timeout(u64),
    /// A kernel's result does not equal its reference.
    #[error(
        "this graphics driver computes the kernel `{kernel}` wrongly (error {error:.1e}, allowed {allowed:.1e}); choose another adapter with --adapter, or update the driver"
    )]
    SelfTest {
        /// The kernel that failed.
        kernel: String,
        /// Its normalised error.
        error: f64,
        /// What is allowed.
        allowed: f64,
    },
}

/// Result with this crate's [`enum@Error`].
pub type Result<T> = std::result::Result<T, Error>;
