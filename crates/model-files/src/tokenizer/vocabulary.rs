//! The tokens of a `tokenizer.json`: an object (token → id) in BPE, a list of (token, score) in Unigram.

use std::collections::HashMap;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::{Error, Result, limits};

/// The tokens of a model.
pub(super) enum Vocabulary {
    /// BPE: the id of each token.
    Ids(HashMap<String, u32>),
    /// Unigram: each token with its log-probability; its position is its id.
    Scores(Vec<(String, f64)>),
}

impl<'de> Deserialize<'de> for Vocabulary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Vocabulary;
            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a vocabulary: tokens with ids, or a list of tokens with scores")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Vocabulary, A::Error> {
                let mut ids = HashMap::new();
                while let Some((token, id)) = map.next_entry()? {
                    ids.insert(token, id);
                }
                Ok(Vocabulary::Ids(ids))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<Vocabulary, A::Error> {
                let mut scores = Vec::new();
                while let Some(token) = list.next_element()? {
                    scores.push(token);
                }
                Ok(Vocabulary::Scores(scores))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl Vocabulary {
    /// Every token with its id.
    pub fn tokens(&self) -> Box<dyn Iterator<Item = (&str, u32)> + '_> {
        match self {
            Self::Ids(ids) => Box::new(ids.iter().map(|(token, id)| (token.as_str(), *id))),
            Self::Scores(scores) => {
                Box::new(scores.iter().zip(0..).map(|((token, _), id)| (token.as_str(), id)))
            }
        }
    }

    /// The id of every token by its text. Refuses a list with equal tokens.
    pub fn ids(&self) -> Result<HashMap<&str, u32>> {
        let found = match self {
            Self::Ids(ids) => ids.len(),
            Self::Scores(scores) => scores.len(),
        };
        if found > limits::VOCABULARY {
            let (limit, found) = (limits::VOCABULARY as u64, found as u64);
            return Err(Error::TooLarge { what: "the vocabulary size", limit, found });
        }
        let mut ids = HashMap::with_capacity(found);
        for (token, id) in self.tokens() {
            if ids.insert(token, id).is_some() {
                return Err(Error::Tokenizer { problem: "a token occurs twice", found: token.into() });
            }
        }
        Ok(ids)
    }
}
