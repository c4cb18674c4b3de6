//! Sizes as people read them.

/// Bytes in decimal units: `807.7 MB`, `5.6 GB`.
pub fn size(bytes: u64) -> String {
    match bytes as f64 {
        bytes if bytes < 999.95e6 => format!("{:.1} MB", bytes / 1e6),
        bytes => format!("{:.1} GB", bytes / 1e9),
    }
}
