//! Word, PowerPoint and Excel documents (ECMA-376): which parts hold text, and what reads them.
//!
//! Macros and digital signatures are copied like pictures. A signature then tells its readers that the document was
//! changed, which is true.

mod alt;
mod drawing;
mod page;
mod run;
mod sheet;
mod word;

use std::collections::HashMap;
use std::sync::Arc;

use crate::package::Package;
use crate::slot::{ParsedBlock, Role};
use crate::xml::plain::{properties, whole};
use crate::xml::tree::{DocType, blocks, each};
use crate::{Format, Result};

pub(crate) use sheet::clashes;

/// What finds the blocks of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Office {
    /// The body of a Word document, headers, footers, notes, comments.
    Word,
    /// Slides, their notes, charts and diagrams; the roles are those of paragraphs and of a chart's labels.
    Drawing(Role, Role),
    /// What stands on every slide.
    Master,
    /// A workbook's comments that answer each other.
    Threads,
    /// What a cover page shows, again.
    Cover,
    /// The strings of cells and comments, headers and footers of pages.
    Strings(Arc<sheet::Named>),
    /// A table's columns.
    Columns,
    /// A workbook's sheets.
    Sheets(Arc<sheet::Named>),
    /// Title, subject and description of the document.
    Properties,
    /// The names of sheets, again.
    Titles,
}

impl Office {
    /// The blocks of a part.
    ///
    /// # Errors
    /// When it is not well-formed or beyond the limits.
    pub fn parse(&self, source: &str) -> Result<Vec<ParsedBlock>> {
        match self {
            Self::Word => word::parse(source),
            Self::Drawing(role, labels) => drawing::parse(source, *role, *labels),
            Self::Master => drawing::master(source),
            Self::Threads => sheet::threads(source),
            Self::Cover => cover(source),
            Self::Strings(named) => sheet::strings(source, named),
            Self::Columns => sheet::columns(source),
            Self::Sheets(named) => sheet::sheets(source, named),
            Self::Properties => properties(source, DocType::Refused),
            Self::Titles => titles(source),
        }
    }
}

/// The name of the entry that says what all others are.
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

/// The entries that hold text, in the order they are read in.
///
/// # Errors
/// When the package does not say what its entries are.
pub(crate) fn texts(package: &mut Package, format: Format) -> Result<Vec<(String, Office)>> {
    let types = content_types(package)?;
    let named = if format == Format::Xlsx { sheet::named(package)? } else { Arc::default() };
    let reader = |name: &String| {
        let content = types.get(&name.to_ascii_lowercase())?;
        let (rank, reader) = reader(content, format, &named)?;
        // Of `slide2` and `slide10` the shorter is first.
        Some((rank, name.len(), name.clone(), reader))
    };
    let mut readers: Vec<_> = package.names().iter().filter_map(reader).collect();
    if format == Format::Docx {
        let is_item = |name: &&String| name.starts_with("customXml/item") && name.ends_with(".xml");
        let items: Vec<String> = package.names().iter().filter(is_item).cloned().collect();
        for name in items {
            if package.text(&name).is_ok_and(|text| text.contains(COVER)) {
                readers.push((10, name.len(), name, Office::Cover));
            }
        }
    }
    readers.sort_by(|a, b| (a.0, a.1, &a.2).cmp(&(b.0, b.1, &b.2)));
    Ok(readers.into_iter().map(|(_, _, name, office)| (name, office)).collect())
}

/// What reads a part of this content type, and its place among the others.
fn reader(content: &str, format: Format, named: &Arc<sheet::Named>) -> Option<(usize, Office)> {
    let kind = content.rsplit_once(['.', '/']).map_or(content, |(_, kind)| kind);
    // A chart in a workbook shows its cells; elsewhere it brings its own table, which only its editor opens.
    let labels = if format == Format::Xlsx { Role::Copy } else { Role::Shared };
    Some(match (kind, format) {
        ("main+xml", Format::Docx) if !content.contains("glossary") => (0, Office::Word),
        ("header+xml", Format::Docx) => (1, Office::Word),
        ("footer+xml", Format::Docx) => (2, Office::Word),
        ("footnotes+xml", Format::Docx) => (3, Office::Word),
        ("endnotes+xml", Format::Docx) => (4, Office::Word),
        ("comments+xml", Format::Docx) => (5, Office::Word),
        ("slide+xml", _) => (0, Office::Drawing(Role::Own, labels)),
        ("slideMaster+xml" | "slideLayout+xml", _) => (3, Office::Master),
        ("notesSlide+xml", _) => (1, Office::Drawing(Role::Own, labels)),
        ("comments+xml", Format::Pptx) => (2, Office::Drawing(Role::Own, labels)),
        ("sharedStrings+xml", _) => (0, Office::Strings(Arc::clone(named))),
        ("worksheet+xml" | "chartsheet+xml", _) => (1, Office::Strings(Arc::clone(named))),
        ("comments+xml", Format::Xlsx) => (2, Office::Strings(Arc::clone(named))),
        ("threadedcomments+xml", _) => (2, Office::Threads),
        ("table+xml", _) => (3, Office::Columns),
        ("main+xml", Format::Xlsx) => (4, Office::Sheets(Arc::clone(named))),
        ("drawing+xml" | "chart+xml" | "chartex+xml" | "chartshapes+xml" | "diagramData+xml", _) => {
            (6, Office::Drawing(Role::Own, labels))
        }
        // What a diagram's texts looked like when it was saved last.
        ("diagramDrawing+xml", _) => (7, Office::Drawing(Role::Shared, labels)),
        ("core-properties+xml", _) => (8, Office::Properties),
        ("extended-properties+xml", Format::Xlsx) => (9, Office::Titles),
        _ => return None,
    })
}

/// The content type of each entry that has one of its own, by its name in lower case.
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

/// Where Word keeps what a cover page shows, and takes it from whenever it opens the document.
const COVER: &str = "http://schemas.microsoft.com/office/2006/coverPageProps";

/// The abstract of a cover page, which follows the control on the page that shows it.
fn cover(source: &str) -> Result<Vec<ParsedBlock>> {
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

fn titles(source: &str) -> Result<Vec<ParsedBlock>> {
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
