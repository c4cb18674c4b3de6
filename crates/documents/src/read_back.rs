//! Reads a written part back: every block must be found again with the text it was given.

use std::collections::HashMap;

use crate::content::Occurrence;
use crate::formats::ooxml::{self, OoxmlPart};
use crate::parser::Parser;
use crate::part::Part;
use crate::slot::Role;

/// A difference between what was written and what is read back.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Mismatch {
    /// This block was not read back with its text.
    Block(usize),
    /// These blocks are names that clash with another, or that are not allowed.
    Names(Vec<usize>),
}

/// A block as it was written at one of its occurrences.
#[derive(Debug)]
pub(crate) struct WrittenBlock<'a> {
    pub occurrence: &'a Occurrence,
    /// The text of its block.
    pub source: &'a str,
    /// The text that must be read back; empty if it has no words, so is no block any more.
    pub expected: &'a str,
    /// The byte of the written part at which it starts, unless it is inside another one.
    pub start: usize,
}

/// The first difference between a part as it was written and as it is read back.
pub(crate) fn mismatch(part: &Part, written: &str, blocks: &[WrittenBlock]) -> Option<Mismatch> {
    if !part.parser.is_read_back() || written == part.source {
        return None;
    }
    if let Parser::Office(OoxmlPart::Columns | OoxmlPart::Sheets(_)) = part.parser {
        let names = ooxml::invalid_names(written);
        let clashes =
            |one: &&WrittenBlock| one.source != one.expected && names.contains(&one.expected.to_lowercase());
        let blocks: Vec<usize> = blocks.iter().filter(clashes).map(|one| one.occurrence.block).collect();
        if !blocks.is_empty() {
            return Some(Mismatch::Names(blocks));
        }
    }
    let found = match part.parse_text(written) {
        Ok(found) => found,
        Err(error) => return Some(Mismatch::Block(written_at(blocks, error.offset().unwrap_or(0))?)),
    };
    let is_block = |role: Role| role != Role::Copy;
    let found = found.blocks.into_iter().filter(|found| is_block(found.slot.role));
    let found: Vec<String> = found.map(|found| without_whitespace(&found.block.text)).collect();
    let wanted = blocks.iter().filter(|one| is_block(one.occurrence.slot.role) && !one.expected.is_empty());
    let wanted: Vec<(String, usize)> =
        wanted.map(|one| (without_whitespace(one.expected), one.occurrence.block)).collect();
    let last = blocks.last()?.occurrence.block;
    if part.name.is_empty() {
        let mut found = found.iter();
        let wrong = wanted.iter().find(|(text, _)| found.next() != Some(text));
        return match wrong {
            Some((_, block)) => Some(Mismatch::Block(*block)),
            None => found.next().map(|_| Mismatch::Block(last)),
        };
    }
    // The order may differ: a picture with a text of its own may be written on the other side of its paragraph's words.
    let mut left: HashMap<&str, usize> = HashMap::new();
    found.iter().for_each(|text| *left.entry(text).or_default() += 1);
    for (text, block) in &wanted {
        match left.get_mut(text.as_str()).filter(|count| **count > 0) {
            Some(count) => *count -= 1,
            None => return Some(Mismatch::Block(*block)),
        }
    }
    (found.len() > wanted.len()).then_some(Mismatch::Block(last))
}

/// The block that was written last before a byte, or the first one: broken markup is detected right after it.
fn written_at(blocks: &[WrittenBlock], byte: usize) -> Option<usize> {
    let mut end = 0;
    let outer = blocks.iter().filter(|one| {
        let range = &one.occurrence.slot.range;
        let is_outer = range.start >= end;
        end = end.max(range.end);
        is_outer
    });
    let before = outer.take_while(|one| one.start <= byte).last();
    before.or(blocks.first()).map(|one| one.occurrence.block)
}

/// What remains of a text however its lines are laid out.
fn without_whitespace(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Content;
    use crate::encoding::Encoding;

    #[test]
    fn broken_markup_is_attributed_to_the_block_before_it() {
        let paragraph = |text: &str| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>");
        let body: String = ["One", "Two", "Three"].into_iter().map(paragraph).collect();
        let space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
        let source = format!("<w:body xmlns:w=\"{space}\">{body}</w:body>");
        let part = Part {
            name: "word/document.xml".to_owned(),
            source,
            encoding: Encoding::UTF_8,
            parser: Parser::Office(OoxmlPart::Word),
        };
        let parsed =
            part.parse().expect("well-formed").blocks.into_iter().map(|parsed| (0, parsed)).collect();
        let content = Content::new(vec![part], parsed);
        let (part, occurrences) = (&content.parts[0], &content.occurrences);
        let written = part.source.replace("Two</w:t></w:r>", "Zwei</w:t>");
        let blocks: Vec<WrittenBlock> = occurrences
            .iter()
            .zip(["One", "Zwei", "Three"])
            .map(|(occurrence, expected)| {
                let start = written.find(&format!("<w:r><w:t>{expected}")).expect("written");
                let source = &content.blocks[occurrence.block].text;
                WrittenBlock { occurrence, source, expected, start }
            })
            .collect();
        assert_eq!(mismatch(part, &written, &blocks), Some(Mismatch::Block(1)));
        // A missing block is recognised by its text, wherever it would sort.
        let written = part.source.replace("Two", "").replace("Three", "Drei");
        let texts = ["One", "Two", "Drei"];
        let blocks: Vec<WrittenBlock> =
            blocks.into_iter().zip(texts).map(|(one, expected)| WrittenBlock { expected, ..one }).collect();
        assert_eq!(mismatch(part, &written, &blocks), Some(Mismatch::Block(1)));
    }
}
