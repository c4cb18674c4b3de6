//! Memory-mapped files.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// Maps a file read-only. The bytes stay the same unless someone writes to the file; Wasan never writes to an imported
/// model, it only replaces whole folders.
pub fn map_file(path: &Path) -> std::io::Result<Arc<dyn AsRef<[u8]> + Send + Sync>> {
    let file = File::open(path)?;
    if file.metadata()?.len() == 0 {
        return Ok(Arc::new(Vec::new()));
    }
    // SAFETY: the mapping is private and read-only. Another process that truncates the file while it is mapped
    // would fault the read; every parser checks lengths against the mapping, not against the file.
    #[expect(unsafe_code, reason = "memory maps have no safe constructor")]
    let map = unsafe { memmap2::MmapOptions::new().map(&file)? };
    Ok(Arc::new(map))
}
