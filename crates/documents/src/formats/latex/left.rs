//! Texts of LaTeX that are left and counted: in options, settings, definitions, formulas, drawings and bibliographies.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::LatexParser;
use super::commands::{Form, form, is_definition, is_formula, is_listing, is_name};
use super::lexer::{TokenKind, command_name, environment};
use crate::left_alone::Place;
use crate::parsed::has_word;

/// Words of lengths, `1em plus 2pt`.
const LENGTHS: [&str; 13] =
    ["plus", "minus", "em", "ex", "pt", "cm", "mm", "in", "to", "by", "width", "height", "depth"];

/// Commands whose arguments hold code, files and references only.
const CODE: &str = "url nolinkurl path texttt code lstinline file cs cmd env pkg email doi label ref eqref pageref autoref \
    cref Cref nameref vref fref Fref nocite input include subfile bibliography bibliographystyle includegraphics \
    usepackage documentclass usetheme usetikzlibrary graphicspath pagestyle thispagestyle pagenumbering \
    selectlanguage lstinputlisting verbatiminput inputminted tikzset lstset geometry newcounter newlength newif \
    setlength addtolength setcounter addtocounter stepcounter refstepcounter rowcolor cellcolor glsadd bibitem \
    linespread gls Gls glspl ac acs acl acp num SI si qty unit ce index cline cmidrule hspace vspace noalign rule \
    addtocontents bibliographyunit citet Citet textcite citeauthor citeyear citeyearpar citeA cite citep Citep \
    parencite Parencite autocite Autocite footcite supercite";

/// Options whose values are shown.
const SHOWN: [&str; 8] =
    ["title=", "caption=", "alt=", "subtitle=", "name=", "pdfsubject=", "pdfkeywords=", "note="];

static FORMULA_TEXT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\\(?:text[a-z]*|mbox|hbox|intertext|shortintertext|tag)\*?\s*\{([^{}]*)").ok()
});

static GROUP: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\{([^{}]*)\}").ok());

/// A text without commands, with bars for its braces and brackets.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '{', '}', '[', ']', '~', '%', '&']) {
        let (before, tail) = rest.split_at(at);
        plain.push_str(before);
        plain.push_str(if tail.starts_with(['{', '}', '[', ']', '&']) { " | " } else { " " });
        let size = match tail.starts_with('\\') {
            true => 1 + command_name(tail).len(),
            false => 1,
        };
        rest = tail.get(size..).unwrap_or_default();
    }
    plain.push_str(rest);
    plain
}

/// Whether two words stand side by side in a text, which settings seldom have.
fn is_prose(text: &str) -> bool {
    let is_word = |word: &str| {
        word.chars().count() > 1 && word.chars().all(char::is_alphabetic) && !LENGTHS.contains(&word)
    };
    let plain = plain(text);
    let words: Vec<&str> = plain.split_whitespace().collect();
    words.windows(2).any(|pair| match pair {
        [one, other] => is_word(one) && is_word(other.trim_end_matches(['.', ',', ':', '!', '?'])),
        _ => false,
    })
}

impl LatexParser<'_> {
    /// Counts what an unknown command or one with names says in the preamble; returns the byte after it.
    pub(super) fn leave_setting(&mut self, at: usize) -> usize {
        let name = self.command(at);
        let (next, groups) = self.arguments(at);
        let end = self.range(next - 1).end;
        let text = self.slice(self.range(at).end..end);
        match form(name) {
            _ if is_name(name) => self.leave_names(groups),
            Form::Unknown => {
                let words = plain(text);
                let capital = |word: &str| word.starts_with(char::is_uppercase) && has_word(word);
                if is_prose(text) || words.split_whitespace().any(capital) {
                    self.found.leave(Place::UnknownMarkup, text);
                }
            }
            _ if name == "hypersetup" && SHOWN.iter().any(|key| text.contains(key)) => {
                self.found.leave(Place::UnknownMarkup, text);
            }
            _ => {}
        }
        end
    }

    fn leave_names(&mut self, groups: Vec<Range<usize>>) {
        if let (Some(first), Some(last)) = (groups.first(), groups.last()) {
            let text = self.slice(self.range(first.start).start..self.range(last.end).start);
            self.found.leave(Place::Name, text);
        }
    }

    /// Counts what a known command says in its arguments, which end before the token `next`.
    pub(super) fn leave_arguments(&mut self, at: usize, next: usize, groups: Vec<Range<usize>>) {
        let name = self.command(at);
        let plain_name = name.trim_end_matches('*');
        self.leave_options(at, next);
        if is_name(plain_name) {
            self.leave_names(groups);
        } else if plain_name == "hypersetup" {
            self.leave_setting(at);
        } else if !CODE.split_whitespace().any(|code| code == plain_name) {
            groups.into_iter().for_each(|group| self.leave_group(group));
        }
    }

    /// Counts a group if it has a word.
    pub(super) fn leave_group(&mut self, group: Range<usize>) {
        let text = self.slice(self.range(group.start).start..self.range(group.end).start);
        self.found.leave_words(Place::UnknownMarkup, &plain(text));
    }

    /// Counts the texts in brackets of a command.
    pub(super) fn leave_options(&mut self, at: usize, next: usize) {
        let is_citation = self.command(at).to_ascii_lowercase().contains("cite");
        for option in self.options(at, next) {
            if is_citation {
                self.found.leave_words(Place::UnknownMarkup, &plain(option));
            } else if SHOWN.iter().any(|key| option.contains(key)) || is_prose(option) {
                self.found.leave(Place::UnknownMarkup, option);
            }
        }
    }

    /// Counts the texts of what is copied: a definition, a formula, a drawing, a list of literature.
    pub(super) fn leave_copied(&mut self, kind: TokenKind, range: Range<usize>) {
        let text = self.slice(range);
        let name = command_name(text);
        let raw = if name == "begin" { environment(text.get(6..).unwrap_or_default()) } else { "" };
        if kind == TokenKind::Locked && !text.starts_with(['$', '\\']) {
            return;
        }
        if is_definition(name) {
            let groups = GROUP.iter().flat_map(|groups| groups.captures_iter(text));
            let named = |group: &str| group.starts_with(char::is_uppercase) && has_word(group);
            let shown = FORMULA_TEXT.iter().flat_map(|texts| texts.captures_iter(text));
            if is_prose(text)
                || groups.filter_map(|found| found.get(1)).any(|group| named(group.as_str()))
                || shown.filter_map(|found| found.get(1)).any(|shown| has_word(shown.as_str()))
            {
                self.found.leave(Place::UnknownMarkup, text);
            }
        } else if text.starts_with('$') || matches!(name, "[" | "(") || is_formula(raw) {
            let texts = FORMULA_TEXT.iter().flat_map(|texts| texts.captures_iter(text));
            for inner in texts.filter_map(|found| found.get(1)) {
                self.found.leave_words(Place::FormulaText, inner.as_str());
            }
        } else if is_listing(raw) {
            let line = text.lines().next().unwrap_or_default();
            if SHOWN.iter().any(|key| line.contains(key)) {
                self.found.leave(Place::UnknownMarkup, line);
            }
        } else if name == "begin" {
            let groups = GROUP.iter().flat_map(|groups| groups.captures_iter(text));
            let mut groups = groups.filter_map(|found| found.get(1));
            let shown = |group: &str| group != raw && has_word(group);
            if is_prose(text) || groups.any(|group| shown(group.as_str())) {
                self.found.leave(Place::UnknownMarkup, text);
            }
        }
    }
}
