//! Bytes of a document → blocks of clean text → bytes of the same document, translated.
//!
//! A document is never printed anew: every translated block is spliced into the original bytes, and what is not
//! text (markup, code, addresses, times, blank lines) is copied as it came. No file and no network are touched.
//!
//! Promise for untrusted bytes: no panic, and memory bounded by a small multiple of the input ([`limits`]).

#![forbid(unsafe_code)]

mod bilingual;
mod block;
mod builder;
mod chars;
mod content;
mod detect;
mod document;
mod encoding;
mod entities;
mod error;
mod escaping;
mod finding;
mod format;
mod formats;
mod formula;
mod icu;
mod inline;
pub mod limits;
mod locks;
mod markup;
mod ole;
mod package;
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
mod wrap;
mod xml;

pub use block::{Block, Link, Span, SpanKind, Translation};
pub use document::{Document, ReadOptions, Written};
pub use error::{Error, Result};
pub use finding::{Finding, FindingKind};
pub use format::Format;
