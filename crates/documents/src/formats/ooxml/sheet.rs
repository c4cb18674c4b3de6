//! Texts of a workbook: cells, comments, the names of sheets and of table columns. Formulas are never touched.

use std::collections::HashSet;
use std::sync::Arc;

use super::page;
use super::run::Run;
use crate::Result;
use crate::block::Affixes;
use crate::escaping::Escaping;
use crate::formula::{key, literals};
use crate::package::Package;
use crate::runs::{Item, Kind, block};
use crate::slot::{ParsedBlock, Role};
use crate::xml::plain;
use crate::xml::tree::{DocType, Element, blocks, each, unescaped};

/// What of a workbook must stay as it is because formulas or other parts name it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Named {
    /// Texts that cells must keep: headers of columns that a formula or a pivot table names, and what formulas and
    /// filters compare cells with. As [`key`] makes them.
    kept: HashSet<String>,
    /// Sheets that nothing names, by their places among the sheets.
    free_sheets: HashSet<usize>,
}

/// The longest name of a sheet, in UTF-16 units.
const SHEET_NAME_UNITS: usize = 31;

/// Workbooks with more sheets are made by programs, which look for their names.
const NAMED_SHEETS: usize = 64;

/// The blocks of shared strings, of a sheet's own strings, of its pages' headers and footers, or of comments.
///
/// # Errors
/// When the part is not well-formed or beyond the limits.
pub(crate) fn strings(source: &str, named: &Named) -> Result<Vec<ParsedBlock>> {
    let wanted = |name| matches!(name, ("x", "si" | "c" | "text" | "headerFooter"));
    blocks(source, DocType::Refused, wanted, |element, found| {
        let text = match element.name.1 {
            "c" => cell(source, element)?,
            "headerFooter" => {
                found.extend(page::texts(source, element));
                None
            }
            _ => text(source, element)?,
        };
        found.extend(text.filter(|found| !named.kept.contains(&key(&found.block.text))));
        Ok(())
    })
}

/// The blocks of comments that answer each other. One that mentions somebody says at which letter, so it stays.
///
/// # Errors
/// As [`strings`].
pub(crate) fn threads(source: &str) -> Result<Vec<ParsedBlock>> {
    let wanted = |name| matches!(name, ("threads", "threadedComment"));
    blocks(source, DocType::Refused, wanted, |comment, found| {
        if comment.child(("threads", "mentions")).is_none() {
            let text = comment.child(("threads", "text"));
            found.extend(text.and_then(|text| plain::lines(source, text.inner.clone(), Escaping::Xml)));
        }
        Ok(())
    })
}

/// The block of a cell that holds its text itself. What a formula last showed follows the cells it was made from, as
/// far as their text is the same.
fn cell(source: &str, element: &Element) -> Result<Option<ParsedBlock>> {
    match element.value(source, "t").as_deref() {
        Some("inlineStr") => element.child(("x", "is")).map_or(Ok(None), |inline| text(source, inline)),
        Some("str") => {
            let shown = element.child(("x", "v")).and_then(|value| plain::whole(source, value));
            Ok(shown.map(|found| found.with_role(Role::Copy)))
        }
        _ => Ok(None),
    }
}

/// The block of a cell's or comment's text. How a text is pronounced is left out of its translation.
fn text(source: &str, element: &Element) -> Result<Option<ParsedBlock>> {
    let pronounced = element.elements().any(|child| child.name == ("x", "rPh"));
    if let Some(plain) = element.child(("x", "t")) {
        let mut found = plain::lines(source, plain.inner.clone(), Escaping::Xml);
        if let Some(found) = found.as_mut().filter(|_| pronounced) {
            found.slot.range = plain.range.start..element.inner.end;
            let before = format!("<{} xml:space=\"preserve\">", plain.tag);
            found.slot.frame = Affixes { before, after: format!("</{}>", plain.tag) };
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
                    Kind::Break(style.affixes.clone())
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
        found.slot.range.end = element.inner.end;
    }
    Ok(found)
}

/// The names of a table's columns: each is what its header cell says.
///
/// # Errors
/// When the part is not well-formed or beyond the limits.
pub(crate) fn columns(source: &str) -> Result<Vec<ParsedBlock>> {
    let found = name_blocks(source, ("x", "tableColumn"))?;
    Ok(found.into_iter().flatten().map(|found| found.with_role(Role::Copy)).collect())
}

/// The names of sheets that nothing else names.
///
/// # Errors
/// When the part is not well-formed or beyond the limits.
pub(crate) fn sheets(source: &str, named: &Named) -> Result<Vec<ParsedBlock>> {
    let found = name_blocks(source, ("x", "sheet"))?.into_iter().enumerate();
    Ok(found.filter(|(at, _)| named.free_sheets.contains(at)).filter_map(|(_, found)| found).collect())
}

/// The block of each such element's name, if it has words.
fn name_blocks(source: &str, wanted: (&str, &str)) -> Result<Vec<Option<ParsedBlock>>> {
    let mut found = Vec::new();
    each(
        source,
        DocType::Refused,
        |name| name == wanted,
        |element| {
            let range = element.value_range(source, "name");
            found.push(range.and_then(|range| plain::lines(source, range, Escaping::XmlAttribute)));
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
    let mut kept = HashSet::new();
    for name in entries.iter().filter(|name| !name.ends_with("sharedStrings.xml")) {
        let text = package.text(name)?;
        if text.to_ascii_uppercase().contains("INDIRECT(") {
            sheets.clear();
        }
        sheets.retain(|(_, sheet)| !is_named(&text, sheet, name.contains("pivot")));
        let formulas = formulas(&text)?;
        kept.extend(
            columns.iter().filter(|column| formulas.columns.contains(column.as_str())).map(|c| key(c)),
        );
        kept.extend(formulas.compared);
    }
    // Links of shapes, and old form controls.
    let is_other =
        |name: &&String| name.starts_with("xl/") && (name.ends_with(".rels") || name.ends_with(".vml"));
    let others: Vec<String> = package.names().iter().filter(is_other).cloned().collect();
    for name in &others {
        if sheets.is_empty() {
            break;
        }
        // What cannot be read may name any.
        match package.text(name) {
            Ok(text) => {
                let text = decoded(&text);
                sheets.retain(|(_, sheet)| !is_named(&text, sheet, false));
            }
            Err(_) => sheets.clear(),
        }
    }
    Ok(Arc::new(Named { kept, free_sheets: sheets.into_iter().map(|(at, _)| at).collect() }))
}

/// A text with the bytes of its addresses that are written as `%20`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| first == b'%').and_then(|code| std::str::from_utf8(code).ok());
        let byte = code.and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = after.get(if byte.is_some() { 2 } else { 0 }..).unwrap_or_default();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether a part says `Sheet!A1`, `'Sheet'!A1` or `Sheet:Other!A1`.
fn is_named(text: &str, sheet: &str, quoted: bool) -> bool {
    let sheet = crate::xml::escape(sheet);
    let marks = ["!", "'!", "&apos;!", "&#39;!", ":"];
    marks.iter().any(|mark| text.contains(&format!("{sheet}{mark}")))
        || (quoted && text.contains(&format!("\"{sheet}\"")))
}

/// What the formulas of a part say of cells.
#[derive(Default)]
struct Formulas {
    /// All formulas that name columns.
    columns: String,
    /// Texts that they, filters and pivot tables look for, as [`key`] makes them.
    compared: HashSet<String>,
}

fn formulas(source: &str) -> Result<Formulas> {
    const FORMULAS: [&str; 7] = [
        "f",
        "definedName",
        "formula",
        "formula1",
        "formula2",
        "calculatedColumnFormula",
        "totalsRowFormula",
    ];
    let mut found = Formulas::default();
    let wanted = |(_, local): (&str, &str)| {
        FORMULAS.contains(&local) || matches!(local, "filter" | "customFilter" | "cacheField")
    };
    each(source, DocType::Refused, wanted, |element| {
        match element.name.1 {
            "cacheField" => found.compared.extend(element.value(source, "name").map(|name| key(&name))),
            "filter" | "customFilter" => {
                found.compared.extend(element.value(source, "val").map(|value| key(&value)));
            }
            local => {
                let formula = element.text(source);
                if formula.contains('[') {
                    found.columns.push_str(&formula);
                    found.columns.push('\n');
                }
                for literal in literals(&formula) {
                    // What may be chosen in a cell is one text with commas.
                    if local == "formula1" {
                        found.compared.extend(literal.split(',').map(key));
                    }
                    found.compared.insert(key(&literal));
                }
            }
        }
        Ok(())
    })?;
    Ok(found)
}
