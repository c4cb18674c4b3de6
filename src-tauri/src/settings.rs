//! What the window remembers between runs, in a small JSON file that is replaced atomically.

use crate::stored_file;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::PathBuf;
use translation::{DecodeOptions, Job, LanguagePair, NameStyle, Quality, Source, Target};

/// More do not fit into the window.
const MAX_RECENT: usize = 6;

#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
struct File {
    recent: Vec<LanguagePair>,
    preferences: Preferences,
    /// Where translations go; none: beside their sources.
    output_folder: Option<PathBuf>,
}

/// Colours of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    Light,
    Dark,
}

/// What the user has set, as the page sends and receives it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Preferences {
    /// Code of the interface's language; none: the system's.
    pub language: Option<String>,
    pub theme: Theme,
    /// In percent.
    pub text_size: u16,
    /// Whether texts and documents are translated from the languages that they seem to be in.
    pub detect: bool,
    /// How much time a translation may take.
    pub quality: Quality,
    /// Whether the translation memory is used, and documents are stored in it.
    pub memory: bool,
    /// Whether typed texts are kept in the history.
    pub history: bool,
    /// Whether the window starts with the last text of the history.
    pub last_session: bool,
    /// How the language is written into the names of translations.
    pub names: NameStyle,
    /// A part of the adapter's name; none: the best one.
    pub adapter: Option<String>,
    /// Whether closing asks while documents are being translated or models imported.
    pub confirm_close: bool,
}

impl Preferences {
    /// Factor by which the page is enlarged.
    pub fn zoom(&self) -> f64 {
        f64::from(self.text_size.clamp(50, 300)) / 100.0
    }
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            language: None,
            theme: Theme::default(),
            text_size: 100,
            detect: false,
            quality: Quality::default(),
            memory: true,
            history: true,
            last_session: false,
            names: NameStyle::default(),
            adapter: None,
            confirm_close: true,
        }
    }
}

/// Settings that persist between runs.
pub struct Settings {
    path: PathBuf,
    file: Mutex<File>,
}

impl Settings {
    /// Treats a missing or invalid file as empty: nothing in it is worth a failure.
    pub fn load(path: PathBuf) -> Self {
        let mut file: File = stored_file::read(&path);
        file.recent.truncate(MAX_RECENT);
        Self { path, file: Mutex::new(file) }
    }

    /// Recent pairs, newest first.
    pub fn recent(&self) -> Vec<LanguagePair> {
        self.file.lock().recent.clone()
    }

    /// What the user has set.
    pub fn preferences(&self) -> Preferences {
        self.file.lock().preferences.clone()
    }

    /// Where translations go; none: beside their sources.
    pub fn output_folder(&self) -> Option<PathBuf> {
        self.file.lock().output_folder.clone()
    }

    /// The folder of the settings' file.
    pub fn folder(&self) -> Option<PathBuf> {
        self.path.parent().map(Into::into)
    }

    /// A job with the preferences.
    pub fn job(&self, pair: LanguagePair, source: Source) -> Job {
        let Preferences { quality, memory, names, .. } = self.preferences();
        let source = match source {
            Source::File { input, output } => {
                Source::File { input, output: output.or_else(|| self.output_folder().map(Target::Folder)) }
            }
            other => other,
        };
        Job {
            pair,
            source,
            options: DecodeOptions {
                quality,
                memory,
                names,
                reuse: true,
                link_words: true,
                ..DecodeOptions::default()
            },
        }
    }

    /// Moves the pair to the front and saves the list.
    ///
    /// # Errors
    /// A folder that cannot be written; the change then lasts until the window closes.
    pub fn remember(&self, pair: LanguagePair) -> io::Result<()> {
        self.change(|file| {
            file.recent.retain(|one| *one != pair);
            file.recent.insert(0, pair);
            file.recent.truncate(MAX_RECENT);
        })
    }

    /// Saves what the user has set.
    ///
    /// # Errors
    /// As [`Self::remember`].
    pub fn prefer(&self, preferences: Preferences) -> io::Result<()> {
        self.change(|file| file.preferences = preferences)
    }

    /// Saves where translations go.
    ///
    /// # Errors
    /// As [`Self::remember`].
    pub fn put_into(&self, folder: Option<PathBuf>) -> io::Result<()> {
        self.change(|file| file.output_folder = folder)
    }

    fn change(&self, change: impl FnOnce(&mut File)) -> io::Result<()> {
        let mut file = self.file.lock();
        change(&mut file);
        stored_file::write(&self.path, &*file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn pair(from: &str, to: &str) -> LanguagePair {
        LanguagePair { from: from.into(), to: to.into() }
    }

    #[test]
    fn settings_outlive_the_window_and_pairs_are_newest_first_and_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/settings.json");
        let settings = Settings::load(path.clone());
        assert_eq!((settings.recent(), settings.preferences()), (vec![], Preferences::default()));
        for (from, to) in [("de", "en"), ("ja", "en"), ("de", "en")] {
            settings.remember(pair(from, to)).unwrap();
        }
        let preferences =
            Preferences { language: Some("ja".into()), theme: Theme::Dark, ..settings.preferences() };
        settings.prefer(preferences.clone()).unwrap();
        settings.put_into(Some("out".into())).unwrap();
        let again = Settings::load(path.clone());
        assert_eq!(again.recent(), [pair("de", "en"), pair("ja", "en")]);
        assert_eq!((again.preferences(), again.output_folder()), (preferences, Some("out".into())));
        for n in 0..20 {
            settings.remember(pair("de", &n.to_string())).unwrap();
        }
        assert_eq!(Settings::load(path.clone()).recent().len(), MAX_RECENT);
        let zoom = |text_size| Preferences { text_size, ..Preferences::default() }.zoom();
        assert_eq!([100, 115, 0, u16::MAX].map(zoom), [1.0, 1.15, 0.5, 3.0]);
        // No temporary file is left behind.
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_document_goes_where_the_user_wants_it() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::load(folder.path().join("settings.json"));
        let job = || settings.job(pair("de", "en"), Source::File { input: "a.txt".into(), output: None });
        assert!(matches!(job().source, Source::File { output: None, .. }));
        settings.put_into(Some("out".into())).unwrap();
        let slow = Preferences {
            quality: Quality::Best,
            memory: false,
            names: NameStyle::Hyphen,
            ..Preferences::default()
        };
        settings.prefer(slow).unwrap();
        let Source::File { output, .. } = job().source else { panic!("a document stays one") };
        assert_eq!(output, Some(Target::Folder("out".into())));
        let options = job().options;
        assert_eq!(
            (options.quality, options.memory, options.names),
            (Quality::Best, false, NameStyle::Hyphen)
        );
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
