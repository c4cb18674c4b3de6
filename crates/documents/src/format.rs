//! Which format a document has: by its content, with the name as a hint.

use serde::{Deserialize, Serialize};

use crate::encoding::Encoding;
use crate::{Error, Result, subrip};

/// A format that can be read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Plain UTF-8 text.
    Text,
    /// CommonMark with tables, footnotes, task lists and front matter.
    Markdown,
    /// SubRip subtitles.
    SubRip,
    /// A web page, also XHTML.
    Html,
}

/// Starts of files that are something else than text.
const MAGIC: [(&[u8], &str); 6] = [
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "an office document, e-book or zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"{\\rtf", "Rich Text"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
];

/// Starts of text whose markup would be torn apart if it were read as plain text, in lower case.
const MARKUP: [(&str, &str); 2] = [("<?xml", "XML"), ("webvtt", "WebVTT")];

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
        let (_, text) = Encoding::read(bytes)?;
        if text.contains('\0') {
            return Err(Error::Binary { name: name.to_owned() });
        }
        let text = text.trim_start();
        let head: String = text.chars().take(32).collect::<String>().to_ascii_lowercase();
        if let Some((_, found)) = MARKUP.iter().find(|(start, _)| head.starts_with(start)) {
            return Err(unsupported(found));
        }
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
        Ok(match extension.as_str() {
            "md" | "markdown" | "mdown" | "mkd" => Self::Markdown,
            "srt" => Self::SubRip,
            "html" | "htm" | "xhtml" => Self::Html,
            _ if head.starts_with("<!doctype html") || head.starts_with("<html") => Self::Html,
            _ if subrip::starts_like_cues(text) => Self::SubRip,
            _ => Self::Text,
        })
    }

    /// The usual file extension, without a dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Markdown => "md",
            Self::SubRip => "srt",
            Self::Html => "html",
        }
    }
}
