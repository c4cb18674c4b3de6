//! Measures the streams of an encrypted file that an empty password opens. They can only be measured after decryption,
//! and the parser decrypts an object stream together with inflating it. So a copy of the file is parsed whose table of
//! objects names no object streams: those are then streams as all others.

use std::collections::BTreeMap;

use hayro_syntax::Pdf;
use hayro_syntax::object::{Name, ObjectIdentifier, Stream};

use super::filters::{Outcome, measure};
use super::{Budget, Checked, KEYWORD, find, find_last, hide};

/// Times that an object is written in one file: once more for each update.
const REVISIONS: usize = 64;

pub(super) fn check(checked: &mut Checked, budget: &mut Budget) -> Result<(), &'static str> {
    let objects = objects(&checked.bytes);
    let keywords: Vec<usize> = memchr::memmem::find_iter(&checked.bytes, KEYWORD).collect();
    let most = objects.values().map(Vec::len).max().unwrap_or(0);
    if most > REVISIONS {
        return Err("its objects are written too often");
    }
    for revision in 0..most {
        let places = objects.iter().filter_map(|(id, places)| Some((*id, *places.get(revision)?)));
        let places: BTreeMap<(u32, i32), usize> = places.collect();
        // A file that needs a password is refused later; nothing of it is inflated.
        let Some(pdf) = with_table(&checked.bytes, &places).and_then(|copy| Pdf::new(copy).ok()) else {
            continue;
        };
        for (&(number, generation), &place) in &places {
            let Some(&keyword) = keywords.get(keywords.partition_point(|at| *at < place)) else { continue };
            let Some(stream) = pdf.xref().get::<Stream<'_>>(ObjectIdentifier::new(number, generation)) else {
                continue;
            };
            let kind = stream.dict().get::<Name<'_>>(b"Type");
            if kind.is_some_and(|kind| kind.as_ref() == b"XRef") {
                continue;
            }
            match measure(&stream.raw_data(), budget, 0) {
                Outcome::Fits | Outcome::UnlikelyUntil(_) => {}
                Outcome::DamagedAt(_) | Outcome::TooLarge => {
                    checked.has_large = true;
                    hide(&mut checked.bytes, keyword);
                }
                Outcome::Exhausted => return Err("its streams are too large together"),
            }
        }
    }
    Ok(())
}

/// The places of all objects that are written in the file, by number and generation.
fn objects(bytes: &[u8]) -> BTreeMap<(u32, i32), Vec<usize>> {
    let mut objects: BTreeMap<(u32, i32), Vec<usize>> = BTreeMap::new();
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| find(rest, b"obj")) {
        let before = bytes.get(..at + found).unwrap_or_default();
        at += found + 3;
        if let Some((generation, before)) = number_before(before)
            && let Some((number, before)) = number_before(before)
            && let (Ok(number), Ok(generation)) = (u32::try_from(number), i32::try_from(generation))
        {
            objects.entry((number, generation)).or_default().push(before.len());
        }
    }
    objects
}

/// The number at the end of these bytes, before which spaces may stand, and the bytes before it.
fn number_before(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let bytes = bytes.trim_ascii_end();
    let digits = bytes.iter().rev().take(10).take_while(|byte| byte.is_ascii_digit()).count();
    let (before, digits) = bytes.split_at_checked(bytes.len() - digits)?;
    Some((std::str::from_utf8(digits).ok()?.parse().ok()?, before))
}

/// The file with another table of objects after it, and without pages.
fn with_table(bytes: &[u8], places: &BTreeMap<(u32, i32), usize>) -> Option<Vec<u8>> {
    let encrypt = value(bytes, b"/Encrypt")?;
    let id = value(bytes, b"/ID").unwrap_or(b"[<><>]");
    let first_free = places.keys().next_back().map_or(1, |(number, _)| number.saturating_add(1));
    let begin = bytes.windows(5).position(|part| part == b"%PDF-").unwrap_or(0);
    let mut copy = bytes.get(begin..)?.to_vec();
    // What the parser finds in a search for objects must not be inflated either.
    let mut at = 0;
    while let Some(found) = copy.get(at..).and_then(|rest| find(rest, b"/ObjStm")) {
        at += found + 7;
        copy.get_mut(at - 1).into_iter().for_each(|byte| *byte = b'x');
    }
    let mut entries = String::new();
    for ((number, generation), place) in places {
        let place = place.checked_sub(begin)?;
        entries.push_str(&format!("{number} 1\n{place:010} {generation:05} n \n"));
    }
    let catalog = copy.len() + 1;
    let text = format!("\n{first_free} 0 obj\n<< /Type /Catalog /Pages {} 0 R >>\nendobj\n", first_free + 1);
    copy.extend_from_slice(text.as_bytes());
    let pages = copy.len();
    copy.extend_from_slice(
        format!("{} 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n", first_free + 1).as_bytes(),
    );
    let table = copy.len();
    let own = format!("{first_free} 2\n{catalog:010} 00000 n \n{pages:010} 00000 n \n");
    copy.extend_from_slice(
        format!("xref\n{entries}{own}trailer\n<< /Size {} /Root {first_free} 0 R /Encrypt ", first_free + 2)
            .as_bytes(),
    );
    copy.extend_from_slice(encrypt);
    copy.extend_from_slice(b" /ID ");
    copy.extend_from_slice(id);
    copy.extend_from_slice(format!(" >>\nstartxref\n{table}\n%%EOF\n").as_bytes());
    Some(copy)
}

/// The value after the last occurrence of a key: a reference, a dictionary or an array.
fn value<'a>(bytes: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let mut end = bytes.len();
    loop {
        let at = find_last(bytes.get(..end)?, key)?;
        end = at;
        let rest = bytes.get(at + key.len()..)?;
        let value = rest.trim_ascii_start();
        let length = match value.first()? {
            b'[' => find(value, b"]").map(|end| end + 1),
            b'<' => dictionary_length(value),
            b'0'..=b'9' => find(value.get(..32).unwrap_or(value), b"R").map(|end| end + 1),
            _ => None,
        };
        if let Some(length) = length {
            return value.get(..length);
        }
    }
}

/// Bytes of a dictionary that a value begins with, strings in it passed over.
fn dictionary_length(value: &[u8]) -> Option<usize> {
    let (mut at, mut depth, mut parentheses) = (0, 0_usize, 0_usize);
    loop {
        match (parentheses, value.get(at..at + 2)?) {
            (_, [b'\\', _]) => at += 1,
            (_, [b'(', _]) => parentheses += 1,
            (1.., [b')', _]) => parentheses -= 1,
            (0, b"<<") => {
                depth += 1;
                at += 1;
            }
            (0, b">>") => {
                depth = depth.checked_sub(1)?;
                at += 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}
