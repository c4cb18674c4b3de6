//! TMX: every unit that has no text in the target language gets one, in its empty `seg` or after the others. ICU messages
//! with plural forms are counted and left.

use std::ops::Range;

use crate::Result;
use crate::bilingual::{attribute, block, is_same_language, start_tag};
use crate::icu;
use crate::left_alone::Place;
use crate::parsed::Parsed;
use crate::xml::tree::{self, DocType, Element};

/// The blocks of a translation memory, whose translations are in the language `to`. The source is the text in the
/// language `from`, else in the header's source language, else the first.
///
/// # Errors
/// When the XML is not well-formed or nested too deeply.
pub(crate) fn parse(source: &str, from: Option<&str>, to: &str) -> Result<Parsed> {
    let mut found = Parsed::default();
    let mut header = None;
    let wanted = |(_, local)| matches!(local, "header" | "tu");
    let read = tree::each_inheriting(
        source,
        DocType::Named,
        (),
        |(), _| (),
        wanted,
        |(), element| {
            match element.name.1 {
                "header" => header = attribute(source, &element, "srclang"),
                _ => unit(source, &element, [from, header], to, &mut found),
            }
            Ok(())
        },
    );
    found.left_alone.add(Place::CrowdedText, read?);
    Ok(found)
}

/// The text of a unit in one language.
struct Variant<'a> {
    language: &'a str,
    tuv: &'a Element<'a>,
    seg: &'a Element<'a>,
}

/// Adds the block of a unit.
fn unit(source: &str, unit: &Element, from: [Option<&str>; 2], to: &str, found: &mut Parsed) {
    let variant = |tuv| {
        let language = ["xml:lang", "lang"].into_iter().find_map(|name| attribute(source, tuv, name));
        Some(Variant { language: language.unwrap_or_default(), tuv, seg: tuv.child(("", "seg"))? })
    };
    let variants: Vec<Variant> =
        unit.elements().filter(|child| child.name.1 == "tuv").filter_map(variant).collect();
    let in_language = |language: &str| variants.iter().find(|one| is_same_language(one.language, language));
    let target = in_language(to);
    if target
        .is_some_and(|target| !source.get(target.seg.inner.clone()).unwrap_or_default().trim().is_empty())
    {
        return;
    }
    let own = from.into_iter().flatten().find_map(in_language).or(variants.first());
    let (Some(Variant { tuv, seg, .. }), Some(last)) = (own, variants.last()) else { return };
    let slice = |range: Range<usize>| source.get(range).unwrap_or_default();
    let text = slice(seg.inner.clone());
    if !icu::arguments(text).is_empty() {
        return found.leave(Place::Message, text);
    }
    if let Some(Variant { seg: target, .. }) = target {
        found.extend(block(source, seg, target.range.clone(), &start_tag(source, target), "</seg>"));
        return;
    }
    let end = last.tuv.range.end;
    let line = slice(0..tuv.range.start);
    let blank = slice(line.trim_end_matches([' ', '\t', '\r', '\n']).len()..line.len());
    let kept = slice(seg.inner.start..end);
    // Only characters of language codes, so that the attribute stays well-formed.
    let to: String = to.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let before = format!("{kept}{blank}<tuv xml:lang=\"{to}\"><seg>");
    found.extend(block(source, seg, seg.inner.start..end, &before, "</seg></tuv>"));
}
