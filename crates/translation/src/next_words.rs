//! The words that may follow the beginning of a translation, each decoded to its end, with what each model wanted.

use std::sync::mpsc::{Receiver, channel};

use serde::Serialize;

use crate::beginning::{Beginning, Rest};
use crate::error::{Error, Problem};
use crate::job::{Job, JobEvent, JobResult};
use crate::sentence_report::TokenReport;
use crate::translator::Translator;

/// The words that may follow the beginning of a translation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NextWords {
    /// The recipe's terms with their weights.
    pub recipe: Vec<(String, f32)>,
    /// The words: those that the sum of the models likes best, and each model's own first choice. The first is the sum's.
    pub words: Vec<NextWord>,
}

/// A word that may follow, with the probability of its first token, or of its tokens if it can begin with several.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NextWord {
    /// The word.
    pub text: String,
    /// Under the sum of the models; none if it is not among the likeliest.
    pub probability: Option<f32>,
    /// By each term's model alone, in the order of the recipe; none if it is not among its likeliest.
    pub votes: Vec<Option<f32>>,
}

// Tokens of the sum from which words are decoded; together they nearly always have most of the probability.
const CANDIDATES: usize = 6;

// A token less likely than this under the sum is no alternative.
const MIN_PROBABILITY: f32 = 0.002;

impl Translator {
    /// Runs a job and returns its result.
    ///
    /// # Errors
    /// Those of the job.
    pub fn run(&self, job: Job) -> Result<JobResult, Problem> {
        result(&self.begin(job))
    }

    /// The words that may follow the beginning in a job's options. Each word needs a sequence of a few tokens; all are decoded at
    /// once.
    ///
    /// # Errors
    /// Those of the jobs that decode them.
    pub fn next_words(&self, job: &Job) -> Result<NextWords, Problem> {
        let Some(beginning) = &job.options.beginning else {
            return Ok(NextWords { recipe: Vec::new(), words: Vec::new() });
        };
        let with = |rest| {
            let mut job = job.clone();
            job.options.beginning = Some(Beginning { rest, alone: true, ..beginning.clone() });
            job.options.report = true;
            (job.options.beam, job.options.sampling) = (None, None);
            job
        };
        let first = self.run(with(Rest::Word))?;
        let sentence = first.sentences.get(beginning.sentence);
        // Given tokens have no alternatives.
        let token =
            sentence.and_then(|sentence| sentence.tokens.iter().find(|token| !token.alternatives.is_empty()));
        let Some(token) = token else { return Ok(NextWords { recipe: first.recipe, words: Vec::new() }) };
        let ids = candidates(token);
        let running: Vec<_> = ids.iter().map(|id| self.begin(with(Rest::WordFrom(*id)))).collect();
        let mut words: Vec<NextWord> = Vec::new();
        for (id, running) in ids.into_iter().zip(&running) {
            let ended = result(running)?;
            let found =
                ended.sentences.into_iter().nth(beginning.sentence).and_then(|report| report.next_word);
            let Some(text) = found.filter(|word| !word.is_empty()) else { continue };
            let word = NextWord {
                text,
                probability: probability(&token.alternative_ids, &token.alternatives, id),
                votes: token
                    .vote_ids
                    .iter()
                    .zip(&token.votes)
                    .map(|(ids, vote)| probability(ids, vote, id))
                    .collect(),
            };
            match words.iter_mut().find(|other| other.text == word.text) {
                Some(same) => same.add(&word),
                None => words.push(word),
            }
        }
        words.sort_by(|a, b| b.probability.unwrap_or(0.0).total_cmp(&a.probability.unwrap_or(0.0)));
        Ok(NextWords { recipe: first.recipe, words })
    }

    fn begin(&self, job: Job) -> Receiver<JobEvent> {
        let (sender, receiver) = channel();
        self.submit(job, move |event| {
            if event.is_last() {
                // A caller that failed has dropped its receiver.
                drop(sender.send(event));
            }
        });
        receiver
    }
}

impl NextWord {
    fn add(&mut self, same: &Self) {
        let sum = |a: Option<f32>, b: Option<f32>| match (a, b) {
            (Some(a), Some(b)) => Some(a + b),
            (a, b) => a.or(b),
        };
        self.probability = sum(self.probability, same.probability);
        for (vote, other) in self.votes.iter_mut().zip(&same.votes) {
            *vote = sum(*vote, *other);
        }
    }
}

fn result(running: &Receiver<JobEvent>) -> Result<JobResult, Problem> {
    match running.recv() {
        Ok(JobEvent::Finished(result)) => Ok(result),
        Ok(JobEvent::Failed(problem)) => Err(problem),
        Ok(JobEvent::Cancelled | JobEvent::Paused) => Err(Error::Cancelled.problem()),
        Ok(_) | Err(_) => Err(Error::Stopped.problem()),
    }
}

/// The likeliest tokens of the sum, and the likeliest of each model.
fn candidates(token: &TokenReport) -> Vec<u32> {
    let listed = token.alternative_ids.iter().zip(&token.alternatives);
    let likely = listed.filter(|(_, (_, log))| log.exp() >= MIN_PROBABILITY).take(CANDIDATES);
    let mut ids: Vec<u32> = likely.map(|(id, _)| *id).collect();
    for id in token.vote_ids.iter().filter_map(|vote| vote.first()) {
        if !ids.contains(id) {
            ids.push(*id);
        }
    }
    ids
}

fn probability(ids: &[u32], list: &[(String, f32)], id: u32) -> Option<f32> {
    let at = ids.iter().position(|one| *one == id)?;
    list.get(at).map(|(_, log)| log.exp())
}
