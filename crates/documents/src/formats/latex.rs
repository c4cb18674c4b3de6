//! LaTeX: the text of the document's body, of titles, captions, notes, items and simple cells.
//!
//! Formulas, verbatim text, drawings, comments, references, the preamble but for titles, unknown environments, and unknown
//! commands with their arguments are left unchanged.

mod accents;
mod arguments;
mod body;
mod commands;
mod elements;
pub(crate) mod escape;
mod left;
mod lexer;

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use self::body::{Declared, body, declared};
use self::commands::{Form, form, is_table};
use self::escape::{LIGATURES, LatexText, NAMED};
use self::lexer::{Token, TokenKind, command_name};
use crate::chars::one_line;
use crate::escaping::Escaping;
use crate::inline::{Kind, Piece};
use crate::left_alone::Place;
use crate::paragraph;
use crate::parsed::Parsed;
use crate::{Result, limits};

/// Translations of narrower paragraphs are filled to this many columns.
const NARROWEST_COLUMNS: usize = 40;

/// Bytes of a command with arguments that the model sees as a word; longer ones are markup.
const WORD_BYTES: usize = 120;

/// The blocks of a document, or of a part of one without `\begin{document}`.
///
/// # Errors
/// When a brace, a formula or verbatim text is not closed, or arguments are nested deeper than [`limits::NESTING`].
pub(crate) fn parse(source: &str) -> Result<Parsed> {
    let body = body(source);
    let preamble = source.get(..body.start).unwrap_or_default();
    let declares = |language: &str| preamble.contains(language);
    let rules = LatexText {
        ascii: source.is_ascii(),
        shorthands: declares("german") || declares("austrian"),
        bracketed: false,
    };
    let mut parser = LatexParser {
        source,
        tokens: Vec::new(),
        rules,
        prose: declared(source),
        pieces: Vec::new(),
        found: Parsed::default(),
        from: 0,
        tables: 0,
    };
    // The preamble is a program, which may be unbalanced in ways that only TeX understands.
    if let Ok(tokens) = lexer::tokens(source, 0..body.start, &parser.prose) {
        parser.tokens = tokens;
        parser.titles()?;
    } else {
        parser.found.leave(Place::UnknownMarkup, preamble);
    }
    if body.is_empty() && parser.found.blocks.is_empty() && parser.found.left_alone.is_empty() {
        parser.found.leave(Place::UnknownMarkup, preamble);
    }
    parser.tokens = lexer::tokens(source, body, &parser.prose)?;
    parser.run(0..parser.tokens.len(), 0)?;
    parser.flush();
    Ok(parser.found)
}

struct LatexParser<'a> {
    source: &'a str,
    tokens: Vec<Token>,
    rules: LatexText,
    /// Environments that the document declares.
    prose: HashMap<&'a str, Declared>,
    /// The paragraph being parsed.
    pieces: Vec<Piece<'a>>,
    found: Parsed,
    /// Bytes of the text token being read that a command before it has taken.
    from: usize,
    /// Tables around the text.
    tables: usize,
}

impl<'a> LatexParser<'a> {
    /// The titles in the preamble; what else it says is counted.
    fn titles(&mut self) -> Result<()> {
        let mut counted = 0;
        for at in 0..self.tokens.len() {
            let (name, start) = (self.command(at), self.range(at).start);
            if self.kind(at) == Some(TokenKind::Copied) {
                self.leave_copied(TokenKind::Copied, self.range(at));
            } else if matches!(form(name), Form::Title(_)) && start >= counted {
                self.title(at, if let Form::Title(before) = form(name) { before } else { 0 }, 0)?;
            } else if !name.is_empty() && start >= counted {
                counted = self.leave_setting(at);
            }
        }
        self.flush();
        Ok(())
    }

    /// Reads tokens; those of arguments that are texts of their own by recursion.
    fn run(&mut self, tokens: Range<usize>, depth: usize) -> Result<()> {
        if depth > limits::NESTING {
            let bytes = self.range(tokens.start).start..self.range(tokens.end.saturating_sub(1)).end;
            let text = self.slice(bytes).to_owned();
            self.found.leave(Place::CrowdedText, &text);
            return Ok(());
        }
        let mut at = tokens.start;
        while at < tokens.end {
            let range = self.range(at);
            let Some(kind) = self.kind(at) else { return Ok(()) };
            at = match kind {
                TokenKind::Text | TokenKind::OpenBracket | TokenKind::CloseBracket => {
                    let from = self.from.max(range.start).min(range.end);
                    self.text(from..range.end);
                    at + 1
                }
                TokenKind::Paragraph | TokenKind::Copied | TokenKind::Cell => {
                    self.flush();
                    self.leave_copied(kind, range);
                    at + 1
                }
                TokenKind::Unknown => {
                    self.flush();
                    let inner = self.slice(range).split_once(['}', '\n']).map_or("", |(_, inner)| inner);
                    let inner = inner.rsplit_once('\\').map_or(inner, |(inner, _)| inner);
                    self.found.leave(Place::UnknownMarkup, inner);
                    at + 1
                }
                TokenKind::Locked => {
                    self.leave_copied(kind, range.clone());
                    self.locked(range);
                    at + 1
                }
                TokenKind::Comment => {
                    self.push(Kind::Void { word: false }, range);
                    at + 1
                }
                TokenKind::Tie => {
                    self.push(Kind::Text("\u{a0}".into()), range);
                    at + 1
                }
                TokenKind::Open(close) => self.group(at, close, range),
                TokenKind::Close(_) => {
                    self.push(Kind::Close("{".into()), range);
                    at + 1
                }
                TokenKind::Command => self.read_command(at, depth)?,
            }
            .max(at + 1);
        }
        Ok(())
    }

    fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    fn range(&self, at: usize) -> Range<usize> {
        self.tokens.get(at).map_or(self.source.len()..self.source.len(), |token| token.range.clone())
    }

    fn slice(&self, range: Range<usize>) -> &'a str {
        self.source.get(range).unwrap_or_default()
    }

    /// The name of the command at a token; empty if it is none.
    fn command(&self, at: usize) -> &'a str {
        match self.kind(at) {
            Some(TokenKind::Command) => command_name(self.slice(self.range(at))),
            _ => "",
        }
    }

    fn push(&mut self, kind: Kind<'a>, range: Range<usize>) {
        self.from = self.from.max(range.end);
        self.pieces.push(Piece::new(kind, range));
    }

    /// Ends the paragraph.
    fn flush(&mut self) {
        let pieces = std::mem::take(&mut self.pieces);
        if !pieces.is_empty() {
            let escaping = Escaping::Latex(self.rules);
            self.found.extend(paragraph::blocks(self.source, pieces, escaping, NARROWEST_COLUMNS));
        }
    }

    /// Text with its quotation marks and dashes.
    fn text(&mut self, range: Range<usize>) {
        let text = self.slice(range.clone());
        let mut from = 0;
        let mut at = 0;
        while let Some(next) = text.get(at..).and_then(|rest| rest.find(['-', '`', '\'', ',', '"'])) {
            at += next;
            let rest = text.get(at..).unwrap_or_default();
            let Some((size, read)) = self.ligature(rest) else {
                at += 1;
                continue;
            };
            if from < at {
                self.pieces.push(Piece::verbatim(self.source, range.start + from..range.start + at));
            }
            let source = range.start + at..range.start + at + size;
            self.pieces.push(Piece::new(Kind::Text(read), source));
            at += size;
            from = at;
        }
        if range.start + from < range.end {
            self.pieces.push(Piece::verbatim(self.source, range.start + from..range.end));
        }
    }

    /// What several characters at the start of a text are printed as, and their bytes.
    fn ligature(&self, text: &str) -> Option<(usize, Cow<'a, str>)> {
        if let Some(rest) = text.strip_prefix('"').filter(|_| self.rules.shorthands) {
            let next = rest.chars().next()?;
            let read = match next {
                '`' => "„",
                '\'' => "“",
                '-' | '"' => "",
                '=' | '~' => "-",
                's' | 'z' => "ß",
                _ => return accents::accented('"', next).map(|c| (2, c.to_string().into())),
            };
            return Some((2, read.into()));
        }
        let (mark, read) = LIGATURES.iter().find(|(mark, _)| text.starts_with(mark))?;
        Some((mark.len(), read.to_string().into()))
    }

    /// Text that is copied, as one word.
    fn locked(&mut self, range: Range<usize>) {
        let slice = self.slice(range.clone());
        if slice.len() > WORD_BYTES || slice.contains('%') {
            return self.push(Kind::Void { word: true }, range);
        }
        let mut text = one_line(slice);
        // Else the command would take the space or the letters after it.
        if text.starts_with('\\') && text.ends_with(|c: char| c.is_ascii_alphabetic()) {
            text.push_str("{}");
        }
        self.push(Kind::Locked { open: String::new(), text, close: String::new() }, range);
    }

    /// A group in a text: a single letter, or text whose look may be changed at its start.
    fn group(&mut self, at: usize, close: usize, range: Range<usize>) -> usize {
        let all = range.start..self.range(close).end;
        if close == at + 1 {
            self.push(Kind::Text("".into()), all);
            return close + 1;
        }
        if let Some((letter, next, end)) = self.letter(at + 1)
            && next >= close
            && self.slice(end..all.end).trim() == "}"
        {
            self.push(Kind::Text(letter.to_string().into()), all);
            return close + 1;
        }
        let mut end = range.end;
        let mut next = at + 1;
        while form(self.command(next)) == Form::Switch && next < close {
            let (after, _) = self.arguments(next);
            let after = after.min(close);
            let bytes = self.range(after - 1).end;
            let spaces = self.slice(bytes..self.source.len());
            end = bytes + spaces.len() - spaces.trim_start_matches([' ', '\t']).len();
            next = after;
        }
        self.push(Kind::Open("{".into()), range.start..end);
        next
    }

    /// A command with its arguments; returns the token after it.
    fn read_command(&mut self, at: usize, depth: usize) -> Result<usize> {
        let (name, range) = (self.command(at), self.range(at));
        if let Some((letter, next, end)) = self.letter(at) {
            self.push(Kind::Text(letter.to_string().into()), range.start..end);
            return Ok(next);
        }
        if let Some((_, c)) = NAMED.iter().find(|(named, _)| *named == name) {
            return Ok(self.character(at, *c));
        }
        if name == "symbol" && self.slice(range.end..self.source.len()).starts_with("{34}") {
            let next = self.arguments(at).0;
            self.push(Kind::Text("\"".into()), range.start..self.range(next - 1).end);
            return Ok(next);
        }
        let (next, groups) = self.arguments(at);
        let all = range.start..self.range(next - 1).end;
        Ok(match form(name) {
            Form::Char(c) if name.len() > 1 => self.character(at, c),
            Form::Char(c) => {
                self.push(Kind::Text(c.to_string().into()), range);
                at + 1
            }
            Form::Space(space) => {
                self.push(Kind::Text(space.into()), range);
                at + 1
            }
            Form::Title(before) => self.title(at, before, depth)?,
            Form::Item => {
                self.flush();
                self.optional(at, depth)?
            }
            Form::Note => {
                let outer = std::mem::take(&mut self.pieces);
                if let Some(group) = groups.last() {
                    self.run(group.clone(), depth + 1)?;
                    self.flush();
                }
                self.pieces = outer;
                self.leave_options(at, next);
                self.push(Kind::Void { word: false }, all);
                next
            }
            Form::Style(before) => match groups.get(before) {
                Some(group) => {
                    self.push(Kind::Open("{".into()), range.start..self.range(group.start - 1).end);
                    group.start
                }
                None => self.unknown(next, all),
            },
            Form::Switch => {
                self.push(Kind::Cut, all);
                next
            }
            Form::Word => {
                self.leave_arguments(at, next, groups);
                self.locked(all);
                next
            }
            Form::Mark => {
                if name == "index" {
                    self.found.leave(Place::IndexEntry, self.slice(all.clone()));
                }
                self.leave_arguments(at, next, groups);
                // The tie before a mark stays with it.
                let tied = self.pieces.pop_if(|last| {
                    last.source.end == all.start && self.source.get(last.source.clone()) == Some("~")
                });
                let start = tied.map_or(all.start, |tie| tie.source.start);
                self.push(Kind::Void { word: false }, start..all.end);
                next
            }
            Form::Layout => {
                self.flush();
                self.leave_arguments(at, next, groups);
                next
            }
            Form::Break if self.tables > 0 => {
                self.flush();
                at + 1
            }
            Form::Break => {
                let end = if self.kind(at + 1) == Some(TokenKind::OpenBracket) {
                    self.bracket_end(at + 1)
                } else {
                    None
                };
                let next = end.map_or(at + 1, |end| end + 1);
                self.push(Kind::Break, range.start..self.range(next - 1).end);
                next
            }
            Form::Begin => self.begin(at, depth)?,
            Form::End => {
                self.flush();
                let ends = is_table(self.environment(&groups));
                self.tables = self.tables.saturating_sub(usize::from(ends));
                next
            }
            Form::Unknown => self.unknown(next, all),
        })
    }
}

/// A document in UTF-8 whose package for encodings is told so.
pub(crate) fn declared_utf_8(mut bytes: Vec<u8>) -> Vec<u8> {
    const NAME: &[u8] = b"]{inputenc}";
    let end = bytes.windows(NAME.len()).position(|part| part == NAME);
    let options = end.and_then(|end| {
        let start = bytes.get(..end)?.iter().rposition(|byte| *byte == b'[')? + 1;
        let names = bytes.get(start..end)?;
        names.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_, ".contains(byte)).then_some(start..end)
    });
    if let Some(options) = options {
        bytes.splice(options, *b"utf8");
    }
    bytes
}
