//! Advanced SubStation Alpha (`.ass`) and SubStation Alpha (`.ssa`) subtitles: the last field of dialogue lines.
//! Styles, times, effects, comments and drawings are left unchanged; `{\…}` is markup.

use std::ops::Range;

use crate::builder::Builder;
use crate::escaping::Escaping;
use crate::formats::subrip::{DASHES, layout};
use crate::formats::text::lines;
use crate::left_alone::Place;
use crate::parsed::Parsed;
use crate::slot::ParsedBlock;

/// Fields of an event where the file does not list them.
const FIELDS: usize = 10;

/// Codes that are switched on by 1 and off by 0 or nothing.
const SWITCHES: [char; 4] = ['i', 'b', 'u', 's'];

/// Whether a text is such a file.
pub(crate) fn is_ass(text: &str) -> bool {
    text.get(..13).is_some_and(|start| start.eq_ignore_ascii_case("[script info]"))
}

/// The blocks of a subtitle file.
pub(crate) fn parse(source: &str) -> Parsed {
    let (mut found, mut in_events, mut fields) = (Parsed::default(), false, FIELDS);
    for range in lines(source) {
        let line = source.get(range.clone()).unwrap_or_default();
        if line.starts_with('[') {
            in_events = line.trim().eq_ignore_ascii_case("[events]");
        } else if in_events && let Some(format) = field(line, "format:") {
            fields = format.split(',').count();
        } else if in_events && let Some(event) = field(line, "dialogue:") {
            let mut commas = event.match_indices(',').map(|(at, _)| at + 1);
            let text = if fields > 1 { commas.nth(fields - 2) } else { Some(0) };
            if let Some(text) = text {
                push_cue(source, range.end - event.len() + text..range.end, &mut found);
            }
        }
    }
    found
}

/// What follows the name of a line.
fn field<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let start = line.get(..name.len())?;
    line.get(name.len()..).filter(|_| start.eq_ignore_ascii_case(name))
}

/// Appends the blocks of an event's text: one, or one for each of several speakers.
fn push_cue(source: &str, range: Range<usize>, found: &mut Parsed) {
    let parts = divided(source, range);
    let is_spoken = |part: &Range<usize>| {
        source.get(part.clone()).is_some_and(|text| text.trim_start().starts_with(DASHES))
    };
    let several_speakers = parts.len() > 1 && parts.iter().all(is_spoken);
    for lines in parts.chunks(if several_speakers { 1 } else { parts.len().max(1) }) {
        match block(source, lines, several_speakers) {
            Some(block) => found.extend(block.into_translatable()),
            None => lines.iter().take(1).for_each(|line| {
                found.leave(Place::CrowdedText, source.get(line.clone()).unwrap_or_default());
            }),
        }
    }
}

/// The lines of a text, which `\N` and `\n` separate outside of codes.
fn divided(source: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let (mut parts, mut start, mut at, mut in_code) = (Vec::new(), range.start, range.start, false);
    let last_end =
        source.get(range.clone()).and_then(|text| text.rfind('}')).map_or(0, |end| range.start + end);
    while let Some(rest) = source.get(at..range.end).filter(|rest| !rest.is_empty()) {
        let is_break = !in_code && (rest.starts_with("\\N") || rest.starts_with("\\n"));
        if is_break {
            parts.push(std::mem::replace(&mut start, at + 2)..at);
        }
        in_code = match rest.as_bytes() {
            [b'{', ..] => at < last_end,
            [b'}', ..] => false,
            _ => in_code,
        };
        at += if is_break { 2 } else { rest.chars().next().map_or(1, char::len_utf8) };
    }
    parts.push(start..range.end);
    parts
}

/// The block of an event's lines; `None` if it has more markup than a block may have.
fn block(source: &str, lines: &[Range<usize>], several_speakers: bool) -> Option<ParsedBlock> {
    let trimmed = |range: &Range<usize>| {
        let line = source.get(range.clone()).unwrap_or_default();
        let spoken = if several_speakers { line.trim_start().trim_start_matches(DASHES) } else { line };
        let start = range.end - spoken.trim_start().len();
        start..(range.start + line.trim_end().len()).max(start)
    };
    let first = lines.first().map_or(0..0, trimmed);
    let start = first.start + leading_codes(source.get(first).unwrap_or_default());
    let trimmed = |range: &Range<usize>| {
        let line = trimmed(range);
        line.start.max(start)..line.end.max(start)
    };
    let mut builder = Builder::new(source, start);
    let mut is_drawing = false;
    for (number, range) in lines.iter().map(trimmed).enumerate() {
        if number > 0 {
            builder.soft_break("\\N");
        }
        read_line(&mut builder, source, range.clone(), &mut is_drawing);
        builder.end = range.end;
        if builder.is_crowded() {
            return None;
        }
    }
    let mut found = builder.finish(Escaping::Ass, |_, _| layout(lines.len(), several_speakers));
    found.slot.newline = "\\N".to_owned();
    Some(found)
}

/// Bytes of the codes before the first word that concern all of the text: positions, fonts, colours.
fn leading_codes(text: &str) -> usize {
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| rest.starts_with('{')) {
        let Some(tag) = rest.find('}').and_then(|end| rest.get(..=end)) else { return at };
        if draws(tag).is_some() || SWITCHES.iter().any(|switch| *tag == format!("{{\\{switch}1}}")) {
            return at;
        }
        at += tag.len();
    }
    at
}

/// Appends a line's text and codes.
fn read_line(builder: &mut Builder, source: &str, range: Range<usize>, is_drawing: &mut bool) {
    // Where the open switches end, the innermost last.
    let mut ends: Vec<Range<usize>> = Vec::new();
    let last_end =
        source.get(range.clone()).and_then(|text| text.rfind('}')).map_or(0, |end| range.start + end);
    let mut at = range.start;
    while let Some(rest) = source.get(at..range.end).filter(|rest| !rest.is_empty()) {
        if builder.is_crowded() {
            return;
        }
        let text = rest.find(['{', '\\']).unwrap_or(rest.len());
        if text > 0 {
            let plain = at..at + text;
            if *is_drawing {
                builder.void(plain)
            } else {
                builder.text(rest.get(..text).unwrap_or_default())
            }
            at += text;
            continue;
        }
        let is_code = rest.starts_with('{') && at < last_end;
        let code = if is_code { rest.find('}').map(|end| end + 1) } else { None };
        let size = code.unwrap_or(1);
        let here = at..at + size;
        let tag = rest.get(..size).unwrap_or_default();
        at += size;
        if code.is_none() {
            // An escape, or a character of its own.
            let (shown, more) = match rest.get(1..).and_then(|next| next.chars().next()) {
                Some('h') if tag == "\\" => ("\u{a0}", 1),
                Some('{') if tag == "\\" => ("{", 1),
                Some('}') if tag == "\\" => ("}", 1),
                _ => (tag, 0),
            };
            builder.text(shown);
            at += more;
        } else if ends.last() == Some(&here) {
            ends.pop();
            builder.close(tag);
        } else if let Some(end) =
            switched_off(tag, rest).map(|end| end.start + here.start..end.end + here.start)
            && end.end <= range.end
            && ends.last().is_none_or(|outer| end.end <= outer.start)
        {
            builder.open(tag, here.start..end.end);
            ends.push(end);
        } else {
            *is_drawing = draws(tag).unwrap_or(*is_drawing);
            builder.void(here);
        }
    }
    while ends.pop().is_some() {
        builder.close("");
    }
}

/// Where the code is, in a text that starts with `tag`, that ends what `tag` switches on: `{\i0}` or `{\i}` after `{\i1}`.
fn switched_off(tag: &str, text: &str) -> Option<Range<usize>> {
    let switch = SWITCHES.into_iter().find(|switch| *tag == format!("{{\\{switch}1}}"))?;
    let ends = [format!("{{\\{switch}0}}"), format!("{{\\{switch}}}")];
    let found = ends.iter().filter_map(|end| text.find(end.as_str()).map(|at| at..at + end.len()));
    found.min_by_key(|end| end.start)
}

/// Whether a code starts (`\p1`) or ends (`\p0`) a drawing; `None` if neither.
fn draws(tag: &str) -> Option<bool> {
    let scales = tag.match_indices("\\p").filter_map(|(at, _)| {
        let digits = tag.get(at + 2..)?;
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        (end > 0).then(|| digits.get(..end).is_some_and(|scale| scale.bytes().any(|digit| digit != b'0')))
    });
    scales.last()
}
