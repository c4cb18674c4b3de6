//! Whether a text without a format of its own is prose, or something that a program reads.

/// Lines of a text that are looked at: the start shows what a file is.
const LINES: usize = 2000;

/// Bytes of a line that are looked at.
const LINE_BYTES: usize = 400;

/// Words that begin a line of a program, where marks of programs follow.
const KEYWORDS: &str = "alias assert async await begin break case class const continue def default defmodule del do \
     elif else elsif end endif enum esac except export extern extends fi final finally fn for \
     foreach from func function global goto if impl implements import include inline int interface \
     lambda let local match mod module namespace new package pass private protected pub public raise \
     require return set static struct sub switch template then throw trait try type typedef union \
     unless unsafe until use using val var virtual void volatile when where while with yield";

/// First words of statements of SQL and of build files, which are written in capitals.
const STATEMENTS: &str = "ADD ALTER ARG BEGIN CMD COMMIT COPY CREATE DELETE DROP ENDIF ENTRYPOINT ENV EXPOSE FROM GRANT \
     GROUP IF INSERT LABEL ORDER PRIMARY RUN SELECT SET UPDATE USER VALUES VOLUME WHERE WORKDIR";

/// What a line is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Prose,
    Code,
    /// Neither: without words, or a comment or heading.
    Either,
}

/// Whether a text is for people: of the lines with words, more than a fifth are prose; with `doubt`, three quarters.
pub(crate) fn is_prose(text: &str, doubt: bool) -> bool {
    let (mut prose, mut code) = (0_usize, 0_usize);
    for line in text.lines().take(LINES) {
        match kind(line) {
            Line::Prose => prose += 1,
            Line::Code => code += 1,
            Line::Either => {}
        }
    }
    if doubt { code * 3 <= prose } else { code == 0 || code < prose * 4 }
}

fn kind(line: &str) -> Line {
    let line = line.trim();
    let line = line.get(..line.floor_char_boundary(LINE_BYTES)).unwrap_or_default();
    if !line.contains(char::is_alphabetic) {
        return if line.contains(['{', '}', ';', '(', ')']) && line.len() < 4 {
            Line::Code
        } else {
            Line::Either
        };
    }
    if let Some(comment) = line.strip_prefix("//")
        && words(comment) > 3
    {
        return Line::Either;
    }
    if ["//", "/*", "*/", "<!--", "#!", "#include", "#define", "#if", "@import", "<?", "\\begin{"]
        .iter()
        .any(|start| line.starts_with(start))
    {
        return Line::Code;
    }
    // A comment or a heading; an item of a list; the address of a link.
    if line.starts_with(['#', '*'])
        || (line.starts_with("- ") && words(line) < 4)
        || (line.starts_with('[') && line.contains("]: "))
    {
        return Line::Either;
    }
    // The time of a message in a chat.
    let said = line.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(line, |(_, said)| said);
    let letters = said.chars().filter(|c| c.is_alphabetic()).count();
    let marks = said.chars().filter(|c| "{}[]()<>=;$_\\|&*+#@%^~`/".contains(*c)).count();
    let words = words(line);
    if is_markup(line) || is_assignment(line) {
        return Line::Code;
    }
    let first = line.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    let ends_open = line.ends_with(['{', '}', '\\']) || line.ends_with("=>") || line.ends_with("->");
    let ends_statement = line.ends_with([';', ',', ':', '(', '[', ']', ')']);
    let starts_statement =
        [KEYWORDS, STATEMENTS].iter().any(|words| words.split(' ').any(|word| word == first));
    if ends_open || (starts_statement && (ends_statement || marks > 1) && words < 8) {
        return Line::Code;
    }
    if line.ends_with(';') && (marks > 1 || words < 2) {
        return Line::Code;
    }
    // Code has a mark for each few letters; a sentence that names a function has many letters.
    let dense = marks * 5 > letters && marks > 1;
    if dense && words < 8 { Line::Code } else { Line::Prose }
}

/// Words of letters alone, as sentences have; each character of a script without spaces counts as half a word.
fn words(line: &str) -> usize {
    let plain = |word: &&str| {
        let word = word.trim_matches(|c: char| ".,;:!?()\"'“”„‚‘’«»…".contains(c));
        !word.is_empty() && word.chars().all(|c| c.is_alphabetic() || "-'’".contains(c))
    };
    let unspaced =
        line.chars().filter(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}')).count();
    line.split_whitespace().filter(plain).count() + unspaced / 2
}

/// Whether a line begins with a tag: `<p>`, `</p>`, `<x:y a="b"`.
fn is_markup(line: &str) -> bool {
    let name = line.strip_prefix('<').map(|rest| rest.strip_prefix('/').unwrap_or(rest)).unwrap_or_default();
    let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || "-_:.".contains(c))).unwrap_or(name.len());
    let rest = name.get(end..).unwrap_or_default();
    end > 0
        && (rest.starts_with('>') || rest.starts_with("/>") || (rest.starts_with(' ') && rest.contains('=')))
}

/// Whether a line assigns a value to a name: `name = value`, `a.b: "value"`, `"name": value`, `'name' => value`.
fn is_assignment(line: &str) -> bool {
    let quoted = line.starts_with(['"', '\'']);
    let body = line.trim_start_matches(['"', '\'', '$', '@', '-', '.']);
    let end = body.find(|c: char| !(c.is_alphanumeric() || "_.-/[]$*".contains(c))).unwrap_or(body.len());
    let rest = body.get(end..).unwrap_or_default().trim_start_matches(['"', '\'']).trim_start();
    let assigns = ["=>", "= ", ":=", "+=", "==", "?="].iter().any(|mark| rest.starts_with(mark))
        || rest.starts_with('=');
    let keyed = rest.starts_with(':')
        && (quoted
            || rest
                .get(1..)
                .is_some_and(|value| value.trim_start().starts_with(['"', '\'', '{', '[', '|', '$'])));
    end > 0 && (assigns || keyed)
}
