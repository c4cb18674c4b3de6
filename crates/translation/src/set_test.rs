//! A quick test of models: ten built-in sentences a direction, translated and compared with known translations. It
//! notices a wrong prompt, a wrong tokenizer or a broken file; ten sentences say little about quality beyond that.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use evaluation::{Chrf, Metric};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::job::{DecodeOptions, Job, Source};
use crate::languages::LanguagePair;
use crate::sentence_report::SentenceStatus;
use crate::translator::Translator;

/// One row a sentence, one column a language, its code first.
const SENTENCES: &str = include_str!("../../../models/test-sentences.tsv");

/// What the test says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TestVerdict {
    /// The translations resemble the known ones.
    Works,
    /// They resemble them little: small models do so, but so do larger ones with an unsuitable prompt.
    Weak,
    /// They resemble them no more than other text does.
    Broken,
}

/// A sentence of the test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TestedSentence {
    /// The sentence.
    pub source: String,
    /// What the models made of it.
    pub translation: String,
    /// The known translation.
    pub reference: String,
}

/// The result of one direction.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DirectionTest {
    /// The direction.
    pub pair: LanguagePair,
    /// The recipe that was used; `None` = the pair's own.
    pub recipe: Option<String>,
    /// chrF2 of all sentences, 0 to 100.
    pub chrf: f64,
    /// The chrF2 that text without any relation to the sentences reaches here: the untranslated source, or translations
    /// of other sentences, whichever is higher.
    pub unrelated_chrf: f64,
    /// Tokens decoded a second, all sentences together.
    pub tokens_per_second: f32,
    /// The verdict.
    pub verdict: TestVerdict,
    /// What else is wrong, in whole sentences.
    pub remarks: Vec<String>,
    /// The sentences.
    pub sentences: Vec<TestedSentence>,
}

/// Points of chrF above unrelated text that a translation must have to be one at all. Other true sentences of the
/// language reach some 20; real translation models reach 50 to 80, so half the way is far from either.
const BROKEN_MARGIN: f64 = 8.0;
const WEAK_MARGIN: f64 = 20.0;

static TABLE: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let mut table: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut rows = SENTENCES.lines();
    let codes: Vec<&str> = rows.next().unwrap_or_default().split('\t').collect();
    for row in rows {
        for (code, sentence) in codes.iter().zip(row.split('\t')) {
            table.entry(*code).or_default().push(sentence);
        }
    }
    table
});

/// The sentences in a language; none if there are none.
pub(crate) fn sentences(language: &str) -> &'static [&'static str] {
    TABLE.get(language).map_or(&[], Vec::as_slice)
}

/// Whether the direction can be tested.
pub fn can_test(pair: &LanguagePair) -> bool {
    !sentences(&pair.from).is_empty() && !sentences(&pair.to).is_empty()
}

/// Directions that show whether models with these languages work: to and from English, or the first language where there
/// is no English, with at most `most` others.
pub fn test_directions(languages: &[String], most: usize) -> Vec<LanguagePair> {
    let known: Vec<&String> = languages.iter().filter(|code| !sentences(code).is_empty()).collect();
    let Some(hub) = known.iter().find(|code| **code == "en").or(known.first()).copied() else {
        return Vec::new();
    };
    let pair = |from: &String, to: &String| LanguagePair { from: from.clone(), to: to.clone() };
    let others = known.into_iter().filter(|code| *code != hub).take(most);
    others.flat_map(|other| [pair(other, hub), pair(hub, other)]).collect()
}

/// Translates the sentences of one direction. `recipe` and `models` as in [`DecodeOptions`]; none = the pair's own.
///
/// # Errors
/// [`Error::NothingToTest`] without sentences in both languages; [`Error::TestFailed`] with the job's own problem.
pub fn test_direction(
    translator: &Translator,
    pair: &LanguagePair,
    recipe: Option<&str>,
    models: &BTreeMap<String, String>,
) -> Result<DirectionTest> {
    let (sources, references) = (sentences(&pair.from), sentences(&pair.to));
    if sources.is_empty() || references.is_empty() {
        return Err(Error::NothingToTest(pair.clone()));
    }
    let options = DecodeOptions {
        recipe: recipe.map(str::to_owned),
        chosen: models.clone(),
        memory: false,
        glossary: false,
        // The sentences have nothing to do with each other.
        context: 0,
        ..DecodeOptions::default()
    };
    let job = Job { pair: pair.clone(), source: Source::Text(sources.join("\n")), options };
    let result = translator.run(job).map_err(Error::TestFailed)?;
    // A line is a block of its own; its sentences are joined again.
    let translations: Vec<String> =
        result.text.unwrap_or_default().lines().map(|line| line.trim().to_owned()).collect();
    let mut sentences = Vec::with_capacity(sources.len());
    for (index, (source, reference)) in sources.iter().zip(references).enumerate() {
        sentences.push(TestedSentence {
            source: (*source).to_owned(),
            translation: translations.get(index).cloned().unwrap_or_default(),
            reference: (*reference).to_owned(),
        });
    }
    let kept = result.sentences.iter().filter(|report| report.status == SentenceStatus::Kept).count();
    let mut remarks = Vec::new();
    if kept > 0 {
        remarks.push(format!(
            "{kept} of {} sentences were left untranslated, because no output passed the checks.",
            result.sentences.len()
        ));
    }
    if sentences.iter().all(|sentence| sentence.translation == sentence.source) {
        remarks.push("Every sentence came back unchanged.".to_owned());
    }
    let chrf = score(sentences.iter().map(|s| s.translation.as_str()), references)?;
    let unrelated_chrf = unrelated(sources, references)?;
    let verdict = verdict(chrf, unrelated_chrf);
    if verdict == TestVerdict::Broken {
        remarks.push(
            "The output is not a translation. Likely causes: a prompt that the model does not know, a tokenizer that \
            is not its own, a damaged file, or a language that it does not know."
                .to_owned(),
        );
    }
    Ok(DirectionTest {
        pair: pair.clone(),
        recipe: recipe.map(str::to_owned),
        chrf,
        unrelated_chrf,
        tokens_per_second: result.tokens_per_second,
        verdict,
        remarks,
        sentences,
    })
}

fn verdict(chrf: f64, unrelated: f64) -> TestVerdict {
    match chrf - unrelated {
        above if above < BROKEN_MARGIN => TestVerdict::Broken,
        above if above < WEAK_MARGIN => TestVerdict::Weak,
        _ => TestVerdict::Works,
    }
}

// The better of the untranslated source and the references in another order.
fn unrelated(sources: &[&str], references: &[&str]) -> Result<f64> {
    let untranslated = score(sources.iter().copied(), references)?;
    let next = references.iter().cycle().skip(1).take(references.len()).copied();
    Ok(untranslated.max(score(next, references)?))
}

fn score<'a>(hypotheses: impl Iterator<Item = &'a str>, references: &[&str]) -> Result<f64> {
    let hypotheses: Vec<String> = hypotheses.map(str::to_owned).collect();
    let references: Vec<String> = references.iter().map(|line| (*line).to_owned()).collect();
    let chrf = Chrf::default();
    let statistics = chrf.statistics(&hypotheses, &[references])?;
    Ok(chrf.score_of(&statistics.sums()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::language;

    #[test]
    fn the_table_is_complete() {
        assert!(TABLE.len() >= 7);
        for (code, sentences) in TABLE.iter() {
            assert!(language(code).is_some(), "{code}");
            assert_eq!(sentences.len(), 10, "{code}");
            let unique: std::collections::BTreeSet<_> = sentences.iter().collect();
            assert_eq!(unique.len(), 10, "{code}");
            assert!(sentences.iter().all(|line| line.trim() == *line && line.chars().count() > 5), "{code}");
        }
        for code in ["de", "en", "ja", "fr", "es", "it", "pt"] {
            assert!(TABLE.contains_key(code), "{code}");
        }
    }

    /// Whatever the languages, unrelated text is broken, the right letters in the wrong order do not work, and what is
    /// half right is not broken.
    #[test]
    fn verdicts_tell_translations_from_other_text() {
        for from in TABLE.keys() {
            for to in TABLE.keys().filter(|to| *to != from) {
                let (sources, references) = (sentences(from), sentences(to));
                let base = unrelated(sources, references).expect("scores");
                assert!((0.0..45.0).contains(&base), "{from}-{to}: {base}");
                assert_eq!(verdict(base, base), TestVerdict::Broken);
                let reversed: Vec<String> =
                    references.iter().map(|line| line.chars().rev().collect()).collect();
                let nonsense = score(reversed.iter().map(String::as_str), references).expect("scores");
                assert_ne!(verdict(nonsense, base), TestVerdict::Works, "{from}-{to}: {nonsense}");
                // Every second sentence right, the others of another one.
                let mixed = (0..10).map(|i| references[if i % 2 == 0 { i } else { (i + 1) % 10 }]);
                let half = score(mixed, references).expect("scores");
                assert_ne!(verdict(half, base), TestVerdict::Broken, "{from}-{to}: {half} {base}");
                let right = score(references.iter().copied(), references).expect("scores");
                assert_eq!(verdict(right, base), TestVerdict::Works, "{from}-{to}");
            }
        }
    }

    #[test]
    fn directions_go_through_english() {
        let codes = |list: &[&str]| list.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
        let shown = |languages: &[&str], most| {
            let pairs = test_directions(&codes(languages), most);
            pairs.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(shown(&["de", "et", "ja", "en"], 9), "de-en en-de ja-en en-ja");
        assert_eq!(shown(&["de", "ja", "en"], 1), "de-en en-de");
        assert_eq!(shown(&["de", "fr"], 3), "fr-de de-fr");
        assert_eq!(shown(&["et", "lv"], 3), "");
    }
}
