//! SacreBLEU's `zh`: separates Chinese characters, then applies the rules of 13a.

use super::western;

/// SacreBLEU's ranges. It writes Extension B and the Compatibility Supplement with four-digit escapes, which Python
/// reads as U+2000 followed by "0" and so on: it actually separates U+2001…U+2A6D (including dashes, quotation marks,
/// arrows and mathematics) and no character beyond U+FFFF. Scores are comparable only with the same ranges.
const RANGES: [(char, char); 19] = [
    ('\u{2001}', '\u{2a6d}'),
    ('\u{2e80}', '\u{2eff}'),
    ('\u{2f00}', '\u{2fdf}'),
    ('\u{2ff0}', '\u{2fff}'),
    ('\u{3000}', '\u{303f}'),
    ('\u{3100}', '\u{312f}'),
    ('\u{31a0}', '\u{31bf}'),
    ('\u{31c0}', '\u{31ef}'),
    ('\u{3200}', '\u{32ff}'),
    ('\u{3300}', '\u{33ff}'),
    ('\u{3400}', '\u{4db5}'),
    ('\u{4e00}', '\u{9fa5}'),
    ('\u{9fa6}', '\u{9fbb}'),
    ('\u{f900}', '\u{fa2d}'),
    ('\u{fa30}', '\u{fa6a}'),
    ('\u{fa70}', '\u{fad9}'),
    ('\u{fe10}', '\u{fe1f}'),
    ('\u{fe30}', '\u{fe4f}'),
    ('\u{ff00}', '\u{ffef}'),
];

fn is_chinese(c: char) -> bool {
    RANGES.iter().any(|&(first, last)| (first..=last).contains(&c))
}

/// Tokenizes a line.
pub fn zh(line: &str) -> String {
    let mut spaced = String::with_capacity(2 * line.len());
    for c in line.trim_matches(crate::text::is_space).chars() {
        if is_chinese(c) {
            spaced.extend([' ', c, ' ']);
        } else {
            spaced.push(c);
        }
    }
    western::apply_v13a(&spaced)
}
