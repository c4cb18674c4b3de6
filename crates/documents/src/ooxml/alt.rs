//! Texts in attributes: the title and the description of what a drawing shows.

use crate::block::{Found, Role};
use crate::setting::Setting;
use crate::xml::plain::lines;
use crate::xml::tree::{Element, Name};

/// Whether such an element may describe what it shows.
pub(crate) fn is_described(name: Name) -> bool {
    matches!(name, ("wp", "docPr") | ("p" | "xdr" | "pic", "cNvPr"))
}

/// The title and description that an element gives in its attributes. A picture repeats its drawing's.
pub(crate) fn texts(source: &str, element: &Element, role: Role) -> Vec<Found> {
    if !is_described(element.name) {
        return Vec::new();
    }
    let role = if element.name.0 == "pic" { Role::Twin } else { role };
    let values = ["title", "descr"].into_iter().filter_map(|name| element.value_range(source, name));
    let found = values.filter_map(|range| lines(source, range, Setting::Attribute));
    found.map(|found| found.with_role(role)).collect()
}
