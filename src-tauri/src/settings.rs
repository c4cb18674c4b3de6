//! The recent pairs, in a small JSON file that is replaced as a whole.

use crate::engine::LanguagePair;
use crate::state::lock;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Mutex;
use std::{fs, mem};

/// More would not fit into the window.
const RECENT: usize = 6;
/// An honest file has some 300 bytes.
const MAX_BYTES: u64 = 64 << 10;

#[derive(Default, Deserialize, Serialize)]
struct File {
    recent: Vec<LanguagePair>,
}

/// What outlives the window.
pub struct Settings {
    path: PathBuf,
    recent: Mutex<Vec<LanguagePair>>,
}

impl Settings {
    /// A file that is missing or not ours counts as empty: nothing in it is worth a failure.
    pub fn load(path: PathBuf) -> Self {
        let honest = fs::metadata(&path).is_ok_and(|file| file.is_file() && file.len() <= MAX_BYTES);
        let text = honest.then(|| fs::read(&path).ok()).flatten().unwrap_or_default();
        let mut file: File = serde_json::from_slice(&text).unwrap_or_default();
        file.recent.truncate(RECENT);
        Self { path, recent: Mutex::new(file.recent) }
    }

    /// Newest first.
    pub fn recent(&self) -> Vec<LanguagePair> {
        lock(&self.recent).clone()
    }

    /// Puts the pair first and saves.
    ///
    /// # Errors
    /// A folder that cannot be written; the pair is remembered until the window closes.
    pub fn remember(&self, pair: LanguagePair) -> io::Result<()> {
        let mut recent = lock(&self.recent);
        let before = mem::take(&mut *recent).into_iter().filter(|one| *one != pair).collect::<Vec<_>>();
        *recent = [pair].into_iter().chain(before).take(RECENT).collect();
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
        assert_eq!(Settings::load(path.clone()).recent().len(), RECENT);
        // Nothing but the file itself is left behind.
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
