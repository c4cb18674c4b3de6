//! Blocks of formats whose markup is in lines, and cues with times.

use super::{Relation, Surroundings};
use crate::formats::rst;

/// Blank lines between the end of a chapter and the next.
const CHAPTER_GAP: usize = 2;

/// A longer pause between two cues, in seconds, parts them.
const LONGEST_PAUSE: f64 = 5.0;

/// Commands of LaTeX that begin something else, and the ends of what is something else.
const LATEX_PARTS: [&str; 13] = [
    "section",
    "\\chapter",
    "\\part",
    "\\title",
    "\\author",
    "\\date",
    "\\caption",
    "\\footnote",
    "\\begin{t",
    "\\end{t",
    "\\begin{document}",
    "{abstract}",
    "{figure}",
];

/// Plain text: a chapter begins after two blank lines or a line without words.
pub(super) fn text(around: &Surroundings<'_>) -> Relation {
    if around.shares_line() {
        return Relation::Apart;
    }
    let is_parted =
        around.lines_between().any(|line| !line.trim().is_empty()) || around.gap.contains('\u{c}');
    Relation::begins_if(is_parted || around.lines_between().count() >= CHAPTER_GAP)
}

/// Markdown: headings, rules, footnotes and keys of a front matter begin; cells are apart.
pub(super) fn markdown(around: &Surroundings<'_>) -> Relation {
    let (rest, next) = around.suffix();
    let prefix = around.prefix().trim_start_matches([' ', '\t', '>']);
    let is_key = prefix.starts_with(char::is_alphabetic) && prefix.trim_end().ends_with(':');
    if around.shares_line() || prefix.contains('|') || rest.trim_start().starts_with('|') || is_key {
        return Relation::Apart;
    }
    let title = usize::from(ends_title(around, "=-"));
    let is_part = |line: &str| line.trim_start().starts_with('#') || is_rule(line, "-*_");
    let parts = around.lines_between().skip(title).any(is_part)
        || prefix.starts_with('#')
        || prefix.starts_with("[^");
    Relation::begins_if(parts || is_underline(next, "=-"))
}

/// reStructuredText: titles have a line below, directives, notes and fields begin with marks, cells are apart.
pub(super) fn rst(around: &Surroundings<'_>) -> Relation {
    let (rest, next) = around.suffix();
    let prefix = around.prefix().trim_start();
    if around.shares_line() || prefix.contains('|') || rest.contains('|') || around.gap.contains(rst::is_mark)
    {
        return Relation::Apart;
    }
    let is_part = |line: &str| {
        let line = line.trim();
        line.starts_with("..") || line.starts_with("+-") || is_underline(line, PUNCTUATION)
    };
    let title = usize::from(ends_title(around, PUNCTUATION));
    let parts = around.lines_between().skip(title).any(is_part)
        || prefix.starts_with("..")
        || prefix.starts_with(':');
    // A title is replaced with the line below it, whose length is the title's.
    let mut lines = around.inner.lines();
    let is_title = lines.next().is_some_and(|line| is_underline(line, PUNCTUATION))
        || lines.next_back().is_some_and(|line| is_underline(line, PUNCTUATION));
    Relation::begins_if(parts || is_title || is_underline(next, PUNCTUATION))
}

/// AsciiDoc: titles begin with `=` or `.`, attributes with `:`; cells are apart.
pub(super) fn asciidoc(around: &Surroundings<'_>) -> Relation {
    let prefix = around.prefix().trim_start();
    if around.shares_line() || prefix.contains('|') {
        return Relation::Apart;
    }
    let is_part = |line: &str| {
        let line = line.trim();
        line.starts_with('=') || line.starts_with("|===") || is_rule(line, "'") || line == "<<<"
    };
    // A title is replaced with its marks, or with the line below it.
    let marked = around.inner.trim_start_matches(['=', '#']);
    let is_title = (marked.len() < around.inner.len() && marked.starts_with(' '))
        || around.inner.lines().skip(1).last().is_some_and(|line| is_underline(line, "=-~^+"))
        || prefix.starts_with(['=', ':'])
        || prefix == ".";
    Relation::begins_if(is_title || around.lines_between().any(is_part))
}

/// LaTeX: sections, captions and what stands in tables, whose cells are apart.
pub(super) fn latex(around: &Surroundings<'_>) -> Relation {
    let gap = around.gap;
    if gap.contains('&') || gap.contains("\\\\") {
        return Relation::Apart;
    }
    Relation::begins_if(LATEX_PARTS.iter().any(|part| gap.contains(part)))
}

/// Punctuation that underlines titles.
const PUNCTUATION: &str = "=-~^\"'`#*+.:_<>";

/// Whether the line after the block before makes it a title.
fn ends_title(around: &Surroundings<'_>, marks: &str) -> bool {
    around.lines_between().next().is_some_and(|line| is_underline(line, marks))
}

/// Whether a line has at least three of one mark and nothing but it and spaces.
fn is_rule(line: &str, marks: &str) -> bool {
    let mut shown = line.chars().filter(|c| !c.is_whitespace());
    let Some(first) = shown.next().filter(|c| marks.contains(*c)) else { return false };
    shown.clone().count() >= 2 && shown.all(|c| c == first)
}

/// Whether a line is one mark, repeated.
fn is_underline(line: &str, marks: &str) -> bool {
    let line = line.trim();
    line.chars().next().is_some_and(|first| marks.contains(first) && line.chars().all(|c| c == first))
}

/// The times of the cue before.
#[derive(Default)]
pub(super) struct Clock {
    last: Option<(f64, f64)>,
}

impl Clock {
    /// The relation of a cue with these times in seconds; without times it belongs to the same cue.
    pub fn cue(&mut self, times: Option<(f64, f64)>) -> Relation {
        let Some((start, end)) = times else { return Relation::Continues };
        let near = |(before, ended): (f64, f64)| before <= start && start - ended <= LONGEST_PAUSE;
        Relation::begins_if(!self.last.replace((start, end)).is_some_and(near))
    }
}

/// The times of the last cue that begins in a text, such as `00:00:01,000 --> 00:00:02,000`.
pub(super) fn arrow_times(text: &str) -> Option<(f64, f64)> {
    let line = text.lines().rev().find(|line| line.contains("-->"))?;
    let (start, end) = line.split_once("-->")?;
    Some((seconds(start)?, seconds(end.split_whitespace().next()?)?))
}

/// The times of the last event that begins in a text: the second and third field of its line.
pub(super) fn event_times(text: &str) -> Option<(f64, f64)> {
    let is_event = |line: &&str| line.get(..9).is_some_and(|name| name.eq_ignore_ascii_case("dialogue:"));
    let mut fields = text.lines().rev().find(is_event)?.split(',').skip(1);
    Some((seconds(fields.next()?)?, seconds(fields.next()?)?))
}

/// A time as seconds.
fn seconds(time: &str) -> Option<f64> {
    let mut total = 0.0;
    for part in time.trim().split(':') {
        let part: f64 = part.replace(',', ".").parse().ok()?;
        total = 60.0 * total + part;
    }
    total.is_finite().then_some(total)
}
