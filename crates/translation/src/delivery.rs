//! The end of a job: joins the sentences, stores the segments for review, writes the document and reads it back. Each
//! step can be repeated, so that a job can be resumed after a crash at any point.

mod markup;

use std::path::{Path, PathBuf};

use documents::{Document, Finding, FindingKind, Format, LeftAlone, ReadOptions};

use crate::access::{self, Access};
use crate::checks::{self, Reason};
use crate::error::{Error, Result};
use crate::glossary::{TermCount, Terms};
use crate::job::{JobResult, Target, Warning};
use crate::job_id::JobId;
use crate::languages::{LanguagePair, language};
use crate::name_style::NameStyle;
use crate::quality::Summary;
use crate::retry::SentenceTask;
use crate::segment::{Segment, SpanMark};
use crate::sentence_report::SentenceReport;
use crate::source::{self, LoadedSource};
use crate::store::jobs::JobState;
use crate::store::segments::{DocumentSegments, ReviewCounts, SegmentRecord};
use crate::store::{Store, sha256};
use crate::task::Task;
use crate::{files, names, sentences, typed_words};

/// Completes a job: writes its document, marks its row as done, and returns the result.
pub(crate) fn deliver(task: &mut Task, store: Option<&Store>) -> Result<JobResult> {
    if let LoadedSource::Text(between) = &task.source {
        typed_words::locate(&mut task.blocks, between, &task.job.pair.to);
    }
    let (written, text) = match (&task.source, store) {
        (LoadedSource::Text(between), _) => {
            let blocks = task.blocks.iter().map(|block| block_text(block, &task.job.pair.to));
            let text = blocks.zip(between).map(|(block, after)| block + after).collect();
            let counts = text_counts(task);
            (WrittenDocument { counts, ..WrittenDocument::default() }, Some(text))
        }
        (_, Some(store)) => (deliver_document(task, store)?, None),
        (_, None) => return Err(Error::Stopped),
    };
    let document_terms = task.counted_terms();
    if let Some(store) = task.queue_store().filter(|_| task.document_terms.is_some()) {
        store.set_document_terms(task.id, &document_terms)?;
    }
    let count = |is: fn(&SentenceTask) -> bool| {
        let sentences = task.blocks.iter().flatten().filter(|sentence| is(sentence));
        sentences.map(|sentence| count_words(&sentence.text, &task.job.pair.from)).sum()
    };
    let (words, words_decoded) = (count(|_| true), count(|sentence| sentence.tokens > 0));
    let sentences: Vec<SentenceReport> =
        task.blocks.iter_mut().flatten().filter_map(|sentence| sentence.done.take()).collect();
    let summary: Summary = sentences.iter().map(|sentence| sentence.quality).collect();
    let WrittenDocument { output, bytes, counts, placeholders_kept, terms, left_alone } = written;
    Ok(JobResult {
        warning: (task.total == 0 && !task.is_interactive()).then_some(Warning::NoText),
        output,
        bytes,
        text,
        segments: task.total,
        reused: task.reused,
        to_review: counts.to_review,
        poor: counts.poor,
        unknown_text: summary.is_unknown_text(),
        uncalibrated: summary.uncalibrated,
        placeholders_kept,
        terms,
        document_terms,
        demonstration: task.demonstration,
        left_alone,
        words,
        words_decoded,
        tokens: task.tokens,
        prompt_tokens: task.prompt_tokens,
        context_tokens: task.context_tokens,
        seconds: task.seconds(),
        tokens_per_second: task.rate(),
        recipe: Vec::new(),
        sentences,
    })
}

/// The outcome of writing a document.
#[derive(Default)]
struct WrittenDocument {
    output: Option<PathBuf>,
    bytes: Option<Vec<u8>>,
    counts: ReviewCounts,
    placeholders_kept: usize,
    terms: TermCount,
    left_alone: LeftAlone,
}

fn deliver_document(task: &mut Task, store: &Store) -> Result<WrittenDocument> {
    let (LoadedSource::File { document, format, .. } | LoadedSource::Bytes { document, format }) =
        &task.source
    else {
        return Err(Error::Stopped);
    };
    let mut segments = segment_records(&task.blocks, document, &task.job.pair.to);
    let options = source::read_options(&task.job.pair, &task.job.options);
    let bytes = write(document, *format, &task.job.pair, &options, &mut segments)?;
    let counts = ReviewCounts::of(&segments);
    let kept = |segment: &&SegmentRecord| segment.findings.contains(&Reason::Placeholders);
    let placeholders_kept = segments.iter().filter(kept).count();
    let terms = segments.iter().map(|segment| &segment.terms).collect();
    let left_alone = document.left_alone().clone();
    let (pair, memory) = (&task.job.pair, task.job.options.memory);
    let (output, bytes) = match &task.source {
        LoadedSource::File { input, target, .. } => {
            store.save_segments(&DocumentSegments {
                job: task.id,
                pair,
                segments: &segments,
                counts,
                terms,
                memory,
            })?;
            let output = publish(store, task.id, (input, target.as_ref()), pair, *format, &bytes)?;
            store.set_state(task.id, JobState::Done, None)?;
            (Some(output), None)
        }
        _ => {
            if memory {
                store.learn(pair, &segments)?;
            }
            (None, Some(bytes))
        }
    };
    // The result includes what writing found.
    let reports = task.blocks.iter_mut().flatten().filter_map(|sentence| sentence.done.as_mut());
    for (report, segment) in reports.zip(segments) {
        let shown = Segment::from(segment);
        (report.status, report.reasons, report.translation) = (shown.status, shown.reasons, shown.target);
        (report.terms, report.quality) = (shown.terms, shown.quality);
    }
    Ok(WrittenDocument { output, bytes, counts, placeholders_kept, terms, left_alone })
}

/// Renders a document with these segments as its translation and parses the result again. Replaces the findings of the
/// segments, whose blocks must be in document order.
pub(crate) fn write(
    document: &Document,
    format: Format,
    pair: &LanguagePair,
    options: &ReadOptions,
    segments: &mut [SegmentRecord],
) -> Result<Vec<u8>> {
    segments.iter_mut().for_each(|segment| segment.findings.clear());
    let translations = markup::translations(document, segments, &pair.to);
    let written = document.write(&translations)?;
    markup::record_positions(document, &translations, segments, &pair.to);
    for Finding { block, kind, text } in &written.findings {
        match kind {
            FindingKind::Lost => add_to_segment(segments, *block, Reason::Placeholder(text.clone())),
            FindingKind::Dropped | FindingKind::Moved => {
                add_to_segment(segments, *block, Reason::Tag(text.clone()))
            }
            FindingKind::Long => add_to_segment(segments, *block, Reason::LongLine),
            FindingKind::Encoding => add_to_segment(segments, *block, Reason::Encoding),
            FindingKind::Empty => add_to_block(segments, *block, &Reason::Empty),
            FindingKind::Refused => add_to_block(segments, *block, &Reason::Refused),
            FindingKind::Placeholders => add_to_block(segments, *block, &Reason::Placeholders),
        }
    }
    if source::new_extension(format).is_some() {
        return Ok(written.bytes);
    }
    let again = Document::parse_with(format, &written.bytes, options)?;
    // Bilingual formats have nothing left to translate then.
    if again.blocks().len() == translations.len() {
        for (block, (read, translation)) in again.blocks().iter().zip(&translations).enumerate() {
            let missing = checks::lost_numbers(&translation.text, &read.text);
            missing.into_iter().for_each(|number| add_to_segment(segments, block, Reason::Number(number)));
        }
    }
    Ok(written.bytes)
}

// Adds a reason to all segments of a block that keeps its source.
fn add_to_block(segments: &mut [SegmentRecord], block: usize, reason: &Reason) {
    segments
        .iter_mut()
        .filter(|segment| segment.block == block)
        .for_each(|segment| segment.findings.push(reason.clone()));
}

// Adds a reason to the segment of the block that it concerns, or to the first one if that is unknown; once for a block.
fn add_to_segment(segments: &mut [SegmentRecord], block: usize, reason: Reason) {
    let of_block = |segment: &&mut SegmentRecord| segment.block == block;
    let mut segments: Vec<&mut SegmentRecord> = segments.iter_mut().filter(of_block).collect();
    if segments.iter().any(|segment| segment.reasons.contains(&reason) || segment.findings.contains(&reason))
    {
        return;
    }
    let concerns = |segment: &SegmentRecord| match &reason {
        Reason::Tag(markup) => segment.spans.iter().any(|span| is_about(markup, segment, span)),
        Reason::Placeholder(text) | Reason::Number(text) => {
            segment.source.contains(text) || segment.spans.iter().any(|span| is_about(text, segment, span))
        }
        _ => false,
    };
    let index = segments.iter().position(|segment| concerns(segment)).unwrap_or(0);
    if let Some(segment) = segments.get_mut(index) {
        segment.findings.push(reason);
    }
}

// Whether `markup` is the markup of this span with its text.
fn is_about(markup: &str, segment: &SegmentRecord, span: &SpanMark) -> bool {
    let units = segment.source.encode_utf16().skip(span.start).take(span.end - span.start);
    let text = String::from_utf16_lossy(&units.collect::<Vec<u16>>());
    !span.label.is_empty() && markup.starts_with(&span.label) && markup.contains(&text)
}

/// Writes the output file: to its earlier path if the file there is our own, else to the target or a free name beside the
/// source. Never replaces a file of another program.
fn publish(
    store: &Store,
    job: JobId,
    (input, target): (&Path, Option<&Target>),
    pair: &LanguagePair,
    format: Format,
    bytes: &[u8],
) -> Result<PathBuf> {
    let new = sha256(bytes);
    let row = store.job(job)?;
    if let Some(path) = row.output
        && let Ok(existing) = files::read(&path).map(|bytes| sha256(&bytes))
        && row.hashes.is_own_output(&existing)
    {
        files::not_the_source(input, &path)?;
        store.record_output_target(job, &path, &new, Some(&existing))?;
        if existing != new {
            files::replace(&path, bytes, &Access::of(&[input, &path]))?;
        }
        return Ok(path);
    }
    loop {
        let path = output_path(input, target, pair, (row.options.names, format))?;
        files::check(input, &path)?;
        store.record_output_target(
            job,
            &std::path::absolute(&path).unwrap_or_else(|_| path.clone()),
            &new,
            None,
        )?;
        match files::write(&path, bytes, &Access::of(&[input])) {
            // Another program has just created a file with this name.
            Err(Error::Exists(_)) if !matches!(target, Some(Target::File(_))) => {}
            written => return written.map(|()| path),
        }
    }
}

/// Where a translation would be written now: at the target, or under a free name in the target folder, which is made if it
/// is not there, or beside the source.
pub(crate) fn output_path(
    input: &Path,
    target: Option<&Target>,
    pair: &LanguagePair,
    (style, format): (NameStyle, Format),
) -> Result<PathBuf> {
    let beside = match target {
        Some(Target::File(path)) => return Ok(path.clone()),
        Some(Target::Folder(folder)) => {
            access::make_folder(folder, files::folder_of(input))
                .map_err(|error| Error::Write { path: folder.clone(), reason: error.to_string() })?;
            folder.join(input.file_name().unwrap_or_default())
        }
        None => input.to_owned(),
    };
    Ok(names::free_name(&beside, pair, style, source::new_extension(format)))
}

fn segment_records(blocks: &[Vec<SentenceTask>], document: &Document, to: &str) -> Vec<SegmentRecord> {
    let mut segments = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        let mut at = 0;
        for sentence in block {
            let range = at..at + sentence.text.len();
            at = range.end + sentence.separator.len();
            let Some(report) = &sentence.done else { continue };
            segments.push(SegmentRecord {
                index: segments.len(),
                block: index,
                source: sentence.text.clone(),
                separator: sentence.separator.clone(),
                target: report.translation.clone(),
                status: report.status,
                reasons: report.reasons.clone(),
                findings: Vec::new(),
                links: report.links.clone(),
                placed: Vec::new(),
                chosen: Vec::new(),
                quality: report.quality,
                terms: Terms::of(sentence.terms.iter().map(|hit| hit.term.clone()), &report.translation, to),
                spans: document
                    .blocks()
                    .get(index)
                    .map_or_else(Vec::new, |block| SpanMark::within(block, &range)),
            });
        }
    }
    segments
}

fn block_text(block: &[SentenceTask], to: &str) -> String {
    let report = |sentence: &SentenceTask| {
        sentence.done.as_ref().map(|report: &SentenceReport| report.translation.clone())
    };
    let parts: Vec<(String, &str)> =
        block.iter().map(|s| (report(s).unwrap_or_default(), s.separator.as_str())).collect();
    sentences::join(parts.iter().map(|(text, separator)| (text.as_str(), *separator)), to)
}

fn text_counts(task: &Task) -> ReviewCounts {
    let reports = || task.blocks.iter().flatten().filter_map(|sentence| sentence.done.as_ref());
    ReviewCounts {
        to_review: reports().filter(|report| report.status.is_to_review()).count(),
        poor: reports().map(|report| report.quality).collect::<Summary>().poor,
    }
}

// Counts characters in languages without spaces between words.
fn count_words(text: &str, code: &str) -> usize {
    match language(code).is_none_or(|language| language.spaced) {
        true => text.split_whitespace().count(),
        false => text.chars().filter(|c| c.is_alphanumeric()).count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::MarkKind;
    use crate::sentence_report::SentenceStatus;

    fn segment(block: usize, source: &str, label: &str) -> SegmentRecord {
        let mark = SpanMark { start: 0, end: 1, kind: MarkKind::Paired, label: label.to_owned() };
        SegmentRecord {
            index: 0,
            block,
            source: source.to_owned(),
            separator: String::new(),
            target: String::new(),
            status: SentenceStatus::Done,
            reasons: Vec::new(),
            findings: Vec::new(),
            spans: if label.is_empty() { Vec::new() } else { vec![mark] },
            links: Vec::new(),
            placed: Vec::new(),
            chosen: Vec::new(),
            terms: Terms::default(),
            quality: None,
        }
    }

    #[test]
    fn a_finding_makes_the_segment_that_it_concerns_doubtful() {
        let mut segments = [
            segment(0, "8 Uhr", "**"),
            segment(1, "7 Uhr", "**"),
            segment(1, "8 Uhr", "**"),
            segment(1, "9 Uhr", ""),
            segment(2, "10 Uhr", ""),
            segment(2, "11 Uhr", ""),
            segment(3, "12 Uhr", ""),
        ];
        add_to_segment(&mut segments, 1, Reason::Tag("**8**".to_owned()));
        add_to_segment(&mut segments, 1, Reason::Tag("**8**".to_owned()));
        add_to_segment(&mut segments, 1, Reason::Number("9".to_owned()));
        add_to_segment(&mut segments, 1, Reason::Number("4".to_owned()));
        add_to_segment(&mut segments, 0, Reason::Placeholder("**8**".to_owned()));
        add_to_block(&mut segments, 2, &Reason::Refused);
        let shown = segments.map(|segment| (segment.status_in_document(), segment.all_reasons().len()));
        use SentenceStatus::{Done, Doubtful, Kept};
        assert_eq!(
            shown,
            [(Doubtful, 1), (Doubtful, 1), (Doubtful, 1), (Doubtful, 1), (Kept, 1), (Kept, 1), (Done, 0)]
        );
    }
}
