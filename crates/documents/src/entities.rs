//! Character references of HTML and XML: `&amp;`, `&#8364;`.

use std::ops::Range;

use quick_xml::escape::{resolve_html5_entity, resolve_xml_entity};

use crate::inline::{Kind, Piece};
use crate::markup::Dialect;

/// The longest name, `CounterClockwiseContourIntegral`, has 31 bytes.
const NAME_BYTES: usize = 32;

/// Names that HTML also reads without the semicolon (HTML 13.5).
const LEGACY: &str = "AElig AMP Aacute Acirc Agrave Aring Atilde Auml COPY Ccedil ETH Eacute Ecirc Egrave Euml GT \
    Iacute Icirc Igrave Iuml LT Ntilde Oacute Ocirc Ograve Oslash Otilde Ouml QUOT REG THORN Uacute Ucirc Ugrave \
    Uuml Yacute aacute acirc acute aelig agrave amp aring atilde auml brvbar ccedil cedil cent copy curren deg \
    divide eacute ecirc egrave eth euml frac12 frac14 frac34 gt iacute icirc iexcl igrave iquest iuml laquo lt macr \
    micro middot nbsp not ntilde oacute ocirc ograve ordf ordm oslash otilde ouml para plusmn pound quot raquo reg \
    sect shy sup1 sup2 sup3 szlig thorn times uacute ucirc ugrave uml uuml yacute yen yuml";

/// What browsers read `&#128;` to `&#159;` as: the characters of windows-1252.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Where a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum In {
    /// Between tags.
    Content,
    /// In an attribute's value, where `&lt=1` is part of a URL.
    Value,
}

/// A text with a reference for each character that is not ASCII.
pub(crate) fn as_references(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            out.push_str(&format!("&#{};", u32::from(c)));
        }
    }
    out
}

/// Adds the text in `range` to `pieces`, with its references resolved. An unknown one is copied: the document may
/// declare it itself.
pub(crate) fn read<'a>(
    document: &'a str,
    range: Range<usize>,
    dialect: Dialect,
    position: In,
    pieces: &mut Vec<Piece<'a>>,
) {
    let mut from = range.start;
    let mut at = range.start;
    while let Some(next) = document.get(at..range.end).and_then(|rest| rest.find('&')) {
        at += next;
        let rest = document.get(at..range.end).unwrap_or_default();
        let Some((kind, size)) = reference(rest, dialect, position) else {
            at += 1;
            continue;
        };
        if from < at {
            pieces.push(Piece::verbatim(document, from..at));
        }
        pieces.push(Piece::new(kind, at..at + size));
        at += size;
        from = at;
    }
    if from < range.end {
        pieces.push(Piece::verbatim(document, from..range.end));
    }
}

/// Escaped text with its no-break spaces written as references, which are visible.
pub(crate) fn write(escaped: String, dialect: Dialect) -> String {
    escaped.replace('\u{a0}', if dialect == Dialect::Html { "&nbsp;" } else { "&#160;" })
}

/// The reference that `text` starts with, and its bytes; `None` if the `&` is text.
fn reference(text: &str, dialect: Dialect, position: In) -> Option<(Kind<'static>, usize)> {
    let name = text.get(1..)?;
    if let Some(number) = name.strip_prefix('#') {
        return numeric(number, dialect).map(|(kind, size)| (kind, size + 2));
    }
    let size = name.bytes().take(NAME_BYTES).take_while(u8::is_ascii_alphanumeric).count();
    let (name, tail) = (name.get(..size).filter(|name| !name.is_empty())?, name.get(size..)?);
    if tail.starts_with(';') {
        let known = resolve_xml_entity(name).or_else(|| resolve_html5_entity(name));
        match (known, dialect) {
            (Some(known), _) => return Some((Kind::Text(known.into()), size + 2)),
            (None, Dialect::Xml) => return Some((Kind::Void { word: true }, size + 2)),
            (None, Dialect::Html) => {}
        }
    }
    if dialect == Dialect::Xml || (position == In::Value && tail.starts_with('=')) {
        return None;
    }
    let legacy =
        LEGACY.split_whitespace().filter(|legacy| name.starts_with(legacy)).max_by_key(|name| name.len())?;
    if position == In::Value && legacy.len() < name.len() {
        return None;
    }
    resolve_html5_entity(legacy).map(|known| (Kind::Text(known.into()), 1 + legacy.len()))
}

/// The reference after `&#`.
fn numeric(text: &str, dialect: Dialect) -> Option<(Kind<'static>, usize)> {
    let hex = text.starts_with(['x', 'X']);
    let digits = text.get(usize::from(hex)..)?;
    let size =
        digits.bytes().take_while(|b| if hex { b.is_ascii_hexdigit() } else { b.is_ascii_digit() }).count();
    let ends = digits.get(size..)?.starts_with(';');
    if size == 0 || (!ends && dialect == Dialect::Xml) {
        return None;
    }
    let whole = usize::from(hex) + size + usize::from(ends);
    let number = u32::from_str_radix(digits.get(..size)?, if hex { 16 } else { 10 }).unwrap_or(u32::MAX);
    let c = match number {
        128..=159 if dialect == Dialect::Html => WINDOWS.get(number as usize - 128).copied(),
        0 => None,
        _ => char::from_u32(number),
    };
    let kind = c.map_or(Kind::Void { word: true }, |c| Kind::Text(c.to_string().into()));
    Some((kind, whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, dialect: Dialect, position: In) -> String {
        let mut pieces = Vec::new();
        read(text, 0..text.len(), dialect, position, &mut pieces);
        let sources: String = pieces.iter().filter_map(|piece| text.get(piece.source.clone())).collect();
        assert_eq!(sources, text);
        pieces.iter().map(|piece| if let Kind::Text(text) = &piece.kind { text } else { "?" }).collect()
    }

    #[test]
    fn references_are_read_as_browsers_read_them() {
        let html = |text| shown(text, Dialect::Html, In::Content);
        assert_eq!(html("a &amp; b&lt;c &#228;&#xE4; &Auml;&copy2 &#128;"), "a & b<c ää Ä©2 €");
        assert_eq!(
            html("&notit; &foo; & &; &# &#x; AT&T &#0; &#99999999999;"),
            "¬it; &foo; & &; &# &#x; AT&T ? ?"
        );
        let value = |text| shown(text, Dialect::Html, In::Value);
        assert_eq!(value("?a=1&lt=2&copy=3&amp;b&copyx &copy."), "?a=1&lt=2&copy=3&b&copyx ©.");
        let xml = |text| shown(text, Dialect::Xml, In::Content);
        assert_eq!(xml("&lt;&nbsp;&own;&copy &#65"), "<\u{a0}?&copy &#65");
    }
}
