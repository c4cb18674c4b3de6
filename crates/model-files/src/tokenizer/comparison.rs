//! Whether two tokenizers treat every text alike, so that their models' logits can be summed.

use sha2::{Digest, Sha256};

use super::Tokenizer;

impl Tokenizer {
    /// Describes the first difference to `other` in the treatment of a text or an id; `None` if models with these
    /// tokenizers can be decoded together. Reserved tokens, which no text contains, may differ in name.
    pub fn first_difference(&self, other: &Self) -> Option<String> {
        let size = self.vocab_size().max(other.vocab_size());
        for id in (0..).take(size) {
            let (ours, theirs) = (self.text(id), other.text(id));
            let reserved = [ours, theirs].iter().flatten().any(|text| text.contains("reserved"));
            let both_added = self.is_added(ours) && other.is_added(theirs);
            if ours != theirs && !(reserved && both_added) {
                return Some(format!("token {id} is {ours:?} in one and {theirs:?} in the other"));
            }
            if self.is_added(ours) != other.is_added(theirs) {
                return Some(format!("token {id} is an added token in only one: {ours:?}"));
            }
        }
        let names = self.settings.iter().chain(&other.settings).map(|(name, _)| *name);
        for name in names {
            let value = |of: &Self| of.settings.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone());
            let (ours, theirs) = (value(self).unwrap_or_default(), value(other).unwrap_or_default());
            if ours != theirs {
                return Some(format!("the {name} is {ours} in one and {theirs} in the other"));
            }
        }
        let tokens = self.scores.len().max(other.scores.len());
        if let Some(id) = (0..tokens).find(|id| self.scores.get(*id) != other.scores.get(*id)) {
            let (ours, theirs) = (self.scores.get(id), other.scores.get(id));
            let text = self.text(id as u32).unwrap_or_default();
            return Some(format!(
                "the score of token {id} ({text:?}) is {ours:?} in one and {theirs:?} in the other"
            ));
        }
        let merges = self.merges.len().max(other.merges.len());
        let rank = (0..merges).find(|rank| self.merges.get(*rank) != other.merges.get(*rank))?;
        let (ours, theirs) = (self.merge(rank), other.merge(rank));
        Some(format!("merge {rank} is {ours:?} in one and {theirs:?} in the other"))
    }

    /// A hexadecimal hash of everything that [`Tokenizer::first_difference`] compares except the names of added tokens.
    /// Models with different fingerprints cannot be decoded together.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        let mut add =
            |text: &str| hash.update([&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat());
        for token in &self.tokens {
            let text = token.as_deref();
            // Added tokens and unused ids are hashed as empty text, which no token has.
            add(text.filter(|_| !self.is_added(text)).unwrap_or_default());
        }
        self.settings.iter().for_each(|(name, value)| add(&format!("{name} {value}")));
        self.merges.iter().for_each(|(left, right)| add(&format!("{left} {right}")));
        self.scores.iter().for_each(|score| add(&format!("{score}")));
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn is_added(&self, text: Option<&str>) -> bool {
        text.is_none_or(|text| self.added.contains_key(text))
    }

    fn merge(&self, rank: usize) -> Option<(&str, &str)> {
        let (left, right) = self.merges.get(rank)?;
        Some((self.text(*left)?, self.text(*right)?))
    }
}
