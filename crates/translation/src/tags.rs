//! Markup in the translation of a segment, written as numbered tags: `There <1>is</1> more<2/>`. Number n stands for the nth
//! mark of the source that can be moved: paired markup surrounds text, void markup stands alone. What the source itself has
//! in this form is text.

use serde::{Deserialize, Serialize};

use crate::segment::{MarkKind, SpanMark};

/// Where a mark of the source is in the translation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PlacedMark {
    /// Index into the segment's marks.
    pub mark: usize,
    /// Bytes of the translation; an empty range for void markup.
    pub start: usize,
    /// End.
    pub end: usize,
}

/// The marks that tags stand for, in the order of their numbers from 1, as indices into a segment's marks.
fn movable(marks: &[SpanMark]) -> impl Iterator<Item = usize> + '_ {
    let is_movable = |(index, mark): (usize, &SpanMark)| (mark.kind != MarkKind::Locked).then_some(index);
    marks.iter().enumerate().filter_map(is_movable)
}

/// A translation with tags where its markup is; none if the source has no markup that can be moved.
pub(crate) fn tagged(text: &str, marks: &[SpanMark], placed: &[PlacedMark]) -> Option<String> {
    // At one position the last opened closes first; then what stands alone or opens, in order.
    let mut tags: Vec<(usize, isize, String)> = Vec::new();
    let mut has_marks = false;
    for (number, mark) in movable(marks).enumerate() {
        has_marks = true;
        let (number, order) = (number + 1, mark as isize + 1);
        let Some(PlacedMark { start, end, .. }) = placed.iter().find(|placed| placed.mark == mark) else {
            continue;
        };
        match marks.get(mark).map(|mark| mark.kind) {
            Some(MarkKind::Paired) if start < end => {
                tags.push((*start, order, format!("<{number}>")));
                tags.push((*end, -order, format!("</{number}>")));
            }
            Some(MarkKind::Void) => tags.push((*start, order, format!("<{number}/>"))),
            _ => {}
        }
    }
    if !has_marks {
        return None;
    }
    tags.sort();
    let mut tagged = String::new();
    let mut from = 0;
    for (at, _, tag) in tags {
        tagged.push_str(text.get(from..at).unwrap_or_default());
        tagged.push_str(&tag);
        from = from.max(at);
    }
    tagged.push_str(text.get(from..).unwrap_or_default());
    Some(tagged)
}

/// The source with tags where its markup is.
pub(crate) fn tagged_source(text: &str, marks: &[SpanMark]) -> Option<String> {
    let byte = |units: usize| {
        let mut seen = 0;
        let before = |c: &char| {
            seen += c.len_utf16();
            seen <= units
        };
        text.chars().take_while(before).map(char::len_utf8).sum()
    };
    let at =
        |(mark, span): (usize, &SpanMark)| PlacedMark { mark, start: byte(span.start), end: byte(span.end) };
    tagged(text, marks, &marks.iter().enumerate().map(at).collect::<Vec<_>>())
}

/// Splits a text with tags into the text and the marks that they place. A tag without its partner is dropped.
pub(crate) fn untagged(tagged: &str, source: &str, marks: &[SpanMark]) -> (String, Vec<PlacedMark>) {
    let movable: Vec<usize> = movable(marks).collect();
    let (mut text, mut rest) = (String::new(), tagged);
    let mut opened: Vec<(usize, usize)> = Vec::new();
    let mut placed: Vec<PlacedMark> = Vec::new();
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        let tag = Tag::read(from).filter(|(tag, length)| {
            let literal = from.get(..*length).unwrap_or_default();
            !source.contains(literal) && tag.number.checked_sub(1).is_some_and(|at| at < movable.len())
        });
        let Some((tag, length)) = tag else {
            text.push('<');
            rest = from.get(1..).unwrap_or_default();
            continue;
        };
        rest = from.get(length..).unwrap_or_default();
        let Some(mark) = tag.number.checked_sub(1).and_then(|at| movable.get(at)).copied() else { continue };
        let kind = marks.get(mark).map(|mark| mark.kind);
        let is_new = placed.iter().all(|placed| placed.mark != mark);
        let here = text.len();
        match tag.form {
            Form::Open => opened.push((mark, here)),
            Form::Close => {
                if let Some(at) = opened.iter().rposition(|(open, _)| *open == mark) {
                    let (_, start) = opened.remove(at);
                    if is_new && start < here && kind == Some(MarkKind::Paired) {
                        placed.push(PlacedMark { mark, start, end: here });
                    }
                }
            }
            Form::Alone if is_new && kind == Some(MarkKind::Void) => {
                placed.push(PlacedMark { mark, start: here, end: here });
            }
            Form::Alone => {}
        }
    }
    text.push_str(rest);
    placed.sort_by_key(|placed| placed.mark);
    (text, placed)
}

struct Tag {
    number: usize,
    form: Form,
}

enum Form {
    Open,
    Close,
    Alone,
}

impl Tag {
    /// A tag at the beginning of a text, and its length.
    fn read(text: &str) -> Option<(Self, usize)> {
        let end = text.find('>')?;
        let inner = text.get(1..end)?;
        let (form, digits) = match (inner.strip_prefix('/'), inner.strip_suffix('/')) {
            (Some(digits), None) => (Form::Close, digits),
            (None, Some(digits)) => (Form::Alone, digits),
            (None, None) => (Form::Open, inner),
            (Some(_), Some(_)) => return None,
        };
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.parse().ok().filter(|_| is_number)?;
        Some((Self { number, form }, end + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(kind: MarkKind, start: usize, end: usize) -> SpanMark {
        SpanMark { start, end, kind, label: "x".into() }
    }

    #[test]
    fn tags_are_written_and_read_back() {
        // Paired, locked, paired inside the first, void.
        let marks = [
            mark(MarkKind::Paired, 0, 9),
            mark(MarkKind::Locked, 10, 11),
            mark(MarkKind::Paired, 5, 9),
            mark(MarkKind::Void, 9, 9),
        ];
        for text in [
            "so <1>very <2>good</2></1><3/>",
            "<3/>so",
            "<1><2>既に</2>😀</1>",
            "so",
            "<1>a<3/>b</1><2>c</2>",
        ] {
            let (plain, placed) = untagged(text, "sehr gut", &marks);
            assert!(!plain.contains('<'), "{plain}");
            assert_eq!(tagged(&plain, &marks, &placed).as_deref(), Some(text));
        }
        assert_eq!(tagged_source("sehr gut!", &marks[..3]).as_deref(), Some("<1>sehr <2>gut!</2></1>"));
        assert_eq!(
            tagged_source("😀 gut", &[mark(MarkKind::Paired, 3, 6)]).as_deref(),
            Some("😀 <1>gut</1>")
        );
        assert_eq!(tagged("so", &marks[1..2], &[]), None, "there is nothing to move");
    }

    #[test]
    fn what_is_no_tag_is_text_and_a_tag_alone_is_dropped() {
        let marks = [mark(MarkKind::Paired, 0, 1), mark(MarkKind::Void, 0, 0)];
        for (text, plain) in [
            ("a < b <b> <9>c</9> <> </> <1x> <01a>", "a < b <b> <9>c</9> <> </> <1x> <01a>"),
            ("a <1>b", "a b"),
            ("a</1> b", "a b"),
            ("<1></1>a", "a"),
            ("<2>a</2><1/>", "a"),
            ("<99999999999999999999>", "<99999999999999999999>"),
            ("<0>a</0>", "<0>a</0>"),
            ("a <", "a <"),
        ] {
            assert_eq!(untagged(text, "x", &marks), (plain.to_owned(), vec![]), "{text}");
        }
        let (plain, placed) = untagged("see <1>here</1> <1>", "see <1>", &marks);
        assert_eq!((plain.as_str(), placed.len()), ("see <1>here <1>", 0), "the source has it as text");
        let twice = untagged("<1>a</1> <1>b</1><2/><2/>", "x", &marks);
        assert_eq!(twice.0, "a b");
        assert_eq!(twice.1.len(), 2, "the first counts");
    }
}
