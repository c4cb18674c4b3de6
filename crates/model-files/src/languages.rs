//! Language codes as model files write them.

/// Three-letter and former codes of languages that have a two-letter code, for the languages that Wasan translates.
const OTHER_CODES: [(&str, &str); 57] = [
    ("ara", "ar"),
    ("arb", "ar"),
    ("ben", "bn"),
    ("bul", "bg"),
    ("cat", "ca"),
    ("ces", "cs"),
    ("chi", "zh"),
    ("cmn", "zh"),
    ("cze", "cs"),
    ("dan", "da"),
    ("deu", "de"),
    ("dut", "nl"),
    ("ell", "el"),
    ("eng", "en"),
    ("est", "et"),
    ("fas", "fa"),
    ("fin", "fi"),
    ("fra", "fr"),
    ("fre", "fr"),
    ("ger", "de"),
    ("gre", "el"),
    ("heb", "he"),
    ("hin", "hi"),
    ("hrv", "hr"),
    ("hun", "hu"),
    ("ice", "is"),
    ("in", "id"),
    ("ind", "id"),
    ("isl", "is"),
    ("ita", "it"),
    ("iw", "he"),
    ("jpn", "ja"),
    ("kor", "ko"),
    ("lav", "lv"),
    ("lit", "lt"),
    ("lvs", "lv"),
    ("nld", "nl"),
    ("no", "nb"),
    ("nob", "nb"),
    ("nor", "nb"),
    ("per", "fa"),
    ("pes", "fa"),
    ("pol", "pl"),
    ("por", "pt"),
    ("ron", "ro"),
    ("rum", "ro"),
    ("rus", "ru"),
    ("slk", "sk"),
    ("slo", "sk"),
    ("slv", "sl"),
    ("spa", "es"),
    ("swe", "sv"),
    ("tha", "th"),
    ("tur", "tr"),
    ("ukr", "uk"),
    ("vie", "vi"),
    ("zho", "zh"),
];

/// The code of a language as `model.json` has it: two letters where there are any, else three, without script or region;
/// `None` for what is no code, such as `multilingual`.
fn code(text: &str) -> Option<String> {
    let code = text.trim().split(['-', '_']).next()?.to_ascii_lowercase();
    if !(2..=3).contains(&code.len()) || !code.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    let known = OTHER_CODES.iter().find(|(other, _)| *other == code);
    Some(known.map_or(code, |(_, code)| (*code).to_owned()))
}

/// The codes among `texts`, each once, in their order.
pub(crate) fn codes<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut codes: Vec<String> = Vec::new();
    for code in texts.into_iter().filter_map(code).take(crate::limits::LANGUAGES) {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_code_becomes_one() {
        let spellings =
            ["deu", "EN", "zh-Hans", "zho_Hant", "jpn", "multilingual", "de", "no", "", "code", "gle", "ga"];
        assert_eq!(codes(spellings), ["de", "en", "zh", "ja", "nb", "gle", "ga"]);
    }
}
