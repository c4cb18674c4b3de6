//! UTF-16 without a byte order mark, by what its characters would be.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

/// Bytes that are looked at.
const HEAD_BYTES: usize = 4096;

/// Characters that separate words or sentences, and the letters that no Japanese text lacks: of so many characters one is
/// such, at least.
const ONE_IN: usize = 24;

/// Which UTF-16 bytes without a byte order mark are in, if they are: either every other byte of an ASCII start is zero, as
/// in `<\0?\0x\0`, or all characters are those of texts, and those between words and sentences are among them. Bytes of
/// other encodings, taken in pairs, soon give a character of no script.
pub(crate) fn unmarked(bytes: &[u8]) -> Option<&'static Encoding> {
    let even = bytes.len() & !1;
    let head = bytes.get(..even.min(64))?;
    let zeros = |parity: usize| head.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    let pairs = head.len() / 2;
    match (zeros(0), zeros(1)) {
        (0, low) if pairs > 1 && low * 4 >= pairs * 3 => return Some(UTF_16LE),
        (high, 0) if pairs > 1 && high * 4 >= pairs * 3 => return Some(UTF_16BE),
        _ => {}
    }
    let head = bytes.get(..even.min(HEAD_BYTES)).filter(|_| even == bytes.len())?;
    let is_control =
        |byte: &u8| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    let is_other = match std::str::from_utf8(bytes.get(..bytes.len().min(HEAD_BYTES))?) {
        Ok(_) => true,
        // Cut inside a character.
        Err(error) => error.error_len().is_none(),
    };
    if is_other && !head.iter().any(is_control) {
        return None;
    }
    [UTF_16LE, UTF_16BE].into_iter().find(|encoding| is_text(head, *encoding == UTF_16LE))
}

fn is_text(head: &[u8], little: bool) -> bool {
    let unit = |pair: &[u8]| match pair {
        [first, second] if little => u16::from_le_bytes([*first, *second]),
        [first, second] => u16::from_be_bytes([*first, *second]),
        _ => 0,
    };
    let mut units: Vec<u16> = head.chunks_exact(2).map(unit).collect();
    // The last character may be cut.
    units.pop_if(|last| head.len() == HEAD_BYTES && (0xd800..0xdc00).contains(last));
    let (mut characters, mut marks) = (0_usize, 0_usize);
    for c in char::decode_utf16(units) {
        let Ok(c) = c else { return false };
        let is_mark = matches!(c, ' ' | '\n' | '、' | '。' | '，' | 'ぁ'..='ヿ');
        let is_sign =
            matches!(c, '\t' | '\r' | '!'..='~' | '\u{a0}'..='¿' | '‐'..='‧' | '\u{3000}'..='〿' | '！'..='￮');
        let is_private = matches!(c, '\u{e000}'..='\u{f8ff}');
        if is_private || !(is_mark || is_sign || c.is_alphanumeric() || is_combining(c)) {
            return false;
        }
        characters += 1;
        marks += usize::from(is_mark);
    }
    characters > 1 && marks * ONE_IN >= characters
}

/// Marks above and below letters, also those of Indic scripts and Thai that are no letters.
fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{65f}' | '\u{900}'..='\u{e4e}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &str, little: bool) -> Vec<u8> {
        let bytes = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn texts_of_all_scripts_are_recognised_in_both_orders() {
        for text in [
            "今日は雨が降っています。\r\n駅はどこですか。\r\n",
            "ひらがなだけ",
            "カタカナ",
            "<?xml version=\"1.0\"?>",
            "Die Bäume blühen.",
            "天气很好，我们去公园。",
            "오늘은 비가 옵니다.",
            "Сегодня идёт дождь.",
            "Σήμερα βρέχει.",
            "اليوم تمطر السماء.",
            "วันนี้ฝนตก ฝนตกหนักมาก",
            "आज बारिश हो रही है।",
        ] {
            assert_eq!(unmarked(&encoded(text, true)), Some(UTF_16LE), "{text}");
            assert_eq!(unmarked(&encoded(text, false)), Some(UTF_16BE), "{text}");
        }
    }

    #[test]
    fn texts_in_other_encodings_are_not() {
        let japanese =
            "これは日本語の文章です。よろしくお願いします。明日は十時に駅で会いましょう。\n今日は雨です。\n";
        let german = "Die Bäume blühen schön und groß.\nGrüße aus Köln, bis später! 50 € für 10 Stück.\n";
        let russian = "Сегодня идёт дождь. Завтра будет солнце.\nМы идём в парк.\n";
        let chinese = "天气很好，我们去公园。明天下雨，我们在家看书。\n";
        let korean = "오늘은 비가 옵니다. 내일은 맑겠습니다.\n";
        for (text, encodings) in [
            (
                japanese,
                &[encoding_rs::SHIFT_JIS, encoding_rs::EUC_JP, encoding_rs::ISO_2022_JP, encoding_rs::UTF_8]
                    [..],
            ),
            (german, &[encoding_rs::WINDOWS_1252, encoding_rs::ISO_8859_15, encoding_rs::UTF_8]),
            (russian, &[encoding_rs::WINDOWS_1251, encoding_rs::KOI8_R, encoding_rs::UTF_8]),
            (chinese, &[encoding_rs::GBK, encoding_rs::BIG5, encoding_rs::UTF_8]),
            (korean, &[encoding_rs::EUC_KR, encoding_rs::UTF_8]),
            ("Plain text, nothing else.", &[encoding_rs::UTF_8]),
        ] {
            for encoding in encodings {
                let (bytes, _, _) = encoding.encode(text);
                // With an even number of bytes, too.
                for bytes in [&bytes[..], &bytes[..bytes.len() - 1]] {
                    assert_eq!(unmarked(bytes), None, "{} {text}", encoding.name());
                }
            }
        }
    }
}
