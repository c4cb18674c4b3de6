//! Android's string resources: `string`, `plurals` and `string-array`. Texts with `translatable="false"` and references
//! to other resources are left unchanged; `xliff:g` is locked.

use std::ops::Range;

use crate::Result;
use crate::bilingual::attribute;
use crate::escaping::Escaping;
use crate::formats::json;
use crate::left_alone::Place;
use crate::locked_text::placeholders::Mark;
use crate::parsed::Parsed;
use crate::strings::{Unescaped, is_prose};
use crate::xml::tree::{self, DocType, Element, Node, unescaped};

/// Elements that hold texts, directly or in items.
const TEXTS: [&str; 3] = ["string", "plurals", "string-array"];

/// Whether resources hold texts.
pub(crate) fn has_texts(source: &str) -> bool {
    TEXTS.iter().any(|name| source.contains(&format!("<{name}")))
}

/// The blocks of a resource file.
///
/// # Errors
/// When the XML is not well-formed, defines entities or is nested too deeply.
pub(crate) fn parse(source: &str) -> Result<Parsed> {
    let mut found = Parsed::default();
    let is_translatable = |inherited: &bool, element: &Element| {
        attribute(source, element, "translatable").map_or(*inherited, |value| value != "false")
    };
    let wanted = |(_, local): tree::Name| TEXTS.contains(&local);
    let read =
        tree::each_inheriting(source, DocType::Named, true, is_translatable, wanted, |inherited, element| {
            if is_translatable(inherited, &element) {
                match element.name.1 {
                    "string" => push_text(source, &element, &mut found),
                    _ => element.elements().for_each(|item| push_text(source, item, &mut found)),
                }
            }
            Ok(())
        });
    found.left_alone.add(Place::CrowdedText, read?);
    Ok(found)
}

/// Appends the blocks of a string: of its text with the elements in it, and of each CDATA section.
fn push_text(source: &str, element: &Element, found: &mut Parsed) {
    let mut reader = Reader::new(source);
    for node in &element.children {
        if let Node::Verbatim(range) = node {
            reader.finish(Escaping::Android { cdata: false }, found);
            reader.text(range.start + "<![CDATA[".len()..range.end - "]]>".len(), false);
            reader.finish(Escaping::Android { cdata: true }, found);
        } else {
            reader.node(node);
        }
    }
    reader.finish(Escaping::Android { cdata: false }, found);
}

/// Reads a string as Android's resource compiler does: white space is one space unless it is in quotes, a backslash
/// begins an escape.
struct Reader<'a> {
    source: &'a str,
    text: Unescaped<'a>,
    /// Whether an odd number of quotes precedes.
    quoted: bool,
    /// Whether the text is inside a tag that is written as text.
    in_tag: bool,
}

impl<'a> Reader<'a> {
    fn new(source: &'a str) -> Self {
        Self { source, text: Unescaped::new(source), quoted: false, in_tag: false }
    }

    /// Appends the blocks of what was read.
    fn finish(&mut self, escaping: Escaping, found: &mut Parsed) {
        let text = std::mem::replace(&mut self.text, Unescaped::new(self.source));
        match is_prose(text.text()) {
            true => found.extend(text.blocks(escaping)),
            false => found.leave_code(text.text()),
        }
    }

    fn node(&mut self, node: &Node<'a>) {
        match node {
            Node::Text(range) => self.text(range.clone(), true),
            Node::Verbatim(range) | Node::Other(range) => {
                self.text
                    .mark(Mark::Void { word: self.source[range.clone()].starts_with('&') }, range.clone());
            }
            Node::Element(element) if element.tag == "xliff:g" || element.name.1 == "g" => {
                self.text.locked(element.range.clone(), element.inner.clone());
            }
            Node::Element(element) if element.name.1 == "br" => {
                self.text.mark(Mark::Break, element.range.clone());
            }
            Node::Element(element) if element.is_empty_tag() => {
                self.text.mark(Mark::Void { word: false }, element.range.clone());
            }
            Node::Element(element) => {
                let name = || element.tag.to_owned();
                self.text.mark(Mark::Open(name()), element.range.start..element.inner.start);
                element.children.iter().for_each(|child| self.node(child));
                self.text.mark(Mark::Close(name()), element.inner.end..element.range.end);
            }
        }
    }

    /// Reads characters; with `references`, those of XML too.
    fn text(&mut self, range: Range<usize>, references: bool) {
        let mut at = range.start;
        while let Some(rest) = self.source.get(at..range.end).filter(|rest| !rest.is_empty()) {
            let (c, size) = character(rest, references);
            let tail = rest.get(size..).unwrap_or_default();
            at += match c {
                '\\' => self.escape(at, size, tail),
                '"' if !self.in_tag => {
                    self.quoted = !self.quoted;
                    self.text.mark(Mark::Void { word: false }, at..at + size);
                    size
                }
                c if c.is_whitespace() && !self.quoted && !self.in_tag => self.space(at, rest),
                _ => {
                    match c {
                        '<' => self.in_tag = tail.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/'),
                        '>' => self.in_tag = false,
                        _ => {}
                    }
                    self.push(c, at..at + size);
                    size
                }
            };
        }
    }

    fn push(&mut self, c: char, source: Range<usize>) {
        if source.len() == c.len_utf8() {
            self.text.verbatim(source);
        } else {
            self.text.escape(c.encode_utf8(&mut [0; 4]), source);
        }
    }

    /// White space outside of quotes, and its size; a line end in it is not shown.
    fn space(&mut self, at: usize, rest: &str) -> usize {
        let size = (rest.len() - rest.trim_start().len()).max(1);
        // A no-break space or the like that is a reference.
        let size = if rest.starts_with('&') { rest.find(';').map_or(1, |end| end + 1) } else { size };
        let blank = rest.get(..size).unwrap_or_default();
        if blank.contains(['\n', '\r']) {
            self.text.escape(" ", at..at + size);
        } else if blank.starts_with('&') {
            self.text.escape(&unescaped(blank), at..at + size);
        } else {
            self.text.verbatim(at..at + size);
        }
        size
    }

    /// The escape at a backslash of `size` bytes before `tail`, and its size.
    fn escape(&mut self, at: usize, size: usize, tail: &str) -> usize {
        let (c, size) = match tail.chars().next() {
            Some('n') => ('\n', size + 1),
            Some('t') => ('\t', size + 1),
            Some('u') => match json::escaped(self.source.get(at + size - 1..).unwrap_or_default()) {
                Some((c, code)) if size == 1 => (c, code),
                // Half a character, or none.
                _ => {
                    self.text.mark(Mark::Void { word: true }, at..at + size + 1);
                    return size + 1;
                }
            },
            Some(c) => (c, size + c.len_utf8()),
            None => ('\\', size),
        };
        self.text.escape(c.encode_utf8(&mut [0; 4]), at..at + size);
        size
    }
}

/// The character that a text starts with, and its size; with `references`, one may be written as `&amp;` or `&#38;`.
fn character(text: &str, references: bool) -> (char, usize) {
    let first = text.chars().next().unwrap_or_default();
    let end = if references && first == '&' { text.find(';') } else { None };
    let reference = end.and_then(|end| text.get(..=end));
    match reference.map(unescaped).and_then(|shown| shown.chars().next()) {
        Some(c) => (c, reference.map_or(1, str::len)),
        None => (first, first.len_utf8()),
    }
}
