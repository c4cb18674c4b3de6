//! Texts in the attributes of elements: those that are shown or read aloud.

use super::elements::{SHOWN, SHOWN_META};
use crate::block::Affixes;
use crate::entities::{self, In};
use crate::escaping::Escaping;
use crate::inline;
use crate::left_alone::Place;
use crate::markup::{Attribute, Dialect};
use crate::parsed::Parsed;
use crate::slot::{ParsedBlock, Slot};

/// The texts in the attributes of an element of this name, which is in lower case.
pub(super) fn parse(source: &str, name: &str, attributes: &[Attribute], dialect: Dialect) -> Parsed {
    let mut found = Parsed::default();
    let value = |wanted: &str| {
        let same = |attribute: &&Attribute| attribute.name.eq_ignore_ascii_case(wanted);
        attributes.iter().find(same).and_then(|attribute| source.get(attribute.value.clone()))
    };
    let button = || {
        value("type")
            .is_some_and(|kind| ["submit", "button", "reset"].iter().any(|b| kind.eq_ignore_ascii_case(b)))
    };
    let meta = || {
        [value("name"), value("property")]
            .into_iter()
            .flatten()
            .any(|name| SHOWN_META.iter().any(|shown| name.eq_ignore_ascii_case(shown)))
    };
    if name == "iframe" {
        found.leave(Place::EmbeddedDocument, value("srcdoc").unwrap_or_default());
    }
    if name == "math" {
        found.leave(Place::FormulaText, value("alttext").unwrap_or_default());
    }
    let is_shown = |attribute: &&Attribute| {
        let attribute = attribute.name.to_ascii_lowercase();
        match attribute.as_str() {
            "value" => name == "input" && button(),
            "content" => name == "meta" && meta(),
            "label" => ["menuitem", "option", "optgroup", "track"].contains(&name),
            other => SHOWN.contains(&other),
        }
    };
    let shown: Vec<&Attribute> = attributes.iter().filter(is_shown).collect();
    for attribute in shown {
        found.extend(blocks(source, attribute, dialect));
    }
    found
}

/// The blocks of an attribute's value.
pub(super) fn blocks(source: &str, attribute: &Attribute, dialect: Dialect) -> Vec<ParsedBlock> {
    let mut pieces = Vec::new();
    entities::read(source, attribute.value.clone(), dialect, In::Value, &mut pieces);
    let block = |run: inline::Run| {
        let mut slot = Slot::new(run.range, Escaping::HtmlAttribute(dialect));
        if attribute.quote.is_none() {
            slot.frame = Affixes { before: "\"".into(), after: "\"".into() };
        }
        ParsedBlock { block: run.block, slot }.into_translatable()
    };
    inline::runs(source, pieces).into_iter().filter_map(block).collect()
}

/// Whether a text is a number in Roman digits, as pages of a foreword have.
pub(crate) fn is_roman(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.chars().all(|c| "ivxlcdmIVXLCDM".contains(c))
}
