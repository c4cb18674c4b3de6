//! Paragraphs from the rows of a region: by the gaps between rows, by indents, by rows that end early, by the marks of
//! lists.

use super::lines::Row;
use super::page::Line;
use crate::chars::{is_unspaced, join_separator};

/// Rows further apart than the usual by this factor are in different paragraphs.
const WIDER: f64 = 1.25;

/// Rows further apart than this, in sizes, are in different paragraphs.
const APART: f64 = 2.6;

/// The usual distance of rows, in sizes, where there are too few to tell, and within headings.
const LEADING: f64 = 1.4;

/// A row that begins further right than the one before it by this, in sizes, begins a paragraph.
const INDENT: f64 = 0.8;

/// Marks of lists.
const MARKS: &[char] = &['•', '‣', '◦', '▪', '●', '○', '■', '□', '➢', '✓', '·', '⁃', '∙'];

/// A paragraph before its role is known.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) text: String,
    pub(super) lines: Vec<Line>,
    pub(super) is_item: bool,
}

/// The paragraphs of rows that follow one another in a region.
pub(super) fn paragraphs(rows: &[Row]) -> Vec<Draft> {
    let usual = usual_step(rows);
    let mut drafts = Vec::new();
    let blocks = rows.chunk_by(|above, below| is_near(above, below, usual));
    for block in blocks {
        let right = block.iter().map(|row| row.area.right).fold(f64::NEG_INFINITY, f64::max);
        let mut start = 0;
        for at in 1..=block.len() {
            let begins = match (block.get(start..at), block.get(at)) {
                (Some(before), Some(row)) => begins(before, row, block.get(at + 1), right),
                _ => true,
            };
            if begins {
                drafts.extend(block.get(start..at).and_then(draft));
                start = at;
            }
        }
    }
    drafts
}

fn draft(rows: &[Row]) -> Option<Draft> {
    let mut text = String::new();
    for row in rows {
        join(&mut text, &row.text());
    }
    let text_end = text.trim_end_matches('\u{ad}').len();
    text.truncate(text_end);
    let mark = text.chars().next()?;
    let is_item = MARKS.contains(&mark) && text.chars().nth(1).is_some();
    if is_item {
        text = text.trim_start_matches(MARKS).trim_start().to_owned();
    }
    (!text.is_empty()).then(|| Draft { text, lines: rows.iter().map(Row::line).collect(), is_item })
}

/// The median distance of rows of equal size, and their size.
fn usual_step(rows: &[Row]) -> Option<(f64, f64)> {
    let mut steps: Vec<(f64, f64)> = rows
        .windows(2)
        .filter_map(|pair| match pair {
            [above, below] if is_same_size(above, below) => Some((above.base - below.base, above.style.size)),
            _ => None,
        })
        .collect();
    steps.sort_by(|a, b| a.0.total_cmp(&b.0));
    (steps.len() >= 3).then(|| steps.get(steps.len() / 2).copied()).flatten()
}

pub(super) fn is_same_size(above: &Row, below: &Row) -> bool {
    (above.style.size - below.style.size).abs() <= 0.06 * above.style.size.max(below.style.size)
}

fn is_near(above: &Row, below: &Row, usual: Option<(f64, f64)>) -> bool {
    let size = above.style.size.max(below.style.size);
    let step = above.base - below.base;
    let of_size = usual.filter(|(_, of)| (size - of).abs() <= 0.1 * size);
    let usual = of_size.map_or(size * LEADING, |(step, _)| step).max(size * 0.9);
    let is_same_style =
        is_same_size(above, below) && (above.style.bold == below.style.bold || is_mixed(above, below));
    is_same_style && step < usual * WIDER && step < size * APART && above.angle == below.angle
}

/// Whether one of two rows may be bold only in part: a bold word at a line's end is no heading.
fn is_mixed(above: &Row, below: &Row) -> bool {
    !above.text().ends_with(['.', ':', '!', '?']) && below.text().starts_with(char::is_lowercase)
}

/// Whether a row begins a paragraph after the rows of one; `after` follows it, `right` is the block's right edge.
fn begins(before: &[Row], row: &Row, after: Option<&Row>, right: f64) -> bool {
    let (Some(first), Some(last)) = (before.first(), before.last()) else { return true };
    let text = row.text();
    if ends_in_hyphen(&last.text()) {
        return false;
    }
    let indent = INDENT * row.style.size;
    if text.starts_with(MARKS)
        || is_numbered(&text) && (ends_sentence(&last.text()) || is_numbered(&first.text()))
    {
        return true;
    }
    // The further lines of an item stand behind its mark.
    let is_listed = first.text().starts_with(MARKS) || is_numbered(&first.text());
    if is_listed && row.area.left > first.area.left + indent * 0.4 {
        return false;
    }
    let hangs = before.len() > 1 && last.area.left > first.area.left + indent;
    if row.area.left > last.area.left + indent {
        // An indented row begins a paragraph if the one after it is not indented; else all but the first row are.
        let returns = after.is_none_or(|after| after.area.left < row.area.left - indent * 0.5);
        return returns && (after.is_some() || ends_sentence(&last.text())) && !hangs;
    }
    if hangs && row.area.left < last.area.left - indent {
        return true;
    }
    has_room(last, row, right)
}

/// Whether the first word of a row would have fitted on the row before it, which therefore ends a paragraph.
fn has_room(last: &Row, row: &Row, right: f64) -> bool {
    let text = row.text();
    let letters = text.chars().count().max(1) as f64;
    let first = match text.chars().next() {
        Some(c) if is_unspaced(c) => 1,
        _ => text.split_whitespace().next().map_or(1, |word| word.chars().count()),
    };
    let width = (row.area.right - row.area.left) * first as f64 / letters;
    let room = right - last.area.right;
    room > width + row.style.size * if ends_sentence(&last.text()) { 0.8 } else { 3.0 }
}

fn ends_sentence(text: &str) -> bool {
    text.ends_with(['.', '!', '?', ':', '。', '！', '？', '”', '"', '」', ';', ')'])
}

/// Whether a row begins with the number of an item: "3." or "(a)".
fn is_numbered(text: &str) -> bool {
    let Some((number, rest)) = text.split_once(' ') else { return false };
    let number = number.trim_start_matches('(');
    let inner = number.trim_end_matches(['.', ')']);
    let is_short = inner.len() <= 2 && !inner.is_empty() && inner.len() < number.len();
    is_short && !rest.is_empty() && inner.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn ends_in_hyphen(text: &str) -> bool {
    text.strip_suffix(['-', '\u{ad}', '‐']).is_some_and(|word| word.ends_with(char::is_alphabetic))
}

/// Appends a line. A word divided at the line's end is joined; a compound keeps its hyphen, and so does a word of which
/// a part is a capital, as in "E-Mail". Soft hyphens go.
pub(super) fn join(text: &mut String, line: &str) {
    text.truncate(text.trim_end().len());
    let divided = ends_in_hyphen(text);
    let is_soft = text.ends_with('\u{ad}');
    let hyphen = if line.ends_with('\u{ad}') { "\u{ad}" } else { "" };
    let line = line.replace('\u{ad}', "") + hyphen;
    if divided && (is_soft || line.starts_with(char::is_lowercase) && !is_compound(text)) {
        text.pop();
    } else if !text.is_empty() && !divided {
        text.push_str(join_separator(text, &line));
    }
    text.push_str(&line);
}

/// Whether the hyphen at a text's end belongs to the word: a part of it is short or has a digit or capitals within.
fn is_compound(text: &str) -> bool {
    let word = text.split_whitespace().next_back().unwrap_or_default().trim_end_matches(['-', '‐']);
    let last = word.rsplit('-').next().unwrap_or_default();
    let is_one_letter = last.chars().count() == 1;
    let is_acronym = last.chars().count() > 1 && last.chars().all(|c| c.is_uppercase() || c.is_numeric());
    is_one_letter || is_acronym || word.contains('-') && word.chars().any(|c| c.is_numeric())
}

#[cfg(test)]
mod tests {
    use super::join;

    fn joined(lines: &[&str]) -> String {
        lines.iter().fold(String::new(), |mut text, line| {
            join(&mut text, line);
            text
        })
    }

    #[test]
    fn divided_words_are_joined_and_compounds_keep_their_hyphen() {
        assert_eq!(
            joined(&["eine Ein-", "ladung zum Baden-", "Baden-Fest per E-", "mail und US-", "weit"]),
            "eine Einladung zum Baden-Baden-Fest per E-mail und US-weit"
        );
        assert_eq!(joined(&["Donau\u{ad}dampf\u{ad}", "Schiff"]), "DonaudampfSchiff");
        assert_eq!(joined(&["日本", "語"]), "日本語");
    }
}
