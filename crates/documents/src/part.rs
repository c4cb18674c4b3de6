//! A text of a document, and its blocks.

use std::cmp::Reverse;

use crate::formats::xliff;
use crate::parsed::Parsed;
use crate::parser::Parser;
use crate::{Error, Result};

/// A text of a document: all of it, or one entry of a package.
#[derive(Debug)]
pub(crate) struct Part {
    /// The entry's name; empty for a document that is one text.
    pub name: String,
    pub source: String,
    pub parser: Parser,
}

impl Part {
    /// The blocks of the part, in the order of their bytes (a block inside another follows it), and what is left alone.
    ///
    /// # Errors
    /// As [`Parser::parse`].
    pub fn parse(&self) -> Result<Parsed> {
        match self.parse_text(&self.source) {
            Err(error) if !self.name.is_empty() => {
                Err(Error::Part { error: Box::new(error), name: self.name.clone() })
            }
            result => result,
        }
    }

    /// The blocks of another text of the same kind, in the same order.
    ///
    /// # Errors
    /// As [`Parser::parse`].
    pub fn parse_text(&self, text: &str) -> Result<Parsed> {
        let mut parsed = self.parser.parse(text)?;
        parsed.blocks.sort_by_key(|parsed| (parsed.slot.range.start, Reverse(parsed.slot.range.end)));
        Ok(parsed)
    }

    /// The written part, with what the whole must declare once some of it is translated.
    pub fn completed(&self, written: String) -> String {
        match &self.parser {
            Parser::Xliff { to } if written != self.source => xliff::completed(&written, to.as_deref()),
            _ => written,
        }
    }
}
