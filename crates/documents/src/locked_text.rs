//! Recognises text that must not be translated: codes, addresses, placeholders.

mod long_words;
pub(crate) mod placeholders;

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::block::{Block, Spaces, Span, SpanKind};
use crate::chars::{is_space, is_unspaced};
use crate::limits;

/// Letters in a row that codes have: INV-2024, ORDER/7.
const CODE_LETTERS: usize = 5;

/// Whether a text is no word of any language: an article number ("A-0001"), a path that ends in a file name, a mail
/// address. Models make sentences of them.
pub(crate) fn is_code(text: &str) -> bool {
    let text = text.trim();
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return false;
    }
    let is_extension =
        |end: &str| (1..=4).contains(&end.len()) && end.bytes().all(|b| b.is_ascii_alphanumeric());
    let is_path = text.contains('/') && text.rsplit_once('.').is_some_and(|(_, end)| is_extension(end));
    let is_mail = text
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.trim_end_matches('.').contains('.'));
    let is_short = |letters: &str| {
        letters.len() <= 1
            || (letters.len() <= CODE_LETTERS && letters.bytes().all(|b| b.is_ascii_uppercase()))
    };
    let is_number = text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./:#+".contains(&byte))
        && text.split(|c: char| !c.is_ascii_alphabetic()).all(is_short);
    is_path || is_mail || is_number
}

/// Locks the addresses, the placeholders and the words of no language in a text that may be prose: of the placeholders
/// only those that prose does not contain by chance ([`placeholders::find_in_prose`]).
pub(crate) fn lock_in_prose(block: &mut Block) {
    lock_addresses(block);
    let bytes = bytes(&block.text);
    lock_all(block, bytes);
    let formulas = formulas(&block.text);
    lock_all(block, formulas);
    let placeholders = placeholders::find_in_prose(&block.text);
    lock_all(block, placeholders);
    let long_words = long_words::find(&block.text);
    lock_all(block, long_words);
}

/// The addresses, placeholders and words of no language in a text, in order: what its translation must contain
/// unchanged.
pub fn locked_in_prose(text: &str) -> Vec<Range<usize>> {
    let mut block = Block { text: text.to_owned(), ..Block::default() };
    lock_in_prose(&mut block);
    let mut ranges: Vec<Range<usize>> = block.spans.into_iter().map(|span| span.range).collect();
    ranges.sort_by_key(|range| range.start);
    ranges
}

/// The placeholders that a translation has more often than its source, each as often as it is too much.
pub fn surplus_placeholders(source: &str, translation: &str) -> Vec<String> {
    let marks = |text| texts(text, placeholders::find_in_prose(text));
    let (needed, given) = (marks(source), marks(translation));
    let mut found = surplus(&needed, given);
    if found.is_empty() && is_format(&needed) && count(translation, "%") > count(source, "%") {
        found.push("%".to_owned());
    }
    found
}

/// Whether a text is one of `printf`, which takes every percent sign for a placeholder.
fn is_format(marks: &[&str]) -> bool {
    let is_named = |mark: &str| mark.starts_with("%{") || (mark.len() > 2 && mark.ends_with('%'));
    marks.iter().any(|mark| mark.starts_with('%') && !is_named(mark))
}

/// What makes a translation of a program's message dangerous: a placeholder too few or too many, a brace, a bar that
/// divides its forms, or a percent sign where those are placeholders.
pub(crate) fn message_fault(block: &Block, translation: &str) -> Option<String> {
    let marks = |text| texts(text, placeholders::find(text).into_iter().map(|(range, _)| range));
    let (needed, mut given) = (marks(&block.text), marks(translation));
    given.retain(|mark| needed.contains(mark) || !placeholders::is_common(mark));
    let locked = block.spans.iter().filter(|span| span.kind == SpanKind::Locked);
    let locked = locked.filter_map(|span| block.text.get(span.range.clone()));
    let symbols = locked.filter(|item| item.contains(|c: char| !c.is_alphanumeric() && !c.is_whitespace()));
    let differs = |item: &&str| !item.is_empty() && count(&block.text, item) != count(translation, item);
    let percent = is_format(&needed).then_some("%");
    let mut exact = symbols.chain(["{", "}", "|"]).chain(percent).collect::<HashSet<_>>().into_iter();
    surplus(&given, needed.clone())
        .into_iter()
        .chain(surplus(&needed, given))
        .next()
        .or_else(|| exact.find(differs).map(str::to_owned))
}

fn count(text: &str, item: &str) -> usize {
    text.matches(item).count()
}

fn texts(text: &str, ranges: impl IntoIterator<Item = Range<usize>>) -> Vec<&str> {
    ranges.into_iter().filter_map(|range| text.get(range)).collect()
}

/// What is in `given` more often than in `allowed`.
fn surplus(allowed: &[&str], given: Vec<&str>) -> Vec<String> {
    let mut left: HashMap<&str, usize> = HashMap::new();
    allowed.iter().for_each(|item| *left.entry(item).or_default() += 1);
    let mut found = Vec::new();
    for item in given {
        match left.get_mut(item) {
            Some(count) if *count > 0 => *count -= 1,
            _ => found.push(item.to_owned()),
        }
    }
    found
}

/// Locks the placeholders of a block whose own markup is already taken out; tags among its words are placeholders.
pub(crate) fn lock_placeholders(block: &mut Block) {
    let marks = placeholders::find(&block.text);
    lock_all(block, marks.into_iter().map(|(range, _)| range));
}

/// Locks the number signs in a branch of a plural, which stand for the number.
pub(crate) fn lock_number_signs(block: &mut Block) {
    let signs: Vec<_> = block.text.match_indices('#').map(|(at, sign)| at..at + sign.len()).collect();
    lock_all(block, signs);
}

/// URLs and mail addresses. The boundary is that of ASCII, since Unicode's is slow in all but English texts.
static ADDRESSES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?x)
        (?: https?:// | (?-u:\b)www\. ) [!-~&&[^<>"`]]+
        | [A-Za-z0-9._%+-]+ @ [A-Za-z0-9-]+ (?: \. [A-Za-z0-9-]+ )+
        "#,
    )
    .ok()
});

/// Makes every address that no locked span overlaps a locked span of its own.
fn lock_addresses(block: &mut Block) {
    let Some(addresses) = ADDRESSES.as_ref() else { return };
    if !["://", "www.", "@"].iter().any(|mark| block.text.contains(mark)) {
        return;
    }
    for found in addresses.find_iter(&block.text) {
        let ends = ['.', ',', ';', ':', '!', '?', '\'', ')', ']', '*', '_'];
        let range = found.start()..found.start() + found.as_str().trim_end_matches(ends).len();
        let covered = |span: &Span| {
            span.kind == SpanKind::Locked && span.range.start < range.end && range.start < span.range.end
        };
        if block.spans.len() < limits::SPANS_PER_BLOCK && !block.spans.iter().any(covered) {
            block.spans.push(Span::plain(range, SpanKind::Locked));
        }
    }
}

/// Private characters, which stand for bytes that are no text, with the words that they are in.
fn bytes(text: &str) -> Vec<Range<usize>> {
    let is_byte = |c: char| u32::from(c) >= 0xf_0000;
    let is_inside = |c: &char| is_byte(*c) || (c.is_alphanumeric() && !is_unspaced(*c));
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.char_indices().filter(|(_, c)| is_byte(*c)) {
        let read = found.last().map_or(0, |last| last.end);
        let (before, after) = (text.get(read..at).unwrap_or_default(), text.get(at..).unwrap_or_default());
        let before: usize =
            before.chars().rev().take(WORD_CHARS).take_while(is_inside).map(char::len_utf8).sum();
        let after: usize = after.chars().take(WORD_CHARS).take_while(is_inside).map(char::len_utf8).sum();
        if at >= read {
            found.push(at - before..at + after);
        }
    }
    found
}

/// Characters of a word with bytes that are no text, on either side of them.
const WORD_CHARS: usize = 40;

/// What stands around a formula in TeX, the longest first. An environment ends at the brace after its last mark.
const DELIMITERS: [(&str, &str); 6] = [
    ("\\\\(", "\\\\)"),
    ("\\\\[", "\\\\]"),
    ("\\(", "\\)"),
    ("\\[", "\\]"),
    ("$$", "$$"),
    ("\\begin{", "\\end{"),
];

/// A longer formula is text: this bounds the time. A page of a proof has 3,000.
const FORMULA_BYTES: usize = 4096;

/// The formulas of a text, with their delimiters.
pub(crate) fn formulas(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find(['\\', '$'])).map(|next| at + next) {
        let rest = text.get(start..).unwrap_or_default();
        at = start + 1;
        let Some((open, close)) = DELIMITERS.into_iter().find(|(open, _)| rest.starts_with(open)) else {
            continue;
        };
        let inner = rest.get(open.len()..rest.floor_char_boundary(FORMULA_BYTES)).unwrap_or_default();
        let Some(size) = inner.find(close) else { continue };
        let is_environment = open.ends_with('{');
        let brace = if is_environment { inner.get(size..).and_then(|tail| tail.find('}')) } else { Some(0) };
        let tail = brace.map(|at| if is_environment { at + 1 } else { close.len() });
        if let Some(tail) =
            tail.filter(|_| is_environment || is_formula(inner.get(..size).unwrap_or_default()))
        {
            at = start + open.len() + size + tail;
            found.push(start..at);
        }
    }
    found
}

/// Whether the text between two delimiters is a formula: it has signs of one, or no word.
fn is_formula(text: &str) -> bool {
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() > 2).count();
    !text.trim().is_empty() && (words == 0 || text.contains(['\\', '^', '_', '=', '+', '{']))
}

/// Makes each range a locked span, unless it is inside a locked span or crosses the edge of any span.
fn lock_all(block: &mut Block, ranges: impl IntoIterator<Item = Range<usize>>) {
    for range in ranges {
        let crosses = |span: &Span| {
            let overlaps = span.range.start < range.end && range.start < span.range.end;
            let holds = span.range.start <= range.start && range.end <= span.range.end;
            (overlaps && !holds) || (holds && span.kind == SpanKind::Locked)
        };
        if block.spans.len() < limits::SPANS_PER_BLOCK && !block.spans.iter().any(crosses) {
            block.spans.push(Span::plain(range, SpanKind::Locked));
        }
    }
}

/// Longer locked texts are taken out of a block: a model would have to repeat them, and their tokens count towards its
/// context. A file name or a call has under 60 bytes.
const LONG_BYTES: usize = 100;

/// Takes the long locked texts out of a block; void spans stand for them. A text that is all of a paired span, such as a
/// link's address, stays, since the span would have no words.
pub(crate) fn take_out_long(block: &mut Block) {
    for index in 0..block.spans.len() {
        let Some(span) = block.spans.get(index) else { return };
        let Range { start, end } = span.range;
        let is_long = span.kind == SpanKind::Locked && end - start > LONG_BYTES && span.affixes.is_none();
        let is_all = |other: &Span| {
            let around = [block.text.get(other.range.start..start), block.text.get(end..other.range.end)];
            let holds = other.kind == SpanKind::Paired && around.iter().all(Option::is_some);
            holds && around.iter().flatten().all(|text| text.trim().is_empty())
        };
        if !is_long || block.spans.iter().any(is_all) {
            continue;
        }
        let text = block.text.get(start..end).unwrap_or_default().to_owned();
        let spaces = Spaces {
            before: block.text.get(..start).is_some_and(|text| text.ends_with(is_space)),
            after: block.text.get(end..).is_some_and(|text| text.starts_with(is_space)),
        };
        let removed = text.len() + usize::from(spaces.before && spaces.after);
        block.text.replace_range(start..start + removed, "");
        let moved = |at: usize| if at >= end { at.saturating_sub(removed).max(start) } else { at.min(start) };
        for other in &mut block.spans {
            if other.range.end > start {
                other.range = moved(other.range.start)..moved(other.range.end);
            }
        }
        if let Some(span) = block.spans.get_mut(index) {
            span.kind = SpanKind::Void;
            span.range = start..start;
            span.open = [&span.open, &*text, &std::mem::take(&mut span.close)].concat();
            // The markup beside the text in the document decides otherwise.
            span.spaces = span.source.is_empty().then_some(spaces);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locked(text: &str) -> Vec<&str> {
        let mut block = Block { text: text.to_owned(), ..Block::default() };
        lock_addresses(&mut block);
        block.spans.iter().map(|span| &text[span.range.clone()]).collect()
    }

    #[test]
    fn formulas_of_tex_are_found_with_their_delimiters() {
        let found = |text: &str| -> Vec<String> {
            formulas(text).into_iter().map(|range| text[range].to_owned()).collect()
        };
        assert_eq!(found(r"If \(a + b\) and $$x^2$$ hold"), [r"\(a + b\)", "$$x^2$$"]);
        assert_eq!(found(r"A \\(x\\) b \[ y = 1 \] c"), [r"\\(x\\)", r"\[ y = 1 \]"]);
        let environment = r"\begin{align*} a &= b \\ c &= d \end{align*}";
        assert_eq!(found(&format!("So {environment} holds")), [environment]);
        assert_eq!(found(r"costs $$ and $$, not \(a remark here\), \( and \["), [""; 0]);
        assert_eq!(found(&r"\( \[ \begin{".repeat(100_000)), [""; 0]);
    }

    #[test]
    fn bytes_that_are_no_text_are_locked_with_their_word() {
        let byte = '\u{f00e9}';
        let text = format!("Das Caf{byte}haus, 日{byte}本 und {byte}{byte}");
        let found: Vec<&str> = bytes(&text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, [format!("Caf{byte}haus"), byte.to_string(), format!("{byte}{byte}")]);
    }

    #[test]
    fn long_texts_are_taken_out() {
        let code = "x".repeat(LONG_BYTES + 1);
        let (text, link) = (format!("See {code} now, {code}"), SpanKind::Paired);
        let mut block = Block { text, ..Block::default() };
        let end = block.text.len();
        block.spans.push(Span::plain(0..end, link));
        block.spans.push(Span::plain(4..4 + code.len(), SpanKind::Locked));
        block.spans.push(Span::plain(end - code.len()..end, SpanKind::Locked));
        take_out_long(&mut block);
        assert_eq!(block.text, "See now, ");
        let ranges: Vec<_> = block.spans.iter().map(|span| span.range.clone()).collect();
        assert_eq!(ranges, [0..9, 4..4, 9..9]);
        let mut link = Block { text: code.clone(), ..Block::default() };
        link.spans =
            vec![Span::plain(0..code.len(), SpanKind::Paired), Span::plain(0..code.len(), SpanKind::Locked)];
        let same = link.clone();
        take_out_long(&mut link);
        assert_eq!(link, same);
    }

    #[test]
    fn addresses_of_pages_and_mail_are_locked_without_the_marks_after_them() {
        for (text, addresses) in [
            ("Siehe https://a.example/b?c=d#e, oder nicht.", &["https://a.example/b?c=d#e"][..]),
            ("(http://a.example/x_(y)) und www.b.example!", &["http://a.example/x_(y", "www.b.example"]),
            ("Schreib an tom.maier+x@mail.example.org.", &["tom.maier+x@mail.example.org"]),
            ("日本語https://a.example/です", &["https://a.example/"]),
            ("5 @ 3, a@b, @c.d, ftp://x, https:// und wwwx.y", &[]),
        ] {
            assert_eq!(locked(text), addresses, "{text}");
        }
    }
}
