//! XLIFF 1.2 and 2.x: segments without a translation get one beside their source, marked for review. Where a text is
//! divided (`seg-source`, as Trados and Okapi write it), each of its segments is a block.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::Result;
use crate::bilingual::{Segment, attribute, segment};
use crate::markup::{Attribute, Dialect, Kind, Token, Tokens};
use crate::slot::ParsedBlock;
use crate::xml::tree::{self, DocType};

/// Elements that hold other translations than the segment's own.
const ASIDE: [&str; 6] = ["alt-trans", "glossary", "match", "matches", "metadata", "notes"];

/// States of segments that are done, or were looked at by a person.
const DONE: [&str; 4] = ["final", "reviewed", "signed-off", "translated"];

/// States that say that a target is none yet, whatever stands in it.
const NEW: [&str; 3] = ["initial", "needs-translation", "new"];

/// What Trados says of a segment (`conf` of `sdl:seg`) that is done.
const CONFIRMED: [&str; 3] = ["ApprovedSignOff", "ApprovedTranslation", "Translated"];

const STATE: &str = "needs-review-translation";

/// The blocks of an XLIFF file.
///
/// # Errors
/// When the XML is not well-formed or nested too deeply.
pub(crate) fn parse(source: &str) -> Result<Vec<ParsedBlock>> {
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
                    unit.divided = Some(segment(&mut tokens, &token.range, "seg-source", empty));
                }
                "target" => {
                    unit.done |= is_done(source, &attributes);
                    unit.target =
                        Some((segment(&mut tokens, &token.range, "target", empty), state(&attributes)));
                }
                _ => {
                    let value = |name| attribute(source, &attributes, name);
                    let is_confirmed = value("locked") == Some("true")
                        || value("conf").is_some_and(|conf| CONFIRMED.contains(&conf));
                    unit.done_parts.extend(value("id").filter(|_| name == "seg" && is_confirmed));
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
struct Unit<'a> {
    start: Range<usize>,
    is_segment: bool,
    /// Where its state's value is.
    state: Option<Range<usize>>,
    done: bool,
    source: Option<Segment>,
    /// Where its source starts.
    gap: usize,
    /// Its source in segments.
    divided: Option<Segment>,
    /// The `mid`s of segments that are done.
    done_parts: HashSet<&'a str>,
    /// Its target, and where the target's state is.
    target: Option<(Segment, Option<Range<usize>>)>,
}

impl Unit<'_> {
    fn found(self, source: &str) -> Vec<ParsedBlock> {
        if self.done {
            return Vec::new();
        }
        let divided = self.divided.as_ref().map(|divided| parts(source, divided.inner.clone()));
        match divided.filter(|parts| !parts.is_empty()) {
            Some(divided) => self.parts(source, &divided),
            None => self.whole(source).into_iter().collect(),
        }
    }

    /// Whether a target is a translation of a text, and not empty or the copy that some programs begin with.
    fn is_translated(&self, source: &str, target: &Segment, text: &Segment) -> bool {
        let words = letters(source, target);
        let state = self.target.as_ref().and_then(|(_, state)| state.clone()).or_else(|| self.state.clone());
        let is_new = state.and_then(|state| source.get(state)).is_none_or(|state| NEW.contains(&state));
        let is_copy = is_new && words == letters(source, text);
        !words.is_empty() && !is_copy
    }

    /// The blocks of the segments that its source is divided into. Without a place in the target their translations
    /// stand before it, or after the source; [`completed`] makes a target of them.
    fn parts(&self, source: &str, divided: &[(&str, Segment)]) -> Vec<ParsedBlock> {
        let mut at = self.divided.as_ref().map_or(0, |divided| divided.range.end);
        let mut targets = HashMap::new();
        let mut state = None;
        if let (Some((target, its_state)), Some(text)) = (&self.target, &self.source) {
            targets = parts(source, target.inner.clone()).into_iter().collect();
            if targets.is_empty() && self.is_translated(source, target, text) {
                return Vec::new();
            }
            at = if targets.is_empty() { target.range.start } else { target.inner.end };
            state = its_state.clone().filter(|_| !targets.is_empty());
        }
        let mut found: Vec<ParsedBlock> = Vec::new();
        for (mid, text) in divided.iter().filter(|(mid, _)| !self.done_parts.contains(*mid)) {
            let (range, before, after) = match targets.get(mid) {
                Some(target) if self.is_translated(source, target, text) => continue,
                Some(target) if !target.is_empty_tag() => (target.inner.clone(), String::new(), ""),
                Some(target) => (target.range.clone(), opened(target.start_tag(source)), "</mrk>"),
                None => (at..at, opened(text.start_tag(source)), "</mrk>"),
            };
            found.extend(text.found(source, range, &before, after));
        }
        // With the first of them goes the state of all.
        let first = found.iter_mut().map(|found| &mut found.slot).min_by_key(|slot| slot.range.start);
        if let (Some(state), Some(slot)) = (state, first) {
            let between = source.get(state.end..slot.range.start).unwrap_or_default();
            slot.frame.before.insert_str(0, &[STATE, between].concat());
            slot.range.start = state.start;
        }
        found
    }

    fn whole(self, source: &str) -> Option<ParsedBlock> {
        let text = self.source.clone()?;
        let slice = |range: Range<usize>| source.get(range).unwrap_or_default();
        if self.target.as_ref().is_some_and(|(target, _)| self.is_translated(source, target, &text)) {
            return None;
        }
        let (end, gap, tag, close) = match &self.target {
            Some((target, state)) => {
                let tag = target.start_tag(source).trim_end_matches('>').trim_end_matches('/').trim_end();
                let state = state.as_ref().map(|s| s.start - target.range.start..s.end - target.range.start);
                let tag = if self.is_segment { tag.to_owned() } else { stated(tag, state, STATE) };
                let name =
                    tag.trim_start_matches('<').split_whitespace().next().unwrap_or_default().to_owned();
                let before = slice(text.inner.start..target.range.start).to_owned();
                (target.range.end, before, tag + ">", format!("</{name}>"))
            }
            None => {
                let name = slice(text.range.clone()).trim_start_matches('<');
                let name = name.split([' ', '>', '\t', '\r', '\n']).next()?.replace("source", "target");
                let end = text.range.end.max(self.divided.as_ref().map_or(0, |divided| divided.range.end));
                let indent = slice(self.start.end..self.gap);
                let blank = if indent.trim().is_empty() { indent } else { "" };
                let tag =
                    if self.is_segment { format!("<{name}") } else { format!("<{name} state=\"{STATE}\"") };
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

/// The segments that a text is divided into, each with its `mid`.
fn parts(source: &str, range: Range<usize>) -> Vec<(&str, Segment)> {
    let mut tokens = Tokens::within(source, range, Dialect::Xml);
    let mut found = Vec::new();
    while let Some(token) = tokens.next() {
        if let Some((mid, empty)) = part(source, &token) {
            found.push((mid, segment(&mut tokens, &token.range, "mrk", empty)));
        }
    }
    found
}

/// The `mid` of a segment's start tag, and whether it is all of the segment.
fn part<'a>(source: &'a str, token: &Token<'a>) -> Option<(&'a str, bool)> {
    let Kind::Open { name, attributes, empty } = &token.kind else { return None };
    let is_part = name == "mrk" && attribute(source, attributes, "mtype") == Some("seg");
    attribute(source, attributes, "mid").filter(|_| is_part).map(|mid| (mid, *empty))
}

/// What is read in an element, without blanks and markup.
fn letters(source: &str, element: &Segment) -> String {
    let is_text = |token: &Token| matches!(token.kind, Kind::Text | Kind::Verbatim);
    let tokens = Tokens::within(source, element.inner.clone(), Dialect::Xml).filter(is_text);
    let texts = tokens.filter_map(|token| source.get(token.range));
    texts.flat_map(str::chars).filter(|c| !c.is_whitespace()).collect()
}

/// A start tag that is not the end tag too.
fn opened(tag: &str) -> String {
    format!("{}>", tag.trim_end_matches('>').trim_end_matches('/').trim_end())
}

/// The file with what it needs once something in it is translated: targets around the segments that had none, and in
/// XLIFF 2 the language of its targets, `to`.
pub(crate) fn completed(source: &str, to: Option<&str>) -> String {
    let mut tokens = Tokens::new(source, Dialect::Xml);
    let mut out = String::with_capacity(source.len());
    let mut from = 0;
    // The end of the root's start tag, where its language is missing.
    let mut root = None;
    let mut divided = None;
    let mut loose: Vec<(&str, Segment)> = Vec::new();
    while let Some(token) = tokens.next() {
        if let Some((mid, empty)) = part(source, &token) {
            loose.push((mid, segment(&mut tokens, &token.range, "mrk", empty)));
            continue;
        }
        let mut target = None;
        match token.kind {
            Kind::Open { name, empty, attributes } => match name.as_str() {
                "xliff" => {
                    let is_2 = attribute(source, &attributes, "version").is_some_and(|v| v.starts_with('2'));
                    let missing = is_2 && attribute(source, &attributes, "trgLang").is_none();
                    root = missing.then(|| token.range.end.saturating_sub(1));
                }
                "seg-source" => divided = Some(segment(&mut tokens, &token.range, &name, empty)),
                "target" => {
                    if let (Some(end), Some(to)) = (root.take(), to) {
                        // Only what a language code may hold goes into the attribute.
                        let to: String =
                            to.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
                        out.push_str(source.get(from..end).unwrap_or_default());
                        out.push_str(&format!(" trgLang=\"{to}\""));
                        from = end;
                    }
                    target = Some((segment(&mut tokens, &token.range, &name, empty), state(&attributes)));
                }
                name if name == "source" || ASIDE.contains(&name) => {
                    segment(&mut tokens, &token.range, name, empty);
                }
                _ => continue,
            },
            Kind::Close { name } if name == "trans-unit" => {}
            _ => continue,
        }
        if let (Some(first), Some(last), Some(divided)) = (loose.first(), loose.last(), &divided) {
            let end = target.as_ref().map_or(last.1.range.end, |(target, _)| target.range.end);
            out.push_str(source.get(from..first.1.range.start).unwrap_or_default());
            out.push_str(&target_of(source, divided, &loose, target.as_ref()));
            from = end;
            loose.clear();
        }
    }
    out.push_str(source.get(from..).unwrap_or_default());
    out
}

/// The target of a divided source: what stands between its segments, and those that are translated in their places.
/// One that there was has no text.
fn target_of(
    source: &str,
    divided: &Segment,
    translated: &[(&str, Segment)],
    target: Option<&(Segment, Option<Range<usize>>)>,
) -> String {
    let slice = |range: Range<usize>| source.get(range).unwrap_or_default();
    let mut out = match target {
        Some((target, state)) => {
            let state = state.as_ref().map(|s| s.start - target.range.start..s.end - target.range.start);
            let tag = opened(target.start_tag(source));
            stated(tag.trim_end_matches('>'), state, STATE) + ">"
        }
        None => {
            let before = slice(0..divided.range.start);
            let blank = slice(before.trim_end().len()..before.len());
            format!("{blank}<{} state=\"{STATE}\">", target_name(divided.start_tag(source)))
        }
    };
    let translated: HashMap<&str, &Segment> = translated.iter().map(|(mid, part)| (*mid, part)).collect();
    let mut from = divided.inner.start;
    for (mid, text) in parts(source, divided.inner.clone()) {
        let translated = translated.get(mid).copied().unwrap_or(&text);
        out += slice(from..text.range.start);
        out += slice(translated.range.clone());
        from = text.range.end;
    }
    out += slice(from..divided.inner.end);
    out += &format!("</{}>", target_name(divided.start_tag(source)));
    out
}

/// The name of a target beside a divided source, with its prefix.
fn target_name(tag: &str) -> String {
    let name = tag.trim_start_matches('<').split(|c: char| c.is_whitespace() || c == '>').next();
    name.unwrap_or_default().replace("seg-source", "target")
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
