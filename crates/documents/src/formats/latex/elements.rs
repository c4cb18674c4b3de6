//! Titles, environments, and commands that are not known, in LaTeX.

use std::ops::Range;

use super::LatexParser;
use super::commands::{environment_arity, is_prose, is_set, is_table, is_theorem, is_titled};
use super::left::plain;
use super::lexer::TokenKind;
use crate::Result;
use crate::inline::Kind;
use crate::left_alone::Place;

impl LatexParser<'_> {
    /// A command that prints a character, with the empty group after it.
    pub(super) fn character(&mut self, at: usize, c: char) -> usize {
        let empty = matches!(self.kind(at + 1), Some(TokenKind::Open(close)) if close == at + 2);
        let next = if empty { at + 3 } else { at + 1 };
        self.push(Kind::Text(c.to_string().into()), self.range(at).start..self.range(next - 1).end);
        next
    }

    /// A command whose arguments are texts of their own.
    pub(super) fn title(&mut self, at: usize, before: usize, depth: usize) -> Result<usize> {
        self.flush();
        let (next, groups) = self.arguments(at);
        if before > 0 || is_set(self.command(at)) {
            self.leave_options(at, next);
        } else {
            self.optional(self.after_gap(at + 1) - 1, depth)?;
        }
        for group in groups.into_iter().skip(before) {
            self.run(group, depth + 1)?;
            self.flush();
        }
        Ok(next)
    }

    /// The optional argument of a command as a text of its own; returns the token after it.
    pub(super) fn optional(&mut self, at: usize, depth: usize) -> Result<usize> {
        if self.kind(at + 1) != Some(TokenKind::OpenBracket) {
            return Ok(at + 1);
        }
        let Some(close) = self.bracket_end(at + 1) else { return Ok(at + 1) };
        let outer = std::mem::replace(&mut self.rules.bracketed, true);
        self.run(at + 2..close, depth + 1)?;
        self.flush();
        self.rules.bracketed = outer;
        Ok(close + 1)
    }

    /// A command that is not known: a word with its arguments, or nothing of the text where it has a line of its own.
    pub(super) fn unknown(&mut self, next: usize, all: Range<usize>) -> usize {
        let line_start =
            self.slice(0..all.start).trim_end_matches([' ', '\t']).ends_with('\n') || all.start == 0;
        let after = self.slice(all.end..self.source.len()).trim_start_matches([' ', '\t']);
        let line_end = after.is_empty() || after.starts_with(['\n', '\r', '%']);
        self.found.leave_words(Place::UnknownMarkup, &plain(self.slice(all.clone())));
        if line_start && line_end {
            self.flush();
        } else {
            self.locked(all);
        }
        next
    }

    /// The start of an environment with its arguments; one that is not known is skipped.
    pub(super) fn begin(&mut self, at: usize, depth: usize) -> Result<usize> {
        self.flush();
        let (after_name, groups) = self.arguments_up_to(at, 1);
        let name = self.environment(&groups);
        let declared = self.prose.get(name).copied();
        if !is_prose(name) && declared.is_none() {
            let (next, _) = self.arguments(at);
            let end = self.environment_end(name, next);
            let text = self.slice(self.range(next).start..self.range(end).start);
            self.found.leave(Place::UnknownMarkup, text);
            return Ok(end);
        }
        let most = declared.map_or_else(|| environment_arity(name), |declared| Some(declared.arguments));
        let (next, groups) = match most {
            Some(0) => (after_name, groups),
            most => self.arguments_up_to(at, most.map_or(usize::MAX, |most| most + 1)),
        };
        let first = groups.first().map_or(at, |name| name.end);
        let titled = is_theorem(name) || declared.is_some_and(|declared| declared.theorem);
        let title = self.options(first, next).into_iter().next().unwrap_or_default();
        if titled && self.kind(first + 1) == Some(TokenKind::OpenBracket) && !title.contains('=') {
            self.optional(first, depth)?;
        } else {
            self.leave_options(at, next);
        }
        for group in groups.into_iter().skip(1) {
            if is_titled(name) {
                self.run(group, depth + 1)?;
                self.flush();
            } else if !is_table(name) {
                self.leave_group(group);
            }
        }
        self.tables += usize::from(is_table(name));
        Ok(next)
    }
}
