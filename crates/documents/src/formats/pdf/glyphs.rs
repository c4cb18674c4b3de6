//! A glyph as shown on a page, with its text.

use std::rc::Rc;

use super::page::Style;

/// A glyph with its text, in points from the page's bottom left corner.
#[derive(Debug, Clone)]
pub(super) struct Glyph {
    /// Its text, never only spaces; empty for a further glyph of a text that a glyph before it shows.
    pub(super) text: Rc<str>,
    /// Where its baseline begins.
    pub(super) x: f64,
    pub(super) y: f64,
    /// Unit vector of the direction in which it is read.
    pub(super) direction: (f64, f64),
    /// Its width along the direction.
    pub(super) advance: f64,
    /// Whether its baseline runs through its middle, as in vertical Japanese.
    pub(super) vertical: bool,
    /// Whether a space glyph stands before it.
    pub(super) spaced: bool,
    pub(super) style: Rc<Style>,
}

/// The text of a glyph: ligatures and compatibility forms of letters decomposed, controls left out, any space as U+0020.
pub(super) fn normalized(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'ﬀ' => out.push_str("ff"),
            'ﬁ' => out.push_str("fi"),
            'ﬂ' => out.push_str("fl"),
            'ﬃ' => out.push_str("ffi"),
            'ﬄ' => out.push_str("ffl"),
            'ﬅ' | 'ﬆ' => out.push_str("st"),
            'Ĳ' => out.push_str("IJ"),
            'ĳ' => out.push_str("ij"),
            // Marks of lists in the Symbol and Wingdings fonts.
            '\u{f0b7}' => out.push('•'),
            '\u{f0a7}' => out.push('▪'),
            '\u{f0d8}' => out.push('➢'),
            '\u{f0fc}' => out.push('✓'),
            // Joiners shape Arabic, Persian and Indic words.
            '\u{200c}' | '\u{200d}' => out.push(c),
            '\u{200b}' | '\u{feff}' | '\u{2060}' | '\u{fffd}' | '\0' => {}
            _ if c.is_control() && !c.is_whitespace() => {}
            '\u{3000}' => out.push(c),
            _ if c.is_whitespace() => out.push(' '),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ligatures_are_decomposed() {
        assert_eq!(normalized("eﬃcient ﬂow\u{a0}\u{1}x"), "efficient flow x");
    }
}
