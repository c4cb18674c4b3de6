//! Typed text as it streams: all that is there of it, with its doubtful words.

use model_files::Tokenizer;

use crate::answer::{UncertainWord, doubts, text_of};
use crate::frame::Frame;
use crate::job::JobEvent;
use crate::ladder::Sentence;
use crate::room::Speaker;
use crate::sentences;
use crate::task::Task;

/// Length as the webview counts it.
pub(crate) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// All that is there of a live text, and its doubtful words.
pub(crate) fn text_event(task: &Task, speaker: &Speaker, tokenizer: &Tokenizer) -> JobEvent {
    let Frame::Text(between) = &task.frame else {
        return JobEvent::Text { text: String::new(), doubts: Vec::new() };
    };
    let to = task.job.pair.to.as_str();
    let joined = |parts: &[(String, &str)]| {
        sentences::join(parts.iter().map(|(text, separator)| (text.as_str(), *separator)), to)
    };
    let mut text = String::new();
    let mut all: Vec<UncertainWord> = Vec::new();
    for (block, after) in task.blocks.iter().zip(between) {
        let mut parts: Vec<(String, &str)> = Vec::new();
        let before = units(&text);
        for sentence in block {
            let (shown, found) = shown(sentence, to, speaker, tokenizer);
            // What separates two sentences depends on both, so the start is measured with this one in place.
            parts.push((shown.clone(), ""));
            let start = before + units(&joined(&parts)) - units(&shown);
            parts.pop();
            all.extend(found.into_iter().map(|d| UncertainWord {
                start: d.start + start,
                end: d.end + start,
                ..d
            }));
            parts.push((shown, &sentence.separator));
        }
        text.push_str(&joined(&parts));
        text.push_str(after);
    }
    JobEvent::Text { text, doubts: all }
}

fn shown(
    sentence: &Sentence,
    to: &str,
    speaker: &Speaker,
    tokenizer: &Tokenizer,
) -> (String, Vec<UncertainWord>) {
    // While it is tried again for a term's sake, the answer that there is stays.
    if let Some(report) = sentence.taken() {
        return (report.translation.clone(), sentence.doubts.clone());
    }
    let pieces: Vec<(String, &str)> = sentence
        .pieces
        .iter()
        .map(|piece| {
            let text = match &piece.answer {
                Some(report) => report.translation.clone(),
                None => text_of(tokenizer, &piece.tokens, &speaker.end_tokens).unwrap_or_default(),
            };
            (text, piece.separator.as_str())
        })
        .collect();
    // Places of doubts in joined pieces would have to be found again at every token.
    let found = match sentence.pieces.as_slice() {
        [whole] => doubts(tokenizer, &whole.tokens, speaker).unwrap_or_default(),
        _ => Vec::new(),
    };
    let pieces = pieces.iter().map(|(text, separator)| (text.as_str(), *separator));
    (sentences::join(pieces, to), found)
}
