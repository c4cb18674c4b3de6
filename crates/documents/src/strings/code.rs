//! Values of settings and message files that are code rather than text: formats of dates, styles, commands, queries,
//! expressions, paths.

mod styles;

use self::styles::{is_style, is_word_of};
use crate::locked_text::placeholders;

/// Whether a text with white space in it is code.
pub(crate) fn is_code(text: &str) -> bool {
    if is_command(text) {
        return true;
    }
    // Placeholders and tags of messages are code that says nothing about the words around them.
    let mut plain = String::new();
    let mut from = 0;
    for (mark, _) in placeholders::find(text) {
        plain.push_str(text.get(from..mark.start).unwrap_or_default());
        from = mark.end;
    }
    plain.push_str(text.get(from..).unwrap_or_default());
    // An expression of a workflow, with parts of names around it.
    let words = plain.split_whitespace().filter(|word| is_plain(word)).count();
    if text.contains("${{") && words < 2 && !text.starts_with(|c: char| c.is_ascii_uppercase()) {
        return true;
    }
    let text = plain.trim();
    is_date_format(text)
        || is_style(text)
        || is_schedule(text)
        || is_query(text)
        || is_pattern(text)
        || is_expression(text)
}

/// Whether the lines of a text are a script or the content of a settings file rather than prose.
pub(crate) fn is_script<'a>(lines: impl Iterator<Item = &'a str> + Clone) -> bool {
    let lines = lines.map(str::trim).filter(|line| !line.is_empty());
    let is_code_line = |line: &str| {
        let assigns = line.split_once('=').is_some_and(|(name, _)| {
            name.trim_end().bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
        });
        assigns || is_code(line) || (!line.contains(char::is_whitespace) && !super::is_prose(line))
    };
    let code = lines.clone().filter(|line| is_code_line(line)).count();
    // Comments of scripts.
    let notes = lines.clone().filter(|line| line.starts_with('#')).count();
    lines.clone().next().is_some_and(|first| first.starts_with("#!"))
        || (code > 0 && (code + notes) * 2 > lines.count())
}

/// The letters of formats of dates, in Java, .NET, Moment and Unicode.
const DATE_LETTERS: &str = "yYMLdDEehHkKmsSaAzZxXQqwWuGT";

/// `YYYY-MM-DD HH:mm`, `EEE, d. MMMM yyyy 'um' H:mm`: runs of equal letters, with text only in quotes or brackets.
pub(super) fn is_date_format(text: &str) -> bool {
    let mut plain = String::new();
    let mut close = None;
    for c in text.chars() {
        match (c, close) {
            (c, Some(end)) if c == end => close = None,
            (_, Some(_)) => {}
            ('\'', None) => close = Some('\''),
            ('[', None) => close = Some(']'),
            (c, None) => plain.push(c),
        }
    }
    let is_sign = |c: char| c.is_whitespace() || ".,:/-()年月日時分秒년월일시분초".contains(c);
    let runs: Vec<&str> = plain.split(is_sign).filter(|run| !run.is_empty()).collect();
    let is_equal = |run: &&str| {
        let run = run.strip_suffix('o').filter(|rest| matches!(*rest, "D" | "M" | "d")).unwrap_or(run);
        run.chars()
            .next()
            .is_some_and(|first| DATE_LETTERS.contains(first) && run.chars().all(|c| c == first))
    };
    let longest = runs.iter().map(|run| run.len()).max().unwrap_or(0);
    close.is_none() && runs.iter().all(is_equal) && longest >= if runs.len() > 1 { 2 } else { 3 }
}

/// A line of cron: five or six fields of numbers, signs and names of days or months.
fn is_schedule(text: &str) -> bool {
    let is_name = |part: &str| part.len() == 3 && part.bytes().all(|b| b.is_ascii_uppercase());
    let is_number = |part: &str| {
        let has_value = part.contains(['*', '?']) || part.bytes().any(|b| b.is_ascii_digit());
        has_value && part.bytes().all(|b| b.is_ascii_digit() || b"*/?#LW".contains(&b))
    };
    let is_field = |field: &str| field.split(['-', ',']).all(|part| is_name(part) || is_number(part));
    let call = ["cron(", "rate("].iter().any(|call| text.starts_with(call)) && text.ends_with(')');
    call || ((5..=6).contains(&text.split_whitespace().count())
        && text.contains('*')
        && text.split_whitespace().all(is_field))
}

/// A statement of SQL, which has signs besides its words.
fn is_query(text: &str) -> bool {
    let starts = [
        "select ",
        "insert into ",
        "update ",
        "delete from ",
        "create table ",
        "create index ",
        "alter table ",
        "drop table ",
        "with ",
    ];
    let lower = text.to_ascii_lowercase();
    let body = starts.iter().find_map(|start| lower.strip_prefix(start));
    let clause = [" from ", " set ", " values", " where ", "(", " add ", ";"];
    body.is_some_and(|body| {
        let named = body.contains(['=', '*', '(', ';', '_']);
        let keyed = clause.iter().any(|clause| body.contains(clause));
        let upper = text.split(' ').next().is_some_and(|word| word.bytes().all(|b| b.is_ascii_uppercase()));
        named && keyed && (upper || body.contains(['=', '*']))
    })
}

/// Programs whose names are no words of a text.
const PROGRAMS: &str = "apk apt apt-get awk bash bundle cargo chmod chown cmake composer curl docker docker-compose dotnet \
    eslint gcc git go gradle grep gulp helm java jest kubectl mkdir mvn mysql nginx node nodemon npm npx php pip pip3 pnpm \
    poetry prettier psql pytest python python3 rimraf rm rsync ruby rustup sed sh sudo systemctl terraform tsc uv vite \
    vitest webpack wget yarn";

/// Programs whose names are words, so that signs of a command must follow.
const WORDS_AND_PROGRAMS: &str = "cat cd copy cp cut date echo env exec exit export find head kill less ln ls make more \
    mv next ping ps set sleep sort source ssh tail tar test time touch unzip which zip";

/// What follows such a name.
const SUBCOMMANDS: &str = "apply build check checkout ci clean clone commit compile compose deploy dev \
    exec fetch format generate init install lint login logs migrate preview publish pull push release remove \
    restart run serve start stop sync test uninstall up update upgrade watch";

/// A line of a shell.
fn is_command(text: &str) -> bool {
    let mut words = text.split_whitespace().skip_while(|word| {
        *word == "sudo" || *word == "$" || word.split_once('=').is_some_and(|(name, _)| is_variable(name))
    });
    let Some(name) = words.next() else { return false };
    let second = words.next();
    let is_option = |word: &str| {
        word.strip_prefix('-')
            .is_some_and(|rest| rest.trim_start_matches('-').starts_with(|c: char| c.is_ascii_alphabetic()))
    };
    let is_sign = |word: &str| {
        is_option(word)
            || ["&&", "||", "|", ">", ">>", "<", ";", "2>&1", "\\"].contains(&word)
            || (word.len() > 1 && word.starts_with(['$', '/', '~', '"', '\'', '*']))
            || word.starts_with("./")
            || word.starts_with("../")
            || is_path(word)
    };
    let signs = text.split_whitespace().skip(1).any(is_sign);
    let is_local = name.starts_with("./") || (name.starts_with('/') && name.matches('/').count() > 1);
    let known = is_word_of(PROGRAMS, name);
    let options = text.split_whitespace().filter(|word| is_option(word)).count();
    let words = text.split_whitespace().count();
    // An unknown program, or options alone.
    let has_options =
        name.starts_with(|c: char| c.is_ascii_lowercase()) && options > 0 && (options > 1 || words < 4);
    let short = name.len() == 2 || name.starts_with("--") || name.bytes().any(|b| b.is_ascii_digit());
    has_options
        || (is_option(name) && short)
        || (known && !text.starts_with(name))
        || (known
            && (signs || second.is_some_and(|word| is_word_of(SUBCOMMANDS, word) || word.contains(':'))))
        || (is_word_of(WORDS_AND_PROGRAMS, name)
            && second.is_some_and(|word| word.len() > 1 && is_sign(word)))
        || (is_local && second.is_some())
        || text.contains(" && ")
        || text.contains(" || ")
        || text.contains("$(")
}

/// `contains(a.b, 'c')`.
fn is_call(text: &str) -> bool {
    let arguments = text.strip_suffix(')').and_then(|text| text.split_once('('));
    arguments.is_some_and(|(name, inner)| {
        name.len() > 2
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.:".contains(&b))
            && inner.contains(['\'', '"', '='])
    })
}

/// `NODE_ENV`.
pub(super) fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// A path with a file name: `src/index.js`, `**/*.ts`, `C:\Temp`.
fn is_path(word: &str) -> bool {
    let extension = word.rsplit_once('.').is_some_and(|(name, end)| {
        !name.is_empty()
            && (1..=5).contains(&end.len())
            && end.starts_with(|c: char| c.is_ascii_lowercase())
            && end.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            && name.bytes().all(|b| b.is_ascii_graphic())
            && name.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '*' || c == '_')
            && (name.contains(['/', '\\', '*', '_', '-']) || !is_abbreviation(word))
    });
    extension || word.contains("**/") || word.contains("/**") || word.get(1..3) == Some(":\\")
}

/// `z.B`, `e.g`: single letters with points.
fn is_abbreviation(word: &str) -> bool {
    word.split('.').all(|part| part.chars().count() <= 2)
}

/// A regular expression.
fn is_pattern(text: &str) -> bool {
    let marks = ["\\d", "\\w", "\\s", "(?:", "(?=", "(?!", "(?i)", "[a-z", "[A-Z", "[0-9", "[^"];
    let words = text.split_whitespace().filter(|word| is_plain(word)).count();
    words <= 2
        && (marks.iter().any(|mark| text.contains(mark)) || (text.starts_with('^') && text.ends_with('$')))
}

/// Whether a word is one of a text: letters, with punctuation around them or between two parts.
fn is_plain(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let is_part = |part: &str| !part.is_empty() && part.chars().all(char::is_alphabetic);
    let is_brand = word.starts_with(['i', 'e', 'm']) && word.chars().nth(1).is_some_and(char::is_uppercase);
    !word.is_empty()
        && (word.split(['-', '/', '\'', '’', '.', '&']).all(is_part) && !is_camel(word)
            || is_brand
            || is_abbreviation(word))
}

/// `camelCase`, from a lower-case letter on.
fn is_camel(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase())
        && word.as_bytes().windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
}

/// Whether a word is of a program's language by its signs.
fn is_technical_word(word: &str) -> bool {
    let word = word.trim_end_matches([',', ';']);
    let inner = |sign: char| word.trim_matches(sign).contains(sign) && word.is_ascii();
    let is_option = word.starts_with("--") && word.len() > 3;
    let media = ["application/", "audio/", "font/", "image/", "multipart/", "text/", "video/"];
    let is_pair = word.split_once('=').is_some_and(|(name, value)| {
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && !value.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    });
    word.is_ascii()
        && (is_option
            || is_pair
            || is_path(word)
            || is_variable_with_mark(word)
            || is_camel_call(word)
            || inner('_')
            || word.contains("::")
            || word.contains("://")
            || media.iter().any(|kind| word.starts_with(kind)))
}

/// `$HOME`, `$variable`.
fn is_variable_with_mark(word: &str) -> bool {
    word.strip_prefix('$').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// `camelCase`, `call()`, `a.b.c`.
fn is_camel_call(word: &str) -> bool {
    let is_brand = word.starts_with(['i', 'e', 'm']) && word.chars().nth(1).is_some_and(char::is_uppercase);
    (is_camel(word) && !is_brand) || word.contains("()")
}

/// Words with signs of programs, and no sentence around them.
fn is_expression(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let technical = words.iter().filter(|word| is_technical_word(word)).count();
    let plain = words.iter().filter(|word| is_plain(word) && !is_technical_word(word)).count();
    let operators = ["===", "!==", "==", "!=", "=>", ":=", "+="];
    let has_operator = words.iter().any(|word| operators.contains(word));
    is_call(text)
        || (technical > 0 && plain == 0)
        || (technical > 1 && technical >= 2 * plain)
        || (has_operator && plain <= 2)
}

#[cfg(test)]
mod tests;
