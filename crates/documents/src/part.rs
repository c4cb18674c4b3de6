//! The texts a document consists of, and where its blocks lie in them.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use crate::block::{Block, LineLayout, ParsedBlock, Role, Slot};
use crate::encoding::Missing;
use crate::formats::ooxml::{self, Office};
use crate::formats::{
    csv, epub, html, json, markdown, odf, po, properties, subrip, text, tmx, vtt, xliff, yaml,
};
use crate::markup::Dialect;
use crate::xml::plain::properties;
use crate::xml::tree::DocType;
use crate::{Error, Format, ReadOptions, Result};

/// A text of a document: all of it, or one entry of a package.
#[derive(Debug)]
pub(crate) struct Part {
    /// The entry's name; empty for a document that is one text.
    pub name: String,
    pub source: String,
    pub reader: Parser,
}

impl Part {
    /// The blocks of the part, in the order of their bytes; one inside another follows it.
    ///
    /// # Errors
    /// As [`Parser::read`].
    pub fn find(&self) -> Result<Vec<ParsedBlock>> {
        match self.reader.read(&self.source) {
            Ok(found) => Ok(sorted(found)),
            Err(error) if self.name.is_empty() => Err(error),
            Err(error) => Err(Error::Part { error: Box::new(error), name: self.name.clone() }),
        }
    }

    /// What was written, with what the whole needs once some of it is translated.
    pub fn completed(&self, written: String) -> String {
        match &self.reader {
            Parser::Xliff { to } if written != self.source => xliff::completed(&written, to.as_deref()),
            _ => written,
        }
    }
}

/// What finds the blocks of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Parser {
    Text,
    Markdown,
    SubRip,
    /// A page, whose dialect is told by its start where none is given.
    Html(Option<Dialect>),
    WebVtt,
    Po,
    Xliff {
        to: Option<String>,
    },
    Tmx {
        from: Option<String>,
        to: Option<String>,
    },
    /// A table, and the columns to translate if they were chosen.
    Table(Option<Vec<usize>>),
    Json,
    Properties,
    Strings,
    Yaml,
    Office(Office),
    OpenDocument(Role),
    /// What a package says about itself.
    About(DocType),
    /// A chapter of an e-book; `is_xml` unless its maker was careless.
    Chapter {
        is_xml: bool,
    },
    /// An e-book's list of contents.
    Contents,
}

impl Parser {
    /// What reads a document that is one text; `None` for packages.
    pub fn of(format: Format, options: &ReadOptions) -> Option<Self> {
        Some(match format {
            Format::Text => Self::Text,
            Format::Markdown | Format::Pdf => Self::Markdown,
            Format::SubRip => Self::SubRip,
            Format::WebVtt => Self::WebVtt,
            Format::Html => Self::Html(None),
            Format::Po => Self::Po,
            Format::Xliff => Self::Xliff { to: options.to.clone() },
            Format::Tmx => Self::Tmx { from: options.from.clone(), to: options.to.clone() },
            Format::Csv | Format::Tsv => Self::Table(options.columns.clone()),
            Format::Json => Self::Json,
            Format::Properties => Self::Properties,
            Format::Strings => Self::Strings,
            Format::Yaml => Self::Yaml,
            _ => return None,
        })
    }

    /// The blocks of a text in any order.
    ///
    /// # Errors
    /// When the text is not of this reader's format, or more nested than [`limits`](crate::limits) allow.
    pub fn read(&self, source: &str) -> Result<Vec<ParsedBlock>> {
        match self {
            Self::Text => Ok(text::parse(source)),
            Self::Markdown => markdown::parse(source),
            Self::SubRip => subrip::parse(source),
            Self::Html(dialect) => Ok(html::parse(source, dialect.unwrap_or_else(|| Dialect::of(source)))),
            Self::WebVtt => vtt::parse(source),
            Self::Po => Ok(po::parse(source)),
            Self::Xliff { .. } => xliff::parse(source),
            Self::Tmx { from, to } => {
                tmx::parse(source, from.as_deref(), to.as_deref().ok_or(Error::NoTarget)?)
            }
            Self::Table(columns) => Ok(csv::parse(source, columns.as_deref())),
            Self::Json => json::parse(source),
            Self::Properties => Ok(properties::properties(source, source.is_ascii())),
            Self::Strings => Ok(properties::strings(source)),
            Self::Yaml => Ok(yaml::parse(source)),
            Self::Office(office) => office.read(source),
            Self::OpenDocument(role) => odf::parse(source, *role),
            Self::About(doc_type) => properties(source, *doc_type),
            Self::Chapter { is_xml } => epub::chapter(source, *is_xml),
            Self::Contents => epub::contents(source),
        }
    }

    /// How a character is written that the document's encoding lacks.
    pub fn missing(&self) -> Missing {
        match self {
            Self::Html(_) | Self::Xliff { .. } | Self::Tmx { .. } => Missing::Reference,
            Self::Properties | Self::Json => Missing::Escape,
            _ => Missing::None,
        }
    }

    /// Whether a translation could change which blocks are found, so that what was written is read again.
    fn is_read_back(&self) -> bool {
        match self {
            Self::Text | Self::SubRip | Self::WebVtt => false,
            // What is filled in beside its source is no block any more.
            Self::Po | Self::Xliff { .. } | Self::Tmx { .. } => false,
            // A translation may look like a name or a code where its source was prose.
            Self::Table(_) | Self::Json | Self::Properties | Self::Strings | Self::Yaml => false,
            _ => true,
        }
    }
}

/// Where a block stands. A block may stand at several places, each with its own markup.
#[derive(Debug)]
pub(crate) struct Occurrence {
    /// Index of its part.
    pub part: usize,
    /// Index of its block.
    pub block: usize,
    pub slot: Slot,
    /// The block with the markup it has here, where that is not the first of its places.
    pub own: Option<Block>,
}

impl Occurrence {
    /// Whether its lines are bound in length.
    pub fn is_subtitle(&self) -> bool {
        matches!(self.slot.layout, LineLayout::Balance { .. })
    }
}

/// The blocks of all parts in their order, and where they stand, in the order of their bytes. `all` has the index of
/// each block's part.
pub(crate) fn arrange(all: Vec<(usize, ParsedBlock)>) -> (Vec<Block>, Vec<Occurrence>) {
    let own = |found: &&(usize, ParsedBlock)| found.1.slot.role == Role::Own;
    let mut owned: HashSet<String> = HashSet::new();
    if all.iter().any(|found| !own(&found)) {
        owned = all.iter().filter(own).map(|(_, found)| found.block.text.clone()).collect();
    }
    let (mut blocks, mut occurrences, mut echoes) = (Vec::new(), Vec::new(), Vec::new());
    for (part, ParsedBlock { block, slot }) in all {
        // The first of several twins without a block to follow is the block that the others follow.
        let leads = slot.role == Role::Own || (slot.role == Role::Shared && owned.insert(block.text.clone()));
        if leads {
            occurrences.push(Occurrence { part, block: blocks.len(), slot, own: None });
            blocks.push(block);
        } else if owned.contains(&block.text) {
            echoes.push(Occurrence { part, block: 0, slot, own: Some(block) });
        }
    }
    let mut ids: HashMap<&str, usize> = HashMap::new();
    if !echoes.is_empty() {
        blocks.iter().enumerate().for_each(|(id, block)| {
            ids.entry(&block.text).or_insert(id);
        });
    }
    for mut echo in echoes {
        if let Some(&id) = echo.own.as_ref().and_then(|own| ids.get(own.text.as_str())) {
            echo.block = id;
            occurrences.push(echo);
        }
    }
    occurrences.sort_by_key(|occurrence| {
        (occurrence.part, occurrence.slot.range.start, Reverse(occurrence.slot.range.end))
    });
    (blocks, occurrences)
}

/// Blocks whose translation cannot stand as it was written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Misread {
    /// Not read back as the text it should be.
    Block(usize),
    /// The same name as another's, or one that no such thing may have.
    Names(Vec<usize>),
}

/// A block as it was written at one of its places.
#[derive(Debug)]
pub(crate) struct WrittenBlock<'a> {
    pub occurrence: &'a Occurrence,
    /// The text of its block.
    pub source: &'a str,
    /// The text that must be read there; empty where there is no block any more.
    pub read: &'a str,
    /// The byte of the written part at which it starts, unless it is inside another one.
    pub start: usize,
}

/// What a part is not read back as it should be.
pub(crate) fn misread(part: &Part, written: &str, written_blocks: &[WrittenBlock]) -> Option<Misread> {
    if !part.reader.is_read_back() || written == part.source {
        return None;
    }
    if let Parser::Office(Office::Columns | Office::Sheets(_)) = part.reader {
        let names = ooxml::clashes(written);
        let clashes =
            |one: &&WrittenBlock| one.source != one.read && names.contains(&one.read.to_lowercase());
        let blocks: Vec<usize> =
            written_blocks.iter().filter(clashes).map(|one| one.occurrence.block).collect();
        if !blocks.is_empty() {
            return Some(Misread::Names(blocks));
        }
    }
    let found = match part.reader.read(written) {
        Ok(found) => found,
        Err(error) => return Some(Misread::Block(written_at(written_blocks, error.offset().unwrap_or(0))?)),
    };
    let is_block = |role: Role| role != Role::Copy;
    let found = sorted(found).into_iter().filter(|found| is_block(found.slot.role));
    let found: Vec<String> = found.map(|found| letters(&found.block.text)).collect();
    let wanted =
        written_blocks.iter().filter(|one| is_block(one.occurrence.slot.role) && !one.read.is_empty());
    let wanted: Vec<(String, usize)> = wanted.map(|one| (letters(one.read), one.occurrence.block)).collect();
    let last = written_blocks.last()?.occurrence.block;
    if part.name.is_empty() {
        let mut found = found.iter();
        let wrong = wanted.iter().find(|(text, _)| found.next() != Some(text));
        return match wrong {
            Some((_, block)) => Some(Misread::Block(*block)),
            None => found.next().map(|_| Misread::Block(last)),
        };
    }
    // A picture with a text of its own may have come to stand on the other side of its paragraph's words.
    let mut left: HashMap<&str, usize> = HashMap::new();
    found.iter().for_each(|text| *left.entry(text).or_default() += 1);
    for (text, block) in &wanted {
        match left.get_mut(text.as_str()).filter(|count| **count > 0) {
            Some(count) => *count -= 1,
            None => return Some(Misread::Block(*block)),
        }
    }
    (found.len() > wanted.len()).then_some(Misread::Block(last))
}

/// The block that was written last before a byte, or the first one: markup that it broke shows at once.
fn written_at(written_blocks: &[WrittenBlock], byte: usize) -> Option<usize> {
    let mut end = 0;
    let outer = written_blocks.iter().filter(|one| {
        let range = &one.occurrence.slot.range;
        let is_outer = range.start >= end;
        end = end.max(range.end);
        is_outer
    });
    let before = outer.take_while(|one| one.start <= byte).last();
    before.or(written_blocks.first()).map(|one| one.occurrence.block)
}

/// What two texts must share that differ only in how their lines are laid out.
fn letters(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn sorted(mut found: Vec<ParsedBlock>) -> Vec<ParsedBlock> {
    found.sort_by_key(|found| (found.slot.range.start, Reverse(found.slot.range.end)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_markup_is_blamed_on_the_block_before_it() {
        let paragraph = |text: &str| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>");
        let body: String = ["One", "Two", "Three"].into_iter().map(paragraph).collect();
        let space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
        let source = format!("<w:body xmlns:w=\"{space}\">{body}</w:body>");
        let part =
            Part { name: "word/document.xml".to_owned(), source, reader: Parser::Office(Office::Word) };
        let found = part.find().expect("well-formed");
        let (blocks, occurrences) = arrange(found.into_iter().map(|found| (0, found)).collect());
        let written = part.source.replace("Two</w:t></w:r>", "Zwei</w:t>");
        let written_blocks: Vec<WrittenBlock> = occurrences
            .iter()
            .zip(["One", "Zwei", "Three"])
            .map(|(occurrence, read)| {
                let start = written.find(&format!("<w:r><w:t>{read}")).expect("written");
                WrittenBlock { occurrence, source: &blocks[occurrence.block].text, read, start }
            })
            .collect();
        assert_eq!(misread(&part, &written, &written_blocks), Some(Misread::Block(1)));
        // What is not there any more is told by its text, wherever it would sort.
        let written = part.source.replace("Two", "").replace("Three", "Drei");
        let reads = ["One", "Two", "Drei"];
        let written_blocks: Vec<WrittenBlock> =
            written_blocks.into_iter().zip(reads).map(|(one, read)| WrittenBlock { read, ..one }).collect();
        assert_eq!(misread(&part, &written, &written_blocks), Some(Misread::Block(1)));
    }
}
