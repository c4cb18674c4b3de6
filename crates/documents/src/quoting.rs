//! How strings are written in the files of programs.

use std::fmt::Write as _;

/// A way to write a string's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quoting {
    /// JSON; `ascii` where the document escapes all else.
    Json { ascii: bool },
    /// gettext's PO and Apple's `.strings`.
    C,
    /// YAML's double quotes; `ascii` as for JSON.
    Yaml { ascii: bool },
    /// A Java property; `ascii` as for JSON, `doubled` where an apostrophe is written twice.
    Property { ascii: bool, doubled: bool },
    /// YAML's single quotes.
    Single,
    /// Lines of a YAML block.
    YamlBlock,
    /// A YAML scalar without quotes, which gets double ones where it must; `ascii` as for JSON, `flow` inside `[]`
    /// or `{}`.
    YamlBare { ascii: bool, flow: bool },
    /// A part of a YAML scalar without quotes.
    YamlPart,
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
            Self::Yaml { ascii } => yaml(text, ascii),
            Self::Property { ascii, doubled } => {
                let text = backslashed(text, "\\", ascii);
                if doubled { text.replace('\'', "''") } else { text }
            }
            Self::Single => text.replace('\'', "''"),
            Self::Cell => text.replace('"', "\"\""),
            // A no-break space instead of the one that makes a key or a comment of it.
            Self::YamlPart => text.replace(": ", ":\u{a0}").replace(" #", "\u{a0}#"),
            Self::YamlBlock | Self::YamlBare { .. } | Self::BareCell(_) => text.to_owned(),
        }
    }

    /// The whole escaped text, in quotes where it cannot stand without.
    pub fn finish(self, written: String) -> String {
        match self {
            Self::BareCell(delimiter) if written.contains(delimiter) || written.starts_with('"') => {
                format!("\"{}\"", Self::Cell.escape(&written))
            }
            Self::YamlBare { ascii, flow }
                if !is_plain_yaml(&written, flow) || (ascii && !written.is_ascii()) =>
            {
                format!("\"{}\"", yaml(&written, ascii))
            }
            _ => written,
        }
    }

    /// Whether quotes that the text may get stand around all of it.
    pub fn is_bare(self) -> bool {
        matches!(self, Self::BareCell(_) | Self::YamlBare { .. })
    }
}

/// Whether YAML reads a text without quotes, perhaps in several lines, as that text.
fn is_plain_yaml(text: &str, flow: bool) -> bool {
    let word = YAML_WORDS.iter().any(|word| word.eq_ignore_ascii_case(text));
    let mark = text.starts_with(|c| YAML_STARTS.contains(c)) || text.ends_with(':');
    let text = text.replace(['\r', '\n'], " ");
    let marks =
        text.contains(": ") || text.contains(" #") || (flow && text.contains([',', '[', ']', '{', '}']));
    !word && !mark && !marks && text.contains(char::is_alphabetic)
}

/// Text between YAML's double quotes, in the lines that it has.
fn yaml(text: &str, ascii: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let code = u32::from(c);
        // Writing to a string cannot fail.
        let _ = match c {
            '"' | '\\' => write!(out, "\\{c}"),
            '\r' | '\n' => write!(out, "{c}"),
            _ if !c.is_control() && (c.is_ascii() || !ascii) => write!(out, "{c}"),
            _ if code < 0x100 => write!(out, "\\x{code:02X}"),
            _ if code < 0x1_0000 => write!(out, "\\u{code:04X}"),
            _ => write!(out, "\\U{code:08X}"),
        };
    }
    out
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
