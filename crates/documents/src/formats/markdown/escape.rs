//! Escapes plain text so that Markdown parses it as exactly that text.

use std::ops::Range;

/// Escapes text that would be markup inside a line. With `bare`, all ASCII punctuation is escaped; `before_link` is
/// whether markup that starts with `[` follows.
pub(crate) fn text(text: &str, heading: bool, bare: bool, before_link: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let after = chars.peek().map(|&(_, c)| c);
        let rest = text.get(at..).unwrap_or_default();
        let marked = match c {
            _ if bare => c.is_ascii_punctuation(),
            '`' | '[' | ']' | '~' | '|' => true,
            '\\' => after.is_none_or(|c| c.is_ascii_punctuation()),
            '*' => !(is_blank(before) && is_blank(after)),
            '_' => !(is_word(before) && is_word(after)),
            '<' => after.is_none_or(|c| c.is_ascii_alphabetic() || "/!?".contains(c)),
            '&' => is_reference(rest),
            // A single one is a currency sign; two may enclose a formula.
            '$' => text.matches('$').nth(1).is_some() || after.is_none(),
            '!' => before_link && after.is_none(),
            '#' => heading,
            // Attributes and shortcodes of dialects.
            '{' => heading || after.is_some_and(|c| "%{:#./".contains(c)) || is_attribute(rest),
            '=' => after == Some('=') || before == Some('='),
            _ => false,
        };
        if marked {
            out.push('\\');
        }
        out.push(c);
        before = Some(c);
    }
    out
}

/// Escapes the text of a paragraph or a heading.
pub(crate) fn plain(plain: &str, heading: bool) -> String {
    let escaped = text(plain, heading, false, false);
    if heading { escaped } else { line_start(escaped) }
}

/// Escapes the start of a line if it would begin a heading, list, quote, rule, admonition or front matter.
pub(crate) fn line_start(line: String) -> String {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = line.get(digits..).unwrap_or_default();
    let followed =
        |mark: &str| rest.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    let only = |mark: char| !rest.is_empty() && rest.chars().all(|c| c == mark);
    let marked = if digits > 0 {
        followed(".") || followed(")")
    } else {
        let hashes = rest.trim_start_matches('#');
        let heading = hashes.len() < rest.len() && (hashes.is_empty() || hashes.starts_with(' '));
        heading
            || rest.starts_with('>')
            || followed("-")
            || followed("+")
            || followed("*")
            || followed(":")
            || rest.starts_with(":::")
            || rest.starts_with("///")
            || followed("!!!")
            || followed("???")
            || followed("???+")
            || only('-')
            || only('=')
            || only('+')
    };
    if marked { format!("{}\\{rest}", line.get(..digits).unwrap_or_default()) } else { line }
}

/// The range, narrowed if necessary, so that emphasis delimiters around it are parsed as such: they must touch a word
/// on the inside, or else a space or punctuation on the outside (CommonMark 6.2, "flanking"). `None` if there is no
/// such range. Other markup may be anywhere.
pub(crate) fn emphasis_range(open: &str, text: &str, range: Range<usize>) -> Option<Range<usize>> {
    if !open.starts_with(['*', '_', '~']) {
        return Some(range);
    }
    let inner = text.get(range.clone())?;
    let is_mark = |c: char| !c.is_alphanumeric();
    let start = range.end - inner.trim_start_matches(is_mark).len();
    let narrow = start..start + inner.trim_matches(is_mark).len();
    let flanked = |range: &Range<usize>| {
        let edge = |outer: Option<char>, inner: Option<char>| match (outer, inner) {
            (_, None) => false,
            (_, Some(inner)) if inner.is_whitespace() => false,
            (None, _) => true,
            (Some(outer), Some(_)) if !outer.is_alphanumeric() => true,
            // Underscores never mark part of a word.
            (_, Some(inner)) => inner.is_alphanumeric() && !open.starts_with('_'),
        };
        let (Some(before), Some(inner), Some(after)) =
            (text.get(..range.start), text.get(range.clone()), text.get(range.end..))
        else {
            return false;
        };
        edge(before.chars().next_back(), inner.chars().next())
            && edge(after.chars().next(), inner.chars().next_back())
    };
    [range, narrow].into_iter().find(flanked)
}

/// Whether the text starts like an attribute, `{width=50%}`.
fn is_attribute(text: &str) -> bool {
    let name = text.trim_start_matches('{').trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '-');
    name.len() < text.len() - 1 && name.starts_with('=')
}

fn is_blank(c: Option<char>) -> bool {
    c == Some(' ')
}

fn is_word(c: Option<char>) -> bool {
    c.is_some_and(char::is_alphanumeric)
}

/// Whether the text starts like a character reference, `&amp;`.
fn is_reference(text: &str) -> bool {
    let name = text.trim_start_matches('&');
    let size = name.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'#').count();
    size > 0 && name.get(size..).is_some_and(|rest| rest.is_empty() || rest.starts_with(';'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_would_be_markup_is_escaped() {
        let escaped = |line: &str| super::text(line, false, false, false);
        assert_eq!(
            escaped("2 * 3 = 6, snake_case, a < b, AT&T, $5"),
            "2 * 3 = 6, snake_case, a < b, AT&T, $5"
        );
        assert_eq!(
            escaped("*a* _b_ `c` [d](e) <f> &amp; C:\\*"),
            r"\*a\* \_b\_ \`c\` \[d\](e) \<f> \&amp; C:\\\*"
        );
    }

    #[test]
    fn line_starts_are_escaped() {
        let escaped = |line: &str| line_start(line.to_owned());
        assert_eq!(escaped("1986. Ein Jahr"), r"1986\. Ein Jahr");
        assert_eq!(escaped("- a"), r"\- a");
        assert_eq!(escaped("---"), r"\---");
        assert_eq!(escaped("# a"), r"\# a");
        assert_eq!(escaped("-5 °C, 3.5, #1"), "-5 °C, 3.5, #1");
    }

    #[test]
    fn japanese_quotes_stay_outside_emphasis() {
        let range = emphasis_range("**", "これは「重要」です", 9..21);
        assert_eq!(range, Some(12..18));
        assert_eq!(emphasis_range("_", "これは重要です", 9..15), None);
    }
}
