//! Texts of a Word document: body, headers, footers, notes and comments, with the text boxes in them.
//!
//! Tracked insertions are translated, deletions left alone. Of ruby only the base is text: the reading above it
//! is of no use in a translation.

use std::collections::HashMap;
use std::ops::Range;

use super::run::Run;
use super::{alt, drawing, field_codes};
use crate::Result;
use crate::escaping::Escaping;
use crate::left_alone::Place;
use crate::parsed::Parsed;
use crate::runs::{self, Field, Item, Kind, join_fields, shows_text};
use crate::slot::{ParsedBlock, Role};
use crate::xml::plain::lines;
use crate::xml::tree::{DocType, Element, blocks};

/// Content controls whose content is no text, but for what they show while they are empty.
const OTHER_CONTROLS: [&str; 3] = ["checkbox", "date", "picture"];

/// The blocks of a part.
///
/// # Errors
/// When it is not well-formed or beyond the limits.
pub(crate) fn parse(source: &str, role: Role) -> Result<Parsed> {
    let wanted = |name| {
        matches!(
            name,
            ("w", "p" | "tblCaption" | "tblDescription" | "sdtPr" | "docPartPr") | ("mc", "Fallback")
        )
    };
    blocks(source, DocType::Refused, wanted, |element, found| collect(source, element, role, found))
}

/// Appends the blocks of an element and its descendants.
fn collect(source: &str, element: &Element, role: Role, found: &mut Parsed) -> Result<()> {
    let role = match element.name {
        ("w", "del" | "moveFrom") => {
            found.leave(Place::DeletedText, &element.text(source));
            return Ok(());
        }
        // Words in a formula are marked as such.
        ("m", "r") => {
            let is_words = element.child(("m", "rPr")).is_some_and(|of| of.child(("m", "nor")).is_some());
            if is_words {
                found.leave(Place::FormulaText, &element.text(source));
            }
            return Ok(());
        }
        // Shown instead of the choice before it by programs that do not support that; with the same text.
        ("mc", "Fallback") => Role::Shared,
        _ => role,
    };
    if element.name == ("w", "p") {
        let items = join_fields(source, items(source, element));
        found.merge(runs::blocks(source, items).with_role(role));
        field_codes::collect(source, element, role, found);
    } else if element.name == ("a", "p") {
        found.merge(drawing::paragraph(source, element).with_role(role));
    }
    match element.name {
        ("w", "sdt") if is_other_control(element) => {
            found.leave(
                Place::FieldResult,
                &element.child(("w", "sdtContent")).map(|one| one.text(source)).unwrap_or_default(),
            );
        }
        ("w", "comboBox" | "dropDownList") => found.extend(choices(source, element)),
        ("w", "description") => {
            found.leave(Place::BuildingBlock, &element.value(source, "val").unwrap_or_default());
        }
        ("w", "alias") => found.leave(Place::ControlTitle, &element.value(source, "val").unwrap_or_default()),
        (_, "sectionTitle") => {
            found.leave(Place::ControlTitle, &element.value(source, "val").unwrap_or_default());
        }
        _ => {}
    }
    found.extend(alt::texts(source, element, role));
    element.elements().try_for_each(|child| collect(source, child, role, found))
}

/// What a content control offers to choose. Word allows no two choices that look the same, so of those that do none has a
/// block, and a translation that makes two of them so is rejected when it is read back.
fn choices(source: &str, list: &Element) -> Vec<ParsedBlock> {
    let shown = |item: &Element| item.value_range(source, "displayText");
    let mut seen = HashMap::new();
    let key = |range: &Range<usize>| source.get(range.clone()).unwrap_or_default().trim().to_lowercase();
    list.elements().filter_map(shown).for_each(|range| *seen.entry(key(&range)).or_insert(0) += 1);
    let unique = list.elements().filter_map(shown).filter(|range| seen.get(&key(range)) == Some(&1));
    unique.filter_map(|range| lines(source, range, Escaping::XmlAttribute)).collect()
}

/// Counts the variables of a Word document, which fields and programs look up by name.
///
/// # Errors
/// When the part is not well-formed or beyond the limits.
pub(crate) fn variables(source: &str) -> Result<Parsed> {
    blocks(
        source,
        DocType::Refused,
        |name| name == ("w", "docVar"),
        |variable, found| {
            found.leave(Place::CustomProperty, &variable.value(source, "val").unwrap_or_default());
            Ok(())
        },
    )
}

/// The names of a Word document's numbers, such as `Chapter %1`: the text before or after the number. A format with
/// several words is left alone.
///
/// # Errors
/// When the part is not well-formed or beyond the limits.
pub(crate) fn numbering(source: &str) -> Result<Parsed> {
    blocks(
        source,
        DocType::Refused,
        |name| name == ("w", "lvl"),
        |level, found| {
            let value = |name| level.child(("w", name)).and_then(|one| one.value_range(source, "val"));
            let slice = |range: &Range<usize>| source.get(range.clone()).unwrap_or_default();
            let (Some(kind), Some(format)) = (value("numFmt"), value("lvlText")) else { return Ok(()) };
            if slice(&kind) == "bullet" {
                return Ok(());
            }
            let mut at = format.start;
            let mut words = Vec::new();
            for (number, text) in slice(&format).split('%').enumerate() {
                let digit = usize::from(number > 0 && text.starts_with(|c: char| c.is_ascii_digit()));
                if text.contains(char::is_alphabetic) {
                    words.push(at + digit..at + text.len());
                }
                at += text.len() + 1;
            }
            match words.as_slice() {
                [words] => found.extend(lines(source, words.clone(), Escaping::XmlAttribute)),
                _ => found.leave(Place::Numbering, slice(&format)),
            }
            Ok(())
        },
    )
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

/// Whether the content of a content control is no text.
fn is_other_control(element: &Element) -> bool {
    let properties = element.child(("w", "sdtPr"));
    let has =
        |is: fn(&str) -> bool| properties.is_some_and(|one| one.elements().any(|child| is(child.name.1)));
    has(|name| OTHER_CONTROLS.contains(&name)) && !has(|name| name == "showingPlcHdr")
}

fn control<'a>(source: &'a str, element: &'a Element<'a>) -> Item {
    match element.child(("w", "sdtContent")) {
        Some(content) if !is_other_control(element) => group(source, element, content),
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
