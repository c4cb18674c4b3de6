//! How string values are written in JSON, PO, YAML, properties and CSV files.

use std::fmt::Write as _;

/// How a string value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quoting {
    /// JSON; `ascii` if the document escapes all other characters.
    Json { ascii: bool },
    /// Android's string resources.
    Android,
    /// gettext's PO and Apple's `.strings`.
    C,
    /// YAML's double quotes; `ascii` as for JSON.
    Yaml { ascii: bool },
    /// A Java property; `ascii` as for JSON, `doubled` if apostrophes are doubled.
    Property { ascii: bool, doubled: bool },
    /// YAML's single quotes.
    Single,
    /// Lines of a YAML block scalar.
    YamlBlock,
    /// A YAML plain scalar, which gets double quotes if it needs them; `ascii` as for JSON, `flow` inside `[]` or `{}`.
    YamlBare { ascii: bool, flow: bool },
    /// A part of a YAML plain scalar.
    YamlPart,
    /// A table's cell in double quotes.
    Cell,
    /// A table's cell without quotes, which gets them if it needs them; with the table's delimiter.
    BareCell(char),
}

/// First characters that a YAML plain scalar may not have.
const YAML_STARTS: &str = "-?:,[]{}#&*!|>'\"%@` ";

/// Words that YAML reads as another type than text.
pub(crate) const YAML_WORDS: [&str; 10] = ["true", "false", "yes", "no", "on", "off", "null", "~", "y", "n"];

impl Quoting {
    /// The quoting of a JSON text, which escapes what its source escapes.
    pub fn json(source: &str) -> Self {
        Self::Json { ascii: source.is_ascii() && source.contains("\\u") }
    }

    /// Escapes the text.
    pub fn escape(self, text: &str) -> String {
        match self {
            Self::Json { ascii } => backslashed(text, "\"\\", ascii),
            Self::Android => {
                let text = backslashed(text, "\\\"'", false);
                // These would begin a reference to another resource.
                if text.starts_with(['@', '?']) { format!("\\{text}") } else { text }
            }
            Self::C => backslashed(text, "\"\\", false),
            Self::Yaml { ascii } => yaml(text, ascii),
            Self::Property { ascii, doubled } => {
                let text = backslashed(text, "\\", ascii);
                if doubled { text.replace('\'', "''") } else { text }
            }
            Self::Single => text.replace('\'', "''"),
            Self::Cell => text.replace('"', "\"\""),
            // A no-break space, because a space here would make the text a key or start a comment.
            Self::YamlPart => text.replace(": ", ":\u{a0}").replace(" #", "\u{a0}#"),
            Self::YamlBlock | Self::YamlBare { .. } | Self::BareCell(_) => text.to_owned(),
        }
    }

    /// The whole escaped text, in quotes if it needs them.
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
            // After a key that ends with a space these would divide it from the value.
            Self::Property { .. } if written.starts_with(['=', ':']) => format!("\\{written}"),
            _ => written,
        }
    }

    /// Whether the text may get quotes, which must be around all of it.
    pub fn is_bare(self) -> bool {
        matches!(self, Self::BareCell(_) | Self::YamlBare { .. })
    }
}

/// Whether YAML reads a text without quotes, on one or several lines, as that text.
fn is_plain_yaml(text: &str, flow: bool) -> bool {
    let word = YAML_WORDS.iter().any(|word| word.eq_ignore_ascii_case(text));
    let mark = text.starts_with(|c| YAML_STARTS.contains(c)) || text.ends_with(':');
    let text = text.replace(['\r', '\n'], " ");
    let marks =
        text.contains(": ") || text.contains(" #") || (flow && text.contains([',', '[', ']', '{', '}']));
    !word && !mark && !marks && text.contains(char::is_alphabetic)
}

/// Escapes text between YAML's double quotes; line ends are kept.
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
