//! A text of a document, and its blocks.

use std::cmp::Reverse;

use crate::encoding::{Encoding, Missing};
use crate::formats::{arb, latex, po, rst, string_catalog, xliff};
use crate::parsed::Parsed;
use crate::parser::Parser;
use crate::{Error, Result};

/// A text of a document: all of it, or one entry of a package.
#[derive(Debug)]
pub(crate) struct Part {
    /// The entry's name; empty for a document that is one text.
    pub name: String,
    pub source: String,
    pub encoding: Encoding,
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

    /// The blocks of the part as it was written, in the same order.
    ///
    /// # Errors
    /// As [`Parser::parse`]; when it is not well-formed though the part was.
    pub fn parse_written(&self, written: &str) -> Result<Parsed> {
        if let Parser::Epub(entry) = self.parser {
            entry.check(&self.source, written)?;
        }
        self.parse_text(written)
    }

    /// What this part's parser and another one of the same entry have written.
    pub fn joined(&self, other: &str, written: &str) -> String {
        match &self.parser {
            Parser::Office(office) => office.joined(other, &self.source, written),
            _ => written.to_owned(),
        }
    }

    /// The written part, with what the whole must declare once something in the document `is_changed`.
    pub fn completed(&self, written: String, is_changed: bool) -> String {
        match &self.parser {
            Parser::StringCatalog { unprepared } | Parser::Rst { unprepared } if !is_changed => {
                unprepared.clone()
            }
            _ if !is_changed => written,
            Parser::StringCatalog { .. } => string_catalog::completed(&written),
            Parser::Rst { unprepared } => rst::completed(written, unprepared),
            Parser::Arb { to } => arb::completed(&written, to.as_deref()),
            Parser::Po { to } => po::completed(written, to.as_deref()),
            Parser::Xliff { to } => xliff::completed(&written, to.as_deref()),
            Parser::Office(office) => office.completed(&self.source, written),
            Parser::OpenDocument(entry) => entry.completed(&self.source, written),
            _ => written,
        }
    }

    /// The bytes of the written part, and whether they are UTF-8 though the source's are not.
    pub fn encoded(&self, written: &str) -> (Vec<u8>, bool) {
        if written == self.source {
            return self.encoding.write(written, Missing::None);
        }
        // Players read WebVTT as UTF-8 only.
        let is_read_as_utf_8 = self.parser == Parser::WebVtt || self.encoding.declares_utf_8();
        let (bytes, changed) = if is_read_as_utf_8 && !self.encoding.is_utf_8() {
            (self.encoding.as_utf_8(written), true)
        } else {
            self.encoding.write(written, self.parser.missing())
        };
        let is_utf_8 = changed || (self.encoding.is_utf_8() && !bytes.is_ascii());
        let bytes = match self.parser {
            Parser::Po { .. } if is_utf_8 => po::declared_utf_8(bytes),
            Parser::Latex if changed => latex::declared_utf_8(bytes),
            _ => bytes,
        };
        (bytes, changed)
    }
}
