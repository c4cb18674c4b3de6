//! Elements whose lines are shown as they are written: prose in them is translated line by line, or paragraph by
//! paragraph where it was wrapped by hand; code and drawings made of letters are not.

use std::ops::Range;

use super::parse_inside;
use crate::chars::is_unspaced;
use crate::formats::text;
use crate::left_alone::Place;
use crate::markup::{Dialect, TokenKind, Tokens};
use crate::parsed::Parsed;

/// Words of a line of prose, at least; in scripts without spaces, letters.
const LINE_WORDS: usize = 3;
const LINE_LETTERS: usize = 6;

/// Of so many lines one may look like code.
const LINES_WITH_CODE: usize = 8;

/// The blocks of the content of an element. What looks like prose but is not read as such is counted.
pub(super) fn parse(
    source: &str,
    inner: Range<usize>,
    dialect: Dialect,
    is_input: bool,
    depth: usize,
) -> Parsed {
    let mut found = Parsed::default();
    let Some((plain, is_simple)) = plain_text(source, inner.clone(), dialect) else { return found };
    let is_text = if is_input { !plain.lines().any(looks_like_code) } else { is_prose(&plain) };
    if !is_text || !is_simple {
        if plain.lines().any(|line| is_wordy(line) && !looks_like_code(line)) {
            found.leave(Place::Preformatted, &plain);
        }
        return found;
    }
    for paragraph in text::parse(source.get(inner.clone()).unwrap_or_default()) {
        let range = paragraph.slot.range;
        found.merge(parse_inside(source, inner.start + range.start..inner.start + range.end, dialect, depth));
    }
    found
}

/// The text of an element without its tags, and whether each tag is on one line; `None` if it holds code.
fn plain_text(source: &str, inner: Range<usize>, dialect: Dialect) -> Option<(String, bool)> {
    let (mut plain, mut is_simple) = (String::new(), true);
    for token in Tokens::within(source, inner, dialect) {
        let written = source.get(token.range).unwrap_or_default();
        match token.kind {
            TokenKind::Text => plain.push_str(written),
            TokenKind::Open { name, .. } if super::LOCKED.contains(&name.as_str()) => return None,
            _ => is_simple &= !written.contains(['\n', '\r']),
        }
    }
    Some((plain, is_simple))
}

/// Whether a text is prose: most of it is in lines of several words, hardly one looks like code, and there are sentences.
fn is_prose(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let code = lines.iter().filter(|line| looks_like_code(line)).count();
    let bytes: usize = lines.iter().map(|line| line.len()).sum();
    let wordy: usize = lines.iter().filter(|line| is_wordy(line)).map(|line| line.len()).sum();
    let ends =
        |line: &&str| line.ends_with(['.', '!', '?', ',', ';', ':', '…', '。', '！', '？', '、', '」']);
    let starts = lines.first().and_then(|line| line.chars().find(|c| c.is_alphabetic()));
    code * LINES_WITH_CODE <= lines.len()
        && wordy * 2 > bytes
        && lines.iter().any(ends)
        && starts.is_some_and(|c| !c.is_lowercase())
}

fn is_wordy(line: &str) -> bool {
    let words = line.split_whitespace().filter(|word| word.contains(char::is_alphabetic)).count();
    words >= LINE_WORDS || line.chars().filter(|c| is_unspaced(*c)).count() >= LINE_LETTERS
}

/// Whether a line has marks of code, or columns set with spaces.
fn looks_like_code(line: &str) -> bool {
    let line = line.trim();
    let marks = ['{', '}', '[', ']', '<', '>', '=', '|', '\\', '$', '#', '@', '_', '*', '+', '~', '^', '`'];
    let is_statement = line.ends_with(';') && line.contains('(');
    line.contains(marks) || line.contains("   ") || line.contains('\t') || line.contains("--") || is_statement
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_told_from_code_and_drawings() {
        for prose in [
            "The sun is red,\nthe sky is blue.",
            "Dear Anna,\n\nthank you for your letter. We were glad to read it.\n\nYours,\nTom",
            "古池や蛙飛び込む水の音。\n夏草や兵どもが夢の跡。",
        ] {
            assert!(is_prose(prose), "{prose}");
        }
        for other in [
            "git clone url\ncd repo\nmake install",
            "fn main() {\n    println!(\"Hello\");\n}",
            "Name      Price   Stock\nApples    3.50    12 pieces.",
            "+-----+\n| box |\n+-----+",
            "usage: tool run the thing now",
            "$ ls -l\ntotal 0.",
            "SELECT name FROM users\nWHERE id = 3;",
        ] {
            assert!(!is_prose(other), "{other}");
        }
    }
}
