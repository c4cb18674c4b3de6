//! Beam search: the best continuations side by side, one per slot.

use kernels::Feed;
use kernels::pick::Choice;

use crate::error::Result;
use crate::glossary;
use crate::joint::{BatchEntry, DecodeStart, Joint, PickedToken};
use crate::sequence::{BeamOptions, Output, Request, Status, Token, cut_repetitions, prompt_tokens};
use crate::stop::{repeated_tail, repeats};

struct Hypothesis {
    slot: u32,
    tokens: Vec<Token>,
    sum: f32,
}

impl Hypothesis {
    fn ids(&self) -> Vec<u32> {
        self.tokens.iter().map(|token| token.id).collect()
    }
}

/// Runs one request, accepted by [`BeamOptions::accept`], to its end in slots 0…beams, which must be free.
pub(crate) fn search(joint: &mut Joint, request: &Request, options: &BeamOptions) -> Result<Vec<Output>> {
    let beams = options.kept();
    let starts: Vec<DecodeStart> = request.prompts.iter().map(|prompt| DecodeStart::after(prompt)).collect();
    for (model, prompt) in request.prompts.iter().enumerate() {
        if !joint.takes_part(model, request) {
            continue;
        }
        let tokens: Vec<_> = prompt_tokens(prompt, 0, 0).collect();
        joint.prefill(model, &tokens)?;
        for slot in 1..beams {
            joint.copy_slot(model, (0, slot), 0..starts[model].position)?;
        }
    }
    let most =
        joint.context().saturating_sub(starts.iter().map(|start| start.position).max().unwrap_or(0) + 1);
    let mut live = vec![Hypothesis { slot: 0, tokens: Vec::new(), sum: 0.0 }];
    let mut finished: Vec<Output> = Vec::new();
    for step in 0..request.limit.min(most) {
        let batch = live.iter().map(|hypothesis| BatchEntry {
            slot: hypothesis.slot,
            starts: starts.clone(),
            feed: Feed { token: hypothesis.tokens.last().map_or(0, |token| token.id), step },
            choice: Choice::GREEDY,
            weights: request.weights.clone(),
        });
        joint.set_batch(batch.collect())?;
        let biases: Vec<_> = live.iter().map(|h| glossary::biases(&request.glossary, &h.ids())).collect();
        let pending = joint.step((2 * beams).max(request.alternatives), request.votes, &biases)?;
        let picked = joint.wait(pending)?;
        let candidates = ranked(&live, &picked, 2 * beams as usize);
        let mut chosen = Vec::new();
        for (rank, (parent, id, log_probability)) in candidates.into_iter().enumerate() {
            let token = token_of(&picked[parent], id, log_probability, request);
            let sum = live[parent].sum + log_probability;
            let mut tokens = live[parent].tokens.clone();
            tokens.push(token);
            let ends = request.end_tokens.contains(&id);
            // An end that ranks below the beams would crowd out better outputs that are not finished yet.
            if ends && rank < beams as usize {
                finished.push(output(tokens, Status::Ended, sum, request, options));
            } else if !ends && chosen.len() < beams as usize {
                chosen.push((parent, Hypothesis { slot: 0, tokens, sum }));
            }
        }
        if finished.len() >= beams as usize {
            break;
        }
        live = assign_slots(joint, &live, chosen, (beams, &starts, step + 1))?;
        if live.iter().all(|h| repeated_tail(&h.ids()).is_some()) && !repeats(&request.source) {
            break;
        }
    }
    if finished.is_empty() {
        for hypothesis in live {
            let ids = hypothesis.ids();
            let status = if repeated_tail(&ids).is_some() { Status::Repeated } else { Status::Limit };
            let mut tokens = hypothesis.tokens;
            if status == Status::Repeated {
                cut_repetitions(&mut tokens, &ids);
            }
            finished.push(output(tokens, status, hypothesis.sum, request, options));
        }
    }
    finished.sort_by(|a, b| b.score.total_cmp(&a.score));
    finished.truncate(options.n_best.max(1) as usize);
    if let Some(best) = finished.first_mut().filter(|_| !request.align.is_empty()) {
        // The slots hold the caches of the last hypotheses, so compute that of the prompt again.
        for (model, prompt) in request.prompts.iter().enumerate() {
            joint.prefill(model, &prompt_tokens(prompt, 0, 0).collect::<Vec<_>>())?;
        }
        best.attention = joint.attention(0, request, &best.ids())?;
    }
    Ok(finished)
}

fn score(sum: f32, length: usize, options: &BeamOptions) -> f32 {
    sum / (length.max(1) as f32).powf(options.length_penalty)
}

fn output(tokens: Vec<Token>, status: Status, sum: f32, request: &Request, options: &BeamOptions) -> Output {
    let score = score(sum, tokens.len(), options);
    Output { score, ..Output::new(tokens, status, &request.glossary) }
}

// The best continuations of all live hypotheses as (parent, token, log p), best sum first.
fn ranked(live: &[Hypothesis], picked: &[PickedToken], count: usize) -> Vec<(usize, u32, f32)> {
    let mut all: Vec<_> = picked
        .iter()
        .enumerate()
        .flat_map(|(parent, picked)| picked.list.iter().map(move |&(id, p)| (parent, id, p)))
        .collect();
    all.sort_by(|a, b| {
        (live[b.0].sum + b.2).total_cmp(&(live[a.0].sum + a.2)).then((a.0, a.1).cmp(&(b.0, b.1)))
    });
    all.truncate(count);
    all
}

fn token_of(picked: &PickedToken, id: u32, log_probability: f32, request: &Request) -> Token {
    let alternatives = picked.list.iter().copied().take(request.alternatives as usize).collect();
    Token { id, log_probability, alternatives, votes: picked.votes.clone() }
}

// A parent's first child keeps its slot; further children get free slots and a copy of its cache.
fn assign_slots(
    joint: &Joint,
    live: &[Hypothesis],
    chosen: Vec<(usize, Hypothesis)>,
    (beams, starts, steps): (u32, &[DecodeStart], u32),
) -> Result<Vec<Hypothesis>> {
    let mut free: Vec<u32> = (0..beams).collect();
    free.retain(|slot| !chosen.iter().any(|(parent, _)| live[*parent].slot == *slot));
    let mut kept = vec![false; live.len()];
    let mut placed = Vec::with_capacity(chosen.len());
    for (parent, mut hypothesis) in chosen {
        let source = live[parent].slot;
        hypothesis.slot = source;
        if std::mem::replace(&mut kept[parent], true) {
            let Some(slot) = free.pop() else { continue };
            for (model, start) in starts.iter().enumerate() {
                joint.copy_slot(model, (source, slot), start.position..start.position + steps)?;
            }
            hypothesis.slot = slot;
        }
        placed.push(hypothesis);
    }
    Ok(placed)
}
