//! Reads a written part back: every block must be found again with the text it was given.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;

use crate::content::Occurrence;
use crate::formats::ooxml::{self, OoxmlPart};
use crate::limits;
use crate::parser::Parser;
use crate::part::Part;
use crate::slot::Role;

/// A difference between what was written and what is read back.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Mismatch {
    /// These blocks were not read back with their texts: runs of neighbours, of which the first one's markup may have
    /// taken in the others. No run is empty.
    Blocks(Vec<Vec<usize>>),
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

/// The differences between a part as it was written and as it is read back.
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
    let mut found = match part.parse_written(written) {
        Ok(found) => found.blocks,
        Err(error) => {
            let block = written_at(blocks, error.offset().unwrap_or(0))?;
            return Some(Mismatch::Blocks(vec![vec![block]]));
        }
    };
    let is_block = |role: Role| role != Role::Copy;
    found.retain(|found| is_block(found.slot.role));
    found.sort_by_key(|found| (found.slot.range.start, Reverse(found.slot.range.end)));
    let found = found.iter().map(|found| (&found.slot.range, found.block.text.as_str(), ()));
    let wanted = blocks.iter().filter(|one| is_block(one.occurrence.slot.role) && !one.expected.is_empty());
    let wanted = wanted.map(|one| (&one.occurrence.slot.range, one.expected, one.occurrence.block));
    let ((mut found, mut inner_found), (mut wanted, inner_wanted)) = (nested(found), nested(wanted));
    let wrong = if part.name.is_empty() {
        move_inside(&mut found, &mut inner_found, &inner_wanted);
        // The order of texts inside others, such as the descriptions of pictures, follows the words of the translation.
        [differing(&found, &wanted), missing(&inner_found, &inner_wanted)].concat()
    } else {
        // A picture with a text of its own may be written on the other side of its paragraph's words.
        found.extend(inner_found);
        wanted.extend(inner_wanted);
        missing(&found, &wanted)
    };
    (!wrong.is_empty()).then_some(Mismatch::Blocks(wrong))
}

/// The texts without white space of `blocks` in the order of their bytes: those that are in no other block, and those
/// that are.
fn nested<'a, T>(blocks: impl Iterator<Item = (&'a Range<usize>, &'a str, T)>) -> (Texts<T>, Texts<T>) {
    let (mut end, mut outer, mut inner) = (0, Vec::new(), Vec::new());
    for (range, text, block) in blocks {
        let texts = if range.start < end { &mut inner } else { &mut outer };
        texts.push((without_whitespace(text), block));
        end = end.max(range.end);
    }
    (outer, inner)
}

type Texts<T> = Vec<(String, T)>;

/// Moves the texts that are wanted inside others to those found there: markup with a text of its own, such as a picture with
/// a description, is outside of its paragraph's text where the translation puts it at an end.
fn move_inside(outer: &mut Texts<()>, inner: &mut Texts<()>, wanted: &Texts<usize>) {
    let mut lacking: HashMap<&str, isize> = HashMap::new();
    wanted.iter().for_each(|(text, _)| *lacking.entry(text).or_default() += 1);
    inner.iter().for_each(|(text, ())| *lacking.entry(text).or_default() -= 1);
    let moved = outer.extract_if(.., |(text, ())| match lacking.get_mut(text.as_str()) {
        Some(count) if *count > 0 => {
            *count -= 1;
            true
        }
        _ => false,
    });
    let moved: Vec<_> = moved.collect();
    inner.extend(moved);
}

/// The runs of wanted texts that are found too seldom, in whatever order, or the last block if there are more than wanted.
fn missing(found: &Texts<()>, wanted: &Texts<usize>) -> Vec<Vec<usize>> {
    let mut surplus: HashMap<&str, isize> = HashMap::new();
    found.iter().for_each(|(text, ())| *surplus.entry(text).or_default() += 1);
    wanted.iter().for_each(|(text, _)| *surplus.entry(text).or_default() -= 1);
    let is_missing = |text: &str| surplus.get(text).is_some_and(|surplus| *surplus < 0);
    let missing: Vec<(bool, usize)> = wanted.iter().map(|(text, block)| (is_missing(text), *block)).collect();
    let runs = missing.chunk_by(|one, next| one.0 == next.0).filter(|run| run.iter().all(|one| one.0));
    let mut wrong: Vec<Vec<usize>> = runs.map(|run| run.iter().map(|one| one.1).collect()).collect();
    if wrong.is_empty() && found.len() > wanted.len() {
        wrong.extend(wanted.last().map(|(_, block)| vec![*block]));
    }
    wrong
}

/// The runs of wanted texts that differ from those found at their place; where a text was found too much, the block before
/// it.
fn differing(found: &Texts<()>, wanted: &Texts<usize>) -> Vec<Vec<usize>> {
    let equal = |f: usize, w: usize| match (found.get(f), wanted.get(w)) {
        (Some((found, ())), Some((wanted, _))) => found == wanted,
        (None, None) => true,
        _ => false,
    };
    let mut pairs: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
    for (at, pair) in found.windows(2).enumerate() {
        if let [(one, ()), (next, ())] = pair {
            pairs.entry((one, next)).or_default().push(at);
        }
    }
    // The first pair of wanted texts that was found anywhere from `f` on.
    let far = |f: usize, w: usize| {
        wanted.get(w..)?.windows(2).enumerate().find_map(|(more_wanted, pair)| {
            let [(one, _), (next, _)] = pair else { return None };
            let places = pairs.get(&(one.as_str(), next.as_str()))?;
            let place = places.get(places.partition_point(|place| *place < f))?;
            Some((place - f, more_wanted))
        })
    };
    let (mut f, mut w, mut wrong) = (0, 0, Vec::new());
    while f < found.len() || w < wanted.len() {
        if equal(f, w) {
            (f, w) = (f + 1, w + 1);
            continue;
        }
        // The nearest place from which both go on alike.
        let near = (1..=limits::READ_BACK_GAP).flat_map(|sum| (0..=sum).map(move |more| (more, sum - more)));
        let alike = |&(more_found, more_wanted): &(usize, usize)| {
            let (f, w) = (f + more_found, w + more_wanted);
            equal(f, w) && equal(f + 1, w + 1)
        };
        let (more_found, more_wanted) = near
            .into_iter()
            .find(alike)
            .or_else(|| far(f, w))
            .unwrap_or((found.len().saturating_sub(f), wanted.len().saturating_sub(w)));
        let run = if more_wanted > 0 { w..w + more_wanted } else { w.saturating_sub(1)..w.max(1) };
        let run = wanted.get(run).unwrap_or_default();
        wrong.extend((!run.is_empty()).then(|| run.iter().map(|(_, block)| *block).collect()));
        (f, w) = (f + more_found, w + more_wanted);
    }
    wrong
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
            parser: Parser::Office(OoxmlPart::Word(Role::Own)),
        };
        let parsed = part.parse().expect("well-formed").blocks;
        let content = Content::new(vec![part], vec![parsed]);
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
        assert_eq!(mismatch(part, &written, &blocks), Some(Mismatch::Blocks(vec![vec![1]])));
        // A missing block is recognised by its text, wherever it would sort.
        let written = part.source.replace("Two", "").replace("Three", "Drei");
        let texts = ["One", "Two", "Drei"];
        let blocks: Vec<WrittenBlock> =
            blocks.into_iter().zip(texts).map(|(one, expected)| WrittenBlock { expected, ..one }).collect();
        assert_eq!(mismatch(part, &written, &blocks), Some(Mismatch::Blocks(vec![vec![1]])));
    }

    /// The blocks blamed where `found` was read back instead of `wanted`; a letter is a block.
    fn blamed(wanted: &str, found: &str) -> Vec<Vec<usize>> {
        let wanted = wanted.chars().enumerate().map(|(block, text)| (text.to_string(), block)).collect();
        differing(&found.chars().map(|text| (text.to_string(), ())).collect(), &wanted)
    }

    #[test]
    fn differences_are_runs_of_blocks() {
        let none: [Vec<usize>; 0] = [];
        assert_eq!(blamed("abcdef", "abcdef"), none);
        assert_eq!(blamed("abcdefgh", "xbcdyygh"), [vec![0], vec![4, 5]]);
        assert_eq!(blamed("abcdefgh", "abfgh"), [[2, 3, 4]], "taken in by what was written before");
        assert_eq!(blamed("abcdef", "abxcdef"), [[1]], "a block fell apart");
        assert_eq!(blamed("abcdef", "xabcdef"), [[0]]);
        assert_eq!(blamed("abcdef", "abcdefx"), [[5]]);
        assert_eq!(blamed("abcdef", "abcd"), [[4, 5]]);
        assert_eq!(blamed("abcdef", ""), [[0, 1, 2, 3, 4, 5]]);
        assert_eq!(blamed("", "x"), none);
    }

    #[test]
    fn a_long_run_ends_where_both_go_on_alike() {
        let long: String = (0..200).map(|at| char::from_u32(0x4e00 + at).expect("a letter")).collect();
        let expected: Vec<usize> = (2..202).collect();
        assert_eq!(blamed(&format!("ab{long}cdef"), "abcdef"), [expected]);
    }

    #[test]
    fn missing_texts_are_found_in_any_order() {
        let texts = |texts: &str| texts.chars().map(|text| (text.to_string(), ())).collect();
        let wanted = "abcaef".chars().enumerate().map(|(block, text)| (text.to_string(), block)).collect();
        let none: [Vec<usize>; 0] = [];
        assert_eq!(missing(&texts("feaacb"), &wanted), none);
        assert_eq!(missing(&texts("feacx"), &wanted), [vec![0, 1], vec![3]], "either of two equal ones");
        assert_eq!(missing(&texts("fex"), &wanted), [[0, 1, 2, 3]]);
        assert_eq!(missing(&texts("feaacbx"), &wanted), [[5]]);
    }
}
