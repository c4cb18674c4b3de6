//! Encodings: bytes → text, and text → bytes in the same encoding.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE};

use crate::{Error, Result, limits};

/// The encoding of a document's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Encoding {
    base: &'static encoding_rs::Encoding,
    /// Whether the bytes start with a byte order mark.
    mark: bool,
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

/// First bytes in which a document may declare its encoding: 1,024 by the XML and HTML standards; the header of a PO
/// file with long names may be longer.
const DECLARATION_BYTES: usize = 4096;

impl Encoding {
    pub const UTF_8: Self = Self { base: UTF_8, mark: false };

    /// The encoding and the text of a document: UTF-8 if the bytes are valid UTF-8 beyond ASCII, which other encodings
    /// are not by chance; else the declared encoding; without a declaration the detected one.
    ///
    /// # Errors
    /// When the document is larger than [`limits::DOCUMENT_BYTES`], or no encoding fits its bytes.
    pub fn read(bytes: &[u8]) -> Result<(Self, String)> {
        if bytes.len() > limits::DOCUMENT_BYTES {
            return Err(Error::TooLarge { bytes: bytes.len(), limit: limits::DOCUMENT_BYTES });
        }
        if let Some((base, size)) = encoding_rs::Encoding::for_bom(bytes) {
            let body = bytes.get(size..).unwrap_or_default();
            return Self { base, mark: true }.decoded(body);
        }
        if let Some(base) = unmarked_utf_16(bytes) {
            return Self { base, mark: false }.decoded(bytes);
        }
        let utf_8 = std::str::from_utf8(bytes);
        let escapes = bytes.contains(&0x1b);
        let declared = declared(bytes);
        match (utf_8, declared) {
            (Ok(text), _) if !text.is_ascii() => Ok((Self::UTF_8, text.to_owned())),
            (Ok(text), None) if !escapes => Ok((Self::UTF_8, text.to_owned())),
            (_, Some(base)) => {
                let declared = Self { base, mark: false };
                declared.decoded(bytes).or_else(|_| Self::detected(bytes))
            }
            _ => Self::detected(bytes),
        }
    }

    /// The text as bytes, and whether they are UTF-8 because the encoding lacks one of the characters.
    pub fn write(self, text: &str, missing: Missing) -> (Vec<u8>, bool) {
        let (bytes, lacking) = if self.base == UTF_16LE {
            (text.encode_utf16().flat_map(u16::to_le_bytes).collect(), false)
        } else if self.base == UTF_16BE {
            (text.encode_utf16().flat_map(u16::to_be_bytes).collect(), false)
        } else {
            let (bytes, _, lacking) = self.base.encode(text);
            (bytes.into_owned(), lacking)
        };
        if lacking && missing == Missing::None {
            return (text.as_bytes().to_vec(), true);
        }
        if lacking && missing == Missing::Escape {
            return self.write(&self.escaped(text), Missing::None);
        }
        ([self.mark_bytes(), bytes.as_slice()].concat(), false)
    }

    /// Whether the encoding has all characters of `text`.
    pub fn can_encode(self, text: &str) -> bool {
        self.base.output_encoding() == UTF_8 || !self.base.encode(text).2
    }

    fn escaped(self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            if c.is_ascii() || self.can_encode(c.encode_utf8(&mut [0; 4])) {
                out.push(c);
            } else {
                out.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
            }
        }
        out
    }

    fn mark_bytes(self) -> &'static [u8] {
        match self.base {
            _ if !self.mark => b"",
            base if base == UTF_16LE => b"\xff\xfe",
            base if base == UTF_16BE => b"\xfe\xff",
            _ => b"\xef\xbb\xbf",
        }
    }

    fn decoded(self, bytes: &[u8]) -> Result<(Self, String)> {
        let text = self.base.decode_without_bom_handling_and_without_replacement(bytes);
        let text = text.ok_or(Error::Encoding { name: self.base.name() })?;
        Ok((self, text.into_owned()))
    }

    fn detected(bytes: &[u8]) -> Result<(Self, String)> {
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
        detector.feed(bytes, true);
        Self { base: detector.guess(None, Utf8Detection::Allow), mark: false }.decoded(bytes)
    }
}

/// UTF-16 without a byte order mark: every other byte of an ASCII start is zero, as in `<\0?\0x\0`.
fn unmarked_utf_16(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = bytes.get(..64.min(bytes.len() & !1))?;
    let zeros = |parity: usize| head.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    let pairs = head.len() / 2;
    match (zeros(0), zeros(1)) {
        (0, low) if pairs > 1 && low * 4 >= pairs * 3 => Some(UTF_16LE),
        (high, 0) if pairs > 1 && high * 4 >= pairs * 3 => Some(UTF_16BE),
        _ => None,
    }
}

/// The encoding that the document declares: `encoding="…"` of an XML declaration, `charset=…` of an HTML `meta`
/// or of a PO header.
fn declared(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = bytes.get(..bytes.len().min(DECLARATION_BYTES))?;
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let start = head.trim_start();
    let xml = start.strip_prefix("<?xml").and_then(|rest| rest.split("?>").next());
    let quoted = |text: &str| {
        let text = text.trim_start_matches(|c: char| c.is_whitespace() || "=\"'".contains(c));
        let end =
            text.find(|c: char| !c.is_ascii_alphanumeric() && !"-_:.".contains(c)).unwrap_or(text.len());
        encoding_rs::Encoding::for_label(text.get(..end)?.as_bytes())
    };
    let named = if let Some(declaration) = xml {
        declaration.split_once("encoding").and_then(|(_, rest)| quoted(rest))
    } else {
        let is_markup = start.starts_with('<') && head.contains("<meta");
        let is_po = head.contains("msgid") && head.contains("content-type:");
        (is_markup || is_po).then(|| head.split_once("charset").and_then(|(_, rest)| quoted(rest))).flatten()
    };
    // A label that is readable as single bytes cannot be in UTF-16.
    named.filter(|base| *base != UTF_16LE && *base != UTF_16BE && *base != encoding_rs::REPLACEMENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (&'static str, String) {
        let (encoding, text) = Encoding::read(bytes).expect("a known encoding");
        assert_eq!(encoding.write(&text, Missing::None), (bytes.to_vec(), false));
        (encoding.base.name(), text)
    }

    #[test]
    fn byte_order_marks_and_declarations_are_used() {
        assert_eq!(read(b"\xef\xbb\xbfa"), ("UTF-8", "a".into()));
        assert_eq!(read(b"\xff\xfea\0\xe4\0"), ("UTF-16LE", "aä".into()));
        assert_eq!(read(b"\xfe\xff\0a\0\xe4"), ("UTF-16BE", "aä".into()));
        assert_eq!(read(b"<\0?\0x\0m\0l\0>\0"), ("UTF-16LE", "<?xml>".into()));
        assert_eq!(
            read(b"<?xml version='1.0' encoding='iso-8859-2'?><a>\xb1").1,
            "<?xml version='1.0' encoding='iso-8859-2'?><a>ą"
        );
        assert_eq!(read(b"<meta charset=\"shift_jis\">\x93\xfa").0, "Shift_JIS");
        assert_eq!(
            read(b"msgid \"\"\nmsgstr \"\"\n\"Content-Type: text/plain; charset=KOI8-R\\n\"\n\xc1").0,
            "KOI8-R"
        );
    }

    #[test]
    fn undeclared_bytes_are_detected() {
        assert_eq!(read("日本語".as_bytes()).0, "UTF-8");
        let (japanese, _, _) =
            encoding_rs::SHIFT_JIS.encode("これは日本語の文章です。よろしくお願いします。");
        assert_eq!(read(&japanese), ("Shift_JIS", "これは日本語の文章です。よろしくお願いします。".into()));
        let (german, _, _) = encoding_rs::WINDOWS_1252.encode("Die Bäume blühen schön und groß.");
        assert_eq!(read(&german), ("windows-1252", "Die Bäume blühen schön und groß.".into()));
        let (mail, _, _) = encoding_rs::ISO_2022_JP.encode("日本語のメールです。");
        assert_eq!(read(&mail).0, "ISO-2022-JP");
    }

    #[test]
    fn a_missing_character_becomes_a_reference_or_makes_the_document_utf_8() {
        let latin = Encoding { base: encoding_rs::WINDOWS_1252, mark: false };
        assert!(latin.can_encode("ä") && !latin.can_encode("日"));
        assert_eq!(latin.write("ä日", Missing::Reference), (b"\xe4&#26085;".to_vec(), false));
        assert_eq!(latin.write("ä日", Missing::None), ("ä日".as_bytes().to_vec(), true));
    }

    #[test]
    fn half_a_character_is_refused() {
        assert!(matches!(Encoding::read(b"\xff\xfea\0\0"), Err(Error::Encoding { name: "UTF-16LE" })));
        assert!(matches!(Encoding::read(b"\xff\xfe\0\xd8"), Err(Error::Encoding { .. })));
    }
}
