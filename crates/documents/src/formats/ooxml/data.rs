//! Data of a Word document whose texts content controls repeat: Word shows what the data hold when it opens a document.

use crate::Result;
use crate::package::Package;
use crate::parsed::Parsed;
use crate::slot::Role;
use crate::xml::plain::whole;
use crate::xml::tree::{DocType, Element, blocks, each};

/// The namespace of a cover page's data.
const COVER: &str = "http://schemas.microsoft.com/office/2006/coverPageProps";

/// The entries with data that a control in one of the `texts` is bound to.
pub(super) fn bound_items(package: &mut Package, texts: &[String]) -> Vec<String> {
    let is_item = |name: &&String| {
        let name = name.to_ascii_lowercase();
        name.starts_with("customxml/item") && name.ends_with(".xml") && !name.contains("props")
    };
    let items: Vec<String> = package.names().iter().filter(is_item).cloned().collect();
    if items.is_empty() {
        return items;
    }
    let bound: Vec<String> = texts.iter().filter_map(|name| package.text(name).ok()).collect();
    let is_bound = |item: &String| {
        let properties = item.to_ascii_lowercase().replace("customxml/item", "customXml/itemProps");
        let id = package.text(&properties).ok().and_then(|source| item_id(&source));
        let is_cover = package.text(item).is_ok_and(|text| text.contains(COVER));
        is_cover || id.is_some_and(|id| bound.iter().any(|text| text.contains(&id)))
    };
    items.into_iter().filter(is_bound).collect()
}

/// The identifier of an item of data.
fn item_id(source: &str) -> Option<String> {
    let mut id = None;
    let read = each(
        source,
        DocType::Refused,
        |(_, local)| local == "datastoreItem",
        |element| {
            id = element.value(source, "itemID").map(|id| id.into_owned());
            Ok(())
        },
    );
    id.filter(|id| read.is_ok() && !id.is_empty())
}

/// Copies of the texts that controls show.
///
/// # Errors
/// When the data are not well-formed or beyond the limits.
pub(super) fn bound(source: &str) -> Result<Parsed> {
    blocks(
        source,
        DocType::Refused,
        |_| true,
        |element, found| {
            collect(source, element, found);
            Ok(())
        },
    )
}

fn collect(source: &str, element: &Element, found: &mut Parsed) {
    found.extend(whole(source, element).map(|found| found.with_role(Role::Copy)));
    element.elements().for_each(|child| collect(source, child, found));
}
