//! Encodings: bytes → text, and text → bytes in the same encoding.

mod declaration;
mod kept;

use std::collections::HashSet;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use self::declaration::{Repertoire, declared};
use self::kept::{KeptBytes, Unit};
use crate::{Error, Result, limits, utf_16};

/// The encoding of a document's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Encoding {
    base: &'static encoding_rs::Encoding,
    /// Whether the bytes start with a byte order mark.
    mark: bool,
    /// The codes that translations may use.
    repertoire: Repertoire,
    /// The characters that stand for bytes that are no text.
    kept: Option<KeptBytes>,
    /// Whether the document declares UTF-8 and is not in it.
    declares_utf_8: bool,
}

/// How a character is written that the encoding lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// As `&#8364;`, which HTML and XML read as the character.
    Reference,
    /// As `\u20ac`, which JSON and Java properties read as the character.
    Escape,
    /// It cannot be written, so the whole document becomes UTF-8.
    None,
}

/// Characters outside ASCII that an undeclared document has for each byte that is no UTF-8, if it is UTF-8: in texts of
/// other encodings at most one character in five is UTF-8 by chance.
const CHARS_PER_BAD_BYTE: usize = 1;

/// The same for an encoding that other evidence speaks against.
const CHARS_PER_UNLIKELY_BYTE: usize = 4;

impl Encoding {
    pub const UTF_8: Self = Self::of(UTF_8);

    const fn of(base: &'static encoding_rs::Encoding) -> Self {
        Self { base, mark: false, repertoire: Repertoire::All, kept: None, declares_utf_8: false }
    }

    /// The encoding and the text of a document: UTF-8 if the bytes are UTF-8 beyond ASCII, which other encodings are not
    /// by chance; else the declared encoding; without a declaration the detected one. Single bytes that are no text stay
    /// as they are: a private character stands for each.
    ///
    /// # Errors
    /// When the document is larger than [`limits::DOCUMENT_BYTES`], or no encoding fits its bytes.
    pub fn read(bytes: &[u8]) -> Result<(Self, String)> {
        if let Some(read) = Self::marked(bytes)? {
            return Ok(read);
        }
        let declared = declared(bytes);
        let escapes = bytes.contains(&0x1b);
        match (std::str::from_utf8(bytes), declared) {
            (Ok(text), _) if !text.is_ascii() => return Ok((Self::UTF_8, text.to_owned())),
            (Ok(text), None) if !escapes => return Ok((Self::UTF_8, text.to_owned())),
            (Err(_), None) if is_mostly_utf_8(bytes, CHARS_PER_BAD_BYTE) => {
                return Self::UTF_8.lossless(bytes, 0);
            }
            (Err(_), Some((base, _))) => {
                let fewest = if base == UTF_8 { 0 } else { CHARS_PER_UNLIKELY_BYTE };
                if is_mostly_utf_8(bytes, fewest) {
                    return Self::UTF_8.lossless(bytes, 0);
                }
            }
            _ => {}
        }
        let declared = declared.map(|(base, repertoire)| Self { repertoire, ..Self::of(base) });
        match declared.map(|declared| declared.decoded(bytes, CHARS_PER_BAD_BYTE)) {
            Some(Ok(read)) => Ok(read),
            _ => {
                let (encoding, text) = Self::detected(bytes)?;
                Ok((Self { declares_utf_8: declared.is_some_and(Self::is_utf_8), ..encoding }, text))
            }
        }
    }

    /// The same for XML, whose parsers refuse bytes that are no text, and read UTF-8 where nothing is declared.
    ///
    /// # Errors
    /// When the bytes are not in the encoding that they declare.
    pub fn read_xml(bytes: &[u8]) -> Result<(Self, String)> {
        let read = match (Self::marked(bytes)?, std::str::from_utf8(bytes), declared(bytes)) {
            (Some(read), ..) => read,
            (_, Ok(text), declared) if !text.is_ascii() || declared.is_none() => {
                (Self::UTF_8, text.to_owned())
            }
            (_, _, Some((base, repertoire))) => {
                Self { repertoire, ..Self::of(base) }.decoded(bytes, CHARS_PER_BAD_BYTE)?
            }
            _ => return Err(Error::Encoding { name: UTF_8.name() }),
        };
        match read {
            (Self { kept: Some(_), base, .. }, _) => Err(Error::Encoding { name: base.name() }),
            read => Ok(read),
        }
    }

    /// The text of a document that starts with a byte order mark, or is in UTF-16 without one.
    fn marked(bytes: &[u8]) -> Result<Option<(Self, String)>> {
        if bytes.len() > limits::DOCUMENT_BYTES {
            return Err(Error::TooLarge { bytes: bytes.len(), limit: limits::DOCUMENT_BYTES });
        }
        if is_utf_32(bytes) {
            return Err(Error::Utf32);
        }
        if let Some((base, size)) = encoding_rs::Encoding::for_bom(bytes) {
            let marked = Self { mark: true, ..Self::of(base) };
            let body = bytes.get(size..).unwrap_or_default();
            let read = if base == UTF_8 { marked.lossless(body, 0) } else { marked.decoded(body, 0) };
            return read.map(Some);
        }
        utf_16::unmarked(bytes).map(|base| Self::of(base).decoded(bytes, 0)).transpose()
    }

    /// The text as bytes, and whether they are UTF-8 because the encoding lacks one of the characters.
    pub fn write(self, text: &str, missing: Missing) -> (Vec<u8>, bool) {
        let lacking = self.lacking(text);
        let written = |c: char| match missing {
            Missing::Escape => {
                c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
            }
            _ => format!("&#{};", u32::from(c)),
        };
        match missing {
            _ if lacking.is_empty() => (self.encoded(text), false),
            Missing::None => (self.as_utf_8(text), true),
            Missing::Reference | Missing::Escape => {
                let mut out = String::with_capacity(text.len());
                for c in text.chars() {
                    if lacking.contains(&c) { out.push_str(&written(c)) } else { out.push(c) }
                }
                (self.encoded(&out), false)
            }
        }
    }

    /// The text as UTF-8. Bytes that were kept are text where the encoding can read them.
    pub fn as_utf_8(self, text: &str) -> Vec<u8> {
        let Some(kept) = self.kept else { return text.as_bytes().to_vec() };
        let mut out = Vec::with_capacity(text.len());
        kept.divide(text, |unit| match unit {
            Unit::Text(text) => out.extend_from_slice(text.as_bytes()),
            Unit::Bytes(bytes) => {
                let read = self.base.decode_without_bom_handling_and_without_replacement(bytes);
                out.extend_from_slice(read.as_deref().map_or(bytes, str::as_bytes));
            }
        });
        out
    }

    /// Whether the encoding has all characters of `text`.
    pub fn can_encode(self, text: &str) -> bool {
        self.lacking(text).is_empty()
    }

    /// Whether the document is in UTF-8.
    pub fn is_utf_8(self) -> bool {
        self.base == UTF_8
    }

    /// Whether the document declares UTF-8 and is in another encoding, so that programs cannot read what is not ASCII.
    pub fn declares_utf_8(self) -> bool {
        self.declares_utf_8
    }

    /// How many bytes of the document are no text.
    pub fn kept_bytes(self, text: &str) -> usize {
        self.kept.map_or(0, |kept| text.chars().filter(|c| kept.byte(*c).is_some()).count())
    }

    /// The encoding for Java properties: what is not in UTF-8, Java reads as ISO-8859-1.
    pub fn of_properties(self, source: &str) -> Self {
        if self.base == WINDOWS_1252 { self.limited(Repertoire::Iso, source) } else { self }
    }

    /// The encoding with a smaller repertoire, if the source keeps to it.
    fn limited(mut self, repertoire: Repertoire, source: &str) -> Self {
        self.repertoire = repertoire;
        if !self.lacking(source).is_empty() {
            self.repertoire = Repertoire::All;
        }
        self
    }

    /// The characters of a text that the encoding lacks.
    fn lacking(self, text: &str) -> HashSet<char> {
        if self.base.output_encoding() == UTF_8 || text.is_ascii() {
            return HashSet::new();
        }
        let is_kept = |c: char| self.kept.is_some_and(|kept| kept.byte(c).is_some());
        let lacks = |c: &char| {
            let mut buffer = [0; 4];
            let (code, _, lacks) = self.base.encode(c.encode_utf8(&mut buffer));
            lacks || !self.repertoire.has(&code)
        };
        let distinct: HashSet<char> = text.chars().filter(|c| !c.is_ascii() && !is_kept(*c)).collect();
        distinct.into_iter().filter(lacks).collect()
    }

    /// A text that the encoding can hold, with the byte order mark.
    fn encoded(self, text: &str) -> Vec<u8> {
        let mut out = self.mark_bytes().to_vec();
        match self.kept {
            Some(kept) => kept.divide(text, |unit| match unit {
                Unit::Text(text) => self.encode(text, &mut out),
                Unit::Bytes(bytes) => out.extend_from_slice(bytes),
            }),
            None => self.encode(text, &mut out),
        }
        out
    }

    fn encode(self, text: &str, out: &mut Vec<u8>) {
        if self.base == UTF_16LE {
            out.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        } else if self.base == UTF_16BE {
            out.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
        } else {
            out.extend_from_slice(&self.base.encode(text).0);
        }
    }

    fn mark_bytes(self) -> &'static [u8] {
        match self.base {
            _ if !self.mark => b"",
            base if base == UTF_16LE => b"\xff\xfe",
            base if base == UTF_16BE => b"\xfe\xff",
            _ => b"\xef\xbb\xbf",
        }
    }

    /// The text of bytes in this encoding.
    ///
    /// # Errors
    /// When the bytes, or too many of them, are no text, or would not be written as they were read: between equal
    /// characters, ISO-2022-JP may have any number of escape sequences.
    fn decoded(self, bytes: &[u8], fewest: usize) -> Result<(Self, String)> {
        let text = self.base.decode_without_bom_handling_and_without_replacement(bytes);
        let is_legacy = self.base.output_encoding() != UTF_8;
        match text {
            Some(text) if self.encoded(&text).get(self.mark_bytes().len()..) == Some(bytes) => {
                let text = text.into_owned();
                Ok((self.limited(self.repertoire, &text), text))
            }
            Some(_) if self.base == ISO_2022_JP => Err(Error::Escapes { name: self.base.name() }),
            _ if is_legacy => self.lossless(bytes, fewest),
            _ => Err(Error::Encoding { name: self.base.name() }),
        }
    }

    /// The text of bytes, some of which may be no text.
    ///
    /// # Errors
    /// When there are fewer than `fewest` characters outside ASCII for each byte that is no text.
    fn lossless(self, bytes: &[u8], fewest: usize) -> Result<(Self, String)> {
        let walk = |each: &mut dyn FnMut(Unit)| match self.base {
            base if base == UTF_8 => kept::utf_8(bytes, each),
            base => kept::legacy(base, bytes, each),
        };
        let (chars, bad) = count(walk);
        let unlikely = chars < bad.saturating_mul(fewest);
        match KeptBytes::unused(walk) {
            Some(kept) if !unlikely => {
                let text = kept.text(walk);
                let read = Self { kept: (bad > 0).then_some(kept), ..self };
                Ok((read.limited(self.repertoire, &text), text))
            }
            _ => Err(Error::Encoding { name: self.base.name() }),
        }
    }

    fn detected(bytes: &[u8]) -> Result<(Self, String)> {
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
        detector.feed(bytes, true);
        Self::of(detector.guess(None, Utf8Detection::Allow)).decoded(bytes, CHARS_PER_UNLIKELY_BYTE)
    }
}

/// Characters outside ASCII, and bytes that are no text.
fn count(walk: impl Fn(&mut dyn FnMut(Unit))) -> (usize, usize) {
    let (mut chars, mut bad) = (0, 0);
    walk(&mut |unit| match unit {
        Unit::Text(text) => chars += text.chars().filter(|c| !c.is_ascii()).count(),
        Unit::Bytes(bytes) => bad += bytes.len(),
    });
    (chars, bad)
}

/// Whether there are at least so many characters of UTF-8 outside ASCII for each byte that is none.
fn is_mostly_utf_8(bytes: &[u8], fewest: usize) -> bool {
    let (chars, bad) = count(|each| kept::utf_8(bytes, each));
    chars > 0 && chars >= bad.saturating_mul(fewest)
}

/// UTF-32: a byte order mark, or an ASCII start of which three bytes in four are zero.
fn is_utf_32(bytes: &[u8]) -> bool {
    let marked = bytes.starts_with(b"\xff\xfe\0\0") || bytes.starts_with(b"\0\0\xfe\xff");
    let head = bytes.get(..16).unwrap_or_default();
    let is_wide = |at: usize| head.iter().enumerate().all(|(index, byte)| (*byte == 0) == (index % 4 != at));
    marked || (!head.is_empty() && (is_wide(0) || is_wide(3)))
}

#[cfg(test)]
mod tests;
