//! Languages and pairs.
use serde::{Deserialize, Serialize};
use std::fmt;
/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language {
    /// code
    pub code: &'static str,
    /// name
    pub name: &'static str,
    /// endonym
    pub endonym: &'static str,
}
/// All.
pub const LANGUAGES: &[Language] = &[
    Language { code: "de", name: "German", endonym: "Deutsch" },
    Language { code: "en", name: "English", endonym: "English" },
];
/// find
pub fn language(code: &str) -> Option<&'static Language> {
    LANGUAGES.iter().find(|l| l.code == code)
}
/// pair
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pair {
    /// f
    pub from: String,
    /// t
    pub to: String,
}
impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} → {}", self.from, self.to)
    }
}
