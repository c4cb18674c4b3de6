//! The marks of AsciiDoc: what starts an element on a line, and what is read as inline markup.

use std::sync::LazyLock;

use regex::Regex;

/// Marks that are read between words; doubled they are read anywhere.
pub(super) const CONSTRAINED: [&str; 4] = ["*", "_", "`", "#"];

/// Lines around blocks that are copied, by their first characters; a line has four or more of them.
const VERBATIM: [char; 4] = ['-', '.', '+', '/'];

/// Lines around blocks of paragraphs.
const PARSED: [char; 3] = ['=', '*', '_'];

/// Labels of notes.
const LABELS: [&str; 5] = ["NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION"];

/// Whether a character is part of a word.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether a constrained mark is read after a character.
pub(super) fn may_precede(mark: &str, c: char) -> bool {
    let prevents = match mark {
        "`" => "\"'`",
        "#" => "&",
        _ => "",
    };
    !is_word(c) && !";:}".contains(c) && !prevents.contains(c)
}

/// Whether a constrained mark is read before a character.
pub(super) fn may_follow(mark: &str, c: char) -> bool {
    let prevents = if mark == "`" { "\"'`" } else { "" };
    !is_word(c) && !prevents.contains(c)
}

/// Whether a character beside old code, `` `code` ``, keeps it from being read.
pub(super) fn touches_old_code(c: char) -> bool {
    is_word(c) || c == '`'
}

/// Whether text is read between single marks: it neither starts nor ends with a space.
pub(super) fn is_single(inner: &str) -> bool {
    !inner.is_empty() && !inner.starts_with(char::is_whitespace) && !inner.ends_with(char::is_whitespace)
}

/// Bytes of a character reference at the start of a text.
pub(super) fn reference(text: &str) -> Option<usize> {
    let name = text.strip_prefix('&')?;
    let size = name.bytes().take(10).take_while(|b| b.is_ascii_alphanumeric() || *b == b'#').count();
    (size > 1 && name.get(size..)?.starts_with(';')).then_some(size + 2)
}

/// Bytes of an attribute reference, `{name}`, at the start of a text.
pub(super) fn attribute(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('{')?;
    let size = inner.find(|c: char| !(is_word(c) || "-:".contains(c)))?;
    let is_name = inner.starts_with(is_word) && inner.get(size..)?.starts_with('}');
    is_name.then_some(size + 2)
}

/// Bytes of the role before a mark, `[.name]#`, at the start of a text.
pub(super) fn role(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('[')?;
    let size = inner.find(|c: char| c.is_whitespace() || "[]".contains(c)).filter(|size| *size > 0)?;
    let after = inner.get(size..)?.strip_prefix(']')?;
    (after.starts_with(['*', '_', '`', '#', '^', '~'])).then_some(size + 2)
}

/// The bytes before the text of a list's item.
pub(super) fn item(line: &str) -> Option<usize> {
    let text = line.trim_start();
    let indent = line.len() - text.len();
    let first = text.chars().next()?;
    let size = match first {
        '*' | '.' => text.bytes().take_while(|b| *b == first as u8).count(),
        '-' | '•' => first.len_utf8(),
        '<' => 1 + text.get(1..)?.find('>').filter(|size| text.get(1..=*size).is_some_and(is_callout))? + 1,
        _ => {
            let size = text.bytes().take_while(u8::is_ascii_alphanumeric).count();
            let number = text.get(..size)?;
            let is_letter = number.len() == 1 && first.is_ascii_alphabetic();
            let is_roman = !number.is_empty() && number.chars().all(|c| "ivxIVX".contains(c));
            let is_digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
            match text.get(size..)?.chars().next()? {
                '.' if is_digits || is_letter => size + 1,
                ')' if is_roman => size + 1,
                _ => return None,
            }
        }
    };
    let rest = text.get(size..).filter(|rest| rest.starts_with([' ', '\t']))?.trim_start();
    (!rest.is_empty()).then(|| indent + text.len() - rest.len())
}

fn is_callout(number: &str) -> bool {
    number == "." || (!number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

static TERM: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\s*(\S.*?|\S)(:::{0,2}|;;)(?:\s+|$)").ok());

/// The bytes of a described term, and the bytes before its description.
pub(super) fn term(line: &str) -> Option<(usize, usize)> {
    if !line.contains("::") && !line.contains(";;") {
        return None;
    }
    let found = TERM.as_ref()?.captures(line)?;
    let is_term = !found.get(1)?.as_str().ends_with([':', ';']) && !line.trim_start().starts_with("//");
    is_term.then_some((found.get(1)?.end(), found.get(0)?.end()))
}

/// Bytes before the text of a section's title.
pub(super) fn title(line: &str) -> Option<usize> {
    let mark = line.chars().next().filter(|c| *c == '=' || *c == '#')?;
    let size = line.bytes().take_while(|b| *b == mark as u8).count();
    let rest = line.get(size..).filter(|rest| rest.starts_with([' ', '\t']))?.trim_start();
    (size <= 6 && !rest.is_empty()).then(|| line.len() - rest.len())
}

/// Whether a line starts or ends a block that is copied, with its fence as it must end.
pub(super) fn verbatim(line: &str) -> bool {
    let fence = line.starts_with("```") && line.trim_start_matches('`').chars().all(is_word);
    fence || VERBATIM.iter().any(|mark| is_line_of(line, *mark, 4))
}

/// Whether a line starts or ends a block of paragraphs.
pub(super) fn parsed(line: &str) -> bool {
    line == "--" || PARSED.iter().any(|mark| is_line_of(line, *mark, 4))
}

/// Whether a line starts or ends a table of this mark.
pub(super) fn table(line: &str) -> Option<char> {
    let mark = line.chars().next().filter(|mark| "|!,:".contains(*mark))?;
    line.get(1..).filter(|rest| is_line_of(rest, '=', 3)).map(|_| mark)
}

/// Whether a line consists of at least `least` of a character.
pub(super) fn is_line_of(line: &str, mark: char, least: usize) -> bool {
    line.len() >= least && line.chars().all(|c| c == mark)
}

/// Whether a line is a rule or a page break.
pub(super) fn is_break(line: &str) -> bool {
    is_line_of(line, '\'', 3) || is_line_of(line, '<', 3) || is_markdown_break(line)
}

/// Whether a line is a rule of Markdown: three equal marks, equally spaced.
fn is_markdown_break(line: &str) -> bool {
    let Some(mark) = line.chars().next().filter(|mark| "-*_".contains(*mark)) else { return false };
    let gaps: Vec<&str> = line.split(mark).collect();
    let spaces = gaps.get(1).is_some_and(|gap| gap.bytes().all(|b| b == b' '));
    matches!(gaps.as_slice(), ["", one, other, ""] if one == other && spaces)
}

/// Whether a line begins a quotation as in Markdown.
pub(super) fn is_quotation(line: &str) -> bool {
    line.starts_with("> ")
}

/// Whether a line is read before the text: a comment, a condition, an inclusion.
pub(super) fn is_directive(line: &str) -> bool {
    let comment = line.starts_with("//") && !line.starts_with("///");
    comment
        || ["include::", "ifdef::", "ifndef::", "ifeval::", "endif::"]
            .iter()
            .any(|name| line.starts_with(name))
}

/// Whether a line holds the attributes or the anchor of the block after it.
pub(super) fn is_attributes(line: &str) -> bool {
    let starts = |c: char| c.is_alphanumeric() || ".#%{,\"'[_".contains(c);
    line.strip_prefix('[').is_some_and(|inner| inner.starts_with(starts) && inner.ends_with(']'))
}

/// The name of a block macro, and the bytes of its bracketed attributes.
pub(super) fn block_macro(line: &str) -> Option<(&str, usize)> {
    let (name, rest) = line.split_once("::")?;
    let open = rest.find('[')?;
    let is_name = name.starts_with(is_word) && name.chars().all(|c| is_word(c) || c == '-');
    let target = rest.get(..open)?;
    (is_name && line.ends_with(']') && !target.starts_with(char::is_whitespace))
        .then(|| (name, name.len() + 3 + open))
}

/// The name of an attribute that a line sets, and the bytes before its value.
pub(super) fn entry(line: &str) -> Option<(&str, usize)> {
    let (name, value) = line.strip_prefix(':')?.split_once(':')?;
    let is_name = !name.is_empty() && name.chars().all(|c| is_word(c) || "-!".contains(c));
    (is_name && (value.is_empty() || value.starts_with([' ', '\t'])))
        .then(|| (name, line.len() - value.trim_start().len()))
}

/// Bytes before the text of a note, `NOTE: text`.
pub(super) fn label(line: &str) -> Option<usize> {
    let (label, text) = line.split_once(':')?;
    (LABELS.contains(&label) && text.starts_with([' ', '\t'])).then(|| line.len() - text.trim_start().len())
}

/// Whether a line would be read as something else than the text of a paragraph; `first` if it is its first line.
pub(super) fn starts_block(line: &str, first: bool) -> bool {
    let block_title =
        || line.starts_with('.') && !line.starts_with("...") && line.chars().nth(1).is_some_and(|c| c != ' ');
    verbatim(line)
        || parsed(line)
        || table(line).is_some()
        || is_break(line)
        || is_directive(line)
        || is_attributes(line)
        || item(line).is_some()
        || term(line).is_some()
        || line == "+"
        || line.ends_with(" +")
        // The name of somebody who is quoted.
        || (!first && line.starts_with("-- "))
        || (first
            && (is_quotation(line) || title(line).is_some()
                || label(line).is_some()
                || entry(line).is_some()
                || block_macro(line).is_some()
                || block_title()))
}
