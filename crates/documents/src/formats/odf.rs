//! OpenDocument texts, sheets and presentations (ISO 26300).

mod paragraph;

use std::collections::HashSet;

use crate::escaping::Escaping;
use crate::left_alone::Place;
use crate::package::Package;
use crate::parsed::Parsed;
use crate::runs;
use crate::slot::Role;
use crate::xml::plain::{lines, properties, whole};
use crate::xml::tree::{DocType, Element, blocks};
use crate::{Error, Format, Result, formula};

/// The format that a package's `mimetype` entry names.
pub(crate) fn detect(mimetype: &str) -> Option<Format> {
    let kind = mimetype.trim().strip_prefix("application/vnd.oasis.opendocument.")?;
    match kind.strip_suffix("-template").unwrap_or(kind) {
        "text" => Some(Format::Odt),
        "spreadsheet" => Some(Format::Ods),
        "presentation" => Some(Format::Odp),
        _ => None,
    }
}

/// An entry that holds text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OdfEntry {
    /// Paragraphs and cells, and the role of their slots.
    Content(Role),
    /// Title, subject and description.
    Metadata,
}

impl OdfEntry {
    /// The blocks of the entry.
    ///
    /// # Errors
    /// When it is not well-formed or beyond the limits.
    pub fn parse(self, source: &str) -> Result<Parsed> {
        match self {
            Self::Content(role) => content(source, role),
            Self::Metadata => properties(source, DocType::Refused),
        }
    }
}

/// The entries that hold text, in reading order.
///
/// # Errors
/// When the document is protected by a password, or its manifest cannot be read.
pub(crate) fn texts(package: &mut Package) -> Result<Vec<(String, OdfEntry)>> {
    const MANIFEST: &str = "META-INF/manifest.xml";
    if package.has(MANIFEST) && package.text(MANIFEST)?.contains("encryption-data") {
        return Err(Error::Protected);
    }
    let mut texts: Vec<(String, OdfEntry)> = ["content.xml", "styles.xml"]
        .into_iter()
        .filter(|name| package.has(name))
        .map(|name| (name.to_owned(), OdfEntry::Content(Role::Own)))
        .collect();
    // Charts mostly repeat texts of the document.
    let charts = package.names().iter().filter(|name| name.ends_with("/content.xml"));
    texts.extend(charts.map(|name| (name.clone(), OdfEntry::Content(Role::Shared))));
    if package.has("meta.xml") {
        texts.push(("meta.xml".to_owned(), OdfEntry::Metadata));
    }
    Ok(texts)
}

fn content(source: &str, role: Role) -> Result<Parsed> {
    // Names of styles without visible effect, and texts that formulas compare cells with.
    let (mut plain, mut compared) = (HashSet::new(), HashSet::new());
    let wanted = |name| {
        matches!(
            name,
            ("text", "p" | "h" | "tracked-changes" | "index-title-template")
                | ("table", "table-cell" | "covered-table-cell")
                | ("table", "content-validation" | "filter-condition")
                | ("presentation", "header-decl" | "footer-decl")
                | ("svg", "title" | "desc")
                | ("style", "style" | "master-page")
        )
    };
    let mut found = blocks(source, DocType::Refused, wanted, |element, found| {
        let mut compares = |element: &Element, attribute: &str| {
            let formula = element.value(source, attribute).unwrap_or_default();
            compared.extend(formula::literals(&formula).iter().map(|text| formula::key(text)));
        };
        match element.name {
            ("style", "style") => {
                plain.extend(paragraph::plain_style(source, element));
                let maps = element.elements().filter(|child| child.name == ("style", "map"));
                maps.for_each(|map| compares(map, "condition"));
                return Ok(());
            }
            ("table", "content-validation") => compares(element, "condition"),
            ("table", "filter-condition") => {
                compared.extend(element.value(source, "value").map(|value| formula::key(&value)));
            }
            _ => compares(element, "formula"),
        }
        collect(source, element, role, &plain, found)
    })?;
    if !compared.is_empty() {
        let Parsed { blocks, left_alone } = &mut found;
        blocks.retain(|found| {
            let is_compared = compared.contains(&formula::key(&found.block.text));
            if is_compared && found.slot.role != Role::Copy {
                left_alone.record(Place::ComparedText, &found.block.text);
            }
            !is_compared
        });
    }
    Ok(found)
}

/// Appends the blocks of an element and its descendants. `plain` are the names of styles without visible effect.
fn collect(
    source: &str,
    element: &Element,
    role: Role,
    plain: &HashSet<String>,
    found: &mut Parsed,
) -> Result<()> {
    match element.name {
        // Holds deleted text.
        ("text", "tracked-changes") => return Ok(()),
        // The placeholders of a master slide hold only prompts.
        ("style", "master-page") => {
            let is_prompt = |child: &Element| {
                child.name == ("presentation", "notes")
                    || (child.name.0 == "draw" && child.value_range(source, "class").is_some())
            };
            let mut shown = element.elements().filter(|child| !is_prompt(child));
            return shown.try_for_each(|child| collect(source, child, role, plain, found));
        }
        ("table", "table-cell" | "covered-table-cell") => {
            let value = |name| element.value(source, name);
            let is_text = value("value-type").is_none_or(|kind| kind == "string");
            if is_text {
                // Repeats the cell's paragraph.
                let repeated = element.value_range(source, "string-value");
                let repeated = repeated.and_then(|range| lines(source, range, Escaping::XmlAttribute));
                found.extend(repeated.map(|found| found.with_role(Role::Copy)));
            }
            // The result of a formula takes the translation of a cell with the same text.
            let shown = if element.value_range(source, "formula").is_some() { Role::Copy } else { role };
            // A cell may also have a comment.
            return element.elements().try_for_each(|child| match child.name {
                ("text", "p" | "h") if !is_text => Ok(()),
                ("text", _) => collect(source, child, shown, plain, found),
                // In a chart, descriptions name its source cells.
                ("draw", "g") if role == Role::Shared => Ok(()),
                _ => collect(source, child, role, plain, found),
            });
        }
        ("text", "p" | "h") => {
            let items = paragraph::items(source, element, plain);
            found.extend(runs::block(source, items)?.map(|found| found.with_role(role)));
        }
        ("svg", "title" | "desc") | ("presentation", "header-decl" | "footer-decl") => {
            found.extend(whole(source, element).map(|found| found.with_role(role)))
        }
        // Repeats the title of a table of contents.
        ("text", "index-title-template") => {
            found.extend(whole(source, element).map(|found| found.with_role(Role::Shared)));
        }
        _ => {}
    }
    element.elements().try_for_each(|child| collect(source, child, role, plain, found))
}
