//! Splits a text into words for alignment.

use std::ops::Range;

/// The words of a text, in order: runs of letters and digits. In scripts without spaces each token (`pieces`) is a word,
/// or each character if the tokens are not known.
pub fn words(text: &str, pieces: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut unspaced_before = false;
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let end = at + c.len_utf8();
        let next = characters.peek().map(|(_, next)| *next);
        let continues = words.last().is_some_and(|word| word.end == at);
        if !(c.is_alphanumeric() || continues && joins(c, next)) {
            continue;
        }
        let unspaced = is_unspaced(c);
        let same_piece = || pieces.iter().any(|piece| piece.start < at && at < piece.end);
        match words.last_mut() {
            Some(word) if continues && unspaced == unspaced_before && (!unspaced || same_piece()) => {
                word.end = end
            }
            _ => words.push(at..end),
        }
        unspaced_before = unspaced;
    }
    words
}

/// The word at the beginning of a text that goes on, and whether it ends there: a run as by [`words`], of a script without
/// spaces what is there, or marks up to the next letter or space. None without a whole character.
pub(crate) fn first_word(text: &str) -> Option<(&str, bool)> {
    // The bytes of an incomplete character.
    let text = text.trim_end_matches('\u{fffd}');
    let first = text.chars().next()?;
    if is_unspaced(first) {
        return Some((text.split(char::is_whitespace).next().unwrap_or(text), true));
    }
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        let belongs = match first.is_alphanumeric() {
            true => !is_unspaced(c) && (c.is_alphanumeric() || at > 0 && joins(c, next)),
            false => !c.is_alphanumeric() && !c.is_whitespace(),
        };
        if !belongs {
            // Whether a mark joins two parts of a word shows only after it.
            let is_open = next.is_none() && joins(c, Some('a'));
            return Some((text.get(..at).unwrap_or_default(), !is_open));
        }
    }
    Some((text, false))
}

/// Punctuation inside words and numbers: it's, well-known, 3.5, a@b.c.
fn joins(c: char, next: Option<char>) -> bool {
    matches!(c, '\'' | '’' | '-' | '.' | ',' | '@' | '_')
        && next.is_some_and(|next| next.is_alphanumeric() && !is_unspaced(next))
}

/// Whether words of this character's script are written without spaces between them.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0e00}'..='\u{0eff}' // Thai, Lao
        | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' // Burmese, Khmer
        | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' // kana
        | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' // Han
        | '\u{ff66}'..='\u{ff9f}') // half-width kana
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<'a>(text: &'a str, pieces: &[Range<usize>]) -> Vec<&'a str> {
        words(text, pieces).into_iter().map(|word| &text[word]).collect()
    }

    #[test]
    fn words_are_letters_between_blanks_and_marks() {
        assert_eq!(of("It's a well-known (3.5 %) fact.", &[]), ["It's", "a", "well-known", "3.5", "fact"]);
        assert_eq!(of("Ende. Neu, 'x'", &[]), ["Ende", "Neu", "x"]);
        assert_eq!(of("…", &[]), [""; 0]);
    }

    #[test]
    fn the_first_word_is_complete_once_something_follows() {
        for (text, word) in [
            ("drawings of", Some(("drawings", true))),
            ("draw", Some(("draw", false))),
            ("don't go", Some(("don't", true))),
            ("don'", Some(("don", false))),
            ("end. ", Some(("end", true))),
            ("3.5 %", Some(("3.5", true))),
            (", and", Some((",", true))),
            ("“Yes", Some(("“", true))),
            ("東京", Some(("東京", true))),
            ("caf\u{fffd}", Some(("caf", false))),
            ("\u{fffd}", None),
            ("", None),
        ] {
            assert_eq!(first_word(text), word, "{text:?}");
        }
    }

    #[test]
    fn without_spaces_tokens_are_words() {
        assert_eq!(of("東京へWin11で", &[0..6, 6..9, 9..14, 14..17]), ["東京", "へ", "Win11", "で"]);
        assert_eq!(of("東京", &[]), ["東", "京"]);
        // A token of two scripts is two words.
        assert_eq!(of("aはb", &[0..4, 4..5]), ["a", "は", "b"]);
    }
}
