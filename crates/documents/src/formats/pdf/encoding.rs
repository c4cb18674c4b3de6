//! What a font says of its codes beside the characters that hayro knows: names of glyphs, and maps written without blanks.

use std::collections::HashSet;

use hayro_syntax::object::{Array, Dict, Name, Object};

/// The codes whose glyph has a name of its own that is not the code's number, as `g936` for 63. Unless the name is a
/// character's, nothing tells which character such a code shows. Names such as `c41` or `a65` for 65 are the code's.
pub(super) fn named(font: &Dict<'_>) -> HashSet<u32> {
    let differences = font.get::<Dict<'_>>(b"Encoding").and_then(|one| one.get::<Array<'_>>(b"Differences"));
    let Some(differences) = differences else { return HashSet::new() };
    let mut named = HashSet::new();
    let mut code = 0_u32;
    for entry in differences.iter::<Object<'_>>().take(2 * 256) {
        match entry {
            Object::Number(number) => code = number.as_f64().clamp(0.0, 255.0) as u32,
            Object::Name(name) => {
                if is_other(&name, code) {
                    named.insert(code);
                }
                code = code.saturating_add(1);
            }
            _ => {}
        }
    }
    named
}

fn is_other(name: &Name<'_>, code: u32) -> bool {
    let name = name.as_str();
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic).count();
    let is_number = |from: usize, radix: u32| {
        name.get(from..).is_some_and(|digits| u32::from_str_radix(digits, radix) == Ok(code))
    };
    // The letters before a hexadecimal number cannot be told from its digits.
    name != ".notdef" && !is_number(letters, 10) && !(0..=letters).any(|from| is_number(from, 16))
}

/// A map of codes whose words and numbers are not divided, as in `def1 begincodespacerange`, with a blank between them;
/// `None` if they are.
pub(super) fn divided(map: &[u8]) -> Option<Vec<u8>> {
    const ENDS: [&[u8]; 4] = [b"endcodespacerange", b"endbfchar", b"endbfrange", b"endcidrange"];
    let mut divided = Vec::with_capacity(map.len());
    for (at, byte) in map.iter().enumerate() {
        let before = map.get(..at).unwrap_or_default();
        let is_ended = ENDS.iter().any(|word| before.ends_with(word));
        if byte.is_ascii_alphanumeric() && is_ended || byte.is_ascii_digit() && before.ends_with(b"def") {
            divided.push(b' ');
        }
        divided.push(*byte);
    }
    (divided.len() > map.len()).then_some(divided)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_are_divided() {
        assert_eq!(divided(b"def1 x endbfchar22 def"), Some(b"def 1 x endbfchar 22 def".to_vec()));
        assert_eq!(divided(b"endbfcharendcmap"), Some(b"endbfchar endcmap".to_vec()));
        assert_eq!(divided(b"1 begincodespacerange defineresource endbfchar\n"), None);
    }
}
