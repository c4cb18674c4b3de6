//! Divides LaTeX into tokens: commands, groups, formulas, verbatim text, comments.

use std::ops::Range;

use super::commands::{is_definition, is_raw};
use crate::{Error, Result};

/// A token.
#[derive(Debug)]
pub(super) struct Token {
    pub kind: TokenKind,
    /// Bytes of the document.
    pub range: Range<usize>,
}

/// The kind of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    Text,
    /// An empty line.
    Paragraph,
    /// A command without its arguments; its name is what follows the backslash.
    Command,
    /// A brace with the index of its partner.
    Open(usize),
    Close(usize),
    OpenBracket,
    CloseBracket,
    /// A formula or verbatim text inside a line.
    Locked,
    /// A formula or verbatim text of its own, a definition.
    Copied,
    /// A comment with the line end after it.
    Comment,
    /// `&` between cells.
    Cell,
    Tie,
}

/// Bytes of a text in which a formula in a line must end.
const LINE_SEARCH: usize = 1 << 16;

/// What declares that bars enclose verbatim text.
const BARS: [&str; 5] = ["\\MakeShortVerb", "{ltxdoc}", "{ltxguide}", "{ltnews}", "{l3doc}"];

/// Bytes of an environment's name.
const NAME_BYTES: usize = 64;

/// The tokens of the text in `range`.
///
/// # Errors
/// When a brace, a formula or verbatim text is not closed.
pub(super) fn tokens(source: &str, range: Range<usize>) -> Result<Vec<Token>> {
    let bars = BARS.iter().any(|declared| source.contains(declared));
    let mut lexer =
        Lexer { source, at: range.start, end: range.end, bars, tokens: Vec::new(), open: Vec::new() };
    while lexer.at < range.end {
        lexer.next()?;
    }
    match lexer.open.last().and_then(|index| lexer.tokens.get(*index)) {
        Some(open) => Err(lexer.unclosed(open.range.start)),
        None => Ok(lexer.tokens),
    }
}

struct Lexer<'a> {
    source: &'a str,
    at: usize,
    end: usize,
    /// Whether `|code|` is verbatim text.
    bars: bool,
    tokens: Vec<Token>,
    /// Indices of the braces that are open.
    open: Vec<usize>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.source.get(self.at..self.end).unwrap_or_default()
    }

    fn unclosed(&self, at: usize) -> Error {
        Error::Unclosed { line: 1 + self.source.get(..at).map_or(0, |read| read.matches('\n').count()) }
    }

    fn push(&mut self, kind: TokenKind, size: usize) {
        let range = self.at..(self.at + size).min(self.end);
        self.at = range.end;
        self.tokens.push(Token { kind, range });
    }

    fn next(&mut self) -> Result<()> {
        let rest = self.rest();
        let Some(c) = rest.chars().next() else { return Ok(()) };
        match c {
            '\\' => return self.command(),
            '{' => {
                self.open.push(self.tokens.len());
                self.push(TokenKind::Open(0), 1);
            }
            '}' => {
                let (index, here) = (self.tokens.len(), self.at);
                let partner = self.open.pop().ok_or_else(|| self.unclosed(here))?;
                self.tokens.get_mut(partner).into_iter().for_each(|open| open.kind = TokenKind::Open(index));
                self.push(TokenKind::Close(partner), 1);
            }
            '[' => self.push(TokenKind::OpenBracket, 1),
            ']' => self.push(TokenKind::CloseBracket, 1),
            '&' => self.push(TokenKind::Cell, 1),
            '~' => self.push(TokenKind::Tie, 1),
            '|' if self.bars => {
                let line = rest.split('\n').next().unwrap_or_default();
                let size = line.get(1..).and_then(|line| line.find('|')).map(|at| at + 2);
                self.push(
                    if size.is_some() { TokenKind::Locked } else { TokenKind::Text },
                    size.unwrap_or(1),
                );
            }
            '$' if rest.starts_with("$$") => return self.formula("$$", TokenKind::Copied),
            '$' => return self.formula("$", TokenKind::Locked),
            '%' => {
                let size = rest.find('\n').map_or(rest.len(), |at| at + 1);
                self.push(TokenKind::Comment, size);
                // The line end belongs to the comment, so an empty line after it starts here.
                let next = self.rest();
                let blank = next.len() - next.trim_start_matches([' ', '\t', '\r']).len();
                if next.get(blank..).is_some_and(|next| next.starts_with('\n')) {
                    self.push(TokenKind::Paragraph, blank + 1);
                }
            }
            '\n' => {
                let blank = rest.len() - rest.trim_start().len();
                let lines = rest.get(..blank).unwrap_or_default().matches('\n').count();
                self.push(if lines > 1 { TokenKind::Paragraph } else { TokenKind::Text }, blank);
            }
            _ => {
                let ends = |c: char| "\\{}[]&~$%\n".contains(c) || (c == '|' && self.bars);
                let size = rest.find(ends).unwrap_or(rest.len());
                self.push(TokenKind::Text, size);
            }
        }
        Ok(())
    }

    /// A formula between equal marks.
    fn formula(&mut self, mark: &str, kind: TokenKind) -> Result<()> {
        let rest = self.rest();
        let mut depth = 0_usize;
        let mut from = mark.len();
        while let Some(at) =
            rest.get(from..).and_then(|rest| rest.find(['\\', '{', '}', '$'])).map(|at| from + at)
        {
            let tail = rest.get(at..).unwrap_or_default();
            match tail.as_bytes().first() {
                Some(b'{') => depth += 1,
                Some(b'}') => depth = depth.checked_sub(1).ok_or_else(|| self.unclosed(self.at))?,
                Some(b'$') if depth == 0 && tail.starts_with(mark) => {
                    self.push(kind, at + mark.len());
                    return Ok(());
                }
                Some(b'\\') => from = at + 1 + tail.chars().nth(1).map_or(0, char::len_utf8),
                _ => {}
            }
            from = from.max(at + 1);
            if from > LINE_SEARCH {
                break;
            }
        }
        Err(self.unclosed(self.at))
    }

    /// Everything up to `close`.
    fn until(&mut self, close: &str, kind: TokenKind) -> Result<()> {
        let size = self.rest().get(2..).and_then(|rest| rest.find(close)).map(|at| at + 2 + close.len());
        let size = size.ok_or_else(|| self.unclosed(self.at))?;
        self.push(kind, size);
        Ok(())
    }

    fn command(&mut self) -> Result<()> {
        let rest = self.rest();
        let name = command_name(rest);
        let size = 1 + name.len();
        let tail = rest.get(size..).unwrap_or_default();
        match name {
            "(" => return self.until("\\)", TokenKind::Locked),
            "[" => return self.until("\\]", TokenKind::Copied),
            "verb" | "verb*" | "Verb" | "lstinline" | "mintinline" => return self.verb(name, size),
            "iffalse" => return self.until("\\fi", TokenKind::Copied),
            "begin" => {
                let tail = tail.trim_start_matches([' ', '\t']);
                let name = tail.get(1..tail.floor_char_boundary(NAME_BYTES)).unwrap_or_default();
                let environment = name.split('}').next().unwrap_or_default();
                if is_raw(environment) {
                    return self.until(&format!("\\end{{{environment}}}"), TokenKind::Copied);
                }
            }
            _ if is_definition(name) => {
                let size = self.definition(size).ok_or_else(|| self.unclosed(self.at))?;
                self.push(TokenKind::Copied, size);
                return Ok(());
            }
            _ => {}
        }
        // The slides on which a command of beamer has its effect.
        let overlay = tail.strip_prefix('<').filter(|_| name.starts_with(|c: char| c.is_ascii_alphabetic()));
        let overlay =
            overlay.and_then(|tail| tail.find(|c: char| !(c.is_ascii_digit() || "-+,|@.".contains(c))));
        let overlay =
            overlay.filter(|end| *end > 0 && tail.get(end + 1..).is_some_and(|tail| tail.starts_with('>')));
        self.push(TokenKind::Command, size + overlay.map_or(0, |end| end + 2));
        Ok(())
    }

    /// Code in a line: between two equal characters or in braces.
    fn verb(&mut self, name: &str, size: usize) -> Result<()> {
        let rest = self.rest();
        let skip = |from: usize, open: char, close: char| {
            let tail = rest.get(from..)?.strip_prefix(open)?;
            Some(from + tail.find(close)? + 2)
        };
        let mut from = skip(size, '[', ']').unwrap_or(size);
        if name == "mintinline" {
            from = skip(from, '{', '}').unwrap_or(from);
        }
        let tail = rest.get(from..).unwrap_or_default();
        let mark = tail.chars().next().filter(|mark| !mark.is_alphanumeric() && !mark.is_whitespace());
        let line = tail.split('\n').next().unwrap_or_default();
        let end = match mark {
            Some('{') if !name.starts_with(['v', 'V']) => braces(tail),
            Some(mark) => line
                .get(mark.len_utf8()..)
                .and_then(|rest| rest.find(mark))
                .map(|at| at + 2 * mark.len_utf8()),
            None => None,
        };
        let end = end.ok_or_else(|| self.unclosed(self.at))?;
        self.push(TokenKind::Locked, from + end);
        Ok(())
    }

    /// Bytes of the definition of a command, whose parts may be unbalanced environments.
    fn definition(&self, size: usize) -> Option<usize> {
        let rest = self.rest();
        let is_def = command_name(rest).ends_with("def");
        let mut at = size;
        let mut groups = 0;
        loop {
            let tail = rest.get(at..)?;
            let blank = tail.len() - tail.trim_start_matches([' ', '\t', '\r', '\n']).len();
            if tail.get(..blank)?.matches('\n').nth(1).is_some() && groups > 0 {
                return Some(at);
            }
            let next = tail.get(blank..)?;
            match next.chars().next() {
                Some('{') => {
                    at += blank + braces(next)?;
                    groups += 1;
                }
                Some('[') => at += blank + next.find(']')? + 1,
                Some('\\') if groups == 0 && at == size => {
                    // Internal names have other characters too, as after `\makeatletter`.
                    let name = next.get(1..)?;
                    let is_part = |c: char| c.is_ascii_alphabetic() || "@_:".contains(c);
                    let internal = name.len() - name.trim_start_matches(is_part).len();
                    at += blank + 1 + internal.max(command_name(next).len());
                }
                Some('#') if groups == 0 => at += blank + 2,
                // What stands between the parameters of `\def`.
                Some(c) if groups == 0 && is_def && c != '\n' => at += blank + c.len_utf8(),
                _ if groups > 0 => return Some(at),
                // The rest of the line of `\let\a=\b`.
                _ => {
                    let line = next.split('\n').next()?;
                    return Some(at + if line.contains(['{', '}']) { 0 } else { blank + line.len() });
                }
            }
        }
    }
}

/// The name of the command at the start of a text.
pub(super) fn command_name(text: &str) -> &str {
    let rest = text.get(1..).unwrap_or_default();
    let size = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    let star = usize::from(size > 0 && rest.get(size..).is_some_and(|rest| rest.starts_with('*')));
    let size = if size > 0 { size + star } else { rest.chars().next().map_or(0, char::len_utf8) };
    rest.get(..size).unwrap_or_default()
}

/// Bytes of the balanced group at the start of a text.
fn braces(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => {}
            b'{' => depth += 1,
            b'}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        escaped = byte == b'\\' && !escaped;
    }
    None
}
