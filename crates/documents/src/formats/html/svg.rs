//! SVG pictures: their titles, descriptions and embedded HTML are translated. Their other texts are left alone, since each
//! letter has its position.

use std::ops::Range;

use super::elements::SHOWN_IN_SVG;
use super::{attributes, parse_inside};
use crate::left_alone::Place;
use crate::markup::{Attribute, Dialect, TokenKind, Tokens};
use crate::parsed::Parsed;

/// Elements whose content is read aloud or laid out by the program.
const TRANSLATED: [&str; 3] = ["desc", "foreignobject", "title"];

/// The blocks of a picture.
pub(crate) fn parse(source: &str) -> Parsed {
    parse_range(source, 0..source.len(), Dialect::Xml, 0)
}

/// The blocks of a picture in a range of a document, at this depth of documents in documents.
pub(super) fn parse_range(source: &str, range: Range<usize>, dialect: Dialect, depth: usize) -> Parsed {
    let mut found = Parsed::default();
    // The element that is open, the start of its content, and its text.
    let mut open: Option<(String, usize, String)> = None;
    for token in Tokens::within(source, range, dialect) {
        if let TokenKind::Open { attributes: shown, .. } = &token.kind
            && open.is_none()
        {
            let is_shown = |one: &&Attribute| SHOWN_IN_SVG.contains(&one.name.to_ascii_lowercase().as_str());
            shown.iter().filter(is_shown).for_each(|one| {
                found.extend(attributes::blocks(source, one, dialect));
            });
        }
        match (token.kind, &mut open) {
            (TokenKind::Open { name, empty: false, .. }, None) => {
                let lower = name.to_ascii_lowercase();
                // Texts of several lines are an element of their own in some programs.
                if lower == "text" || lower == "flowroot" || TRANSLATED.contains(&lower.as_str()) {
                    open = Some((name, token.range.end, String::new()));
                }
            }
            (TokenKind::Text, Some((_, _, text))) => {
                text.push_str(source.get(token.range).unwrap_or_default());
            }
            (TokenKind::Close { name }, Some((opened, start, text))) if name == *opened => {
                if !TRANSLATED.contains(&name.to_ascii_lowercase().as_str()) {
                    found.leave(Place::SvgText, text);
                } else {
                    found.merge(parse_inside(source, *start..token.range.start, dialect, depth));
                }
                open = None;
            }
            _ => {}
        }
    }
    found
}
