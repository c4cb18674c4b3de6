//! What speculative decoding gains on a direction's test sentences, decoded one after another.

use std::time::Instant;

use engine::{Batch, BatchOptions, Device, Drafts, Joint, Request};
use serde::{Deserialize, Serialize};

use super::LoadedModel;
use super::timing::Share;
use crate::error::Result;
use crate::languages::LanguagePair;
use crate::model_set::ModelSet;
use crate::requests::RequestBuilder;
use crate::set_test::sentences;

/// Drafts of a round: best for the weights that are read where a draft is right four times of five.
const DRAFTS: u32 = 3;

/// Speculative decoding beside plain decoding of the same sentences.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DraftCost {
    /// Tokens drafted in a round.
    pub drafts: u32,
    /// Share of the drafts that were what the sum chose.
    pub acceptance: f32,
    /// Tokens that a round gives.
    pub tokens_per_round: f32,
    /// Bytes of weights read per token.
    pub weight_bytes_per_token: u64,
    /// Kernel dispatches per token.
    pub dispatches_per_token: f32,
    /// New tokens per second of one sequence.
    pub tokens_per_s: f32,
    /// The same without drafts.
    pub plain_tokens_per_s: f32,
}

/// Decodes the sentences of a pair with and without drafts, as many as fit the time, at least one; no costs if the pair has
/// no sentences.
pub(super) fn draft_cost(
    device: &Device,
    (set, group): (&ModelSet, &[LoadedModel]),
    pair: &LanguagePair,
    joint: Joint,
    share: &Share<'_>,
) -> Result<Option<DraftCost>> {
    let Some(model) = group.first() else { return Ok(None) };
    let builder = RequestBuilder::new(set, &joint, &model.tokenizer, pair)?;
    let mut requests = Vec::new();
    for sentence in sentences(&pair.from) {
        requests.extend(builder.request(sentence, "", &Request::default())?);
    }
    let Some(first) = requests.first() else { return Ok(None) };
    let mut plain = Batch::new(joint, BatchOptions::default());
    let plain_speed = tokens_per_s(&mut plain, &requests, share)?;
    let drafts = Drafts::Fixed(DRAFTS);
    let mut drafted = Batch::new(plain.into_joint(), BatchOptions { drafts, ..BatchOptions::default() });
    let speed = tokens_per_s(&mut drafted, &requests, share)?;
    let counts = drafted.draft_counts();
    let (Some(plain_tokens_per_s), Some(tokens_per_s)) = (plain_speed, speed) else { return Ok(None) };

    // Not submitted ahead, an output of one token takes one round.
    let mut counted = Batch::new(drafted.into_joint(), BatchOptions { drafts, ahead: 1 });
    let mut run = |limit| -> Result<(u64, u64)> {
        let before = (device.counters().dispatches, counted.draft_counts().rounds);
        counted.run(vec![Request { limit, ..first.clone() }])?;
        Ok((device.counters().dispatches - before.0, counted.draft_counts().rounds - before.1))
    };
    run(1)?;
    let (short, long) = (run(1)?, run(first.limit)?);
    let of_round = |all: u64, rounds: u64| all as f32 / rounds.max(1) as f32;
    let tokens_per_round = of_round(counts.rounds + counts.accepted, counts.rounds);
    let bytes: Vec<u64> = group.iter().map(|model| model.llama.bytes_per_token()).collect();
    let drafting = bytes.iter().min().copied().unwrap_or(0);
    let round_bytes = bytes.iter().sum::<u64>() + u64::from(DRAFTS) * drafting;
    Ok(Some(DraftCost {
        drafts: DRAFTS,
        acceptance: of_round(counts.accepted, counts.drafted),
        tokens_per_round,
        weight_bytes_per_token: (round_bytes as f32 / tokens_per_round) as u64,
        dispatches_per_token: of_round(long.0 - short.0, long.1 - short.1) / tokens_per_round,
        tokens_per_s,
        plain_tokens_per_s,
    }))
}

// New tokens per second of one request after another, without the first one, which compiles pipelines.
fn tokens_per_s(batch: &mut Batch, requests: &[Request], share: &Share<'_>) -> Result<Option<f32>> {
    let Some((first, rest)) = requests.split_first() else { return Ok(None) };
    batch.run(vec![first.clone()])?;
    let (started, mut tokens) = (Instant::now(), 0);
    for request in rest {
        if tokens > 0 && share.is_over() {
            break;
        }
        tokens += batch.run(vec![request.clone()])?.iter().map(|output| output.tokens.len()).sum::<usize>();
    }
    Ok((tokens > 0).then(|| tokens as f32 / started.elapsed().as_secs_f32()))
}
