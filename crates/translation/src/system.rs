//! What the system has: memory, and free space on disks.

use std::path::{Path, PathBuf};

use sysinfo::{DiskRefreshKind, Disks, MemoryRefreshKind, RefreshKind, System};

/// Memory of the system in bytes that programs can still get: (all of it, available). `None` if the system does not tell.
pub(crate) fn memory() -> Option<(u64, u64)> {
    let ram = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(ram);
    (system.total_memory() > 0).then(|| (system.total_memory(), system.available_memory()))
}

/// Free bytes on the disk of a folder, which need not exist yet. `None` if the system does not tell.
pub fn free_disk_bytes(folder: &Path) -> Option<u64> {
    let existing = folder.ancestors().find_map(|folder| folder.canonicalize().ok())?;
    let disks = Disks::new_with_refreshed_list_specifics(DiskRefreshKind::nothing().with_storage());
    let mounts = disks.list().iter().filter(|disk| existing.starts_with(disk.mount_point()));
    let nearest = mounts.max_by_key(|disk| disk.mount_point().components().count())?;
    Some(nearest.available_space())
}

/// Bytes of the files in a folder and its subfolders; links are not followed.
pub fn folder_bytes(folder: &Path) -> u64 {
    let files = walkdir::WalkDir::new(folder).into_iter().filter_map(std::result::Result::ok);
    files
        .filter_map(|entry| entry.metadata().ok())
        .filter(std::fs::Metadata::is_file)
        .map(|file| file.len())
        .sum()
}

/// A name in `folder` that is not taken: `name`, or `name-2` and so on.
pub fn free_name(folder: &Path, name: &str) -> String {
    let is_free = |name: &String| -> bool { folder.join(name).symlink_metadata().is_err() };
    let names = std::iter::once(name.to_owned()).chain((2..).map(|number| format!("{name}-{number}")));
    names.into_iter().find(is_free).unwrap_or_else(|| PathBuf::from(name).display().to_string())
}
