//! The parsers of the document formats: each finds the blocks of text in a source.
//!
//! A new one is registered in `format.rs`, `detect.rs`, `parser.rs` and `document.rs`.

pub(crate) mod android;
pub(crate) mod arb;
pub(crate) mod asciidoc;
pub(crate) mod ass;
pub(crate) mod csv;
pub(crate) mod epub;
pub(crate) mod fluent;
pub(crate) mod html;
pub(crate) mod json;
pub(crate) mod latex;
pub(crate) mod markdown;
pub(crate) mod notebook;
pub(crate) mod odf;
pub(crate) mod ooxml;
pub mod pdf;
pub(crate) mod po;
pub(crate) mod properties;
pub(crate) mod resx;
pub(crate) mod rst;
pub(crate) mod string_catalog;
pub(crate) mod stringsdict;
pub(crate) mod subrip;
pub(crate) mod text;
pub(crate) mod tmx;
pub(crate) mod vtt;
pub(crate) mod xliff;
pub(crate) mod yaml;
