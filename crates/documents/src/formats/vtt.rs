//! WebVTT subtitles: the text of a cue is a block; notes, styles, regions, identifiers, times and settings are left
//! unchanged.

use std::ops::Range;

use crate::entities::{self, In};
use crate::escaping::Escaping;
use crate::formats::subrip::{DASHES, is_number, layout};
use crate::formats::text::{lines, newline};
use crate::inline::{self, Kind, Piece};
use crate::markup::Dialect;
use crate::slot::{ParsedBlock, Slot};
use crate::{Error, Result};

/// Whether a text is a WebVTT file.
pub(crate) fn is_vtt(text: &str) -> bool {
    text.strip_prefix("WEBVTT")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

/// The blocks of a subtitle file.
///
/// # Errors
/// [`Error::NoCues`] when no line holds times.
pub(crate) fn parse(source: &str) -> Result<Vec<ParsedBlock>> {
    let lines: Vec<Range<usize>> = lines(source).collect();
    let line = |range: &Range<usize>| source.get(range.clone()).unwrap_or_default();
    let mut found = Vec::new();
    let mut any = false;
    let mut at = 1;
    while at < lines.len() {
        let has_times = |at: usize| lines.get(at).is_some_and(|range| line(range).contains("-->"));
        if !has_times(at) {
            // A blank line, an identifier, or a line of the header, a note, a style or a region.
            at += 1;
            continue;
        }
        any = true;
        let start = at + 1;
        let is_blank = |at: usize| lines.get(at).is_none_or(|range| line(range).trim().is_empty());
        // Times begin a cue also without a blank line before them, and so does a number before times. White space is
        // no blank line, unless a cue begins after it.
        let ends = |at: &usize| {
            let is_empty = lines.get(*at).is_none_or(|range| line(range).is_empty());
            is_empty
                || has_times(*at)
                || (has_times(at + 1) && lines.get(*at).is_some_and(|range| is_number(line(range))))
                || (is_blank(*at) && (is_blank(at + 1) || has_times(at + 1) || has_times(at + 2)))
        };
        at = (start..=lines.len()).find(ends).unwrap_or(lines.len());
        let text = lines.get(start..at).unwrap_or_default();
        let several_speakers =
            text.len() > 1 && text.iter().all(|range| line(range).trim_start().starts_with(DASHES));
        for lines in text.chunks(if several_speakers { 1 } else { text.len().max(1) }) {
            push_cue(source, lines, several_speakers, &mut found);
        }
    }
    if any { Ok(found) } else { Err(Error::NoCues) }
}

/// Appends the blocks of a cue's lines: one, or one for each of several speakers.
fn push_cue(source: &str, lines: &[Range<usize>], several_speakers: bool, found: &mut Vec<ParsedBlock>) {
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return };
    let line = source.get(first.clone()).unwrap_or_default();
    let spoken = line.trim_start().trim_start_matches(DASHES).trim_start();
    // A speaker's dash is not part of the text.
    let dash = if lines.len() == 1 { line.len() - spoken.len() } else { 0 };
    let pieces = pieces(source, first.start + dash..last.end);
    let runs = inline::runs(source, pieces);
    let several_speakers = several_speakers || runs.len() > 1;
    for run in runs {
        let mut slot = Slot::new(run.range.clone(), Escaping::WebVttCue);
        let count = if run.newline.is_some() {
            source.get(run.range).map_or(1, |text| text.lines().count())
        } else {
            1
        };
        slot.layout = layout(count, several_speakers);
        slot.newline = run.newline.unwrap_or_else(|| newline(source).to_owned());
        found.extend(ParsedBlock { block: run.block, slot }.into_translatable());
    }
}

/// Text and tags: `<c.loud>`, `<v Name>`, `<00:00:01.000>`.
fn pieces(source: &str, range: Range<usize>) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut at = range.start;
    while let Some(rest) = source.get(at..range.end).filter(|rest| !rest.is_empty()) {
        let text = rest.find('<').unwrap_or(rest.len());
        entities::read(source, at..at + text, Dialect::Html, In::Content, &mut pieces);
        at += text;
        let tag = rest.get(text..).unwrap_or_default();
        if tag.is_empty() {
            break;
        }
        // The readings of ruby belong to words of the source.
        let reading = || tag.find("</rt>").or_else(|| tag.find("</ruby>"));
        if let Some(size) = Some(tag).filter(|tag| tag.starts_with("<rt>")).and_then(|_| reading()) {
            pieces.push(Piece::new(Kind::Elided, at..at + size));
            at += size;
            continue;
        }
        let size = tag.find('>').map_or(tag.len(), |end| end + 1);
        let name = tag.trim_start_matches(['<', '/']);
        let name = name
            .get(..name.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(name.len()))
            .unwrap_or_default();
        let kind = match () {
            () if matches!(name, "ruby" | "rt") => Kind::Elided,
            () if name.is_empty() => Kind::Void { word: false },
            () if tag.starts_with("</") => Kind::Close(name.into()),
            () => Kind::Open(name.into()),
        };
        pieces.push(Piece::new(kind, at..at + size));
        at += size;
    }
    pieces
}
