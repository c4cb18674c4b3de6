//! Word, PowerPoint and Excel documents (ECMA-376): which parts hold text, and the parser of each.
//!
//! Macros and digital signatures are copied. A signature no longer verifies once the document is changed.

mod alt;
mod chunk;
mod content_types;
mod data;
mod drawing;
mod field_codes;
mod formula_results;
mod page;
mod references;
mod run;
mod sheet;
mod tips;
mod validation;
mod word;

use std::sync::Arc;

use content_types::ContentTypes;

use crate::entities;
use crate::formats::{html, text};
use crate::left_alone::{LeftAlone, Place};
use crate::markup::Dialect;
use crate::package::Package;
use crate::parsed::Parsed;
use crate::slot::Role;
use crate::xml::plain::{properties, whole};
use crate::xml::tree::{DocType, blocks};
use crate::{Format, Result};

pub(crate) use sheet::invalid_names;

/// The parser of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OoxmlPart {
    /// The body of a Word document, headers, footers, notes, comments.
    Word(Role),
    /// The numbers of a Word document's headings and lists.
    Numbering,
    /// The variables of a Word document.
    Variables,
    /// A web page in a Word document.
    Page,
    /// A plain text in a Word document.
    PlainText,
    /// Slides, their notes, charts and diagrams; the roles are those of paragraphs and of a chart's labels.
    Drawing(Role, Role),
    /// The screen tips of words in a part that also has another parser.
    Tips,
    /// Slide masters and layouts.
    Master,
    /// A workbook's threaded comments.
    Threads,
    /// Data whose texts content controls repeat.
    BoundData,
    /// The sections of a presentation, and its shows.
    Sections,
    /// The number formats of a workbook.
    NumberFormats,
    /// The texts that a pivot table keeps of its source.
    PivotCache,
    /// The strings of cells and comments, headers and footers of pages.
    Strings(Arc<references::ReferencedNames>),
    /// A table's columns.
    Columns,
    /// A workbook's sheets.
    Sheets(Arc<references::ReferencedNames>),
    /// Pivot tables and what filters them.
    Pivot,
    /// The captions of a sheet's buttons and other controls.
    Controls,
    /// An SVG picture.
    Svg,
    /// Title, subject and description of the document.
    Properties,
    /// Properties with names of the author's choice, which fields and programs look up.
    CustomProperties,
    /// A copy of the names of sheets.
    Titles,
}

impl OoxmlPart {
    /// The blocks of a part.
    ///
    /// # Errors
    /// When it is not well-formed or beyond the limits.
    pub fn parse(&self, source: &str) -> Result<Parsed> {
        match self {
            Self::Word(role) => word::parse(source, *role),
            Self::Numbering => word::numbering(source),
            Self::Variables => word::variables(source),
            Self::Page => Ok(html::parse(source, Dialect::of(source))),
            Self::PlainText => Ok(text::parse(source).into()),
            Self::Pivot => sheet::pivot(source),
            Self::Controls => Ok(sheet::controls(source)),
            Self::Svg => Ok(html::svg::parse(source)),
            Self::CustomProperties => custom_properties(source),
            Self::Drawing(role, labels) => drawing::parse(source, *role, *labels),
            Self::Tips => tips::parse(source),
            Self::Master => drawing::master(source),
            Self::Threads => sheet::threads(source),
            Self::BoundData => data::bound(source),
            Self::Sections => drawing::sections(source),
            Self::NumberFormats => sheet::number_formats(source),
            Self::PivotCache => sheet::pivot_cache(source),
            Self::Strings(names) => sheet::strings(source, names),
            Self::Columns => sheet::columns(source),
            Self::Sheets(names) => sheet::sheets(source, names),
            Self::Properties => properties(source, DocType::Refused),
            Self::Titles => titles(source),
        }
    }

    /// Whether it may have drawings with words.
    fn has_drawings(&self) -> bool {
        matches!(self, Self::Word(_) | Self::Drawing(..) | Self::Master)
    }

    /// Whether a document is read without the part if that is damaged.
    pub fn is_optional(&self) -> bool {
        matches!(
            self,
            Self::BoundData
                | Self::Controls
                | Self::CustomProperties
                | Self::NumberFormats
                | Self::Numbering
                | Self::Pivot
                | Self::PivotCache
                | Self::Svg
                | Self::Variables
        )
    }

    /// Whether [`Self::completed`] changes a part though it has no text.
    pub fn is_completed(&self) -> bool {
        matches!(self, Self::Strings(names) | Self::Sheets(names) if names.has_formulas())
    }

    /// What two parsers of one part have written, this one after `other`; `source` is the part as it was read.
    pub fn joined(&self, other: &str, source: &str, written: &str) -> String {
        match self {
            Self::Tips => tips::applied(other, source, written),
            _ => written.to_owned(),
        }
    }

    /// The written part, once some text of the document is translated.
    pub fn completed(&self, source: &str, written: String) -> String {
        match self {
            Self::Strings(names) if names.has_formulas() => formula_results::removed(source, written, names),
            Self::Sheets(names) if names.has_formulas() => formula_results::recalculated(written),
            // Without a declared encoding, Word reads other characters as those of some old code page.
            Self::Page if source.is_ascii() => entities::as_references(&written),
            Self::PlainText if source.is_ascii() && !written.is_ascii() => format!("\u{feff}{written}"),
            _ => written,
        }
    }
}

/// The entry that lists the content types of all others.
pub(crate) const CONTENT_TYPES: &str = "[Content_Types].xml";

/// The ends of the names of packages.
const PACKAGES: [&str; 6] = [".docx", ".docm", ".dotx", ".dotm", ".xlsx", ".pptx"];

/// The format of a package by the type of its main part.
///
/// # Errors
/// When its content types cannot be read.
pub(crate) fn detect(package: &mut Package) -> Result<Option<Format>> {
    let types = ContentTypes::read(package)?;
    let main = |kind: &str| types.all().any(|value| value.contains(kind) && value.contains("main+xml"));
    Ok(match () {
        () if main("wordprocessingml") || main("ms-word") => Some(Format::Docx),
        () if main("presentationml") || main("ms-powerpoint") => Some(Format::Pptx),
        () if main("spreadsheetml") || main("ms-excel") => Some(Format::Xlsx),
        () => None,
    })
}

/// The entries that hold text, in reading order. Counts the embedded documents that are left alone.
///
/// # Errors
/// When the package's content types cannot be read.
pub(crate) fn texts(
    package: &mut Package,
    format: Format,
    left: &mut LeftAlone,
) -> Result<Vec<(String, OoxmlPart)>> {
    let mut parts = parts(package, format, left)?;
    if format == Format::Docx {
        let types = ContentTypes::read(package)?;
        parts.extend(chunk::texts(package, &types, left));
    }
    Ok(parts)
}

/// As [`texts`], without the documents that it takes in.
fn parts(package: &mut Package, format: Format, left: &mut LeftAlone) -> Result<Vec<(String, OoxmlPart)>> {
    let types = ContentTypes::read(package)?;
    let names = if format == Format::Xlsx { references::referenced_names(package) } else { Arc::default() };
    let parser = |name: &String| {
        // A document in the document has the content type of its own main part.
        let is_package = PACKAGES.iter().any(|end| name.to_ascii_lowercase().ends_with(end));
        let content = types.of(name).filter(|_| !is_package)?;
        let (rank, parser) = parser(content, format, &names)?;
        // The shorter name is first: `slide2` before `slide10`.
        Some((rank, name.len(), name.clone(), parser))
    };
    let mut parsers: Vec<_> = package.names().iter().filter_map(parser).collect();
    if format == Format::Docx {
        let texts: Vec<String> = parsers.iter().filter(|one| one.0 <= 2).map(|one| one.2.clone()).collect();
        let items = data::bound_items(package, &texts);
        parsers.extend(items.into_iter().map(|name| (10, name.len(), name, OoxmlPart::BoundData)));
    }
    for name in package.names() {
        let lower = name.to_ascii_lowercase();
        if lower.contains("/embeddings/") && !lower.ends_with('/') {
            left.record(Place::EmbeddedDocument, name);
        } else if lower.contains("/activex/") && lower.ends_with(".xml") {
            left.record(Place::Control, name);
        }
    }
    let drawings: Vec<(usize, String)> =
        parsers.iter().filter(|one| one.3.has_drawings()).map(|one| (one.0, one.2.clone())).collect();
    for (rank, name) in drawings {
        if package.text(&name).is_ok_and(|text| text.contains(" tooltip=")) {
            parsers.push((rank, name.len(), name, OoxmlPart::Tips));
        }
    }
    // A part's second parser stays after its first.
    parsers.sort_by(|a, b| (a.0, a.1, &a.2).cmp(&(b.0, b.1, &b.2)));
    Ok(parsers.into_iter().map(|(_, _, name, office)| (name, office)).collect())
}

/// The rank in reading order and the parser of a part of this content type, which is in lower case.
fn parser(
    content: &str,
    format: Format,
    names: &Arc<references::ReferencedNames>,
) -> Option<(usize, OoxmlPart)> {
    let kind = content.rsplit_once(['.', '/']).map_or(content, |(_, kind)| kind);
    // A chart in a workbook shows its cells; elsewhere it has an embedded table of its own.
    let labels = if format == Format::Xlsx { Role::Copy } else { Role::Shared };
    Some(match (kind, format) {
        ("main+xml", Format::Docx) if !content.contains("glossary") => (0, OoxmlPart::Word(Role::Own)),
        ("header+xml", Format::Docx) => (1, OoxmlPart::Word(Role::Own)),
        ("footer+xml", Format::Docx) => (2, OoxmlPart::Word(Role::Own)),
        ("footnotes+xml", Format::Docx) => (3, OoxmlPart::Word(Role::Own)),
        ("endnotes+xml", Format::Docx) => (4, OoxmlPart::Word(Role::Own)),
        ("comments+xml", Format::Docx) => (5, OoxmlPart::Word(Role::Own)),
        ("numbering+xml", Format::Docx) => (6, OoxmlPart::Numbering),
        ("settings+xml", Format::Docx) => (9, OoxmlPart::Variables),
        // The texts that empty content controls show, and building blocks.
        ("glossary+xml", Format::Docx) => (7, OoxmlPart::Word(Role::Shared)),
        ("slide+xml", _) => (0, OoxmlPart::Drawing(Role::Own, labels)),
        ("slidemaster+xml" | "slidelayout+xml" | "notesmaster+xml" | "handoutmaster+xml", _) => {
            (3, OoxmlPart::Master)
        }
        ("notesslide+xml", _) => (1, OoxmlPart::Drawing(Role::Own, labels)),
        ("comments+xml", Format::Pptx) => (2, OoxmlPart::Drawing(Role::Own, labels)),
        ("sharedstrings+xml", _) => (0, OoxmlPart::Strings(Arc::clone(names))),
        ("worksheet+xml" | "chartsheet+xml", _) => (1, OoxmlPart::Strings(Arc::clone(names))),
        ("comments+xml", Format::Xlsx) => (2, OoxmlPart::Strings(Arc::clone(names))),
        ("threadedcomments+xml", _) => (2, OoxmlPart::Threads),
        ("table+xml", _) => (3, OoxmlPart::Columns),
        ("pivottable+xml" | "slicer+xml" | "timeline+xml", _) => (3, OoxmlPart::Pivot),
        ("pivotcachedefinition+xml", _) => (3, OoxmlPart::PivotCache),
        ("styles+xml", Format::Xlsx) => (8, OoxmlPart::NumberFormats),
        ("main+xml", Format::Pptx) => (5, OoxmlPart::Sections),
        ("main+xml", Format::Xlsx) => (4, OoxmlPart::Sheets(Arc::clone(names))),
        ("drawing+xml" | "chart+xml" | "chartex+xml" | "chartshapes+xml" | "diagramdata+xml", _) => {
            (6, OoxmlPart::Drawing(Role::Own, labels))
        }
        ("vmldrawing", Format::Xlsx) => (6, OoxmlPart::Controls),
        // A rendering of a diagram's texts from when it was last saved.
        ("diagramdrawing+xml", _) => (7, OoxmlPart::Drawing(Role::Shared, labels)),
        ("core-properties+xml", _) => (8, OoxmlPart::Properties),
        ("custom-properties+xml", _) => (8, OoxmlPart::CustomProperties),
        ("extended-properties+xml", _) => (9, OoxmlPart::Titles),
        ("svg+xml", _) => (9, OoxmlPart::Svg),
        _ => return None,
    })
}

/// Counts the texts of properties that fields and programs look up by name.
fn custom_properties(source: &str) -> Result<Parsed> {
    blocks(
        source,
        DocType::Refused,
        |(_, local)| matches!(local, "lpwstr" | "lpstr"),
        |element, found| {
            found.leave(Place::CustomProperty, &element.text(source));
            Ok(())
        },
    )
}

fn titles(source: &str) -> Result<Parsed> {
    blocks(
        source,
        DocType::Refused,
        |(_, local)| local == "TitlesOfParts",
        |element, found| {
            let names = element.elements().flat_map(|vector| vector.elements());
            found.extend(
                names.filter_map(|name| whole(source, name)).map(|found| found.with_role(Role::Copy)),
            );
            Ok(())
        },
    )
}
