//! Texts in attributes: titles, descriptions and screen tips of drawings, tables and links, and the words of WordArt.

use crate::escaping::Escaping;
use crate::slot::{ParsedBlock, Role};
use crate::xml::plain::lines;
use crate::xml::tree::{Element, Name};

/// The attributes of an element that hold texts.
fn attributes(name: Name) -> &'static [&'static str] {
    match name {
        // Also of shapes in groups and diagrams, whose namespaces are many.
        (_, "docPr" | "cNvPr") => &["title", "descr"],
        // A watermark's words.
        ("v", "textpath") => &["string"],
        // The title of its data is the name of a file.
        ("v", "imagedata") => &[],
        ("v", _) => &["alt", "title"],
        ("w", "tblCaption" | "tblDescription") => &["val"],
        // What a form's field says about itself, what it holds at first, and the choices of its list, which are known by
        // their numbers.
        ("w", "helpText" | "statusText" | "default" | "listEntry") => &["val"],
        ("w", "hyperlink") => &["tooltip"],
        _ => &[],
    }
}

/// Whether an element may have texts in its attributes.
pub(crate) fn is_described(name: Name) -> bool {
    !attributes(name).is_empty()
}

/// The texts in an element's attributes. A picture repeats its drawing's.
pub(crate) fn texts(source: &str, element: &Element, role: Role) -> Vec<ParsedBlock> {
    let role = if element.name.0 == "pic" { Role::Shared } else { role };
    let values = attributes(element.name).iter().filter_map(|name| element.value_range(source, name));
    // The screen tip of a whole shape; that of words is part of their formatting.
    let is_tip = |child: &&Element| matches!(child.name, ("a", "hlinkClick" | "hlinkHover"));
    let links = element.elements().filter(|child| is_described(element.name) && is_tip(child));
    let tips = links.filter_map(|link| link.value_range(source, "tooltip"));
    let found = values.chain(tips).filter_map(|range| lines(source, range, Escaping::XmlAttribute));
    found.map(|found| found.with_role(role)).collect()
}
