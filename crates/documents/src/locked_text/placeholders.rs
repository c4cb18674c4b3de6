//! Placeholders, which programs replace in their texts: `%s`, `{name}`, `${x}`, `<x id="1"/>`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::limits;

/// A part of a text that is no prose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Must be in the translation unchanged.
    Locked,
    /// A start tag with its name.
    Open(String),
    Close(String),
    /// A line end.
    Break,
    /// A tag without content; `word` if it stands for a word.
    Void {
        word: bool,
    },
}

/// Every alternative ends at the characters that start one, so that finding all of them takes one pass. Tags have a
/// name or a number, and attributes; anything else between `<` and `>` is text. A space is no printf flag here, or
/// "50 % discount" would contain `% d`. The boundary is that of ASCII, since Unicode's is slow in all but English texts.
static MARKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?x)
        (?<tag> </?[A-Za-z0-9][A-Za-z0-9_:.-]*
            (?: \s+ [A-Za-z0-9_:.-]+ (?: \s*=\s* (?: "[^"<>]*" | '[^'<>]*' | [A-Za-z0-9_.-]+ ) )? )* \s* /? > )
        | (?<short> % [a-gi-km-z_][A-Za-z0-9_]{1,2} % ) (?: [\s.,;!?)"'/] | $ )
        | (?<locked>
            % [A-Z][A-Z0-9_]+ % | % [A-HJ-Za-z_][A-Za-z0-9_]{3,} %
          | % (?: [1-9][0-9]?\$ )? \x23@ [\w.-]+ @ | %arg(?-u:\b)
          | % (?: \([\w.-]+\) | \{[\w.-]+\} | [1-9][0-9]?\$ )? [-+\x230']* (?: [0-9]+ | \* )? (?: \. (?: [0-9]+ | \* ) )?
              (?: hh? | ll? | [Lqzjt] | I64 )? [diouxXeEfFgGaAcCsSpn@]
          | % [-_^]? [ABHILMYZbejmpy]
          | % \{ [\w.-]+ \} | %L?[1-9][0-9]? | %%
          | \{\{\{? [^{}\r\n]+ \}?\}\} | \{% [^{}\r\n]+ %\} | <% [^<>\r\n]+ %>
          | [$\x23] \{ [^{}\r\n]+ \} | @? \{ [\x20]? [\w$@.\[\]-]* [\x20]? (?: [,:|!] [^{}\r\n]* )? \}
          | % < [\w.-]+ > [0-9.]* [diouxXeEfgGcsp]?
          | \$t\( [^()\r\n]+ \) | \$ [A-Za-z_] \w* \$?
          | \$ [1-9] (?-u:\b) | @: [\w.]+ | [:@] [A-Za-z_][A-Za-z0-9_]* :?
          | __ [A-Za-z] [A-Za-z0-9_]*? __ | \[\[ [\w.-]+ \]\]
          | & [A-Za-z] [A-Za-z0-9_.-]* ;
        )"#,
    )
    .ok()
});

/// The marks of a text, in order and without overlap. Unpaired tags are locked: they are placeholders too.
pub(crate) fn find(text: &str) -> Vec<(Range<usize>, Mark)> {
    let Some(marks) = MARKS.as_ref() else { return Vec::new() };
    let mut found: Vec<(Range<usize>, Mark)> = Vec::new();
    for captures in marks.captures_iter(text) {
        if let Some(tag) = captures.name("tag") {
            found.push((tag.range(), tag_mark(tag.as_str())));
        } else if let Some(locked) = captures.name("short").or(captures.name("locked"))
            && is_placeholder(text, &locked.range())
        {
            found.push((locked.range(), Mark::Locked));
        }
    }
    lock_unpaired(&mut found);
    join_code(text, &mut found);
    found
}

/// Elements of HTML whose text is code.
const CODE: [&str; 5] = ["code", "kbd", "samp", "tt", "var"];

/// Makes one mark of an element of code in a line and its text.
fn join_code(text: &str, found: &mut Vec<(Range<usize>, Mark)>) {
    let mut joined: Vec<(Range<usize>, Mark)> = Vec::with_capacity(found.len());
    let mut marks = std::mem::take(found).into_iter();
    while let Some((range, mark)) = marks.next() {
        let name = match &mark {
            Mark::Open(name) if CODE.contains(&name.as_str()) => Mark::Close(name.clone()),
            _ => {
                joined.push((range, mark));
                continue;
            }
        };
        let rest = marks.as_slice();
        let end =
            rest.iter().position(|(_, other)| *other == name).and_then(|at| Some((at, rest.get(at)?.0.end)));
        let is_line =
            |end: usize| text.get(range.start..end).is_some_and(|code| !code.contains(['\r', '\n']));
        match end.filter(|(_, end)| is_line(*end)) {
            Some((at, end)) => {
                joined.push((range.start..end, Mark::Locked));
                marks.by_ref().take(at + 1).for_each(drop);
            }
            None => joined.push((range, mark)),
        }
    }
    *found = joined;
}

/// The placeholders that prose does not contain by chance: no tags or entities, and no braces with spaces between
/// them unless the braces are double or format a number or date.
pub(crate) fn find_in_prose(text: &str) -> Vec<Range<usize>> {
    let marks = if text.contains(['%', '{', '$', '@']) { find(text) } else { Vec::new() };
    let locked = marks.into_iter().filter(|(_, mark)| *mark == Mark::Locked).map(|(range, _)| range);
    let is_named = |range: &Range<usize>| {
        let text = text.get(range.clone()).unwrap_or_default();
        let formats = ["date", "duration", "number", "ordinal", "spellout", "time"];
        let format = text.split_once(',').and_then(|(_, format)| format.split([',', '}']).next());
        let is_named = text.starts_with("{{")
            || text.starts_with("{%")
            || !text.contains(char::is_whitespace)
            || format.is_some_and(|format| formats.contains(&format.trim()));
        !text.starts_with(['<', '&']) && !is_common(text) && is_named
    };
    locked.filter(is_named).collect()
}

/// Whether prose has such words too: Drupal's and Laravel's placeholders are like mentions and emoji, MediaWiki's
/// parameters like prices.
pub(crate) fn is_common(mark: &str) -> bool {
    let mut chars = mark.chars();
    match (chars.next(), chars.next()) {
        (Some(':' | '_' | '['), _) => true,
        (Some('@'), Some(c)) => c.is_alphabetic() || c == '_',
        (Some('$'), Some(c)) => c.is_ascii_digit(),
        _ => false,
    }
}

fn tag_mark(tag: &str) -> Mark {
    let inner = tag.trim_start_matches(['<', '/']);
    let end = inner.find(|c: char| c.is_whitespace() || "/>".contains(c)).unwrap_or(inner.len());
    let name = inner.get(..end).unwrap_or_default().to_owned();
    match () {
        () if tag.starts_with("</") => Mark::Close(name),
        () if name == "br" => Mark::Break,
        () if tag.ends_with("/>") || ["img", "hr", "wbr"].contains(&name.as_str()) => {
            Mark::Void { word: name == "img" }
        }
        () => Mark::Open(name),
    }
}

/// The conversions of `strftime` that printf does not have.
const DATES: &str = "ABHILMYZbejmpy";

/// Excludes false matches: a percentage followed by a word, a character reference.
fn is_placeholder(text: &str, range: &Range<usize>) -> bool {
    let mark = text.get(range.clone()).unwrap_or_default();
    let before = text.get(..range.start).and_then(|text| text.chars().next_back());
    let after = text.get(range.end..).and_then(|text| text.chars().next());
    if mark.starts_with('&') {
        let name = mark.trim_matches(['&', ';']);
        let inside_word = before.is_some_and(char::is_alphanumeric);
        return !inside_word && quick_xml::escape::resolve_html5_entity(name).is_none();
    }
    let is_date = mark.len() <= 3 && mark.starts_with('%') && mark.ends_with(|c| DATES.contains(c));
    if mark.starts_with('$') && before.is_some_and(char::is_alphanumeric) {
        return false;
    }
    if mark.starts_with([':', '@']) && !mark.starts_with("@:") && !mark.starts_with("@{") {
        let stands_apart = before.is_none_or(|c| c.is_whitespace() || "([\"'>„“»«|".contains(c));
        return stands_apart && !after.is_some_and(char::is_alphanumeric);
    }
    if mark.starts_with("__") {
        return !before.into_iter().chain(after).any(|c| c.is_alphanumeric() || c == '_');
    }
    // A price has decimals or thousands.
    if mark.starts_with('$') && mark.len() == 2 && after.is_some_and(|c| ".,".contains(c)) {
        let digit = text.get(range.end + 1..).and_then(|text| text.chars().next());
        return !digit.is_some_and(|c| c.is_ascii_digit());
    }
    let percentage = mark.starts_with('%') && before.is_some_and(|c| c.is_ascii_digit());
    !((percentage || is_date) && after.is_some_and(char::is_alphanumeric))
}

fn lock_unpaired(found: &mut [(Range<usize>, Mark)]) {
    let mut open: Vec<usize> = Vec::new();
    let mut paired = vec![false; found.len()];
    for at in 0..found.len() {
        match &found[at].1 {
            // Real texts open few; tags beyond the limit are locked.
            Mark::Open(_) if open.len() < limits::NESTING => open.push(at),
            Mark::Close(name) => {
                let same = |index: &usize| matches!(&found[*index].1, Mark::Open(other) if other == name);
                if let Some(depth) = open.iter().rposition(same) {
                    paired[open[depth]] = true;
                    paired[at] = true;
                    open.truncate(depth);
                }
            }
            _ => {}
        }
    }
    for ((_, mark), paired) in found.iter_mut().zip(paired) {
        if matches!(mark, Mark::Open(_) | Mark::Close(_)) && !paired {
            *mark = Mark::Locked;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locked(text: &str) -> Vec<&str> {
        let is_locked =
            |(range, mark): (Range<usize>, Mark)| (mark == Mark::Locked).then(|| text.get(range)).flatten();
        find(text).into_iter().filter_map(is_locked).collect()
    }

    #[test]
    fn placeholders_of_many_programs_are_found() {
        assert_eq!(
            locked(
                "%s %1$s %-5.2f %(name)s %{who} %@ %lld %1 %% %PATH% %APPDATA% {0} {} {name} {n, number} {{ user.name }} ${x} #{y} $t(key) $USER$ $name %<ort>s @:a.b &brand;"
            ),
            [
                "%s",
                "%1$s",
                "%-5.2f",
                "%(name)s",
                "%{who}",
                "%@",
                "%lld",
                "%1",
                "%%",
                "%PATH%",
                "%APPDATA%",
                "{0}",
                "{}",
                "{name}",
                "{n, number}",
                "{{ user.name }}",
                "${x}",
                "#{y}",
                "$t(key)",
                "$USER$",
                "$name",
                "%<ort>s",
                "@:a.b",
                "&brand;"
            ]
        );
    }

    #[test]
    fn placeholders_of_web_programs_are_found() {
        assert_eq!(
            locked(
                "%name% %count%, :name (:Count) :smile: __age__ [[page]] {{{raw}}} { x } {$y} {a[0].b} ${a(b)} <%= z %> @count $1, $2. %id%"
            ),
            [
                "%name%",
                "%count%",
                ":name",
                ":Count",
                ":smile:",
                "__age__",
                "[[page]]",
                "{{{raw}}}",
                "{ x }",
                "{$y}",
                "{a[0].b}",
                "${a(b)}",
                "<%= z %>",
                "@count",
                "$1",
                "$2",
                "%id%"
            ]
        );
        assert_eq!(
            locked("%name%s %s%s %ld%s %d%% %lld%% %s_%s"),
            ["%name%", "%s", "%s", "%ld", "%s", "%d", "%%", "%lld", "%%", "%s", "%s"]
        );
        assert_eq!(locked("<code a=\"b\">x %s</code> <b><kbd>y</kbd></b> <code>\n</code>").len(), 2);
    }

    #[test]
    fn parts_of_dates_are_placeholders() {
        assert_eq!(locked("%A, %-d. %B %Y, %H:%M Uhr"), ["%A", "%-d", "%B", "%Y", "%H", "%M"]);
    }

    #[test]
    fn words_are_not_placeholders() {
        assert_eq!(
            locked(
                "50 % discount, 100%ig, zu 100 %Bio, {two words}, a < b > c, R&D; 5%, &amp; $5.20 $10 A$AP US$ <- x ->, 12:30, a:b, Lehrer:innen, a@b, Note: x, :-) snake__case__x"
            ),
            [""; 0]
        );
    }

    #[test]
    fn pairs_of_tags_are_tags_and_lone_tags_are_locked() {
        let marks: Vec<Mark> =
            find("<b>a</b> <0>c</0> <x id=\"1\"/> <file> d</e>").into_iter().map(|(_, mark)| mark).collect();
        let (open, close) = (|name: &str| Mark::Open(name.into()), |name: &str| Mark::Close(name.into()));
        assert_eq!(
            marks,
            [
                open("b"),
                close("b"),
                open("0"),
                close("0"),
                Mark::Void { word: false },
                Mark::Locked,
                Mark::Locked
            ]
        );
    }
}
