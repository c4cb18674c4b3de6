//! Bytes that are no text in a document's encoding: private characters stand for them while it is translated, and they
//! are written as they were read.

use std::ops::Range;

use encoding_rs::ISO_2022_JP;

/// The first of 256 consecutive private characters, one for each byte; none of them is in the document's own text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KeptBytes(u32);

/// A part of a document: text, or bytes that are no text.
pub(super) enum Unit<'a> {
    Text(&'a str),
    Bytes(&'a [u8]),
}

/// Planes 15 and 16, in rows of 256 characters, without the last row of each plane.
const ROWS: Range<u32> = 0xf00..0x10ff;

impl KeptBytes {
    /// A row of private characters that the text of `walk` does not use; `None` if it uses all, which no real text does.
    pub fn unused(walk: impl Fn(&mut dyn FnMut(Unit))) -> Option<Self> {
        let mut used = vec![false; ROWS.len()];
        walk(&mut |unit| {
            if let Unit::Text(text) = unit {
                for c in text.chars() {
                    if let Some(row) = (u32::from(c) >> 8).checked_sub(ROWS.start)
                        && let Some(used) = used.get_mut(row as usize)
                    {
                        *used = true;
                    }
                }
            }
        });
        used.iter().position(|used| !used).map(|row| Self((ROWS.start + row as u32) << 8))
    }

    /// The text of `walk`, with a private character for each byte that is no text.
    pub fn text(self, walk: impl Fn(&mut dyn FnMut(Unit))) -> String {
        let mut out = String::new();
        walk(&mut |unit| match unit {
            Unit::Text(text) => out.push_str(text),
            Unit::Bytes(bytes) => {
                out.extend(bytes.iter().filter_map(|byte| char::from_u32(self.0 + u32::from(*byte))));
            }
        });
        out
    }

    /// The byte that a character stands for.
    pub fn byte(self, c: char) -> Option<u8> {
        u32::from(c).checked_sub(self.0).and_then(|byte| u8::try_from(byte).ok())
    }

    /// Divides a text into runs of text and of kept bytes.
    pub fn divide(self, text: &str, mut each: impl FnMut(Unit)) {
        let is_byte = |c: char| self.byte(c).is_some();
        let mut rest = text;
        while !rest.is_empty() {
            let words = rest.find(is_byte).unwrap_or(rest.len());
            let (words, tail) = rest.split_at(words);
            if !words.is_empty() {
                each(Unit::Text(words));
            }
            let bytes: Vec<u8> = tail.chars().map_while(|c| self.byte(c)).collect();
            if !bytes.is_empty() {
                each(Unit::Bytes(&bytes));
            }
            rest = tail.trim_start_matches(is_byte);
        }
    }
}

/// Bytes in UTF-8.
pub(super) fn utf_8(bytes: &[u8], each: &mut dyn FnMut(Unit)) {
    for chunk in bytes.utf8_chunks() {
        each(Unit::Text(chunk.valid()));
        each(Unit::Bytes(chunk.invalid()));
    }
}

/// Bytes in a legacy encoding. What would be written as other bytes than those read counts as bytes, since some encodings
/// have several codes for one character: such a character, or a line of an encoding with states.
pub(super) fn legacy(base: &'static encoding_rs::Encoding, bytes: &[u8], each: &mut dyn FnMut(Unit)) {
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match base.decode_without_bom_handling_and_without_replacement(line) {
            Some(text) if *base.encode(&text).0 == *line => each(Unit::Text(&text)),
            _ if base == ISO_2022_JP => each(Unit::Bytes(line)),
            _ => characters(base, line, each),
        }
    }
}

/// A line in a stateless encoding, each character of which has at most four bytes.
fn characters(base: &'static encoding_rs::Encoding, bytes: &[u8], each: &mut dyn FnMut(Unit)) {
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        if first.is_ascii() {
            let (ascii, tail) = rest.split_at(rest.iter().take_while(|byte| byte.is_ascii()).count());
            each(Unit::Text(std::str::from_utf8(ascii).unwrap_or_default()));
            rest = tail;
            continue;
        }
        let read = (1..=rest.len().min(4)).find_map(|size| {
            let (code, tail) = rest.split_at(size);
            let text = base.decode_without_bom_handling_and_without_replacement(code)?;
            (!text.is_empty()).then_some((code, text, tail))
        });
        match read {
            Some((code, text, tail)) if *base.encode(&text).0 == *code => {
                each(Unit::Text(&text));
                rest = tail;
            }
            Some((code, _, tail)) => {
                each(Unit::Bytes(code));
                rest = tail;
            }
            None => {
                let (byte, tail) = rest.split_at(1);
                each(Unit::Bytes(byte));
                rest = tail;
            }
        }
    }
}
