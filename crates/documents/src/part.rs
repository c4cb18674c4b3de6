//! The texts a document consists of, and where its blocks lie in them.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use crate::block::{Block, Found, Place, Role};
use crate::encoding::Missing;
use crate::markup::Dialect;
use crate::{Result, html, markdown, subrip, text};

/// A text of a document: all of it, or one entry of a package.
#[derive(Debug)]
pub(crate) struct Part {
    pub source: String,
    pub reader: Reader,
}

/// What finds the blocks of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reader {
    Text,
    Markdown,
    SubRip,
    Html(Dialect),
}

impl Reader {
    /// The blocks of a text in any order.
    ///
    /// # Errors
    /// When the text is not of this reader's format, or more nested than [`limits`](crate::limits) allow.
    pub fn read(&self, source: &str) -> Result<Vec<Found>> {
        match self {
            Self::Text => Ok(text::parse(source)),
            Self::Markdown => markdown::parse(source),
            Self::SubRip => subrip::parse(source),
            Self::Html(dialect) => Ok(html::parse(source, *dialect)),
        }
    }

    /// How a character is written that the document's encoding lacks.
    pub fn missing(&self) -> Missing {
        if matches!(self, Self::Html(_)) { Missing::Reference } else { Missing::None }
    }

    /// Whether a translation could change which blocks are found, so that what was written is read again.
    fn is_read_back(&self) -> bool {
        !matches!(self, Self::Text | Self::SubRip)
    }
}

/// Where a block stands. A block may stand at several places, each with its own markup.
#[derive(Debug)]
pub(crate) struct Site {
    /// Index of its part.
    pub part: usize,
    /// Index of its block.
    pub block: usize,
    pub place: Place,
    /// The block with the markup it has here, where that is not the first of its places.
    pub own: Option<Block>,
}

/// The blocks of all parts in their order, and where they stand, in the order of their bytes.
///
/// # Errors
/// As [`Reader::read`].
pub(crate) fn read(parts: &[Part]) -> Result<(Vec<Block>, Vec<Site>)> {
    let mut all = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        all.extend(sorted(part.reader.read(&part.source)?).into_iter().map(|found| (index, found)));
    }
    let own = |found: &&(usize, Found)| found.1.place.role == Role::Own;
    let mut owned: HashSet<String> = HashSet::new();
    if all.iter().any(|found| !own(&found)) {
        owned = all.iter().filter(own).map(|(_, found)| found.block.text.clone()).collect();
    }
    let (mut blocks, mut sites, mut echoes) = (Vec::new(), Vec::new(), Vec::new());
    for (part, Found { block, place }) in all {
        // The first of several twins without a block to follow is the block that the others follow.
        let leads = place.role == Role::Own || (place.role == Role::Twin && owned.insert(block.text.clone()));
        if leads {
            sites.push(Site { part, block: blocks.len(), place, own: None });
            blocks.push(block);
        } else if owned.contains(&block.text) {
            echoes.push(Site { part, block: 0, place, own: Some(block) });
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
            sites.push(echo);
        }
    }
    sites.sort_by_key(|site| (site.part, site.place.range.start, Reverse(site.place.range.end)));
    Ok((blocks, sites))
}

/// The first site of a part that is not read back as the text it should be. `sites` are the part's, each with the
/// text wanted there; an empty text is no block.
pub(crate) fn misread<'a>(
    part: &Part,
    written: &str,
    sites: impl Iterator<Item = (usize, &'a Site, &'a str)>,
) -> Option<usize> {
    let sites: Vec<_> = sites.filter(|(_, site, _)| site.place.role != Role::Echo).collect();
    let (first, last) = (sites.first()?.0, sites.last()?.0);
    if !part.reader.is_read_back() || written == part.source {
        return None;
    }
    let Ok(found) = part.reader.read(written) else { return Some(first) };
    let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let found = sorted(found);
    let mut found = found.iter().filter(|found| found.place.role != Role::Echo);
    let mut wanted = sites.iter().filter(|(_, _, text)| !text.is_empty());
    loop {
        match (found.next(), wanted.next()) {
            (Some(found), Some((_, _, text))) if letters(&found.block.text) == letters(text) => {}
            (None, None) => return None,
            (_, Some((index, _, _))) => return Some(*index),
            (Some(_), None) => return Some(last),
        }
    }
}

fn sorted(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by_key(|found| (found.place.range.start, Reverse(found.place.range.end)));
    found
}
