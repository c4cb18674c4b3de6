//! The models' output tokens → text, words with low confidence, and the report of a sentence.

use engine::{Output, Status, Token};

use crate::checks::Reason;
use crate::error::Result;
use crate::quality::Evidence;
use crate::requests::RequestBuilder;
use crate::segment::utf16_len;
use crate::sentence_report::{SentenceReport, SentenceStatus, TokenReport, UncertainWord};

// Below this the second most likely token is nearly as likely.
const UNCERTAIN: f32 = 0.45;

/// Alternatives reported of each token.
pub(crate) const ALTERNATIVES: u32 = 4;

/// The text of tokens without end tokens and without an incomplete character at the end.
pub(crate) fn text_of(tokens: &[Token], builder: &RequestBuilder) -> Result<String> {
    let ids = tokens.iter().map(|token| token.id).filter(|id| !builder.end_tokens.contains(id));
    let text = builder.tokenizer.decode(&ids.collect::<Vec<u32>>())?;
    Ok(text.trim_end_matches('\u{fffd}').trim().to_owned())
}

/// The probability of a token among itself and its alternatives.
fn confidence(token: &Token) -> f32 {
    let others =
        token.alternatives.iter().filter(|(id, _)| *id != token.id).map(|(_, p)| p.exp()).sum::<f32>();
    token.log_probability.exp() / (token.log_probability.exp() + others)
}

/// The words of one sentence that contain a token with low confidence; offsets count from the start of the sentence.
pub(crate) fn uncertain_words(tokens: &[Token], builder: &RequestBuilder) -> Result<Vec<UncertainWord>> {
    let RequestBuilder { tokenizer, end_tokens, .. } = builder;
    let mut found: Vec<UncertainWord> = Vec::new();
    let text = text_of(tokens, builder)?;
    let mut before = 0;
    for (i, token) in tokens.iter().enumerate() {
        let here = text_of(&tokens[..=i], builder)?;
        let after = here.len().min(text.len());
        let probability = confidence(token);
        if probability < UNCERTAIN
            && after > before
            && text.is_char_boundary(before)
            && text.is_char_boundary(after)
        {
            let (start, end) = word_around(&text, before, after);
            let alternatives = token
                .alternatives
                .iter()
                .filter(|(id, _)| *id != token.id && !end_tokens.contains(id))
                .filter_map(|(id, _)| tokenizer.decode(&[*id]).ok())
                .map(|text| text.trim().to_owned())
                .filter(|text| !text.is_empty() && !text.contains('\u{fffd}'))
                .take(3)
                .collect();
            let (start, end) = (utf16_len(&text[..start]), utf16_len(&text[..end]));
            match found.last_mut() {
                Some(last) if last.end > start => last.probability = last.probability.min(probability),
                _ => found.push(UncertainWord { start, end, alternatives, probability }),
            }
        }
        before = after;
    }
    Ok(found)
}

// Extends `start..end` to whole words, without spaces.
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
    source: &str,
    outputs: &[Output],
    builder: &RequestBuilder,
    with_tokens: bool,
) -> Result<SentenceReport> {
    let tokenizer = &builder.tokenizer;
    let others = outputs.iter().skip(1).map(|output| text_of(&output.tokens, builder));
    let others = others.collect::<Result<_>>()?;
    let named = |list: &[(u32, f32)]| -> Vec<(String, f32)> {
        list.iter().map(|(id, p)| (tokenizer.decode(&[*id]).unwrap_or_default(), *p)).collect()
    };
    let Some(best) = outputs.first() else {
        return Ok(SentenceReport { others, ..SentenceReport::kept(source, SentenceStatus::Kept) });
    };
    let ids = |list: &[(u32, f32)]| list.iter().map(|(id, _)| *id).collect::<Vec<u32>>();
    let tokens = best.tokens.iter().filter(|_| with_tokens).map(|token| {
        let votes = builder.term_to_model.iter().filter_map(|&model| token.votes.get(model));
        TokenReport {
            id: token.id,
            text: tokenizer.decode(&[token.id]).unwrap_or_default(),
            log_probability: token.log_probability,
            alternatives: named(&token.alternatives),
            alternative_ids: ids(&token.alternatives),
            vote_ids: votes.clone().map(|vote| ids(vote)).collect(),
            votes: votes.map(|vote| named(vote)).collect(),
        }
    });
    Ok(SentenceReport {
        translation: text_of(&best.tokens, builder)?,
        reasons: match best.status {
            Status::Ended => Vec::new(),
            Status::Limit => vec![Reason::CutOff],
            Status::Repeated => vec![Reason::Repeated],
        },
        score: best.score,
        evidence: Evidence::of(&best.tokens, source, tokenizer.encode(source)?.len()),
        others,
        tokens: tokens.collect(),
        ..SentenceReport::kept(source, SentenceStatus::Done)
    })
}
