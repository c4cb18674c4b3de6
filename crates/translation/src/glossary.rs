//! The glossary: finds its terms in sentences and checks whether a translation uses them.

pub(crate) mod export;
mod forms;
pub(crate) mod import;

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use self::forms::{Certainty, words};
use crate::languages::{LanguagePair, language};

/// A glossary term: a word or phrase with its translation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Term {
    /// The word or phrase in the source language.
    pub source: String,
    /// Its translation.
    pub target: String,
}

/// A term found in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TermMatch {
    pub term: Term,
    /// Whether the matched word is certainly the term. Only then does decoding favour its translation; a missing
    /// translation is reported either way.
    pub certain: bool,
}

/// The glossary terms of a sentence, by whether its translation uses them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// Terms that the translation uses.
    pub met: Vec<Term>,
    /// Terms that it does not use.
    pub missed: Vec<Term>,
}

impl Terms {
    /// Checks which terms a translation into the language `code` uses.
    pub(crate) fn of(terms: impl IntoIterator<Item = Term>, translation: &str, code: &str) -> Self {
        let (met, missed) = terms.into_iter().partition(|term| is_used(term, translation, code));
        Self { met, missed }
    }

    /// Checks the same terms in another translation.
    pub(crate) fn check_again(&self, translation: &str, code: &str) -> Self {
        Self::of(self.met.iter().chain(&self.missed).cloned(), translation, code)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.met.is_empty() && self.missed.is_empty()
    }
}

/// The number of glossary terms in a document, by whether its translation uses them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TermCount {
    /// Terms that the translation uses.
    pub met: usize,
    /// Terms that it does not use.
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

/// The terms of a language pair, indexed for search in sentences.
#[derive(Debug, Default)]
pub(crate) struct Glossary {
    code: String,
    terms: Vec<Term>,
    // Indices by the prefix of the term's first word, so that a sentence is compared with few terms only.
    by_prefix: HashMap<String, Vec<usize>>,
    // Indices of terms searched as substrings: those of languages without spaces, and those without letters.
    substrings: Vec<usize>,
}

impl Glossary {
    /// The terms of a pair; of two with the same source the later one wins.
    pub fn new(pair: &LanguagePair, terms: impl IntoIterator<Item = Term>) -> Self {
        let mut glossary = Self { code: pair.from.clone(), ..Self::default() };
        let mut indices: HashMap<String, usize> = HashMap::new();
        let spaced = is_spaced(&pair.from);
        for term in terms {
            if let Some(&index) = indices.get(&term.source) {
                glossary.terms[index] = term;
                continue;
            }
            let index = glossary.terms.len();
            match words(&term.source).first() {
                Some(word) if spaced => {
                    glossary.by_prefix.entry(prefix(&word.lower, PREFIX_CHARS)).or_default().push(index);
                }
                _ => glossary.substrings.push(index),
            }
            indices.insert(term.source.clone(), index);
            glossary.terms.push(term);
        }
        glossary
    }

    /// The terms found in a sentence, in glossary order.
    pub fn matches(&self, sentence: &str) -> Vec<TermMatch> {
        if self.terms.is_empty() {
            return Vec::new();
        }
        let words = words(sentence);
        let prefixes: HashSet<String> = words
            .iter()
            .flat_map(|word| (1..=PREFIX_CHARS).map(|length| prefix(&word.lower, length)))
            .collect();
        let candidates = prefixes.iter().filter_map(|prefix| self.by_prefix.get(prefix)).flatten();
        let word_matches = candidates.filter_map(|&index| {
            Some((index, forms::match_words(&self.terms[index].source, &words, &self.code)?))
        });
        let substring_match =
            |&index: &usize| Some((index, forms::match_substring(&self.terms[index].source, sentence)?));
        let mut found: Vec<(usize, Certainty)> =
            word_matches.chain(self.substrings.iter().filter_map(substring_match)).collect();
        found.sort_unstable();
        let term_match = |(index, certainty): (usize, Certainty)| TermMatch {
            term: self.terms[index].clone(),
            certain: certainty == Certainty::Certain,
        };
        found.into_iter().map(term_match).collect()
    }
}

// Characters of the prefixes in the index; shorter words are indexed whole.
const PREFIX_CHARS: usize = 3;

fn prefix(word: &str, length: usize) -> String {
    word.chars().take(length).collect()
}

/// Whether a translation into the language `code` contains a term's target, in any inflection, or as part of a compound
/// in languages that write compounds as one word.
pub(crate) fn is_used(term: &Term, translation: &str, code: &str) -> bool {
    let target = words(&term.target);
    if target.is_empty() || !is_spaced(code) {
        return forms::match_substring(&term.target, translation).is_some();
    }
    forms::contains_phrase(&target, &words(translation), code)
}

fn is_spaced(code: &str) -> bool {
    language(code).is_none_or(|language| language.spaced)
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

    /// The terms found in a sentence; uncertain matches end with `?`.
    fn found(pair_: &str, terms: &[(&str, &str)], sentence: &str) -> Vec<String> {
        Glossary::new(&pair(pair_), terms.iter().map(|(source, target)| term(source, target)))
            .matches(sentence)
            .into_iter()
            .map(|found| found.term.source + if found.certain { "" } else { "?" })
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
    fn what_may_be_another_word_is_uncertain() {
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
    fn a_term_is_used_in_any_inflection_or_compound() {
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
            assert_eq!(is_used(&term("x", target), translation, code), expected, "{target}: {translation}");
        }
    }
}
