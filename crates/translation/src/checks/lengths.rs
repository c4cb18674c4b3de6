//! Checks the length of a translation.

use super::Reason;
use crate::languages::LanguagePair;

/// Length of a text in characters relative to English, by code: measured on about 300 messages of at least 20 characters
/// that Django 5.2 has in all of these languages (half as many for bn, hi, hr, th and vi).
const LENGTHS: &[(&str, f32)] = &[
    ("ar", 0.89),
    ("bg", 1.07),
    ("bn", 1.02),
    ("ca", 1.11),
    ("cs", 1.04),
    ("da", 1.05),
    ("de", 1.15),
    ("el", 1.20),
    ("en", 1.00),
    ("es", 1.14),
    ("et", 1.00),
    ("fa", 0.98),
    ("fi", 1.02),
    ("fr", 1.23),
    ("he", 0.81),
    ("hi", 1.01),
    ("hr", 1.04),
    ("hu", 1.09),
    ("id", 1.07),
    ("is", 1.01),
    ("it", 1.12),
    ("ja", 0.60),
    ("ko", 0.61),
    ("lt", 1.04),
    ("lv", 1.02),
    ("nb", 1.01),
    ("nl", 1.11),
    ("pl", 1.10),
    ("pt", 1.11),
    ("ro", 1.08),
    ("ru", 1.14),
    ("sk", 1.01),
    ("sl", 1.02),
    ("sv", 1.03),
    ("th", 0.86),
    ("tr", 1.08),
    ("uk", 1.05),
    ("vi", 0.98),
    ("zh", 0.43),
];

// Bounds relative to the expected length: about half the 0.5th and twice the 99.5th percentile of every language. Short
// texts vary more, so FREE_CHARS more characters are always allowed.
const SHORTEST: f32 = 0.25;
const LONGEST: f32 = 3.0;
const FREE_CHARS: f32 = 24.0;

/// The fault of a translation with an unlikely length.
pub(super) fn unlikely(source: &str, translation: &str, pair: &LanguagePair) -> Option<Reason> {
    let length =
        |code: &str| LENGTHS.iter().find(|(known, _)| *known == code).map_or(1.0, |(_, length)| *length);
    let expected = source.chars().count() as f32 * length(&pair.to) / length(&pair.from);
    let found = translation.chars().count() as f32;
    if found < SHORTEST * expected - 2.0 {
        Some(Reason::Short)
    } else if found > LONGEST * expected + FREE_CHARS {
        Some(Reason::Long)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::LANGUAGES;

    #[test]
    fn every_language_has_its_length() {
        let mut codes: Vec<&str> = LANGUAGES.iter().map(|language| language.code).collect();
        codes.sort_unstable();
        assert_eq!(LENGTHS.iter().map(|(code, _)| *code).collect::<Vec<_>>(), codes);
    }

    #[test]
    fn expected_lengths_differ_between_languages() {
        let pair = |text: &str| text.parse::<LanguagePair>().expect("a pair");
        let (long, short) = ("x".repeat(400), "x".repeat(60));
        assert_eq!(unlikely(&long, &short, &pair("fr-zh")), None);
        assert_eq!(unlikely(&long, &short, &pair("zh-fr")), Some(Reason::Short));
        assert_eq!(unlikely(&short, &long, &pair("fr-zh")), Some(Reason::Long));
        assert_eq!(unlikely(&short, &long, &pair("zh-fr")), None);
        assert_eq!(unlikely("OK", "Einverstanden, in Ordnung", &pair("en-de")), None);
    }
}
