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
mod compound;
mod delimited;
mod document;
mod encoding;
mod entities;
mod epub;
mod error;
mod format;
mod formula;
mod html;
mod icu;
mod inline;
mod json;
mod keyed;
pub mod limits;
mod markdown;
mod markup;
mod odf;
mod ooxml;
mod package;
mod part;
mod pdf;
mod placeholders;
mod po;
mod project;
mod quoting;
mod render;
mod runs;
mod setting;
mod strings;
mod subrip;
mod tags;
mod text;
mod tmx;
pub mod tmx_tbx;
mod vtt;
mod wrap;
mod xliff;
mod xml;
mod yaml;

pub use block::{Block, Link, Span, SpanKind, Translation};
pub use document::{Document, Finding, FindingKind, ReadOptions, Written};
pub use error::{Error, Result};
pub use format::Format;
