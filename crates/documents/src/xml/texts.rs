//! Texts of programs in XML: an element that holds one string.

use super::tree::{Element, Node, unescaped};
use crate::escaping::Escaping;
use crate::parsed::Parsed;
use crate::strings::{Unescaped, is_prose};

/// Appends the blocks of an element's text and CDATA sections, unless they are no prose, which is counted.
pub(crate) fn push_values(source: &str, element: &Element, found: &mut Parsed) {
    for node in &element.children {
        let mut text = Unescaped::new(source);
        let escaping = match node {
            Node::Text(range) => {
                if text.unescape(range.clone(), &['&'], reference).is_none() {
                    continue;
                }
                Escaping::Xml
            }
            Node::Verbatim(range) => {
                text.verbatim(range.start + "<![CDATA[".len()..range.end - "]]>".len());
                Escaping::Cdata
            }
            Node::Element(_) | Node::Other(_) => continue,
        };
        match is_prose(text.text()) {
            true => found.extend(text.blocks(escaping)),
            false => found.leave_code(text.text()),
        }
    }
}

/// The character of the reference that a text starts with, and its size.
fn reference(text: &str) -> Option<(char, usize)> {
    let reference = text.get(..=text.find(';')?)?;
    Some((unescaped(reference).chars().next()?, reference.len()))
}
