//! Checks SentencePiece's `precompiled_charsmap`, the table of a `Precompiled` normalizer, before the tokenizer library
//! reads it.
//!
//! The table is the byte length of a trie, the trie, and replacements that end with NUL. The trie is a double array of
//! little-endian u32: bit 31 and bits 0–7 of a unit are its label, bit 8 says that a key ends here, bits 10–30 are the
//! offset to its children (times 256 if bit 9 is set). A key's value is the position of its replacement. Library and
//! llama.cpp follow offsets without checks, so every unit that a text can reach is checked here.

use crate::{Error, Result, limits};

/// Refuses a table that could make the library read outside of it, or lengthen a text beyond the limit.
pub(super) fn check(charsmap: &[u8]) -> Result<()> {
    if charsmap.len() > limits::CHARSMAP_BYTES {
        let (limit, found) = (limits::CHARSMAP_BYTES as u64, charsmap.len() as u64);
        return Err(Error::TooLarge { what: "the size of the precompiled normalizer", limit, found });
    }
    let Some((length, rest)) = charsmap.split_first_chunk() else { return damaged("no length") };
    let length = u32::from_le_bytes(*length) as usize;
    let Some((trie, replacements)) = rest.split_at_checked(length) else { return damaged("a short trie") };
    let (units, remainder) = trie.as_chunks();
    if units.is_empty() || !remainder.is_empty() {
        return damaged("a trie that does not consist of units");
    }
    let Ok(replacements) = std::str::from_utf8(replacements) else {
        return damaged("replacements that are not UTF-8");
    };
    if replacements.split('\0').any(|text| text.len() > limits::CHARSMAP_REPLACEMENT_BYTES) {
        return damaged("a replacement beyond the limit");
    }
    let units: Vec<Unit> = units.iter().map(|bytes| Unit(u32::from_le_bytes(*bytes))).collect();
    check_trie(&units, replacements)
}

#[derive(Clone, Copy)]
struct Unit(u32);

impl Unit {
    fn has_value(self) -> bool {
        self.0 >> 8 & 1 == 1
    }

    fn value(self) -> usize {
        (self.0 & 0x7FFF_FFFF) as usize
    }

    fn label(self) -> u32 {
        self.0 & 0x8000_00FF
    }

    fn offset(self) -> usize {
        ((self.0 >> 10) << ((self.0 & 1 << 9) >> 6)) as usize
    }
}

/// Follows every path from the root; each node is visited once, so a circle ends.
fn check_trie(units: &[Unit], replacements: &str) -> Result<()> {
    let mut visited = vec![false; units.len()];
    let mut waiting: Vec<usize> = units.first().map(|root| root.offset()).into_iter().collect();
    while let Some(node) = waiting.pop() {
        match visited.get_mut(node) {
            None => return damaged("an offset outside of its trie"),
            Some(visited) if *visited => continue,
            Some(visited) => *visited = true,
        }
        // NUL ends a key.
        for byte in 1..=u32::from(u8::MAX) {
            let Some(unit) = units.get(node ^ byte as usize) else {
                return damaged("a node at the end of its trie");
            };
            if unit.label() != byte {
                continue;
            }
            let child = node ^ byte as usize ^ unit.offset();
            if unit.has_value() {
                let Some(value) = units.get(child) else { return damaged("a value outside of its trie") };
                if !replacements.is_char_boundary(value.value()) {
                    return damaged("a value outside of its replacements");
                }
            }
            waiting.push(child);
        }
    }
    Ok(())
}

fn damaged<T>(found: &str) -> Result<T> {
    Err(Error::Tokenizer { problem: "its precompiled normalizer is damaged", found: found.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table whose trie has 512 units, with one key: `a` → the replacement at `value`.
    fn table(value: u32, replacements: &[u8]) -> Vec<u8> {
        let mut units = [0u32; 512];
        units[0] = 256 << 10;
        // `a` leads to the node at 0x100; its value is stored there.
        units[256 ^ 0x61] = 0x61 | 1 << 8 | (0x61 << 10);
        units[256] = 0x8000_0000 | value;
        let mut bytes = (units.len() as u32 * 4).to_le_bytes().to_vec();
        units.iter().for_each(|unit| bytes.extend(unit.to_le_bytes()));
        bytes.extend(replacements);
        bytes
    }

    #[test]
    fn a_valid_table_passes_and_the_library_agrees() {
        let bytes = table(2, b"x\0yz\0");
        check(&bytes).unwrap();
        let library = tokenizers::normalizers::Precompiled::from(&bytes).unwrap();
        assert_eq!(library.transform("a"), Some("yz"));
        assert_eq!(library.transform("b"), None);
    }

    #[test]
    fn a_damaged_table_is_named() {
        let problem = |bytes: &[u8]| check(bytes).unwrap_err().to_string();
        assert!(problem(b"abc").contains("no length"));
        assert!(problem(&u32::MAX.to_le_bytes()).contains("a short trie"));
        assert!(problem(&[2, 0, 0, 0, 1, 1]).contains("does not consist of units"));
        assert!(problem(&[0; 4]).contains("does not consist of units"));
        assert!(problem(&table(9, b"x\0")).contains("outside of its replacements"));
        assert!(problem(&table(1, "é\0".as_bytes())).contains("outside of its replacements"));
        assert!(problem(&table(0, b"\xFF\0")).contains("not UTF-8"));
        assert!(problem(&table(0, &[b'a'; 1000])).contains("beyond the limit"));
        let mut far = table(0, b"x\0");
        far[4..8].copy_from_slice(&(400u32 << 10 | 1 << 9).to_le_bytes());
        assert!(problem(&far).contains("outside of its trie"), "{}", problem(&far));
        let mut end = table(0, b"x\0");
        end.drain(4 + 300 * 4..4 + 512 * 4);
        end[..4].copy_from_slice(&(300u32 * 4).to_le_bytes());
        assert!(problem(&end).contains("end of its trie"));
    }
}
