//! Picks the attention heads of a model that best predict word alignment, measured on annotated sentence pairs.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use engine::{Device, Llama, Probe};
use model_files::{Model, Tokenizer};
use serde::Serialize;

use super::marked::{Marked, MarkedPair, STARTING_PAIRS};
use super::{Pieces, best_sources, word_attention, words};
use crate::catalog::{Catalog, ModelLocation};
use crate::error::{Error, Result};
use crate::gpu_adapters::open_tested;
use crate::languages::LanguagePair;
use crate::prompt::Prompt;
use crate::setup::Setup;

// Maximum number of heads, and the accuracy that a further head must add, since each makes every pass longer.
const MAX_HEADS: usize = 4;
const MIN_GAIN: f32 = 0.005;
// Maximum length of prompt and translation in tokens; longer pairs are left out.
const CONTEXT: u32 = 256;

/// A head and its accuracy alone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HeadScore {
    /// Layer and head.
    pub head: [usize; 2],
    /// Share of the annotated words whose source word it finds.
    pub accuracy: f32,
}

/// The heads that were picked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PickedHeads {
    /// In the order in which they were picked, with the accuracy of each alone.
    pub heads: Vec<HeadScore>,
    /// Share of the annotated words whose source word their mean finds.
    pub accuracy: f32,
    /// Number of annotated words.
    pub words: usize,
}

/// A sentence pair with the attention of all heads.
struct PairAttention {
    /// For each head, (target word, source word).
    sums: Vec<Vec<Vec<f32>>>,
    /// For each annotated target word, its source words.
    known: Vec<(usize, Vec<usize>)>,
}

/// Picks the heads of a model whose mean attention finds most of the annotated words, in both directions of the pairs
/// whose languages it supports; adds one head at a time while the accuracy rises.
///
/// # Errors
/// A model without a prompt or tokenizer, without a language of the pairs, or that cannot be run.
pub fn pick_heads(
    device: &Device,
    model: &Model,
    pairs: &[MarkedPair],
    on_progress: &mut dyn FnMut(usize, usize),
) -> Result<PickedHeads> {
    let (info, tokenizer) = (model.info(), model.tokenizer()?);
    let shape = info.architecture;
    let all: Vec<[usize; 2]> =
        (0..shape.layers).flat_map(|layer| (0..shape.heads).map(move |head| [layer, head])).collect();
    let mut llama = Llama::load(device, model, &mut |_, _| {})?;
    llama.set_alignment_heads(&all);
    let mut probe = Probe::new(device, &[(Arc::new(llama), 1.0)], CONTEXT)?;
    let template = info.prompt.as_deref().ok_or_else(|| Error::MissingTerm(info.name.clone()))?;
    let knows = |language: &String| info.languages.is_empty() || info.languages.contains(language);
    let both = pairs.iter().flat_map(|pair| [pair.clone(), pair.reversed()]);
    let known: Vec<MarkedPair> = both.filter(|pair| knows(&pair.from) && knows(&pair.to)).collect();
    let mut prompts: HashMap<(String, String), Prompt> = HashMap::new();
    let mut measured = Vec::with_capacity(known.len());
    for (index, pair) in known.iter().enumerate() {
        on_progress(index, known.len());
        let languages = LanguagePair { from: pair.from.clone(), to: pair.to.clone() };
        let prompt = match prompts.entry((pair.from.clone(), pair.to.clone())) {
            std::collections::hash_map::Entry::Occupied(made) => made.into_mut(),
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(Prompt::parse(template, &tokenizer, &languages)?)
            }
        };
        measured.extend(attention_of(&mut probe, prompt, &tokenizer, (pair, all.len()))?);
    }
    if measured.is_empty() {
        return Err(Error::NothingMarked(info.languages.join(", ")));
    }
    Ok(pick(&all, &measured))
}

/// The attention of all heads over a given translation; none if it does not fit the context.
fn attention_of(
    probe: &mut Probe,
    prompt: &Prompt,
    tokenizer: &Tokenizer,
    (pair, heads): (&MarkedPair, usize),
) -> Result<Option<PairAttention>> {
    let located = prompt.locate(&pair.source.text, "", tokenizer)?;
    let output = tokenizer.encode(&pair.target.text)?;
    if located.ids.len() + output.len() >= CONTEXT as usize {
        return Ok(None);
    }
    let read = probe.attention(&located.ids, &output, &located.source)?.swap_remove(0);
    let source = Pieces { text: pair.source.text.clone(), ranges: located.pieces };
    let target = Pieces::of_output(tokenizer, &output)?;
    let (from, to) = (words(&source.text, &source.ranges), words(&target.text, &target.ranges));
    let rows = |head| (0..read.tokens()).map(|token| read.row(token, head).to_vec()).collect::<Vec<_>>();
    let sums = (0..heads).map(|head| word_attention((&source, &from), (&target, &to), &rows(head))).collect();
    Ok(Some(PairAttention { sums, known: known((&pair.source, &from), (&pair.target, &to)) }))
}

fn known(
    (source, from): (&Marked, &[Range<usize>]),
    (target, to): (&Marked, &[Range<usize>]),
) -> Vec<(usize, Vec<usize>)> {
    let marked = to.iter().enumerate().filter_map(|(index, word)| Some((index, target.number_at(word)?)));
    let with = |number: u32| {
        let same = from.iter().enumerate().filter(move |(_, word)| source.number_at(word) == Some(number));
        same.map(|(index, _)| index).collect::<Vec<_>>()
    };
    marked.map(|(index, number)| (index, with(number))).filter(|(_, from)| !from.is_empty()).collect()
}

/// Greedily adds the head that raises the accuracy of the mean most, until none does.
fn pick(all: &[[usize; 2]], pairs: &[PairAttention]) -> PickedHeads {
    let total: usize = pairs.iter().map(|pair| pair.known.len()).sum();
    let right = |chosen: &[usize]| -> usize { pairs.iter().map(|pair| pair.right(chosen)).sum() };
    let share = |right: usize| right as f32 / total.max(1) as f32;
    let mut chosen: Vec<usize> = Vec::new();
    let mut best = 0;
    while chosen.len() < MAX_HEADS {
        let with = |head: usize| [&chosen[..], &[head]].concat();
        let candidates = (0..all.len()).filter(|head| !chosen.contains(head));
        let next = candidates.map(|head| (right(&with(head)), head)).rev().max_by_key(|(right, _)| *right);
        match next {
            Some((right, head)) if right > best && share(right - best) >= MIN_GAIN => {
                best = right;
                chosen.push(head);
            }
            _ => break,
        }
    }
    let alone = |&head: &usize| HeadScore { head: all[head], accuracy: share(right(&[head])) };
    PickedHeads { heads: chosen.iter().map(alone).collect(), accuracy: share(best), words: total }
}

impl PairAttention {
    /// Number of annotated target words whose source word the mean of these heads finds.
    fn right(&self, heads: &[usize]) -> usize {
        let words = self.sums.first().map_or(&[][..], Vec::as_slice);
        let mut mean: Vec<Vec<f32>> = words.iter().map(|row| vec![0.0; row.len()]).collect();
        for &head in heads {
            for (to, from) in mean.iter_mut().flatten().zip(self.sums[head].iter().flatten()) {
                *to += from;
            }
        }
        let found = best_sources(&mean);
        let is_right = |(word, from): &&(usize, Vec<usize>)| {
            found.get(*word).copied().flatten().is_some_and(|index| from.contains(&index))
        };
        self.known.iter().filter(is_right).count()
    }
}

/// Picks a model's heads with the pairs of a file (none = the built-in ones) and stores them in the model's folder.
/// `name` is an imported model or a folder.
///
/// # Errors
/// Those of [`pick_heads`]; a built-in model; a file that cannot be read or written.
pub fn align_model(
    setup: &Setup,
    name: &str,
    pairs: Option<&Path>,
    on_progress: &mut dyn FnMut(usize, usize),
) -> Result<PickedHeads> {
    let entry = Catalog::of(setup.models.as_deref())?.find(name)?;
    let ModelLocation::Folder(folder) = &entry.origin else { return Err(Error::Embedded(name.to_owned())) };
    let pairs = match pairs {
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|error| Error::Read { path: path.to_owned(), reason: error.to_string() })?;
            MarkedPair::parse_all(&text)?
        }
        None => MarkedPair::parse_all(STARTING_PAIRS)?,
    };
    let picked = pick_heads(&open_tested(setup)?, &entry.open()?, &pairs, on_progress)?;
    let heads: Vec<[usize; 2]> = picked.heads.iter().map(|score| score.head).collect();
    model_files::edit_info(folder, |info| info.alignment_heads = heads)?;
    Ok(picked)
}
