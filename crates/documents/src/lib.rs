//! Reads documents into blocks of clean text, and writes the same documents with the blocks translated.
//!
//! A document is never serialised as a whole: every translated block replaces its source in the original bytes, and
//! everything else (markup, code, addresses, times, blank lines) is copied unchanged. The crate accesses no files and
//! no network.
//!
//! Untrusted bytes cause no panic, and memory is bounded by a small multiple of the input ([`limits`]).

#![forbid(unsafe_code)]

mod bilingual;
mod block;
mod builder;
mod caught;
mod chars;
mod content;
mod detect;
mod document;
mod encoding;
mod entities;
mod error;
mod escaping;
mod fall_back;
mod finding;
mod follows;
mod format;
mod formats;
mod formula;
mod icu;
mod inline;
mod left_alone;
pub mod limits;
mod locked_text;
mod markup;
mod ole;
mod package;
mod paragraph;
mod parsed;
mod parser;
mod part;
mod quoting;
mod read_back;
mod render;
mod runs;
mod slot;
mod span_projection;
mod strings;
mod tags;
pub mod tmx_tbx;
mod utf_16;
mod wrap;
mod xml;

pub use block::{Block, Link, Span, SpanKind, Translation};
pub use document::{Document, ReadOptions, Written};
pub use error::{Error, Result};
pub use finding::{Finding, FindingKind};
pub use format::Format;
pub use formats::csv::{TableColumn, table_columns};
pub use formats::pdf;
pub use left_alone::{LeftAlone, Place};
pub use locked_text::{locked_in_prose, surplus_placeholders};
pub use span_projection::{missing_items, span_positions, with_items};
