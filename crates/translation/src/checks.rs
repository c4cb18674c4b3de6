//! What is looked at in every translation, without asking another model: loops, length, copies, numbers, what must
//! stand letter for letter, terms. A check that fires says why; none changes a text.

mod lengths;
mod loops;
mod number_words;
mod numbers;

use serde::{Deserialize, Serialize};

use crate::glossary::{self, TermMatch};
use crate::languages::LanguagePair;

/// Why a translation is worth a second look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "text")]
pub enum Reason {
    /// It repeats itself.
    Repeated,
    /// It ended at its limit.
    CutOff,
    /// It is much shorter than its source lets expect.
    Short,
    /// It is much longer than its source lets expect.
    Long,
    /// It is its source.
    Copied,
    /// There is none.
    Empty,
    /// A number of the source is not in it.
    Number(String),
    /// A number in it is not in the source.
    NewNumber(String),
    /// Code, an address or a placeholder of the source is not in it.
    Placeholder(String),
    /// The translation that the glossary asks for is not in it.
    Term(String),
    /// The models were unsure of most of it.
    Unsure,
    /// The document's markup for it was lost or moved.
    Tag(String),
    /// It would have changed the document's structure, so the source stands there.
    Refused,
    /// A line of the subtitle is longer than readers can follow.
    LongLine,
    /// The document's encoding lacks a character of it, so the document was written as UTF-8.
    Encoding,
    /// The source is longer than the models can read.
    TooLong,
}

impl Reason {
    /// Whether it says that this is no translation, so that the source is better.
    pub fn is_broken(&self) -> bool {
        matches!(self, Self::Repeated | Self::CutOff | Self::Short | Self::Long | Self::Copied | Self::Empty)
    }

    /// Whether it names something that is to stand in the translation and does not.
    pub fn is_something_missing(&self) -> bool {
        matches!(self, Self::Number(_) | Self::Placeholder(_) | Self::Term(_))
    }

    /// Whether another try may mend it.
    pub fn is_worth_a_retry(&self) -> bool {
        self.is_broken() || matches!(self, Self::Number(_) | Self::Placeholder(_))
    }
}

/// A sentence's translation with all that it is compared with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate<'a> {
    pub source: &'a str,
    pub translation: &'a str,
    pub pair: &'a LanguagePair,
    /// What must stand in it letter for letter.
    pub locked: &'a [String],
    /// Terms of the glossary that stand in the source.
    pub terms: &'a [TermMatch],
}

// A name, a heading, "OK.": what is this short is often the same in both languages.
const COPIED_CHARS: usize = 20;

/// What is wrong with a translation, the worst first; nothing if all is well.
pub(crate) fn check(answer: &Candidate<'_>) -> Vec<Reason> {
    let Candidate { source, translation, pair, locked, terms } = *answer;
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
    let lost = locked.iter().filter(|text| !translation.contains(text.as_str()));
    reasons.extend(lost.map(|text| Reason::Placeholder(text.clone())));
    let (missing, new) = numbers::difference(source, translation, pair);
    reasons.extend(missing.into_iter().map(Reason::Number));
    reasons.extend(new.into_iter().map(Reason::NewNumber));
    let missed = terms.iter().filter(|hit| !glossary::is_used(&hit.term, translation, &pair.to));
    reasons.extend(missed.map(|hit| Reason::Term(hit.term.target.clone())));
    reasons
}

/// The numbers of a translation that are not in what was read back of it.
pub(crate) fn lost_numbers(translation: &str, read: &str) -> Vec<String> {
    numbers::lost(translation, read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::glossary::Term;

    fn reasons(source: &str, translation: &str) -> Vec<Reason> {
        let pair = "de-en".parse().expect("a pair");
        let locked = if source.contains("%s") { vec!["%s".to_owned()] } else { Vec::new() };
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
            ("Es kostet 300 Euro.", "It costs euros.", Reason::Number("300".into())),
            ("Es kostet viel Geld.", "It costs 300 euros.", Reason::NewNumber("300".into())),
            ("Hallo %s!", "Hello s!", Reason::Placeholder("%s".into())),
            ("Der Vertrag gilt.", "The contract is valid.", Reason::Term("agreement".into())),
        ];
        for (source, translation, reason) in cases {
            assert!(reasons(source, translation).contains(&reason), "{reason:?}: {translation}");
        }
    }
}
