//! Where Wasan keeps things: models and the store in the data folder, what can be made again in the cache folder.

use std::path::PathBuf;

fn home() -> PathBuf {
    std::env::var_os("HOME")
        .or_else(|| std::env::var_os("USERPROFILE"))
        .map_or_else(PathBuf::new, PathBuf::from)
}

fn from_environment(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute())
}

/// The user's data folder for Wasan: `WASAN_DATA`, else the system's place for such.
pub fn data() -> PathBuf {
    if let Some(folder) = std::env::var_os("WASAN_DATA") {
        return folder.into();
    }
    let base = if cfg!(target_os = "macos") {
        home().join("Library/Application Support")
    } else if cfg!(windows) {
        from_environment("LOCALAPPDATA").unwrap_or_else(home)
    } else {
        from_environment("XDG_DATA_HOME").unwrap_or_else(|| home().join(".local/share"))
    };
    base.join("wasan")
}

/// The user's cache folder for Wasan.
pub fn cache() -> PathBuf {
    let base = if cfg!(target_os = "macos") {
        home().join("Library/Caches")
    } else if cfg!(windows) {
        from_environment("LOCALAPPDATA").unwrap_or_else(home)
    } else {
        from_environment("XDG_CACHE_HOME").unwrap_or_else(|| home().join(".cache"))
    };
    base.join("wasan")
}
