//! A sentence whose translation begins with a given text, after which the rest or only the next word is decoded.

use engine::{Output, Token};

use super::{PiecePosition, Task};
use crate::alignment::first_word;
use crate::beginning::{Beginning, Rest};
use crate::error::Result;
use crate::pull::Prefix;
use crate::quality::Evidence;
use crate::requests::RequestBuilder;
use crate::sentence_report::{SentenceReport, SentenceStatus};

impl Task {
    /// Finds the sentence with a given beginning; the others are left if it is wanted alone.
    pub(super) fn find_begun(&mut self) {
        let Some(beginning) = self.job.options.beginning.as_ref().filter(|_| self.is_interactive()) else {
            return;
        };
        let (wanted, alone) = (beginning.sentence, beginning.alone);
        let mut index = 0;
        for (block, sentences) in self.blocks.iter_mut().enumerate() {
            for (at, sentence) in sentences.iter_mut().enumerate() {
                if index == wanted {
                    self.begun = Some((block, at));
                } else if alone {
                    sentence.done = Some(SentenceReport::kept(&sentence.text, SentenceStatus::Copied));
                }
                index += 1;
            }
        }
    }

    fn beginning(&self, position: PiecePosition) -> Option<&Beginning> {
        let is_begun = self.begun == Some((position.block, position.sentence));
        self.job.options.beginning.as_ref().filter(|_| is_begun && self.sentence(position).is_whole())
    }

    /// Whether only the word after the beginning is decoded.
    pub(super) fn decodes_one_word(&self, position: PiecePosition) -> bool {
        self.beginning(position).is_some_and(|beginning| beginning.rest != Rest::Sentence)
    }

    /// Gives a piece the beginning of its output, if it has none yet; false if that is too long.
    pub(super) fn give_beginning(
        &mut self,
        position: PiecePosition,
        builder: &RequestBuilder,
    ) -> Result<bool> {
        let Some(beginning) = self.beginning(position) else { return Ok(true) };
        let Some(mut ids) = builder.beginning(&beginning.text)? else { return Ok(false) };
        if let Rest::WordFrom(id) = beginning.rest {
            ids.push(id);
        }
        let given = |id| Token { id, log_probability: 0.0, alternatives: Vec::new(), votes: Vec::new() };
        if let Some(piece) = self.sentence_mut(position).pieces.get_mut(position.piece)
            && piece.prefix.tokens.is_empty()
        {
            piece.prefix = Prefix { tokens: ids.into_iter().map(given).collect(), attention: Vec::new() };
            piece.restart();
        }
        Ok(true)
    }

    /// Whether the wanted word is decoded, which shows at the character after it.
    pub fn is_word_complete(&self, position: PiecePosition, builder: &RequestBuilder) -> bool {
        let tokens = self.piece(position).map_or(&[][..], |piece| &piece.tokens);
        self.next_word(position, tokens, builder).ok().flatten().is_some_and(|(_, complete)| complete)
    }

    // The word after the beginning, and whether it ends in these tokens; none unless one is wanted and has begun.
    fn next_word(
        &self,
        position: PiecePosition,
        tokens: &[Token],
        builder: &RequestBuilder,
    ) -> Result<Option<(String, bool)>> {
        let Some(beginning) = self.beginning(position).filter(|beginning| beginning.rest != Rest::Sentence)
        else {
            return Ok(None);
        };
        let decode = |ids: &[u32]| builder.tokenizer.decode(ids);
        let given = decode(&builder.beginning(&beginning.text)?.unwrap_or_default())?;
        let ends = &builder.end_tokens;
        let ids: Vec<u32> = tokens.iter().map(|token| token.id).filter(|id| !ends.contains(id)).collect();
        let text = decode(&ids)?;
        let rest = text.strip_prefix(&given).unwrap_or_default().trim_start();
        Ok(first_word(rest).map(|(word, complete)| (word.to_owned(), complete)))
    }

    /// Completes the report of a piece with a given beginning: its evidence is that of the tokens decoded.
    pub(super) fn report_begun(
        &self,
        position: PiecePosition,
        decoded: &[Output],
        report: &mut SentenceReport,
        builder: &RequestBuilder,
    ) -> Result<()> {
        let (Some(_), Some(best)) = (self.beginning(position), decoded.first()) else { return Ok(()) };
        let source = &self.sentence(position).text;
        report.evidence = Evidence::of(&best.tokens, source, builder.tokenizer.encode(source)?.len());
        let given = self.piece(position).map_or(&[][..], |piece| &piece.prefix.tokens);
        let tokens = [given, &best.tokens].concat();
        report.next_word = self.next_word(position, &tokens, builder)?.map(|(word, _)| word);
        Ok(())
    }
}
