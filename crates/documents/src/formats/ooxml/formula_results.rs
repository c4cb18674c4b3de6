//! The stored results of a workbook's formulas, once texts that they depend on are translated. Excel computes them again
//! when it is told to; LibreOffice only where no result is stored.

use super::references::ReferencedNames;
use crate::xml::tree::{DocType, Element, each};

/// The attribute that makes Excel compute all formulas when it opens a workbook.
const RECALCULATE: &str = "fullCalcOnLoad";

/// Elements of a workbook that `calcPr` follows, in their order.
const BEFORE: [&str; 4] = ["sheets", "functionGroups", "externalReferences", "definedNames"];

/// A written sheet without the results that a translation can have changed: texts that are not translated, and numbers
/// if a formula of the workbook computes some from a text. `source` is the sheet as it was read.
pub(super) fn removed(source: &str, written: String, names: &ReferencedNames) -> String {
    let before = results(source);
    let after = results(&written);
    if before.len() != after.len() {
        return written;
    }
    let mut out = String::with_capacity(written.len());
    let mut from = 0;
    for (before, after) in before.iter().zip(&after) {
        let is_stale = if after.is_text {
            after.text == before.text && after.text.contains(char::is_alphabetic)
        } else {
            names.numbers_depend_on_text()
        };
        if is_stale {
            out.push_str(written.get(from..after.start).unwrap_or_default());
            from = after.end;
        }
    }
    out.push_str(written.get(from..).unwrap_or_default());
    out
}

/// The stored result of a formula, in its `<v>`.
struct StoredResult {
    text: String,
    is_text: bool,
    start: usize,
    end: usize,
}

fn results(source: &str) -> Vec<StoredResult> {
    let mut found = Vec::new();
    let take = |cell: Element| {
        let result = cell.child(("x", "v")).filter(|_| cell.child(("x", "f")).is_some());
        let kind = cell.value(source, "t");
        // Errors and truth values do not depend on the language.
        if let Some(result) = result.filter(|_| !matches!(kind.as_deref(), Some("e" | "b"))) {
            found.push(StoredResult {
                text: result.text(source),
                is_text: kind.as_deref() == Some("str"),
                start: result.range.start,
                end: result.range.end,
            });
        }
        Ok(())
    };
    match each(source, DocType::Refused, |name| name == ("x", "c"), take) {
        Ok(()) => found,
        Err(_) => Vec::new(),
    }
}

/// A workbook that asks for all formulas to be computed when it is opened.
pub(super) fn recalculated(workbook: String) -> String {
    let (mut settings, mut after) = (None, None);
    let wanted =
        |(space, local): (&str, &str)| space == "x" && (local == "calcPr" || BEFORE.contains(&local));
    let read = each(&workbook, DocType::Refused, wanted, |element| {
        if element.name.1 == "calcPr" {
            let value = element.attribute(&workbook, RECALCULATE);
            settings = Some((element.range.start + 1 + element.tag.len(), value));
        } else {
            let prefix = element.tag.strip_suffix(element.name.1).unwrap_or_default().to_owned();
            after = Some((element.range.end, prefix));
        }
        Ok(())
    });
    let (at, new) = match (read, settings, after) {
        (Ok(()), Some((_, Some(value))), _) => (value, "1".to_owned()),
        (Ok(()), Some((end, None)), _) => (end..end, format!(" {RECALCULATE}=\"1\"")),
        (Ok(()), None, Some((end, prefix))) => (end..end, format!("<{prefix}calcPr {RECALCULATE}=\"1\"/>")),
        _ => return workbook,
    };
    let mut workbook = workbook;
    workbook.replace_range(at, &new);
    workbook
}
