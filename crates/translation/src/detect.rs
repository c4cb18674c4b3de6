//! Detects the language of a text among those that can be translated.

use serde::Serialize;
use whatlang::{Detector, Lang};

use crate::languages::LanguagePair;
use crate::limits;

/// The detected language of a text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Detected {
    /// Its code.
    pub language: String,
    /// Confidence, between 0.9 and 1.
    pub confidence: f64,
}

const CODES: &[(&str, Lang)] = &[
    ("ar", Lang::Ara),
    ("bg", Lang::Bul),
    ("bn", Lang::Ben),
    ("ca", Lang::Cat),
    ("cs", Lang::Ces),
    ("da", Lang::Dan),
    ("de", Lang::Deu),
    ("el", Lang::Ell),
    ("en", Lang::Eng),
    ("es", Lang::Spa),
    ("et", Lang::Est),
    ("fa", Lang::Pes),
    ("fi", Lang::Fin),
    ("fr", Lang::Fra),
    ("he", Lang::Heb),
    ("hi", Lang::Hin),
    ("hr", Lang::Hrv),
    ("hu", Lang::Hun),
    ("id", Lang::Ind),
    ("it", Lang::Ita),
    ("ja", Lang::Jpn),
    ("ko", Lang::Kor),
    ("lt", Lang::Lit),
    ("lv", Lang::Lav),
    ("nb", Lang::Nob),
    ("nl", Lang::Nld),
    ("pl", Lang::Pol),
    ("pt", Lang::Por),
    ("ro", Lang::Ron),
    ("ru", Lang::Rus),
    ("sk", Lang::Slk),
    ("sl", Lang::Slv),
    ("sv", Lang::Swe),
    ("th", Lang::Tha),
    ("tr", Lang::Tur),
    ("uk", Lang::Ukr),
    ("vi", Lang::Vie),
    ("zh", Lang::Cmn),
];

// Minimum confidence: on some 8,000 Tatoeba sentences 99.9 % of the results above it are right.
const MIN_CONFIDENCE: f64 = 0.9;

/// The language of a text, if it is certain and some pair translates from it.
pub fn detect(text: &str, pairs: &[LanguagePair]) -> Option<Detected> {
    let end = (0..=text.len().min(limits::DETECTION_BYTES)).rev().find(|end| text.is_char_boundary(*end))?;
    let text = &text[..end];
    let translated = |code: &str| pairs.iter().any(|pair| pair.from == code);
    if let Some(code) = by_script(text) {
        let found = translated(code).then(|| Detected { language: code.to_owned(), confidence: 1.0 });
        // Text in Han characters only is Japanese if no pair translates Chinese; if both are, a short text is ambiguous.
        return match code {
            "zh" if !translated("zh") && translated("ja") => {
                Some(Detected { language: "ja".to_owned(), confidence: 1.0 })
            }
            "zh" if translated("ja") && text.chars().filter(|c| c.is_alphabetic()).count() < 16 => None,
            _ => found,
        };
    }
    // All languages compete, so that a text in an unsupported language is not assigned to a similar supported one.
    let info = Detector::new().detect(text)?;
    let (code, _) = CODES.iter().find(|(_, lang)| *lang == info.lang())?;
    let is_certain = info.is_reliable() && info.confidence() >= MIN_CONFIDENCE;
    if is_certain {
        return translated(code)
            .then(|| Detected { language: (*code).to_owned(), confidence: info.confidence() });
    }
    let allowed: Vec<Lang> =
        CODES.iter().filter(|(code, _)| translated(code)).map(|(_, lang)| *lang).collect();
    // With one candidate there is nothing to compare.
    if allowed.len() < 2 {
        return None;
    }
    let info = Detector::with_allowlist(allowed).detect(text)?;
    let (code, _) = CODES.iter().find(|(_, lang)| *lang == info.lang())?;
    let is_certain = info.is_reliable() && info.confidence() >= MIN_CONFIDENCE;
    is_certain.then(|| Detected { language: (*code).to_owned(), confidence: info.confidence() })
}

/// The language of a text in Japanese, Korean or Chinese script.
fn by_script(text: &str) -> Option<&'static str> {
    let (mut kana, mut hangul, mut han, mut other) = (0, 0, 0, 0);
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        match c {
            '\u{3040}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9f}' => kana += 1,
            '\u{ac00}'..='\u{d7af}' | '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' => hangul += 1,
            '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => han += 1,
            _ => other += 1,
        }
    }
    let asian = kana + hangul + han;
    // Half the letters of a Japanese text about software may be Latin.
    if asian == 0 || asian * 2 < other {
        return None;
    }
    Some(match () {
        () if hangul > kana + han => "ko",
        // A Chinese text may quote a Japanese name.
        () if kana * 10 >= kana + han => "ja",
        () => "zh",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, pairs: &[&str]) -> Option<String> {
        let pairs: Vec<LanguagePair> = pairs.iter().map(|pair| pair.parse().expect("a pair")).collect();
        detect(text, &pairs).map(|detected| detected.language)
    }

    #[test]
    fn a_text_in_a_language_that_is_translated_is_found() {
        let pairs = ["de-en", "en-de", "ja-en", "zh-en", "ko-en", "ru-en"];
        for (code, text) in [
            (
                "de",
                "Der Vertrag wurde gestern von beiden Parteien unterschrieben, und niemand hat etwas gesagt.",
            ),
            (
                "en",
                "The agreement was signed by both parties yesterday, and nobody has said anything about it.",
            ),
            ("ja", "契約は無効です。"),
            ("ja", "東京タワー"),
            ("ko", "계약서"),
            ("zh", "这份合同昨天由双方签署，没有人提出任何异议。"),
            ("ru", "Договор был подписан вчера обеими сторонами."),
        ] {
            assert_eq!(found(text, &pairs).as_deref(), Some(code), "{text}");
        }
    }

    #[test]
    fn uncertain_languages_are_not_reported() {
        for text in ["", "OK", "123", "東京都", "Restaurant"] {
            assert_eq!(found(text, &["de-en", "en-de", "ja-en", "zh-en"]), None, "{text}");
        }
        assert_eq!(found("東京都", &["ja-en"]).as_deref(), Some("ja"));
        assert_eq!(found("東京都", &["de-en"]), None);
        assert_eq!(found("Договор был подписан вчера обеими сторонами.", &["de-en", "en-de"]), None);
        let french = "Le contrat a été signé hier par les deux parties, et personne n'a rien dit à ce sujet.";
        assert_eq!(found(french, &["de-en", "en-de"]), None, "French is not the next best language");
        assert_eq!(found(&"ä".repeat(limits::DETECTION_BYTES), &["de-en"]), None);
    }
}
