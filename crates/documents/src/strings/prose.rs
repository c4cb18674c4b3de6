//! Whether a program's string is text that people read.

use super::code;
use crate::locked_text::placeholders::{self, Mark};

/// Whether a message is code: a format of dates, a command, a style.
pub(crate) fn is_code(text: &str) -> bool {
    let text = text.trim();
    if text.contains(char::is_whitespace) { code::is_code(text) } else { code::is_date_format(text) }
}

/// Whether a string is text rather than an identifier, address, path, colour or date. A single word is prose unless its
/// shape suggests otherwise, since menu items are often single words.
pub(crate) fn is_prose(text: &str) -> bool {
    let text = text.trim();
    if !text.contains(char::is_alphabetic) {
        return false;
    }
    if text.contains(char::is_whitespace) {
        return !code::is_code(text);
    }
    if text.chars().any(|c| c.is_alphabetic() && !c.is_ascii()) {
        return true;
    }
    if text.starts_with("${") || text.starts_with('-') {
        return false;
    }
    if text.split_once('=').is_some_and(|(name, _)| code::is_variable(name)) {
        return false;
    }
    let word = text.trim_end_matches(['.', '!', '?', ':', ',', ';', '…']);
    let word = word.trim_matches(['(', ')', '"', '\'', '[', ']']);
    let without_key = without_access_key(word);
    let word = without_key.as_deref().unwrap_or(word);
    let lower = word.starts_with(|c: char| c.is_ascii_lowercase());
    let camel =
        word.as_bytes().windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    let simple = word.chars().all(|c| c.is_ascii_alphabetic() || "'’-{}%".contains(c));
    let is_compound = is_choice(word) || is_numbered_compound(word);
    // A single word with a placeholder in it is still a label.
    let has_placeholder =
        placeholders::find(text).iter().any(|(_, mark)| *mark != Mark::Locked) || text.contains('{');
    (simple || has_placeholder || is_compound)
        && !camel
        && !(lower && word.contains('-'))
        && !code::is_date_format(text)
}

/// The label of a menu or button without the mark of the key that chooses it: `&File`, `E&xit`.
fn without_access_key(word: &str) -> Option<String> {
    let (before, after) = word.split_once('&')?;
    let label = [before, after].concat();
    let is_label = label.starts_with(char::is_uppercase) && after.starts_with(char::is_alphanumeric);
    (is_label && label.chars().all(char::is_alphanumeric)).then_some(label)
}

/// Areas that names of time zones begin with: "Europe/Berlin".
const ZONES: [&str; 12] = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Etc",
    "Europe",
    "Indian",
    "Pacific",
    "US",
];

/// Whether a text lists alternatives: "Ja/Nein".
fn is_choice(text: &str) -> bool {
    let mut parts = text.split('/');
    let is_word = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_uppercase())
            && part.len() > 1
            && part.bytes().skip(1).all(|b| b.is_ascii_lowercase())
    };
    text.contains('/')
        && parts.clone().all(is_word)
        && parts.next().is_none_or(|first| !ZONES.contains(&first))
}

/// Whether a text is a compound word that begins with a number: "24h-Service", "3D-Drucker".
fn is_numbered_compound(text: &str) -> bool {
    let is_noun = |part: &str| {
        part.len() > 2
            && part.starts_with(|c: char| c.is_ascii_uppercase())
            && part.bytes().skip(1).all(|b| b.is_ascii_lowercase())
    };
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-/.,".contains(&b));
    plain
        && text.starts_with(|c: char| c.is_ascii_digit())
        && text.rsplit_once('-').is_some_and(|(_, last)| is_noun(last))
}
