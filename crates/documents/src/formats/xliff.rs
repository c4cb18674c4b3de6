//! XLIFF 1.2 and 2.x: segments without a translation get one beside their source, marked for review. Where a text is
//! split into segments (`seg-source`, as Trados and Okapi write it), each of them is a block.

mod messages;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::bilingual::{attribute, block, is_same_language, language_code, start_tag};
use crate::left_alone::Place;
use crate::markup::{Dialect, Token, TokenKind, Tokens};
use crate::parsed::Parsed;
use crate::slot::ParsedBlock;
use crate::xml::tree::{self, DocType, Element, Name, local_name};
use crate::{Error, Result};

/// States of segments that are finished or were reviewed by a person.
const DONE: [&str; 4] = ["final", "reviewed", "signed-off", "translated"];

/// States of targets that are not translated yet, whatever their text.
const NEW: [&str; 3] = ["initial", "needs-translation", "new"];

/// Trados' states (`conf` of `sdl:seg`) of finished segments.
const CONFIRMED: [&str; 3] = ["ApprovedSignOff", "ApprovedTranslation", "Translated"];

/// The state of a new target.
const STATE: &str = "needs-review-translation";

/// The blocks of an XLIFF file.
///
/// # Errors
/// When the XML is not well-formed or nested too deeply, and when it holds translations into another language than `to`.
pub(crate) fn parse(source: &str, to: Option<&str>) -> Result<Parsed> {
    let mut found = Parsed::default();
    let mut has_translations = false;
    let is_translatable = |inherited: &bool, element: &Element| {
        attribute(source, element, "translate").map_or(*inherited, |value| value != "no")
    };
    let read =
        tree::each_inheriting(source, DocType::Named, true, is_translatable, is_unit, |inherited, unit| {
            if is_translatable(inherited, &unit) {
                found.extend(unit_blocks(source, &unit));
            }
            has_translations |= is_translated(source, &unit);
            Ok(())
        });
    found.left_alone.add(Place::CrowdedText, read?);
    if let Some(to) = to.filter(|_| has_translations)
        && let Some(language) = other_languages(source, to).into_iter().find_map(|range| source.get(range))
    {
        return Err(Error::OtherTarget { language: language.to_owned(), wanted: to.to_owned() });
    }
    Ok(found)
}

/// Whether a unit holds a translation: a target that is not the copy of the source that some programs insert.
fn is_translated(source: &str, unit: &Element) -> bool {
    let words = |name| unit.child(("", name)).map(|element| letters(source, element)).unwrap_or_default();
    let target = words("target");
    !target.is_empty() && target != words("source")
}

/// Where a file says that its targets are in another language than `to`.
fn other_languages(source: &str, to: &str) -> Vec<Range<usize>> {
    let languages = Tokens::new(source, Dialect::Xml).filter_map(|token| match token.kind {
        TokenKind::Open { name, attributes, .. } => {
            let wanted = match local_name(&name) {
                "xliff" => "trgLang",
                "file" => "target-language",
                _ => return None,
            };
            attributes.into_iter().find(|attribute| attribute.name == wanted).map(|attribute| attribute.value)
        }
        _ => None,
    });
    let is_other = |range: &Range<usize>| {
        let language = source.get(range.clone()).unwrap_or_default();
        !is_same_language(language, to)
    };
    languages.filter(is_other).collect()
}

/// Whether an element is a `trans-unit` of XLIFF 1.2 or a `segment` of 2.x.
fn is_unit((_, local): Name) -> bool {
    matches!(local, "trans-unit" | "segment")
}

fn unit_blocks(document: &str, element: &Element) -> Vec<ParsedBlock> {
    let child = |name| element.child(("", name));
    let Some(text) = child("source") else { return Vec::new() };
    let target = child("target");
    if is_done(document, element) || target.is_some_and(|target| is_done(document, target)) {
        return Vec::new();
    }
    let state = target.and_then(|target| attribute(document, target, "state"));
    let state = state.or_else(|| attribute(document, element, "state"));
    let is_new = state.is_none_or(|state| NEW.contains(&state));
    let unit = XliffUnit { document, element, text, divided: child("seg-source"), target, is_new };
    let segments = unit.divided.map_or(Vec::new(), |divided| segments(document, divided));
    match segments.is_empty() {
        true if messages::has_arguments(document, text) => unit.message_blocks(),
        true => unit.block().into_iter().collect(),
        false => unit.segment_blocks(&segments),
    }
}

/// A unit that is to be translated.
struct XliffUnit<'a> {
    document: &'a str,
    element: &'a Element<'a>,
    /// Its source.
    text: &'a Element<'a>,
    /// Its source, divided into segments.
    divided: Option<&'a Element<'a>>,
    target: Option<&'a Element<'a>>,
    /// Whether a target that equals its source is not a translation.
    is_new: bool,
}

impl<'a> XliffUnit<'a> {
    /// Whether a target is a translation of a text: not empty, and not the copy of the source that some programs
    /// insert.
    fn is_translated(&self, target: &Element, text: &Element) -> bool {
        let words = letters(self.document, target);
        let is_copy = self.is_new && words == letters(self.document, text);
        !words.is_empty() && !is_copy
    }

    /// The blocks of the segments of a divided source. Without a segment in the target, a translation is written before
    /// the target or after the source; [`completed`] moves it into the target.
    fn segment_blocks(&self, segments: &[(&str, &Element)]) -> Vec<ParsedBlock> {
        let source = self.document;
        let mut at = self.divided.map_or(0, |divided| divided.range.end);
        let mut targets = HashMap::new();
        let mut state = None;
        if let Some(target) = self.target {
            targets = self::segments(source, target).into_iter().collect();
            if targets.is_empty() && self.is_translated(target, self.text) {
                return Vec::new();
            }
            at = if targets.is_empty() { target.range.start } else { target.inner.end };
            state = target.attribute(source, "state").filter(|_| !targets.is_empty());
        }
        let confirmed = self.confirmed();
        let mut found: Vec<ParsedBlock> = Vec::new();
        for &(mid, text) in segments.iter().filter(|(mid, _)| !confirmed.contains(*mid)) {
            let (range, before, after) = match targets.get(mid) {
                Some(target) if self.is_translated(target, text) => continue,
                Some(target) if !target.is_empty_tag() => (target.inner.clone(), String::new(), ""),
                Some(target) => (target.range.clone(), start_tag(source, target), "</mrk>"),
                None => (at..at, start_tag(source, text), "</mrk>"),
            };
            found.extend(block(source, text, range, &before, after));
        }
        // The first of them also changes the state of the whole target.
        let first = found.iter_mut().map(|found| &mut found.slot).min_by_key(|slot| slot.range.start);
        if let (Some(state), Some(slot)) = (state, first) {
            let between = source.get(state.end..slot.range.start).unwrap_or_default();
            slot.frame.before.insert_str(0, &[STATE, between].concat());
            slot.range.start = state.start;
        }
        found
    }

    /// The `mid`s of the segments that are finished in Trados.
    fn confirmed(&self) -> HashSet<&'a str> {
        let of = |segment: &'a Element<'a>| {
            let value = |name| attribute(self.document, segment, name);
            let is_done = value("locked") == Some("true")
                || value("conf").is_some_and(|conf| CONFIRMED.contains(&conf));
            value("id").filter(|_| segment.name.1 == "seg" && is_done)
        };
        let children = self.element.elements();
        children.flat_map(|child| std::iter::once(child).chain(child.elements())).filter_map(of).collect()
    }

    /// The blocks of an ICU message, whose translations [`completed`] moves into a target.
    fn message_blocks(&self) -> Vec<ParsedBlock> {
        if self.target.is_some_and(|target| self.is_translated(target, self.text)) {
            return Vec::new();
        }
        messages::blocks(self.document, self.text, self.text.range.end)
    }

    /// The block of a source that is not divided.
    fn block(&self) -> Option<ParsedBlock> {
        let (source, text) = (self.document, self.text);
        let slice = |range: Range<usize>| source.get(range).unwrap_or_default();
        if self.target.is_some_and(|target| self.is_translated(target, text)) {
            return None;
        }
        let is_segment = self.element.name.1 == "segment";
        let (end, mut before, name) = match self.target {
            Some(target) => {
                let tag =
                    if is_segment { start_tag(source, target) } else { with_state(source, target, STATE) };
                let before = slice(text.inner.start..target.range.start).to_owned() + &tag;
                (target.range.end, before, target.tag.to_owned())
            }
            None => {
                let name = text.tag.replace("source", "target");
                let end = text.range.end.max(self.divided.map_or(0, |divided| divided.range.end));
                let indent = slice(self.element.inner.start..text.range.start);
                let blank = if indent.trim().is_empty() { indent } else { "" };
                let state = if is_segment { String::new() } else { format!(" state=\"{STATE}\"") };
                (end, format!("{}{blank}<{name}{state}>", slice(text.inner.start..end)), name)
            }
        };
        let mut start = text.inner.start;
        if is_segment {
            let tag = with_state(source, self.element, "translated");
            before = [&tag, slice(self.element.inner.start..start), &before].concat();
            start = self.element.range.start;
        }
        block(source, text, start..end, &before, &format!("</{name}>"))
    }
}

/// The segments of an element, each with its `mid`.
fn segments<'a>(source: &'a str, element: &'a Element<'a>) -> Vec<(&'a str, &'a Element<'a>)> {
    let mut found = Vec::new();
    for child in element.elements() {
        match mid(source, child) {
            Some(mid) => found.push((mid, child)),
            None => found.extend(segments(source, child)),
        }
    }
    found
}

/// The `mid` of a segment.
fn mid<'a>(source: &'a str, element: &Element<'a>) -> Option<&'a str> {
    let is_segment = element.name.1 == "mrk" && attribute(source, element, "mtype") == Some("seg");
    attribute(source, element, "mid").filter(|_| is_segment)
}

/// The text of an element as written, without white space and markup.
fn letters(source: &str, element: &Element) -> String {
    let is_text = |token: &Token| matches!(token.kind, TokenKind::Text | TokenKind::Verbatim);
    let tokens = Tokens::within(source, element.inner.clone(), Dialect::Xml).filter(is_text);
    let texts = tokens.filter_map(|token| source.get(token.range));
    texts.flat_map(str::chars).filter(|c| !c.is_whitespace()).collect()
}

/// The file completed after something in it was translated: targets around the segments that had none, and in XLIFF 2
/// the language of its targets, `to`; a language that it names without having targets is replaced.
pub(crate) fn completed(source: &str, to: Option<&str>) -> String {
    let mut out = String::with_capacity(source.len());
    let mut from = 0;
    // The end of the root's start tag, where the target language is missing.
    let enter = |inherited: &Option<usize>, element: &Element| {
        let value = |name| attribute(source, element, name);
        let is_2 = element.name.1 == "xliff" && value("version").is_some_and(|v| v.starts_with('2'));
        let is_missing = is_2 && value("trgLang").is_none();
        if is_missing { Some(element.range.end.saturating_sub(1)) } else { *inherited }
    };
    let read = tree::each_inheriting(source, DocType::Named, None, enter, is_unit, |root, unit| {
        let child = |name| unit.child(("", name));
        let target = child("target");
        let translated = translated_message(source, &unit);
        let has_target = target.is_some() || !translated.is_empty();
        if let (Some(end), Some(to), true) = (root.filter(|end| *end > from), to, has_target) {
            out.push_str(source.get(from..end).unwrap_or_default());
            out.push_str(&format!(" trgLang=\"{}\"", language_code(to)));
            from = end;
        }
        if let (Some(text), false) = (child("source"), translated.is_empty()) {
            let content = messages::target(source, text, &translated);
            from = write_message(source, &unit, &content, from, &mut out);
            return Ok(());
        }
        let loose: HashMap<&str, &Element> =
            unit.elements().filter_map(|child| Some((mid(source, child)?, child))).collect();
        let start = loose.values().map(|segment| segment.range.start).min();
        let end = loose.values().map(|segment| segment.range.end).max();
        if let (Some(start), Some(end), Some(divided)) = (start, end, child("seg-source")) {
            out.push_str(source.get(from..start).unwrap_or_default());
            out.push_str(&target_of(source, divided, &loose, target));
            from = target.map_or(end, |target| target.range.end);
        }
        Ok(())
    });
    out.push_str(source.get(from..).unwrap_or_default());
    if read.is_err() {
        return source.to_owned();
    }
    let to = language_code(to.unwrap_or_default());
    let others = if to.is_empty() { Vec::new() } else { other_languages(&out, &to) };
    others.into_iter().rev().for_each(|range| out.replace_range(range, &to));
    out
}

/// The translated texts of a unit's message, each with its place.
fn translated_message<'a>(source: &'a str, unit: &Element<'a>) -> Vec<(Range<usize>, &'a str)> {
    let text = |element: &Element<'a>| {
        let value = |name| attribute(source, element, name);
        let place = messages::place(value("mid")?)?;
        let is_text = element.name.1 == "mrk" && value("mtype") == Some(messages::KIND);
        is_text.then_some((place, source.get(element.inner.clone())?))
    };
    unit.elements().filter_map(text).collect()
}

/// Writes a unit from `from` to the end of its target, with the message's translation as the target's content and
/// without its translated texts; returns how far the source is written.
fn write_message(source: &str, unit: &Element, content: &str, from: usize, out: &mut String) -> usize {
    let slice = |range: Range<usize>| source.get(range).unwrap_or_default();
    let is_segment = unit.name.1 == "segment";
    let mut from = from;
    if is_segment && from <= unit.range.start {
        out.push_str(slice(from..unit.range.start));
        out.push_str(&with_state(source, unit, "translated"));
        from = unit.inner.start;
    }
    let texts = unit.elements().filter(|child| attribute(source, child, "mtype") == Some(messages::KIND));
    let (start, end) = texts.fold((usize::MAX, from), |(start, end), text| {
        (start.min(text.range.start), end.max(text.range.end))
    });
    out.push_str(slice(from..start));
    match unit.child(("", "target")) {
        Some(target) => {
            out.push_str(slice(end..target.range.start));
            let tag = if is_segment { start_tag(source, target) } else { with_state(source, target, STATE) };
            out.push_str(&format!("{tag}{content}</{}>", target.tag));
            target.range.end
        }
        None => {
            let text = unit.child(("", "source"));
            let before = text.map_or("", |text| slice(unit.inner.start..text.range.start));
            let blank = if before.trim().is_empty() { before } else { "" };
            let name = text.map_or("target".to_owned(), |text| text.tag.replace("source", "target"));
            let state = if is_segment { String::new() } else { format!(" state=\"{STATE}\"") };
            out.push_str(&format!("{blank}<{name}{state}>{content}</{name}>"));
            end
        }
    }
}

/// The target of a divided source: the source with the `translated` segments in place of its own. The text of an
/// existing `target` is dropped.
fn target_of(
    source: &str,
    divided: &Element,
    translated: &HashMap<&str, &Element>,
    target: Option<&Element>,
) -> String {
    let slice = |range: Range<usize>| source.get(range).unwrap_or_default();
    let name = divided.tag.replace("seg-source", "target");
    let mut out = match target {
        Some(target) => with_state(source, target, STATE),
        None => {
            let before = slice(0..divided.range.start);
            let blank = slice(before.trim_end().len()..before.len());
            format!("{blank}<{name} state=\"{STATE}\">")
        }
    };
    let mut from = divided.inner.start;
    for (mid, text) in segments(source, divided) {
        let translated = translated.get(mid).copied().unwrap_or(text);
        out += slice(from..text.range.start);
        out += slice(translated.range.clone());
        from = text.range.end;
    }
    out + slice(from..divided.inner.end) + &format!("</{name}>")
}

/// The start tag of an element, with its state changed or added.
fn with_state(source: &str, element: &Element, value: &str) -> String {
    let tag = start_tag(source, element);
    let state = element.attribute(source, "state");
    let around = state.and_then(|state| {
        let (start, end) = (state.start - element.range.start, state.end - element.range.start);
        Some((tag.get(..start)?, tag.get(end..)?))
    });
    match around {
        Some((before, after)) => [before, value, after].concat(),
        None => format!("{} state=\"{value}\">", tag.trim_end_matches('>')),
    }
}

fn is_done(source: &str, element: &Element) -> bool {
    let value = |name| attribute(source, element, name);
    value("state").is_some_and(|state| DONE.contains(&state)) || value("approved") == Some("yes")
}
