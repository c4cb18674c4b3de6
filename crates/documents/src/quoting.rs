//! How strings are written in the files of programs.

use std::fmt::Write as _;

/// A way to write a string's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quoting {
    /// JSON; `ascii` where the document escapes all else.
    Json { ascii: bool },
    /// gettext's PO, Apple's `.strings` and YAML's double quotes.
    C,
    /// A Java property; `ascii` as for JSON, `doubled` where an apostrophe is written twice.
    Property { ascii: bool, doubled: bool },
    /// YAML's single quotes.
    Single,
    /// Lines of a YAML block.
    YamlBlock,
    /// A YAML scalar without quotes, which gets double ones where it must.
    YamlBare,
    /// A table's cell in double quotes.
    Cell,
    /// A table's cell without quotes, which gets them where it must; with the table's delimiter.
    BareCell(char),
}

/// A YAML scalar that starts so is no plain text.
const YAML_STARTS: &str = "-?:,[]{}#&*!|>'\"%@` ";

/// What YAML reads as something else than text.
pub(crate) const YAML_WORDS: [&str; 10] = ["true", "false", "yes", "no", "on", "off", "null", "~", "y", "n"];

impl Quoting {
    /// The text escaped.
    pub fn escape(self, text: &str) -> String {
        match self {
            Self::Json { ascii } => backslashed(text, "\"\\", ascii),
            Self::C => backslashed(text, "\"\\", false),
            Self::Property { ascii, doubled } => {
                let text = backslashed(text, "\\", ascii);
                if doubled { text.replace('\'', "''") } else { text }
            }
            Self::Single => text.replace('\'', "''"),
            Self::Cell => text.replace('"', "\"\""),
            Self::YamlBlock | Self::YamlBare | Self::BareCell(_) => text.to_owned(),
        }
    }

    /// The whole escaped text, in quotes where it cannot stand without.
    pub fn finish(self, written: String) -> String {
        match self {
            Self::BareCell(delimiter) if written.contains(delimiter) || written.starts_with('"') => {
                format!("\"{}\"", Self::Cell.escape(&written))
            }
            Self::YamlBare if !is_plain_yaml(&written) => format!("\"{}\"", Self::C.escape(&written)),
            _ => written,
        }
    }
}

/// Whether YAML reads a text without quotes as that text.
fn is_plain_yaml(text: &str) -> bool {
    let word = YAML_WORDS.iter().any(|word| word.eq_ignore_ascii_case(text));
    let mark = text.starts_with(|c| YAML_STARTS.contains(c)) || text.ends_with(':');
    !word && !mark && !text.contains(": ") && !text.contains(" #") && text.contains(char::is_alphabetic)
}

fn backslashed(text: &str, marked: &str, ascii: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if marked.contains(c) {
            out.push('\\');
            out.push(c);
        } else if c.is_control() || (ascii && !c.is_ascii()) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}
