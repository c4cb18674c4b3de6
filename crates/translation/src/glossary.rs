//! The glossary: which words are translated how, and whether a translation kept to it.

mod forms;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use self::forms::{Likeness, words};
use crate::error::{Error, Result};
use crate::languages::{LanguagePair, language};
use crate::{limits, output};

/// A word or phrase, and its translation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Term {
    /// As the source has it.
    pub source: String,
    /// As the translation is to have it.
    pub target: String,
}

/// A term that stands in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    pub term: Term,
    /// Whether it is this word beyond doubt. Only then is its translation pulled at; one that is missing is said anyway.
    pub sure: bool,
}

/// The terms that stand in a sentence, by whether its translation has them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// Those that it has.
    pub met: Vec<Term>,
    /// Those that it lacks.
    pub missed: Vec<Term>,
}

impl Terms {
    /// What a translation into this language makes of a sentence's terms.
    pub(crate) fn of(terms: impl IntoIterator<Item = Term>, translation: &str, code: &str) -> Self {
        let (met, missed) = terms.into_iter().partition(|term| is_met(term, translation, code));
        Self { met, missed }
    }

    /// What another translation makes of the same terms.
    pub(crate) fn again(&self, translation: &str, code: &str) -> Self {
        Self::of(self.met.iter().chain(&self.missed).cloned(), translation, code)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.met.is_empty() && self.missed.is_empty()
    }
}

/// How often terms of the glossary stand in a document, by whether its translation has them there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TermCount {
    /// Those that it has.
    pub met: usize,
    /// Those that it lacks.
    pub missed: usize,
}

impl<'a> FromIterator<&'a Terms> for TermCount {
    fn from_iter<I: IntoIterator<Item = &'a Terms>>(terms: I) -> Self {
        terms.into_iter().fold(Self::default(), |count, terms| Self {
            met: count.met + terms.met.len(),
            missed: count.missed + terms.missed.len(),
        })
    }
}

/// Terms ready to be found in sentences of a pair.
#[derive(Debug, Default)]
pub(crate) struct Glossary {
    code: String,
    terms: Vec<Term>,
    // By the beginning of their first word, so that a sentence is compared with the few terms that may be in it.
    by_start: HashMap<String, Vec<usize>>,
    // Of languages without spaces, and terms without letters: found letter for letter.
    plain: Vec<usize>,
}

impl Glossary {
    /// The terms of a pair; of two with the same source the later one holds.
    pub fn new(pair: &LanguagePair, terms: impl IntoIterator<Item = Term>) -> Self {
        let mut glossary = Self { code: pair.from.clone(), ..Self::default() };
        let mut places: HashMap<String, usize> = HashMap::new();
        let spaced = is_spaced(&pair.from);
        for term in terms {
            if let Some(&place) = places.get(&term.source) {
                glossary.terms[place] = term;
                continue;
            }
            let place = glossary.terms.len();
            match words(&term.source).first() {
                Some(word) if spaced => {
                    glossary.by_start.entry(start(&word.lower, START)).or_default().push(place);
                }
                _ => glossary.plain.push(place),
            }
            places.insert(term.source.clone(), place);
            glossary.terms.push(term);
        }
        glossary
    }

    /// The terms that stand in a sentence, in the order of the glossary.
    pub fn hits(&self, sentence: &str) -> Vec<Hit> {
        if self.terms.is_empty() {
            return Vec::new();
        }
        let words = words(sentence);
        let starts: HashSet<String> =
            words.iter().flat_map(|word| (1..=START).map(|length| start(&word.lower, length))).collect();
        let likely = starts.iter().filter_map(|start| self.by_start.get(start)).flatten();
        let among_words = likely.filter_map(|&place| {
            Some((place, forms::stands_in(&self.terms[place].source, &words, &self.code)?))
        });
        let amid = |&place: &usize| Some((place, forms::stands_amid(&self.terms[place].source, sentence)?));
        let mut found: Vec<(usize, Likeness)> =
            among_words.chain(self.plain.iter().filter_map(amid)).collect();
        found.sort_unstable();
        let hit = |(place, likeness): (usize, Likeness)| Hit {
            term: self.terms[place].clone(),
            sure: likeness == Likeness::Sure,
        };
        found.into_iter().map(hit).collect()
    }
}

// Terms with the same first letters are compared with a word that has them; a shorter one with all that begin so.
const START: usize = 3;

fn start(word: &str, length: usize) -> String {
    word.chars().take(length).collect()
}

/// Whether a translation into this language has a term's word or phrase, in any inflection, or as a part of a compound
/// where the language makes them.
pub(crate) fn is_met(term: &Term, translation: &str, code: &str) -> bool {
    let target = words(&term.target);
    if target.is_empty() || !is_spaced(code) {
        return forms::stands_amid(&term.target, translation).is_some();
    }
    forms::is_said(&target, &words(translation), code)
}

fn is_spaced(code: &str) -> bool {
    language(code).is_none_or(|language| language.spaced)
}

/// Reads a glossary: TBX, or CSV and TSV whose first two columns are source and target.
///
/// # Errors
/// A file that cannot be read, is none of these, or has no term of this pair.
pub fn read_glossary(path: &Path, pair: &LanguagePair) -> Result<Vec<Term>> {
    let bytes = output::read_at_most(path, limits::GLOSSARY_BYTES)?;
    let terms = match documents::tmx_tbx::is_xml(&bytes) {
        true => documents::tmx_tbx::read_terms(&bytes, &pair.from, &pair.to)?
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

fn table(bytes: &[u8], pair: &LanguagePair) -> std::result::Result<Vec<Term>, String> {
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
fn is_header(source: &str, target: &str, pair: &LanguagePair) -> bool {
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

    fn pair(text: &str) -> LanguagePair {
        text.parse().expect("a pair")
    }

    fn term(source: &str, target: &str) -> Term {
        Term { source: source.into(), target: target.into() }
    }

    /// The terms that stand in a sentence; those that may be another word end with `?`.
    fn found(pair_: &str, terms: &[(&str, &str)], sentence: &str) -> Vec<String> {
        Glossary::new(&pair(pair_), terms.iter().map(|(source, target)| term(source, target)))
            .hits(sentence)
            .into_iter()
            .map(|hit| hit.term.source + if hit.sure { "" } else { "?" })
            .collect()
    }

    #[test]
    fn terms_are_found_in_other_forms() {
        let terms = [("Vertrag", "agreement"), ("Abnahme", "acceptance"), ("grüner Strom", "green power")];
        let de = |sentence| found("de-en", &terms, sentence);
        assert_eq!(de("Laut des Vertrages gilt die Abnahme."), ["Vertrag", "Abnahme"]);
        assert_eq!(de("VERTRAG ÜBER DIE ABNAHME"), ["Vertrag", "Abnahme"]);
        assert_eq!(de("Mit grünem Strom."), ["grüner Strom"]);
        assert_eq!(de("Grüner Strom kommt."), ["grüner Strom"], "a sentence begins with a capital");
        assert_eq!(de("Der Strom ist grün. Er verträgt sich."), [""; 0]);
        assert_eq!(de("Die VERTRÄGE"), [""; 0], "an umlaut changes the stem");
        let en = |sentence| found("en-de", &[("agency", "Behörde"), ("lease", "Miete")], sentence);
        assert_eq!(en("Agencies check leases."), ["agency", "lease"]);
        assert_eq!(en("He leased it."), ["lease?"], "a verb may be another word");
        assert_eq!(found("it-en", &[("contratto", "agreement")], "I contratti."), [""; 0]);
        assert_eq!(found("sv-en", &[("avtal", "agreement")], "Enligt avtalet."), ["avtal?"]);
    }

    #[test]
    fn other_words_with_the_same_beginning_are_no_terms() {
        for (pair, source, sentence) in [
            ("de-en", "Leber", "Das Leben ist schön."),
            ("de-en", "Lager", "Die Lage ist ernst."),
            ("de-en", "Arbeit", "Der Arbeiter schläft."),
            ("de-en", "Arbeiter", "Die Arbeit ist getan."),
            ("de-en", "Arbeit", "Wir arbeiten."),
            ("de-en", "Miete", "Der Mieter zahlt."),
            ("de-en", "Mieter", "Die Miete steigt."),
            ("de-en", "Leiter", "Wir leiten Wasser um."),
            ("en-de", "contract", "In contrast, it works."),
            ("en-de", "station", "Static noise."),
            ("en-de", "product", "They produce wine."),
            ("en-de", "nation", "A native speaker."),
            ("en-de", "IT", "It works, and it lasts."),
            ("en-de", "US", "Give us time."),
        ] {
            assert_eq!(found(pair, &[(source, "x")], sentence), [""; 0], "{source}: {sentence}");
        }
    }

    #[test]
    fn what_may_be_another_word_is_not_sure() {
        for (pair, source, sentence, expected) in [
            ("de-en", "Reis", "Die Reise war lang.", "Reis?"),
            ("de-en", "Kind", "Die Kinder spielen.", "Kind?"),
            ("de-en", "leben", "Das Leben ist schön.", "leben?"),
            ("en-de", "Polish", "Please polish it.", "Polish?"),
            ("en-de", "IT", "HOW IT WORKS", "IT?"),
            ("en-de", "IT", "Our IT works.", "IT"),
            ("ja-en", "契約", "この契約は無効です。", "契約"),
            ("ja-en", "契約", "この契約書は無効です。", "契約"),
            ("ja-en", "本", "日本は島国だ。", "本?"),
            ("ja-en", "カー", "カードで払う。", "カー?"),
            ("ja-en", "IT", "IT部門", "IT"),
            ("ko-en", "계약", "계약은 무효이다.", "계약?"),
            ("en-de", "Purchase Order", "Each purchase order.", "Purchase Order"),
        ] {
            assert_eq!(found(pair, &[(source, "x")], sentence), [expected], "{source}: {sentence}");
        }
    }

    #[test]
    fn a_term_is_met_in_any_inflection_or_compound() {
        for (code, target, translation, expected) in [
            ("en", "agreement", "Both Agreements hold.", true),
            ("en", "agreement", "Both contracts agree.", false),
            ("en", "agency", "Two agencies.", true),
            ("en", "railway station", "Two railway stations.", true),
            ("en", "art", "What a party!", false),
            ("en", "car", "A card.", false),
            ("en", "IT", "It works.", false),
            ("en", "IT", "Our IT works.", true),
            ("de", "Vertrag", "Laut des Vertrages", true),
            ("de", "Vertrag", "im Mietvertrag", true),
            ("de", "Vertrag", "die Vertragspartei", true),
            ("de", "Vertrag", "Er verträgt sich.", false),
            ("de", "Art", "Die Partei.", false),
            ("de", "Miete", "Der Mieter.", false),
            ("de", "Arbeit", "Der Arbeiter.", false),
            ("de", "grüner Strom", "Mit grünem Strom.", true),
            ("de", "installieren", "Er installierte es.", true),
            ("ja", "契約", "この契約は", true),
            ("ja", "IT", "ITの", true),
        ] {
            assert_eq!(is_met(&term("x", target), translation, code), expected, "{target}: {translation}");
        }
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
