//! Constructs of Markdown's dialects that pulldown-cmark takes for text: wiki links, notes and marks in a line,
//! attributes, shortcodes, JSX, formulas, containers, callouts, abbreviations.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::containers::{admonition_title, is_admonition};
use crate::locked_text::formulas;

/// What a construct is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Construct {
    /// Text that stays as it is: a wiki link, a formula, a word with an index.
    Locked,
    /// Markup beside words.
    Void,
    /// A note in the line, `^[…]`, and the bytes of its text.
    Note(Range<usize>),
    /// Words between two marks, `==…==`.
    Marked,
}

/// How a line begins that is not only text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum LineMark {
    /// So many bytes are copied: the line, or the lines of a statement.
    Whole(usize),
    /// So many bytes are copied before its text, and whether the text ends with the line.
    Prefix(usize, bool),
    /// So many bytes are copied but for a title in them, which is in quotes or not.
    Titled(usize, Range<usize>, bool),
}

/// The values of attributes in the markup of dialects that are shown, if they are prose.
static VALUES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"\b(?:title|caption|alt|text|label|summary|description|heading)\s*=\s*["'][^"'\r\n]{0,200}\p{L} [^"'\r\n]{0,200}["']"#,
    )
    .ok()
});

/// Directives of MyST that hold paragraphs, in a fence of code: `{note} Title`.
const DIRECTIVES: &str = "admonition attention caution danger dropdown error figure hint important list-table margin note \
    seealso sidebar tab-item tip topic warning";

/// Whether the name in a fence is that of a directive with text.
pub(super) fn is_directive(name: &str) -> bool {
    DIRECTIVES.split_whitespace().any(|directive| directive == name)
}

/// The text that is shown in the markup of a dialect, which is left as it is.
pub(super) fn shown_value(markup: &str) -> Option<&str> {
    VALUES.as_ref()?.find(markup).map(|found| found.as_str())
}

/// Bytes before the text of a table's caption in Pandoc's Markdown, `Table: Caption`, on a line between `before` and what
/// follows in `rest`.
fn caption(before: &str, rest: &str) -> Option<usize> {
    let text = rest.strip_prefix("Table:").filter(|text| text.starts_with([' ', '\t']))?;
    let next = rest.lines().skip_while(|line| !line.trim().is_empty()).find(|line| !line.trim().is_empty());
    let is_beside =
        before.trim_end().ends_with('|') || next.is_some_and(|line| line.trim_start().starts_with('|'));
    is_beside.then(|| rest.len() - text.trim_start().len())
}

/// Every alternative ends on its line and within some hundred characters, which keeps the time linear.
static CONSTRUCTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?x)
        (?<locked> \[\[ [^\[\]\r\n]{1,200} \]\]
          | \{\{ [^{}\r\n]{0,100} [\x22'<>`*_\[] [^{}\r\n]{0,200} \}\} | \{% [^{}\r\n]{0,100} [\x22'<>`*_\[] [^{}\r\n]{0,200}? %\}
          | (?: [\p{L}\p{N})]+ (?: ~[^~\s]{1,20}~ | \^[^\^\s\[\]]{1,20}\^ ) ){1,5} [\p{L}\p{N}]*
          | \[ (?: [^\[\]\r\n@]{0,60} \x20 )? -?@[A-Za-z0-9_] [^\[\]\r\n]{0,200} \]
          | :[a-z][a-z0-9_+-]{1,40}: | \+\+ [a-z0-9+_-]{1,40} \+\+ | <% [^\r\n]{0,200}? %> )
        | (?<void> !\[\[ [^\[\]\r\n]{1,200} \]\] | \{/\* [^\r\n]{0,300}? \*/\} | %% [^%\r\n]{1,300} %%
          | \{ (?: [:\x23.] | [A-Za-z-]{1,40}= ) [^{}\r\n]{0,200} \} | (?m: \x20 \^[A-Za-z0-9-]{1,40} $ ) )
        | \^\[ (?<note> (?: [^\[\]\r\n]{1,200} | \[ [^\[\]\r\n]{0,100} \] ){1,4} ) \]
        | == (?<marked> [^=\s] (?: [^=\r\n]{0,300} [^=\s] )? ) ==
        "#,
    )
    .ok()
});

/// Bytes of the tag of JSX that a text starts with: a component with a value in braces, which is no HTML.
fn tag_size(text: &str) -> Option<usize> {
    let line = text.get(..text.floor_char_boundary(MAX_TAG_BYTES))?.split(['\r', '\n']).next()?;
    let (mut depth, mut quote, mut values) = (0_usize, None, 0);
    for (at, byte) in line.bytes().enumerate().skip(1) {
        match (byte, quote) {
            (byte, Some(mark)) if byte == mark => quote = None,
            (_, Some(_)) => {}
            (b'"' | b'\'', None) => quote = Some(byte),
            (b'{', None) => {
                depth += 1;
                values += usize::from(line.as_bytes().get(at - 1) == Some(&b'='));
            }
            (b'}', None) => depth = depth.checked_sub(1)?,
            (b'>', None) if depth == 0 => return (values > 0).then_some(at + 1),
            (b'<', None) if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// A longer tag is text.
const MAX_TAG_BYTES: usize = 1000;

/// Lines of which nothing is text: shortcodes and attributes alone, a place for the table of contents.
static LINES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^(?:\[(?i:toc)\]|\$\{toc\}|\[\[_TOC_\]\]|@import\s[^\r\n]+|\\(?:[a-z]+page|[a-z]+skip|tableofcontents|hfill|noindent|appendix|maketitle)|(?:[ \t]*(?:\{\{[^{}\r\n]+\}\}|\{%[^\r\n]+?%\}|\{[:#.][^{}\r\n]*\}))+)[ \t]*$",
    )
    .ok()
});

/// Statements of MDX.
static STATEMENTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"^(?:import\s+(?:[^\r\n]*\sfrom\s+)?['"][^'"\r\n]+['"]|import\s+\{[^}'"]*$|export\s+(?:const|default|function|let|var|async|class|\{|\*))"#,
    )
    .ok()
});

/// What is copied before the text of a line: the term of an abbreviation, the kind of a callout, the mark of a
/// definition, of a line of verse, of an example.
static PREFIXES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^(?:(?<single>\*\[[^\[\]\r\n]+\]:[ \t]*|\[![A-Za-z_-]+(?:\|[^\[\]\r\n]*)?\][+-]?[ \t]*|\|[ \t]+)|[:~][ \t]+|\(@[\w-]*\)[ \t]+|\#\.[ \t]+)",
    )
    .ok()
});

/// The constructs of a document, in order and without overlap.
pub(super) fn constructs(source: &str) -> Vec<(Range<usize>, Construct)> {
    let Some(expression) = CONSTRUCTS.as_ref() else { return Vec::new() };
    let mut found: Vec<(Range<usize>, Construct)> = formulas(source)
        .into_iter()
        .filter(|range| source.get(range.clone()).is_some_and(is_formula))
        .map(|range| (range, Construct::Locked))
        .collect();
    for captures in expression.captures_iter(source) {
        let Some(range) = captures.get(0).map(|all| all.range()) else { continue };
        let all = source.get(range.clone()).unwrap_or_default();
        if is_escaped(source, range.start) {
            continue;
        }
        let construct = if let Some(note) = captures.name("note") {
            Construct::Note(note.range())
        } else if let Some(marked) = captures.name("marked") {
            if marked.as_str().contains(|c| "*_`[]<>&\\~^{}$!".contains(c)) {
                continue;
            }
            Construct::Marked
        } else if captures.name("void").is_some() {
            Construct::Void
        } else {
            let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == ':');
            let (before, after) = (source.get(..range.start), source.get(range.end..));
            let inside = is_word(before.and_then(|text| text.chars().next_back()))
                || is_word(after.and_then(|text| text.chars().next()));
            if all.starts_with(':') && inside {
                continue;
            }
            Construct::Locked
        };
        found.push((range, construct));
    }
    for (at, _) in source.match_indices('<') {
        let tag = source.get(at..).unwrap_or_default();
        let is_component = tag.as_bytes().get(1).is_some_and(u8::is_ascii_uppercase);
        let size = if is_component && !is_escaped(source, at) { tag_size(tag) } else { None };
        found.extend(size.map(|size| (at..at + size, Construct::Void)));
    }
    found.sort_by_key(|(range, _)| range.start);
    let mut end = 0;
    found.retain(|(range, _)| {
        let apart = range.start >= end;
        end = if apart { range.end } else { end };
        apart
    });
    found
}

/// Whether a backslash stands before a byte that is not escaped itself.
fn is_escaped(source: &str, at: usize) -> bool {
    let before = source.get(..at).unwrap_or_default();
    (before.len() - before.trim_end_matches('\\').len()) % 2 == 1
}

/// Whether what stands between delimiters of TeX is a formula in one paragraph. Bare dollars are read as Markdown;
/// brackets with one backslash may be escaped text.
fn is_formula(text: &str) -> bool {
    let is_plain = text.starts_with("\\(") || text.starts_with("\\[");
    let inner = text.get(2..text.len().saturating_sub(2)).unwrap_or_default();
    let has_command =
        inner.split('\\').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    let has_sign = inner
        .match_indices(['^', '_', '=', '+', '<', '>'])
        .any(|(at, _)| inner.get(..at).is_some_and(|before| !before.ends_with('\\')));
    let is_display = inner.starts_with(char::is_whitespace);
    !text.starts_with("$$")
        && text.lines().all(|line| !line.trim().is_empty())
        && (!is_plain || has_command || (has_sign && (is_display || text.starts_with("\\("))))
}

/// How the line of a paragraph at a byte begins; `first` is whether it is the first line, and `constructs` are those from
/// there on.
pub(super) fn line_mark(
    source: &str,
    first: bool,
    at: usize,
    constructs: &[(Range<usize>, Construct)],
) -> Option<LineMark> {
    let (before, rest) = source.split_at_checked(at)?;
    let size = rest.find(['\r', '\n']).unwrap_or(rest.len());
    let line = rest.get(..size)?;
    let matches =
        |expression: &LazyLock<Option<Regex>>| expression.as_ref().is_some_and(|e| e.is_match(line));
    if is_admonition(line) {
        let title = admonition_title(line);
        return Some(
            title.map_or(LineMark::Whole(size), |(title, quoted)| LineMark::Titled(size, title, quoted)),
        );
    }
    if matches(&LINES) {
        return Some(LineMark::Whole(size));
    }
    if let Some(prefix) = caption(before, rest).filter(|_| first) {
        return Some(LineMark::Prefix(prefix, false));
    }
    if first && matches(&STATEMENTS) {
        let ends = ["\n\n", "\n\r\n", "\r\r"].into_iter().filter_map(|end| rest.find(end)).min();
        return Some(LineMark::Whole(ends.unwrap_or(rest.len())));
    }
    // Markup alone.
    let mut end = 0;
    for (range, construct) in constructs {
        let gap = range.start.checked_sub(at).and_then(|start| line.get(end..start));
        if *construct != Construct::Void || gap.is_none_or(|gap| !gap.trim().is_empty()) {
            break;
        }
        end = range.end - at;
    }
    if end > 0 && line.get(end..).is_some_and(|tail| tail.trim().is_empty()) {
        return Some(LineMark::Whole(size));
    }
    // A term of a definition list, of which there may be several.
    let is_definition = |line: &str| line.starts_with(": ") || line.starts_with(":\t");
    let below = rest.lines().skip(1).take(MAX_TERMS).take_while(|line| !line.trim().is_empty());
    if !is_definition(line) && below.map(str::trim_start).any(is_definition) {
        return Some(LineMark::Prefix(0, true));
    }
    let captures = PREFIXES.as_ref()?.captures(line)?;
    let prefix = captures.get(0)?.end();
    let single = captures.name("single").is_some();
    // A row of a table that is none.
    let is_row = line.starts_with('|') && line.trim_end().ends_with('|');
    (!is_row).then_some(LineMark::Prefix(prefix, single))
}

/// Lines of a definition list's terms, at most.
const MAX_TERMS: usize = 4;

/// Bytes of the JSON that a document starts with as its front matter, as in Hugo.
pub(super) fn json_bytes(source: &str) -> usize {
    if !source.starts_with("{\n") && !source.starts_with("{\r\n") {
        return 0;
    }
    let mut values = serde_json::Deserializer::from_str(source).into_iter::<serde::de::IgnoredAny>();
    let is_valid = values.next().is_some_and(|value| value.is_ok());
    let end = if is_valid { values.byte_offset() } else { 0 };
    let is_alone = source.get(end..).is_some_and(|rest| rest.is_empty() || rest.starts_with(['\r', '\n']));
    if is_alone { end } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constructs_are_found() {
        let found = |source: &str| -> Vec<String> {
            constructs(source).into_iter().map(|(range, _)| source[range].to_owned()).collect()
        };
        let source = "[[b|c]] ![[d.png]] H~2~O x^2^ ==mark== ^[note [x](y)] :smile: {.c} {{< s x=\"a\" >}} {% t 'u' %} {/* c */} %% d %% [see @e, p. 3] [@f] \
            \\(a+b\\) <Tab items={['a', 'b']} x>";
        let all = [
            "[[b|c]]",
            "![[d.png]]",
            "H~2~O",
            "x^2^",
            "==mark==",
            "^[note [x](y)]",
            ":smile:",
            "{.c}",
            "{{< s x=\"a\" >}}",
            "{% t 'u' %}",
            "{/* c */}",
            "%% d %%",
            "[see @e, p. 3]",
            "[@f]",
            "\\(a+b\\)",
            "<Tab items={['a', 'b']} x>",
        ];
        assert_eq!(found(source), all);
        let text = "10:30:45 a:b:c ~~no~~ a == b, ==*x*== {x} [a](b) [c](d@e) [f g@h.i] 5 %%, \\(see there\\) \\[a=b\\] 1^st <b> <Tab> \\{.c} \\<A b={1}>";
        assert_eq!(found(text), [""; 0]);
    }

    #[test]
    fn lines_begin_with_marks() {
        let mark = |line: &str| line_mark(line, true, 0, &constructs(line));
        let title = |line: &str| match mark(line) {
            Some(LineMark::Titled(size, title, _)) if size == line.len() => line[title].to_owned(),
            other => panic!("{line}: {other:?}"),
        };
        for line in [
            ":::note A title",
            ":::note[A title]",
            ":::note[A title]{#id}",
            "::: tip A title {open}",
            "::: {.callout-note title=\"A title\"}",
            ":::: {.note} A title ::::",
            "!!! note \"A title\"",
            "/// note | A title",
        ] {
            assert_eq!(title(line), "A title", "{line}");
        }
        for line in [
            "::: note",
            "::: {.note}",
            ":::",
            "!!! note",
            "///",
            "/// note",
            "[TOC]",
            "{: .note}",
            "{{% notice %}}",
            "{% if a %}",
            "{{< a b=\"c\" >}}",
            "import X from 'y'",
            "export const a = 1",
            "<A b={1}>",
        ] {
            assert_eq!(mark(line), Some(LineMark::Whole(line.len())), "{line}");
        }
        assert_eq!(mark("*[HTML]: Hyper Text"), Some(LineMark::Prefix(9, true)));
        assert_eq!(mark(": Meaning"), Some(LineMark::Prefix(2, false)));
        assert_eq!(mark("[!tip]- Title"), Some(LineMark::Prefix(8, true)));
        for line in ["import the file", "export it", "| a | b |", "{{ x }} words", "words {: .c}"] {
            assert_eq!(mark(line), None, "{line}");
        }
        assert_eq!(json_bytes("{\n \"a\": {}\n}\n\nText"), 12);
    }
}
