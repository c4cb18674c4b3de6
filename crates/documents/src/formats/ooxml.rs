//! Word, PowerPoint and Excel documents (ECMA-376): which parts hold text, and the parser of each.
//!
//! Macros and digital signatures are copied. A signature no longer verifies once the document is changed.

mod alt;
mod drawing;
mod page;
mod run;
mod sheet;
mod word;

use std::collections::HashMap;
use std::sync::Arc;

use crate::package::Package;
use crate::parsed::Parsed;
use crate::slot::Role;
use crate::xml::plain::{properties, whole};
use crate::xml::tree::{DocType, blocks, each};
use crate::{Format, Result};

pub(crate) use sheet::invalid_names;

/// The parser of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OoxmlPart {
    /// The body of a Word document, headers, footers, notes, comments.
    Word,
    /// Slides, their notes, charts and diagrams; the roles are those of paragraphs and of a chart's labels.
    Drawing(Role, Role),
    /// Slide masters and layouts.
    Master,
    /// A workbook's threaded comments.
    Threads,
    /// A copy of a cover page's texts.
    Cover,
    /// The strings of cells and comments, headers and footers of pages.
    Strings(Arc<sheet::ReferencedNames>),
    /// A table's columns.
    Columns,
    /// A workbook's sheets.
    Sheets(Arc<sheet::ReferencedNames>),
    /// Title, subject and description of the document.
    Properties,
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
            Self::Word => word::parse(source),
            Self::Drawing(role, labels) => drawing::parse(source, *role, *labels),
            Self::Master => drawing::master(source),
            Self::Threads => sheet::threads(source),
            Self::Cover => cover(source),
            Self::Strings(names) => sheet::strings(source, names),
            Self::Columns => sheet::columns(source),
            Self::Sheets(names) => sheet::sheets(source, names),
            Self::Properties => properties(source, DocType::Refused),
            Self::Titles => titles(source),
        }
    }
}

/// The entry that lists the content types of all others.
pub(crate) const CONTENT_TYPES: &str = "[Content_Types].xml";

/// The format of a package by the type of its main part.
///
/// # Errors
/// When its content types cannot be read.
pub(crate) fn detect(package: &mut Package) -> Result<Option<Format>> {
    let types = content_types(package)?;
    let main = |kind: &str| types.values().any(|value| value.contains(kind) && value.contains("main+xml"));
    Ok(match () {
        () if main("wordprocessingml") || main("ms-word") => Some(Format::Docx),
        () if main("presentationml") || main("ms-powerpoint") => Some(Format::Pptx),
        () if main("spreadsheetml") || main("ms-excel") => Some(Format::Xlsx),
        () => None,
    })
}

/// The entries that hold text, in reading order.
///
/// # Errors
/// When the package's content types cannot be read.
pub(crate) fn texts(package: &mut Package, format: Format) -> Result<Vec<(String, OoxmlPart)>> {
    let types = content_types(package)?;
    let names = if format == Format::Xlsx { sheet::referenced_names(package)? } else { Arc::default() };
    let parser = |name: &String| {
        let content = types.get(&name.to_ascii_lowercase())?;
        let (rank, parser) = parser(content, format, &names)?;
        // The shorter name is first: `slide2` before `slide10`.
        Some((rank, name.len(), name.clone(), parser))
    };
    let mut parsers: Vec<_> = package.names().iter().filter_map(parser).collect();
    if format == Format::Docx {
        let is_item = |name: &&String| name.starts_with("customXml/item") && name.ends_with(".xml");
        let items: Vec<String> = package.names().iter().filter(is_item).cloned().collect();
        for name in items {
            if package.text(&name).is_ok_and(|text| text.contains(COVER)) {
                parsers.push((10, name.len(), name, OoxmlPart::Cover));
            }
        }
    }
    parsers.sort_by(|a, b| (a.0, a.1, &a.2).cmp(&(b.0, b.1, &b.2)));
    Ok(parsers.into_iter().map(|(_, _, name, office)| (name, office)).collect())
}

/// The rank in reading order and the parser of a part of this content type.
fn parser(content: &str, format: Format, names: &Arc<sheet::ReferencedNames>) -> Option<(usize, OoxmlPart)> {
    let kind = content.rsplit_once(['.', '/']).map_or(content, |(_, kind)| kind);
    // A chart in a workbook shows its cells; elsewhere it has an embedded table of its own.
    let labels = if format == Format::Xlsx { Role::Copy } else { Role::Shared };
    Some(match (kind, format) {
        ("main+xml", Format::Docx) if !content.contains("glossary") => (0, OoxmlPart::Word),
        ("header+xml", Format::Docx) => (1, OoxmlPart::Word),
        ("footer+xml", Format::Docx) => (2, OoxmlPart::Word),
        ("footnotes+xml", Format::Docx) => (3, OoxmlPart::Word),
        ("endnotes+xml", Format::Docx) => (4, OoxmlPart::Word),
        ("comments+xml", Format::Docx) => (5, OoxmlPart::Word),
        ("slide+xml", _) => (0, OoxmlPart::Drawing(Role::Own, labels)),
        ("slideMaster+xml" | "slideLayout+xml", _) => (3, OoxmlPart::Master),
        ("notesSlide+xml", _) => (1, OoxmlPart::Drawing(Role::Own, labels)),
        ("comments+xml", Format::Pptx) => (2, OoxmlPart::Drawing(Role::Own, labels)),
        ("sharedStrings+xml", _) => (0, OoxmlPart::Strings(Arc::clone(names))),
        ("worksheet+xml" | "chartsheet+xml", _) => (1, OoxmlPart::Strings(Arc::clone(names))),
        ("comments+xml", Format::Xlsx) => (2, OoxmlPart::Strings(Arc::clone(names))),
        ("threadedcomments+xml", _) => (2, OoxmlPart::Threads),
        ("table+xml", _) => (3, OoxmlPart::Columns),
        ("main+xml", Format::Xlsx) => (4, OoxmlPart::Sheets(Arc::clone(names))),
        ("drawing+xml" | "chart+xml" | "chartex+xml" | "chartshapes+xml" | "diagramData+xml", _) => {
            (6, OoxmlPart::Drawing(Role::Own, labels))
        }
        // A rendering of a diagram's texts from when it was last saved.
        ("diagramDrawing+xml", _) => (7, OoxmlPart::Drawing(Role::Shared, labels)),
        ("core-properties+xml", _) => (8, OoxmlPart::Properties),
        ("extended-properties+xml", Format::Xlsx) => (9, OoxmlPart::Titles),
        _ => return None,
    })
}

/// The explicit content types of entries, by their names in lower case.
fn content_types(package: &mut Package) -> Result<HashMap<String, String>> {
    let source = package.text(CONTENT_TYPES)?;
    let mut types = HashMap::new();
    each(
        &source,
        DocType::Refused,
        |(_, local)| local == "Override",
        |element| {
            if let (Some(name), Some(content)) =
                (element.value(&source, "PartName"), element.value(&source, "ContentType"))
            {
                types.insert(name.trim_start_matches('/').to_ascii_lowercase(), content.into_owned());
            }
            Ok(())
        },
    )?;
    Ok(types)
}

/// The namespace of a cover page's properties, which Word reads whenever it opens the document.
const COVER: &str = "http://schemas.microsoft.com/office/2006/coverPageProps";

/// The abstract of a cover page: a copy of the text in the control that shows it.
fn cover(source: &str) -> Result<Parsed> {
    blocks(
        source,
        DocType::Refused,
        |name| name == ("cover", "Abstract"),
        |element, found| {
            found.extend(whole(source, element).map(|found| found.with_role(Role::Copy)));
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
