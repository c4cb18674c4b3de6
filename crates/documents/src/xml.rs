//! XML that is edited in place: escaping, and the parser.

pub(crate) mod plain;
pub(crate) mod space;
pub(crate) mod texts;
pub(crate) mod tree;

/// Escapes text between tags; characters that XML does not allow are left out.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => out.push(c),
        }
    }
    out
}

/// Escapes an attribute's value for either kind of quotes.
pub(crate) fn escape_value(text: &str) -> String {
    escape(text).replace('"', "&quot;").replace('\'', "&apos;")
}
