//! Lines that are set in columns: with blanks, tabs, bars or leaders such as dots. Each cell is a text of its own.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::wrap::columns;

/// A text between two gaps of a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// Bytes of the line.
    pub text: Range<usize>,
    /// The blanks after it; none where a tab, a leader or the line's end follows.
    pub blanks: usize,
    /// Whether a bar follows.
    pub bar: bool,
}

/// What separates two cells.
static GAPS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x) (?<bar> \x20* [|│┃║¦] \x20* ) | [\x20\t]* (?: \.{5,} | (?:\.\x20){4,}\.? | …{3,} | _{3,} | -{5,} | ={5,} ) [\x20\t]*
            | \x20* \t [\x20\t]* | \u{3000}{2,} | (?<blanks> \x20{2,} )",
    )
    .ok()
});

/// The columns of a screen at which a word follows two or more blanks; the line starts at column `indent`.
pub(super) fn starts(line: &str, indent: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let (mut blanks, mut column) = (0, indent);
    for c in line.chars() {
        if c == ' ' {
            blanks += 1;
        } else {
            if blanks > 1 {
                found.push(column);
            }
            blanks = 0;
        }
        column += columns(c.encode_utf8(&mut [0; 4]));
    }
    found
}

/// The cells of a line; none if it has no gaps. Two blanks are a gap only where a line beside it has a word at the same
/// column, as `is_column` says, and no sentence ends before them.
pub(super) fn cells(line: &str, indent: usize, is_column: impl Fn(usize) -> bool) -> Vec<Cell> {
    let Some(gaps) = GAPS.as_ref().filter(|_| {
        line.contains(['\t', '|', '│', '┃', '║', '¦', '.', '_', '-', '=', '…', '\u{3000}'])
            || line.contains("  ")
    }) else {
        return Vec::new();
    };
    let mut cells = Vec::new();
    let (mut from, mut any) = (0, false);
    for captures in gaps.captures_iter(line) {
        let Some(gap) = captures.get(0).map(|gap| gap.range()) else { continue };
        let before = line.get(..gap.start).unwrap_or_default();
        let is_pair = captures.name("blanks").is_some() && gap.len() == 2;
        if is_pair {
            let start = indent + columns(line.get(..gap.end).unwrap_or_default());
            if before.ends_with(['.', '!', '?', ':', ';']) || !is_column(start) {
                continue;
            }
        }
        any = true;
        if from < gap.start {
            let bar = captures.name("bar").is_some();
            let rest = line.get(gap.clone()).unwrap_or_default();
            let blanks = if bar || captures.name("blanks").is_some() {
                rest.len() - rest.trim_start_matches(' ').len()
            } else {
                0
            };
            cells.push(Cell { text: from..gap.start, blanks, bar });
        }
        from = gap.end;
    }
    if from < line.len() {
        cells.push(Cell { text: from..line.len(), blanks: 0, bar: false });
    }
    if any { cells } else { Vec::new() }
}

/// Whether a line is a drawing of signs rather than text.
pub(super) fn is_drawing(line: &str) -> bool {
    let line = line.trim_end_matches(['.', '!', '?']);
    let letters = line.bytes().filter(u8::is_ascii_alphabetic).count();
    let signs = line.bytes().filter(u8::is_ascii_punctuation).count();
    let longest = line.split(|c: char| !c.is_ascii_alphabetic()).map(str::len).max().unwrap_or(0);
    line.is_ascii() && letters > 0 && signs >= letters && longest < 3
}

/// Whether a cell is an option of a program: `-o, --output FILE`.
pub(super) fn is_option(cell: &str) -> bool {
    let name = cell.strip_prefix('-').map(|rest| rest.trim_start_matches('-'));
    name.is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<&str> {
        cells(line, 0, |column| column == 7).into_iter().map(|cell| &line[cell.text]).collect()
    }

    #[test]
    fn gaps_divide_a_line() {
        assert_eq!(texts("Name     Age\tTown"), ["Name", "Age", "Town"]);
        assert_eq!(texts("| Name  | Age |"), ["Name", "Age"]);
        assert_eq!(texts("Introduction ........ 5"), ["Introduction", "5"]);
        assert_eq!(texts("Name: ______ Date: ____"), ["Name:", "Date:"]);
        assert_eq!(texts("12345  at a column"), ["12345", "at a column"]);
        assert_eq!(texts("1234.  A sentence"), [""; 0]);
        assert_eq!(texts("One  other pair"), [""; 0]);
        assert_eq!(texts("A sentence ... of well-known words."), [""; 0]);
        assert_eq!(starts("a  b   c d", 2), [5, 9]);
        assert!(is_drawing(r"=( o.o )=") && !is_drawing("Oh no!!!!!!!") && !is_drawing("a b"));
    }
}
