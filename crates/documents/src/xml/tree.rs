//! XML parsed into small trees of byte ranges: one for each paragraph or other element that the caller wants.
//!
//! The whole text is checked to be well-formed. No entity is expanded but the five predefined ones and character
//! references; any other reference is left as written.

use std::borrow::Cow;
use std::ops::Range;

use quick_xml::NsReader;
use quick_xml::escape::{resolve_xml_entity, unescape_with};
use quick_xml::events::Event;
use quick_xml::events::attributes::Attributes;
use quick_xml::name::ResolveResult;

use super::space::canonical;
use crate::left_alone::Place;
use crate::parsed::Parsed;
use crate::{Error, Result, limits};

/// An element's namespace, as the prefix that [`canonical`] gives it, and its local name.
pub(crate) type Name<'a> = (&'static str, &'a str);

/// An element and its content.
#[derive(Debug)]
pub(crate) struct Element<'a> {
    pub name: Name<'a>,
    /// The name as written.
    pub tag: &'a str,
    /// Bytes from the start tag to the end tag.
    pub range: Range<usize>,
    /// Bytes between the tags; empty at the end of the only tag.
    pub inner: Range<usize>,
    pub children: Vec<Node<'a>>,
}

/// The content of an element.
#[derive(Debug)]
pub(crate) enum Node<'a> {
    Element(Element<'a>),
    /// Characters and references.
    Text(Range<usize>),
    /// A `<![CDATA[…]]>` section.
    Verbatim(Range<usize>),
    /// A comment, a processing instruction, a reference that is not predefined.
    Other(Range<usize>),
}

/// Whether a document type declaration is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DocType {
    /// Not at all: office documents have none.
    Refused,
    /// Without an internal subset, as in e-books.
    Named,
}

/// Parses a text and passes the outermost elements that are `wanted` to `take`, as trees.
///
/// # Errors
/// When the text is not well-formed, has a document type that is not allowed, or is nested too deeply; when one tree is
/// too large or too deep; and those of `take`.
pub(crate) fn each<'a>(
    source: &'a str,
    doc_type: DocType,
    wanted: impl Fn(Name<'a>) -> bool,
    mut take: impl FnMut(Element<'a>) -> Result<()>,
) -> Result<()> {
    walk(source, doc_type, (), |_, _| (), wanted, |(), tree| take(tree?))
}

/// As [`each`], with a value that trees inherit from the elements around them: `root`, and inside an element what
/// `enter` makes of the value around it. Returns how many trees are left out because they are too large or too deep.
///
/// # Errors
/// As [`each`], but for such trees.
pub(crate) fn each_inheriting<'a, S>(
    source: &'a str,
    doc_type: DocType,
    root: S,
    enter: impl Fn(&S, &Element<'a>) -> S,
    wanted: impl Fn(Name<'a>) -> bool,
    mut take: impl FnMut(&S, Element<'a>) -> Result<()>,
) -> Result<usize> {
    let mut left_out = 0;
    walk(source, doc_type, root, enter, wanted, |scope, tree| match tree {
        Ok(tree) => take(scope, tree),
        Err(_) => {
            left_out += 1;
            Ok(())
        }
    })?;
    Ok(left_out)
}

/// As [`each_inheriting`], but a tree that is too large or too deep is passed to `take` as an error when that shows, and
/// is left out unless `take` fails.
fn walk<'a, S>(
    source: &'a str,
    doc_type: DocType,
    root: S,
    enter: impl Fn(&S, &Element<'a>) -> S,
    wanted: impl Fn(Name<'a>) -> bool,
    mut take: impl FnMut(&S, Result<Element<'a>>) -> Result<()>,
) -> Result<()> {
    // The parser does not count a byte order mark.
    let body = source.trim_start_matches('\u{feff}');
    let mark = source.len() - body.len();
    let mut reader = NsReader::from_str(body);
    // The open elements of the tree being parsed.
    let mut open: Vec<Element<'a>> = Vec::new();
    // The inherited value, and those of the outer elements.
    let (mut scope, mut outer) = (root, Vec::new());
    // The open elements of a tree that is left out.
    let mut left_out = 0_usize;
    let (mut nodes, mut end) = (0_usize, mark);
    loop {
        let start = end;
        let (space, event) = match reader.read_resolved_event() {
            Ok((ResolveResult::Bound(space), event)) => (canonical(space.into_inner()), event),
            Ok((_, event)) => ("", event),
            Err(error) => return Err(Error::Xml { cause: error.to_string(), offset: start }),
        };
        end = mark + usize::try_from(reader.buffer_position()).unwrap_or(body.len());
        let range = start..end;
        nodes = if open.is_empty() { 0 } else { nodes + 1 };
        if nodes > limits::XML_NODES {
            take(&scope, Err(Error::XmlTooLarge { limit: limits::XML_NODES, offset: start }))?;
            left_out = open.len();
            open.clear();
        }
        match event {
            Event::Start(_) if open.len() + outer.len() + left_out >= limits::XML_NESTING => {
                return Err(Error::XmlTooDeep { limit: limits::XML_NESTING, offset: start });
            }
            Event::Start(_) if open.len() >= limits::XML_DEPTH => {
                take(&scope, Err(Error::XmlTooDeep { limit: limits::XML_DEPTH, offset: start }))?;
                left_out = open.len() + 1;
                open.clear();
            }
            Event::Start(_) if left_out > 0 => left_out += 1,
            Event::End(_) if left_out > 0 => left_out -= 1,
            Event::Empty(_) if left_out > 0 => {}
            Event::Start(_) => {
                let element = Element::new(source, space, range);
                if !open.is_empty() || wanted(element.name) {
                    open.push(element);
                } else {
                    let inner = enter(&scope, &element);
                    outer.push(std::mem::replace(&mut scope, inner));
                }
            }
            Event::Empty(_) => {
                let element = Element::new(source, space, range);
                match open.last_mut() {
                    Some(parent) => parent.children.push(Node::Element(element)),
                    None if wanted(element.name) => take(&scope, Ok(element))?,
                    None => {}
                }
            }
            Event::End(_) => {
                if let Some(mut element) = open.pop() {
                    element.inner.end = start;
                    element.range.end = end;
                    match open.last_mut() {
                        Some(parent) => parent.children.push(Node::Element(element)),
                        None => take(&scope, Ok(element))?,
                    }
                } else if let Some(around) = outer.pop() {
                    scope = around;
                }
            }
            Event::DocType(text) if doc_type == DocType::Refused || text.contains('[') => {
                return Err(Error::DocType { offset: start });
            }
            Event::Eof if !(open.is_empty() && outer.is_empty() && left_out == 0) => {
                return Err(Error::Xml { cause: "it ends inside an element".to_owned(), offset: start });
            }
            Event::Eof => return Ok(()),
            Event::Text(_) => push_text(&mut open, range),
            Event::GeneralRef(name) if is_known(&name) => push_text(&mut open, range),
            Event::CData(_) => push(&mut open, Node::Verbatim(range)),
            Event::Comment(_) | Event::PI(_) | Event::GeneralRef(_) => push(&mut open, Node::Other(range)),
            Event::Decl(_) | Event::DocType(_) => {}
        }
    }
}

/// The blocks that `take` adds for the outermost elements that are `wanted`. One that is too large or too deep is left
/// alone.
///
/// # Errors
/// When the text is not well-formed, has a document type that is not allowed, or is nested too deeply; when there are more
/// blocks than a package may have; and those of `take`.
pub(crate) fn blocks<'a>(
    source: &'a str,
    doc_type: DocType,
    wanted: impl Fn(Name<'a>) -> bool,
    mut take: impl FnMut(&Element<'a>, &mut Parsed) -> Result<()>,
) -> Result<Parsed> {
    let mut found = Parsed::default();
    walk(
        source,
        doc_type,
        (),
        |_, _| (),
        wanted,
        |_, tree| {
            match tree {
                Ok(element) => take(&element, &mut found)?,
                Err(_) => found.left_alone.add(Place::CrowdedText, 1),
            }
            if found.blocks.len() > limits::BLOCKS {
                return Err(Error::TooManyBlocks { limit: limits::BLOCKS });
            }
            Ok(())
        },
    )?;
    Ok(found)
}

fn push<'a>(open: &mut [Element<'a>], node: Node<'a>) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(node);
    }
}

/// Appends text, joined with the text before it.
fn push_text(open: &mut [Element], range: Range<usize>) {
    let Some(parent) = open.last_mut() else { return };
    match parent.children.last_mut() {
        Some(Node::Text(before)) if before.end == range.start => before.end = range.end,
        _ => parent.children.push(Node::Text(range)),
    }
}

fn is_known(reference: &str) -> bool {
    reference.starts_with('#') || resolve_xml_entity(reference).is_some()
}

impl<'a> Element<'a> {
    /// An element whose start tag has the bytes `range`.
    fn new(source: &'a str, space: &'static str, range: Range<usize>) -> Self {
        let markup = source.get(range.clone()).unwrap_or_default();
        let end =
            markup.find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>').unwrap_or(markup.len());
        let tag = markup.get(1..end).unwrap_or_default();
        Self { name: (space, local_name(tag)), tag, inner: range.end..range.end, range, children: Vec::new() }
    }

    /// The elements in it.
    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            _ => None,
        })
    }

    /// The first element in it of this name.
    pub fn child(&self, name: Name) -> Option<&Self> {
        self.elements().find(|element| element.name == name)
    }

    /// The start tag.
    pub fn start_tag(&self, source: &'a str) -> &'a str {
        source.get(self.range.start..self.inner.start).unwrap_or_default()
    }

    /// Whether it is written as an empty-element tag.
    pub fn is_empty_tag(&self) -> bool {
        self.inner.is_empty() && self.inner.end == self.range.end
    }

    /// The attributes: names as written, and the bytes of their values.
    pub fn attributes(&self, source: &'a str) -> impl Iterator<Item = (&'a str, Range<usize>)> {
        let tag = self.start_tag(source);
        let body = tag.trim_end_matches('>').trim_end_matches('/').get(1..).unwrap_or_default();
        let at = self.range.start + 1;
        let mut attributes = Attributes::new(body, self.tag.len());
        attributes.with_checks(false);
        attributes.filter_map(move |attribute| {
            let attribute = attribute.ok()?;
            let Cow::Borrowed(value) = attribute.value else { return None };
            let start = at + value.as_ptr().addr().checked_sub(body.as_ptr().addr())?;
            Some((attribute.key.into_inner(), start..start + value.len()))
        })
    }

    /// The bytes of an attribute's value, by its name as written.
    pub fn attribute(&self, source: &'a str, name: &str) -> Option<Range<usize>> {
        self.attributes(source).find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The bytes of an attribute's value, by its name without prefix.
    pub fn value_range(&self, source: &'a str, local: &str) -> Option<Range<usize>> {
        let named = |(key, _): &(&str, _)| local_name(key) == local;
        self.attributes(source).find(named).map(|(_, value)| value)
    }

    /// An attribute's unescaped value.
    pub fn value(&self, source: &'a str, local: &str) -> Option<Cow<'a, str>> {
        Some(unescaped(source.get(self.value_range(source, local)?).unwrap_or_default()))
    }

    /// All unescaped text in it.
    pub fn text(&self, source: &'a str) -> String {
        let mut text = String::new();
        self.collect(source, &mut text);
        text
    }

    fn collect(&self, source: &'a str, text: &mut String) {
        for node in &self.children {
            match node {
                Node::Element(element) => element.collect(source, text),
                Node::Text(range) => text.push_str(&unescaped(source.get(range.clone()).unwrap_or_default())),
                Node::Verbatim(range) => {
                    text.push_str(verbatim(source.get(range.clone()).unwrap_or_default()))
                }
                Node::Other(_) => {}
            }
        }
    }
}

/// A name without its prefix.
pub(crate) fn local_name(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Text with its references resolved; one that is not predefined is left as written.
pub(crate) fn unescaped(text: &str) -> Cow<'_, str> {
    unescape_with(text, resolve_xml_entity).unwrap_or(Cow::Borrowed(text))
}

/// The content of a CDATA section.
pub(crate) fn verbatim(section: &str) -> &str {
    section.trim_start_matches("<![CDATA[").trim_end_matches("]]>")
}
