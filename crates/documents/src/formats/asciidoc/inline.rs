//! Inline markup of AsciiDoc.

mod parts;
mod quotes;

use std::ops::Range;

pub(super) use self::parts::description;
use self::parts::{hard_break, head, link_text};
use super::escape::Quotes;
use super::marks;
use crate::chars::one_line;
use crate::entities::{self, In};
use crate::inline::{Kind, Piece};
use crate::limits;
use crate::markup::Dialect;

/// Starts of addresses, which are links by themselves.
const ADDRESSES: [&str; 6] = ["https://", "http://", "ftp://", "irc://", "mailto:", "link:"];

/// The inline content of a text.
#[derive(Debug, Default)]
pub(super) struct Content<'a> {
    pub pieces: Vec<Piece<'a>>,
    /// Texts that are blocks of their own: footnotes, and descriptions of images, which are attributes.
    pub notes: Vec<Range<usize>>,
    pub descriptions: Vec<Range<usize>>,
    /// Terms of the index that are not shown.
    pub index: Vec<Range<usize>>,
    /// Whether there are links, whose text is between brackets.
    pub linked: bool,
}

/// Bytes of an address or a macro's target.
const TARGET_BYTES: usize = 4096;

/// Curved quotation marks.
const DOUBLE: (&str, &str) = ("“", "”");

/// Bytes of an anchor.
const ANCHOR_BYTES: usize = 256;

/// Where a text stands, as far as it decides how the text is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Whether it is in a cell, where a backslash keeps a bar from ending it.
    pub cell: bool,
    /// Whether it is in a quotation, whose lines start with `> `.
    pub quotation: bool,
    pub quotes: Quotes,
}

/// The inline content of the text in `range`.
pub(super) fn read(source: &str, range: Range<usize>, place: Place) -> Content<'_> {
    let mut reader = Reader { source, content: Content::default(), depth: 0, place };
    reader.read(range);
    reader.content
}

struct Reader<'a> {
    source: &'a str,
    content: Content<'a>,
    depth: usize,
    place: Place,
}

/// A text that is being read.
struct Cursor {
    at: usize,
    end: usize,
    /// The start of the text that is no piece yet.
    from: usize,
    start: usize,
    /// Marks that nothing after here closes.
    unclosed: Vec<&'static str>,
}

impl<'a> Reader<'a> {
    fn read(&mut self, range: Range<usize>) {
        let mut cursor = Cursor {
            at: range.start,
            end: range.end,
            from: range.start,
            start: range.start,
            unclosed: Vec::new(),
        };
        while let Some(c) = self.slice(cursor.at..cursor.end).chars().next() {
            let escaped = c == '\\';
            if escaped && self.place.cell && self.slice(cursor.at + 1..cursor.end).starts_with('|') {
                let at = cursor.at;
                self.flush(&mut cursor, at);
                self.content.pieces.push(Piece::new(Kind::Text("|".into()), at..at + 2));
                (cursor.at, cursor.from) = (at + 2, at + 2);
                continue;
            }
            if c == '\n' && self.place.quotation && self.slice(cursor.at + 1..cursor.end).starts_with("> ") {
                let at = cursor.at + 1;
                self.flush(&mut cursor, at);
                self.content.pieces.push(Piece::new(Kind::Elided, at..at + 2));
                (cursor.at, cursor.from) = (at + 2, at + 2);
                continue;
            }
            let mut ahead = Cursor { at: cursor.at + usize::from(escaped), unclosed: Vec::new(), ..cursor };
            ahead.unclosed.append(&mut cursor.unclosed);
            let found = self.markup(&mut ahead);
            cursor.unclosed = ahead.unclosed;
            match found {
                // A backslash is shown unless it keeps markup from being read.
                Some(_) if escaped => {
                    self.flush(&mut cursor, ahead.at - 1);
                    cursor.from = ahead.at;
                    let next = self.slice(ahead.at..cursor.end).chars().next();
                    cursor.at = ahead.at + next.map_or(0, char::len_utf8);
                }
                Some(found) => {
                    self.flush(&mut cursor, ahead.at);
                    let end = found.end;
                    self.add(ahead.at, found);
                    (cursor.at, cursor.from) = (end, end);
                }
                None => cursor.at += c.len_utf8(),
            }
        }
        self.flush(&mut cursor, range.end);
    }

    fn slice(&self, range: Range<usize>) -> &'a str {
        self.source.get(range).unwrap_or_default()
    }

    /// Adds the text before a byte.
    fn flush(&mut self, cursor: &mut Cursor, to: usize) {
        if cursor.from < to {
            let range = cursor.from..to;
            entities::read(self.source, range, Dialect::Xml, In::Content, &mut self.content.pieces);
        }
        cursor.from = cursor.from.max(to);
    }

    fn add(&mut self, at: usize, found: Found) {
        let Found { end, form } = found;
        let pieces = &mut self.content.pieces;
        match form {
            Form::Locked => {
                let text = self.source.get(at..end).unwrap_or_default();
                let text = one_line(text);
                let (open, close) = (String::new(), String::new());
                pieces.push(Piece::new(Kind::Locked { open, text, close }, at..end));
            }
            Form::Code(inner) => {
                let code = self.source.get(inner).unwrap_or_default();
                let text = format!("`{}`", one_line(code));
                let (open, close) = (String::new(), String::new());
                pieces.push(Piece::new(Kind::Locked { open, text, close }, at..end));
            }
            Form::Quoted(inner, (open, close)) => {
                pieces.push(Piece::new(Kind::Text(open.into()), at..inner.start));
                self.within(inner.clone());
                self.content.pieces.push(Piece::new(Kind::Text(close.into()), inner.end..end));
            }
            Form::Break => pieces.push(Piece::new(Kind::Break, at..end)),
            Form::Void => pieces.push(Piece::new(Kind::Void { word: false }, at..end)),
            Form::Index(term) => {
                pieces.push(Piece::new(Kind::Void { word: false }, at..end));
                self.content.index.push(term);
            }
            Form::Image(description) => {
                pieces.push(Piece::new(Kind::Void { word: true }, at..end));
                self.content.descriptions.extend(description);
            }
            Form::Note(text) => {
                pieces.push(Piece::new(Kind::Void { word: false }, at..end));
                self.content.notes.push(text);
            }
            Form::Pair { inner, link } => {
                self.content.linked |= link;
                pieces.push(Piece::new(Kind::Open("mark".into()), at..inner.start));
                self.within(inner.clone());
                self.content.pieces.push(Piece::new(Kind::Close("mark".into()), inner.end..end));
            }
        }
    }

    /// Reads text inside of markup.
    fn within(&mut self, inner: Range<usize>) {
        if self.depth < limits::NESTING / 2 {
            self.depth += 1;
            self.read(inner);
            self.depth -= 1;
        } else {
            self.content.pieces.push(Piece::verbatim(self.source, inner));
        }
    }

    /// The markup at the cursor.
    fn markup(&self, cursor: &mut Cursor) -> Option<Found> {
        let rest = self.slice(cursor.at..cursor.end);
        let before = self.slice(cursor.start..cursor.at).chars().next_back();
        match rest.chars().next()? {
            '`' | '\'' if self.place.quotes == Quotes::Old => self.old_quoted(cursor, rest, before),
            '"' if rest.starts_with("\"`") && self.place.quotes == Quotes::Current => {
                self.quoted(cursor, before)
            }
            '*' | '_' | '`' | '#' => self.marked(cursor, rest, before, 0),
            '+' => self.passed(cursor, rest, before),
            '^' | '~' => self.shifted(cursor, rest),
            '[' => self.bracket(cursor, rest, before),
            '{' => self.attribute(cursor, rest),
            '<' => self.reference(cursor, rest),
            '(' => self.index_term(cursor, rest),
            ' ' => hard_break(rest).map(|size| Found::new(cursor.at + size, Form::Break)),
            c if c.is_ascii_alphabetic() && !before.is_some_and(marks::is_word) => self.named(cursor, rest),
            _ => None,
        }
    }

    /// The byte of the closing mark after `from`.
    fn close(
        &self,
        cursor: &mut Cursor,
        from: usize,
        mark: &'static str,
        ends: impl Fn(&str, Option<char>) -> bool,
    ) -> Option<usize> {
        if cursor.unclosed.contains(&mark) {
            return None;
        }
        let text = self.slice(from..cursor.end);
        let found = text.match_indices(mark).map(|(at, _)| at).find(|&at| {
            let after = text.get(at + mark.len()..).and_then(|rest| rest.chars().next());
            at > 0 && text.get(..at).is_some_and(|inner| ends(inner, after))
        });
        if found.is_none() {
            cursor.unclosed.push(mark);
        }
        found.map(|at| from + at)
    }

    /// `{name}`, or a link whose address starts with it: `{name}/path[text]`.
    fn attribute(&self, cursor: &mut Cursor, rest: &str) -> Option<Found> {
        let size = marks::attribute(rest)?;
        if rest.starts_with("{empty}") {
            return Some(Found::new(cursor.at + size, Form::Void));
        }
        let locked = Some(Found::new(cursor.at + size, Form::Locked));
        let path = head(rest.get(size..)?, TARGET_BYTES);
        let end = path.find(|c: char| c.is_whitespace() || "[]{}<>\"".contains(c));
        let Some(end) = end.filter(|end| path.get(*end..).is_some_and(|rest| rest.starts_with('['))) else {
            return locked;
        };
        let from = cursor.at + size + end + 1;
        let close = self.close(cursor, from, "]", |inner, _| !inner.ends_with('\\'));
        let text = close.and_then(|close| Some((close, link_text(self.slice(from..close))?)));
        let Some((close, text)) = text else { return locked };
        let inner = from + text.start..from + text.end;
        Some(Found::new(close + 1, Form::Pair { inner, link: true }))
    }

    /// `[[anchor]]`, `[role]#text#`.
    fn bracket(&self, cursor: &mut Cursor, rest: &str, before: Option<char>) -> Option<Found> {
        let anchors = [("[[[", "]]]"), ("[[", "]]")];
        if let Some((open, close)) = anchors.into_iter().find(|(open, _)| rest.starts_with(open)) {
            let anchor = head(rest.get(open.len()..)?, ANCHOR_BYTES);
            let size = anchor.find(['\n', ']', '[']).filter(|size| *size > 0)?;
            anchor.get(size..)?.strip_prefix(close)?;
            return Some(Found::new(cursor.at + size + 2 * open.len(), Form::Void));
        }
        let role = marks::role(rest)?;
        self.marked(cursor, rest, before, role)
    }

    /// `<<target>>`, `<<target,text>>`.
    fn reference(&self, cursor: &mut Cursor, rest: &str) -> Option<Found> {
        let inner = rest.strip_prefix("<<")?;
        if inner.starts_with(|c: char| c.is_whitespace() || c == '<') {
            return None;
        }
        let from = cursor.at + 2;
        let close = self.close(cursor, from, ">>", |_, _| true)?;
        let inner = self.slice(from..close);
        let text = inner.find(',').map(|comma| (comma + 1, inner.get(comma + 1..).unwrap_or_default()));
        let form = match text.filter(|(_, text)| !text.trim().is_empty()) {
            Some((comma, text)) => {
                let start = from + comma + (text.len() - text.trim_start().len());
                Form::Pair { inner: start..start + text.trim().len(), link: true }
            }
            None => Form::Locked,
        };
        Some(Found::new(close + 2, form))
    }

    /// `((shown term))`, `(((hidden term)))`.
    fn index_term(&self, cursor: &mut Cursor, rest: &str) -> Option<Found> {
        if rest.starts_with("(((") {
            let close = self.close(cursor, cursor.at + 3, ")))", |_, _| true)?;
            return Some(Found::new(close + 3, Form::Index(cursor.at + 3..close)));
        }
        rest.strip_prefix("((")?;
        let inner = cursor.at + 2..self.close(cursor, cursor.at + 2, "))", |_, _| true)?;
        Some(Found::new(inner.end + 2, Form::Pair { inner, link: false }))
    }

    /// An address or a macro, `name:target[text]`.
    fn named(&self, cursor: &mut Cursor, rest: &str) -> Option<Found> {
        let name_size = rest.find(|c: char| !(marks::is_word(c) || c == '-')).filter(|size| *size < 32)?;
        let (name, tail) = rest.split_at_checked(name_size)?;
        let target = head(tail.strip_prefix(':')?, TARGET_BYTES);
        let is_address = ADDRESSES.iter().any(|start| rest.starts_with(start));
        let size = target.find(|c: char| c.is_whitespace() || "[]<>\"".contains(c)).unwrap_or(target.len());
        let after = target.get(size..)?;
        if !after.starts_with('[') {
            // A bare address: its characters are text, which is locked later.
            let address = rest.get(..name_size + 1 + size).filter(|_| is_address && name != "link")?;
            let address = address.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '/');
            return (address.len() > name_size).then(|| Found::new(cursor.at + address.len(), Form::Locked));
        }
        if target.starts_with(':') {
            return None;
        }
        let from = cursor.at + name_size + 1 + size + 1;
        let close = if self.slice(from..cursor.end).starts_with(']') {
            0
        } else {
            self.close(cursor, from, "]", |inner, _| !inner.ends_with('\\'))? - from
        };
        let inner = self.slice(from..from + close);
        let end = from + close + 1;
        let form = match name {
            "footnote" => Form::Note(from..from + close),
            "image" => Form::Image(description(inner).map(|range| from + range.start..from + range.end)),
            "icon" | "anchor" => Form::Void,
            "indexterm" => Form::Index(from..from + close),
            "indexterm2" => Form::Pair { inner: from..from + close, link: true },
            _ if is_address || name == "xref" => match link_text(inner) {
                Some(range) => Form::Pair { inner: from + range.start..from + range.end, link: true },
                None => Form::Locked,
            },
            _ => Form::Locked,
        };
        Some(Found::new(end, form))
    }
}

/// Markup that was found, and the byte after it.
struct Found {
    end: usize,
    form: Form,
}

impl Found {
    fn new(end: usize, form: Form) -> Self {
        Self { end, form }
    }
}

enum Form {
    Locked,
    /// Code with its bytes between the marks.
    Code(Range<usize>),
    /// Text in curved quotation marks, and these.
    Quoted(Range<usize>, (&'static str, &'static str)),
    Break,
    Void,
    /// A term of the index that is not shown.
    Index(Range<usize>),
    /// An image with the bytes of its description.
    Image(Option<Range<usize>>),
    /// A footnote with the bytes of its text.
    Note(Range<usize>),
    Pair {
        inner: Range<usize>,
        link: bool,
    },
}
