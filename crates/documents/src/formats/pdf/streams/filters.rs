//! How large a stream becomes, by each filter that can make it larger, and by filters over filters.

use flate2::{Decompress, FlushDecompress, Status};
use weezl::decode::Decoder;
use weezl::{BitOrder, LzwStatus};

use super::Budget;
use crate::limits;

/// Bytes that are inflated at a time; where a stream is damaged is known to this many.
pub(super) const CHUNK: usize = 1 << 10;

/// Filters over filters; real streams have two.
const DEPTH: usize = 16;

/// Bytes that are looked at to tell whether a stream may be ASCII.
const PROBE: usize = 64;

/// What a stream becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// At most [`limits::PDF_STREAM_BYTES`].
    Fits,
    /// More.
    TooLarge,
    /// Its compression is damaged after this many bytes.
    DamagedAt(usize),
    /// If it is compressed, it is damaged after this many bytes: it does not begin as compressed streams do.
    UnlikelyUntil(usize),
    /// The budget is used up.
    Exhausted,
}

/// Measures the stream that these bytes begin with; where it ends is not known. `depth` counts filters around it.
pub(super) fn measure(content: &[u8], budget: &mut Budget, depth: usize) -> Outcome {
    if depth > DEPTH {
        return Outcome::TooLarge;
    }
    if !budget.take(PROBE) {
        return Outcome::Exhausted;
    }
    let mut damage = Outcome::Fits;
    for decode in [inflated_zlib, inflated_raw, unpacked_lzw, unpacked_runs, from_ascii] {
        let decoded = decode(content);
        if !budget.take(decoded.bytes.len() + decoded.taken) {
            return Outcome::Exhausted;
        }
        if decoded.bytes.len() > limits::PDF_STREAM_BYTES {
            return Outcome::TooLarge;
        }
        match damage {
            Outcome::Fits if decoded.is_damaged && decoded.is_tried_first => {
                damage = Outcome::DamagedAt(decoded.taken);
            }
            Outcome::Fits if decoded.is_damaged => damage = Outcome::UnlikelyUntil(decoded.taken),
            // Damaged in one way, it is whole in the other.
            Outcome::DamagedAt(_) if decoded.is_whole && decoded.bytes.len() > PROBE => {
                damage = Outcome::Fits
            }
            _ => {}
        }
        // What other filters make of the result, if the filter seems to be the stream's. Nothing is made of a few bytes.
        if decoded.bytes.len() > PROBE && (decoded.is_whole || is_zlib(&decoded.bytes)) {
            match measure(&decoded.bytes, budget, depth + 1) {
                Outcome::Fits | Outcome::DamagedAt(_) | Outcome::UnlikelyUntil(_) => {}
                other => return other,
            }
        }
        if decoded.is_whole && decoded.is_tried_first {
            break;
        }
    }
    damage
}

/// What a filter makes of a stream.
#[derive(Default)]
struct Decoded {
    bytes: Vec<u8>,
    /// Bytes of the stream until its end or the damage.
    taken: usize,
    is_damaged: bool,
    /// Whether its compression ends as it should.
    is_whole: bool,
    /// Whether the stream begins as this filter's do.
    is_tried_first: bool,
}

fn inflated_zlib(content: &[u8]) -> Decoded {
    if is_zlib(content) { inflated(content, true) } else { Decoded::default() }
}

fn is_zlib(content: &[u8]) -> bool {
    let &[first, second, ..] = content else { return false };
    first & 0x0f == 8 && (u16::from(first) << 8 | u16::from(second)) % 31 == 0 && second & 0x20 == 0
}

fn inflated_raw(content: &[u8]) -> Decoded {
    inflated(content, false)
}

fn inflated(content: &[u8], is_zlib: bool) -> Decoded {
    let mut decoded = Decoded { is_tried_first: is_zlib, ..Decoded::default() };
    let mut decompress = Decompress::new(is_zlib);
    loop {
        let rest = content.get(decoded.taken..).unwrap_or_default();
        let input = rest.get(..CHUNK).unwrap_or(rest);
        decoded.bytes.reserve(CHUNK * 16);
        let (before, length) = (decompress.total_in(), decoded.bytes.len());
        let status = decompress.decompress_vec(input, &mut decoded.bytes, FlushDecompress::None);
        let taken = decompress.total_in() - before;
        decoded.taken += usize::try_from(taken).unwrap_or(0);
        match status {
            Ok(Status::StreamEnd) => {
                decoded.is_whole = true;
                break;
            }
            Ok(_) if decoded.bytes.len() > limits::PDF_STREAM_BYTES => break,
            Ok(_) if taken > 0 || decoded.bytes.len() > length => {}
            Ok(_) => break,
            Err(_) => {
                decoded.is_damaged = true;
                break;
            }
        }
    }
    decoded
}

fn unpacked_lzw(content: &[u8]) -> Decoded {
    // With and without an early change of the code's width.
    let decoders = [Decoder::with_tiff_size_switch(BitOrder::Msb, 8), Decoder::new(BitOrder::Msb, 8)];
    decoders
        .map(|decoder| decoded_lzw(content, decoder))
        .into_iter()
        .max_by_key(|one| one.bytes.len())
        .unwrap_or_default()
}

fn decoded_lzw(content: &[u8], mut decoder: Decoder) -> Decoded {
    let mut decoded = Decoded::default();
    let mut buffer = [0; CHUNK * 16];
    while decoded.bytes.len() <= limits::PDF_STREAM_BYTES {
        let rest = content.get(decoded.taken..).unwrap_or_default();
        let step = decoder.decode_bytes(rest, &mut buffer);
        decoded.taken += step.consumed_in;
        decoded.bytes.extend(buffer.iter().take(step.consumed_out));
        decoded.is_whole = matches!(step.status, Ok(LzwStatus::Done));
        if !matches!(step.status, Ok(LzwStatus::Ok)) {
            break;
        }
    }
    decoded
}

fn unpacked_runs(content: &[u8]) -> Decoded {
    let mut bytes = Vec::new();
    let mut rest = content;
    while let Some((&length, after)) = rest.split_first()
        && length != 128
        && bytes.len() <= limits::PDF_STREAM_BYTES
    {
        let count = usize::from(length);
        match length {
            0..128 => {
                let copied = after.get(..=count).unwrap_or(after);
                bytes.extend_from_slice(copied);
                rest = after.get(copied.len()..).unwrap_or_default();
            }
            _ => {
                let Some((&byte, after)) = after.split_first() else { break };
                bytes.extend(std::iter::repeat_n(byte, 257 - count));
                rest = after;
            }
        }
    }
    Decoded { bytes, taken: content.len() - rest.len(), ..Decoded::default() }
}

/// ASCII85 or hexadecimal digits, which only become smaller, but may hide another filter.
fn from_ascii(content: &[u8]) -> Decoded {
    let probe = content.get(..PROBE).unwrap_or(content);
    let is_hex = |byte: &u8| byte.is_ascii_hexdigit() || byte.is_ascii_whitespace() || *byte == b'>';
    let is_85 = |byte: &u8| matches!(byte, b'!'..=b'u' | b'z' | b'~') || byte.is_ascii_whitespace();
    let (bytes, is_whole) = match () {
        () if probe.iter().all(is_hex) => from_hex(content),
        () if probe.iter().all(is_85) => from_85(content),
        () => Default::default(),
    };
    Decoded { taken: bytes.len(), bytes, is_whole, ..Decoded::default() }
}

/// The bytes of hexadecimal digits, and whether the mark of their end was found.
fn from_hex(content: &[u8]) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    let mut high = None;
    for &byte in content {
        match (char::from(byte).to_digit(16), high) {
            (None, _) if byte.is_ascii_whitespace() => {}
            (None, _) => {
                bytes.extend(high.map(|high: u32| (high << 4) as u8));
                return (bytes, byte == b'>');
            }
            (Some(digit), Some(high_digit)) => {
                bytes.push((high_digit << 4 | digit) as u8);
                high = None;
            }
            (Some(digit), None) => high = Some(digit),
        }
    }
    (bytes, false)
}

/// The bytes of ASCII85, and whether the mark of their end was found.
fn from_85(content: &[u8]) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    let mut group: Vec<u32> = Vec::new();
    let flush = |group: &mut Vec<u32>, bytes: &mut Vec<u8>| {
        let count = group.len();
        group.resize(5, 84);
        let value = group.iter().fold(0_u32, |value, digit| value.wrapping_mul(85).wrapping_add(*digit));
        bytes.extend(value.to_be_bytes().iter().take(count.saturating_sub(1)));
        group.clear();
    };
    let mut is_whole = false;
    for &byte in content {
        match byte {
            b'z' => bytes.extend([0; 4]),
            b'!'..=b'u' => group.push(u32::from(byte - b'!')),
            _ if byte.is_ascii_whitespace() => {}
            _ => {
                is_whole = byte == b'~';
                break;
            }
        }
        if group.len() == 5 {
            flush(&mut group, &mut bytes);
        }
    }
    flush(&mut group, &mut bytes);
    (bytes, is_whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_filters_are_undone() {
        assert_eq!(from_hex(b"41 4 2 5>x"), (b"AB\x50".to_vec(), true));
        assert_eq!(from_85(b"87cURD]i,\"Ebo80~>"), (b"Hello World!".to_vec(), true));
    }
}
