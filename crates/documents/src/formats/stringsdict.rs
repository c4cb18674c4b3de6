//! Apple's plural rules (`.stringsdict`): the texts of all variants. `.strings` that are property lists are read alike.

use crate::Result;
use crate::parsed::Parsed;
use crate::xml::texts::push_values;
use crate::xml::tree::{self, DocType, Element};

/// Keys whose values are not shown.
const TECHNICAL: [&str; 2] = ["NSStringFormatSpecTypeKey", "NSStringFormatValueTypeKey"];

/// The blocks of a property list whose strings are shown.
///
/// # Errors
/// When the XML is not well-formed or nested too deeply.
pub(crate) fn parse(source: &str) -> Result<Parsed> {
    tree::blocks(
        source,
        DocType::Named,
        |(_, local)| local == "dict",
        |dict, found| {
            push_dict(source, dict, found);
            Ok(())
        },
    )
}

fn push_dict(source: &str, dict: &Element, found: &mut Parsed) {
    let mut key = String::new();
    for child in dict.elements() {
        match child.name.1 {
            "key" => key = child.text(source),
            "dict" => push_dict(source, child, found),
            "string" if !TECHNICAL.contains(&key.as_str()) => push_values(source, child, found),
            _ => {}
        }
    }
}
