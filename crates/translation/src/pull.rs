//! Pulls locked items into an output that ended without them.
//!
//! The output is decoded again from the position where the models came closest to the item, near the one that the word
//! alignment suggests: the tokens before it and the item's own are given, and the models go on from there. This is what
//! the smallest sufficient logit bonus would do, but it needs one try instead of several, and it cannot end without the
//! item. An output that has its items is not decoded again, so nothing changes for models that keep them by themselves.

use std::borrow::Cow;

use engine::{Output, Request, Token};

/// What a token of distance from the aligned position costs: as much as a token that is e times less likely.
pub(crate) const PER_TOKEN: f32 = 1.0;

/// The most tokens listed at each position of a sentence with locked items.
pub(crate) const LISTED: u32 = 31;

/// The tokens that an output begins with, given instead of decoded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Prefix {
    pub tokens: Vec<Token>,
    /// Their attention to the source, (token, source token), as far as it is known.
    pub attention: Vec<Vec<f32>>,
}

impl Prefix {
    /// The request with the prefix as the end of its prompts.
    pub fn extend(&self, request: &mut Request) {
        let ids = || self.tokens.iter().map(|token| token.id);
        request.prompts.iter_mut().for_each(|prompt| prompt.extend(ids()));
        request.limit = request.limit.saturating_sub(self.tokens.len() as u32).max(1);
    }

    /// The outputs with the prefix as their beginning.
    pub fn complete<'a>(&self, outputs: &'a [Output]) -> Cow<'a, [Output]> {
        if self.tokens.is_empty() {
            return Cow::Borrowed(outputs);
        }
        let complete = |output: &Output| {
            let tokens = [self.tokens.as_slice(), &output.tokens].concat();
            let sum: f32 = tokens.iter().map(|token| token.log_probability).sum();
            let attention = match output.attention.first().map(Vec::len) {
                None => Vec::new(),
                Some(columns) => {
                    let mut given = self.attention.clone();
                    given.resize(self.tokens.len(), vec![0.0; columns]);
                    given.extend_from_slice(&output.attention);
                    given
                }
            };
            let score = sum / tokens.len().max(1) as f32;
            Output { tokens, score, attention, ..output.clone() }
        };
        outputs.iter().map(complete).collect()
    }
}

/// A locked item that an output lacks.
pub(crate) struct MissingItem {
    /// Token ids of its forms.
    pub forms: Vec<Vec<u32>>,
    /// The index of the output token before which the word alignment puts it.
    pub aligned: usize,
}

/// The prefix that brings the first of the missing `items` into an output whose first `given` tokens stay. `None` if no
/// item is listed at any position. A position costs how much less likely the item is there than the chosen token, and
/// `per_token` for each token between it and the aligned one.
pub(crate) fn prefix(output: &Output, given: usize, items: &[MissingItem], per_token: f32) -> Option<Prefix> {
    let found = items.iter().filter_map(|item| cheapest(output, given, item, per_token));
    // Items that belong after the first are looked for again in the new output.
    let (_, at, form, listed) = found.min_by_key(|(_, at, ..)| *at)?;
    let mut tokens = output.tokens.get(..at)?.to_vec();
    let forced = |(index, id): (usize, &u32)| Token {
        id: *id,
        log_probability: if index == 0 { listed } else { 0.0 },
        alternatives: Vec::new(),
        votes: Vec::new(),
    };
    tokens.extend(form.iter().enumerate().map(forced));
    let columns = output.attention.first().map_or(0, Vec::len);
    let mut attention: Vec<Vec<f32>> = output.attention.iter().take(at).cloned().collect();
    if columns > 0 {
        attention.resize(tokens.len(), vec![0.0; columns]);
    }
    Some(Prefix { tokens, attention })
}

/// Where an item costs least: the cost, the position, the form, and its first token's log-probability.
fn cheapest<'a>(
    output: &Output,
    given: usize,
    item: &'a MissingItem,
    per_token: f32,
) -> Option<(f32, usize, &'a [u32], f32)> {
    let positions = output.tokens.iter().enumerate().skip(given);
    let costs = positions.flat_map(|(at, token)| {
        let distance = at.abs_diff(item.aligned) as f32 * per_token;
        item.forms.iter().filter_map(move |form| {
            let (_, listed) = token.alternatives.iter().find(|(id, _)| Some(id) == form.first())?;
            Some((token.log_probability - listed + distance, at, form.as_slice(), *listed))
        })
    });
    costs.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::Status;

    /// An output whose tokens are these, each with its list beside it.
    fn output(tokens: &[(u32, &[(u32, f32)])]) -> Output {
        let token = |(id, list): &(u32, &[(u32, f32)])| Token {
            id: *id,
            log_probability: -0.5,
            alternatives: list.to_vec(),
            votes: Vec::new(),
        };
        Output {
            tokens: tokens.iter().map(token).collect(),
            status: Status::Ended,
            score: -0.5,
            attention: vec![vec![0.5, 0.5]; tokens.len()],
            terms: Vec::new(),
        }
    }

    fn ids(prefix: &Prefix) -> Vec<u32> {
        prefix.tokens.iter().map(|token| token.id).collect()
    }

    #[test]
    fn an_item_begins_where_it_costs_least() {
        let output = output(&[(1, &[(9, -8.0)]), (2, &[(9, -3.0)]), (3, &[(7, -1.0)]), (0, &[(9, -6.0)])]);
        let item = |aligned| MissingItem { forms: vec![vec![9, 10, 11], vec![8, 10, 11]], aligned };
        let found = |given, items: &[MissingItem], per_token| {
            prefix(&output, given, items, per_token).map(|prefix| ids(&prefix))
        };
        assert_eq!(found(0, &[item(3)], 0.0), Some(vec![1, 9, 10, 11]));
        assert_eq!(found(0, &[item(3)], 2.0), Some(vec![1, 2, 3, 9, 10, 11]));
        assert_eq!(found(2, &[item(1)], 2.0), Some(vec![1, 2, 3, 9, 10, 11]), "what is given stays");
        let other = |form: u32| MissingItem { forms: vec![vec![form]], aligned: 0 };
        assert_eq!(found(0, &[other(12)], 0.0), None);
        assert_eq!(found(0, &[other(7), item(1)], 1.0), Some(vec![1, 9, 10, 11]), "the first of two");
        let attention = prefix(&output, 0, &[item(1)], 1.0).expect("is listed").attention;
        assert_eq!(attention, [vec![0.5, 0.5], vec![0.0; 2], vec![0.0; 2], vec![0.0; 2]]);
    }

    #[test]
    fn a_continued_output_has_the_prefix_before_it() {
        let first = output(&[(1, &[]), (2, &[(9, -3.0)])]);
        let item = MissingItem { forms: vec![vec![9, 10]], aligned: 1 };
        let prefix = prefix(&first, 0, &[item], 1.0).expect("is listed");
        let rest = [output(&[(5, &[])])];
        let whole = prefix.complete(&rest);
        let ids: Vec<u32> = whole[0].tokens.iter().map(|token| token.id).collect();
        assert_eq!((ids, whole[0].attention.len()), (vec![1, 9, 10, 5], 4));
        assert!((whole[0].score - (-0.5 - 3.0 - 0.5) / 4.0).abs() < 1e-6);
        assert!(matches!(Prefix::default().complete(&rest), Cow::Borrowed(_)));
    }
}
