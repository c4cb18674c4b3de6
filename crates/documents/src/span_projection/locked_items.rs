//! Locked items in a translation: finds them, and puts in those that are missing.

use std::cmp::Reverse;
use std::ops::Range;

use super::item_search::{Folded, Item};
use super::punctuation::{before_marks, inside_word, occurrences};
use super::word_links::WordLinks;
use crate::block::{Link, Translation};
use crate::chars::is_unspaced;
use crate::limits;
use crate::locked_text::placeholders;

/// An item in a translation.
#[derive(Debug, Clone)]
struct Found {
    range: Range<usize>,
    /// Whether it has other spaces, case or width than in the source.
    differs: bool,
}

/// For each locked range of `source`, where its text stands in `translation`. No two positions overlap; of equal items
/// the first stands first.
fn positions(source: &str, locked: &[Range<usize>], translation: &str) -> Vec<Option<Found>> {
    let mut found = vec![None; locked.len()];
    let mut taken: Vec<Range<usize>> = Vec::new();
    let items: Vec<Option<Item>> = locked.iter().map(|range| Item::new(source, range.clone())).collect();
    let mut order: Vec<usize> = (0..locked.len()).collect();
    // A longer item may contain a shorter one, and what may be part of a word leaves whole words to the others.
    let may_touch =
        |index: usize| items.get(index).is_some_and(|item| item.is_some_and(|item| item.may_touch()));
    order.sort_by_key(|&index| (Reverse(locked[index].len()), may_touch(index), locked[index].start));
    for &index in &order {
        let Some(item) = items.get(index).copied().flatten() else { continue };
        let place = item.occurrences(translation).find(|range| is_free(&taken, range));
        taken.extend(place.clone());
        found[index] = place.map(|range| Found { range, differs: false });
    }
    if found.iter().all(Option::is_some) {
        return found;
    }
    let folded = Folded::new(translation);
    for index in order {
        let Some(item) = items.get(index).copied().flatten().filter(|_| found[index].is_none()) else {
            continue;
        };
        let place = item.like(translation, &folded).into_iter().find(|range| is_free(&taken, range));
        taken.extend(place.clone());
        found[index] = place.map(|range| Found { range, differs: true });
    }
    found
}

fn is_free(taken: &[Range<usize>], range: &Range<usize>) -> bool {
    !taken.iter().any(|other| overlap(other, range))
}

/// The locked ranges of `source` whose text `translation` lacks.
pub fn missing_items(source: &str, locked: &[Range<usize>], translation: &str) -> Vec<Range<usize>> {
    let found = positions(source, locked, translation);
    locked.iter().zip(found).filter(|(_, found)| found.is_none()).map(|(range, _)| range.clone()).collect()
}

/// A change of a translation: these bytes are replaced by a locked item.
struct Edit {
    place: Range<usize>,
    item: Range<usize>,
    /// Whether it takes the place of its own text, so that the spaces around it stay.
    own: bool,
}

/// The translation with every locked item of `source` in it, as it is there. A missing one replaces what is left of it,
/// else it is put beside the word that the word alignment links to its neighbour, else where the order of the source has
/// it, at the end if need be.
pub fn with_items(source: &str, locked: &[Range<usize>], translation: &Translation) -> Translation {
    let text = translation.text.as_str();
    let found = positions(source, locked, text);
    if text.is_empty() || found.iter().all(|found| found.as_ref().is_some_and(|found| !found.differs)) {
        return translation.clone();
    }
    // An item is not translated, so links to its words say nothing about the words beside it.
    let inside = |link: &Link| locked.iter().any(|item| overlap(item, &link.source));
    let links: Vec<Link> = translation.links.iter().filter(|link| !inside(link)).cloned().collect();
    let links = WordLinks::new(source, text, &links);
    let mut taken: Vec<Range<usize>> = found.iter().flatten().map(|found| found.range.clone()).collect();
    let mut edits: Vec<Edit> = Vec::new();
    for (item, found) in locked.iter().zip(found) {
        if let Some(found) = found {
            edits.extend(found.differs.then(|| Edit { place: found.range, item: item.clone(), own: true }));
            continue;
        }
        let Some(wanted) = source.get(item.clone()) else { continue };
        let remains = remains(source, locked, wanted, text).filter(|range| is_free(&taken, range));
        let place = remains.unwrap_or_else(|| {
            let at = outside(position(source, item, &links, text), &taken);
            at..at
        });
        taken.push(place.clone());
        edits.push(Edit { place, item: item.clone(), own: false });
    }
    edits.sort_by_key(|edit| (edit.place.start, edit.item.start));
    edited(source, translation, &edits)
}

/// What a translation kept of an item: its name with some of its marks, or one of its marks alone.
fn remains(source: &str, locked: &[Range<usize>], item: &str, text: &str) -> Option<Range<usize>> {
    let is_mark = |c: char| !c.is_alphanumeric() && !c.is_whitespace() && item.contains(c);
    let name = item.trim_matches(|c: char| !c.is_alphanumeric());
    let named = |range: Range<usize>| {
        let (before, after) = (text.get(..range.start)?, text.get(range.end..)?);
        let is_around = |c: char| is_mark(c) || c == ' ';
        let head = before.trim_end_matches(is_around).len();
        let tail = text.len() - after.trim_start_matches(is_around).len();
        let has_mark = |range: Range<usize>| text.get(range).is_some_and(|around| around.contains(is_mark));
        let start = if has_mark(head..range.start) { head } else { range.start };
        let end = if has_mark(range.end..tail) { tail } else { range.end };
        (start < range.start || end > range.end).then_some(start..end)
    };
    if !name.is_empty()
        && item.len() > name.len()
        && let Some(found) = occurrences(text, name).take(limits::SPANS_PER_BLOCK).find_map(named)
    {
        return Some(found);
    }
    // A placeholder that the source has not.
    let invented = |range: &Range<usize>| {
        text.get(range.clone())
            .is_some_and(|other| other.get(..1) == item.get(..1) && !source.contains(other))
    };
    if let Some(found) = placeholders::find_in_prose(text).into_iter().find(invented) {
        return Some(found);
    }
    // Marks that stand alone, and that the source has only in its items.
    let only_in_items = |c: char| {
        let mut elsewhere = source.match_indices(c).map(|(at, _)| at);
        !elsewhere.any(|at| !locked.iter().any(|item| item.contains(&at)))
    };
    let start = text.find(|c| is_mark(c) && "{}%$#@<>`".contains(c) && only_in_items(c))?;
    let end = text.len() - text.get(start..)?.trim_start_matches(is_mark).len();
    let inside_word = text.get(..start)?.ends_with(char::is_alphanumeric)
        || text.get(end..)?.starts_with(char::is_alphanumeric);
    (!inside_word).then_some(start..end)
}

/// The position of a missing item: beside its neighbour in the source.
fn position(source: &str, item: &Range<usize>, links: &WordLinks, text: &str) -> usize {
    let (before, after) =
        (source.get(..item.start).unwrap_or_default(), source.get(item.end..).unwrap_or_default());
    let has_words = |text: &str| text.contains(char::is_alphanumeric);
    let previous = links.sources().filter(|word| word.end <= item.start).max_by_key(|word| word.end);
    let next = links.sources().filter(|word| word.start >= item.end).min_by_key(|word| word.start);
    let target = |word: &Range<usize>| links.target(word, &(0..text.len())).map(|(_, range)| range);
    let gap = |from: usize, to: usize| source.get(from..to).unwrap_or_default();
    // The nearer neighbour; one without punctuation in between is nearer than one with.
    let distance = |gap: &str| (!gap.trim().is_empty(), gap.chars().count());
    let previous = previous.and_then(|word| Some((distance(gap(word.end, item.start)), target(&word)?.end)));
    let next = next.and_then(|word| Some((distance(gap(item.end, word.start)), target(&word)?.start)));
    match (previous, next) {
        (_, next) if !has_words(before) => next.filter(|(distance, _)| !distance.0).map_or(0, |(_, at)| at),
        (previous, _) if !has_words(after) => {
            let end = before_marks(text, after);
            let adjacent = previous.filter(|(distance, at)| !distance.0 && text.get(*at..end).is_none());
            adjacent.map_or(end, |(_, at)| at)
        }
        (Some((near, before)), Some((far, after))) => {
            if far <= near {
                after
            } else {
                before
            }
        }
        (Some((_, at)), None) | (None, Some((_, at))) => at,
        (None, None) => before_marks(text, "."),
    }
}

/// Moves a position out of the ranges that other items take.
fn outside(at: usize, taken: &[Range<usize>]) -> usize {
    taken.iter().find(|range| range.start < at && at < range.end).map_or(at, |range| range.end)
}

/// The translation with each place, in order and without overlap, replaced by an item of the source.
fn edited(source: &str, translation: &Translation, edits: &[Edit]) -> Translation {
    let old = translation.text.as_str();
    let mut text = String::new();
    // The bytes of the old text from each of these on are moved by so many.
    let mut moves: Vec<(usize, usize)> = Vec::new();
    let mut links = Vec::new();
    let mut from = 0;
    for Edit { place, item, own } in edits {
        text.push_str(old.get(from..place.start).unwrap_or_default());
        from = from.max(place.end);
        let side = |before: bool| match before {
            true => source.get(..item.start).and_then(|text| text.chars().next_back()),
            false => source.get(item.end..).and_then(|text| text.chars().next()),
        };
        // A word must not become part of another.
        let is_words = Item::new(source, item.clone()).is_some_and(|item| item.is_words());
        let needs_space = |beside: Option<char>, in_source: Option<char>, attached: &str| {
            let is_letter = beside.is_some_and(|c| inside_word(Some(c), Some(c)));
            !own && (needs_space(beside, in_source, attached) || (is_words && is_letter))
        };
        if needs_space(text.chars().next_back(), side(true), OPENING) {
            text.push(' ');
        }
        let start = text.len();
        text.push_str(source.get(item.clone()).unwrap_or_default());
        links.push(Link { source: item.clone(), target: start..text.len() });
        if needs_space(old.get(from..).and_then(|rest| rest.chars().next()), side(false), CLOSING) {
            text.push(' ');
        }
        moves.push((from, text.len()));
    }
    text.push_str(old.get(from..).unwrap_or_default());
    let moved = |at: usize| {
        let last =
            moves.partition_point(|(old, _)| *old <= at).checked_sub(1).and_then(|last| moves.get(last));
        last.map_or(at, |(old, new)| at - old + new)
    };
    let kept =
        translation.links.iter().filter(|link| !edits.iter().any(|edit| overlap(&edit.place, &link.target)));
    links.extend(kept.map(|link| {
        let start = moved(link.target.start);
        Link { source: link.source.clone(), target: start..start + link.target.len() }
    }));
    links.sort_by_key(|link| link.target.start);
    let chosen = translation.spans.iter();
    let spans = chosen.map(|(span, range)| (*span, moved(range.start)..moved(range.end))).collect();
    Translation { text, links, spans }
}

const OPENING: &str = "([{\"'“„‚‘«‹¿¡-/";
const CLOSING: &str = ")]}\"'”’»›.,;:!?…-/";

/// Whether there must be a space between an item and the character beside it in the translation, if there is `in_source`
/// beside it in the source; `attached` are characters that stand beside a word without a space.
fn needs_space(beside: Option<char>, in_source: Option<char>, attached: &str) -> bool {
    let Some(c) = beside else { return false };
    if c.is_whitespace() || is_unspaced(c) || attached.contains(c) {
        return false;
    }
    in_source.is_none_or(|source| {
        let is_letter = source.is_alphanumeric() && !is_unspaced(source);
        source.is_whitespace() || is_letter != c.is_alphanumeric()
    })
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}
