//! XLIFF 1.2 and 2.x: segments without a translation get one beside their source, marked for review.

use std::ops::Range;

use crate::Result;
use crate::bilingual::{Segment, attribute, segment};
use crate::block::Found;
use crate::markup::{Attribute, Dialect, Kind, Tokens};
use crate::xml::tree::{self, DocType};

/// Elements that hold other translations than the segment's own.
const ASIDE: [&str; 6] = ["alt-trans", "glossary", "match", "matches", "metadata", "notes"];

/// States of segments that are done, or were looked at by a person.
const DONE: [&str; 4] = ["final", "reviewed", "signed-off", "translated"];

/// The blocks of an XLIFF file.
///
/// # Errors
/// When the XML is not well-formed or nested too deeply.
pub(crate) fn parse(source: &str) -> Result<Vec<Found>> {
    tree::each(source, DocType::Named, |_| false, |_| Ok(()))?;
    let mut tokens = Tokens::new(source, Dialect::Xml);
    let mut found = Vec::new();
    // Whether each open element is to be translated.
    let mut open: Vec<bool> = Vec::new();
    let mut unit = Unit::default();
    while let Some(token) = tokens.next() {
        match token.kind {
            Kind::Open { name, empty, .. } if ASIDE.contains(&name.as_str()) => {
                segment(&mut tokens, &token.range, &name, empty);
            }
            Kind::Open { name, empty, attributes } => match name.as_str() {
                "source" => {
                    unit.gap = token.range.start;
                    unit.source = Some(segment(&mut tokens, &token.range, "source", empty));
                }
                "seg-source" => {
                    unit.after = segment(&mut tokens, &token.range, "seg-source", empty).range.end
                }
                "target" => {
                    unit.done |= is_done(source, &attributes);
                    unit.target =
                        Some((segment(&mut tokens, &token.range, "target", empty), state(&attributes)));
                }
                _ => {
                    let translated = attribute(source, &attributes, "translate");
                    let inherited = open.last().copied().unwrap_or(true);
                    let translated = translated.map_or(inherited, |value| value != "no");
                    if matches!(name.as_str(), "trans-unit" | "segment") {
                        unit = Unit {
                            start: token.range.clone(),
                            is_segment: name == "segment",
                            ..Unit::default()
                        };
                        unit.done = !translated || is_done(source, &attributes);
                        unit.state = state(&attributes);
                    }
                    if !empty {
                        open.push(translated);
                    }
                }
            },
            Kind::Close { name } => {
                open.pop();
                if matches!(name.as_str(), "trans-unit" | "segment") {
                    found.extend(std::mem::take(&mut unit).found(source));
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

/// A `trans-unit` of XLIFF 1.2 or a `segment` of 2.x.
#[derive(Debug, Default)]
struct Unit {
    start: Range<usize>,
    is_segment: bool,
    /// Where its state's value is.
    state: Option<Range<usize>>,
    done: bool,
    source: Option<Segment>,
    /// Where its source starts.
    gap: usize,
    /// Where its source in segments ends.
    after: usize,
    /// Its target, and where the target's state is.
    target: Option<(Segment, Option<Range<usize>>)>,
}

impl Unit {
    fn found(self, source: &str) -> Option<Found> {
        let text = self.source.filter(|_| !self.done)?;
        let slice = |range: Range<usize>| source.get(range).unwrap_or_default();
        if self.target.as_ref().is_some_and(|(target, _)| {
            !target.slice(source).trim().is_empty() && target.slice(source) != text.slice(source)
        }) {
            return None;
        }
        let (end, gap, tag, close) = match &self.target {
            Some((target, state)) => {
                let tag = target.start_tag(source).trim_end_matches('>').trim_end_matches('/').trim_end();
                let state = state.as_ref().map(|s| s.start - target.range.start..s.end - target.range.start);
                let tag = if self.is_segment {
                    tag.to_owned()
                } else {
                    stated(tag, state, "needs-review-translation")
                };
                let name =
                    tag.trim_start_matches('<').split_whitespace().next().unwrap_or_default().to_owned();
                let before = slice(text.inner.start..target.range.start).to_owned();
                (target.range.end, before, tag + ">", format!("</{name}>"))
            }
            None => {
                let name = slice(text.range.clone()).trim_start_matches('<');
                let name = name.split([' ', '>', '\t', '\r', '\n']).next()?.replace("source", "target");
                let end = text.range.end.max(self.after);
                let indent = slice(self.start.end..self.gap);
                let blank = if indent.trim().is_empty() { indent } else { "" };
                let tag = if self.is_segment {
                    format!("<{name}")
                } else {
                    format!("<{name} state=\"needs-review-translation\"")
                };
                (end, [slice(text.inner.start..end), blank].concat(), tag + ">", format!("</{name}>"))
            }
        };
        let mut before = gap + &tag;
        let mut start = text.inner.start;
        if self.is_segment {
            let state = self.state.map(|s| s.start - self.start.start..s.end - self.start.start);
            let open = slice(self.start.clone()).trim_end_matches('>').trim_end();
            before =
                [&stated(open, state, "translated"), ">", slice(self.start.end..start), &before].concat();
            start = self.start.start;
        }
        text.found(source, start..end, &before, &close)
    }
}

/// A start tag without its end, with its state changed or added.
fn stated(tag: &str, state: Option<Range<usize>>, value: &str) -> String {
    match state.and_then(|state| Some((tag.get(..state.start)?, tag.get(state.end..)?))) {
        Some((before, after)) => [before, value, after].concat(),
        None => format!("{tag} state=\"{value}\""),
    }
}

fn state(attributes: &[Attribute]) -> Option<Range<usize>> {
    attributes.iter().find(|attribute| attribute.name == "state").map(|attribute| attribute.value.clone())
}

fn is_done(source: &str, attributes: &[Attribute]) -> bool {
    let state = attribute(source, attributes, "state");
    state.is_some_and(|state| DONE.contains(&state))
        || attribute(source, attributes, "approved") == Some("yes")
}
