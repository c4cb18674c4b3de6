//! Limits on input, each with what real files need.

/// Characters of one segment (the longest of newstest2018 has 700; a document scored as one line, some 10,000).
/// The Japanese tokenizer needs up to 2 kB per character: 128 MB at this limit.
pub const SEGMENT_CHARACTERS: usize = 1 << 16;

/// Bytes of an encoder's `config.json`, `tokenizer_config.json` or baseline (real ones stay under 64 KiB).
pub const CONFIG_BYTES: u64 = 4 << 20;
/// Bytes of an encoder's tokenizer (XLM-RoBERTa's, of 250,002 pieces: 9 MB, 17 MB when indented).
pub const TOKENIZER_BYTES: u64 = 128 << 20;
/// Bytes of a safetensors header; the format's own limit.
pub const SAFETENSORS_HEADER_BYTES: u64 = 100_000_000;
/// Width of an encoder (XLM-RoBERTa XXL: 4,096).
pub const HIDDEN_SIZE: usize = 1 << 14;
/// Layers of an encoder (XLM-RoBERTa XXL: 48).
pub const LAYERS: usize = 256;
/// Width of an encoder's feed-forward part (XLM-RoBERTa XXL: 16,384).
pub const FEED_FORWARD: usize = 1 << 17;
/// Pieces of an encoder's vocabulary (XLM-RoBERTa: 250,002).
pub const VOCABULARY: usize = 1 << 20;
/// Positions of an encoder (BERT: 512; long ones 8,192). Attention is quadratic in them.
pub const POSITIONS: usize = 1 << 13;

/// Features of a classifier, each a weight; the fit takes time by the square of their number.
pub const FEATURES: usize = 64;
