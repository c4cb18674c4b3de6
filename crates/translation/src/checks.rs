//! Checks every translation without a model: loops, length, copies, numbers, scripts, locked texts, terms. A failed check adds a
//! reason; no check changes a text.

mod lengths;
mod loops;
mod number_words;
mod numbers;
mod scripts;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::glossary::{self, TermMatch};
use crate::languages::LanguagePair;

/// A reason to review a translation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "text")]
pub enum Reason {
    /// It repeats itself.
    Repeated,
    /// The output was cut off at the token limit.
    CutOff,
    /// It is much shorter than its source suggests.
    Short,
    /// It is much longer than its source suggests.
    Long,
    /// It is equal to its source.
    Copied,
    /// It is empty.
    Empty,
    /// A number of the source is missing.
    Number(String),
    /// A number in it is not in the source.
    NewNumber(String),
    /// Text in it is in a script that neither its language nor its source justifies.
    Script(String),
    /// Code, an address or a placeholder of the source is missing.
    Placeholder(String),
    /// A placeholder in it is not in the source, or more often.
    NewPlaceholder(String),
    /// Code, an address or a placeholder that the models lost was put beside its neighbours.
    Inserted(String),
    /// Its placeholders are not those of a program's message, so the source was kept.
    Placeholders,
    /// A glossary term's translation is missing.
    Term(String),
    /// The document's markup for it was lost or moved.
    Tag(String),
    /// It would have changed the document's structure, so the source was kept.
    Refused,
    /// A line of the subtitle is too long for its reading time.
    LongLine,
    /// The document's encoding cannot represent it, so the document was written as UTF-8.
    Encoding,
    /// The source does not fit the models' context.
    TooLong,
}

impl Reason {
    /// Whether the source is better than such a translation.
    pub fn is_broken(&self) -> bool {
        matches!(self, Self::Repeated | Self::CutOff | Self::Short | Self::Long | Self::Copied | Self::Empty)
    }

    /// Whether the output did not end by itself.
    pub fn is_cut(&self) -> bool {
        matches!(self, Self::Repeated | Self::CutOff)
    }

    /// Whether something required is missing.
    pub fn is_something_missing(&self) -> bool {
        matches!(self, Self::Number(_) | Self::Placeholder(_) | Self::Term(_))
    }

    /// Whether a retry may fix it.
    pub fn is_worth_a_retry(&self) -> bool {
        self.is_broken()
            || matches!(
                self,
                Self::Number(_) | Self::Script(_) | Self::Placeholder(_) | Self::NewPlaceholder(_)
            )
    }
}

/// A translation with everything it is checked against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate<'a> {
    pub source: &'a str,
    pub translation: &'a str,
    pub pair: &'a LanguagePair,
    /// Ranges of the source that it must contain unchanged.
    pub locked: &'a [Range<usize>],
    /// Glossary terms in the source.
    pub terms: &'a [TermMatch],
}

// Shorter texts, such as names and headings, are often the same in both languages.
const COPIED_CHARS: usize = 20;

/// The faults of a translation, the most serious first.
pub(crate) fn check(candidate: &Candidate<'_>) -> Vec<Reason> {
    let Candidate { source, translation, pair, locked, terms } = *candidate;
    if translation.trim().is_empty() {
        return vec![Reason::Empty];
    }
    let mut reasons = Vec::new();
    if loops::repeats_itself(source, translation) {
        reasons.push(Reason::Repeated);
    }
    reasons.extend(lengths::unlikely(source, translation, pair));
    if source == translation && source.chars().count() > COPIED_CHARS {
        reasons.push(Reason::Copied);
    }
    reasons.extend(scripts::unjustified(candidate).map(Reason::Script));
    let missing = documents::missing_items(source, locked, translation);
    let missing = missing.into_iter().filter_map(|range| source.get(range));
    reasons.extend(missing.map(|text| Reason::Placeholder(text.to_owned())));
    let surplus = documents::surplus_placeholders(source, translation);
    reasons.extend(surplus.into_iter().map(Reason::NewPlaceholder));
    let (missing, new) = numbers::difference(source, translation, pair);
    reasons.extend(missing.into_iter().map(Reason::Number));
    reasons.extend(new.into_iter().map(Reason::NewNumber));
    let missing = terms.iter().filter(|hit| !glossary::is_used(&hit.term, translation, &pair.to));
    reasons.extend(missing.map(|hit| Reason::Term(hit.term.target.clone())));
    reasons
}

/// The numbers of a translation that are missing in the text read back from the document.
pub(crate) fn lost_numbers(translation: &str, read: &str) -> Vec<String> {
    numbers::lost(translation, read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::glossary::Term;

    fn reasons(source: &str, translation: &str) -> Vec<Reason> {
        let pair = "de-en".parse().expect("a pair");
        let locked: Vec<_> = source.match_indices("%s").map(|(at, item)| at..at + item.len()).collect();
        let term = Term { source: "Vertrag".to_owned(), target: "agreement".to_owned() };
        let terms =
            if source.contains("Vertrag") { vec![TermMatch { term, certain: true }] } else { Vec::new() };
        check(&Candidate { source, translation, pair: &pair, locked: &locked, terms: &terms })
    }

    #[test]
    fn good_translations_pass() {
        for (source, translation) in [
            ("Es regnet.", "It's raining."),
            ("Der Vertrag gilt.", "The agreement is valid."),
            ("Am 5.3.2024 um 14:30 Uhr.", "On 5 March 2024 at 14:30."),
            ("Hallo %s!", "Hello %s!"),
            ("Microsoft Windows", "Microsoft Windows"),
            ("Nein, nein, nein, nein, nein!", "No, no, no, no, no!"),
        ] {
            assert_eq!(reasons(source, translation), [], "{source}");
        }
    }

    #[test]
    fn every_fault_is_named() {
        let long = "Das ist ein ganz gewöhnlicher Satz über das Wetter und die Leute.";
        let cases = [
            (long, "", Reason::Empty),
            (long, "  ", Reason::Empty),
            (long, "That is a sentence about about about about about about.", Reason::Repeated),
            (long, "So.", Reason::Short),
            (
                "Es regnet.",
                "It is raining cats and dogs, and nobody knows when it is going to stop again.",
                Reason::Long,
            ),
            (long, long, Reason::Copied),
            ("Es regnet.", "It is 雨.", Reason::Script("雨".into())),
            ("Es kostet 300 Euro.", "It costs euros.", Reason::Number("300".into())),
            ("Es kostet viel Geld.", "It costs 300 euros.", Reason::NewNumber("300".into())),
            ("Hallo %s!", "Hello s!", Reason::Placeholder("%s".into())),
            ("Hallo %s und %s!", "Hello %s!", Reason::Placeholder("%s".into())),
            ("Hallo %s!", "Hello %s %s!", Reason::NewPlaceholder("%s".into())),
            ("Hallo du!", "Hello {name}!", Reason::NewPlaceholder("{name}".into())),
            ("Der Vertrag gilt.", "The contract is valid.", Reason::Term("agreement".into())),
        ];
        for (source, translation, reason) in cases {
            assert!(reasons(source, translation).contains(&reason), "{reason:?}: {translation}");
        }
    }
}
