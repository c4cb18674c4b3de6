//! Divides LaTeX into tokens: commands, groups, formulas, verbatim text, comments.

mod extents;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

pub(super) use self::extents::environment;
use self::extents::{braces, definition_size, environment_size};
use super::body::Declared;
use super::commands::{is_definition, is_prose, is_raw};
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
    /// An environment that is not known, or code in another syntax.
    Unknown,
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

/// Commands before the code of a character, as in ``\catcode`\{``.
const CODES: [&str; 7] = ["catcode", "lccode", "uccode", "sfcode", "mathcode", "delcode", "char"];

/// The tokens of the text in `range` up to the end of the document; `prose` are the environments that it declares.
///
/// # Errors
/// When a brace, a formula or verbatim text is not closed in a document that keeps the meaning of these characters.
pub(super) fn tokens(
    source: &str,
    range: Range<usize>,
    prose: &HashMap<&str, Declared>,
) -> Result<Vec<Token>> {
    let mut lexer = Lexer {
        source,
        prose,
        at: range.start,
        end: range.end,
        bars: BARS.iter().any(|declared| source.contains(declared)),
        recodes: source.contains("\\catcode"),
        endless: HashSet::new(),
        tokens: Vec::new(),
        open: Vec::new(),
    };
    while lexer.at < lexer.end {
        let from = lexer.at;
        match lexer.next() {
            // A character may have another meaning here.
            Err(_) if lexer.recodes => {
                lexer.at = from;
                lexer.push(TokenKind::Copied, 1);
            }
            result => result?,
        }
    }
    for index in std::mem::take(&mut lexer.open) {
        match lexer.tokens.get_mut(index) {
            Some(open) if lexer.recodes => open.kind = TokenKind::Copied,
            Some(open) => {
                let start = open.range.start;
                return Err(lexer.unclosed(start));
            }
            None => {}
        }
    }
    Ok(lexer.tokens)
}

struct Lexer<'a> {
    /// Environments of text that the document declares.
    prose: &'a HashMap<&'a str, Declared>,
    source: &'a str,
    at: usize,
    end: usize,
    /// Whether `|code|` is verbatim text.
    bars: bool,
    /// Whether the document gives characters other meanings.
    recodes: bool,
    /// Unknown environments that do not end after here.
    endless: HashSet<&'a str>,
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
            "detokenize" if tail.starts_with('{') => {
                let code = braces(tail).ok_or_else(|| self.unclosed(self.at))?;
                self.push(TokenKind::Locked, size + code);
                return Ok(());
            }
            "ExplSyntaxOn" => {
                let size = rest.find("\\ExplSyntaxOff").unwrap_or(rest.len());
                self.push(TokenKind::Unknown, size);
                return Ok(());
            }
            "end" if tail.trim_start_matches([' ', '\t']).starts_with("{document}") => {
                self.end = self.at;
                return Ok(());
            }
            "begin" => {
                let environment = environment(tail);
                if is_raw(environment) {
                    return self.until(&format!("\\end{{{environment}}}"), TokenKind::Copied);
                }
                let is_known = is_prose(environment) || self.prose.contains_key(environment);
                if !is_known && !self.endless.contains(environment) {
                    if let Some(size) = environment_size(rest, environment) {
                        self.push(TokenKind::Unknown, size);
                        return Ok(());
                    }
                    if !rest.contains(&format!("\\end{{{environment}}}")) {
                        self.endless.insert(environment);
                    }
                }
            }
            _ if CODES.contains(&name) && tail.starts_with('`') => {
                let coded = tail.get(1..).unwrap_or_default().trim_start_matches('\\');
                let coded = tail.len() - coded.len() + coded.chars().next().map_or(0, char::len_utf8);
                self.push(TokenKind::Command, size + coded);
                return Ok(());
            }
            _ if is_definition(name) => {
                let size = definition_size(rest, size).ok_or_else(|| self.unclosed(self.at))?;
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
}

/// The name of the command at the start of a text.
pub(super) fn command_name(text: &str) -> &str {
    let rest = text.get(1..).unwrap_or_default();
    let size = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    let star = usize::from(size > 0 && rest.get(size..).is_some_and(|rest| rest.starts_with('*')));
    let size = if size > 0 { size + star } else { rest.chars().next().map_or(0, char::len_utf8) };
    rest.get(..size).unwrap_or_default()
}
