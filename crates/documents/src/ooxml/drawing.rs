//! Paragraphs of drawings: slides, notes, shapes, charts, diagrams.

use super::alt;
use super::run::Run;
use crate::Result;
use crate::block::{Found, Role};
use crate::runs::{Item, Kind, block};
use crate::xml::plain::whole;
use crate::xml::tree::{DocType, Element, each};

/// The blocks of a part. `labels` is the role of the names that a chart keeps of the cells it shows.
///
/// # Errors
/// When it is not well-formed or beyond the limits.
pub(crate) fn parse(source: &str, role: Role, labels: Role) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    let wanted =
        |name| alt::is_described(name) || matches!(name, ("a", "p") | ("c", "strCache") | ("p", "text"));
    each(source, DocType::Refused, wanted, |element| {
        match element.name {
            ("a", "p") => found.extend(paragraph(source, &element)?.map(|found| found.with_role(role))),
            ("c", "strCache") => {
                let points =
                    element.elements().flat_map(Element::elements).filter(|one| one.name == ("c", "v"));
                found.extend(
                    points.filter_map(|point| whole(source, point)).map(|found| found.with_role(labels)),
                );
            }
            ("p", "text") => found.extend(whole(source, &element)),
            _ => found.extend(alt::texts(source, &element, role)),
        }
        Ok(())
    })?;
    Ok(found)
}

/// The block of an `<a:p>`.
pub(crate) fn paragraph(source: &str, paragraph: &Element) -> Result<Option<Found>> {
    let mut items = Vec::new();
    for element in paragraph.elements() {
        match element.name {
            ("a", "pPr" | "endParaRPr") => {}
            ("a", "r") => {
                let run = Run::new(source, element);
                let texts = element.elements().filter(|child| child.name == ("a", "t"));
                items.extend(texts.flat_map(|text| run.text(text, "")));
            }
            ("a", "br") => items.push(Item::outside(element.range.clone(), Kind::Break(Default::default()))),
            _ => items.push(Item::void(element.range.clone())),
        }
    }
    block(source, items)
}
