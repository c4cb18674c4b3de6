//! Free disk space.

use crate::error::{Error, Result};
use crate::limits;
use std::io;
use std::path::Path;

/// The bytes that are free in a folder.
type Free = dyn Fn(&Path) -> io::Result<u64> + Send;

/// Asks how many bytes are free.
pub struct Disk(Box<Free>);

impl Disk {
    /// The disks of this computer.
    pub fn system() -> Self {
        Self(Box::new(|folder: &Path| fs4::available_space(folder)))
    }

    /// Refuses if `bytes` more would fill the disk of `folder`, which must exist. Where the system cannot tell, it goes
    /// on: writing fails in time.
    ///
    /// # Errors
    /// [`Error::DiskFull`]
    pub fn check(&self, folder: &Path, bytes: u64) -> Result<()> {
        let needed = bytes.saturating_add(limits::FREE_BYTES);
        match (self.0)(folder) {
            Ok(available) if available < needed => {
                Err(Error::DiskFull { needed, available, folder: folder.to_owned() })
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
impl Disk {
    /// A disk with these free bytes, asked for one after the other; the last for ever.
    pub fn with_free(free: &[u64]) -> Self {
        let free = std::sync::Mutex::new(free.to_vec());
        Self(Box::new(move |_| {
            let mut free = free.lock().unwrap();
            Ok(if free.len() > 1 { free.remove(0) } else { free[0] })
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_space_stays_free() {
        let folder = Path::new("/");
        let disk = Disk::with_free(&[limits::FREE_BYTES + 10]);
        assert!(disk.check(folder, 10).is_ok());
        assert!(matches!(disk.check(folder, 11), Err(Error::DiskFull { .. })));
        assert!(disk.check(folder, u64::MAX).is_err());
        assert!(Disk::system().check(&std::env::temp_dir(), 1 << 60).is_err());
    }
}
