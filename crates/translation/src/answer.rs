//! An answer's tokens → text, the words worth a second look, and the report.

use documents::Link;
use engine::{Output, Status, Token};
use model_files::Tokenizer;
use serde::{Deserialize, Serialize};

use crate::checks::Reason;
use crate::error::Result;
use crate::glossary::Terms;
use crate::room::Speaker;

/// A word that the models were not sure of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UncertainWord {
    /// Where it begins in the text, in UTF-16 units.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What else was likely there, likeliest first.
    pub alternatives: Vec<String>,
    /// Confidence in the least likely of its tokens, between 0 and 1.
    pub probability: f32,
}

/// How it stands with a sentence. What is not said in words here is in its [`Reason`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SentenceStatus {
    /// Translated, and no check fired.
    Done,
    /// Translated before, by a person or with the same models and settings.
    Reused,
    /// Written by a person in review.
    Edited,
    /// Translated, but a person should look at it.
    Doubtful,
    /// It could not be translated; the source stands in its place.
    Kept,
    /// There was nothing to translate.
    Copied,
}

impl SentenceStatus {
    /// Whether there is a translation that differs from copying.
    pub fn is_translated(self) -> bool {
        !matches!(self, Self::Kept | Self::Copied)
    }

    /// Whether a person should look at it.
    pub fn is_to_review(self) -> bool {
        matches!(self, Self::Doubtful | Self::Kept)
    }
}

/// A token as the report shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TokenReport {
    /// Token id.
    pub id: u32,
    /// Its text.
    pub text: String,
    /// Natural logarithm of its probability under the sum.
    pub log_probability: f32,
    /// The most likely tokens in its place.
    pub alternatives: Vec<(String, f32)>,
    /// For each term of the recipe in its order, the model's own most likely tokens before the sum.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub votes: Vec<Vec<(String, f32)>>,
}

/// A sentence as the report shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SentenceReport {
    /// The sentence.
    pub source: String,
    /// Its translation.
    pub translation: String,
    /// How it stands.
    pub status: SentenceStatus,
    /// Why it is worth a second look.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// Documents: the terms of the glossary that stand in it.
    #[serde(skip_serializing_if = "Terms::is_empty")]
    pub terms: Terms,
    /// Mean log-probability a token (beam search: its score).
    pub score: f32,
    /// Further translations, best first (n-best).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
    /// Which words of the translation came from which; empty unless the document's markup has to find them.
    #[serde(skip)]
    pub links: Vec<Link>,
    /// Its tokens; empty unless a report was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<TokenReport>,
}

impl SentenceReport {
    /// A sentence whose source stands in its place.
    pub(crate) fn kept(source: &str, status: SentenceStatus) -> Self {
        Self {
            source: source.to_owned(),
            translation: source.to_owned(),
            status,
            reasons: Vec::new(),
            terms: Terms::default(),
            score: 0.0,
            others: Vec::new(),
            links: Vec::new(),
            tokens: Vec::new(),
        }
    }
}

// Below this a word is worth a second look: the runner-up is then nearly as likely.
const DOUBTFUL: f32 = 0.45;

/// The text of tokens without their end token; while streaming, an unfinished character waits.
pub(crate) fn text_of(tokenizer: &Tokenizer, tokens: &[Token], end_tokens: &[u32]) -> Result<String> {
    let ids: Vec<u32> = tokens.iter().map(|token| token.id).filter(|id| !end_tokens.contains(id)).collect();
    let text = tokenizer.decode(&ids)?;
    Ok(text.trim_end_matches('\u{fffd}').trim().to_owned())
}

/// How likely a token was, on one model's scale: a sum of several models' logits is sharper than each of them, so
/// the likelihoods in its list are taken to the power 1 / `sharpness` (Σ|weight|) and made to sum to one.
fn confidence(token: &Token, sharpness: f32) -> f32 {
    let share = |log_probability: f32| (log_probability / sharpness.max(1.0)).exp();
    let others =
        token.alternatives.iter().filter(|(id, _)| *id != token.id).map(|(_, p)| share(*p)).sum::<f32>();
    share(token.log_probability) / (share(token.log_probability) + others)
}

/// The words of one sentence that hold a doubtful token; offsets count from the sentence's start.
pub(crate) fn doubts(
    tokenizer: &Tokenizer,
    tokens: &[Token],
    speaker: &Speaker,
) -> Result<Vec<UncertainWord>> {
    let end_tokens = &speaker.end_tokens;
    let mut found: Vec<UncertainWord> = Vec::new();
    let text = text_of(tokenizer, tokens, end_tokens)?;
    let mut before = 0;
    for (i, token) in tokens.iter().enumerate() {
        let here = text_of(tokenizer, &tokens[..=i], end_tokens)?;
        let after = here.len().min(text.len());
        let probability = confidence(token, speaker.sharpness);
        if probability < DOUBTFUL
            && after > before
            && text.is_char_boundary(before)
            && text.is_char_boundary(after)
        {
            let (start, end) = word_around(&text, before, after);
            let units = |bytes: usize| text[..bytes].encode_utf16().count();
            let alternatives = token
                .alternatives
                .iter()
                .filter(|(id, _)| *id != token.id && !end_tokens.contains(id))
                .filter_map(|(id, _)| tokenizer.decode(&[*id]).ok())
                .map(|text| text.trim().to_owned())
                .filter(|text| !text.is_empty() && !text.contains('\u{fffd}'))
                .take(3)
                .collect();
            let doubt = UncertainWord { start: units(start), end: units(end), alternatives, probability };
            match found.last_mut() {
                Some(last) if last.end > doubt.start => last.probability = last.probability.min(probability),
                _ => found.push(doubt),
            }
        }
        before = after;
    }
    Ok(found)
}

// From `start` back and from `end` on to the edges of the word, without spaces.
fn word_around(text: &str, start: usize, end: usize) -> (usize, usize) {
    let inner = text[start..end].trim_start();
    let start = end - inner.len();
    let head = text[..start]
        .rfind(|c: char| !c.is_alphanumeric())
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let tail = text[end..].find(|c: char| !c.is_alphanumeric()).map_or(text.len(), |at| end + at);
    let head = if inner.starts_with(char::is_alphanumeric) { head } else { start };
    (head, if inner.ends_with(char::is_alphanumeric) { tail } else { end })
}

/// The report of a finished sentence.
pub(crate) fn report(
    tokenizer: &Tokenizer,
    source: &str,
    outputs: &[Output],
    speaker: &Speaker,
    with_tokens: bool,
) -> Result<SentenceReport> {
    let end_tokens = &speaker.end_tokens;
    let mut others = Vec::new();
    for output in outputs.iter().skip(1) {
        others.push(text_of(tokenizer, &output.tokens, end_tokens)?);
    }
    let named = |list: &[(u32, f32)]| -> Vec<(String, f32)> {
        list.iter().map(|(id, p)| (tokenizer.decode(&[*id]).unwrap_or_default(), *p)).collect()
    };
    let Some(best) = outputs.first() else {
        return Ok(SentenceReport { others, ..SentenceReport::kept(source, SentenceStatus::Kept) });
    };
    let tokens = best.tokens.iter().filter(|_| with_tokens).map(|token| TokenReport {
        id: token.id,
        text: tokenizer.decode(&[token.id]).unwrap_or_default(),
        log_probability: token.log_probability,
        alternatives: named(&token.alternatives),
        votes: speaker
            .seats
            .iter()
            .filter_map(|&seat| token.votes.get(seat))
            .map(|vote| named(vote))
            .collect(),
    });
    Ok(SentenceReport {
        translation: text_of(tokenizer, &best.tokens, end_tokens)?,
        reasons: match best.status {
            Status::Ended => Vec::new(),
            Status::Limit => vec![Reason::CutOff],
            Status::Repeated => vec![Reason::Repeated],
        },
        score: best.score,
        others,
        tokens: tokens.collect(),
        ..SentenceReport::kept(source, SentenceStatus::Done)
    })
}
