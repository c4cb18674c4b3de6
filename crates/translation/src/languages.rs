//! Languages and language pairs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language {
    /// ISO 639-1 code.
    pub code: &'static str,
    /// Name in English, as prompts use it.
    pub name: &'static str,
    /// Name in the language itself.
    pub endonym: &'static str,
    /// Whether sentences are separated by spaces.
    pub spaced: bool,
}

const fn spaced(code: &'static str, name: &'static str, endonym: &'static str) -> Language {
    Language { code, name, endonym, spaced: true }
}

const fn unspaced(code: &'static str, name: &'static str, endonym: &'static str) -> Language {
    Language { code, name, endonym, spaced: false }
}

/// Every language, by English name.
pub const LANGUAGES: &[Language] = &[
    spaced("ar", "Arabic", "العربية"),
    spaced("bn", "Bengali", "বাংলা"),
    spaced("bg", "Bulgarian", "Български"),
    spaced("ca", "Catalan", "Català"),
    unspaced("zh", "Chinese", "中文"),
    spaced("hr", "Croatian", "Hrvatski"),
    spaced("cs", "Czech", "Čeština"),
    spaced("da", "Danish", "Dansk"),
    spaced("nl", "Dutch", "Nederlands"),
    spaced("en", "English", "English"),
    spaced("et", "Estonian", "Eesti"),
    spaced("fi", "Finnish", "Suomi"),
    spaced("fr", "French", "Français"),
    spaced("de", "German", "Deutsch"),
    spaced("el", "Greek", "Ελληνικά"),
    spaced("he", "Hebrew", "עברית"),
    spaced("hi", "Hindi", "हिन्दी"),
    spaced("hu", "Hungarian", "Magyar"),
    spaced("is", "Icelandic", "Íslenska"),
    spaced("id", "Indonesian", "Bahasa Indonesia"),
    spaced("it", "Italian", "Italiano"),
    unspaced("ja", "Japanese", "日本語"),
    spaced("ko", "Korean", "한국어"),
    spaced("lv", "Latvian", "Latviešu"),
    spaced("lt", "Lithuanian", "Lietuvių"),
    spaced("nb", "Norwegian", "Norsk bokmål"),
    spaced("fa", "Persian", "فارسی"),
    spaced("pl", "Polish", "Polski"),
    spaced("pt", "Portuguese", "Português"),
    spaced("ro", "Romanian", "Română"),
    spaced("ru", "Russian", "Русский"),
    spaced("sk", "Slovak", "Slovenčina"),
    spaced("sl", "Slovenian", "Slovenščina"),
    spaced("es", "Spanish", "Español"),
    spaced("sv", "Swedish", "Svenska"),
    spaced("th", "Thai", "ไทย"),
    spaced("tr", "Turkish", "Türkçe"),
    spaced("uk", "Ukrainian", "Українська"),
    spaced("vi", "Vietnamese", "Tiếng Việt"),
];

/// The language of a code.
pub fn language(code: &str) -> Option<&'static Language> {
    LANGUAGES.iter().find(|language| language.code == code)
}

/// A source and a target language, by code.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LanguagePair {
    /// Code of the source language.
    pub from: String,
    /// Code of the target language.
    pub to: String,
}

/// The error for a text that is not a language pair.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a pair is two different language codes joined by a hyphen, such as de-en: {0}")]
pub struct NotAPair(pub String);

impl fmt::Display for LanguagePair {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.from, self.to)
    }
}

impl FromStr for LanguagePair {
    type Err = NotAPair;

    /// Reads `de-en`.
    fn from_str(text: &str) -> Result<Self, NotAPair> {
        let known = |code: &str| language(code).map(|language| language.code.to_owned());
        let pair =
            text.split_once('-').and_then(|(from, to)| Some(Self { from: known(from)?, to: known(to)? }));
        pair.filter(|pair| pair.from != pair.to).ok_or_else(|| NotAPair(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_sorted_by_name() {
        for two in LANGUAGES.windows(2) {
            assert!(two[0].name < two[1].name, "{} before {}", two[0].name, two[1].name);
        }
        for language in LANGUAGES {
            assert_eq!(super::language(language.code), Some(language));
        }
    }

    #[test]
    fn pairs_are_read_as_they_are_shown() {
        let pair: LanguagePair = "de-en".parse().expect("known languages");
        assert_eq!((pair.from.as_str(), pair.to.as_str(), pair.to_string().as_str()), ("de", "en", "de-en"));
        for wrong in ["", "de", "de-de", "de-xx", "de-en-fr", "-"] {
            assert_eq!(wrong.parse::<LanguagePair>(), Err(NotAPair(wrong.to_owned())));
        }
    }
}
