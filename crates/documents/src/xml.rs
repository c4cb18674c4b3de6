//! XML that is edited in place: text is written so that it is read back as such.

pub(crate) mod plain;
pub(crate) mod space;
pub(crate) mod tree;

/// Text between tags, with the marks escaped that XML reads as its own; what XML cannot hold is left out.
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

/// An attribute's value, whichever quotes are around it.
pub(crate) fn escape_value(text: &str) -> String {
    escape(text).replace('"', "&quot;").replace('\'', "&apos;")
}
