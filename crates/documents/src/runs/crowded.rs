//! Paragraphs with more pieces between words than a block may have.

use super::{Item, Kind, block};
use crate::block::Affixes;
use crate::left_alone::Place;
use crate::parsed::Parsed;

/// The spans of pieces without formats.
pub(super) fn span_count(items: &[Item]) -> usize {
    let count = |item: &Item| match &item.kind {
        Kind::Text { .. } | Kind::Break(_) => 0,
        Kind::Void(_) | Kind::Field(..) | Kind::Locked { .. } => 1,
        Kind::Group { items, .. } => 1 + span_count(items),
    };
    items.iter().map(count).sum()
}

/// Joins neighbours between words, such as bookmarks, that are copied as they are.
pub(super) fn joined_voids(items: Vec<Item>) -> Vec<Item> {
    let is_bare = |item: &Item| matches!(&item.kind, Kind::Void(affixes) if *affixes == Affixes::default());
    let mut joined: Vec<Item> = Vec::with_capacity(items.len());
    for mut item in items {
        if let Kind::Group { items, .. } = &mut item.kind {
            *items = joined_voids(std::mem::take(items));
        }
        match joined.last_mut() {
            Some(last) if is_bare(last) && last.stands_alone() => match item {
                item if is_bare(&item) && item.stands_alone() && last.range.end == item.range.start => {
                    last.range.end = item.range.end;
                    last.run.end = item.range.end;
                }
                item => joined.push(item),
            },
            _ => joined.push(item),
        }
    }
    joined
}

/// The blocks of the texts between all other pieces, which stay where they are. So the written paragraph is divided alike
/// when it is read back.
pub(super) fn divided(source: &str, items: Vec<Item>) -> Parsed {
    let mut found = Parsed::default();
    let mut texts: Vec<Item> = Vec::new();
    // The end of the run of the last piece that is no text.
    let mut copied_until = 0;
    let mut left = String::new();
    for item in items.into_iter().map(Some).chain([None]) {
        match item {
            Some(item) if matches!(item.kind, Kind::Text { .. }) => texts.push(item),
            other => {
                let next = other.as_ref().map_or(usize::MAX, |item| item.run.start);
                let texts = std::mem::take(&mut texts);
                let shares = |text: &Item| text.run.start < copied_until || text.run.end > next;
                if texts.iter().any(shares) {
                    left.extend(texts.iter().map(Item::shown));
                } else if let Ok(Some(block)) = block(source, texts) {
                    found.extend([block]);
                }
                copied_until = other.as_ref().map_or(copied_until, |item| item.run.end);
                if let Some(Item { kind: Kind::Group { items, .. }, .. }) = other {
                    found.merge(divided(source, items));
                }
            }
        }
    }
    found.leave(Place::CrowdedText, &left);
    found
}
