//! TMX: every unit that has no text in the target language gets one, in its empty place or beside the others.

use crate::Result;
use crate::bilingual::{Segment, attribute, is_same_language, segment};
use crate::markup::{Dialect, Kind, Tokens};
use crate::slot::ParsedBlock;
use crate::xml::tree::{self, DocType};

/// The blocks of a translation memory, whose translations are in the language `to`. The source is the text in the
/// language `from`, else in that which the memory names, else the first.
///
/// # Errors
/// When the XML is not well-formed or nested too deeply.
pub(crate) fn parse(source: &str, from: Option<&str>, to: &str) -> Result<Vec<ParsedBlock>> {
    tree::each(source, DocType::Named, |_| false, |_| Ok(()))?;
    let mut tokens = Tokens::new(source, Dialect::Xml);
    let mut found = Vec::new();
    let mut named = None;
    let mut texts: Vec<Text> = Vec::new();
    while let Some(token) = tokens.next() {
        match token.kind {
            Kind::Open { name, attributes, empty } => match name.as_str() {
                "header" => named = attribute(source, &attributes, "srclang"),
                "tu" => texts.clear(),
                "tuv" => {
                    let language = attribute(source, &attributes, "xml:lang")
                        .or_else(|| attribute(source, &attributes, "lang"));
                    texts.push(Text {
                        language: language.unwrap_or_default(),
                        start: token.range.start,
                        ..Text::default()
                    });
                }
                "seg" => {
                    let read = segment(&mut tokens, &token.range, "seg", empty);
                    if let Some(text) = texts.last_mut() {
                        text.segment = read;
                    }
                }
                _ => {}
            },
            Kind::Close { name } if name == "tuv" => {
                if let Some(text) = texts.last_mut() {
                    text.end = token.range.end;
                }
            }
            Kind::Close { name } if name == "tu" => found.extend(unit(source, &texts, [from, named], to)),
            _ => {}
        }
    }
    Ok(found)
}

/// The text of a unit in one language.
#[derive(Debug, Default)]
struct Text<'a> {
    language: &'a str,
    start: usize,
    end: usize,
    segment: Segment,
}

fn unit(source: &str, texts: &[Text], from: [Option<&str>; 2], to: &str) -> Option<ParsedBlock> {
    let target = texts.iter().find(|text| is_same_language(text.language, to));
    if target.is_some_and(|target| !target.segment.slice(source).trim().is_empty()) {
        return None;
    }
    let in_language = |language: &str| texts.iter().find(|text| is_same_language(text.language, language));
    let text = from.into_iter().flatten().find_map(in_language).or_else(|| texts.first())?;
    if let Some(Text { segment: target, .. }) = target {
        let tag = target.start_tag(source).trim_end_matches('>').trim_end_matches('/').trim_end();
        return text.segment.found(source, target.range.clone(), &format!("{tag}>"), "</seg>");
    }
    let end = texts.iter().map(|text| text.end).max().filter(|end| *end > text.segment.inner.start)?;
    let line = source.get(..text.start)?;
    let blank = line.get(line.trim_end_matches([' ', '\t', '\r', '\n']).len()..)?;
    let kept = source.get(text.segment.inner.start..end)?;
    // Only what a language code may hold goes into the attribute.
    let to: String = to.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let before = format!("{kept}{blank}<tuv xml:lang=\"{to}\"><seg>");
    text.segment.found(source, text.segment.inner.start..end, &before, "</seg></tuv>")
}
