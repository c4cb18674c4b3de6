//! HTML, and the XHTML of e-books: the text of paragraphs, headings, cells and the like, and of attributes that are
//! shown or read aloud. Scripts, styles, preformatted text and what is marked as not to be translated are copied.

use std::ops::Range;

use crate::block::Affixes;
use crate::chars::is_space;
use crate::entities::{self, In};
use crate::escaping::Escaping;
use crate::formats::text::lines;
use crate::formats::yaml;
use crate::inline::{self, Kind, Piece};
use crate::markup::{self, Attribute, Dialect, Token, Tokens};
use crate::slot::{ParsedBlock, Slot};
use crate::wrap::{LineLayout, columns};

/// Elements that end a line of text. All others stand in the line, as browsers show unknown ones. Buttons and labels
/// are among them, since each is read alone.
const BLOCK: [&str; 62] = [
    "address",
    "article",
    "aside",
    "base",
    "blockquote",
    "body",
    "button",
    "caption",
    "center",
    "col",
    "colgroup",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hgroup",
    "hr",
    "html",
    "label",
    "legend",
    "li",
    "link",
    "main",
    "menu",
    "meta",
    "nav",
    "noscript",
    "ol",
    "optgroup",
    "option",
    "p",
    "search",
    "section",
    "select",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
];

/// Block elements that are copied with all that they hold.
const COPIED: [&str; 12] = [
    "listing",
    "plaintext",
    "pre",
    "script",
    "style",
    "template",
    "textarea",
    "xmp",
    "iframe",
    "noembed",
    "noframes",
    "datalist",
];

/// Elements in a line that are copied with all that they hold. The readings of ruby belong to words of the source.
const COPIED_INLINE: [&str; 8] = ["audio", "canvas", "object", "rp", "rt", "rtc", "svg", "video"];

/// Elements whose text must stand in the translation as it is.
const LOCKED: [&str; 6] = ["code", "kbd", "math", "samp", "tt", "var"];

/// Tags and texts in such an element; a longer one is read as any other.
const LOCKED_TOKENS: usize = 64;

/// Tags and texts in the mark of a note; a longer one is read as any other.
const NOTE_TOKENS: usize = 6;

/// Letters of the mark of a note, at most: "[12]", "***".
const NOTE_CHARS: usize = 6;

/// Elements without content, which stand in a line in place of a word.
const WORDLIKE: [&str; 4] = ["embed", "img", "input", "keygen"];

/// Elements without content in a line.
const EMPTY: [&str; 5] = ["area", "param", "source", "track", "wbr"];

/// Elements whose end tag may be left out, besides `p`: the next of their kind ends them.
const OPTIONAL_END: [&str; 9] = ["dd", "dt", "li", "optgroup", "option", "rt", "td", "th", "tr"];

/// Elements that hold those.
const CONTAINERS: [&str; 8] = ["dl", "menu", "ol", "ruby", "select", "table", "tr", "ul"];

/// Attributes whose value is shown or read aloud.
const SHOWN: [&str; 9] = [
    "alt",
    "aria-description",
    "aria-label",
    "aria-placeholder",
    "aria-roledescription",
    "aria-valuetext",
    "placeholder",
    "summary",
    "title",
];

/// What `<meta name=… content=…>` says to people.
const SHOWN_META: [&str; 8] = [
    "description",
    "og:description",
    "og:image:alt",
    "og:title",
    "title",
    "twitter:description",
    "twitter:image:alt",
    "twitter:title",
];

/// The blocks of a page. Never fails: what is not understood is copied.
pub(crate) fn parse(source: &str, dialect: Dialect) -> Vec<ParsedBlock> {
    let front = front_matter_bytes(source);
    let mut found = yaml::front_matter(source, 0..front);
    found.extend(parse_part(source, front..source.len(), dialect));
    found
}

/// Bytes of the front matter between two lines of `---` that Jekyll's pages begin with.
fn front_matter_bytes(source: &str) -> usize {
    let is_fence =
        |line: &Range<usize>| source.get(line.clone()).is_some_and(|line| line.trim_end() == "---");
    let mut lines = lines(source);
    let opens = lines.next().is_some_and(|first| is_fence(&first));
    lines.find(|line| opens && is_fence(line)).map_or(0, |line| line.end)
}

/// The blocks of a part of a document that is HTML.
pub(crate) fn parse_part(source: &str, range: Range<usize>, dialect: Dialect) -> Vec<ParsedBlock> {
    let source = source.get(..range.end).unwrap_or_default();
    let tokens = Tokens::within(source, range, dialect);
    let mut reader = Reader { source, dialect, tokens, pieces: Vec::new(), found: Vec::new() };
    while let Some(token) = reader.tokens.next() {
        reader.token(token);
    }
    reader.flush();
    reader.found
}

struct Reader<'a> {
    source: &'a str,
    dialect: Dialect,
    tokens: Tokens<'a>,
    /// The line of text being read.
    pieces: Vec<Piece<'a>>,
    found: Vec<ParsedBlock>,
}

impl<'a> Reader<'a> {
    fn token(&mut self, token: Token<'a>) {
        let Token { kind, range } = token;
        match kind {
            markup::Kind::Text => {
                entities::read(self.source, range, self.dialect, In::Content, &mut self.pieces);
            }
            markup::Kind::Open { name, attributes, empty } => self.open(name, &attributes, empty, range),
            markup::Kind::Close { name } if BLOCK.contains(&name.as_str()) => self.flush(),
            markup::Kind::Close { name } => self.push(Kind::Close(name.into()), range),
            markup::Kind::Verbatim => self.flush(),
            markup::Kind::Other => self.push(Kind::Void { word: false }, range),
        }
    }

    fn open(&mut self, name: String, attributes: &[Attribute<'a>], empty: bool, range: Range<usize>) {
        let kept = is_kept(self.source, attributes);
        if !kept {
            self.attributes(&name, attributes);
        }
        let is = |names: &[&str]| names.contains(&name.as_str());
        let empty = (empty && self.dialect == Dialect::Xml) || is(&WORDLIKE) || is(&EMPTY);
        let block = is(&BLOCK) || is(&COPIED);
        if name == "br" {
            self.push(Kind::Break, range);
        } else if block {
            self.flush();
            if (kept || is(&COPIED)) && !empty {
                self.skip(&name);
            }
        } else if empty {
            self.push(Kind::Void { word: is(&WORDLIKE) }, range);
        } else if is(&COPIED_INLINE) {
            let end = self.skip(&name);
            self.push(Kind::Void { word: !name.starts_with('r') }, range.start..end);
        } else {
            // Models should not see a note's number at the end of a word.
            let done = (is(&["a", "sup"]) && self.note(&name, range.clone()))
                || ((kept || is(&LOCKED)) && self.lock(&name, range.clone()));
            if !done {
                self.push(Kind::Open(name.into()), range);
            }
        }
    }

    fn push(&mut self, kind: Kind<'a>, source: Range<usize>) {
        self.pieces.push(Piece::new(kind, source));
    }

    /// Passes all up to the end of an element; returns where that is.
    fn skip(&mut self, name: &str) -> usize {
        let optional = self.dialect == Dialect::Html && (name == "p" || OPTIONAL_END.contains(&name));
        let ended_by = |other: &str| if name == "p" { BLOCK.contains(&other) } else { other == name };
        let (mut same, mut containers) = (0_usize, 0_usize);
        loop {
            let before = self.tokens.clone();
            let Some(token) = self.tokens.next() else { return self.source.len() };
            match token.kind {
                markup::Kind::Open { name: other, empty, .. } => {
                    if optional && containers == 0 && ended_by(&other) {
                        self.tokens = before;
                        return token.range.start;
                    }
                    let opens = !(empty && self.dialect == Dialect::Xml);
                    same += usize::from(opens && other == name);
                    containers += usize::from(opens && CONTAINERS.contains(&other.as_str()));
                }
                markup::Kind::Close { name: other } if other == name => {
                    if if optional { containers == 0 } else { same == 0 } {
                        return token.range.end;
                    }
                    same = same.saturating_sub(1);
                }
                markup::Kind::Close { name: other } if optional && BLOCK.contains(&other.as_str()) => {
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

    /// Adds an element whose text must not change, if it ends in this line: as text if it holds no markup, else as
    /// one mark.
    fn lock(&mut self, name: &str, open: Range<usize>) -> bool {
        let mut ahead = self.tokens.clone();
        let (mut depth, mut plain, mut inner) = (0_usize, true, Vec::new());
        for _ in 0..LOCKED_TOKENS {
            let Some(token) = ahead.next() else { return false };
            match token.kind {
                markup::Kind::Text => {
                    entities::read(self.source, token.range, self.dialect, In::Content, &mut inner);
                    continue;
                }
                markup::Kind::Close { name: other } if other == name && depth == 0 => {
                    let source = open.start..token.range.end;
                    let slice = |range: Range<usize>| self.source.get(range).unwrap_or_default().to_owned();
                    let text = |piece: &Piece| {
                        if let Kind::Text(text) = &piece.kind { Some(text.to_string()) } else { None }
                    };
                    let texts: Option<String> = inner.iter().map(text).collect();
                    let text = texts.filter(|text| plain && !text.contains(|c| is_space(c) && c != ' '));
                    let kind = match text.filter(|text| !text.trim().is_empty()) {
                        Some(text) => Kind::Locked { open: slice(open), text, close: slice(token.range) },
                        None => Kind::Void { word: true },
                    };
                    self.push(kind, source);
                    self.tokens = ahead;
                    return true;
                }
                markup::Kind::Open { name: other, .. } | markup::Kind::Close { name: other }
                    if BLOCK.contains(&other.as_str()) =>
                {
                    return false;
                }
                markup::Kind::Open { name: other, empty, .. } => {
                    depth += usize::from(other == name && !empty)
                }
                markup::Kind::Close { name: other } => {
                    depth = depth.saturating_sub(usize::from(other == name))
                }
                _ => {}
            }
            plain = false;
        }
        false
    }

    /// Adds the mark of a note, which is a link with a number or stars in it, raised or not.
    fn note(&mut self, name: &str, open: Range<usize>) -> bool {
        let mut ahead = self.tokens.clone();
        let mut around = vec![name.to_owned()];
        let (mut text, mut links) = (String::new(), usize::from(name == "a"));
        for _ in 0..NOTE_TOKENS {
            let Some(token) = ahead.next() else { return false };
            match token.kind {
                markup::Kind::Text => text.push_str(self.source.get(token.range).unwrap_or_default()),
                markup::Kind::Open { name, attributes, .. }
                    if ["a", "sup"].contains(&name.as_str()) && attributes.iter().all(|a| !is_shown(a)) =>
                {
                    links += usize::from(name == "a");
                    around.push(name);
                }
                markup::Kind::Close { name } if around.last() == Some(&name) => {
                    around.pop();
                    if around.is_empty() {
                        let is_note = links == 1 && is_note_mark(text.trim());
                        if is_note {
                            self.push(Kind::Void { word: false }, open.start..token.range.end);
                            self.tokens = ahead;
                        }
                        return is_note;
                    }
                }
                _ => return false,
            }
        }
        false
    }

    fn flush(&mut self) {
        let mut pieces = std::mem::take(&mut self.pieces);
        divide_menu(&mut pieces);
        let found = inline::runs(self.source, pieces).into_iter().filter_map(|run| {
            let mut slot = Slot::new(run.range.clone(), Escaping::Html(self.dialect));
            slot.breaks = run.breaks;
            if let Some(newline) = run.newline {
                let written = self.source.get(run.range).unwrap_or_default();
                let width = lines(written)
                    .filter_map(|line| written.get(line))
                    .map(|line| columns(line.trim()))
                    .max();
                slot.layout = LineLayout::Fill(width.unwrap_or(0));
                slot.newline = newline;
            }
            ParsedBlock { block: run.block, slot }.into_translatable()
        });
        self.found.extend(found);
    }

    fn attributes(&mut self, name: &str, attributes: &[Attribute<'a>]) {
        let value = |wanted: &str| {
            let same = |attribute: &&Attribute| attribute.name.eq_ignore_ascii_case(wanted);
            attributes.iter().find(same).and_then(|attribute| self.source.get(attribute.value.clone()))
        };
        let button = || {
            value("type").is_some_and(|kind| {
                ["submit", "button", "reset"].iter().any(|b| kind.eq_ignore_ascii_case(b))
            })
        };
        let meta = || {
            [value("name"), value("property")]
                .into_iter()
                .flatten()
                .any(|name| SHOWN_META.iter().any(|shown| name.eq_ignore_ascii_case(shown)))
        };
        let is_shown = |attribute: &&Attribute| {
            let attribute = attribute.name.to_ascii_lowercase();
            match attribute.as_str() {
                "value" => name == "input" && button(),
                "content" => name == "meta" && meta(),
                "label" => ["option", "optgroup", "track"].contains(&name),
                other => SHOWN.contains(&other),
            }
        };
        let shown: Vec<&Attribute> = attributes.iter().filter(is_shown).collect();
        for attribute in shown {
            let mut pieces = Vec::new();
            entities::read(self.source, attribute.value.clone(), self.dialect, In::Value, &mut pieces);
            for run in inline::runs(self.source, pieces) {
                let mut slot = Slot::new(run.range, Escaping::HtmlAttribute(self.dialect));
                if attribute.quote.is_none() {
                    slot.frame = Affixes { before: "\"".into(), after: "\"".into() };
                }
                self.found.extend(ParsedBlock { block: run.block, slot }.into_translatable());
            }
        }
    }
}

/// Whether people see or hear an attribute of a link.
fn is_shown(attribute: &Attribute) -> bool {
    SHOWN.contains(&attribute.name.to_ascii_lowercase().as_str())
}

fn is_note_mark(text: &str) -> bool {
    let is_sign = |c: char| c.is_ascii_digit() || "*†‡§[]()".contains(c);
    (1..=NOTE_CHARS).contains(&text.chars().count()) && text.chars().all(is_sign)
}

/// Whether an element is marked as not to be translated.
fn is_kept(source: &str, attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let value = source.get(attribute.value.clone()).unwrap_or_default();
        match attribute.name.to_ascii_lowercase().as_str() {
            "translate" => value.eq_ignore_ascii_case("no"),
            "class" => value.split_ascii_whitespace().any(|class| class == "notranslate"),
            _ => false,
        }
    })
}

/// A line of nothing but links is a menu: each link is read alone.
fn divide_menu(pieces: &mut [Piece]) {
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
