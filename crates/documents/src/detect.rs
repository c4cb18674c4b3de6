//! Which format a document has: by its content, with the name as a hint.

use crate::encoding::Encoding;
use crate::formats::{epub, odf, ooxml, po, subrip, vtt};
use crate::markup::{Dialect, TokenKind, Tokens};
use crate::package::Package;
use crate::{Error, Format, Result, ole};

/// First bytes of formats that are recognised but not supported.
const MAGIC: [(&[u8], &str); 3] =
    [(b"{\\rtf", "Rich Text"), (b"\x89PNG", "a PNG image"), (b"\xff\xd8\xff", "a JPEG image")];

impl Format {
    /// The format of a document called `name` with these bytes.
    ///
    /// # Errors
    /// When the content is another format, binary, or larger than
    /// [`limits::DOCUMENT_BYTES`](crate::limits::DOCUMENT_BYTES).
    pub fn detect(name: &str, bytes: &[u8]) -> Result<Self> {
        let unsupported = |found| Error::Unsupported { found, name: name.to_owned() };
        if let Some((_, found)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
            return Err(unsupported(found));
        }
        if bytes.starts_with(b"%PDF-") {
            return Ok(Self::Pdf);
        }
        if bytes.starts_with(b"PK\x03\x04") {
            return Self::packed(&mut Package::open(bytes)?)?.ok_or_else(|| unsupported("this zip archive"));
        }
        if bytes.starts_with(&ole::MAGIC) {
            return Err(if ole::is_encrypted(bytes) {
                Error::Protected
            } else {
                Error::Old { name: name.to_owned() }
            });
        }
        let (_, text) = Encoding::read(bytes)?;
        if text.contains('\0') {
            return Err(Error::Binary { name: name.to_owned() });
        }
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
        let named = Self::ALL.into_iter().find(|format| format.extensions().contains(&extension.as_str()));
        Self::of_text(text.trim_start(), named).ok_or_else(|| unsupported("this XML"))
    }

    /// The format of a text, by its content, else by its name; `None` for XML of an unknown kind.
    fn of_text(text: &str, named: Option<Self>) -> Option<Self> {
        let is_xml = text.starts_with("<?xml");
        let root =
            Tokens::new(text, if is_xml { Dialect::Xml } else { Dialect::Html }).find_map(
                |token| match token.kind {
                    TokenKind::Open { name, .. } if text.starts_with('<') => Some(name),
                    _ => None,
                },
            );
        let is_page = text.get(..14).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype html"));
        let is_json =
            || text.starts_with(['{', '[']) && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
        let by_name =
            [Self::Markdown, Self::Csv, Self::Tsv, Self::Json, Self::Properties, Self::Strings, Self::Yaml];
        Some(match root.as_deref() {
            Some("xliff") => Self::Xliff,
            Some("tmx") => Self::Tmx,
            Some("html") => Self::Html,
            _ if named == Some(Self::Html) || is_page => Self::Html,
            _ if is_xml => return None,
            _ if vtt::is_vtt(text) => Self::WebVtt,
            _ if po::is_po(text) || named == Some(Self::Po) => Self::Po,
            _ if subrip::starts_like_cues(text) || named == Some(Self::SubRip) => Self::SubRip,
            _ => match named.filter(|named| by_name.contains(named)) {
                Some(named) => named,
                None if is_json() => Self::Json,
                None => Self::Text,
            },
        })
    }

    fn packed(package: &mut Package) -> Result<Option<Self>> {
        if package.has(ooxml::CONTENT_TYPES) {
            return ooxml::detect(package);
        }
        let mimetype = if package.has("mimetype") { package.text("mimetype")? } else { String::new() };
        let is_book = mimetype.trim() == epub::MIMETYPE || package.has(epub::CONTAINER);
        Ok(if is_book { Some(Self::Epub) } else { odf::detect(&mimetype) })
    }
}
