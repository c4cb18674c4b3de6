//! Texts of a workbook: cells, comments, the names of sheets and of table columns. Formulas are never touched.

use std::collections::HashSet;
use std::sync::Arc;

use super::page;
use super::run::Run;
use crate::Result;
use crate::block::{Found, Role, Wrap};
use crate::package::Package;
use crate::runs::{Item, Kind, block};
use crate::setting::Setting;
use crate::xml::plain;
use crate::xml::tree::{DocType, Element, each, unescaped};

/// What of a workbook must stay as it is because formulas or other parts name it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Named {
    /// Texts of header cells whose column a formula names.
    pub headers: HashSet<String>,
    /// Sheets that nothing names, by their places among the sheets.
    pub free_sheets: HashSet<usize>,
}

/// The longest name of a sheet, in UTF-16 units.
const SHEET_NAME_UNITS: usize = 31;

/// Workbooks with more sheets are made by programs, which look for their names.
const NAMED_SHEETS: usize = 64;

/// The blocks of shared strings, of a sheet's own strings, of its pages' headers and footers, or of comments.
///
/// # Errors
/// When the part is not well-formed or beyond the limits.
pub(crate) fn strings(source: &str, named: &Named) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    let wanted = |name| matches!(name, ("x", "si" | "c" | "text" | "headerFooter"));
    each(source, DocType::Refused, wanted, |element| {
        let text = match element.name.1 {
            "c" => cell(source, &element)?,
            "headerFooter" => {
                found.extend(page::texts(source, &element));
                None
            }
            _ => text(source, &element)?,
        };
        found.extend(text.filter(|found| !named.headers.contains(&found.block.text)));
        Ok(())
    })?;
    Ok(found)
}

/// The block of a cell that holds its text itself. What a formula last showed follows the cells it was made from, as
/// far as their text is the same.
fn cell(source: &str, element: &Element) -> Result<Option<Found>> {
    match element.value(source, "t").as_deref() {
        Some("inlineStr") => element.child(("x", "is")).map_or(Ok(None), |inline| text(source, inline)),
        Some("str") => {
            let shown = element.child(("x", "v")).and_then(|value| plain::whole(source, value));
            Ok(shown.map(|found| found.with_role(Role::Echo)))
        }
        _ => Ok(None),
    }
}

/// The block of a cell's or comment's text. How a text is pronounced is left out of its translation.
fn text(source: &str, element: &Element) -> Result<Option<Found>> {
    let pronounced = element.elements().any(|child| child.name == ("x", "rPh"));
    if let Some(plain) = element.child(("x", "t")) {
        let mut found = plain::lines(source, plain.inner.clone(), Setting::Xml);
        if let Some(found) = found.as_mut().filter(|_| pronounced) {
            found.place.range = plain.range.start..element.inner.end;
            let before = format!("<{} xml:space=\"preserve\">", plain.tag);
            found.place.frame = Wrap { before, after: format!("</{}>", plain.tag) };
        }
        return Ok(found);
    }
    let mut items = Vec::new();
    for element in element.elements().filter(|child| child.name == ("x", "r")) {
        let run = Run::new(source, element);
        let style = run.style(" xml:space=\"preserve\"");
        for text in element.elements().filter(|child| child.name == ("x", "t")) {
            for (range, is_break) in plain::split(source, text.inner.clone()) {
                let kind = if is_break {
                    Kind::Break(style.wrap.clone())
                } else {
                    let text = unescaped(source.get(range.clone()).unwrap_or_default());
                    Kind::Text { text: text.into_owned(), style: style.clone() }
                };
                items.push(Item { range, run: element.range.clone(), kind });
            }
        }
    }
    let mut found = block(source, items)?;
    if let Some(found) = found.as_mut().filter(|_| pronounced) {
        found.place.range.end = element.inner.end;
    }
    Ok(found)
}

/// The names of a table's columns: each is what its header cell says.
///
/// # Errors
/// When the part is not well-formed or beyond the limits.
pub(crate) fn columns(source: &str) -> Result<Vec<Found>> {
    let found = name_blocks(source, ("x", "tableColumn"))?;
    Ok(found.into_iter().flatten().map(|found| found.with_role(Role::Echo)).collect())
}

/// The names of sheets that nothing else names.
///
/// # Errors
/// When the part is not well-formed or beyond the limits.
pub(crate) fn sheets(source: &str, named: &Named) -> Result<Vec<Found>> {
    let found = name_blocks(source, ("x", "sheet"))?.into_iter().enumerate();
    Ok(found.filter(|(at, _)| named.free_sheets.contains(at)).filter_map(|(_, found)| found).collect())
}

/// The block of each such element's name, if it has words.
fn name_blocks(source: &str, wanted: (&str, &str)) -> Result<Vec<Option<Found>>> {
    let mut found = Vec::new();
    each(
        source,
        DocType::Refused,
        |name| name == wanted,
        |element| {
            let range = element.value_range(source, "name");
            found.push(range.and_then(|range| plain::lines(source, range, Setting::Attribute)));
            Ok(())
        },
    )?;
    Ok(found)
}

/// The names that such elements have.
fn names(source: &str, wanted: (&str, &str)) -> Result<Vec<String>> {
    let mut names = Vec::new();
    each(
        source,
        DocType::Refused,
        |name| name == wanted,
        |element| {
            names.extend(element.value(source, "name").map(|name| name.into_owned()));
            Ok(())
        },
    )?;
    Ok(names)
}

/// Names in a written part that no two columns or sheets may share, or that no sheet may have; in lower case.
pub(crate) fn clashes(written: &str) -> Vec<String> {
    let columns = names(written, ("x", "tableColumn")).unwrap_or_default();
    let sheets = names(written, ("x", "sheet")).unwrap_or_default();
    let bad_sheet = |name: &&String| {
        name.encode_utf16().count() > SHEET_NAME_UNITS
            || name.contains(['[', ']', ':', '*', '?', '/', '\\'])
            || name.starts_with('\'')
            || name.ends_with('\'')
            || name.eq_ignore_ascii_case("history")
    };
    let mut clashes: Vec<String> = sheets.iter().filter(bad_sheet).map(|name| name.to_lowercase()).collect();
    for names in [columns, sheets] {
        let mut seen = HashSet::new();
        clashes
            .extend(names.iter().map(|name| name.to_lowercase()).filter(|name| !seen.insert(name.clone())));
    }
    clashes
}

/// Finds out what formulas, charts, links, pivot tables and macros name.
///
/// # Errors
/// When a part cannot be read.
pub(crate) fn named(package: &mut Package) -> Result<Arc<Named>> {
    let xml = |name: &&String| name.starts_with("xl/") && name.ends_with(".xml");
    let entries: Vec<String> = package.names().iter().filter(xml).cloned().collect();
    let has_macros = package.names().iter().any(|name| name.ends_with("vbaProject.bin"));
    let (mut columns, mut sheets) = (Vec::new(), Vec::<(usize, String)>::new());
    for name in entries.iter().filter(|name| name.starts_with("xl/tables/")) {
        columns.extend(names(&package.text(name)?, ("x", "tableColumn"))?);
    }
    if !has_macros && package.has("xl/workbook.xml") {
        sheets = names(&package.text("xl/workbook.xml")?, ("x", "sheet"))?.into_iter().enumerate().collect();
    }
    sheets.retain(|(_, name)| !name.contains('\''));
    if sheets.len() > NAMED_SHEETS {
        sheets.clear();
    }
    let mut headers = HashSet::new();
    for name in entries.iter().filter(|name| !name.ends_with("sharedStrings.xml")) {
        let text = package.text(name)?;
        if text.to_ascii_uppercase().contains("INDIRECT(") {
            sheets.clear();
        }
        sheets.retain(|(_, sheet)| !is_named(&text, sheet, name.contains("pivot")));
        let formulas = formulas(&text)?;
        headers.extend(columns.iter().filter(|column| formulas.contains(column.as_str())).cloned());
    }
    Ok(Arc::new(Named { headers, free_sheets: sheets.into_iter().map(|(at, _)| at).collect() }))
}

/// Whether a part says `Sheet!A1`, `'Sheet'!A1` or `Sheet:Other!A1`.
fn is_named(text: &str, sheet: &str, quoted: bool) -> bool {
    let sheet = crate::xml::escape(sheet);
    let marks = ["!", "'!", "&apos;!", "&#39;!", ":"];
    marks.iter().any(|mark| text.contains(&format!("{sheet}{mark}")))
        || (quoted && text.contains(&format!("\"{sheet}\"")))
}

/// All formulas of a part that name columns.
fn formulas(source: &str) -> Result<String> {
    let mut formulas = String::new();
    let wanted = |(space, local): (&str, &str)| {
        space == "x" && matches!(local, "f" | "definedName" | "formula" | "formula1" | "formula2")
            || local == "calculatedColumnFormula"
            || local == "totalsRowFormula"
    };
    each(source, DocType::Refused, wanted, |element| {
        let formula = element.text(source);
        if formula.contains('[') {
            formulas.push_str(&formula);
            formulas.push('\n');
        }
        Ok(())
    })?;
    Ok(formulas)
}
