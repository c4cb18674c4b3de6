//! What a sheet says about its cells besides their text: the messages of validations, and the screen tips of links.

use crate::escaping::Escaping;
use crate::formula::literals;
use crate::left_alone::Place;
use crate::parsed::Parsed;
use crate::slot::{ParsedBlock, Role};
use crate::xml::plain::lines;
use crate::xml::tree::{Element, unescaped};

/// The attributes of a validation that are shown, and the UTF-16 units that each may have: with more, Excel takes the
/// workbook for damaged.
const MESSAGES: [(&str, usize); 4] =
    [("promptTitle", 32), ("prompt", 255), ("errorTitle", 32), ("error", 255)];

/// The units of a link's screen tip.
const TIP_UNITS: usize = 255;

/// The messages of a `dataValidation`. The entries of its list are left alone: formulas may compare them.
pub(super) fn messages(source: &str, element: &Element, found: &mut Parsed) {
    for (name, most) in MESSAGES {
        let message = attribute(source, element, name, most, found);
        found.extend(message);
    }
    if element.value(source, "type").as_deref() == Some("list") {
        let list = element.elements().find(|child| child.name.1 == "formula1");
        let entries = list.map(|list| literals(&list.text(source))).unwrap_or_default();
        entries
            .iter()
            .flat_map(|list| list.split(','))
            .for_each(|entry| found.leave(Place::ListEntry, entry));
    }
}

/// The screen tip of a `hyperlink`, and its copy of the cell's text.
pub(super) fn link(source: &str, element: &Element, found: &mut Parsed) {
    let tip = attribute(source, element, "tooltip", TIP_UNITS, found);
    found.extend(tip);
    let shown = attribute(source, element, "display", usize::MAX, found);
    found.extend(shown.map(|shown| shown.with_role(Role::Copy)));
}

/// The text of an attribute. One that is too long has none, so that a translation that makes it too long is rejected
/// when it is read back.
fn attribute(
    source: &str,
    element: &Element,
    name: &str,
    most: usize,
    found: &mut Parsed,
) -> Option<ParsedBlock> {
    let range = element.attribute(source, name)?;
    let text = unescaped(source.get(range.clone())?);
    if text.encode_utf16().count() > most {
        found.leave(Place::LongText, &text);
        return None;
    }
    lines(source, range, Escaping::XmlAttribute)
}
