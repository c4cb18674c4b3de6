//! Recent language pairs, in a small JSON file that is replaced atomically.

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use std::path::PathBuf;
use std::{fs, mem};
use translation::LanguagePair;

/// More do not fit into the window.
const MAX_RECENT: usize = 6;
/// Maximum size of the settings file; a valid one has some 300 bytes.
const MAX_BYTES: u64 = 64 << 10;

#[derive(Default, Deserialize, Serialize)]
struct File {
    recent: Vec<LanguagePair>,
}

/// Settings that persist between runs.
pub struct Settings {
    path: PathBuf,
    recent: Mutex<Vec<LanguagePair>>,
}

impl Settings {
    /// Treats a missing or invalid file as empty: nothing in it is worth a failure.
    pub fn load(path: PathBuf) -> Self {
        let is_valid = fs::metadata(&path).is_ok_and(|file| file.is_file() && file.len() <= MAX_BYTES);
        let text = is_valid.then(|| fs::read(&path).ok()).flatten().unwrap_or_default();
        let mut file: File = serde_json::from_slice(&text).unwrap_or_default();
        file.recent.truncate(MAX_RECENT);
        Self { path, recent: Mutex::new(file.recent) }
    }

    /// Recent pairs, newest first.
    pub fn recent(&self) -> Vec<LanguagePair> {
        self.recent.lock().clone()
    }

    /// Moves the pair to the front and saves the list.
    ///
    /// # Errors
    /// A folder that cannot be written; the pair is then remembered until the window closes.
    pub fn remember(&self, pair: LanguagePair) -> io::Result<()> {
        let mut recent = self.recent.lock();
        let before = mem::take(&mut *recent).into_iter().filter(|one| *one != pair).collect::<Vec<_>>();
        *recent = [pair].into_iter().chain(before).take(MAX_RECENT).collect();
        let folder = self.path.parent().unwrap_or(&self.path);
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&serde_json::to_vec(&File { recent: recent.clone() })?)?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(from: &str, to: &str) -> LanguagePair {
        LanguagePair { from: from.into(), to: to.into() }
    }

    #[test]
    fn pairs_outlive_the_window_newest_first_and_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/settings.json");
        let settings = Settings::load(path.clone());
        assert_eq!(settings.recent(), []);
        for (from, to) in [("de", "en"), ("ja", "en"), ("de", "en")] {
            settings.remember(pair(from, to)).unwrap();
        }
        assert_eq!(Settings::load(path.clone()).recent(), [pair("de", "en"), pair("ja", "en")]);
        for n in 0..20 {
            settings.remember(pair("de", &n.to_string())).unwrap();
        }
        assert_eq!(Settings::load(path.clone()).recent().len(), MAX_RECENT);
        // No temporary file is left behind.
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_broken_file_counts_as_empty() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.json");
        for text in ["", "{", "[1]", r#"{"recent":[{"from":1}]}"#] {
            fs::write(&path, text).unwrap();
            assert_eq!(Settings::load(path.clone()).recent(), [], "{text}");
        }
        assert_eq!(Settings::load(folder.path().into()).recent(), []);
    }
}
