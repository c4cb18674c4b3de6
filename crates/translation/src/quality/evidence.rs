//! What decoding tells of a translation.

use engine::Token;
use serde::{Deserialize, Serialize};

/// Names of the features of the cheap estimate, which needs no pass besides decoding, in the order of
/// [`Evidence::features`]. Dropped, since they add nothing to these on held-out lines of the starter models: the worst
/// window of tokens and the least likely token, the ratio of the lengths, the disagreement of the models' votes, each
/// model's own log-probability, entropy, repeated words.
pub const FEATURES: [&str; 3] =
    ["mean log-probability", "source length in tokens", "source tokens a character"];

/// Tokens and characters that are added to those of the source before they are compared: its end mark alone would make a
/// sentence of one word look rare.
const PRIOR: (u32, u32) = (4, 16);

/// The name of the feature that the full estimate has besides [`FEATURES`].
pub const RECONSTRUCTION: &str = "reconstruction";

/// What decoding tells of a translation. Log-probabilities are natural logarithms on one model's scale.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Tokens of the source.
    pub source_tokens: u32,
    /// Characters of the source.
    pub source_characters: u32,
    /// Tokens of the translation, with the one that ends it.
    pub target_tokens: u32,
    /// Mean log-probability of its tokens.
    pub mean: f32,
    /// Mean log-probability of a token of the source, given the translation; none if it was not computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reconstruction: Option<f32>,
}

impl Evidence {
    /// The evidence of decoded tokens for a source of `source_tokens` tokens; none without any.
    pub(crate) fn of(tokens: &[Token], source: &str, source_tokens: usize) -> Option<Self> {
        let sum: f32 = tokens.iter().map(|token| token.log_probability).sum();
        (!tokens.is_empty()).then(|| Self {
            source_tokens: source_tokens as u32,
            source_characters: source.chars().count() as u32,
            target_tokens: tokens.len() as u32,
            mean: sum / tokens.len() as f32,
            reconstruction: None,
        })
    }

    /// The evidence of several parts together: means by tokens. None without parts. It has a reconstruction if
    /// all parts have one.
    pub fn join<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Option<Self> {
        parts.into_iter().copied().reduce(|a, b| {
            let mean = |a: f32, b: f32, (of_a, of_b): (u32, u32)| {
                (a * of_a as f32 + b * of_b as f32) / (of_a + of_b).max(1) as f32
            };
            let sources = (a.source_tokens, b.source_tokens);
            Self {
                source_tokens: a.source_tokens + b.source_tokens,
                source_characters: a.source_characters + b.source_characters,
                target_tokens: a.target_tokens + b.target_tokens,
                mean: mean(a.mean, b.mean, (a.target_tokens, b.target_tokens)),
                reconstruction: a.reconstruction.zip(b.reconstruction).map(|(a, b)| mean(a, b, sources)),
            }
        })
    }

    /// The features of the cheap estimate, [`FEATURES`].
    pub fn features(&self) -> Vec<f64> {
        let count = |number: u32| f64::from(number.max(1)).ln();
        let source = count(self.source_tokens);
        let (tokens, characters) = PRIOR;
        let rarity = count(self.source_tokens + tokens) - count(self.source_characters + characters);
        vec![f64::from(self.mean), source, rarity]
    }

    /// The features of the full estimate: [`FEATURES`] and [`RECONSTRUCTION`]. None without a reconstruction.
    pub fn full_features(&self) -> Option<Vec<f64>> {
        let reconstruction = f64::from(self.reconstruction?);
        Some(self.features().into_iter().chain([reconstruction]).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(log_probability: f32) -> Token {
        Token { id: 7, log_probability, alternatives: Vec::new(), votes: Vec::new() }
    }

    fn evidence(log_probabilities: &[f32], source: &str, source_tokens: usize) -> Evidence {
        let tokens: Vec<Token> = log_probabilities.iter().copied().map(token).collect();
        Evidence::of(&tokens, source, source_tokens).expect("there are tokens")
    }

    #[test]
    fn tokens_and_source_become_features() {
        let found = evidence(&[-1.0, -3.0, -2.0], "äöü ab", 3);
        assert_eq!((found.mean, found.target_tokens), (-2.0, 3));
        assert_eq!((found.source_tokens, found.source_characters), (3, 6));
        assert_eq!(Evidence::of(&[], "a", 1), None);
        let features = found.features();
        assert_eq!(features.len(), FEATURES.len());
        assert!(
            (features[1] - 3.0_f64.ln()).abs() < 1e-12 && (features[2] - (7.0_f64 / 22.0).ln()).abs() < 1e-12
        );
        assert_eq!(found.full_features(), None);
        let full = Evidence { reconstruction: Some(-0.5), ..found };
        assert_eq!(full.full_features().expect("it has one"), [&features[..], &[-0.5]].concat());
    }

    #[test]
    fn parts_count_by_their_tokens() {
        let first = Evidence { reconstruction: Some(-1.0), ..evidence(&[-1.0, -1.0], "ab", 1) };
        let second = Evidence { reconstruction: Some(-2.0), ..evidence(&[-4.0], "abcd", 3) };
        let both = Evidence::join([&first, &second]).expect("two parts");
        assert_eq!((both.mean, both.reconstruction), (-2.0, Some(-1.75)));
        assert_eq!((both.source_tokens, both.source_characters, both.target_tokens), (4, 6, 3));
        let half = Evidence { reconstruction: None, ..second };
        assert_eq!(Evidence::join([&first, &half]).expect("two parts").reconstruction, None);
        assert_eq!(Evidence::join([]), None);
    }
}
