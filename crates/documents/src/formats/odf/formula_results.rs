//! The stored results of a spreadsheet's formulas, once texts that they depend on are translated: programs compute those
//! that are not stored.

use std::ops::Range;

use crate::formula::reads_letters;
use crate::xml::tree::{DocType, Element, each, local_name};

/// A written part without the results that a translation can have changed: texts that are not translated, and numbers if
/// a formula computes some from a text. `source` is the part as it was read.
pub(super) fn removed(source: &str, written: String) -> String {
    if !source.contains(":formula=") {
        return written;
    }
    let (before, after) = (results(source), results(&written));
    if before.len() != after.len() {
        return written;
    }
    let numbers_depend_on_text = after.iter().any(|result| result.reads_letters);
    let is_stale = |(before, after): &(&StoredResult, &StoredResult)| match after.is_text {
        true => before.text == after.text && after.text.contains(char::is_alphabetic),
        false => numbers_depend_on_text,
    };
    let stale = before.iter().zip(&after).filter(is_stale);
    let mut ranges: Vec<&Range<usize>> = stale.flat_map(|(_, after)| &after.ranges).collect();
    ranges.sort_by_key(|range| range.start);
    let mut out = String::with_capacity(written.len());
    let mut from = 0;
    for range in ranges {
        out.push_str(written.get(from..range.start).unwrap_or_default());
        from = from.max(range.end);
    }
    out.push_str(written.get(from..).unwrap_or_default());
    out
}

/// The stored result of a cell's formula.
struct StoredResult {
    text: String,
    is_text: bool,
    reads_letters: bool,
    /// The bytes of its value and of its paragraphs.
    ranges: Vec<Range<usize>>,
}

fn results(source: &str) -> Vec<StoredResult> {
    let mut found = Vec::new();
    let take = |cell: Element| {
        let value = |name| cell.value(source, name);
        if let Some(formula) = value("formula") {
            let is_text = value("value-type").is_none_or(|kind| kind == "string");
            let shown: Vec<&Element> = cell.elements().filter(|child| child.name == ("text", "p")).collect();
            let is_value =
                |(name, _): &(&str, Range<usize>)| matches!(local_name(name), "string-value" | "value");
            let values = cell.attributes(source).filter(is_value).filter_map(|(name, value)| {
                let start = name.as_ptr().addr().checked_sub(source.as_ptr().addr())?;
                Some(start.saturating_sub(1)..value.end + 1)
            });
            found.push(StoredResult {
                text: shown.iter().map(|paragraph| paragraph.text(source)).collect(),
                is_text,
                reads_letters: reads_letters(&formula),
                ranges: values.chain(shown.iter().map(|paragraph| paragraph.range.clone())).collect(),
            });
        }
        Ok(())
    };
    match each(source, DocType::Refused, |name| name == ("table", "table-cell"), take) {
        Ok(()) => found,
        Err(_) => Vec::new(),
    }
}
