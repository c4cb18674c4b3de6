//! Text strings outside of pages: field values, replacement texts (ISO 32000-2, 7.9.2.2).

/// Characters of PDFDocEncoding that differ from Latin-1: 0x18 to 0x1f, then 0x80 to 0xa0.
const LOW: &str = "˘ˇˆ˙˝˛˚˜";
const HIGH: &str = "•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž\u{fffd}€";

/// The text of a string: UTF-16 or UTF-8 after a byte order mark, else PDFDocEncoding.
pub(super) fn decoded(bytes: &[u8]) -> String {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.as_chunks().0.iter().map(|pair| unit(*pair)).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => bytes.iter().map(|&byte| character(byte)).collect(),
    }
}

fn character(byte: u8) -> char {
    let of = |table: &str, at: u8| table.chars().nth(usize::from(at)).unwrap_or('\u{fffd}');
    match byte {
        0x18..=0x1f => of(LOW, byte - 0x18),
        0x80..=0xa0 => of(HIGH, byte - 0x80),
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn strings_are_read_in_their_encoding() {
        assert_eq!(decoded(b"\xfe\xff\x00A\x65\xe5"), "A日");
        assert_eq!(decoded(b"\xef\xbb\xbf\xc3\xa4"), "ä");
        assert_eq!(decoded(b"\x8dGr\xfc\xdfe\x8e \xa0"), "“Grüße” €");
    }
}
