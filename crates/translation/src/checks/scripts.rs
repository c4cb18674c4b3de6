//! Finds text in a script that neither the target language nor the source sentence justifies: words left in the source's
//! script, or of a third language. Latin is written in every language (names, units, code), so that only Latin sentences
//! are found there.

use std::collections::BTreeSet;
use std::ops::Range;

use unicode_script::{Script, UnicodeScript};

use super::Candidate;

/// The first text of a translation in a script that is not its language's, cut to [`MAX_CHARS`].
pub(super) fn unjustified(candidate: &Candidate<'_>) -> Option<String> {
    let text = foreign(candidate).or_else(|| latin_sentence(candidate))?;
    Some(text.chars().take(MAX_CHARS).collect::<String>().trim_end().to_owned())
}

// So that a reason stays readable.
const MAX_CHARS: usize = 60;

// Quotation marks and brackets, around which a text may name a word of the source as it is written.
const QUOTES: &str = "\"'“”„‚‘’«»‹›「」『』()（）[]［］【】《》〈〉";

/// The scripts in which a language is written.
fn scripts(language: &str) -> &'static [Script] {
    match language {
        "ar" | "fa" => &[Script::Arabic],
        "bn" => &[Script::Bengali],
        "bg" | "ru" | "uk" => &[Script::Cyrillic],
        "zh" => &[Script::Han, Script::Bopomofo],
        "el" => &[Script::Greek],
        "he" => &[Script::Hebrew],
        "hi" => &[Script::Devanagari],
        "ja" => &[Script::Han, Script::Hiragana, Script::Katakana],
        "ko" => &[Script::Hangul, Script::Han],
        "th" => &[Script::Thai],
        _ => &[Script::Latin],
    }
}

fn foreign<'a>(candidate: &Candidate<'a>) -> Option<&'a str> {
    let translation = candidate.translation;
    let own = scripts(&candidate.pair.to);
    let source = candidate.source.to_lowercase();
    passages(translation, own).into_iter().find_map(|(range, words)| {
        let text = translation.get(range.clone())?;
        let whole = is_justified(text, candidate, &source, is_quoted(translation, &range));
        let each = || {
            words.into_iter().all(|word| {
                let quoted = is_quoted(translation, &word);
                translation.get(word).is_none_or(|word| is_justified(word, candidate, &source, quoted))
            })
        };
        (!whole && !each()).then_some(text)
    })
}

/// Passages in foreign scripts, each with the words in it: signs between two words are part of a passage, but for
/// quotation marks and brackets.
fn passages(text: &str, own: &[Script]) -> Vec<(Range<usize>, Vec<Range<usize>>)> {
    let mut found: Vec<(Range<usize>, Vec<Range<usize>>)> = Vec::new();
    let (mut in_word, mut in_passage) = (false, false);
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let script = c.script();
        let is_sign = matches!(script, Script::Common | Script::Inherited | Script::Unknown);
        let is_foreign = !is_sign && script != Script::Latin && !own.contains(&script);
        // Combining marks, and the mark of long vowels.
        let continues = script == Script::Inherited || c == 'ー';
        match found.last_mut().filter(|_| in_passage) {
            Some((passage, words)) if is_foreign || (in_word && continues) => {
                passage.end = end;
                match words.last_mut().filter(|_| in_word) {
                    Some(word) => word.end = end,
                    None => words.push(at..end),
                }
                in_word = true;
            }
            None if is_foreign && c.is_alphabetic() => {
                found.push((at..end, std::iter::once(at..end).collect()));
                (in_word, in_passage) = (true, true);
            }
            _ => {
                in_word = false;
                in_passage &= is_sign && !QUOTES.contains(c);
            }
        }
    }
    found
}

fn is_quoted(text: &str, range: &Range<usize>) -> bool {
    let before = text.get(..range.start).and_then(|before| before.chars().next_back());
    let after = text.get(range.end..).and_then(|after| after.chars().next());
    [before, after].into_iter().all(|c| c.is_some_and(|c| QUOTES.contains(c)))
}

/// `source`: the candidate's, in lower case.
fn is_justified(text: &str, candidate: &Candidate<'_>, source: &str, quoted: bool) -> bool {
    let mut letters = text.chars();
    // Symbols of quantities and units: α, π, Ω.
    if let (Some(only), None) = (letters.next(), letters.next())
        && only.script() == Script::Greek
    {
        return true;
    }
    let locked = candidate.locked.iter().filter_map(|range| candidate.source.get(range.clone()));
    let mut required = locked.chain(candidate.terms.iter().map(|hit| hit.term.target.as_str()));
    if required.any(|required| required.contains(text)) {
        return true;
    }
    // A word of the source's own script is not translated, unless the text names it.
    let from = scripts(&candidate.pair.from);
    let is_name = quoted || !text.chars().any(|c| from.contains(&c.script()));
    is_name && source.contains(&text.to_lowercase())
}

/// A Latin sentence in a language that is written in another script: words that are no copies and no names.
fn latin_sentence<'a>(candidate: &Candidate<'a>) -> Option<&'a str> {
    let own = scripts(&candidate.pair.to);
    if own.contains(&Script::Latin) {
        return None;
    }
    let mut known: BTreeSet<String> = words(candidate.source).map(str::to_lowercase).collect();
    for hit in candidate.terms {
        known.extend(words(&hit.term.target).map(str::to_lowercase));
    }
    let is_own = |c: char| own.contains(&c.script());
    let no_letter_of_its_own = !candidate.translation.contains(is_own);
    candidate.translation.split(is_own).find_map(|passage| {
        let is_new = |word: &&str| {
            let latin = word.chars().all(|c| c.script() == Script::Latin);
            latin && word.chars().nth(1).is_some() && !known.contains(&word.to_lowercase())
        };
        let new: Vec<&str> = words(passage).filter(is_new).collect();
        // Names begin with capitals, abbreviations have nothing else.
        let common = new.iter().filter(|word| word.starts_with(char::is_lowercase)).count();
        let is_sentence = common >= 3 || (no_letter_of_its_own && new.len() >= 2 && common >= 1);
        let signs = |c: char| !c.is_alphanumeric();
        is_sentence.then(|| passage.trim_matches(signs))
    })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::glossary::{Term, TermMatch};
    use crate::languages::LANGUAGES;

    fn found(pair: &str, source: &str, translation: &str) -> Option<String> {
        let pair = pair.parse().expect("a pair");
        let locked: Vec<_> = source.match_indices("{名前}").map(|(at, item)| at..at + item.len()).collect();
        let terms = match source.contains("Tee") {
            true => vec![TermMatch {
                term: Term { source: "Tee".into(), target: "お茶 oolong blend tea".into() },
                certain: true,
            }],
            false => Vec::new(),
        };
        unjustified(&Candidate { source, translation, pair: &pair, locked: &locked, terms: &terms })
    }

    #[test]
    fn every_language_is_written_in_its_scripts() {
        for language in LANGUAGES {
            let own = scripts(language.code);
            let letters = language.endonym.chars().filter(|c| c.is_alphabetic());
            for letter in letters {
                assert!(own.contains(&letter.script()), "{}: {letter}", language.code);
            }
        }
    }

    #[test]
    fn text_in_another_script_is_found() {
        for (pair, source, translation, text) in [
            ("ja-en", "契約は無効です。", "The 契約 is void.", "契約"),
            ("ja-en", "契約は無効です。", "契約は、無効です。", "契約は、無効です"),
            ("ja-en", "コーヒーを飲む。", "I drink コーヒー.", "コーヒー"),
            ("de-en", "Der Vertrag ist nichtig.", "The contract is 無効.", "無効"),
            ("de-en", "Der Vertrag ist nichtig.", "The Договор is void.", "Договор"),
            // One letter that looks like a Latin one.
            ("de-en", "Der Vertrag ist nichtig.", "The сontract is void.", "с"),
            ("en-ru", "The contract is void.", "Договор 無効.", "無効"),
            ("en-zh", "The contract is void.", "合同は無効。", "は"),
            ("en-hi", "The contract is void.", "अनुबंध договор है।", "договор"),
            ("ru-en", "Это намасте.", "It is नमस्ते.", "नमस्ते"),
            ("en-de", "Tokyo is large.", "東京 ist groß.", "東京"),
            ("de-ja", "Der Vertrag ist nichtig.", "The contract is void.", "The contract is void"),
            ("de-ja", "Guten Morgen", "Good morning!", "Good morning"),
            (
                "de-ja",
                "Er sagt: Der Vertrag gilt.",
                "彼は the contract is valid と言う。",
                "the contract is valid",
            ),
            ("en-ru", "It is raining in the city.", "Es regnet in der Stadt.", "Es regnet in der Stadt"),
            ("en-ko", "The old house burned.", "Das alte Haus brannte.", "Das alte Haus brannte"),
        ] {
            assert_eq!(found(pair, source, translation).as_deref(), Some(text), "{translation}");
        }
        let long = "日本語の文".repeat(100);
        assert_eq!(found("de-en", "Satz", &long).map(|text| text.chars().count()), Some(MAX_CHARS));
    }

    #[test]
    fn what_the_language_or_the_source_justifies_is_not_found() {
        for (pair, source, translation) in [
            ("ja-en", "契約は無効です。", "The contract is void."),
            ("de-ja", "Der Vertrag ist nichtig.", "この契約は無効です。"),
            // Names and words of a third language, as the source has them.
            ("de-en", "Anna heißt auf Russisch Анна.", "Anna is Анна in Russian."),
            ("de-en", "Auf Japanisch 東京 und 京都.", "In Japanese 京都, 東京."),
            ("en-ja", "Анна said hello.", "Аннаは挨拶した。"),
            // A word of the source that the translation names.
            ("ja-en", "「東」は木に日と書く。", "“東” is written as a tree with a sun."),
            ("ja-en", "東京（Tokyo）は首都です。", "Tokyo (東京) is the capital."),
            // Items that are required.
            ("ja-en", "{名前}を入れる。", "Enter {名前}."),
            ("de-en", "Tee ist warm.", "お茶 is warm."),
            // Symbols.
            ("de-en", "Der Winkel ist klein.", "The angle α is below π, with 10 µm and 5 kΩ."),
            ("ja-en", "角度は小さい。", "The angle is 5 ℃ — “small”…"),
            // Latin where another script is written.
            ("de-ja", "Die WLAN-Verbindung von Windows ist langsam.", "Windows の Wi-Fi 接続が遅い。"),
            ("de-ja", "Drücken Sie Strg+C.", "Ctrl+C"),
            ("de-ja", "Apache-Lizenz 2.0", "Apache License 2.0"),
            ("de-ja", "git commit --amend ausführen", "git commit --amend を実行"),
            ("de-ja", "Er liest „Der Herr der Ringe“.", "彼は『The Lord of the Rings』を読む。"),
            ("ja-ru", "ソニー・ミュージック", "Sony Music"),
            ("de-ja", "Tee ist warm.", "oolong blend tea です。"),
            ("en-ja", "Run the tests with care.", "run the tests with care"),
            ("en-ko", "漢字", "漢字"),
            ("ja-zh", "東京タワー", "东京塔"),
            ("en-hi", "The contract is void.", "अनुबंध शून्य है।"),
            ("en-th", "Hello", "สวัสดี"),
            ("de-en", "", ""),
        ] {
            assert_eq!(found(pair, source, translation), None, "{translation}");
        }
    }
}
