//! A tokenizer for HTML, XHTML and XML, whose tokens are byte ranges.
//!
//! Never fails and never recurses: what is not a tag is text, and an unterminated token runs to the end. HTML is
//! tokenized as its standard requires (13.2.5), except for scripts inside comments inside scripts.

use std::ops::Range;

/// The rules that the markup follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Case-insensitive names, elements without end tag, raw text in scripts.
    Html,
    /// XML, also the XHTML of e-books.
    Xml,
}

impl Dialect {
    /// The dialect of a page: XML if it has an XML declaration.
    pub fn of(page: &str) -> Self {
        if page.trim_start().starts_with("<?xml") { Self::Xml } else { Self::Html }
    }
}

/// A tag, or text between tags.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub kind: TokenKind<'a>,
    /// Bytes of the document.
    pub range: Range<usize>,
}

/// The kind of a token. Names are in lower case in HTML and without prefix in XML.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TokenKind<'a> {
    Text,
    /// A start tag; `empty` when it ends with `/>`.
    Open {
        name: String,
        attributes: Vec<Attribute<'a>>,
        empty: bool,
    },
    Close {
        name: String,
    },
    /// `<![CDATA[…]]>` in XML.
    Verbatim,
    /// A comment, declaration, processing instruction, script or style.
    Other,
}

/// An attribute of a start tag.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Attribute<'a> {
    /// As written, with its prefix.
    pub name: &'a str,
    /// Bytes of the document between the quotes; empty where there is no value.
    pub value: Range<usize>,
    /// The quotation mark around the value, if it has one.
    pub quote: Option<u8>,
}

/// Elements of HTML with raw content, and whether it is text.
const RAW: [(&str, bool); 8] = [
    ("script", false),
    ("style", false),
    ("xmp", false),
    ("iframe", false),
    ("noembed", false),
    ("noframes", false),
    ("textarea", true),
    ("title", true),
];

/// The tokens of a document.
#[derive(Clone)]
pub(crate) struct Tokens<'a> {
    source: &'a str,
    at: usize,
    dialect: Dialect,
    /// The element whose raw content comes next, and whether it is text.
    raw: Option<(&'static str, bool)>,
}

impl<'a> Tokens<'a> {
    pub fn new(source: &'a str, dialect: Dialect) -> Self {
        Self { source, at: 0, dialect, raw: None }
    }

    /// The tokens of a part of a document; their ranges are those of the document.
    pub fn within(document: &'a str, range: Range<usize>, dialect: Dialect) -> Self {
        Self { at: range.start, ..Self::new(document.get(..range.end).unwrap_or_default(), dialect) }
    }

    /// The first byte of the next token.
    pub fn position(&self) -> usize {
        self.at
    }

    fn raw_content(&mut self, name: &str, is_text: bool) -> Option<Token<'a>> {
        let rest = self.source.get(self.at..)?;
        let is_end = |at: &usize| {
            let tail = rest.as_bytes().get(at + 2..).unwrap_or_default();
            let named =
                tail.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()));
            named && tail.get(name.len()).is_none_or(|b| b.is_ascii_whitespace() || b"/>".contains(b))
        };
        let size = rest.match_indices("</").map(|(at, _)| at).find(is_end).unwrap_or(rest.len());
        (size > 0).then(|| self.token(if is_text { TokenKind::Text } else { TokenKind::Other }, size))
    }

    /// A token of the next `size` bytes.
    fn token(&mut self, kind: TokenKind<'a>, size: usize) -> Token<'a> {
        let range = self.at..self.at + size;
        self.at = range.end;
        Token { kind, range }
    }

    fn name(&self, text: &str) -> String {
        let end = text.find(|c: char| c.is_ascii_whitespace() || "/>".contains(c)).unwrap_or(text.len());
        let name = text.get(..end).unwrap_or_default();
        match self.dialect {
            Dialect::Html => name.to_ascii_lowercase(),
            Dialect::Xml => name.rsplit(':').next().unwrap_or_default().to_owned(),
        }
    }

    fn start_tag(&mut self, rest: &'a str) -> Token<'a> {
        let name = self.name(rest.get(1..).unwrap_or_default());
        let Some((attributes, size)) = attributes(self.source, self.at) else {
            return self.token(TokenKind::Other, rest.len());
        };
        let empty = rest.get(..size).is_some_and(|tag| tag.ends_with("/>"));
        if self.dialect == Dialect::Html {
            self.raw = RAW.into_iter().find(|(raw, _)| *raw == name);
        }
        self.token(TokenKind::Open { name, attributes, empty }, size)
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if let Some((name, is_text)) = self.raw.take()
            && let Some(token) = self.raw_content(name, is_text)
        {
            return Some(token);
        }
        let rest = self.source.get(self.at..).filter(|rest| !rest.is_empty())?;
        let until = |end: &str| rest.find(end).map_or(rest.len(), |at| at + end.len());
        let second = rest.as_bytes().get(1).copied().unwrap_or(b' ');
        let is_name =
            |b: u8| b.is_ascii_alphabetic() || (self.dialect == Dialect::Xml && (b == b'_' || b > 127));
        Some(if !rest.starts_with('<') {
            self.token(TokenKind::Text, rest.find('<').unwrap_or(rest.len()))
        } else if rest.starts_with("<!--") {
            let empty = ["<!-->", "<!--->"].into_iter().find(|empty| rest.starts_with(empty));
            self.token(TokenKind::Other, empty.map_or_else(|| comment_size(rest), str::len))
        } else if rest.starts_with("<![CDATA[") && self.dialect == Dialect::Xml {
            self.token(TokenKind::Verbatim, until("]]>"))
        } else if rest.starts_with("<?") {
            self.token(TokenKind::Other, until(if self.dialect == Dialect::Xml { "?>" } else { ">" }))
        } else if second == b'!' {
            self.token(TokenKind::Other, declaration_size(rest))
        } else if second == b'/' && rest.as_bytes().get(2).copied().is_some_and(is_name) {
            let name = self.name(rest.get(2..).unwrap_or_default());
            self.token(TokenKind::Close { name }, until(">"))
        } else if second == b'/' && rest.len() > 2 {
            self.token(TokenKind::Other, until(">"))
        } else if is_name(second) {
            self.start_tag(rest)
        } else {
            let size = rest.get(1..).and_then(|rest| rest.find('<')).map_or(rest.len(), |at| at + 1);
            self.token(TokenKind::Text, size)
        })
    }
}

fn comment_size(rest: &str) -> usize {
    let body = rest.get(4..).unwrap_or_default();
    let end = |(at, _)| {
        let tail = body.get(at + 2..)?;
        ["!>", ">"].into_iter().find(|end| tail.starts_with(end)).map(|end| 4 + at + 2 + end.len())
    };
    // Dashes may overlap, as in `--->`.
    body.match_indices('-')
        .filter(|(at, _)| body.get(*at..).is_some_and(|s| s.starts_with("--")))
        .find_map(end)
        .unwrap_or(rest.len())
}

/// `<!DOCTYPE … [ … ]>`: an internal subset has `>` of its own.
fn declaration_size(rest: &str) -> usize {
    let end = |from: usize, mark: char| rest.get(from..).and_then(|r| r.find(mark)).map(|at| from + at);
    let Some(close) = end(0, '>') else { return rest.len() };
    let subset = rest.get(..close).and_then(|head| head.find('['));
    let size = subset.map_or(Some(close), |subset| end(subset, ']').and_then(|at| end(at, '>')));
    size.map_or(rest.len(), |at| at + 1)
}

/// The attributes of the start tag at `at`, and the tag's size; `None` if it is unterminated.
fn attributes(source: &str, at: usize) -> Option<(Vec<Attribute<'_>>, usize)> {
    let bytes = source.as_bytes();
    let skip = |mut at: usize, stop: fn(u8) -> bool| {
        while bytes.get(at).is_some_and(|&b| !stop(b)) {
            at += 1;
        }
        at
    };
    let mut found = Vec::new();
    let mut here = skip(at + 1, |b| b.is_ascii_whitespace() || b"/>".contains(&b));
    loop {
        here = skip(here, |b| !b.is_ascii_whitespace() && b != b'/');
        if *bytes.get(here)? == b'>' {
            return Some((found, here + 1 - at));
        }
        let start = here;
        // A leading `=` belongs to the name.
        here = skip(here + 1, |b| b.is_ascii_whitespace() || b"/>=".contains(&b));
        let name = source.get(start..here)?;
        let mut attribute = Attribute { name, value: here..here, quote: None };
        let equals = skip(here, |b| !b.is_ascii_whitespace());
        if bytes.get(equals) == Some(&b'=') {
            let value = skip(equals + 1, |b| !b.is_ascii_whitespace());
            match *bytes.get(value)? {
                quote @ (b'"' | b'\'') => {
                    let close = bytes.get(value + 1..)?.iter().position(|&b| b == quote)? + value + 1;
                    (attribute.value, attribute.quote) = (value + 1..close, Some(quote));
                    here = close + 1;
                }
                b'>' => here = value,
                _ => {
                    here = skip(value, |b| b.is_ascii_whitespace() || b == b'>');
                    attribute.value = value..here;
                }
            }
        }
        found.push(attribute);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(source: &str, dialect: Dialect) -> Vec<String> {
        let tokens: Vec<Token> = Tokens::new(source, dialect).collect();
        let whole: String = tokens.iter().filter_map(|token| source.get(token.range.clone())).collect();
        assert_eq!(whole, source);
        tokens
            .iter()
            .map(|token| match &token.kind {
                TokenKind::Text => format!("'{}'", &source[token.range.clone()]),
                TokenKind::Open { name, attributes, empty } => {
                    let attributes: String = attributes
                        .iter()
                        .map(|attribute| format!(" {}={}", attribute.name, &source[attribute.value.clone()]))
                        .collect();
                    format!("<{name}{attributes}{}>", if *empty { "/" } else { "" })
                }
                TokenKind::Close { name } => format!("</{name}>"),
                TokenKind::Verbatim => "[]".to_owned(),
                TokenKind::Other => "-".to_owned(),
            })
            .collect()
    }

    #[test]
    fn html_is_cut_as_browsers_cut_it() {
        let html = |source| shown(source, Dialect::Html);
        assert_eq!(html("a<B>b</B >c"), ["'a'", "<b>", "'b'", "</b>", "'c'"]);
        assert_eq!(html("1 < 2 <3 <"), ["'1 '", "'< 2 '", "'<3 '", "'<'"]);
        assert_eq!(html("<a href=x/y title='a > b' d  = \"q\" e>"), ["<a href=x/y title=a > b d=q e=>"]);
        assert_eq!(html("<br/><p/ x>"), ["<br/>", "<p x=>"]);
        assert_eq!(html("<!--a--b---><!--><!doctype html><?php a ?></>x"), ["-", "-", "-", "-", "-", "'x'"]);
        assert_eq!(html("<script>if (a</b) \"<p>\"</SCRIPT >x"), ["<script>", "-", "</script>", "'x'"]);
        assert_eq!(html("<title>a <b> c</title>"), ["<title>", "'a <b> c'", "</title>"]);
        assert_eq!(html("<title></title>"), ["<title>", "</title>"]);
        assert_eq!(html("a<b c=\"d"), ["'a'", "-"]);
    }

    #[test]
    fn xml_keeps_case_and_its_own_constructs() {
        let xml = |source| shown(source, Dialect::Xml);
        assert_eq!(xml("<x:Title>a</x:Title>"), ["<Title>", "'a'", "</Title>"]);
        assert_eq!(
            xml("<![CDATA[<a>]]><script>a<b/></script>"),
            ["[]", "<script>", "'a'", "<b/>", "</script>"]
        );
        assert_eq!(xml("<!DOCTYPE a [<!ENTITY b \"c\">]><a/>"), ["-", "<a/>"]);
    }
}
