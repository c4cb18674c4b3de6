//! Limits what a PDF's streams inflate to, before its parser, which has no limit, inflates any. Every stream follows the
//! word "stream" somewhere in the file, whatever object it may belong to, so each is tried there with each filter that
//! can make it larger. A stream that becomes too large is hidden from the parser by changing that word; so is a picture,
//! which is never read.

mod encrypted;
mod filters;

use crate::limits;

use filters::{Outcome, measure};

const KEYWORD: &[u8] = b"stream";
/// Replaces the keyword of a hidden stream.
const HIDDEN: &[u8] = b"strexm";

/// Compressed bytes of a damaged stream that the parser may repair: it becomes at most a thousand times as large.
const REPAIRED_BYTES: usize = limits::PDF_STREAM_BYTES / 1032;

/// What looking at one stream costs, beside its bytes: its dictionary is looked for.
const KEYWORD_COST: usize = 1 << 12;

/// A file that is safe to parse.
pub(super) struct Checked {
    pub(super) bytes: Vec<u8>,
    /// Whether its streams are encrypted; not those of its tables.
    is_encrypted: bool,
    /// Whether a stream other than a picture is hidden since it is too large.
    pub(super) has_large: bool,
}

/// Bytes that all streams of a document may still take and give while they are measured.
pub(super) struct Budget(usize);

impl Budget {
    /// Takes bytes; `false` if there are not as many.
    fn take(&mut self, bytes: usize) -> bool {
        let left = self.0.checked_sub(bytes);
        self.0 = left.unwrap_or(0);
        left.is_some()
    }
}

/// The file without streams that are too large.
///
/// # Errors
/// Why it is not safe to parse.
pub(super) fn checked(bytes: &[u8]) -> Result<Checked, &'static str> {
    let is_encrypted = find(bytes, b"/Encrypt").is_some();
    let mut checked = Checked { bytes: bytes.to_vec(), is_encrypted, has_large: false };
    let mut budget = Budget(limits::PDF_MEASURED_BYTES);
    if has_disguised_name(bytes) {
        return Err("a name of its structure is disguised");
    }
    let mut at = 0;
    while let Some(found) = find(checked.bytes.get(at..).unwrap_or_default(), KEYWORD) {
        let keyword = at + found;
        at = keyword + KEYWORD.len();
        let after = checked.bytes.get(at..).unwrap_or_default();
        let line_end = match after {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => continue,
        };
        let is_end = checked.bytes.get(..keyword).is_some_and(|before| before.ends_with(b"end"));
        if !is_end {
            check(&mut checked, keyword, at + line_end, &mut budget)?;
        }
    }
    if is_encrypted {
        encrypted::check(&mut checked, &mut budget)?;
    }
    Ok(checked)
}

/// Hides the stream after a keyword if it is a picture or too large.
fn check(
    checked: &mut Checked,
    keyword: usize,
    data: usize,
    budget: &mut Budget,
) -> Result<(), &'static str> {
    if !budget.take(KEYWORD_COST) {
        return Err("its streams are too many");
    }
    let about = dictionary(&checked.bytes, keyword);
    if is_picture(checked.bytes.get(about.clone()).unwrap_or_default()) {
        hide(&mut checked.bytes, keyword);
        return Ok(());
    }
    let content = checked.bytes.get(data..).unwrap_or_default();
    let is_table = checked.bytes.get(about.clone()).is_some_and(|about| find(about, b"/XRef").is_some());
    match measure(content, budget, 0) {
        Outcome::Fits => {}
        Outcome::UnlikelyUntil(_) if !may_be_compressed(&checked.bytes, about.clone()) => {}
        Outcome::TooLarge => {
            checked.has_large = true;
            hide(&mut checked.bytes, keyword);
        }
        Outcome::DamagedAt(_) | Outcome::UnlikelyUntil(_) if checked.is_encrypted && !is_table => {}
        // The parser repairs damaged streams beyond the point where it is known how large they become.
        Outcome::DamagedAt(end) | Outcome::UnlikelyUntil(end) => {
            if !shorten(&mut checked.bytes, about, data, data + end) {
                checked.has_large = true;
                hide(&mut checked.bytes, keyword);
            }
        }
        Outcome::Exhausted => return Err("its streams are too large together"),
    }
    Ok(())
}

fn hide(bytes: &mut [u8], keyword: usize) {
    if let Some(word) = bytes.get_mut(keyword..keyword + HIDDEN.len()) {
        word.copy_from_slice(HIDDEN);
    }
}

/// Bytes before a stream's keyword that may be its dictionary.
const LONGEST: usize = 1 << 16;

/// Where the dictionary before a stream's keyword stands, as far as it is simple.
fn dictionary(bytes: &[u8], keyword: usize) -> std::ops::Range<usize> {
    let begin = keyword.saturating_sub(LONGEST);
    let before = bytes.get(begin..keyword).unwrap_or_default();
    let from = find_last(before, b"obj").map_or(before.len(), |at| at + 3);
    begin + from..keyword
}

/// Whether a stream may be said to be compressed by deflate. Where the dictionary is not simple, all since the last
/// object counts.
fn may_be_compressed(bytes: &[u8], about: std::ops::Range<usize>) -> bool {
    let is_said = |text: &[u8]| {
        let mut short = memchr::memmem::find_iter(text, b"/Fl");
        find(text, b"/Flate").is_some()
            || short.any(|at| !text.get(at + 3).is_some_and(u8::is_ascii_alphanumeric))
    };
    match bytes.get(about.clone()) {
        Some(text) if is_simple(text) => is_said(text),
        _ => {
            let before = bytes.get(about.end.saturating_sub(LONGEST)..about.end).unwrap_or_default();
            let from = find_last(before, b"endobj").unwrap_or(0);
            before.get(from..).is_some_and(is_said)
        }
    }
}

/// Whether a dictionary is that of a picture.
fn is_picture(dictionary: &[u8]) -> bool {
    let Some(at) = find(dictionary, b"/Subtype") else { return false };
    let value = dictionary.get(at + 8..).unwrap_or_default().trim_ascii_start();
    value.strip_prefix(b"/Image").is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_alphanumeric))
}

/// Ends a stream where it is damaged, unless it is short: the parser then looks for its end, since its length is hidden.
/// `false` if the dictionary is not simple enough to be sure of that.
fn shorten(bytes: &mut [u8], about: std::ops::Range<usize>, data: usize, damage: usize) -> bool {
    const END: &[u8] = b"\nendstream\n";
    let Some(text) = bytes.get_mut(about).filter(|text| is_simple(text)) else { return false };
    let mut at = 0;
    while let Some(found) = find(text.get(at..).unwrap_or_default(), b"/Length") {
        at += found + 7;
        if let Some(last) = text.get_mut(at - 1) {
            *last = b'x';
        }
    }
    let end = data.saturating_add(REPAIRED_BYTES).max(damage.saturating_add(filters::CHUNK));
    let ends_before =
        bytes.get(data..end.min(bytes.len())).is_some_and(|all| find(all, b"endstream").is_some());
    match bytes.get_mut(end..end.saturating_add(END.len())) {
        Some(place) if !ends_before => place.copy_from_slice(END),
        _ => {}
    }
    true
}

/// Whether a dictionary is whole, and what it says is written plainly.
fn is_simple(text: &[u8]) -> bool {
    let count = |part: &[u8]| memchr::memmem::find_iter(text, part).count();
    text.trim_ascii_start().starts_with(b"<<")
        && text.trim_ascii_end().ends_with(b">>")
        && count(b"<<") == count(b">>")
        && !text.iter().any(|byte| b"()#%".contains(byte))
}

/// Whether a name that the checks look for is written with escapes, as no program does.
fn has_disguised_name(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = find(rest, b"/") {
        rest = rest.get(at + 1..).unwrap_or_default();
        let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'#';
        let name = rest.iter().take(32).take_while(is_name).count();
        let name = rest.get(..name).unwrap_or_default();
        if name.contains(&b'#') && [&b"Encrypt"[..], b"ObjStm"].contains(&&*unescaped(name)) {
            return true;
        }
    }
    false
}

fn unescaped(name: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = name;
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| first == b'#').and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                out.push(first);
                rest = after;
            }
        }
    }
    out
}

/// The first occurrence of a part.
fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, part)
}

fn find_last(bytes: &[u8], part: &[u8]) -> Option<usize> {
    memchr::memmem::rfind(bytes, part)
}
