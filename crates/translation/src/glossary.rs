//! The glossary: which words are translated how, and whether a translation kept to it.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::languages::{Pair, language};
use crate::{limits, output};

/// A word or phrase, and its translation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Term {
    /// As the source has it.
    pub source: String,
    /// As the translation is to have it.
    pub target: String,
}

/// Terms ready to be found in sentences of a pair.
#[derive(Debug, Default)]
pub(crate) struct Glossary {
    terms: Vec<Term>,
    // By the stem of their first word, so that a sentence is compared with the few terms that may be in it.
    by_stem: HashMap<String, Vec<usize>>,
    // Of languages without spaces, and terms without letters: found letter for letter.
    plain: Vec<usize>,
}

impl Glossary {
    /// The terms of a pair; of two with the same source the later one holds.
    pub fn new(pair: &Pair, terms: impl IntoIterator<Item = Term>) -> Self {
        let mut glossary = Self::default();
        let mut places: HashMap<String, usize> = HashMap::new();
        let spaced = language(&pair.from).is_none_or(|language| language.spaced);
        for term in terms {
            if let Some(&place) = places.get(&term.source) {
                glossary.terms[place] = term;
                continue;
            }
            let place = glossary.terms.len();
            match words(&term.source).first() {
                Some(word) if spaced => glossary.by_stem.entry(stem(word)).or_default().push(place),
                _ => glossary.plain.push(place),
            }
            places.insert(term.source.clone(), place);
            glossary.terms.push(term);
        }
        glossary
    }

    /// The terms that stand in a sentence, in the order of the glossary.
    pub fn hits(&self, sentence: &str) -> Vec<Term> {
        if self.terms.is_empty() {
            return Vec::new();
        }
        let lower = sentence.to_lowercase();
        let words = words(sentence);
        let stems: HashSet<String> = words.iter().map(|word| stem(word)).collect();
        let likely = stems.iter().filter_map(|stem| self.by_stem.get(stem)).flatten();
        let mut found: Vec<usize> =
            likely.filter(|place| stands_in(&self.terms[**place].source, &words)).copied().collect();
        let plain = |place: &&usize| lower.contains(&self.terms[**place].source.to_lowercase());
        found.extend(self.plain.iter().filter(plain));
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|place| self.terms[place].clone()).collect()
    }
}

/// Whether a translation has a term's word or phrase, in any inflection, or as a part of a compound.
pub(crate) fn is_met(term: &Term, translation: &str) -> bool {
    translation.to_lowercase().contains(&term.target.to_lowercase())
        || stands_in(&term.target, &words(translation))
}

/// Whether a phrase's words stand in a text's words, one after the other.
fn stands_in(phrase: &str, text: &[String]) -> bool {
    let phrase = words(phrase);
    !phrase.is_empty()
        && text.windows(phrase.len()).any(|window| window.iter().zip(&phrase).all(|(a, b)| alike(a, b)))
}

/// The words of a text in lower case.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

// An inflected word keeps its beginning and changes at most so many letters at the end. With three, `verträgt` would be
// taken for the contract, `Vertrag`; its plural with an umlaut is not found for that.
const ENDING: usize = 2;
// A word this short has no ending to lose.
const SHORT: usize = 4;

/// The part of a word that inflection leaves alone.
fn stem(word: &str) -> String {
    word.chars().take(SHORT).collect()
}

/// Whether two words are one in different forms.
fn alike(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let longer = a.chars().count().max(b.chars().count());
    let common = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    common >= SHORT && common + ENDING >= longer
}

/// Reads a glossary: TBX, or CSV and TSV whose first two columns are source and target.
///
/// # Errors
/// A file that cannot be read, is none of these, or has no term of this pair.
pub fn read_glossary(path: &Path, pair: &Pair) -> Result<Vec<Term>> {
    let bytes = output::read_at_most(path, limits::GLOSSARY_BYTES)?;
    let terms = match documents::exchange::is_xml(&bytes) {
        true => documents::exchange::read_terms(&bytes, &pair.from, &pair.to)?
            .into_iter()
            .map(|(source, target)| Term { source, target })
            .collect(),
        false => table(&bytes, pair).map_err(|reason| Error::Glossary { reason, path: path.to_owned() })?,
    };
    let fits = |term: &Term| {
        let fits = |text: &str| !text.is_empty() && text.chars().count() <= limits::TERM_CHARS;
        fits(&term.source) && fits(&term.target)
    };
    let terms: Vec<Term> = terms.into_iter().filter(fits).collect();
    match terms.len() {
        0 => Err(Error::Glossary { reason: format!("it has no term for {pair}"), path: path.to_owned() }),
        count if count > limits::GLOSSARY_TERMS => {
            let reason = format!("it has {count} terms, more than {}", limits::GLOSSARY_TERMS);
            Err(Error::Glossary { reason, path: path.to_owned() })
        }
        _ => Ok(terms),
    }
}

fn table(bytes: &[u8], pair: &Pair) -> std::result::Result<Vec<Term>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or_default();
    let delimiter =
        [b'\t', b';', b','].into_iter().find(|mark| first.contains(char::from(*mark))).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .comment(Some(b'#'))
        .from_reader(text.as_bytes());
    let mut terms = Vec::new();
    for (place, record) in reader.records().enumerate() {
        let record = record.map_err(|error| error.to_string())?;
        let cell = |column| record.get(column).map(str::trim).unwrap_or_default();
        let (source, target) = (cell(0), cell(1));
        if place == 0 && is_header(source, target, pair) {
            continue;
        }
        terms.push(Term { source: source.to_owned(), target: target.to_owned() });
    }
    Ok(terms)
}

// Names of the columns, as the tools that write glossaries give them.
fn is_header(source: &str, target: &str, pair: &Pair) -> bool {
    let names = |cell: &str, code: &str, role: &str| {
        let cell = cell.to_lowercase();
        let name = language(code).map(|language| language.name.to_lowercase());
        cell == code || cell == role || Some(&cell) == name.as_ref()
    };
    names(source, &pair.from, "source") && names(target, &pair.to, "target")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(text: &str) -> Pair {
        text.parse().expect("a pair")
    }

    fn term(source: &str, target: &str) -> Term {
        Term { source: source.into(), target: target.into() }
    }

    fn found(pair_: &str, terms: &[Term], sentence: &str) -> Vec<String> {
        Glossary::new(&pair(pair_), terms.to_vec())
            .hits(sentence)
            .into_iter()
            .map(|term| term.source)
            .collect()
    }

    #[test]
    fn terms_are_found_in_other_forms_and_not_in_other_words() {
        let terms = [
            term("Vertrag", "agreement"),
            term("Abnahme", "acceptance"),
            term("grüner Strom", "green power"),
        ];
        assert_eq!(found("de-en", &terms, "Die VERTRÄGE"), [""; 0], "an umlaut changes the stem");
        assert_eq!(found("de-en", &terms, "Laut des Vertrages gilt die Abnahme."), ["Vertrag", "Abnahme"]);
        assert_eq!(found("de-en", &terms, "Mit grünem Strom."), ["grüner Strom"]);
        assert_eq!(found("de-en", &terms, "Der Strom ist grün. Er verträgt sich."), [""; 0]);
        assert_eq!(found("ja-en", &[term("契約", "agreement")], "この契約は無効です。"), ["契約"]);
    }

    #[test]
    fn a_term_is_met_in_any_inflection_or_compound() {
        assert!(is_met(&term("x", "agreement"), "Both Agreements hold."));
        assert!(is_met(&term("x", "Vertrag"), "Laut des Vertrages"));
        assert!(is_met(&term("x", "Vertrag"), "im Mietvertrag"));
        assert!(is_met(&term("x", "契約"), "この契約は"));
        assert!(!is_met(&term("x", "agreement"), "Both contracts agree."));
    }

    #[test]
    fn tables_of_every_make_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let read = |text: &str| {
            let path = folder.path().join("g.csv");
            std::fs::write(&path, text).expect("writes");
            read_glossary(&path, &pair("de-en"))
        };
        let expected = [term("Haus", "house"), term("Tür", "door, gate")];
        for text in [
            "Haus,house\nTür,\"door, gate\"\n",
            "\u{feff}de;en;note\r\nHaus;house;\r\nTür;door, gate;x\r\n",
            "Source\tTarget\nHaus\thouse\n# a note\nTür\tdoor, gate\n\t\nlonely\n",
        ] {
            assert_eq!(read(text).expect("reads"), expected, "{text}");
        }
        for text in ["", "Haus\n", "\u{0}\u{1}"] {
            assert!(matches!(read(text), Err(Error::Glossary { .. })), "{text:?}");
        }
        let long = "x".repeat(limits::TERM_CHARS + 1);
        assert!(read(&format!("{long},y")).is_err());
    }
}
