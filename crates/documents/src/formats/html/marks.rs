//! Marks at words of a page: the readings of ruby, and the numbers of footnotes.

use std::ops::Range;

use super::HtmlParser;
use super::elements::{READINGS, is_shown};
use crate::inline::Kind;
use crate::markup::TokenKind;

/// Tokens in a footnote mark; a longer element is parsed like any other.
const MAX_NOTE_TOKENS: usize = 6;

/// Characters of a footnote mark, such as `[12]` or `***`, at most.
const MAX_NOTE_CHARS: usize = 6;

impl HtmlParser<'_> {
    /// Appends ruby, if it ends in this run. Its readings belong to words of the source, so they go when it is
    /// translated.
    pub(super) fn push_ruby(&mut self, open: Range<usize>) -> bool {
        let Some(after) = self.after("ruby") else { return false };
        self.push(Kind::Elided, open);
        while self.tokens.position() < after.position() {
            let Some(token) = self.tokens.next() else { break };
            match &token.kind {
                TokenKind::Open { name, .. } if READINGS.contains(&name.as_str()) => {
                    let end = self.skip_reading(name);
                    self.push(Kind::Elided, token.range.start..end);
                }
                TokenKind::Open { name, .. } | TokenKind::Close { name }
                    if ["ruby", "rb"].contains(&name.as_str()) || READINGS.contains(&name.as_str()) =>
                {
                    self.push(Kind::Elided, token.range);
                }
                _ => self.token(token),
            }
        }
        true
    }

    /// Skips to the end of a reading, which may have no end tag, and returns its position.
    fn skip_reading(&mut self, name: &str) -> usize {
        loop {
            let before = self.tokens.clone();
            let Some(token) = self.tokens.next() else { return self.source.len() };
            let ends = match &token.kind {
                TokenKind::Close { name: other } if other == name => return token.range.end,
                TokenKind::Close { name: other } => other == "ruby",
                TokenKind::Open { name: other, .. } => {
                    name != "rtc" && (other == "rb" || READINGS.contains(&other.as_str()))
                }
                _ => false,
            };
            if ends {
                self.tokens = before;
                return token.range.start;
            }
        }
    }

    /// Appends a footnote mark: a link whose text is a number or asterisks, superscript or not.
    pub(super) fn push_note(&mut self, name: &str, open: Range<usize>) -> bool {
        let mut ahead = self.tokens.clone();
        let mut open_names = vec![name.to_owned()];
        let (mut text, mut links) = (String::new(), usize::from(name == "a"));
        for _ in 0..MAX_NOTE_TOKENS {
            let Some(token) = ahead.next() else { return false };
            match token.kind {
                TokenKind::Text => text.push_str(self.source.get(token.range).unwrap_or_default()),
                TokenKind::Open { name, attributes, .. }
                    if ["a", "sup"].contains(&name.as_str()) && attributes.iter().all(|a| !is_shown(a)) =>
                {
                    links += usize::from(name == "a");
                    open_names.push(name);
                }
                TokenKind::Close { name } if open_names.last() == Some(&name) => {
                    open_names.pop();
                    if open_names.is_empty() {
                        let is_note = links == 1 && is_note_mark(text.trim());
                        if is_note {
                            self.push(Kind::Void { word: false }, open.start..token.range.end);
                            self.tokens = ahead;
                        }
                        return is_note;
                    }
                }
                _ => return false,
            }
        }
        false
    }
}

fn is_note_mark(text: &str) -> bool {
    let is_sign = |c: char| c.is_ascii_digit() || "*†‡§[]()".contains(c);
    (1..=MAX_NOTE_CHARS).contains(&text.chars().count()) && text.chars().all(is_sign)
}
