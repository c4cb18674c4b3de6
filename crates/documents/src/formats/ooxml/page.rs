//! Headers and footers of a sheet's printed pages (ECMA-376 part 1, 18.3.1.46): left, middle and right texts with
//! codes such as `&P` for the page among them.

use crate::entities::{self, In};
use crate::escaping::Escaping;
use crate::inline::{self, Kind, Piece};
use crate::left_alone::Place;
use crate::markup::Dialect;
use crate::parsed::Parsed;
use crate::slot::{ParsedBlock, Slot};
use crate::xml::tree::{Element, unescaped};

/// The longest header or footer that spreadsheet programs accept, in UTF-16 units.
const MAX_UNITS: usize = 255;

/// The escaped ampersand before each code.
const MARK: &str = "&amp;";

const NAMES: [&str; 6] = ["oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"];

/// Adds the blocks of a `headerFooter` element. A text that is too long has none, so that a translation that makes it too
/// long is rejected when it is read back.
pub(crate) fn texts(source: &str, element: &Element, found: &mut Parsed) {
    for text in element.elements().filter(|child| child.name.0 == "x" && NAMES.contains(&child.name.1)) {
        let raw = source.get(text.inner.clone()).unwrap_or_default();
        if unescaped(raw).encode_utf16().count() > MAX_UNITS {
            found.leave(Place::LongText, raw);
            continue;
        }
        for run in inline::runs(source, pieces(source, text.inner.start, raw)) {
            let mut slot = Slot::new(run.range, Escaping::SheetHeader);
            slot.breaks = run.breaks;
            found.extend(ParsedBlock { block: run.block, slot }.into_translatable());
        }
    }
}

fn pieces<'a>(source: &'a str, start: usize, raw: &'a str) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(rest) = raw.get(at..).filter(|rest| !rest.is_empty()) {
        let text = rest.find(MARK).unwrap_or(rest.len());
        for (line, ending) in lines(rest.get(..text).unwrap_or_default()) {
            let (from, end) = (start + at, start + at + line);
            entities::read(source, from..end, Dialect::Xml, In::Content, &mut pieces);
            if ending > 0 {
                pieces.push(Piece::new(Kind::Break, end..end + ending));
            }
            at += line + ending;
        }
        if let Some((kind, size)) = raw.get(at + MARK.len()..).and_then(code) {
            let end = at + MARK.len() + size;
            pieces.push(Piece::new(kind, start + at..start + end));
            at = end;
        } else {
            at = raw.len();
        }
    }
    pieces
}

/// The bytes of each line and of its line end.
fn lines(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    text.split_inclusive('\n').map(|line| {
        let body = line.trim_end_matches(['\r', '\n']).len();
        (body, line.len() - body)
    })
}

/// The kind and size in bytes of the code after an ampersand.
fn code(after: &str) -> Option<(Kind<'_>, usize)> {
    let first = after.chars().next()?;
    let rest = after.get(first.len_utf8()..).unwrap_or_default();
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let look = Kind::Void { word: false };
    let quote = ["\"", "&quot;"].into_iter().find(|quote| after.starts_with(quote));
    Some(match (first.to_ascii_uppercase(), quote) {
        ('L' | 'C' | 'R', _) => (Kind::Cut, 1),
        // A font's name and style.
        (_, Some(quote)) => {
            let name = after.get(quote.len()..).unwrap_or_default();
            (look, name.find(quote).map_or(after.len(), |end| end + 2 * quote.len()))
        }
        ('&', _) if after.starts_with(MARK) => (Kind::Text("&".into()), MARK.len()),
        ('0'..='9', _) => (look, digits(after)),
        ('K', _) => (look, 1 + rest.chars().take(6).map(char::len_utf8).sum::<usize>()),
        // The page number, possibly with an offset.
        ('P' | 'N', _) => {
            let sum = rest.strip_prefix(['+', '-']).map_or(0, digits);
            (Kind::Void { word: true }, 1 + if sum > 0 { sum + 1 } else { 0 })
        }
        ('D' | 'T' | 'A' | 'F' | 'Z' | 'G', _) => (Kind::Void { word: true }, 1),
        _ => (look, first.len_utf8()),
    })
}
