//! Texts of a Word document: body, headers, footers, notes and comments, with the text boxes in them.
//!
//! Tracked insertions are translated, deletions left unchanged. Of ruby only the base is text: the reading above it
//! is of no use in a translation.

use super::alt;
use super::drawing;
use super::run::Run;
use crate::Result;
use crate::parsed::Parsed;
use crate::runs::{Field, Item, Kind, block, join_fields, shows_text};
use crate::slot::Role;
use crate::xml::tree::{DocType, Element, blocks};

/// Content controls whose text is chosen, not typed.
const CHOICE_CONTROLS: [&str; 5] = ["checkbox", "date", "dropDownList", "comboBox", "picture"];

/// The blocks of a part.
///
/// # Errors
/// When it is not well-formed or beyond the limits.
pub(crate) fn parse(source: &str) -> Result<Parsed> {
    let wanted = |name| matches!(name, ("w", "p" | "tblCaption" | "tblDescription") | ("mc", "Fallback"));
    blocks(source, DocType::Refused, wanted, |element, found| collect(source, element, Role::Own, found))
}

/// Appends the blocks of an element and its descendants.
fn collect(source: &str, element: &Element, role: Role, found: &mut Parsed) -> Result<()> {
    let role = match element.name {
        ("w", "del" | "moveFrom") | ("m", _) => return Ok(()),
        // Shown instead of the choice before it by programs that do not support that; with the same text.
        ("mc", "Fallback") => Role::Shared,
        _ => role,
    };
    if element.name == ("w", "p") {
        let items = join_fields(source, items(source, element));
        found.extend(block(source, items)?.map(|found| found.with_role(role)));
    } else if element.name == ("a", "p") {
        found.extend(drawing::paragraph(source, element)?.map(|found| found.with_role(role)));
    }
    found.extend(alt::texts(source, element, role));
    element.elements().try_for_each(|child| collect(source, child, role, found))
}

/// The pieces of a paragraph or of another element that holds runs.
fn items<'a>(source: &'a str, parent: &'a Element<'a>) -> Vec<Item> {
    let mut items = Vec::new();
    for element in parent.elements() {
        match element.name {
            ("w", "pPr" | "proofErr" | "smartTagPr" | "customXmlPr") => {}
            ("w", "r") => items.extend(run(source, element)),
            // These have no visible effect.
            ("w", "smartTag" | "customXml") => {
                let inner = join_fields(source, self::items(source, element));
                items.extend(Item::flattened(&element.range, inner));
            }
            ("w", "hyperlink" | "ins" | "moveTo" | "bdo" | "dir") => {
                items.push(group(source, element, element))
            }
            ("w", "fldSimple") => items.push(simple_field(source, element)),
            ("w", "sdt") => items.push(control(source, element)),
            _ => items.push(Item::void(element.range.clone())),
        }
    }
    items
}

/// An element whose runs are in `content`.
fn group<'a>(source: &'a str, element: &'a Element<'a>, content: &'a Element<'a>) -> Item {
    let items = join_fields(source, items(source, content));
    Item::group(element.range.clone(), content.inner.clone(), items)
}

fn simple_field<'a>(source: &'a str, element: &'a Element<'a>) -> Item {
    let instruction = element.value(source, "instr").unwrap_or_default();
    let result = items(source, element);
    if shows_text(&instruction, &result) {
        return group(source, element, element);
    }
    Item::field(source, element.range.clone(), &result)
}

fn control<'a>(source: &'a str, element: &'a Element<'a>) -> Item {
    let properties = element.child(("w", "sdtPr"));
    let chosen =
        properties.is_some_and(|one| one.elements().any(|child| CHOICE_CONTROLS.contains(&child.name.1)));
    match element.child(("w", "sdtContent")) {
        Some(content) if !chosen => group(source, element, content),
        _ => Item::void(element.range.clone()),
    }
}

fn run<'a>(source: &'a str, element: &'a Element<'a>) -> Vec<Item> {
    let run = Run::new(source, element);
    let preserve = " xml:space=\"preserve\"";
    let mut items = Vec::new();
    for child in element.elements() {
        let range = child.range.clone();
        match child.name {
            ("w", "rPr" | "lastRenderedPageBreak" | "softHyphen") => {}
            ("w", "t") => items.extend(run.text(child, preserve)),
            ("w", "noBreakHyphen") => {
                let kind = Kind::Text { text: "\u{2011}".to_owned(), style: run.style(preserve) };
                items.push(run.item(range, kind));
            }
            ("w", "tab" | "ptab" | "br" | "cr") => items.push(run.item(range, Kind::Break(run.affixes()))),
            ("w", "ruby") => {
                let base = child.child(("w", "rubyBase")).into_iter().flat_map(Element::elements);
                let texts = base.filter(|base| base.name == ("w", "r")).flat_map(Element::elements);
                let texts = texts.filter(|text| text.name == ("w", "t"));
                items.extend(texts.flat_map(|text| run.text(text, preserve)));
            }
            ("w", "fldChar") => {
                let field = match child.value(source, "fldCharType").as_deref() {
                    Some("begin") => Field::Begin,
                    Some("separate") => Field::Separate,
                    _ => Field::End,
                };
                items.push(run.item(range, Kind::Field(field, run.affixes())));
            }
            ("w", "instrText") => {
                let field = Field::Instruction(child.text(source));
                items.push(run.item(range, Kind::Field(field, run.affixes())));
            }
            _ => items.push(run.item(range, Kind::Void(run.affixes()))),
        }
    }
    run.finish(items)
}
