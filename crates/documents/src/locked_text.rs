//! Recognises text that must not be translated: codes, addresses, placeholders.

pub(crate) mod placeholders;

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::block::{Block, Span, SpanKind};
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

/// Locks the addresses and the placeholders of a text that may be prose: of the placeholders only those that prose
/// does not contain by chance ([`placeholders::find_in_prose`]).
pub(crate) fn lock_in_prose(block: &mut Block) {
    lock_addresses(block);
    let placeholders = placeholders::find_in_prose(&block.text);
    lock_all(block, placeholders);
}

/// Locks the placeholders of a block whose own markup is already taken out; tags among its words are placeholders.
pub(crate) fn lock_placeholders(block: &mut Block) {
    let marks = placeholders::find(&block.text);
    lock_all(block, marks.into_iter().map(|(range, _)| range));
}

/// URLs and mail addresses.
static ADDRESSES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?x)
        (?: https?:// | \bwww\. ) [!-~&&[^<>"`]]+
        | [A-Za-z0-9._%+-]+ @ [A-Za-z0-9-]+ (?: \. [A-Za-z0-9-]+ )+
        "#,
    )
    .ok()
});

/// Makes every address that no locked span overlaps a locked span of its own.
fn lock_addresses(block: &mut Block) {
    let Some(addresses) = ADDRESSES.as_ref() else { return };
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

#[cfg(test)]
mod tests {
    use super::*;

    fn locked(text: &str) -> Vec<&str> {
        let mut block = Block { text: text.to_owned(), spans: Vec::new(), wrapped: false };
        lock_addresses(&mut block);
        block.spans.iter().map(|span| &text[span.range.clone()]).collect()
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
