//! OpenDocument texts, sheets and presentations (ISO 26300).

mod formula_results;
mod paragraph;

use std::collections::HashSet;

use crate::escaping::Escaping;
use crate::formats::html::svg;
use crate::left_alone::Place;
use crate::markup::{Dialect, TokenKind, Tokens};
use crate::package::Package;
use crate::parsed::Parsed;
use crate::runs;
use crate::slot::Role;
use crate::xml::plain::{lines, properties, whole};
use crate::xml::tree::{DocType, Element, Name, blocks, each, local_name};
use crate::{Error, Format, Result, formula};

/// The format that a package's `mimetype` entry names.
pub(crate) fn detect(mimetype: &str) -> Option<Format> {
    let kind = mimetype.trim().strip_prefix("application/vnd.oasis.opendocument.")?;
    match kind.strip_suffix("-template").unwrap_or(kind) {
        "text" | "text-web" | "text-master" => Some(Format::Odt),
        "spreadsheet" => Some(Format::Ods),
        "presentation" | "graphics" => Some(Format::Odp),
        _ => None,
    }
}

/// The format that a document declares which is one XML text instead of a package.
pub(crate) fn detect_flat(text: &str) -> Option<Format> {
    let root = Tokens::new(text, Dialect::Xml).find_map(|token| match token.kind {
        TokenKind::Open { name, attributes, .. } => Some((name, attributes)),
        _ => None,
    });
    let (_, attributes) = root.filter(|(name, _)| local_name(name) == "document")?;
    let mimetype = attributes.iter().find(|attribute| local_name(attribute.name) == "mimetype")?;
    detect(text.get(mimetype.value.clone())?)
}

/// The media type of a package: that of its entry `mimetype`, else that of its manifest.
///
/// # Errors
/// When the entry or the manifest cannot be read.
pub(crate) fn media_type(package: &mut Package) -> Result<String> {
    if package.has("mimetype") {
        return package.text("mimetype");
    }
    let mut found = String::new();
    if package.has(MANIFEST) {
        let source = package.text(MANIFEST)?;
        each(
            &source,
            DocType::Named,
            |(_, local)| local == "file-entry",
            |entry| {
                if entry.value(&source, "full-path").as_deref() == Some("/") {
                    found = entry.value(&source, "media-type").unwrap_or_default().into_owned();
                }
                Ok(())
            },
        )?;
    }
    Ok(found)
}

/// The entry that lists all others.
const MANIFEST: &str = "META-INF/manifest.xml";

/// An entry that holds text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OdfEntry {
    /// Paragraphs and cells, and the role of their slots.
    Content(Role),
    /// Title, subject and description.
    Metadata,
    /// A document that is one XML text.
    Flat,
    /// An SVG picture.
    Svg,
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
            Self::Flat => {
                let mut found = content(source, Role::Own)?;
                found.merge(properties(source, DocType::Refused)?);
                Ok(found)
            }
            Self::Svg => Ok(svg::parse(source)),
        }
    }

    /// The written entry, once some text of the document is translated.
    pub fn completed(self, source: &str, written: String) -> String {
        match self {
            Self::Content(_) | Self::Flat => formula_results::removed(source, written),
            Self::Metadata | Self::Svg => written,
        }
    }
}

/// The entries that hold text, in reading order.
///
/// # Errors
/// When the document is protected by a password.
pub(crate) fn texts(package: &mut Package) -> Result<Vec<(String, OdfEntry)>> {
    if package.text(MANIFEST).is_ok_and(|manifest| manifest.contains("encryption-data")) {
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
    let pictures = package.names().iter().filter(|name| name.to_ascii_lowercase().ends_with(".svg"));
    texts.extend(pictures.map(|name| (name.clone(), OdfEntry::Svg)));
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
                | ("draw", "object-ole")
                | (_, "mtext")
                | ("style", "style" | "master-page")
                | ("text", "list-level-style-number" | "outline-level-style")
                | ("form", _)
                | ("number", "text")
                | ("table", "title" | "desc" | "data-pilot-field" | "data-pilot-grand-total")
                | ("text", "user-field-decl")
                | ("text", "note-continuation-notice-forward" | "note-continuation-notice-backward")
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
            ("table", "content-validation") => {
                compares(element, "condition");
                let list = element.value(source, "condition").unwrap_or_default();
                if list.contains("cell-content-is-in-list(") {
                    formula::literals(&list).iter().for_each(|entry| found.leave(Place::ListEntry, entry));
                }
            }
            ("number", "text") => {
                found.leave(Place::Numbering, &element.text(source));
                return Ok(());
            }
            // A pivot table finds its columns by their headers.
            ("table", "data-pilot-field" | "data-pilot-grand-total") => {
                compared.extend(element.value(source, "source-field-name").map(|name| formula::key(&name)));
                found.leave(Place::PivotCaption, &element.value(source, "display-name").unwrap_or_default());
            }
            ("table", "filter-condition") => {
                compared.extend(element.value(source, "value").map(|value| formula::key(&value)));
            }
            _ => {
                compares(element, "formula");
                let formula = element.value(source, "formula").unwrap_or_default();
                formula::literals(&formula).iter().for_each(|text| found.leave(Place::FormulaText, text));
            }
        }
        collect(source, element, role, &plain, found)
    })?;
    leave_sheet_names(source, &mut found);
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
        ("text", "tracked-changes") => {
            found.leave(Place::DeletedText, &element.text(source));
            return Ok(());
        }
        // The placeholders of a master slide hold only prompts.
        ("style", "master-page") => {
            let is_prompt = |child: &Element| {
                child.name == ("presentation", "notes")
                    || (child.name.0 == "draw" && child.value_range(source, "class").is_some())
            };
            let prompts = element.elements().filter(|child| is_prompt(child));
            prompts.for_each(|prompt| found.leave(Place::Prompt, &prompt.text(source)));
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
                // Its program shows the value again: a date, a truth value.
                ("text", "p" | "h") if !is_text => {
                    found.leave(Place::FieldResult, &child.text(source));
                    Ok(())
                }
                ("text", _) => collect(source, child, shown, plain, found),
                // In a chart, descriptions name its source cells.
                ("draw", "g") if role == Role::Shared => Ok(()),
                _ => collect(source, child, role, plain, found),
            });
        }
        ("draw", "object-ole") => found.left_alone.add(Place::EmbeddedDocument, 1),
        (_, "mtext") => found.leave(Place::FormulaText, &element.text(source)),
        // The choices of a field, one of which is its text.
        ("text", "drop-down") => {
            let labels = element.elements().filter_map(|label| label.value(source, "value"));
            labels.for_each(|label| found.leave(Place::ListEntry, &label));
        }
        ("text", "p" | "h") => {
            let (items, results) = paragraph::items(source, element, plain);
            found.merge(runs::blocks(source, items).with_role(role));
            results.iter().for_each(|result| found.leave(Place::FieldResult, result));
        }
        ("svg" | "table", "title" | "desc")
        | ("presentation", "header-decl" | "footer-decl")
        | ("text", "note-continuation-notice-forward" | "note-continuation-notice-backward") => {
            found.extend(whole(source, element).map(|found| found.with_role(role)))
        }
        // Repeats the title of a table of contents.
        ("text", "index-title-template") => {
            found.extend(whole(source, element).map(|found| found.with_role(Role::Shared)));
        }
        _ => {}
    }
    for name in left_attributes(element.name) {
        let place = if element.name.0 == "form" { Place::Control } else { Place::FieldText };
        found.leave(place, &element.value(source, name).unwrap_or_default());
    }
    let shown = shown_attributes(element.name).iter().filter_map(|name| element.value_range(source, name));
    let shown = shown.filter_map(|range| lines(source, range, Escaping::XmlAttribute));
    found.extend(shown.map(|found| found.with_role(role)));
    element.elements().try_for_each(|child| collect(source, child, role, plain, found))
}

/// The attributes of an element that are shown: screen tips, captions, the words around numbers, titles of messages.
fn shown_attributes(name: Name) -> &'static [&'static str] {
    match name {
        ("text" | "draw", "a") | ("table", "help-message" | "error-message") => &["title"],
        // Entries of an index and of a table of contents.
        ("text", "alphabetical-index-mark" | "alphabetical-index-mark-start") => {
            &["string-value", "key1", "key2"]
        }
        ("text", "toc-mark" | "user-index-mark") => &["string-value"],
        ("text", "placeholder" | "text-input") => &["description"],
        ("text", "list-level-style-number" | "outline-level-style") => &["num-prefix", "num-suffix"],
        ("form", _) => &["label", "title"],
        _ => &[],
    }
}

/// The attributes of an element that hold texts of fields and forms.
fn left_attributes(name: Name) -> &'static [&'static str] {
    match name {
        ("text", "conditional-text") => &["string-value-if-true", "string-value-if-false"],
        ("text", "hidden-text" | "user-field-decl") => &["string-value"],
        ("form", "text" | "textarea" | "combobox") => &["value", "current-value"],
        _ => &[],
    }
}

/// Counts the names of sheets, which formulas and links refer to.
fn leave_sheet_names(source: &str, found: &mut Parsed) {
    let Some(start) = source.find("<office:spreadsheet") else { return };
    for (at, _) in source.get(start..).unwrap_or_default().match_indices("<table:table ") {
        let token = Tokens::within(source, start + at..source.len(), Dialect::Xml).next();
        if let Some(TokenKind::Open { attributes, .. }) = token.map(|token| token.kind) {
            let name = attributes.iter().find(|attribute| local_name(attribute.name) == "name");
            let name = name.and_then(|name| source.get(name.value.clone()));
            found.leave(Place::SheetName, name.unwrap_or_default());
        }
    }
}
