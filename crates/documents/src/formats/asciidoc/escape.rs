//! Escapes plain text so that AsciiDoc reads exactly that text: by character references, as a backslash is shown where no
//! markup follows.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::marks::{self, may_follow, may_precede};

/// Where text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AsciiDocText {
    /// A paragraph; `linked` if it holds links, whose text is an attribute.
    Paragraph { linked: bool },
    /// Text on one line after a marker, such as a title.
    Line { linked: bool },
    /// A cell of a table.
    Cell { linked: bool },
    /// A title with a line of this character below it.
    Underlined { mark: char, crlf: bool },
    /// The text of a macro, between its brackets.
    Bracketed,
    /// A value in a list of attributes.
    Attribute,
}

/// The rules of quotation marks and code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quotes {
    /// Those of Asciidoctor.
    Current,
    /// Those of AsciiDoc.py, which hold in a document whose title is underlined, or with `:compat-mode:`.
    Old,
}

/// Escapes text that would be inline markup. With `bare`, all ASCII punctuation is escaped.
pub(crate) fn text(place: AsciiDocText, quotes: Quotes, text: &str, bare: bool) -> String {
    use AsciiDocText::{Attribute, Bracketed, Cell, Line, Paragraph};
    let linked = matches!(
        place,
        Bracketed | Attribute | Paragraph { linked: true } | Line { linked: true } | Cell { linked: true }
    );
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    for (at, c) in text.char_indices() {
        let rest = text.get(at..).unwrap_or_default();
        let after = rest.chars().nth(1);
        let is_word = |c: Option<char>| c.is_some_and(marks::is_word);
        let is_blank = |c: Option<char>| c == Some(' ');
        let lone = || text.matches(c).nth(1).is_none();
        let marked = match c {
            '&' => marks::reference(rest).is_some(),
            _ if bare => c.is_ascii_punctuation() && c != ';',
            _ if place == Attribute => "],\"=".contains(c),
            '*' => !(is_blank(before) && is_blank(after)),
            '`' | '\\' => true,
            '\'' => quotes == Quotes::Old && !(is_word(before) && is_word(after)),
            '_' => !(is_word(before) && is_word(after)),
            '#' | '^' | '~' => {
                let is_lone = is_blank(before) && is_blank(after);
                let is_inside = lone() && before.is_some() && after.is_some();
                !is_lone && !is_inside
            }
            '+' => is_blank(before) || !lone() || after.is_none(),
            '{' => marks::attribute(rest).is_some(),
            '<' => rest.starts_with("<<") || before == Some('<'),
            '(' => rest.starts_with("((") || before == Some('('),
            ':' => before == Some(':') || is_macro(text, at),
            ';' => before == Some(';'),
            '[' => {
                before.is_some_and(|c| !c.is_whitespace())
                    || rest.starts_with("[[")
                    || marks::role(rest).is_some()
            }
            '|' => matches!(place, Cell { .. }),
            ']' | '=' => linked,
            _ => false,
        };
        if !marked {
            out.push(c);
        } else if c == '&' {
            out.push_str("&amp;");
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "&#{};", c as u32);
        }
        before = Some(c);
    }
    out
}

/// Bytes of a macro's target that are looked at.
const TARGET_BYTES: usize = 1000;

/// Whether the colon at a byte is the one of an inline macro, `name:target[`.
fn is_macro(text: &str, at: usize) -> bool {
    let (before, after) = text.split_at_checked(at).unwrap_or_default();
    let target = after.get(1..).unwrap_or_default();
    let target = target.get(..target.floor_char_boundary(TARGET_BYTES)).unwrap_or_default();
    let end = target.find(|c: char| c.is_whitespace() || c == '[').unwrap_or(target.len());
    before.ends_with(char::is_alphanumeric) && target.get(end..).is_some_and(|rest| rest.starts_with('['))
}

/// A written line whose first character is a reference where the line would begin another element.
pub(crate) fn line_start(line: String, first: bool) -> String {
    if !marks::starts_block(&line, first) {
        return line;
    }
    let mut chars = line.chars();
    match chars.next() {
        // A letter or digit cannot mislead, but the mark after it can.
        Some(c) if c.is_alphanumeric() => {
            let at = line.find(|c: char| !c.is_alphanumeric()).unwrap_or(0);
            let (start, rest) = line.split_at_checked(at).unwrap_or_default();
            let mut rest = rest.chars();
            let mark = rest.next().map_or(0, |c| c as u32);
            format!("{start}&#{mark};{}", rest.as_str())
        }
        Some(c) => format!("&#{};{}", c as u32, chars.as_str()),
        None => line,
    }
}

/// The whole written text, with what belongs around it.
pub(crate) fn finish(place: AsciiDocText, written: String) -> String {
    let AsciiDocText::Underlined { mark, crlf } = place else { return written };
    let title = written.rsplit('\n').next().unwrap_or_default();
    let line = mark.to_string().repeat(title.chars().count());
    format!("{written}{}{line}", if crlf { "\r\n" } else { "\n" })
}

/// Marks that are read beside these characters: doubled ones inside a word.
pub(crate) fn pair<'a>(
    (open, close): (&'a str, &'a str),
    around: (Option<char>, Option<char>),
) -> (Cow<'a, str>, Cow<'a, str>) {
    if let Some(role) = open.strip_suffix('\'').filter(|_| close == "'" && !is_apart("'", around)) {
        return (format!("{role}__").into(), "__".into());
    }
    let single = marks::CONSTRAINED.iter().find(|mark| **mark == close && open.ends_with(**mark));
    let single = single.filter(|mark| !open.ends_with(&mark.repeat(2)));
    match single {
        Some(mark) if !is_apart(mark, around) => (format!("{open}{mark}").into(), mark.repeat(2).into()),
        _ => (open.into(), close.into()),
    }
}

/// A locked text as it is read beside these characters; code is in the block's text between single marks.
pub(crate) fn locked(quotes: Quotes, text: &str, around: (Option<char>, Option<char>)) -> String {
    let Some(inner) = text.strip_prefix('`').and_then(|text| text.strip_suffix('`')) else {
        return text.to_owned();
    };
    match quotes {
        Quotes::Current if !is_apart("`", around) || !marks::is_single(inner) => format!("``{inner}``"),
        Quotes::Old if [around.0, around.1].into_iter().flatten().any(marks::touches_old_code) => {
            format!("{{empty}}{text}{{empty}}")
        }
        _ => text.to_owned(),
    }
}

/// Whether single marks are read between two characters.
fn is_apart(mark: &str, (before, after): (Option<char>, Option<char>)) -> bool {
    before.is_none_or(|c| may_precede(mark, c) && !REFERENCES.contains(c))
        && after.is_none_or(|c| may_follow(mark, c))
}

/// Characters that may be written as references, which end with a semicolon.
const REFERENCES: &str = "]=*`_#^~+|\\";

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: AsciiDocText = AsciiDocText::Paragraph { linked: false };

    #[test]
    fn only_what_would_be_markup_is_escaped() {
        let escaped = |line: &str| text(PLACE, Quotes::Current, line, false);
        let plain = "2 * 3 = 6, snake_case, a < b, AT&T, [sic] (c) C# and 50 % (x): y; z";
        assert_eq!(escaped(plain), plain);
        assert_eq!(
            escaped("*a* `b` {c} <<d>> &amp; e::"),
            "&#42;a&#42; &#96;b&#96; &#123;c} &#60;&#60;d>> &amp;amp; e:&#58;"
        );
        assert_eq!(escaped("x http://a[b] _c_"), "x http&#58;//a&#91;b] &#95;c&#95;");
    }

    #[test]
    fn old_quotes_are_escaped_beside_words() {
        assert_eq!(text(PLACE, Quotes::Old, "don't 'do' it", false), "don't &#39;do&#39; it");
        assert_eq!(pair(("'", "'"), (Some('は'), Some(' '))), ("__".into(), "__".into()));
        assert_eq!(locked(Quotes::Old, "`a`", (Some('"'), Some('"'))), "`a`");
        assert_eq!(locked(Quotes::Old, "`a`", (Some('は'), None)), "{empty}`a`{empty}");
    }

    #[test]
    fn line_starts_are_escaped() {
        for (line, escaped) in [
            ("- a", "&#45; a"),
            ("1. Mai", "1&#46; Mai"),
            ("NOTE: x", "NOTE&#58; x"),
            ("= a", "&#61; a"),
            (".Titel", "&#46;Titel"),
            ("// x", "&#47;/ x"),
            ("[x]", "&#91;x]"),
            ("3.5, -5, a. b", "3.5, -5, a. b"),
        ] {
            assert_eq!(line_start(line.to_owned(), true), escaped);
        }
    }

    #[test]
    fn marks_inside_of_words_are_doubled() {
        assert_eq!(pair(("*", "*"), (Some('は'), Some(' '))), ("**".into(), "**".into()));
        assert_eq!(pair(("*", "*"), (Some(' '), None)), ("*".into(), "*".into()));
        assert_eq!(locked(Quotes::Current, "`a`", (Some('は'), None)), "``a``");
    }
}
