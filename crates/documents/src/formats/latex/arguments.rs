//! What belongs to a command of LaTeX: its arguments, its letter, the end of its environment.

use std::ops::Range;

use super::commands::{Form, arity, form, takes_arguments};
use super::lexer::TokenKind;
use super::{LatexParser, accents};

/// Tokens in the optional argument of a command.
const ARGUMENT_TOKENS: usize = 256;

impl<'a> LatexParser<'a> {
    /// The letter that an accent or a command writes: it, the token after it, and the byte after it.
    pub(super) fn letter(&self, at: usize) -> Option<(char, usize, usize)> {
        let name = self.command(at);
        let end = self.range(at).end;
        if let Some(letter) = accents::letter(name) {
            return Some(match (self.kind(at + 1), self.kind(at + 2)) {
                (Some(TokenKind::Open(_)), Some(TokenKind::Close(_))) => {
                    (letter, at + 3, self.range(at + 2).end)
                }
                (Some(TokenKind::Text), _) => {
                    let text = self.slice(self.range(at + 1));
                    (letter, at + 1, end + text.len() - text.trim_start_matches([' ', '\t']).len())
                }
                _ => (letter, at + 1, end),
            });
        }
        if !accents::is_accent(name) {
            return None;
        }
        let accent = name.chars().next()?;
        let (inner, close) = match self.kind(at + 1)? {
            TokenKind::Open(close) if close <= at + 3 => (at + 2, Some(close)),
            _ => (at + 1, None),
        };
        let (letter, end) = match self.kind(inner)? {
            TokenKind::Text => {
                let text = self.slice(self.range(inner));
                // A named accent takes its letter after a space.
                let spaces = text.len() - text.trim_start_matches(' ').len();
                let spaces = if accent.is_ascii_alphabetic() && close.is_none() { spaces } else { 0 };
                if accent.is_ascii_alphabetic() && close.is_none() && spaces == 0 {
                    return None;
                }
                let letter = text.get(spaces..)?.chars().next()?;
                if close.is_some() && text.len() > letter.len_utf8() {
                    return None;
                }
                (letter, self.range(inner).start + spaces + letter.len_utf8())
            }
            TokenKind::Command => {
                (accents::letter(self.command(inner)).filter(|c| "ıȷ".contains(*c))?, self.range(inner).end)
            }
            _ => return None,
        };
        let read = accents::accented(accent, letter)?;
        Some(match (close, self.kind(inner)?) {
            (Some(close), _) => (read, close + 1, self.range(close).end),
            (None, TokenKind::Text) => (read, inner, end),
            (None, _) => (read, inner + 1, end),
        })
    }

    /// The arguments right after a command: the token after them, and the groups.
    pub(super) fn arguments(&self, at: usize) -> (usize, Vec<Range<usize>>) {
        let name = self.command(at);
        self.arguments_up_to(at, arity(name))
    }

    /// The same, where a group after so many is text.
    pub(super) fn arguments_up_to(&self, at: usize, most: usize) -> (usize, Vec<Range<usize>>) {
        let mut next = at + 1;
        let mut groups = Vec::new();
        let name = self.command(at);
        if !takes_arguments(name) {
            return (next, groups);
        }
        // Behind other commands, a bracket after a space may be text.
        let is_spaced =
            matches!(form(name), Form::Title(_) | Form::Style(_) | Form::Note | Form::Begin | Form::End);
        loop {
            if is_spaced && groups.is_empty() {
                next = self.after_gap(next);
            }
            match self.kind(next) {
                Some(TokenKind::Open(close)) if groups.len() < most => {
                    groups.push(next + 1..close);
                    next = close + 1;
                }
                Some(TokenKind::OpenBracket) => match self.bracket_end(next) {
                    Some(close) => next = close + 1,
                    None => return (next, groups),
                },
                _ => return (next, groups),
            }
        }
    }

    /// The token after a space that precedes an argument.
    pub(super) fn after_gap(&self, at: usize) -> usize {
        let is_gap = self.kind(at) == Some(TokenKind::Text)
            && self.slice(self.range(at)).trim().is_empty()
            && matches!(self.kind(at + 1), Some(TokenKind::Open(_) | TokenKind::OpenBracket));
        at + usize::from(is_gap)
    }

    /// The token that closes a bracket.
    pub(super) fn bracket_end(&self, open: usize) -> Option<usize> {
        let mut at = open + 1;
        for _ in 0..ARGUMENT_TOKENS {
            match self.kind(at)? {
                TokenKind::CloseBracket => return Some(at),
                TokenKind::Open(close) => at = close + 1,
                TokenKind::Close(_) | TokenKind::Paragraph => return None,
                _ => at += 1,
            }
        }
        None
    }

    /// The texts in brackets among the arguments of a command, which end before the token `next`.
    pub(super) fn options(&self, at: usize, next: usize) -> Vec<&'a str> {
        let mut options = Vec::new();
        let mut at = at + 1;
        while at < next {
            at = match self.kind(at) {
                Some(TokenKind::Open(close)) => close + 1,
                Some(TokenKind::OpenBracket) => match self.bracket_end(at) {
                    Some(close) => {
                        options.push(self.slice(self.range(at).end..self.range(close).start));
                        close + 1
                    }
                    None => at + 1,
                },
                _ => at + 1,
            };
        }
        options
    }

    /// The name of an environment, its first argument.
    pub(super) fn environment(&self, arguments: &[Range<usize>]) -> &'a str {
        let group = arguments.first();
        group.map_or("", |group| self.slice(self.range(group.start).start..self.range(group.end).start))
    }

    /// The token after the environment's end.
    pub(super) fn environment_end(&self, name: &str, from: usize) -> usize {
        let mut depth = 1_usize;
        for at in from..self.tokens.len() {
            let command = self.command(at);
            if !matches!(command, "begin" | "end") {
                continue;
            }
            let (next, groups) = self.arguments(at);
            if self.environment(&groups) == name {
                depth = if command == "begin" { depth + 1 } else { depth - 1 };
                if depth == 0 {
                    return next;
                }
            }
        }
        self.tokens.len()
    }
}
