//! Several translations of a sentence: scores them in both directions, takes one.

use engine::{Output, Request};

use super::{PiecePosition, Task, Work};
use crate::document_terms::MAX_LOSS;
use crate::error::Result;
use crate::requests::RequestBuilder;
use crate::retry::Strategy;
use crate::sentence_report::SentenceStatus;

/// The position of a score in its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ScorePosition {
    block: usize,
    sentence: usize,
    hypothesis: usize,
    direction: Direction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    /// log P(translation | source)
    Forward,
    /// log P(source | translation)
    Reverse,
}

impl Task {
    /// Records a sentence's translation, or scores it with its branches first.
    pub(super) fn finish_sentence(&mut self, position: PiecePosition) -> Result<()> {
        let reconstructs = self.job.options.reconstructs();
        let sentence = self.sentence_mut(position);
        if sentence.branches.is_empty() && !(reconstructs && sentence.can_be_reconstructed()) {
            return self.record_finished(position);
        }
        sentence.start_rescoring();
        self.queue_scores(position.block, position.sentence);
        self.finish_rescoring(position)
    }

    /// Queues the missing scores of a sentence.
    pub(super) fn queue_scores(&mut self, block: usize, sentence: usize) {
        let Some(rescoring) = &self.blocks[block][sentence].rescoring else { return };
        for (hypothesis, scored) in rescoring.hypotheses.iter().enumerate() {
            let forward = rescoring.compares() && scored.forward.is_none();
            let missing = [(Direction::Forward, forward), (Direction::Reverse, scored.reverse.is_none())];
            for (direction, _) in missing.into_iter().filter(|(_, is_missing)| *is_missing) {
                self.scores.push_back(ScorePosition { block, sentence, hypothesis, direction });
            }
        }
    }

    /// The next hypothesis to score.
    pub(super) fn next_score(&mut self, builder: &RequestBuilder) -> Result<Option<(Work, Request)>> {
        while let Some(position) = self.scores.pop_front() {
            let ScorePosition { hypothesis, direction, .. } = position;
            let sentence = &self.blocks[position.block][position.sentence];
            let Some(scored) = sentence.rescoring.as_ref().and_then(|all| all.hypotheses.get(hypothesis))
            else {
                continue;
            };
            let (source, target, end) = (&sentence.text, &scored.report.translation, sentence.end);
            let request = match direction {
                Direction::Forward => {
                    let before = match sentence.without_context {
                        true => Vec::new(),
                        false => self.sentences_before(position.block, position.sentence),
                    };
                    let context = builder.context(&before, &self.job.pair.from)?;
                    builder.forward((source, &context), target, end)?
                }
                Direction::Reverse => builder.reverse(source, target, end)?,
            };
            match request {
                Some(request) => return Ok(Some((Work::Score(position), request))),
                None => self.record_score(position, None)?,
            }
        }
        Ok(None)
    }

    /// Records a score, none if it cannot be computed; after the last one finishes the sentence with the best hypothesis.
    pub fn record_score(&mut self, position: ScorePosition, output: Option<&Output>) -> Result<()> {
        let ScorePosition { block, sentence, hypothesis, direction } = position;
        let all = self.blocks[block][sentence].rescoring.as_mut().map(|all| &mut all.hypotheses);
        let Some(scored) = all.and_then(|all| all.get_mut(hypothesis)) else { return Ok(()) };
        let score = Some(output.map_or(f32::NEG_INFINITY, |output| output.score));
        match direction {
            Direction::Forward => scored.forward = score,
            Direction::Reverse => scored.reverse = score,
        }
        self.finish_rescoring(PiecePosition::of(block, sentence))
    }

    // Takes the best hypothesis once all are scored.
    pub(super) fn finish_rescoring(&mut self, position: PiecePosition) -> Result<()> {
        let lambda = self.reranking.as_ref().map_or(0.0, |reranking| reranking.lambda);
        let sentence = self.sentence_mut(position);
        let Some(rescoring) = sentence.rescoring.take_if(|rescoring| !rescoring.is_open()) else {
            return Ok(());
        };
        let chosen = match sentence.strategy {
            Strategy::WithTerms => rescoring.last_unless_worse(MAX_LOSS),
            _ => rescoring.choose(lambda),
        };
        if let Some(mut best) = chosen {
            if best.report.status != SentenceStatus::Kept {
                sentence.grade(&mut best.report);
            }
            sentence.done = Some(best.report);
            sentence.uncertain_words = best.uncertain_words;
        }
        self.record_finished(position)
    }
}
