//! Containers of dialects whose text is indented, which CommonMark takes for code: admonitions and tabs of MkDocs, and
//! definitions.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::formats::text::lines;

/// A document as CommonMark can read it, as long as its source.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    /// `None` if it is the source.
    pub text: Option<String>,
    /// The bytes at which the titles of containers start, as headings.
    pub titles: Vec<usize>,
}

/// Marks each container as an item of a list whose text starts where the container's does, so that all bytes keep their
/// places: `!!! note "Title"` becomes `-   #     Title`, and `:   Definition` becomes `-   Definition`.
pub(super) fn prepared(source: &str) -> Prepared {
    let mut bytes = Vec::new();
    let mut titles = Vec::new();
    let mut set = |range: Range<usize>, mark: u8| {
        if bytes.is_empty() {
            bytes = source.as_bytes().to_vec();
        }
        bytes.get_mut(range).unwrap_or_default().fill(mark);
    };
    for line in lines(source) {
        let text = source.get(line.clone()).unwrap_or_default().trim_start_matches([' ', '\t']);
        let start = line.end - text.len();
        if is_definition(text) {
            set(start..start + 1, b'-');
        } else if let Some(title) = container(text) {
            let heading = HEADING.min(title.start.saturating_sub(2));
            set(start..start + title.start, b' ');
            set(start + title.end..line.end, b' ');
            set(start..start + 1, b'-');
            set(start + heading..start + heading + 1, b'#');
            titles.push(start + heading);
        }
    }
    Prepared { text: String::from_utf8(bytes).ok().filter(|text| !text.is_empty()), titles }
}

/// Bytes before the heading of a container: its text is indented by as many columns.
const HEADING: usize = 4;

/// Whether a line is the start of a definition.
fn is_definition(text: &str) -> bool {
    let rest = text.strip_prefix([':', '~']);
    rest.is_some_and(|rest| rest.starts_with([' ', '\t']) && !rest.trim().is_empty())
}

/// The title in the first line of an admonition or a tab, without its quotes; empty at the line's end if it has none.
fn container(text: &str) -> Option<Range<usize>> {
    let is_tab = ["=== \"", "===+ \"", "===! \""].iter().any(|mark| text.starts_with(mark));
    let is_box = text.trim_end().len() > HEADING
        && ["!!! ", "??? ", "???+ "].iter().any(|mark| text.starts_with(mark));
    let title = quoted_title(text).filter(|_| is_tab || is_box);
    title.or_else(|| is_box.then_some(text.len()..text.len()))
}

/// Starts of the lines that mark an admonition in Docusaurus, Pandoc and MkDocs: `:::note`, `!!! note "Title"`.
const ADMONITIONS: [&str; 4] = [":::", "!!! ", "??? ", "???+ "];

/// The lines around a block of PyMdown: `/// note | Title`, `///`.
static BLOCKS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^/{3,}(?:[ \t]*[A-Za-z][\w-]*(?:[ \t]*\|[^\r\n]*)?)?[ \t]*$").ok());

/// Whether a line is one of those around an admonition whose text is not indented, or in a quote.
pub(super) fn is_admonition(line: &str) -> bool {
    ADMONITIONS.iter().any(|mark| line.starts_with(mark))
        || BLOCKS.as_ref().is_some_and(|blocks| blocks.is_match(line))
}

/// What is between the first and the last double quote of a line.
fn quoted_title(line: &str) -> Option<Range<usize>> {
    let (start, end) = (line.find('"')? + 1, line.rfind('"')?);
    (start < end).then_some(start..end)
}

/// The title in a line that marks an admonition, and whether it is in quotes: `:::note[Title]{#id}`, `::: tip Title`,
/// `::: {.note title="Title"}`, `!!! note "Title"`, `/// note | Title`.
pub(super) fn admonition_title(line: &str) -> Option<(Range<usize>, bool)> {
    if line.starts_with(['!', '?']) {
        return Some((quoted_title(line)?, true));
    }
    let at = |part: &str| line.len() - part.len();
    let range = |text: &str, start: usize| {
        let from = start + text.len() - text.trim_start().len();
        let range = from..from + text.trim().len();
        (!range.is_empty()).then_some((range, false))
    };
    if line.starts_with('/') {
        let (_, title) = line.split_once('|')?;
        return range(title, at(title));
    }
    let rest = line.trim_start_matches(':').trim_start();
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let mut rest = rest.trim_start_matches(is_name);
    if let Some(title) = rest.strip_prefix('[') {
        let end = title.rfind(']')?;
        return range(title.get(..end)?, at(title));
    }
    if let Some(attributes) = rest.trim_start().strip_prefix('{') {
        let value = attributes.find("title=\"").map(|start| start + "title=\"".len());
        let size = value.and_then(|start| attributes.get(start..)?.find('"'));
        if let (Some(start), Some(size)) = (value, size) {
            let start = at(attributes) + start;
            return Some((start..start + size, true));
        }
        rest = attributes.split_once('}')?.1;
    }
    let plain = rest.trim_end_matches(|c: char| c == ':' || c.is_whitespace());
    let plain =
        plain.strip_suffix('}').and_then(|plain| plain.rsplit_once('{')).map_or(plain, |(text, _)| text);
    range(plain, at(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_keep_their_places() {
        for (source, expected) in [
            ("!!! note \"A title\"\n    Text", "-   #     A title \n    Text"),
            ("  ??? ä \"T\"", "  -   #   T "),
            ("???+ tip", "-   #   "),
            ("=== \"Tab\"", "-  # Tab "),
            ("===! \"Tab\"", "-   # Tab "),
            ("Term\n:   Text\n~ x", "Term\n-   Text\n- x"),
        ] {
            let text = prepared(source).text;
            assert_eq!(text.as_deref(), Some(expected));
            assert_eq!(text.map(|text| text.len()), Some(source.len()));
        }
        for source in ["!!!note", "a : b", ":::note", "===", "=== Tab", ": ", "::", ":)"] {
            assert_eq!(prepared(source).text, None, "{source}");
        }
    }
}
