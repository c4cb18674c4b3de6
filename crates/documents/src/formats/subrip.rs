//! SubRip subtitles: the text of a cue is a block; numbers, times and positions are left unchanged.

use std::ops::Range;

use crate::block::{Span, SpanKind};
use crate::builder::Builder;
use crate::escaping::Escaping;
use crate::formats::text::{lines, newline};
use crate::left_alone::Place;
use crate::parsed::Parsed;
use crate::slot::ParsedBlock;
use crate::tags::Tag;
use crate::wrap::{LineLayout, SUBTITLE_LINES};
use crate::{Error, Result};

/// Elements that players support; any other `<…>` is text.
const ELEMENTS: [&str; 6] = ["i", "b", "u", "s", "font", "br"];

/// A longer `<…>` is text; `<font>` with a face, a size and a colour has 60 bytes.
const MARKUP_BYTES: usize = 256;

/// Dashes that mark a new speaker at the start of a line.
pub(crate) const DASHES: [char; 4] = ['-', '‐', '–', '—'];

/// Whether a text starts like a SubRip file: a number, then a time line.
pub(crate) fn starts_like_cues(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let mut lines = lines(text).filter_map(|range| text.get(range));
    let number = lines.next().is_some_and(is_number);
    number && lines.next().is_some_and(is_times)
}

/// The blocks of a subtitle file.
///
/// # Errors
/// [`Error::NoCues`] when no line holds times.
pub(crate) fn parse(source: &str) -> Result<Parsed> {
    let lines: Vec<Range<usize>> = lines(source).collect();
    let line = |at: usize| lines.get(at).and_then(|range| source.get(range.clone())).unwrap_or_default();
    let first = (0..lines.len()).find(|&at| is_times(line(at))).ok_or(Error::NoCues)?;
    let is_text = |at: usize| {
        let numbers_next = is_number(line(at)) && is_times(line(at + 1));
        at > first && !line(at).trim().is_empty() && !is_times(line(at)) && !numbers_next
    };
    let text = |range: &Range<usize>| source.get(range.clone()).unwrap_or_default();
    let mut found = Parsed::default();
    let mut at = first;
    while at < lines.len() {
        let end = (at..lines.len()).find(|&at| !is_text(at)).unwrap_or(lines.len());
        let cue = lines.get(at..end).unwrap_or_default();
        let several_speakers = cue.len() > 1 && (at..end).all(|at| line(at).trim_start().starts_with(DASHES));
        for part in cue.chunks(if several_speakers { 1 } else { cue.len().max(1) }) {
            match block(source, part, several_speakers) {
                Some(block) => found.extend(block.into_translatable()),
                None => found.leave(Place::CrowdedText, &part.iter().map(text).collect::<String>()),
            }
        }
        at = end.max(at + 1);
    }
    Ok(found)
}

/// The layout of a cue: as many lines as its source, or two where one would be too long. With several speakers each has
/// one line.
pub(crate) fn layout(lines: usize, several_speakers: bool) -> LineLayout {
    LineLayout::Balance { lines, most: if several_speakers { lines } else { SUBTITLE_LINES } }
}

/// The block of a cue's lines; `None` if it has more markup than a block may have.
fn block(source: &str, lines: &[Range<usize>], several_speakers: bool) -> Option<ParsedBlock> {
    let trimmed = |range: &Range<usize>| {
        let line = source.get(range.clone()).unwrap_or_default();
        let body = line.trim_start();
        let start = range.end - body.len();
        // A speaker's dash is not part of the text.
        let spoken = body.trim_start_matches(DASHES).trim_start();
        let dash = if lines.len() == 1 && spoken.len() < body.len() { body.len() - spoken.len() } else { 0 };
        start + dash..start + body.trim_end().len()
    };
    let start = lines.first().map_or(0, |range| trimmed(range).start);
    let mut builder = Builder::new(source, start);
    for range in lines.iter().map(trimmed) {
        if builder.end > start {
            let gap = source.get(builder.end..range.start).unwrap_or_default();
            builder.soft_break(gap.trim_start_matches([' ', '\t']));
        }
        line(&mut builder, source, range.clone());
        builder.end = range.end;
        if builder.is_crowded() {
            return None;
        }
    }
    let mut found = builder.finish(Escaping::Plain, |_, _| layout(lines.len(), several_speakers));
    if found.slot.newline.is_empty() {
        found.slot.newline = newline(source).to_owned();
    }
    merge(&mut found.block.spans, &found.block.text);
    Some(found)
}

/// Appends a line's text, tags and `{\an8}` codes.
fn line(builder: &mut Builder, source: &str, range: Range<usize>) {
    let mut from = range.start;
    while let Some(rest) = source.get(from..range.end).filter(|rest| !rest.is_empty()) {
        if builder.is_crowded() {
            return;
        }
        let next = rest.find(['<', '{']).unwrap_or(rest.len());
        builder.text(&rest[..next]);
        let rest = &rest[next..];
        from += next;
        let size = markup_size(rest);
        if size > 0 && rest.starts_with('<') {
            builder.tag(from..from + size);
        } else if size > 0 {
            builder.void(from..from + size);
        } else {
            let literal = rest.chars().next().map_or(0, char::len_utf8);
            builder.text(&rest[..literal]);
            from += literal;
        }
        from += size;
    }
}

/// Bytes of the tag or code that `text` starts with; 0 if it starts with neither.
fn markup_size(text: &str) -> usize {
    let end = |close: u8| text.bytes().take(MARKUP_BYTES).position(|b| b == close).map_or(0, |at| at + 1);
    if text.starts_with("{\\") {
        return end(b'}');
    }
    let size = if text.starts_with('<') { end(b'>') } else { 0 };
    match Tag::read(text.get(..size).unwrap_or_default()) {
        Tag::Open(name) | Tag::Close(name) | Tag::Empty(name) if ELEMENTS.contains(&name.as_str()) => size,
        _ => 0,
    }
}

/// Merges adjacent spans with the same tags, such as `<i>…</i>` on each line of a cue.
fn merge(spans: &mut Vec<Span>, text: &str) {
    let nested = spans.iter().any(|span| span.parent.is_some());
    if nested || spans.iter().any(|span| span.kind == SpanKind::Locked) {
        return;
    }
    spans.dedup_by(|next, span| {
        let gap = text.get(span.range.end..next.range.start).unwrap_or("?");
        let same = span.kind == SpanKind::Paired && span.open == next.open && span.close == next.close;
        let merged = same && next.kind == SpanKind::Paired && gap.trim().is_empty();
        if merged {
            span.range.end = next.range.end;
            span.source.end = next.source.end;
        }
        merged
    });
}

pub(crate) fn is_number(line: &str) -> bool {
    let line = line.trim().trim_start_matches('\u{feff}');
    !line.is_empty() && line.bytes().all(|b| b.is_ascii_digit())
}

/// `00:00:01,000 --> 00:00:02,000`, possibly followed by positions; the hours may be missing.
fn is_times(line: &str) -> bool {
    let time = |text: &str| {
        let parts = text.trim_start_matches('-').split(':');
        let is_digit = |b: u8| b.is_ascii_digit() || b",.".contains(&b);
        (2..=3).contains(&parts.clone().count())
            && parts.into_iter().all(|part| {
                let part = part.trim();
                !part.is_empty() && part.bytes().all(is_digit)
            })
    };
    line.split_once("-->")
        .is_some_and(|(from, to)| time(from.trim()) && to.split_whitespace().next().is_some_and(time))
}
