//! Subtitles with a line that is too long to be read in its time are said again: of several answers the likeliest that
//! fits is taken, or the shortest.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{PiecePosition, Task};
use crate::error::Result;
use crate::retry::Strategy;
use crate::sentence_report::SentenceReport;
use crate::sentences;
use crate::source::LoadedSource;
use crate::store::{Hash, sha256};

impl Task {
    /// Puts a sentence of each long subtitle back in line, the longest that was not yet; false when there is none.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn shorten(&mut self) -> Result<bool> {
        if self.shortening_disabled
            || !matches!(&self.source, LoadedSource::File { document, .. } if document.has_subtitles())
        {
            return Ok(false);
        }
        loop {
            let LoadedSource::File { document, .. } = &self.source else { return Ok(false) };
            let texts = (0..self.blocks.len()).map(|block| (block, self.text_of(block, None))).collect();
            let (mut found, mut again) = (false, false);
            for block in document.too_long(&texts) {
                if let Some(place) = self.longest(block)? {
                    found = true;
                    again |= self.shorten_sentence(place, texts.get(&block).map_or("", String::as_str))?;
                }
            }
            if again {
                self.line_up();
                self.tell_progress();
            }
            // What another run made of them may still be too long.
            if again || !found {
                return Ok(again);
            }
        }
    }

    // The longest sentence of a block that was not said again yet; a person's words stay.
    fn longest(&self, block: usize) -> Result<Option<PiecePosition>> {
        let taken = |sentence: &usize| self.blocks[block][*sentence].taken();
        let mut places: Vec<usize> = (0..self.blocks[block].len())
            .filter(|at| self.blocks[block][*at].strategy != Strategy::Shorter)
            .filter(|at| taken(at).is_some_and(|report| report.status.is_translated()))
            .collect();
        places.sort_by_key(|at| Reverse(taken(at).map_or(0, |report| report.translation.len())));
        for sentence in places {
            if self.recall(&self.blocks[block][sentence].text)?.is_none() {
                return Ok(Some(PiecePosition { block, sentence, piece: 0 }));
            }
        }
        Ok(None)
    }

    // False where another run has said it again already.
    fn shorten_sentence(&mut self, place: PiecePosition, block: &str) -> Result<bool> {
        let LoadedSource::File { document, .. } = &self.source else { return Ok(false) };
        // What is taken depends on all that stands in the block, and on the room for it.
        let room = format!("{:?}", document.subtitle_limits(place.block));
        let sentence = self.sentence_mut(place);
        let shorter = |key: Hash| sha256(&[&key, room.as_bytes(), block.as_bytes()].concat());
        sentence.key = sentence.key.map(shorter);
        let was_reused = sentence.tokens == 0;
        sentence.reopen();
        if let Some(report) = self.finished_before(self.sentence(place))? {
            let sentence = self.sentence_mut(place);
            (sentence.done, sentence.best) = (Some(report), None);
            return Ok(false);
        }
        self.finished -= 1;
        self.reused = self.reused.saturating_sub(usize::from(was_reused));
        Ok(true)
    }

    /// Takes the first of several answers that fits the subtitle, else the shortest.
    pub(super) fn take_shorter(&mut self, place: PiecePosition, answers: Vec<SentenceReport>) -> Result<()> {
        let LoadedSource::File { document, .. } = &self.source else { return self.refuse(place) };
        let sentence = self.sentence(place);
        let good = sentence.as_good(answers, &self.job.pair);
        let fits = |report: &&SentenceReport| {
            let text = self.text_of(place.block, Some((place.sentence, &report.translation)));
            document.too_long(&BTreeMap::from([(place.block, text)])).is_empty()
        };
        let length = |report: &&SentenceReport| report.translation.chars().count();
        let all = sentence.taken().into_iter().chain(&good);
        let chosen = good.iter().find(fits).or_else(|| all.min_by_key(length)).cloned();
        let sentence = self.sentence_mut(place);
        sentence.tokens += sentence.pieces.iter().map(|piece| piece.tokens.len()).sum::<usize>();
        sentence.best = chosen;
        self.refuse(place)
    }

    /// Leaves a sentence and its equals as long as they were, and keeps nothing of that.
    pub(super) fn stay_long(&mut self, place: PiecePosition) {
        let sentence = self.sentence_mut(place);
        sentence.pieces.clear();
        sentence.done = sentence.best.take();
        self.finished += 1;
        self.finish_duplicates(place);
    }

    /// Where nothing is left but to shorten, leaves all as long as it is: models that are gone take no finished
    /// document with them. False where more is left.
    pub fn leave_long(&mut self) -> bool {
        let open = self.unfinished();
        if open.is_empty() || open.iter().any(|place| self.sentence(*place).strategy != Strategy::Shorter) {
            return false;
        }
        self.queue.clear();
        // Each of them is open itself.
        self.duplicates.clear();
        open.into_iter().for_each(|place| self.stay_long(place));
        self.shortening_disabled = true;
        true
    }

    // A block's translation as far as it is done, with another one for a sentence of it.
    fn text_of(&self, block: usize, other: Option<(usize, &str)>) -> String {
        let parts = self.blocks[block].iter().enumerate().map(|(at, sentence)| {
            let taken = sentence.taken().map_or(&*sentence.text, |taken| &taken.translation);
            let text = other.filter(|(place, _)| *place == at).map_or(taken, |(_, text)| text);
            (text, sentence.separator.as_str())
        });
        sentences::join_at(parts, &self.job.pair.to).0
    }
}
