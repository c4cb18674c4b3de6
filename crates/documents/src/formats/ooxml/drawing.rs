//! Paragraphs of drawings: slides, their masters, notes, shapes, charts, diagrams.

use super::alt;
use super::run::Run;
use crate::Result;
use crate::escaping::Escaping;
use crate::left_alone::Place;
use crate::parsed::Parsed;
use crate::runs::{Item, Kind, blocks};
use crate::slot::Role;
use crate::xml::plain::{lines, whole};
use crate::xml::tree::{self, DocType, Element, Name, unescaped};

/// The blocks of a part. `labels` is the role of a chart's cached cell texts.
///
/// # Errors
/// When it is not well-formed or beyond the limits.
pub(crate) fn parse(source: &str, role: Role, labels: Role) -> Result<Parsed> {
    tree::blocks(source, DocType::Refused, is_text, |element, found| {
        collect(source, element, role, labels, found)
    })
}

/// The blocks of a slide master or layout that are shown on every slide. Its placeholders hold only prompts, which are
/// left alone, since the program shows them in its own language.
///
/// # Errors
/// As [`parse`].
pub(crate) fn master(source: &str) -> Result<Parsed> {
    let is_shape = |name| matches!(name, ("p", "sp" | "pic" | "graphicFrame" | "cxnSp"));
    tree::blocks(source, DocType::Refused, is_shape, |shape, found| {
        let mut about = shape.elements().flat_map(Element::elements).filter(|one| one.name == ("p", "nvPr"));
        let is_own = |one: &Element| one.value(source, "hasCustomPrompt").is_some_and(|own| own != "0");
        if about.any(|one| one.child(("p", "ph")).is_some_and(|placeholder| !is_own(placeholder))) {
            let body = shape.child(("p", "txBody")).map(|body| body.text(source)).unwrap_or_default();
            found.leave(Place::Prompt, &body);
            return Ok(());
        }
        collect(source, shape, Role::Own, Role::Shared, found)
    })
}

/// The names of a presentation's sections, and of its shows with slides of their own.
///
/// # Errors
/// As [`parse`].
pub(crate) fn sections(source: &str) -> Result<Parsed> {
    let is_named = |name| matches!(name, ("", "section") | ("p", "custShow"));
    tree::blocks(source, DocType::Refused, is_named, |element, found| {
        let name = element.attribute(source, "name");
        found.extend(name.and_then(|name| lines(source, name, Escaping::XmlAttribute)));
        Ok(())
    })
}

fn is_text(name: Name) -> bool {
    alt::is_described(name)
        || matches!(
            name,
            ("a", "p")
                | ("p", "text")
                | ("c", "strCache" | "multiLvlStrCache" | "strLit" | "tx" | "trendline")
                | ("cx", "txData" | "pt")
        )
}

/// Appends the blocks of an element and its descendants.
fn collect(source: &str, element: &Element, role: Role, labels: Role, found: &mut Parsed) -> Result<()> {
    if element.name == ("a", "p") {
        found.merge(paragraph(source, element).with_role(role));
        return Ok(());
    }
    let mut add = |one: &Element, role| found.extend(whole(source, one).map(|found| found.with_role(role)));
    match element.name {
        // The cached texts of a chart's cells, for each level of its axis.
        ("c", "strCache" | "multiLvlStrCache") => {
            values(element).into_iter().for_each(|value| add(value, labels))
        }
        ("c", "strLit") => values(element).into_iter().for_each(|value| add(value, role)),
        ("c", "tx") => element.child(("c", "v")).into_iter().for_each(|value| add(value, role)),
        // Shown in the legend.
        ("c", "trendline") => element.child(("c", "name")).into_iter().for_each(|name| add(name, role)),
        ("cx", "pt") => add(element, labels),
        // Repeated as a paragraph of the title.
        ("cx", "txData") => {
            let role = if element.child(("cx", "f")).is_some() { labels } else { Role::Shared };
            element.child(("cx", "v")).into_iter().for_each(|value| add(value, role));
        }
        ("p", "text") => add(element, role),
        _ => found.extend(alt::texts(source, element, role)),
    }
    element.elements().try_for_each(|child| collect(source, child, role, labels, found))
}

/// The values of a chart's points.
fn values<'e>(cache: &'e Element<'e>) -> Vec<&'e Element<'e>> {
    let mut found = Vec::new();
    for child in cache.elements() {
        if child.name == ("c", "lvl") {
            found.extend(values(child));
        } else {
            found.extend(child.child(("c", "v")));
        }
    }
    found
}

/// The blocks of an `<a:p>`. The results of its fields are left alone.
pub(crate) fn paragraph(source: &str, paragraph: &Element) -> Parsed {
    let mut items = Vec::new();
    let mut results = Vec::new();
    for element in paragraph.elements() {
        match element.name {
            ("a", "pPr" | "endParaRPr") => {}
            ("a", "r") => {
                let run = Run::new(source, element);
                let texts = element.elements().filter(|child| child.name == ("a", "t"));
                items
                    .extend(texts.flat_map(|text| run.text(text, "")).flat_map(|item| at_tabs(source, item)));
            }
            ("a", "br") => items.push(Item::outside(element.range.clone(), Kind::Break(Default::default()))),
            _ => {
                if element.name == ("a", "fld") {
                    results.extend(element.child(("a", "t")).map(|text| text.text(source)));
                }
                items.push(Item::void(element.range.clone()));
            }
        }
    }
    let mut found = blocks(source, items);
    results.iter().for_each(|result| found.leave(Place::FieldResult, result));
    found
}

/// A text split at its tabs, which are plain characters in drawings.
fn at_tabs(source: &str, item: Item) -> Vec<Item> {
    let raw = source.get(item.range.clone()).unwrap_or_default();
    let Kind::Text { style, .. } = &item.kind else { return vec![item] };
    if !raw.contains('\t') || raw.starts_with("<![CDATA[") {
        return vec![item];
    }
    let mut items = Vec::new();
    let mut at = item.range.start;
    for (number, text) in raw.split('\t').enumerate() {
        let piece = |range, kind| Item { range, run: item.run.clone(), kind };
        if number > 0 {
            items.push(piece(at..at + 1, Kind::Break(style.affixes.clone())));
            at += 1;
        }
        let range = at..at + text.len();
        at = range.end;
        if !text.is_empty() {
            let text = unescaped(text).into_owned();
            items.push(piece(range, Kind::Text { text, style: style.clone() }));
        }
    }
    items
}
