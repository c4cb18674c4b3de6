//! The encoding that a document declares, and which of its characters other programs read under that name.

use encoding_rs::{BIG5, EUC_JP, EUC_KR, GBK, REPLACEMENT, SHIFT_JIS, UTF_16BE, UTF_16LE};

/// First bytes in which a document may declare its encoding: 1,024 by the XML and HTML standards; the header of a PO
/// file with long names may be longer.
const DECLARATION_BYTES: usize = 4096;

/// The codes that every program reads under the declared name. Browsers read many names as larger encodings: `us-ascii`
/// and `iso-8859-1` as windows-1252, `gb2312` as GBK; XML parsers, gettext and others do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repertoire {
    All,
    Ascii,
    /// An encoding of ISO, whose bytes 0x80 to 0x9F are control characters.
    Iso,
    Gb2312,
    ShiftJis,
    EucJp,
    EucKr,
    Big5,
}

impl Repertoire {
    fn of(label: &str, base: &'static encoding_rs::Encoding) -> Self {
        let has = |parts: &[&str]| parts.iter().any(|part| label.contains(part));
        match base {
            _ if has(&["ascii", "ansi_x3.4"]) => Self::Ascii,
            _ if has(&["125", "874", "932", "31j", "949", "hkscs", "ms_kanji"]) => Self::All,
            _ if matches!(base.name(), "windows-1252" | "windows-1254" | "windows-874") => Self::Iso,
            base if base == GBK && !has(&["gbk"]) => Self::Gb2312,
            base if base == SHIFT_JIS => Self::ShiftJis,
            base if base == EUC_JP => Self::EucJp,
            base if base == EUC_KR => Self::EucKr,
            base if base == BIG5 => Self::Big5,
            _ => Self::All,
        }
    }

    /// Whether the code of one character belongs to it.
    pub fn has(self, code: &[u8]) -> bool {
        let Some(&first) = code.first() else { return true };
        let pair = |leads: bool| code.len() == 1 || leads;
        match self {
            Self::All => true,
            Self::Ascii => code.is_ascii(),
            Self::Iso => !(0x80..=0x9f).contains(&first),
            Self::Gb2312 => pair((0xa1..=0xf7).contains(&first) && code.iter().all(|byte| *byte >= 0xa1)),
            Self::ShiftJis => pair(matches!(first, 0x81..=0x84 | 0x88..=0x9f | 0xe0..=0xea)),
            Self::EucJp => pair(matches!(first, 0x8e..=0x8f | 0xa1..=0xa8 | 0xb0..=0xf4)),
            Self::EucKr => pair(code.iter().all(|byte| *byte >= 0xa1)),
            Self::Big5 => pair(matches!(first, 0xa1..=0xc6 | 0xc9..=0xf9)),
        }
    }
}

/// The encoding that the document declares: `encoding="…"` of an XML declaration, `charset=…` of an HTML `meta`
/// or of a PO header.
pub(super) fn declared(bytes: &[u8]) -> Option<(&'static encoding_rs::Encoding, Repertoire)> {
    let head = bytes.get(..bytes.len().min(DECLARATION_BYTES))?;
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let start = head.trim_start();
    let xml = start.strip_prefix("<?xml").and_then(|rest| rest.split("?>").next());
    let label = if let Some(declaration) = xml {
        declaration.split_once("encoding").map(|(_, rest)| label(rest))
    } else if start.starts_with('<') {
        let tags = head.split("<meta").skip(1).map(|rest| rest.split('>').next().unwrap_or_default());
        tags.filter_map(|tag| tag.split_once("charset")).map(|(_, rest)| label(rest)).next()
    } else {
        let is_po = head.contains("msgid") && head.contains("content-type:");
        is_po.then(|| head.split_once("charset").map(|(_, rest)| label(rest))).flatten()
    }?;
    let base = encoding_rs::Encoding::for_label(label.as_bytes())?;
    // A label that is readable as single bytes cannot be in UTF-16.
    let readable = base != UTF_16LE && base != UTF_16BE && base != REPLACEMENT;
    readable.then(|| (base, Repertoire::of(label, base)))
}

/// The name after `charset=` or `encoding=`.
fn label(text: &str) -> &str {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || "=\"'".contains(c));
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !"-_:.".contains(c)).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}
