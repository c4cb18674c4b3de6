//! The end of a job: the sentences put together, kept for review, written, read back. Writing is a step of its own that
//! may be repeated, so that a crash anywhere before it, in it or after it leaves nothing to do but to do it again.

use std::path::{Path, PathBuf};

use documents::{Document, Finding, FindingKind, Format, ReadOptions, Translation};

use crate::alignment;
use crate::answer::SentenceReport;
use crate::checks::{self, Reason};
use crate::error::{Error, Result};
use crate::frame::{self, Frame};
use crate::glossary::{TermCount, Terms};
use crate::job::{JobId, JobResult, Warning};
use crate::ladder::Sentence;
use crate::languages::{LanguagePair, language};
use crate::output;
use crate::review::{Line, Segment, SpanMark};
use crate::sentences;
use crate::store::Store;
use crate::store::jobs::JobState;
use crate::store::lines::Plan;
use crate::store::segments::hash;
use crate::task::Task;

/// The result of a complete job; a document is written, and its row says done.
pub(crate) fn deliver(task: &mut Task, store: Option<&Store>) -> Result<JobResult> {
    let (written, text) = match (&task.frame, store) {
        (Frame::Text(between), _) => {
            let blocks = task.blocks.iter().map(|block| block_text(block, &task.job.pair.to));
            let text = blocks.zip(between).map(|(block, after)| block + after).collect();
            let to_review = task.blocks.iter().flatten().filter(|s| is_to_review(s)).count();
            (Written { to_review, ..Written::default() }, Some(text))
        }
        (Frame::File { .. }, Some(store)) => (document(task, store)?, None),
        (Frame::File { .. }, None) => return Err(Error::Stopped),
    };
    let count = |is: fn(&Sentence) -> bool| {
        let sentences = task.blocks.iter().flatten().filter(|sentence| is(sentence));
        sentences.map(|sentence| words(&sentence.text, &task.job.pair.from)).sum()
    };
    let (words, words_decoded) = (count(|_| true), count(|sentence| sentence.tokens > 0));
    let sentences = task.blocks.iter_mut().flatten().filter_map(|sentence| sentence.done.take()).collect();
    let Written { output, to_review, terms } = written;
    Ok(JobResult {
        warning: (task.total == 0 && output.is_some()).then_some(Warning::NoText),
        output,
        text,
        segments: task.total,
        reused: task.reused,
        to_review,
        terms,
        words,
        words_decoded,
        tokens: task.tokens,
        seconds: task.seconds(),
        tokens_per_second: task.rate(),
        sentences,
    })
}

/// What became of a document.
#[derive(Default)]
struct Written {
    output: Option<PathBuf>,
    to_review: usize,
    terms: TermCount,
}

fn document(task: &mut Task, store: &Store) -> Result<Written> {
    let Frame::File { document, format, input, target, .. } = &task.frame else { return Err(Error::Stopped) };
    let mut lines = lines(&task.blocks, document, &task.job.pair.to);
    let options = frame::read_options(&task.job.pair, &task.job.options);
    let bytes = write(document, *format, &task.job.pair, &options, &mut lines)?;
    let to_review = lines.iter().filter(|line| line.shown().is_to_review()).count();
    let terms = lines.iter().map(|line| &line.terms).collect();
    let (pair, learns) = (&task.job.pair, task.job.options.memory);
    store.plan(&Plan { job: task.id, pair, lines: &lines, to_review, terms, learns })?;
    // In a folder, the name that it would get beside a source there.
    let folder = target.as_ref().filter(|target| target.is_dir());
    let beside =
        folder.map_or_else(|| input.clone(), |folder| folder.join(input.file_name().unwrap_or_default()));
    let free = || output::free_name(&beside, &pair.to, frame::new_extension(*format));
    let target = target.as_deref().filter(|_| folder.is_none());
    let output = publish(store, task.id, input, target, &free, &bytes)?;
    store.set_state(task.id, JobState::Done, None)?;
    // The result tells what was found in writing, too.
    let reports = task.blocks.iter_mut().flatten().filter_map(|sentence| sentence.done.as_mut());
    for (report, line) in reports.zip(lines) {
        let shown = Segment::from(line);
        (report.status, report.reasons, report.translation) = (shown.status, shown.reasons, shown.target);
        report.terms = shown.terms;
    }
    Ok(Written { output: Some(output), to_review, terms })
}

/// The bytes of a document with these lines as its translation, parsed again. What the document could not take over is
/// said anew of the lines, whose blocks are in its order.
pub(crate) fn write(
    document: &Document,
    format: Format,
    pair: &LanguagePair,
    options: &ReadOptions,
    lines: &mut [Line],
) -> Result<Vec<u8>> {
    lines.iter_mut().for_each(|line| line.found.clear());
    let translations = translations(document, lines, &pair.to);
    let written = document.write(&translations)?;
    for Finding { block, kind, text } in &written.findings {
        match kind {
            FindingKind::Lost => blame(lines, *block, Reason::Placeholder(text.clone())),
            FindingKind::Dropped | FindingKind::Moved => blame(lines, *block, Reason::Tag(text.clone())),
            FindingKind::Long => blame(lines, *block, Reason::LongLine),
            FindingKind::Encoding => blame(lines, *block, Reason::Encoding),
            FindingKind::Empty => refuse(lines, *block, &Reason::Empty),
            FindingKind::Refused => refuse(lines, *block, &Reason::Refused),
        }
    }
    if frame::new_extension(format).is_some() {
        return Ok(written.bytes);
    }
    let again = Document::parse_with(format, &written.bytes, options)?;
    // Formats that hold both languages have nothing left to translate then.
    if again.blocks().len() == translations.len() {
        for (block, (read, translation)) in again.blocks().iter().zip(&translations).enumerate() {
            let missing = checks::lost_numbers(&translation.text, &read.text);
            missing.into_iter().for_each(|number| blame(lines, block, Reason::Number(number)));
        }
    }
    Ok(written.bytes)
}

// One for each block. Markup goes where the words went; where nobody saw them go, their letters have to tell.
fn translations(document: &Document, lines: &[Line], to: &str) -> Vec<Translation> {
    let mut translations = vec![Translation::default(); document.blocks().len()];
    for lines in lines.chunk_by(|a, b| a.block == b.block) {
        let Some(translation) = lines.first().and_then(|line| translations.get_mut(line.block)) else {
            continue;
        };
        let parts = lines.iter().map(|line| (line.target.as_str(), line.separator.as_str()));
        let (text, starts) = sentences::join_at(parts, to);
        translation.text = text;
        let mut from = 0;
        for (line, to) in lines.iter().zip(starts) {
            let seen = match line.links.is_empty() && !line.spans.is_empty() {
                true => alignment::links_by_letters(&line.source, &line.target),
                false => line.links.clone(),
            };
            translation.links.extend(alignment::moved(&seen, (from, to)));
            from += line.source.len() + line.separator.len();
        }
    }
    translations
}

// A block that kept its source kept all its sentences'.
fn refuse(lines: &mut [Line], block: usize, reason: &Reason) {
    lines.iter_mut().filter(|line| line.block == block).for_each(|line| line.found.push(reason.clone()));
}

// A reason stands with the sentence of its block that it is about, as far as that can be told, else with the first;
// once for a block.
fn blame(lines: &mut [Line], block: usize, reason: Reason) {
    let of_block = |line: &&mut Line| line.block == block;
    let mut lines: Vec<&mut Line> = lines.iter_mut().filter(of_block).collect();
    if lines.iter().any(|line| line.reasons.contains(&reason) || line.found.contains(&reason)) {
        return;
    }
    let concerns = |line: &Line| match &reason {
        Reason::Tag(markup) => line.spans.iter().any(|span| is_about(markup, line, span)),
        Reason::Placeholder(text) | Reason::Number(text) => {
            line.source.contains(text) || line.spans.iter().any(|span| is_about(text, line, span))
        }
        _ => false,
    };
    let place = lines.iter().position(|line| concerns(line)).unwrap_or(0);
    if let Some(line) = lines.get_mut(place) {
        line.found.push(reason);
    }
}

// Whether this is the span's markup with its text.
fn is_about(markup: &str, line: &Line, span: &SpanMark) -> bool {
    let units = line.source.encode_utf16().skip(span.start).take(span.end - span.start);
    let text = String::from_utf16_lossy(&units.collect::<Vec<u16>>());
    !span.label.is_empty() && markup.starts_with(&span.label) && markup.contains(&text)
}

/// Puts a translation in its place, where no work but our own is replaced: again under the name it had, beside its
/// source, or as its `target`.
fn publish(
    store: &Store,
    job: JobId,
    input: &Path,
    target: Option<&Path>,
    free: &dyn Fn() -> PathBuf,
    bytes: &[u8],
) -> Result<PathBuf> {
    let wanted = hash(bytes);
    let row = store.job(job)?;
    if let Some(path) = row.output
        && let Ok(there) = output::read(&path).map(|bytes| hash(&bytes))
        && row.hashes.wrote(&there)
    {
        output::not_the_source(input, &path)?;
        store.aim(job, &path, &wanted, Some(&there))?;
        if there != wanted {
            output::replace(&path, bytes)?;
        }
        return Ok(path);
    }
    loop {
        let path = target.map_or_else(free, Path::to_owned);
        output::check(input, &path)?;
        store.aim(job, &std::path::absolute(&path).unwrap_or_else(|_| path.clone()), &wanted, None)?;
        match output::write(&path, bytes) {
            // Another program took the name just now.
            Err(Error::Exists(_)) if target.is_none() => {}
            written => return written.map(|()| path),
        }
    }
}

fn lines(blocks: &[Vec<Sentence>], document: &Document, to: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        let mut at = 0;
        for sentence in block {
            let range = at..at + sentence.text.len();
            at = range.end + sentence.separator.len();
            let Some(report) = &sentence.done else { continue };
            lines.push(Line {
                index: lines.len(),
                block: index,
                source: sentence.text.clone(),
                separator: sentence.separator.clone(),
                target: report.translation.clone(),
                status: report.status,
                reasons: report.reasons.clone(),
                found: Vec::new(),
                links: report.links.clone(),
                terms: Terms::of(sentence.terms.iter().map(|hit| hit.term.clone()), &report.translation, to),
                spans: document
                    .blocks()
                    .get(index)
                    .map_or_else(Vec::new, |block| SpanMark::within(block, &range)),
            });
        }
    }
    lines
}

fn block_text(block: &[Sentence], to: &str) -> String {
    let report = |sentence: &Sentence| {
        sentence.done.as_ref().map(|report: &SentenceReport| report.translation.clone())
    };
    let parts: Vec<(String, &str)> =
        block.iter().map(|s| (report(s).unwrap_or_default(), s.separator.as_str())).collect();
    sentences::join(parts.iter().map(|(text, separator)| (text.as_str(), *separator)), to)
}

fn is_to_review(sentence: &Sentence) -> bool {
    sentence.done.as_ref().is_some_and(|report| report.status.is_to_review())
}

// Without spaces a word cannot be told from the next.
fn words(text: &str, code: &str) -> usize {
    match language(code).is_none_or(|language| language.spaced) {
        true => text.split_whitespace().count(),
        false => text.chars().filter(|c| c.is_alphanumeric()).count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::SentenceStatus;
    use crate::review::MarkKind;

    fn line(block: usize, source: &str, label: &str) -> Line {
        let mark = SpanMark { start: 0, end: 1, kind: MarkKind::Paired, label: label.to_owned() };
        Line {
            index: 0,
            block,
            source: source.to_owned(),
            separator: String::new(),
            target: String::new(),
            status: SentenceStatus::Done,
            reasons: Vec::new(),
            found: Vec::new(),
            spans: if label.is_empty() { Vec::new() } else { vec![mark] },
            links: Vec::new(),
            terms: Terms::default(),
        }
    }

    #[test]
    fn the_sentence_that_a_finding_is_about_is_called_doubtful() {
        let mut lines = [
            line(0, "8 Uhr", "**"),
            line(1, "7 Uhr", "**"),
            line(1, "8 Uhr", "**"),
            line(1, "9 Uhr", ""),
            line(2, "10 Uhr", ""),
            line(2, "11 Uhr", ""),
            line(3, "12 Uhr", ""),
        ];
        blame(&mut lines, 1, Reason::Tag("**8**".to_owned()));
        blame(&mut lines, 1, Reason::Tag("**8**".to_owned()));
        blame(&mut lines, 1, Reason::Number("9".to_owned()));
        blame(&mut lines, 1, Reason::Number("4".to_owned()));
        blame(&mut lines, 0, Reason::Placeholder("**8**".to_owned()));
        refuse(&mut lines, 2, &Reason::Refused);
        let blamed = lines.map(|line| (line.shown(), line.all_reasons().len()));
        use SentenceStatus::{Done, Doubtful, Kept};
        assert_eq!(
            blamed,
            [(Doubtful, 1), (Doubtful, 1), (Doubtful, 1), (Doubtful, 1), (Kept, 1), (Kept, 1), (Done, 0)]
        );
    }
}
