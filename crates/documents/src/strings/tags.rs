//! The tags and placeholders of a program's string as markup: which divide it, which stand for words, which go.

use std::ops::Range;

use crate::inline::Kind;
use crate::locked_text::placeholders::Mark;

/// Elements of HTML that are paragraphs or hold some; those of other names may stand for words of a sentence.
const DIVIDERS: [&str; 24] = [
    "article",
    "blockquote",
    "dd",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "section",
    "tbody",
    "td",
    "th",
    "tr",
    "ul",
];

/// Elements that are copied with all their content.
const COPIED: [&str; 2] = ["math", "svg"];

/// Readings of ruby and the brackets around them, which go when the text is translated.
const READINGS: [&str; 3] = ["rp", "rt", "rtc"];

/// What the marks of a text are; with `divide`, the tags of paragraphs separate blocks.
pub(super) fn kinds(
    text: &str,
    marks: Vec<(Range<usize>, Mark)>,
    divide: bool,
) -> Vec<(Range<usize>, Kind<'static>)> {
    let mut found: Vec<(Range<usize>, Kind)> = Vec::new();
    // The element whose content is skipped.
    let mut skipped: Option<(String, usize)> = None;
    for (range, mark) in marks {
        if let Some((name, start)) = &skipped {
            if matches!(&mark, Mark::Close(other) if other == name) {
                let is_reading = READINGS.contains(&name.as_str());
                let kind = if is_reading { Kind::Elided } else { Kind::Void { word: true } };
                found.push((*start..range.end, kind));
                skipped = None;
            }
            continue;
        }
        let tag = text.get(range.clone()).unwrap_or_default();
        let kind = match mark {
            Mark::Locked | Mark::Open(_) | Mark::Close(_) | Mark::Void { .. } if divide && divides(tag) => {
                Kind::Cut
            }
            Mark::Open(name) if COPIED.contains(&name.as_str()) || READINGS.contains(&name.as_str()) => {
                skipped = Some((name, range.start));
                continue;
            }
            Mark::Open(name) | Mark::Close(name)
                if ["ruby", "rb"].contains(&name.as_str()) || READINGS.contains(&name.as_str()) =>
            {
                Kind::Elided
            }
            Mark::Locked => Kind::Locked { open: String::new(), text: tag.to_owned(), close: String::new() },
            Mark::Open(name) => Kind::Open(name.into()),
            Mark::Close(name) => Kind::Close(name.into()),
            Mark::Break => Kind::Break,
            Mark::Void { word } => Kind::Void { word },
        };
        found.push((range, kind));
    }
    found
}

/// Whether a tag is that of a paragraph of HTML.
fn divides(tag: &str) -> bool {
    let name = tag.trim_start_matches(['<', '/']);
    let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
    let name = name.get(..end).unwrap_or_default().to_ascii_lowercase();
    tag.starts_with('<') && DIVIDERS.contains(&name.as_str())
}
