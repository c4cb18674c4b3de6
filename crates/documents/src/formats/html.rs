//! HTML, and the XHTML of e-books: the text of paragraphs, headings, cells and the like, and of attributes that are
//! shown or read aloud. Scripts, styles, preformatted code and elements with `translate="no"` are left unchanged.

mod attributes;
mod elements;
mod marks;
mod preformatted;
pub(crate) mod svg;

use std::ops::Range;

pub(crate) use self::attributes::is_roman;
use self::elements::{
    BLOCK, CONTAINERS, COPIED, COPIED_INLINE, EMPTY, FALLBACKS, LOCKED, OPTIONAL_END, READINGS, WORDLIKE,
    is_untranslatable,
};
use crate::chars::is_space;
use crate::entities::{self, In};
use crate::escaping::Escaping;
use crate::formats::text::lines;
use crate::formats::yaml;
use crate::inline::{Kind, Piece};
use crate::left_alone::Place;
use crate::markup::{Attribute, Dialect, Token, TokenKind, Tokens};
use crate::paragraph;
use crate::parsed::Parsed;

/// Tokens read ahead in vain, in search of the ends of elements that have none; then only [`FEW_TOKENS`] are read for
/// each, which keeps the time linear.
const LOOKAHEAD_TOKENS: usize = 1 << 16;
const FEW_TOKENS: usize = 64;

/// Elements in one another that are copied but for the texts in them. Real pages have two; each is one more call.
const MAX_DEPTH: usize = 8;

/// The blocks of a page. Never fails: invalid markup is left unchanged.
pub(crate) fn parse(source: &str, dialect: Dialect) -> Parsed {
    let front = front_matter_bytes(source);
    let mut found = parse_part(source, front..source.len(), dialect);
    found.extend(yaml::front_matter(source, 0..front));
    found
}

/// Bytes of Jekyll's front matter at the start of a page, between two lines of `---`.
fn front_matter_bytes(source: &str) -> usize {
    let is_fence =
        |line: &Range<usize>| source.get(line.clone()).is_some_and(|line| line.trim_end() == "---");
    let mut lines = lines(source);
    let opens = lines.next().is_some_and(|first| is_fence(&first));
    lines.find(|line| opens && is_fence(line)).map_or(0, |line| line.end)
}

/// The blocks of the HTML in a range of a document.
pub(crate) fn parse_part(source: &str, range: Range<usize>, dialect: Dialect) -> Parsed {
    parse_inside(source, range, dialect, 0)
}

/// As [`parse_part`], inside so many elements that are copied but for the texts in them.
fn parse_inside(source: &str, range: Range<usize>, dialect: Dialect, depth: usize) -> Parsed {
    let source = source.get(..range.end).unwrap_or_default();
    let tokens = Tokens::within(source, range, dialect);
    let mut parser = HtmlParser {
        source,
        dialect,
        depth,
        tokens,
        lookahead: LOOKAHEAD_TOKENS,
        pieces: Vec::new(),
        found: Parsed::default(),
    };
    while let Some(token) = parser.tokens.next() {
        parser.token(token);
    }
    parser.flush();
    parser.found
}

struct HtmlParser<'a> {
    source: &'a str,
    dialect: Dialect,
    /// How many elements around it are copied but for the texts in them.
    depth: usize,
    tokens: Tokens<'a>,
    /// Tokens that may still be read ahead in vain.
    lookahead: usize,
    /// The run of inline content being parsed.
    pieces: Vec<Piece<'a>>,
    found: Parsed,
}

impl<'a> HtmlParser<'a> {
    fn token(&mut self, token: Token<'a>) {
        let Token { kind, range } = token;
        match kind {
            TokenKind::Text => {
                entities::read(self.source, range, self.dialect, In::Content, &mut self.pieces);
            }
            TokenKind::Open { name, attributes, empty } => self.open(name, &attributes, empty, range),
            TokenKind::Close { name } if BLOCK.contains(&name.as_str()) => self.flush(),
            TokenKind::Close { name } => self.push(Kind::Close(name.into()), range),
            TokenKind::Verbatim => self.flush(),
            TokenKind::Other => self.push(Kind::Void { word: false }, range),
        }
    }

    fn open(&mut self, name: String, attributes: &[Attribute<'a>], empty: bool, range: Range<usize>) {
        let untranslatable = is_untranslatable(self.source, attributes);
        if !untranslatable {
            self.found.merge(attributes::parse(self.source, &name, attributes, self.dialect));
        }
        let is = |names: &[&str]| names.contains(&name.as_str());
        let empty = (empty && self.dialect == Dialect::Xml) || is(&WORDLIKE) || is(&EMPTY);
        let block = is(&BLOCK) || is(&COPIED);
        if name == "br" {
            self.push(Kind::Break, range);
        } else if block {
            self.flush();
            if name == "nav" && self.is_page_list(attributes) && !empty {
                let end = self.skip(&name);
                self.page_list(range.end..end);
            } else if (untranslatable || is(&COPIED)) && !empty {
                let end = self.skip(&name);
                if !untranslatable {
                    self.copied(&name, attributes, range.end..end);
                }
            }
        } else if empty {
            self.push(Kind::Void { word: is(&WORDLIKE) }, range);
        } else if is(&COPIED_INLINE) {
            let end = self.skip(&name);
            if !untranslatable {
                self.copied(&name, attributes, range.end..end);
            }
            self.push(Kind::Void { word: !READINGS.contains(&name.as_str()) }, range.start..end);
        } else {
            // Models should not see a footnote's number at the end of a word.
            let done = (name == "ruby" && self.push_ruby(range.clone()))
                || (is(&["a", "sup"]) && self.push_note(&name, range.clone()))
                || ((untranslatable || is(&LOCKED)) && self.push_locked(&name, range.clone()));
            if !done {
                self.push(Kind::Open(name.into()), range);
            }
        }
    }

    fn push(&mut self, kind: Kind<'a>, source: Range<usize>) {
        self.pieces.push(Piece::new(kind, source));
    }

    /// Skips to the end of an element and returns its position.
    fn skip(&mut self, name: &str) -> usize {
        let optional = self.dialect == Dialect::Html && (name == "p" || OPTIONAL_END.contains(&name));
        let ended_by = |other: &str| if name == "p" { BLOCK.contains(&other) } else { other == name };
        let (mut same, mut containers) = (0_usize, 0_usize);
        loop {
            let before = self.tokens.clone();
            let Some(token) = self.tokens.next() else { return self.source.len() };
            match token.kind {
                TokenKind::Open { name: other, empty, .. } => {
                    if optional && containers == 0 && ended_by(&other) {
                        self.tokens = before;
                        return token.range.start;
                    }
                    let opens = !(empty && self.dialect == Dialect::Xml);
                    same += usize::from(opens && other == name);
                    containers += usize::from(opens && CONTAINERS.contains(&other.as_str()));
                }
                TokenKind::Close { name: other } if other == name => {
                    if if optional { containers == 0 } else { same == 0 } {
                        return token.range.end;
                    }
                    same = same.saturating_sub(1);
                }
                TokenKind::Close { name: other } if optional && BLOCK.contains(&other.as_str()) => {
                    if containers == 0 {
                        self.tokens = before;
                        return token.range.start;
                    }
                    containers -= usize::from(CONTAINERS.contains(&other.as_str()));
                }
                _ => {}
            }
        }
    }

    /// Appends the texts in an element that is copied, from its start tag to its end; `rest` follows the start tag.
    fn copied(&mut self, name: &str, attributes: &[Attribute<'a>], rest: Range<usize>) {
        let written = self.source.get(rest.clone()).unwrap_or_default();
        let inner = rest.start..rest.start + written.rfind("</").unwrap_or(written.len());
        let (source, dialect, depth) = (self.source, self.dialect, self.depth + 1);
        match name {
            _ if depth > MAX_DEPTH => self.found.leave(Place::Fallback, written),
            "pre" | "listing" | "textarea" | "xmp" | "plaintext" => {
                self.found.merge(preformatted::parse(source, inner, dialect, name == "textarea", depth));
            }
            "svg" => self.found.merge(svg::parse_range(source, inner, dialect, depth)),
            "script" => {
                let is_data =
                    |one: &Attribute| source.get(one.value.clone()).is_some_and(|v| v.contains("ld+json"));
                if attributes.iter().any(is_data) {
                    self.found.leave(Place::StructuredData, written);
                }
            }
            "iframe" | "noembed" | "noframes" => {
                self.found.leave(Place::Fallback, source.get(inner).unwrap_or_default());
            }
            "datalist" => {
                for token in Tokens::within(source, inner, dialect) {
                    if let TokenKind::Open { attributes, .. } = token.kind {
                        let value = attributes.iter().find(|one| one.name.eq_ignore_ascii_case("value"));
                        let value = value.and_then(|value| source.get(value.value.clone()));
                        self.found.leave(Place::ListEntry, value.unwrap_or_default());
                    }
                }
            }
            _ if FALLBACKS.contains(&name) => self.found.merge(parse_inside(source, inner, dialect, depth)),
            _ => {}
        }
    }

    /// Whether a list of links has the pages of a printed edition.
    fn is_page_list(&self, attributes: &[Attribute<'a>]) -> bool {
        let is_list = |one: &Attribute| {
            one.name == "epub:type"
                && self.source.get(one.value.clone()).is_some_and(|v| v.contains("page-list"))
        };
        attributes.iter().any(is_list)
    }

    /// Appends the texts of such a list, but for the numbers of its pages.
    fn page_list(&mut self, inner: Range<usize>) {
        if self.depth < MAX_DEPTH {
            let mut found = parse_inside(self.source, inner, self.dialect, self.depth + 1);
            found.blocks.retain(|found| !is_roman(&found.block.text));
            self.found.merge(found);
        }
    }

    /// The tokens after the end of an element that was just opened, if it ends in this run; only a formula may hold
    /// elements of the names of blocks.
    fn after(&mut self, name: &str) -> Option<Tokens<'a>> {
        let mut ahead = self.tokens.clone();
        let most = if self.lookahead > 0 { usize::MAX } else { FEW_TOKENS };
        let (mut depth, mut read) = (0_usize, 0);
        while let Some(token) = ahead.next().filter(|_| read < most) {
            read += 1;
            match token.kind {
                TokenKind::Close { name: other } if other == name && depth == 0 => return Some(ahead),
                TokenKind::Close { name: other } if other == name => depth -= 1,
                TokenKind::Open { name: other, empty, .. } if other == name => depth += usize::from(!empty),
                TokenKind::Open { name: other, .. } | TokenKind::Close { name: other }
                    if name != "math" && BLOCK.contains(&other.as_str()) =>
                {
                    break;
                }
                _ => {}
            }
        }
        self.lookahead = self.lookahead.saturating_sub(read);
        None
    }

    /// Appends an element whose text must not change, if it ends in this run: as locked text if it holds no markup,
    /// else as void markup.
    fn push_locked(&mut self, name: &str, open: Range<usize>) -> bool {
        let Some(after) = self.after(name) else { return false };
        let mut inner = Vec::new();
        let (mut plain, mut close) = (true, open.end..open.end);
        let mut in_words = false;
        while self.tokens.position() < after.position() {
            let Some(token) = self.tokens.next() else { break };
            if let TokenKind::Open { name, .. } | TokenKind::Close { name } = &token.kind {
                in_words = name == "mtext" && matches!(token.kind, TokenKind::Open { .. });
            }
            if token.kind == TokenKind::Text {
                if in_words {
                    self.found
                        .leave(Place::FormulaText, self.source.get(token.range.clone()).unwrap_or_default());
                }
                entities::read(self.source, token.range, self.dialect, In::Content, &mut inner);
            } else {
                plain &= token.range.end == after.position();
                close = token.range;
            }
        }
        let slice = |range: Range<usize>| self.source.get(range).unwrap_or_default().to_owned();
        let text =
            |piece: &Piece| if let Kind::Text(text) = &piece.kind { Some(text.to_string()) } else { None };
        let texts: Option<String> = inner.iter().map(text).collect();
        let text = texts.filter(|text| plain && !text.contains(|c| is_space(c) && c != ' '));
        let source = open.start..close.end;
        let kind = match text.filter(|text| !text.trim().is_empty()) {
            Some(text) => Kind::Locked { open: slice(open), text, close: slice(close) },
            None => Kind::Void { word: true },
        };
        self.push(kind, source);
        true
    }

    fn flush(&mut self) {
        let mut pieces = std::mem::take(&mut self.pieces);
        split_menu(&mut pieces);
        let found = paragraph::blocks(self.source, pieces, Escaping::Html(self.dialect), 0);
        self.found.extend(found);
    }
}

/// Splits a menu, a run that consists only of links, so that each link is a block.
fn split_menu(pieces: &mut [Piece]) {
    let is_link = |name: &str| name == "a";
    let (mut depth, mut links) = (0_usize, 0);
    for piece in pieces.iter() {
        match &piece.kind {
            Kind::Open(name) if is_link(name) => (depth, links) = (depth + 1, links + 1),
            Kind::Close(name) if is_link(name) => depth = depth.saturating_sub(1),
            Kind::Text(text) if depth == 0 && text.contains(char::is_alphanumeric) => return,
            Kind::Locked { .. } if depth == 0 => return,
            _ => {}
        }
    }
    if links > 1 {
        for piece in pieces {
            if matches!(&piece.kind, Kind::Open(name) | Kind::Close(name) if is_link(name)) {
                piece.kind = Kind::Cut;
            }
        }
    }
}
