//! The text of a segment: spaces between words, raised and lowered digits, the order of words from right to left.

use std::rc::Rc;

use super::frames::Placed;
use super::page::{Area, Style};
use super::segments::Segment;

/// Glyphs further apart than this, in sizes, belong to different words.
const WORD_GAP: f64 = 0.15;

/// Raised and lowered letters are at most this large, in sizes of the line.
const SMALL: f64 = 0.82;

/// They stand at least this far from the baseline, in sizes of the line.
const SHIFT: f64 = 0.1;

/// An accent and its letter overlap by at least this, in sizes.
const ACCENT_OVERLAP: f64 = 0.2;

/// Accents that are set as letters of their own, and what letters become with them.
const ACCENTS: &[(char, &str, &str)] = &[
    ('´', "aeiouyıcnszrlAEIOUYCNSZ", "áéíóúýíćńśźŕĺÁÉÍÓÚÝĆŃŚŹ"),
    ('`', "aeiouıAEIOU", "àèìòùìÀÈÌÒÙ"),
    ('ˆ', "aeiouıcgswyAEIOU", "âêîôûîĉĝŝŵŷÂÊÎÔÛ"),
    ('¨', "aeiouyıAEIOU", "äëïöüÿïÄËÏÖÜ"),
    ('˜', "anoANO", "ãñõÃÑÕ"),
    ('¸', "csCS", "çşÇŞ"),
    ('˚', "auAU", "åůÅŮ"),
    ('ˇ', "cdenrstzCDENRSTZ", "čďěňřšťžČĎĚŇŘŠŤŽ"),
    ('˝', "ouOU", "őűŐŰ"),
    ('˘', "agAG", "ăğĂĞ"),
    ('¯', "aeiouAEIOU", "āēīōūĀĒĪŌŪ"),
    ('˙', "zcegZCEG", "żċėġŻĊĖĠ"),
];

/// Brackets, each with the one that ends it.
const BRACKETS: &str = "()[]{}«»‹›⟨⟩";

const RAISED: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const LOWERED: &str = "₀₁₂₃₄₅₆₇₈₉";

/// The text of a segment.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) text: String,
    /// The area in its frame.
    pub(super) area: Area,
    /// The height of its baseline in its frame.
    pub(super) base: f64,
    /// The look of most of its letters.
    pub(super) style: Rc<Style>,
}

/// The text of a segment; `None` if it has none.
pub(super) fn piece(segment: &Segment) -> Option<Piece> {
    let main = main_glyph(&segment.glyphs)?;
    let word_gap = word_gap(&segment.glyphs);
    let mut words: Vec<(String, bool)> = Vec::new();
    let mut end: Option<f64> = None;
    for glyph in &segment.glyphs {
        let gap = end.map_or(0.0, |end| glyph.area.left - end);
        let separated =
            end.is_some() && (gap > word_gap * glyph.size || glyph.spaced && gap > -WORD_GAP * glyph.size);
        end = Some(end.map_or(glyph.area.right, |end| end.max(glyph.area.right)));
        let text = shifted(glyph, main);
        let accented = words.last().filter(|_| gap < -ACCENT_OVERLAP * glyph.size);
        match accented.and_then(|(before, _)| composed(before, &text)) {
            Some(letter) => words.last_mut().into_iter().for_each(|(before, _)| before.clone_from(&letter)),
            None => words.push((text, separated)),
        }
    }
    let text = if words.iter().any(|(text, _)| text.chars().any(is_right_to_left)) {
        logical(words)
    } else {
        joined(&words)
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then(|| Piece { text, area: segment.area, base: main.base, style: main.style.clone() })
}

/// The first glyph of the style that most letters have.
fn main_glyph(glyphs: &[Placed]) -> Option<&Placed> {
    let mut counts: Vec<(&Placed, usize)> = Vec::new();
    for glyph in glyphs {
        match counts
            .iter_mut()
            .find(|(first, _)| Rc::ptr_eq(&first.style, &glyph.style) || first.style == glyph.style)
        {
            Some((_, count)) => *count += 1,
            None => counts.push((glyph, 1)),
        }
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(first, _)| first)
}

/// The gap between words, in sizes: more where all letters stand apart.
fn word_gap(glyphs: &[Placed]) -> f64 {
    let gaps = glyphs.windows(2).filter_map(|pair| match pair {
        [a, b] if a.size > 0.0 && !b.spaced && is_letter(a) && is_letter(b) => {
            Some((b.area.left - a.area.right) / a.size)
        }
        _ => None,
    });
    let mut gaps: Vec<f64> = gaps.collect();
    gaps.sort_by(f64::total_cmp);
    match gaps.get(gaps.len() / 2) {
        Some(median) if gaps.len() >= 5 => WORD_GAP.max(median + WORD_GAP * 0.8),
        _ => WORD_GAP,
    }
}

/// A letter with the accent that is set over it, before or after it.
fn composed(before: &str, text: &str) -> Option<String> {
    let single = |text: &str| {
        let mut chars = text.chars();
        chars.next().filter(|_| chars.next().is_none())
    };
    let (first, second) = (single(before)?, single(text)?);
    ACCENTS.iter().find_map(|(accent, letters, accented)| {
        let letter = if first == *accent { second } else { Some(first).filter(|_| second == *accent)? };
        let at = letters.chars().position(|other| other == letter)?;
        accented.chars().nth(at).map(String::from)
    })
}

fn is_letter(glyph: &Placed) -> bool {
    glyph.text.chars().all(char::is_alphabetic)
}

/// The text of a glyph; digits that are raised, as footnote marks and exponents, or lowered have their own characters.
fn shifted(glyph: &Placed, main: &Placed) -> String {
    let (shift, size) = (glyph.base - main.base, main.size);
    let is_small = glyph.size <= size * SMALL && glyph.text.bytes().all(|byte| byte.is_ascii_digit());
    let digits = match is_small && shift.abs() > size * SHIFT {
        true if shift > 0.0 => RAISED,
        true => LOWERED,
        false => return glyph.text.to_string(),
    };
    let of = |byte: u8| digits.chars().nth(usize::from(byte - b'0'));
    glyph.text.bytes().filter_map(of).collect()
}

fn joined(words: &[(String, bool)]) -> String {
    let mut out = String::new();
    for (text, separated) in words {
        if *separated {
            out.push(' ');
        }
        out.push_str(text);
    }
    out
}

/// Whether a character belongs to a script that is written from right to left.
fn is_right_to_left(c: char) -> bool {
    !is_number(c)
        && matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}')
}

/// Whether a character is a digit of Arabic or Persian, which are written from left to right.
fn is_number(c: char) -> bool {
    matches!(c, '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}')
}

/// The order of reading of glyphs that are given from left to right.
fn logical(words: Vec<(String, bool)>) -> String {
    let mut glyphs: Vec<String> = Vec::with_capacity(words.len());
    for (text, separated) in words {
        if separated {
            glyphs.push(" ".to_owned());
        }
        glyphs.push(text);
    }
    let is = |text: &String, test: fn(char) -> bool| text.chars().any(test);
    let is_foreign = |c: char| c.is_alphanumeric() && !is_right_to_left(c);
    let right = glyphs.iter().filter(|text| is(text, is_right_to_left)).count();
    let left = glyphs.iter().filter(|text| is(text, |c| c.is_alphabetic() && !is_right_to_left(c))).count();
    // Runs in the other direction are turned; spaces and marks inside belong to them.
    let turned: fn(char) -> bool = if right >= left {
        glyphs.reverse();
        is_foreign
    } else {
        is_right_to_left
    };
    let against: fn(char) -> bool = if right >= left { is_right_to_left } else { is_foreign };
    let mut at = 0;
    while at < glyphs.len() {
        if !glyphs.get(at).is_some_and(|text| is(text, turned)) {
            at += 1;
            continue;
        }
        let rest = glyphs.get(at..).unwrap_or_default();
        let run = rest.iter().take_while(|text| !is(text, against));
        let end = run.enumerate().filter(|(_, text)| is(text, turned)).last().map_or(1, |(last, _)| last + 1);
        if let Some(run) = glyphs.get_mut(at..at + end) {
            run.reverse();
        }
        at += end;
    }
    if right >= left {
        mirror(&mut glyphs);
    }
    glyphs.concat()
}

/// Turns the brackets of text from right to left that were taken for what they look like: where the first one ends.
fn mirror(glyphs: &mut [String]) {
    let place = |text: &String| {
        let mut chars = text.chars();
        let c = chars.next().filter(|_| chars.next().is_none())?;
        BRACKETS.chars().position(|other| other == c)
    };
    if glyphs.iter().find_map(place).is_none_or(|at| at % 2 == 0) {
        return;
    }
    for glyph in glyphs {
        let other = place(glyph).and_then(|at| BRACKETS.chars().nth(at ^ 1));
        if let Some(other) = other {
            *glyph = other.to_string();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::logical;

    #[test]
    fn accents_are_put_on_their_letters() {
        assert_eq!(super::composed("e", "´").as_deref(), Some("é"));
        assert_eq!(super::composed("¨", "u").as_deref(), Some("ü"));
        assert_eq!(super::composed("e", "u"), None);
        assert!(super::ACCENTS.iter().all(|(_, from, to)| from.chars().count() == to.chars().count()));
    }

    #[test]
    fn hebrew_is_read_from_right_to_left() {
        let visual = "2024 תנשב Hello םולש";
        let glyphs = visual.chars().map(|c| (c.to_string(), false)).collect();
        assert_eq!(logical(glyphs), "שלום Hello בשנת 2024");
    }

    #[test]
    fn arabic_numbers_are_read_from_left_to_right_and_brackets_are_mirrored() {
        for (visual, text) in [
            ("١٤٣٤ ليربإ ١٤", "١٤ إبريل ١٤٣٤"),
            ("(ليربإ) ١٤", "١٤ (إبريل)"),
            (")ليربإ( ١٤", "١٤ (إبريل)"),
            ("«ليربإ» [1]", "[1] «إبريل»"),
        ] {
            let glyphs = visual.chars().map(|c| (c.to_string(), false)).collect();
            assert_eq!(logical(glyphs), text);
        }
    }
}
