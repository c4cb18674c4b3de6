//! Branches of an output: where the models were least certain, the next likely token is taken instead, and decoding goes on
//! from there with the caches of the output (limited discrepancy search: Harvey and Ginsberg 1995).

use std::result::Result;

use super::running::RunningSequence;
use super::{Batch, SequenceId};
use crate::error;
use crate::sequence::{Branching, Output, Request, Status, Token};

/// Another token at one place of an output.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Branch {
    /// Its place among the outputs of the request.
    number: usize,
    /// The index of the token that it replaces.
    at: usize,
    token: u32,
    log_probability: f32,
}

/// A request whose first output has ended, while its branches are decoded.
pub(super) struct Branched {
    id: SequenceId,
    // The slot that decoded the first output. Its cache holds the output's tokens before every branch that waits, since those
    // at later places go first.
    slot: u32,
    stem: Vec<Token>,
    // The one at the latest place last.
    waiting: Vec<Branch>,
    outputs: Vec<Option<Output>>,
}

impl Branched {
    /// The branches of a first output, which are decoded in its slot and in free ones; gives the output back if it has none.
    pub fn new(id: SequenceId, slot: u32, output: Output, request: &Request) -> Result<Self, Output> {
        let waiting = match request.branching.filter(|_| request.choice.temperature <= 0.0) {
            Some(branching) => branches(&output, &branching, &|token| request.ends(token)),
            None => Vec::new(),
        };
        if waiting.is_empty() {
            return Err(output);
        }
        let stem = output.tokens.clone();
        let outputs = std::iter::once(Some(output)).chain(waiting.iter().map(|_| None)).collect();
        Ok(Self { id, slot, stem, waiting, outputs })
    }

    /// Takes a branch that ends with its token.
    pub fn next_ended(&mut self, request: &Request) -> Option<(usize, Vec<Token>)> {
        let index = self.waiting.iter().position(|branch| request.ends(branch.token))?;
        let branch = self.waiting.remove(index);
        self.tokens(&branch)
    }

    /// Records an output; returns all of them after the last one, in the order of their numbers.
    pub fn record(&mut self, number: usize, output: Output) -> Option<Vec<Output>> {
        if let Some(place) = self.outputs.get_mut(number) {
            *place = Some(output);
        }
        let is_complete = self.outputs.iter().all(Option::is_some);
        is_complete.then(|| self.outputs.drain(..).flatten().collect())
    }

    /// Its request.
    pub fn id(&self) -> SequenceId {
        self.id
    }

    // The next branch: its number and the tokens that it begins with.
    fn next(&mut self) -> Option<(usize, Vec<Token>)> {
        let branch = self.waiting.pop()?;
        self.tokens(&branch)
    }

    fn tokens(&self, branch: &Branch) -> Option<(usize, Vec<Token>)> {
        let mut tokens = self.stem.get(..=branch.at)?.to_vec();
        if let Some(replaced) = tokens.last_mut() {
            (replaced.id, replaced.log_probability) = (branch.token, branch.log_probability);
        }
        Some((branch.number, tokens))
    }
}

/// The most doubtful tokens of an output: those whose likelihood is nearest to that of the next likely one.
fn branches(output: &Output, branching: &Branching, ends: &dyn Fn(u32) -> bool) -> Vec<Branch> {
    if output.score >= branching.certain && branching.certain < 0.0 {
        return Vec::new();
    }
    let others = output.tokens.iter().enumerate().filter_map(|(at, chosen)| {
        let (token, log_probability) = *chosen.alternatives.iter().find(|(id, _)| *id != chosen.id)?;
        // An output without words is none.
        let is_empty = at == 0 && ends(token);
        let branch = Branch { number: 0, at, token, log_probability };
        (!is_empty).then_some((chosen.log_probability - log_probability, branch))
    });
    let mut others: Vec<(f32, Branch)> = others.collect();
    others.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.at.cmp(&b.1.at)));
    others.truncate(branching.count as usize);
    let mut branches: Vec<Branch> =
        others.into_iter().zip(1..).map(|((_, branch), number)| Branch { number, ..branch }).collect();
    branches.sort_by_key(|branch| branch.at);
    branches
}

impl Batch {
    /// Records an output that has ended in the place of the batch; returns all outputs of its request after the last one.
    pub(super) fn ended(&mut self, place: usize, output: Output) -> error::Result<Option<Vec<Output>>> {
        let Self { running, branched, joint, .. } = self;
        let Some(RunningSequence { id, slot, number, request, .. }) = running.get(place) else {
            return Ok(None);
        };
        if *number > 0 {
            let Some(index) = branched.iter().position(|branched| branched.id == *id) else {
                return Ok(None);
            };
            let all = branched[index].record(*number, output);
            if all.is_some() {
                branched.swap_remove(index);
            }
            return Ok(all);
        }
        let mut new = match Branched::new(*id, *slot, output, request) {
            Err(output) => return Ok(Some(vec![output])),
            Ok(new) => new,
        };
        while let Some((number, tokens)) = new.next_ended(request) {
            let output = RunningSequence::output_of(tokens, Status::Ended, request, *slot, joint)?;
            if let Some(all) = new.record(number, output) {
                return Ok(Some(all));
            }
        }
        branched.push(new);
        Ok(None)
    }

    /// Whether an output is not at its end, or a branch of it waits.
    pub(super) fn goes_on(&self, running: &RunningSequence) -> bool {
        let waits = |branched: &Branched| branched.id == running.id && !branched.waiting.is_empty();
        !running.done || self.branched.iter().any(waits)
    }

    /// Starts the next branch in each slot that has decoded the first output of its request.
    pub(super) fn resume_branches(&mut self) {
        for running in self.running.iter_mut().filter(|running| running.done) {
            let of_slot =
                |branched: &&mut Branched| branched.id == running.id && branched.slot == running.slot;
            if let Some((number, tokens)) = self.branched.iter_mut().find(of_slot).and_then(Branched::next) {
                running.restart(number, tokens);
            }
        }
    }

    /// Starts branches in free slots that no request waits for.
    pub(super) fn spread_branches(&mut self) -> error::Result<()> {
        if !self.waiting.is_empty() {
            return Ok(());
        }
        for index in 0..self.branched.len() {
            while let Some(&slot) = self.free.last()
                && let Some((number, tokens)) = self.branched[index].next()
            {
                let (id, from) = (self.branched[index].id, self.branched[index].slot);
                let Some(parent) = self.running.iter().find(|running| running.id == id) else { break };
                let mut branch = parent.another(slot);
                for model in
                    (0..self.joint.models()).filter(|&model| self.joint.needs_prompt(model, &branch.request))
                {
                    let held = branch.request.prompts[model].len() + tokens.len() - 1;
                    self.joint.copy_slot(model, (from, slot), 0..held as u32)?;
                }
                branch.restart(number, tokens);
                self.free.pop();
                self.running.push(branch);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::Status;

    fn output(tokens: &[(u32, f32, u32, f32)]) -> Output {
        let token = |&(id, log_probability, other, other_log_probability): &(u32, f32, u32, f32)| Token {
            id,
            log_probability,
            alternatives: vec![(id, log_probability), (other, other_log_probability)],
            votes: Vec::new(),
        };
        Output::new(tokens.iter().map(token).collect(), Status::Ended, &[])
    }

    #[test]
    fn the_most_doubtful_tokens_branch_and_the_latest_first() {
        let output = output(&[
            (5, -0.1, 0, -0.2),
            (6, -0.5, 7, -0.9),
            (8, -0.1, 9, -4.0),
            (3, -0.6, 4, -0.8),
            (0, -0.1, 9, -3.0),
        ]);
        let branching = |count, certain| Branching { count, certain };
        let found = |branching| branches(&output, &branching, &|token| token == 0);
        let places = |count| {
            found(branching(count, 0.0)).iter().map(|b| (b.number, b.at, b.token)).collect::<Vec<_>>()
        };
        assert_eq!(places(2), [(2, 1, 7), (1, 3, 4)], "an output that ends at once is none");
        assert_eq!(places(9), [(2, 1, 7), (4, 2, 9), (1, 3, 4), (3, 4, 9)]);
        assert!(places(0).is_empty());
        assert_eq!(
            [-0.27, -0.29].map(|certain| found(branching(2, certain)).len()),
            [2, 0],
            "the mean is -0.28"
        );
    }

    #[test]
    fn branches_begin_with_the_output_before_them() {
        let first = output(&[(5, -0.1, 4, -0.2), (6, -0.5, 7, -0.9), (8, -0.1, 0, -3.0), (0, -0.1, 9, -5.0)]);
        let branching = Some(Branching { count: 3, certain: 0.0 });
        let request = Request { branching, line_ends: [0].into(), ..Request::default() };
        let mut branched = Branched::new(SequenceId(1), 0, first.clone(), &request).expect("has branches");
        let ids = |found: Option<(usize, Vec<Token>)>| {
            found.map(|(number, tokens)| (number, tokens.iter().map(|token| token.id).collect::<Vec<_>>()))
        };
        assert_eq!(ids(branched.next_ended(&request)), Some((3, vec![5, 6, 0])));
        assert_eq!(ids(branched.next_ended(&request)), None);
        assert_eq!(ids(branched.next()), Some((2, vec![5, 7])));
        assert_eq!(ids(branched.next()), Some((1, vec![4])));
        assert_eq!(ids(branched.next()), None);
        assert!([3, 1].iter().all(|&number| branched.record(number, first.clone()).is_none()));
        assert_eq!(branched.record(2, first).map(|all| all.len()), Some(4));
    }
}
