//! Language codes as files write them, and the scripts that languages are written in.

use unicode_script::{Script, UnicodeScript};

/// How well the code `found` matches `wanted`: 2 equal, ignoring case and `_` for `-`; 1 the same language (`de-AT` for
/// `de`, `en-GB` for `en-US`); 0 another.
pub(crate) fn match_score(wanted: &str, found: &str) -> u8 {
    let subtags = |code: &str| code.trim().to_ascii_lowercase().replace('_', "-");
    let (wanted, found) = (subtags(wanted), subtags(found));
    match wanted == found {
        true => 2,
        false => u8::from(primary(&wanted) == primary(&found)),
    }
}

/// The language alone: `de` of `de-AT`.
pub(crate) fn primary(code: &str) -> &str {
    code.split(['-', '_']).next().unwrap_or(code)
}

/// The scripts of a language, or `None` if the language is unknown.
pub(crate) fn scripts(language: &str) -> Option<&'static [Script]> {
    use Script::*;
    Some(match primary(language).to_ascii_lowercase().as_str() {
        "af" | "ca" | "cs" | "cy" | "da" | "de" | "en" | "es" | "et" | "eu" | "fi" | "fil" | "fr" | "ga"
        | "gl" | "hr" | "hu" | "id" | "is" | "it" | "lb" | "lt" | "lv" | "ms" | "mt" | "nl" | "no" | "nb"
        | "nn" | "pl" | "pt" | "ro" | "sk" | "sl" | "sq" | "sv" | "sw" | "tl" | "tr" | "vi" => &[Latin],
        "be" | "bg" | "mk" | "ru" | "uk" => &[Cyrillic],
        "bs" | "sr" => &[Cyrillic, Latin],
        "ja" => &[Han, Hiragana, Katakana],
        "zh" => &[Han, Bopomofo],
        "ko" => &[Hangul, Han],
        "ar" | "fa" | "ur" => &[Arabic],
        "bn" => &[Bengali],
        "el" => &[Greek],
        "he" => &[Hebrew],
        "hi" | "mr" | "ne" => &[Devanagari],
        "hy" => &[Armenian],
        "ka" => &[Georgian],
        "km" => &[Khmer],
        "lo" => &[Lao],
        "my" => &[Myanmar],
        "ta" => &[Tamil],
        "te" => &[Telugu],
        "th" => &[Thai],
        _ => return None,
    })
}

/// The share of the letters of `text` in these scripts, or `None` if there are too few letters. Letters common to
/// several scripts, such as `ー`, are not counted.
pub(crate) fn script_share(text: &str, scripts: &[Script]) -> Option<f32> {
    let (mut letters, mut own) = (0u32, 0u32);
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        let script = if c.is_ascii() { Script::Latin } else { c.script() };
        if !matches!(script, Script::Common | Script::Inherited | Script::Unknown) {
            letters += 1;
            own += u32::from(scripts.contains(&script));
        }
    }
    (letters >= MIN_LETTERS).then(|| own as f32 / letters as f32)
}

/// Names and units ("NHK", "km/h") are written in Latin letters everywhere.
const MIN_LETTERS: u32 = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_match_loosely() {
        assert_eq!(match_score("de", "DE"), 2);
        assert_eq!(match_score("pt-BR", "pt_br"), 2);
        assert_eq!(match_score("de", "de-DE"), 1);
        assert_eq!(match_score("en-US", "en-GB"), 1);
        assert_eq!(match_score("de", "den"), 0);
        assert_eq!(match_score("de", ""), 0);
    }

    #[test]
    fn scripts_are_distinguished() {
        let share = |text, language| script_share(text, scripts(language).unwrap());
        assert_eq!(share("Ein deutscher Satz über 3 Äpfel.", "de"), Some(1.0));
        assert_eq!(share("Ein deutscher Satz.", "ja-JP"), Some(0.0));
        assert_eq!(share("コーヒーを飲みます。", "ja"), Some(1.0));
        assert_eq!(share("NHKです", "ja"), None, "too few letters");
        assert_eq!(share("Tom 来", "en"), None);
        assert!(scripts("tlh").is_none());
    }
}
