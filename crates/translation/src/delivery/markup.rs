//! Markup on its way between the document's blocks and the segments of the review.

use documents::{Document, Translation};

use crate::segment::SpanMark;
use crate::store::segments::SegmentRecord;
use crate::tags::PlacedMark;
use crate::{alignment, sentences};

/// One translation for each block. Markup is where a person has put it; else it follows the word alignment; without one,
/// words are aligned by their letters.
pub(super) fn translations(document: &Document, segments: &[SegmentRecord], to: &str) -> Vec<Translation> {
    let mut translations = vec![Translation::default(); document.blocks().len()];
    for segments in segments.chunk_by(|a, b| a.block == b.block) {
        let Some(translation) = segments.first().and_then(|segment| translations.get_mut(segment.block))
        else {
            continue;
        };
        let (text, starts) = joined(segments, to);
        translation.text = text;
        let mut from = 0;
        for (segment, to) in segments.iter().zip(starts) {
            let links = match segment.links.is_empty() && !segment.spans.is_empty() {
                true => alignment::links_by_letters(&segment.source, &segment.target),
                false => segment.links.clone(),
            };
            translation.links.extend(alignment::moved(&links, (from, to)));
            let spans = spans_of(document, segment, from);
            translation.spans.extend(segment.chosen.iter().filter_map(|chosen| {
                let span = spans.get(chosen.mark).copied().flatten()?;
                Some((span, to + chosen.start..to + chosen.end))
            }));
            from += segment.source.len() + segment.separator.len();
        }
    }
    translations
}

/// Records where the markup of each segment is in its translation.
pub(super) fn record_positions(
    document: &Document,
    translations: &[Translation],
    segments: &mut [SegmentRecord],
    to: &str,
) {
    for segments in segments.chunk_by_mut(|a, b| a.block == b.block) {
        let Some(index) = segments.first().map(|segment| segment.block) else { continue };
        let (Some(block), Some(translation)) = (document.blocks().get(index), translations.get(index)) else {
            continue;
        };
        if block.spans.is_empty() {
            continue;
        }
        let positions = documents::span_positions(block, translation);
        let (_, starts) = joined(segments, to);
        let mut from = 0;
        for (segment, start) in segments.iter_mut().zip(starts) {
            let end = start + segment.target.len();
            let placed = |(mark, span): (usize, &Option<usize>)| {
                let (_, range) = positions.iter().find(|(index, _)| Some(*index) == *span)?;
                let is_inside = start <= range.start && range.end <= end;
                is_inside.then(|| PlacedMark { mark, start: range.start - start, end: range.end - start })
            };
            let spans = spans_of(document, segment, from);
            segment.placed = spans.iter().enumerate().filter_map(placed).collect();
            from += segment.source.len() + segment.separator.len();
        }
    }
}

/// For each mark of a segment that begins at this byte of its block, the span that it stands for; none for one that is
/// also in another segment.
fn spans_of(document: &Document, segment: &SegmentRecord, from: usize) -> Vec<Option<usize>> {
    let Some(block) = document.blocks().get(segment.block) else { return Vec::new() };
    let range = from..from + segment.source.len();
    let whole = |index: usize| {
        let span = block.spans.get(index)?;
        (range.start <= span.range.start && span.range.end <= range.end).then_some(index)
    };
    SpanMark::indices_within(block, &range).map(whole).collect()
}

fn joined(segments: &[SegmentRecord], to: &str) -> (String, Vec<usize>) {
    let parts = segments.iter().map(|segment| (segment.target.as_str(), segment.separator.as_str()));
    sentences::join_at(parts, to)
}
