//! The screen tips of words in drawings. A tip is part of the formatting of its words, which are written as often as the
//! translation divides them, so the tips of a part are translated as if they were a part of their own.

use std::collections::HashMap;
use std::ops::Range;

use crate::Result;
use crate::escaping::Escaping;
use crate::parsed::Parsed;
use crate::xml::plain::lines;
use crate::xml::tree::{DocType, Element, each};

/// The blocks of the tips in a part.
///
/// # Errors
/// When the part is not well-formed.
pub(super) fn parse(source: &str) -> Result<Parsed> {
    let mut found = Parsed::default();
    found.extend(tips(source)?.into_iter().filter_map(|tip| lines(source, tip, Escaping::XmlAttribute)));
    Ok(found)
}

/// A written part with the tips that `written` has instead of those of `source`.
pub(super) fn applied(part: &str, source: &str, written: &str) -> String {
    let mut part = part.to_owned();
    let (Ok(before), Ok(after), Ok(here)) = (tips(source), tips(written), tips(&part)) else { return part };
    let text = |source: &str, tip: &Range<usize>| source.get(tip.clone()).unwrap_or_default().to_owned();
    let new: HashMap<String, String> =
        before.iter().zip(&after).map(|(old, new)| (text(source, old), text(written, new))).collect();
    for tip in here.into_iter().rev() {
        if let Some(new) = new.get(&text(&part, &tip)) {
            part.replace_range(tip, new);
        }
    }
    part
}

/// The bytes of each tip.
fn tips(source: &str) -> Result<Vec<Range<usize>>> {
    let mut found = Vec::new();
    each(
        source,
        DocType::Refused,
        |name| name == ("a", "rPr"),
        |properties| {
            let is_link = |child: &&Element| matches!(child.name, ("a", "hlinkClick" | "hlinkHover"));
            let links = properties.elements().filter(is_link);
            found.extend(links.filter_map(|link| link.attribute(source, "tooltip")));
            Ok(())
        },
    )?;
    Ok(found)
}
