//! Character classes that decide how words are separated and joined.

/// Whether a character belongs to a script without spaces between words (Han, kana; Korean has spaces).
pub(crate) fn is_unspaced(c: char) -> bool {
    let hangul = matches!(c, '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7ff}');
    !hangul && unicode_width::UnicodeWidthChar::width(c) == Some(2)
}

/// Whitespace at which a line may end: not the no-break spaces, nor the ideographic space, which are text.
pub(crate) fn is_space(c: char) -> bool {
    c != '\u{a0}' && c != '\u{202f}' && c != '\u{2007}' && c != '\u{3000}' && c.is_whitespace()
}

/// Invisible characters that a model would read as part of another word: the soft hyphen, the zero-width space, the
/// byte order mark.
pub(crate) fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{feff}')
}

/// The separator of two joined lines: nothing between Han or kana, else a space.
pub(crate) fn join_separator(before: &str, after: &str) -> &'static str {
    let unspaced = |c: Option<char>| c.is_some_and(is_unspaced);
    if unspaced(before.chars().next_back()) && unspaced(after.chars().next()) { "" } else { " " }
}

/// A text on one line, with a space for each line end and the blanks around it; other blanks stay, as code means them.
pub(crate) fn one_line(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

/// Whether reStructuredText reads inline markup that starts right after a character.
pub(crate) fn may_precede_markup(c: char) -> bool {
    c.is_whitespace() || "'\"([{<-/:“„«‘‚‹–—「『（［".contains(c)
}

/// Whether reStructuredText reads inline markup that ends right before a character.
pub(crate) fn may_follow_markup(c: char) -> bool {
    c.is_whitespace() || "'\")]}>-/\\:.,;!?”“»’›–—…」』）］、。，．：；！？".contains(c)
}
