//! Messages on standard error, and text that is safe to show: characters that would control a terminal or reverse the order
//! of its text are shown as codes.

use std::fmt::Arguments;
use std::io::{Write, stderr};
use std::path::Path;

/// Prints a message on standard error.
macro_rules! note {
    ($($text:tt)*) => { $crate::terminal::print_message(format_args!($($text)*)) };
}

pub(crate) use note;

/// Prints a line on standard error.
pub fn print_message(text: Arguments<'_>) {
    // If nobody reads messages, the work goes on.
    drop(writeln!(stderr(), "{}", escaped(&text.to_string())));
}

/// A path in a line of its own or in a table, without line ends.
pub fn shown(path: &Path) -> String {
    escape(&path.to_string_lossy(), |c| c.is_control() || is_reordering(c))
}

/// Text with its line ends and tabs, but without other characters that a terminal obeys. The codes are JSON's, so that a
/// line of JSON keeps its meaning.
pub fn escaped(text: &str) -> String {
    escape(text, |c| (c.is_control() && c != '\n' && c != '\t') || is_reordering(c))
}

fn escape(text: &str, is_unsafe: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match is_unsafe(c) {
            true => out.push_str(&format!("\\u{:04x}", c as u32)),
            false => out.push(c),
        }
    }
    out
}

// Unicode's bidirectional controls and line separators.
fn is_reordering(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_shown_as_a_code() {
        assert_eq!(escaped("a\x1b[31mb\r\u{9b}c\u{7f}\u{202e}d"), r"a\u001b[31mb\u000d\u009bc\u007f\u202ed");
        assert_eq!(
            escaped("zwei\tSpalten,\nzwei Zeilen äöü 契約 👩‍💻"),
            "zwei\tSpalten,\nzwei Zeilen äöü 契約 👩‍💻"
        );
        assert_eq!(shown(Path::new("a\n\u{2066}b.txt")), r"a\u000a\u2066b.txt");
        let json = serde_json::json!({ "input": "a\u{202e}\u{7f}\x1b\"" }).to_string();
        let read: serde_json::Value = serde_json::from_str(&escaped(&json)).expect("is JSON");
        assert_eq!(read["input"], "a\u{202e}\u{7f}\x1b\"");
    }
}
