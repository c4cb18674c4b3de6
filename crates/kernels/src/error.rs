use thiserror::Error;

/// Errors of the GPU. Each message names the cause and what to do.
#[derive(Debug, Error, Clone)]
pub enum Error {
    /// No usable adapter.
    #[error(
        "no GPU was found: install a Vulkan driver (on Debian: mesa-vulkan-drivers), or update your graphics driver"
    )]
    NoAdapter,
    /// The requested adapter does not exist.
    #[error("no adapter matches; `wasan gpu` lists the adapters: {0}")]
    UnknownAdapter(String),
    /// The driver refused to open the adapter.
    #[error("the graphics driver refused to open the adapter; try another one (`wasan gpu`): {0}")]
    Refused(String),
    /// An allocation failed.
    #[error(
        "out of GPU memory: {bytes} more bytes are needed ({what}); use smaller models, fewer sequences or another adapter"
    )]
    OutOfMemory {
        /// What the memory was for.
        what: String,
        /// Its size.
        bytes: u64,
    },
    /// A buffer exceeds the adapter's limit.
    #[error("{what} needs a buffer of {bytes} bytes, but the adapter's limit is {limit}")]
    TooLarge {
        /// What the memory was for.
        what: String,
        /// Its size.
        bytes: u64,
        /// The adapter's limit.
        limit: u64,
    },
    /// wgpu rejected a call: a bug in Wasan or in the driver.
    #[error("the graphics driver rejected a command; run `wasan gpu` for the self-test: {0}")]
    Validation(String),
    /// The device was lost: reset, sleep, driver update.
    #[error("the GPU was lost ({0}); Wasan opens it again automatically")]
    Lost(String),
    /// The GPU did not finish in time.
    #[error("the GPU did not respond within {0} seconds")]
    Timeout(u64),
    /// A kernel's result differs from its reference.
    #[error(
        "this graphics driver computes the kernel `{kernel}` incorrectly (error {error:.1e}, allowed {allowed:.1e}); choose another adapter with --adapter, or update the driver"
    )]
    SelfTest {
        /// The kernel that failed.
        kernel: String,
        /// Its normalised error.
        error: f64,
        /// The largest error that passes.
        allowed: f64,
    },
}

/// Result with this crate's [`enum@Error`].
pub type Result<T> = std::result::Result<T, Error>;
