//! Paragraphs of office documents: runs of formatted text, joined into one text with spans.
//!
//! A run is text with its properties. The properties of most of a paragraph's text become the slot's affixes; only
//! runs that differ become spans, so a word that an editor divided into several runs is whole again.

mod crowded;

use std::collections::HashMap;
use std::ops::Range;

use crate::block::Affixes;
use crate::builder::Builder;
use crate::escaping::Escaping;
use crate::limits;
use crate::parsed::Parsed;
use crate::slot::{ParsedBlock, Slot};
use crate::wrap::LineLayout;

/// A piece of a paragraph.
#[derive(Debug)]
pub(crate) struct Item {
    /// Its own bytes.
    pub range: Range<usize>,
    /// The bytes of the run it is in, or its own.
    pub run: Range<usize>,
    pub kind: Kind,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Text {
        text: String,
        style: Style,
    },
    /// A line break or tab, and the run around it where it shares one with text.
    Break(Affixes),
    /// Markup between words, and the run around it where it shares one with text.
    Void(Affixes),
    /// A field whose result must not change, with all its markup before and after.
    Locked {
        text: String,
        result: Range<usize>,
    },
    /// A part of a field that is not joined yet, and the run around it as above.
    Field(Field, Affixes),
    /// A link or another element around runs; `inner` are the bytes between its tags.
    Group {
        inner: Range<usize>,
        items: Vec<Item>,
    },
}

/// A part of a field: `begin`, its instruction, `separate`, (its result,) `end`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Field {
    Begin,
    Instruction(String),
    Separate,
    End,
}

/// The formatting of a run.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Style {
    pub affixes: Affixes,
    /// Whether its properties make it a link, so that they cannot be the paragraph's.
    pub is_link: bool,
}

impl Item {
    /// A piece outside of any run.
    pub fn outside(range: Range<usize>, kind: Kind) -> Self {
        Self { run: range.clone(), range, kind }
    }

    /// A void piece outside of any run.
    pub fn void(range: Range<usize>) -> Self {
        Self::outside(range, Kind::Void(Affixes::default()))
    }

    /// A link or similar element; void if it has no text.
    pub fn group(range: Range<usize>, inner: Range<usize>, items: Vec<Self>) -> Self {
        if items.iter().any(Self::has_text) {
            Self::outside(range, Kind::Group { inner, items })
        } else {
            Self::void(range)
        }
    }

    /// The pieces of an element that is rewritten as a whole or not at all, because a part of it would be invalid XML: it
    /// is the run of each piece. Without text it is void.
    pub fn flattened(range: &Range<usize>, mut items: Vec<Self>) -> Vec<Self> {
        if items.iter().all(|item| matches!(item.kind, Kind::Void(_))) {
            return vec![Self::void(range.clone())];
        }
        items.iter_mut().for_each(|item| item.run = range.clone());
        items
    }

    /// A field that is not text, with the pieces of its result.
    pub fn field(source: &str, range: Range<usize>, result: &[Self]) -> Self {
        let kind = match result {
            [Self { range: result, kind: Kind::Text { text, .. }, .. }]
                if is_number(text) && source.get(result.clone()) == Some(text.as_str()) =>
            {
                Kind::Locked { text: text.clone(), result: result.clone() }
            }
            _ => Kind::Void(Affixes::default()),
        };
        Self::outside(range, kind)
    }

    fn style(&self) -> Option<&Style> {
        match &self.kind {
            Kind::Text { style, .. } => Some(style),
            _ => None,
        }
    }

    fn instruction(&self) -> Option<&str> {
        match &self.kind {
            Kind::Field(Field::Instruction(text), _) => Some(text),
            _ => None,
        }
    }

    /// The text of a piece that is only text.
    fn shown(&self) -> &str {
        if let Kind::Text { text, .. } = &self.kind { text } else { "" }
    }

    fn has_text(&self) -> bool {
        match &self.kind {
            Kind::Text { text, .. } => !text.trim().is_empty(),
            Kind::Locked { .. } => true,
            Kind::Group { items, .. } => items.iter().any(Self::has_text),
            Kind::Break(_) | Kind::Void(_) | Kind::Field(..) => false,
        }
    }

    /// Whether it can be copied while the text beside it is rewritten.
    fn stands_alone(&self) -> bool {
        !self.has_text() && self.range == self.run && !matches!(self.kind, Kind::Text { .. })
    }
}

/// The blocks of a paragraph's pieces: one if there is text, or one for each run of text between the others where they
/// are more than a block may have. A text that shares its run with too many others is left alone.
pub(crate) fn blocks(source: &str, items: Vec<Item>) -> Parsed {
    match block(source, items) {
        Ok(found) => found.into_iter().collect::<Vec<_>>().into(),
        Err(items) => crowded::divided(source, items),
    }
}

/// The block of the pieces; `None` if there is no text.
///
/// # Errors
/// The pieces, when they are too many spans for a block even without formats.
fn block(source: &str, mut items: Vec<Item>) -> std::result::Result<Option<ParsedBlock>, Vec<Item>> {
    let words = items.iter().rposition(|item| !item.stands_alone()).map_or(0, |last| last + 1);
    items.truncate(words);
    let first = items.iter().position(|item| !item.stands_alone()).unwrap_or(items.len());
    items.drain(..first);
    if crowded::span_count(&items) > limits::SPANS_PER_BLOCK {
        items = crowded::joined_voids(items);
    }
    let (Some(first), Some(last)) = (items.first(), items.last()) else { return Ok(None) };
    if !items.iter().any(Item::has_text) {
        return Ok(None);
    }
    let range = first.run.start..last.run.end;
    let main = main_style(&items);
    let filled = |styled: bool| {
        let mut builder = Builder::new(source, range.start);
        fill(&mut builder, source, &items, main, styled);
        builder.end = range.end;
        builder
    };
    let mut builder = filled(true);
    // A text with too many formats is translated without them.
    if builder.is_crowded() {
        builder = filled(false);
    }
    if builder.is_crowded() {
        return Err(items);
    }
    let edge_spaces = builder.edge_spaces();
    let found = builder.finish(Escaping::Xml, |_, _| LineLayout::Single);
    let affixes = main.map(|style| style.affixes.clone()).unwrap_or_default();
    Ok(ParsedBlock { slot: Slot { affixes, edge_spaces, ..found.slot }, ..found }.into_translatable())
}

/// The style of most of the text. Text in groups and in links counts only if there is no other.
fn main_style(items: &[Item]) -> Option<&Style> {
    let mut sizes = Sizes::default();
    sizes.add(items, false);
    if sizes.largest(false).is_none() {
        sizes.add(items, true);
    }
    sizes.largest(false).or_else(|| sizes.largest(true))
}

/// Characters of each style, in order of first use.
#[derive(Default)]
struct Sizes<'i> {
    index: HashMap<&'i Style, usize>,
    sizes: Vec<(&'i Style, usize)>,
}

impl<'i> Sizes<'i> {
    fn add(&mut self, items: &'i [Item], grouped: bool) {
        for item in items {
            match &item.kind {
                Kind::Text { text, style } => {
                    let size = text.chars().filter(|c| !c.is_whitespace()).count();
                    let index = *self.index.entry(style).or_insert(self.sizes.len());
                    match self.sizes.get_mut(index) {
                        Some((_, sum)) => *sum += size,
                        None => self.sizes.push((style, size)),
                    }
                }
                Kind::Group { items, .. } if grouped => self.add(items, grouped),
                _ => {}
            }
        }
    }

    /// The first of the most used styles, if it has any text.
    fn largest(&self, links: bool) -> Option<&'i Style> {
        let used = self.sizes.iter().filter(|(style, size)| *size > 0 && (links || !style.is_link));
        used.rev().max_by_key(|(_, size)| *size).map(|(style, _)| *style)
    }
}

/// Adds the pieces to the builder; `main` is the style that needs no span.
fn fill(builder: &mut Builder, source: &str, items: &[Item], main: Option<&Style>, styled: bool) {
    let mut span: Option<&Style> = None;
    for (at, item) in items.iter().enumerate() {
        match &item.kind {
            Kind::Text { text, style } => {
                // Spaces have the style of the words around them if both have the same, else the paragraph's.
                let blank = text.trim().is_empty();
                let follows = items.get(at + 1).and_then(Item::style);
                let style =
                    if blank { span.filter(|span| follows == Some(*span)).or(main) } else { Some(style) };
                if styled {
                    let wanted = style.filter(|style| Some(*style) != main);
                    if wanted != span {
                        if span.is_some() {
                            builder.close("");
                        }
                        if let Some(style) = wanted {
                            builder.open("", item.run.clone());
                            builder.set_affixes(style.affixes.clone());
                        }
                        span = wanted;
                    }
                }
                builder.text(text);
            }
            Kind::Break(affixes) => builder.line_break_in(affixes.clone(), item.range.clone()),
            Kind::Void(affixes) | Kind::Field(_, affixes) => {
                builder.void_in(affixes.clone(), item.range.clone())
            }
            Kind::Locked { text, result } => builder.locked_within(text, item.range.clone(), result.clone()),
            Kind::Group { inner, items } => {
                if span.take().is_some() {
                    builder.close("");
                }
                let own = main_style(items);
                builder
                    .open(source.get(item.range.start..inner.start).unwrap_or_default(), item.range.clone());
                if let Some(own) = own.filter(|own| Some(*own) != main) {
                    builder.set_affixes(own.affixes.clone());
                }
                fill(builder, source, items, own, styled);
                builder.close(source.get(inner.end..item.range.end).unwrap_or_default());
            }
        }
    }
    if span.is_some() {
        builder.close("");
    }
}

/// Joins the parts of fields: links and references become a group, other fields are locked if their result is a number,
/// else void. A field that starts or ends in another paragraph remains in parts.
pub(crate) fn join_fields(source: &str, items: Vec<Item>) -> Vec<Item> {
    let mut joined: Vec<Item> = Vec::with_capacity(items.len());
    let mut begins = Vec::new();
    for item in items {
        let mark = match &item.kind {
            Kind::Field(field, _) => Some(field.clone()),
            _ => None,
        };
        match mark {
            Some(Field::Begin) => begins.push(joined.len()),
            Some(Field::End) if let Some(begin) = begins.pop() => {
                let parts: Vec<Item> = joined.drain(begin..).chain([item]).collect();
                let outside = joined.last().is_none_or(|before| {
                    parts.first().is_some_and(|first| before.range.end <= first.run.start)
                });
                joined.extend(if outside { field(source, parts) } else { parts });
                continue;
            }
            _ => {}
        }
        joined.push(item);
    }
    joined
}

/// A field joined from its parts, or the parts if they share runs with text.
fn field(source: &str, mut parts: Vec<Item>) -> Vec<Item> {
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return parts };
    let range = first.run.start..last.run.end;
    if last.range != last.run {
        return parts;
    }
    let instruction: String = parts.iter().filter_map(Item::instruction).collect();
    let Some(separate) = parts.iter().position(|item| matches!(item.kind, Kind::Field(Field::Separate, _)))
    else {
        return vec![Item::void(range)];
    };
    let result = parts.get(separate + 1..parts.len() - 1).unwrap_or_default();
    let whole = |at: usize| parts.get(at).is_some_and(|item| item.range == item.run);
    if shows_text(&instruction, result) && (0..=separate).all(whole) {
        let end = last.run.start;
        let start = parts.get(separate).map_or(range.start, |item| item.run.end);
        let inside: Vec<Item> = parts.drain(separate + 1..).collect();
        let result = inside.into_iter().rev().skip(1).rev().collect();
        return vec![Item::group(range, start..end, result)];
    }
    if is_link(&instruction) {
        return parts;
    }
    vec![Item::field(source, range, result)]
}

/// Fields whose result is text of the document or was typed: the sentence is incomplete without it, and the text is
/// translated at its origin too. Results of other fields (names, dates, counts) are not translated.
const TEXT_FIELDS: [&str; 5] = ["REF", "STYLEREF", "TITLE", "SUBJECT", "FORMTEXT"];

/// Whether a field's result is translated, as a group.
pub(crate) fn shows_text(instruction: &str, result: &[Item]) -> bool {
    let is_number = matches!(result, [Item { kind: Kind::Text { text, .. }, .. }] if is_number(text));
    let name = instruction.split_whitespace().next().unwrap_or_default();
    is_link(instruction) || (!is_number && is_text_field(name))
}

/// Whether the result of a field of this name is text of the document, and of a link.
pub(crate) fn is_text_field(name: &str) -> bool {
    is_link(name) || TEXT_FIELDS.iter().any(|field| field.eq_ignore_ascii_case(name))
}

fn is_link(instruction: &str) -> bool {
    instruction.trim_start().to_ascii_uppercase().starts_with("HYPERLINK")
}

/// Whether a text is a number, possibly with punctuation.
pub(crate) fn is_number(text: &str) -> bool {
    text.trim() == text && text.contains(char::is_numeric) && !text.contains(char::is_alphabetic)
}
