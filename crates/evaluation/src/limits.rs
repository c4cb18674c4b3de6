//! Caps on what is scored, each with what honest files need.

/// Characters of one segment (the longest of newstest2018 has 700; a document scored as one line, some 10,000).
/// The Japanese tokenizer keeps up to 2 kB a character while it searches: 128 MB at this cap.
pub const SEGMENT_CHARACTERS: usize = 1 << 16;
