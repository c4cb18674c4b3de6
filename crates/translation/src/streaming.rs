//! The translation of typed text while it is decoded, with its words of low confidence.

use crate::job::JobEvent;
use crate::model_output::{text_of, uncertain_words};
use crate::requests::RequestBuilder;
use crate::retry::SentenceTask;
use crate::segment::utf16_len;
use crate::sentence_report::UncertainWord;
use crate::sentences;

/// The text so far: the sentences of each block joined for the language `to`, `between[i]` after block i.
pub(crate) fn text_event(
    blocks: &[Vec<SentenceTask>],
    between: &[String],
    to: &str,
    builder: &RequestBuilder,
) -> JobEvent {
    let (mut text, mut doubts) = (String::new(), Vec::new());
    for (block, after) in blocks.iter().zip(between) {
        let shown: Vec<_> = block.iter().map(|sentence| shown(sentence, to, builder)).collect();
        let parts = shown.iter().zip(block).map(|((text, _), of)| (text.as_str(), of.separator.as_str()));
        let (joined, starts) = sentences::join_at(parts, to);
        let (mut units, mut bytes) = (utf16_len(&text), 0);
        for ((_, words), start) in shown.into_iter().zip(starts) {
            units += utf16_len(&joined[bytes..start]);
            bytes = start;
            let moved = |word: UncertainWord| UncertainWord {
                start: word.start + units,
                end: word.end + units,
                ..word
            };
            doubts.extend(words.into_iter().map(moved));
        }
        text.push_str(&joined);
        text.push_str(after);
    }
    JobEvent::Text { text, doubts }
}

fn shown(sentence: &SentenceTask, to: &str, builder: &RequestBuilder) -> (String, Vec<UncertainWord>) {
    // While a sentence is decoded again for a glossary term, its first translation is shown.
    if let Some(report) = sentence.current_best() {
        return (report.translation.clone(), sentence.uncertain_words.clone());
    }
    let pieces: Vec<(String, &str)> = sentence
        .pieces
        .iter()
        .map(|piece| {
            let text = match &piece.candidate {
                Some(report) => report.translation.clone(),
                None => text_of(&piece.tokens, builder).unwrap_or_default(),
            };
            (text, piece.separator.as_str())
        })
        .collect();
    // In joined pieces the words' positions would have to be found again at every token.
    let found = match sentence.pieces.as_slice() {
        [whole] => uncertain_words(&whole.tokens, builder).unwrap_or_default(),
        _ => Vec::new(),
    };
    let pieces = pieces.iter().map(|(text, separator)| (text.as_str(), *separator));
    (sentences::join(pieces, to), found)
}
