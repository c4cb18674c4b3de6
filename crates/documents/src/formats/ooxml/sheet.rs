//! Texts of a workbook: cells, comments, the names of sheets and of table columns. Formulas are never changed.

use std::collections::HashSet;

use super::references::{ReferencedNames, names};
use super::run::Run;
use super::{page, validation};
use crate::Result;
use crate::block::Affixes;
use crate::escaping::Escaping;
use crate::formats::html;
use crate::formula::literals;
use crate::left_alone::Place;
use crate::markup::Dialect;
use crate::parsed::Parsed;
use crate::runs::{self, Item, Kind};
use crate::slot::{ParsedBlock, Role};
use crate::xml::plain;
use crate::xml::tree::{DocType, Element, blocks, each, unescaped};

/// The longest name of a sheet, in UTF-16 units.
const MAX_SHEET_NAME_UNITS: usize = 31;

/// The blocks of shared strings, of a sheet's own strings, of its pages' headers and footers, or of comments.
///
/// # Errors
/// When the part is not well-formed or beyond the limits.
pub(crate) fn strings(source: &str, names: &ReferencedNames) -> Result<Parsed> {
    // Validations also stand in an extension of their own.
    let wanted = |name: (&str, &str)| {
        matches!(name, ("x", "si" | "c" | "text" | "headerFooter" | "hyperlink"))
            || name.1 == "dataValidation"
    };
    blocks(source, DocType::Refused, wanted, |element, found| {
        let texts = match element.name.1 {
            "c" => cell(source, element),
            "headerFooter" => {
                page::texts(source, element, found);
                Parsed::default()
            }
            "hyperlink" => {
                validation::link(source, element, found);
                Parsed::default()
            }
            "dataValidation" => {
                validation::messages(source, element, found);
                Parsed::default()
            }
            _ => text(source, element),
        };
        found.left_alone.merge(texts.left_alone);
        for text in texts.blocks {
            if names.is_fixed(&text.block.text) {
                found.leave(Place::ComparedText, &text.block.text);
            } else {
                found.extend([text]);
            }
        }
        Ok(())
    })
}

/// The blocks of threaded comments. One with a mention, which has a character offset, is left unchanged.
///
/// # Errors
/// As [`strings`].
pub(crate) fn threads(source: &str) -> Result<Parsed> {
    let wanted = |name| matches!(name, ("threads", "threadedComment"));
    blocks(source, DocType::Refused, wanted, |comment, found| {
        let Some(text) = comment.child(("threads", "text")) else { return Ok(()) };
        if comment.child(("threads", "mentions")).is_some() {
            found.leave(Place::Mention, &text.text(source));
        } else {
            found.extend(plain::lines(source, text.inner.clone(), Escaping::Xml));
        }
        Ok(())
    })
}

/// The block of a cell with an inline string. The cached result of a formula takes the translation of a cell with the
/// same text. The texts in the formula are left alone.
fn cell(source: &str, element: &Element) -> Parsed {
    let mut found = match element.value(source, "t").as_deref() {
        Some("inlineStr") => {
            element.child(("x", "is")).map(|inline| text(source, inline)).unwrap_or_default()
        }
        Some("str") => {
            let shown = element.child(("x", "v")).and_then(|value| plain::whole(source, value));
            shown.into_iter().map(|found| found.with_role(Role::Copy)).collect::<Vec<_>>().into()
        }
        _ => Parsed::default(),
    };
    if let Some(formula) = element.child(("x", "f")) {
        let texts = literals(&formula.text(source));
        texts.iter().for_each(|text| found.leave(Place::FormulaText, text));
    }
    found
}

/// The block of a cell's or comment's text. Phonetic readings are left out of the translation.
fn text(source: &str, element: &Element) -> Parsed {
    let has_phonetics = element.elements().any(|child| child.name == ("x", "rPh"));
    if let Some(plain) = element.child(("x", "t")) {
        let mut found = plain::lines(source, plain.inner.clone(), Escaping::Xml);
        if let Some(found) = found.as_mut().filter(|_| has_phonetics) {
            found.slot.range = plain.range.start..element.inner.end;
            let before = format!("<{} xml:space=\"preserve\">", plain.tag);
            found.slot.frame = Affixes { before, after: format!("</{}>", plain.tag) };
        }
        return found.into_iter().collect::<Vec<_>>().into();
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
    let mut found = runs::blocks(source, items);
    if let Some(last) = found.blocks.last_mut().filter(|_| has_phonetics) {
        last.slot.range.end = element.inner.end;
    }
    found
}

/// Counts the captions of a pivot table or of what filters it. Formulas may ask for a value by its caption.
///
/// # Errors
/// When the part is not well-formed or beyond the limits.
pub(crate) fn pivot(source: &str) -> Result<Parsed> {
    let mut found = Parsed::default();
    let wanted = |(_, local): (&str, &str)| matches!(local, "pivotTableDefinition" | "slicer" | "timeline");
    each(source, DocType::Refused, wanted, |element| {
        let own = ["rowHeaderCaption", "colHeaderCaption", "grandTotalCaption", "caption"];
        let of_fields = element.elements().filter(|child| child.name.1 == "dataFields");
        let fields = of_fields.flat_map(Element::elements).filter_map(|field| field.value(source, "name"));
        let captions = own.into_iter().filter_map(|name| element.value(source, name)).chain(fields);
        captions.for_each(|caption| found.leave(Place::PivotCaption, &caption));
        Ok(())
    })?;
    Ok(found)
}

/// The captions of a sheet's controls, which its drawing mostly repeats: HTML in shapes of VML. Never fails, since Excel
/// writes some that is not well-formed.
pub(crate) fn controls(source: &str) -> Parsed {
    let mut found = Parsed::default();
    let mut from = 0;
    while let Some(start) = source.get(from..).and_then(|rest| rest.find("<v:textbox")).map(|at| from + at) {
        let end = source
            .get(start..)
            .and_then(|rest| rest.find("</v:textbox>"))
            .map_or(source.len(), |at| start + at);
        found.merge(html::parse_part(source, start..end, Dialect::Xml));
        from = end;
    }
    found.blocks.iter_mut().for_each(|found| found.slot.role = Role::Shared);
    found
}

/// Counts the texts that a pivot table keeps of its source, until it is refreshed.
///
/// # Errors
/// When the part is not well-formed or beyond the limits.
pub(crate) fn pivot_cache(source: &str) -> Result<Parsed> {
    blocks(
        source,
        DocType::Refused,
        |name| name == ("x", "s"),
        |text, found| {
            found.leave(Place::PivotCaption, &text.value(source, "v").unwrap_or_default());
            Ok(())
        },
    )
}

/// Counts the texts in the number formats of a workbook.
///
/// # Errors
/// When the part is not well-formed or beyond the limits.
pub(crate) fn number_formats(source: &str) -> Result<Parsed> {
    blocks(
        source,
        DocType::Refused,
        |name| name == ("x", "numFmt"),
        |format, found| {
            let texts = literals(&format.value(source, "formatCode").unwrap_or_default()).concat();
            found.leave(Place::Numbering, &texts);
            Ok(())
        },
    )
}

/// The names of a table's columns and the texts of its last row, which are copies of cells; what is read aloud of it.
///
/// # Errors
/// When the part is not well-formed or beyond the limits.
pub(crate) fn columns(source: &str) -> Result<Parsed> {
    let wanted = |(_, local): (&str, &str)| matches!(local, "tableColumn" | "table");
    let mut parsed = Parsed::default();
    let mut read = |element: &Element| {
        let text = |name| {
            let range = element.value_range(source, name)?;
            plain::lines(source, range, Escaping::XmlAttribute)
        };
        let copies = ["name", "totalsRowLabel"].into_iter().filter(|_| element.name.1 == "tableColumn");
        let read_aloud = ["altText", "altTextSummary"].into_iter().filter(|_| element.name.1 == "table");
        parsed.extend(copies.filter_map(text).map(|found| found.with_role(Role::Copy)));
        parsed.extend(read_aloud.filter_map(text));
    };
    fn each_inside(element: &Element, read: &mut impl FnMut(&Element)) {
        read(element);
        element.elements().for_each(|child| each_inside(child, read));
    }
    each(source, DocType::Refused, wanted, |element| {
        each_inside(&element, &mut read);
        Ok(())
    })?;
    Ok(parsed)
}

/// The names of sheets that nothing else refers to.
///
/// # Errors
/// When the part is not well-formed or beyond the limits.
pub(crate) fn sheets(source: &str, names: &ReferencedNames) -> Result<Parsed> {
    let found = name_blocks(source, ("x", "sheet"))?.into_iter().enumerate();
    let mut parsed = Parsed::default();
    for (at, name) in found {
        match name {
            Some(name) if names.is_free_sheet(at) => parsed.extend([name]),
            Some(name) => parsed.leave(Place::SheetName, &name.block.text),
            None => {}
        }
    }
    Ok(parsed)
}

/// The block of the name of each `wanted` element, if it has words.
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

/// Duplicate names of columns or sheets in a written part, and invalid names of sheets; in lower case.
pub(crate) fn invalid_names(written: &str) -> Vec<String> {
    let columns = names(written, ("x", "tableColumn")).unwrap_or_default();
    let sheets = names(written, ("x", "sheet")).unwrap_or_default();
    let bad_sheet = |name: &&String| {
        name.encode_utf16().count() > MAX_SHEET_NAME_UNITS
            || name.contains(['[', ']', ':', '*', '?', '/', '\\'])
            || name.starts_with('\'')
            || name.ends_with('\'')
            || name.eq_ignore_ascii_case("history")
    };
    let mut invalid: Vec<String> = sheets.iter().filter(bad_sheet).map(|name| name.to_lowercase()).collect();
    for names in [columns, sheets] {
        let mut seen = HashSet::new();
        invalid
            .extend(names.iter().map(|name| name.to_lowercase()).filter(|name| !seen.insert(name.clone())));
    }
    invalid
}
