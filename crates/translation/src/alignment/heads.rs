//! Which attention heads of a model tell word alignment: measured on pairs of sentences in which it is known.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use engine::{Device, Llama, Probe};
use model_files::{Model, Tokenizer};
use serde::Serialize;

use super::marked::{Marked, MarkedPair, STARTING_PAIRS};
use super::{Pieces, looked_at, most_looked_at, words};
use crate::adapters::open_tested;
use crate::catalog::{Catalog, ModelLocation};
use crate::error::{Error, Result};
use crate::folders::models_folder;
use crate::languages::LanguagePair;
use crate::prompt::Prompt;
use crate::setup::Setup;

// Heads whose mean is read, and the share of words that a further one must help with: it makes every pass longer.
const MOST_HEADS: usize = 4;
const LEAST_HELP: f32 = 0.005;
// Positions of a prompt and a translation; pairs that are longer are left out.
const CONTEXT: u32 = 256;

/// A head and how often it was right alone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HeadScore {
    /// Layer and head.
    pub head: [usize; 2],
    /// Share of the marked words whose source word it found.
    pub accuracy: f32,
}

/// The heads that were picked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PickedHeads {
    /// In the order in which they were picked, with what each reaches alone.
    pub heads: Vec<HeadScore>,
    /// Share of the marked words whose source word the mean of all of them found.
    pub accuracy: f32,
    /// Marked words that were looked at.
    pub words: usize,
}

/// A sentence as seen by all heads.
struct Seen {
    /// For each head, (target word, source word).
    sums: Vec<Vec<Vec<f32>>>,
    /// For each target word that is marked, the source words that it comes from.
    known: Vec<(usize, Vec<usize>)>,
}

/// Picks the few heads of a model whose mean attention finds most of the marked words, in both directions of the pairs
/// whose languages it knows; one after the other, as long as another one helps.
///
/// # Errors
/// When the model has no prompt or tokenizer, knows no language of the pairs, or cannot be run.
pub fn pick_heads(
    device: &Device,
    model: &Model,
    pairs: &[MarkedPair],
    told: &mut dyn FnMut(usize, usize),
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
    let both = pairs.iter().flat_map(|pair| [pair.clone(), pair.turned()]);
    let known: Vec<MarkedPair> = both.filter(|pair| knows(&pair.from) && knows(&pair.to)).collect();
    let mut prompts: HashMap<(String, String), Prompt> = HashMap::new();
    let mut seen = Vec::with_capacity(known.len());
    for (place, pair) in known.iter().enumerate() {
        told(place, known.len());
        let languages = LanguagePair { from: pair.from.clone(), to: pair.to.clone() };
        let prompt = match prompts.entry((pair.from.clone(), pair.to.clone())) {
            std::collections::hash_map::Entry::Occupied(made) => made.into_mut(),
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(Prompt::parse(template, &tokenizer, &languages)?)
            }
        };
        seen.extend(see(&mut probe, prompt, &tokenizer, (pair, all.len()))?);
    }
    if seen.is_empty() {
        return Err(Error::NothingMarked(info.languages.join(", ")));
    }
    Ok(pick(&all, &seen))
}

/// What all heads look at while they read a given translation; none when it does not fit the context.
fn see(
    probe: &mut Probe,
    prompt: &Prompt,
    tokenizer: &Tokenizer,
    (pair, heads): (&MarkedPair, usize),
) -> Result<Option<Seen>> {
    let located = prompt.locate(&pair.source.text, tokenizer)?;
    let answer = tokenizer.encode(&pair.target.text)?;
    if located.ids.len() + answer.len() >= CONTEXT as usize {
        return Ok(None);
    }
    let read = probe.attention(&located.ids, &answer, &located.source)?.swap_remove(0);
    let source = Pieces { text: pair.source.text.clone(), ranges: located.pieces };
    let target = Pieces::of_answer(tokenizer, &answer)?;
    let (from, to) = (words(&source.text, &source.ranges), words(&target.text, &target.ranges));
    let rows = |head| (0..read.tokens()).map(|token| read.row(token, head).to_vec()).collect::<Vec<_>>();
    let sums = (0..heads).map(|head| looked_at((&source, &from), (&target, &to), &rows(head))).collect();
    Ok(Some(Seen { sums, known: known((&pair.source, &from), (&pair.target, &to)) }))
}

fn known(
    (source, from): (&Marked, &[Range<usize>]),
    (target, to): (&Marked, &[Range<usize>]),
) -> Vec<(usize, Vec<usize>)> {
    let marked = to.iter().enumerate().filter_map(|(place, word)| Some((place, target.number_at(word)?)));
    let with = |number: u32| {
        let same = from.iter().enumerate().filter(move |(_, word)| source.number_at(word) == Some(number));
        same.map(|(place, _)| place).collect::<Vec<_>>()
    };
    marked.map(|(place, number)| (place, with(number))).filter(|(_, from)| !from.is_empty()).collect()
}

/// Adds the head that helps the mean of those before it most, until none does.
fn pick(all: &[[usize; 2]], seen: &[Seen]) -> PickedHeads {
    let total: usize = seen.iter().map(|seen| seen.known.len()).sum();
    let right = |chosen: &[usize]| -> usize { seen.iter().map(|seen| seen.right(chosen)).sum() };
    let share = |right: usize| right as f32 / total.max(1) as f32;
    let mut chosen: Vec<usize> = Vec::new();
    let mut best = 0;
    while chosen.len() < MOST_HEADS {
        let with = |head: usize| [&chosen[..], &[head]].concat();
        let candidates = (0..all.len()).filter(|head| !chosen.contains(head));
        let next = candidates.map(|head| (right(&with(head)), head)).rev().max_by_key(|(right, _)| *right);
        match next {
            Some((right, head)) if right > best && share(right - best) >= LEAST_HELP => {
                best = right;
                chosen.push(head);
            }
            _ => break,
        }
    }
    let alone = |&head: &usize| HeadScore { head: all[head], accuracy: share(right(&[head])) };
    PickedHeads { heads: chosen.iter().map(alone).collect(), accuracy: share(best), words: total }
}

impl Seen {
    /// Marked target words whose source word the mean of these heads finds.
    fn right(&self, heads: &[usize]) -> usize {
        let words = self.sums.first().map_or(&[][..], Vec::as_slice);
        let mut mean: Vec<Vec<f32>> = words.iter().map(|row| vec![0.0; row.len()]).collect();
        for &head in heads {
            for (to, from) in mean.iter_mut().flatten().zip(self.sums[head].iter().flatten()) {
                *to += from;
            }
        }
        let found = most_looked_at(&mean);
        let is_right = |(word, from): &&(usize, Vec<usize>)| {
            found.get(*word).copied().flatten().is_some_and(|place| from.contains(&place))
        };
        self.known.iter().filter(is_right).count()
    }
}

/// Picks a model's heads with the pairs of a file (none = those of the program) and keeps them in the model's folder.
/// `name` is an imported model or a folder.
///
/// # Errors
/// As [`pick_heads`]; when the model is part of the program, or a file cannot be read or written.
pub fn align_model(
    setup: &Setup,
    name: &str,
    pairs: Option<&Path>,
    told: &mut dyn FnMut(usize, usize),
) -> Result<PickedHeads> {
    let entry = Catalog::read(&setup.models.clone().unwrap_or_else(models_folder))?.find(name)?;
    let ModelLocation::Folder(folder) = &entry.origin else { return Err(Error::Embedded(name.to_owned())) };
    let pairs = match pairs {
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|error| Error::Read { path: path.to_owned(), reason: error.to_string() })?;
            MarkedPair::parse_all(&text)?
        }
        None => MarkedPair::parse_all(STARTING_PAIRS)?,
    };
    let picked = pick_heads(&open_tested(setup)?, &entry.open()?, &pairs, told)?;
    let heads: Vec<[usize; 2]> = picked.heads.iter().map(|score| score.head).collect();
    model_files::store_alignment_heads(folder, &heads)?;
    Ok(picked)
}
