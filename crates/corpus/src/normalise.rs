//! Normalises sentences for training, and computes the keys by which they are compared.

use unicode_normalization::UnicodeNormalization;

/// Converts `text` to Unicode's composed form (NFC), collapses white space to single spaces, trims it, and removes
/// control characters and byte order marks.
pub fn normalise(text: &mut String) {
    if is_plain(text) {
        return;
    }
    let printable = |c: &char| c.is_whitespace() || !(c.is_control() || *c == '\u{feff}');
    let composed: String = text.chars().filter(printable).nfc().collect();
    text.clear();
    for word in composed.split_whitespace() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
}

/// Whether `text` is printable ASCII that is already normalised, as most lines are.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().all(|b| (b' '..0x7f).contains(b))
        && !bytes.windows(2).any(|two| two == b"  ")
        && !bytes.starts_with(b" ")
        && !bytes.ends_with(b" ")
}

/// The letters and digits of the normalised `text` in lower case. Sentences with equal keys count as the same when
/// leaks from test sets are searched.
pub fn key(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(text: &str) -> String {
        let mut text = text.to_owned();
        normalise(&mut text);
        text
    }

    #[test]
    fn spaces_collapse_marks_compose_controls_go() {
        assert_eq!(normal("as it is"), "as it is");
        assert_eq!(normal("  two\t words \u{a0}\r"), "two words");
        assert_eq!(normal("u\u{308}ber \u{feff}"), "über");
        assert_eq!(normal("彼は\u{3000}来た。"), "彼は 来た。");
        assert_eq!(normal("a \u{1b} b\u{0}c"), "a bc");
        assert_eq!(normal("\u{7} a"), "a");
        assert_eq!(normal(" \u{3000}"), "");
    }

    #[test]
    fn normalising_again_changes_nothing() {
        let letters: Vec<char> = " \t\u{3000}\u{feff}\u{0}aäa\u{308}が\u{3099}か\u{301}.".chars().collect();
        let mut random = fastrand::Rng::with_seed(3);
        for _ in 0..5000 {
            let text: String =
                (0..random.usize(..12)).map(|_| letters[random.usize(..letters.len())]).collect();
            let once = normal(&text);
            assert_eq!(normal(&once), once, "{text:?}");
            assert!(!once.contains("  ") && once.trim() == once, "{text:?} became {once:?}");
        }
    }

    #[test]
    fn keys_ignore_case_and_punctuation() {
        assert_eq!(key("„Über 3,5 Äpfel!“"), key("über 35 äpfel"));
        assert_eq!(key("はい、そうです。"), "はいそうです");
        assert_eq!(key("…?!"), "");
    }
}
