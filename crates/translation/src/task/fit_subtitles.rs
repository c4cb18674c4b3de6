//! Shortens subtitles whose lines are too long for the reading time: chooses the likeliest candidate of a beam search
//! that fits, else the shortest.

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
    /// Queues the longest not yet shortened sentence of each long subtitle; false if there is none.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub(super) fn shorten_subtitles(&mut self) -> Result<bool> {
        if self.shortening_disabled
            || !matches!(&self.source, LoadedSource::File { document, .. } if document.has_subtitles())
        {
            return Ok(false);
        }
        loop {
            let LoadedSource::File { document, .. } = &self.source else { return Ok(false) };
            let texts = (0..self.blocks.len()).map(|block| (block, self.block_text(block, None))).collect();
            let (mut found, mut again) = (false, false);
            for block in document.too_long(&texts) {
                if let Some(position) = self.longest_sentence(block)? {
                    found = true;
                    again |= self.shorten_sentence(position, texts.get(&block).map_or("", String::as_str))?;
                }
            }
            if again {
                self.build_queue();
                self.emit_progress();
            }
            // A cached shorter translation may still be too long.
            if again || !found {
                return Ok(again);
            }
        }
    }

    // The longest sentence of a block that was not shortened yet and does not come from the memory.
    fn longest_sentence(&self, block: usize) -> Result<Option<PiecePosition>> {
        let current = |sentence: &usize| self.blocks[block][*sentence].current_best();
        let mut positions: Vec<usize> = (0..self.blocks[block].len())
            .filter(|at| self.blocks[block][*at].strategy != Strategy::Shorter)
            .filter(|at| current(at).is_some_and(|report| report.status.is_translated()))
            .collect();
        positions.sort_by_key(|at| Reverse(current(at).map_or(0, |report| report.translation.len())));
        for sentence in positions {
            if self.look_up_memory(&self.blocks[block][sentence].text)?.is_none() {
                return Ok(Some(PiecePosition::of(block, sentence)));
            }
        }
        Ok(None)
    }

    // False if the cache has a shorter translation already.
    fn shorten_sentence(&mut self, position: PiecePosition, block: &str) -> Result<bool> {
        let LoadedSource::File { document, .. } = &self.source else { return Ok(false) };
        // The choice depends on the whole block and on its subtitle limits, so both are part of the key.
        let limits = format!("{:?}", document.subtitle_limits(position.block));
        let sentence = self.sentence_mut(position);
        let shorter = |key: Hash| sha256(&[&key, limits.as_bytes(), block.as_bytes()].concat());
        sentence.key = sentence.key.map(shorter);
        let was_reused = sentence.tokens == 0;
        sentence.reopen_to_shorten();
        if let Some(report) = self.look_up_cache(self.sentence(position))? {
            let sentence = self.sentence_mut(position);
            (sentence.done, sentence.best) = (Some(report), None);
            return Ok(false);
        }
        self.finished -= 1;
        self.reused = self.reused.saturating_sub(usize::from(was_reused));
        Ok(true)
    }

    /// Finishes a sentence with the first candidate that fits the subtitle, else the shortest.
    pub(super) fn choose_shorter(
        &mut self,
        position: PiecePosition,
        candidates: Vec<SentenceReport>,
    ) -> Result<()> {
        let LoadedSource::File { document, .. } = &self.source else {
            return self.finish_with_best(position);
        };
        let sentence = self.sentence(position);
        let good = sentence.not_worse(candidates, &self.job.pair);
        let fits = |report: &&SentenceReport| {
            let text = self.block_text(position.block, Some((position.sentence, &report.translation)));
            document.too_long(&BTreeMap::from([(position.block, text)])).is_empty()
        };
        let length = |report: &&SentenceReport| report.translation.chars().count();
        let all = sentence.current_best().into_iter().chain(&good);
        let chosen = good.iter().find(fits).or_else(|| all.min_by_key(length)).cloned();
        let sentence = self.sentence_mut(position);
        sentence.tokens += sentence.pieces.iter().map(|piece| piece.tokens.len()).sum::<usize>();
        sentence.best = chosen;
        self.finish_with_best(position)
    }

    // A block's translation so far; `other` replaces the translation of one sentence.
    fn block_text(&self, block: usize, other: Option<(usize, &str)>) -> String {
        let parts = self.blocks[block].iter().enumerate().map(|(at, sentence)| {
            let current = sentence.current_best().map_or(&*sentence.text, |current| &current.translation);
            let text = other.filter(|(position, _)| *position == at).map_or(current, |(_, text)| text);
            (text, sentence.separator.as_str())
        });
        sentences::join_at(parts, &self.job.pair.to).0
    }
}
