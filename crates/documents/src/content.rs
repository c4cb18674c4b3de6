//! The parts of a document, the blocks in them, and where each block occurs.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use crate::block::Block;
use crate::part::Part;
use crate::slot::{ParsedBlock, Role, Slot};
use crate::wrap::LineLayout;

/// The parts of a document and their blocks.
#[derive(Debug)]
pub(crate) struct Content {
    pub parts: Vec<Part>,
    /// The blocks to translate, in the document's order.
    pub blocks: Vec<Block>,
    /// Where the blocks occur, in the order of parts and bytes; one inside another follows it.
    pub occurrences: Vec<Occurrence>,
}

/// Where a block occurs. A block may occur several times, each with its own markup.
#[derive(Debug)]
pub(crate) struct Occurrence {
    /// Index of its part.
    pub part: usize,
    /// Index of its block.
    pub block: usize,
    pub slot: Slot,
    /// The block with the markup it has here, unless this is its first occurrence.
    pub own_block: Option<Block>,
}

impl Occurrence {
    /// Whether the length of its lines is limited.
    pub fn is_subtitle(&self) -> bool {
        matches!(self.slot.layout, LineLayout::Balance { .. })
    }
}

impl Content {
    /// Collects the blocks of all parts and resolves the slots that share a translation. `parsed` has those of
    /// each part.
    pub fn new(parts: Vec<Part>, parsed: Vec<Vec<ParsedBlock>>) -> Self {
        let fates = fates(&parsed);
        let count = |fate| fates.iter().filter(|one| **one == fate).count();
        let mut blocks = Vec::<Block>::with_capacity(count(Fate::Leads));
        let mut occurrences = Vec::with_capacity(count(Fate::Leads) + count(Fate::Copies));
        let mut copies = Vec::with_capacity(count(Fate::Copies));
        let parsed = parsed.into_iter().enumerate();
        let parsed = parsed.flat_map(|(part, blocks)| blocks.into_iter().map(move |parsed| (part, parsed)));
        // Whether the last block is one of those to translate, so that the next one may follow it.
        let mut is_listed = false;
        for ((part, ParsedBlock { mut block, slot }), fate) in parsed.zip(fates) {
            block.follows &= std::mem::replace(&mut is_listed, fate == Fate::Leads);
            match fate {
                Fate::Leads => {
                    occurrences.push(Occurrence { part, block: blocks.len(), slot, own_block: None });
                    blocks.push(block);
                }
                Fate::Copies => copies.push(Occurrence { part, block: 0, slot, own_block: Some(block) }),
                Fate::Unused => {}
            }
        }
        let mut ids: HashMap<&str, usize> = HashMap::new();
        if !copies.is_empty() {
            blocks.iter().enumerate().for_each(|(id, block)| {
                ids.entry(&block.text).or_insert(id);
            });
        }
        for mut copy in copies {
            if let Some(&id) = copy.own_block.as_ref().and_then(|own| ids.get(own.text.as_str())) {
                copy.block = id;
                occurrences.push(copy);
            }
        }
        occurrences.sort_by_key(|one| (one.part, one.slot.range.start, Reverse(one.slot.range.end)));
        Self { parts, blocks, occurrences }
    }

    /// The blocks of a part, sorted.
    pub fn blocks_of(&self, part: usize) -> Vec<usize> {
        let blocks = self.occurrences.iter().filter(|one| one.part == part).map(|one| one.block);
        blocks.collect::<BTreeSet<usize>>().into_iter().collect()
    }

    /// All bytes of a part.
    pub fn source(&self, part: usize) -> &str {
        self.parts.get(part).map_or("", |part| &part.source)
    }

    /// Bytes of a part.
    pub fn slice(&self, part: usize, range: Range<usize>) -> &str {
        self.source(part).get(range).unwrap_or_default()
    }

    /// The block with the markup it has at an occurrence.
    pub fn block<'a>(&'a self, occurrence: &'a Occurrence) -> Option<&'a Block> {
        occurrence.own_block.as_ref().or_else(|| self.blocks.get(occurrence.block))
    }
}

/// What becomes of a parsed block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is a block of the document.
    Leads,
    /// It takes the translation of one with the same text.
    Copies,
    Unused,
}

/// The fate of each parsed block. If no block has the same text, the first shared slot becomes that block.
fn fates(parsed: &[Vec<ParsedBlock>]) -> Vec<Fate> {
    let all = || parsed.iter().flatten();
    let is_own = |parsed: &&ParsedBlock| parsed.slot.role == Role::Own;
    let mut owned: HashSet<&str> = HashSet::new();
    if all().any(|parsed| !is_own(&parsed)) {
        owned = all().filter(is_own).map(|parsed| parsed.block.text.as_str()).collect();
    }
    let mut fates = Vec::new();
    for parsed in all() {
        fates.push(match parsed.slot.role {
            Role::Own => Fate::Leads,
            Role::Shared if owned.insert(&parsed.block.text) => Fate::Leads,
            _ if owned.contains(parsed.block.text.as_str()) => Fate::Copies,
            _ => Fate::Unused,
        });
    }
    fates
}
