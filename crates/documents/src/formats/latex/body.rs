//! Where the text of a LaTeX document is.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// What lines of a preamble, a package or a program start with, so that its words are code unless a body follows.
const PROGRAMS: [&str; 7] = [
    "\\documentclass",
    "\\ProvidesPackage",
    "\\ProvidesClass",
    "\\ProvidesFile",
    "\\ProvidesExpl",
    "\\cs_new",
    "\\cs_set",
];

/// Bytes before a command in which a comment may start on its line.
const LINE_BYTES: usize = 4096;

/// The bytes of the document's body and of what follows it; all of a document without preamble, none of a preamble without
/// body, or of a program.
pub(super) fn body(source: &str) -> Range<usize> {
    let find = |mark: &str| {
        let mut places = source.match_indices(mark).map(|(at, _)| at);
        places.find(|at| {
            let start = source.floor_char_boundary(at.saturating_sub(LINE_BYTES));
            let line = source.get(start..*at).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
            let is_shown = !line.replace("\\\\", "").replace("\\%", "").contains('%');
            // A program may name it.
            is_shown && !line.contains('~')
        })
    };
    let is_program = |line: &str| PROGRAMS.iter().any(|mark| line.trim_start().starts_with(mark));
    match find("\\begin{document}") {
        Some(start) => start + "\\begin{document}".len()..source.len(),
        None if source.lines().any(is_program) => source.len()..source.len(),
        None => 0..source.len(),
    }
}

static DECLARED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"\\(newtheorem|declaretheorem|newenvironment|newtcolorbox|newmdenv)\*?(?:\[[^\]]*\])?\{([^{}]+)\}(?:\[(\d)\])?",
    )
    .ok()
});

/// An environment that a document declares.
#[derive(Debug, Clone, Copy)]
pub(super) struct Declared {
    /// Whether its optional argument is a title.
    pub theorem: bool,
    /// Groups after its name that are its arguments.
    pub arguments: usize,
}

/// The environments that a document declares, which hold text.
pub(super) fn declared(source: &str) -> HashMap<&str, Declared> {
    let captures = DECLARED.iter().flat_map(|declared| declared.captures_iter(source));
    captures
        .filter_map(|found| {
            let theorem = found.get(1)?.as_str().ends_with("theorem");
            let arguments = found.get(3).and_then(|count| count.as_str().parse().ok()).unwrap_or(0);
            Some((found.get(2)?.as_str(), Declared { theorem, arguments }))
        })
        .collect()
}
