//! All limits for untrusted model files, each with the size of real files.
//! "Llama-3" has the largest common tokenizer; "405B" is the largest published Llama.

/// Bytes of a `config.json`, `generation_config.json`, `wasan.json` or `model.json`; real ones stay under 64 KiB,
/// `model.json` of 126 layers under 100 KiB.
pub const CONFIG_BYTES: u64 = 4 << 20;
/// Bytes of a `tokenizer_config.json`: a chat template and up to some thousand added tokens (Llama-3: 55 KiB).
pub const TOKENIZER_CONFIG_BYTES: u64 = 16 << 20;
/// Bytes of a chat template (the largest known, of models that call tools: 20 KB).
pub const TEMPLATE_BYTES: usize = 64 << 10;
/// Bytes of a prompt made by a chat template (of two messages: under 1 KB, or 8 KB with a policy of the model's owner).
pub const PROMPT_BYTES: usize = 64 << 10;
/// Nested statements and expressions of a chat template, through its macros (real ones: about 30).
pub const TEMPLATE_DEPTH: usize = 1000;
/// Bytes that are read of a model card, whose front matter stands first (real ones: under 8 KB).
pub const CARD_BYTES: u64 = 64 << 10;
/// Languages of a model (the longest known lists have about 200).
pub const LANGUAGES: usize = 512;
/// Bytes of a `tokenizer.json` (Llama-3: 17 MiB when indented).
pub const TOKENIZER_BYTES: u64 = 128 << 20;
/// Bytes of a `model.safetensors.index.json` (405B: 1,138 tensors, 100 KiB).
pub const INDEX_BYTES: u64 = 16 << 20;
/// Weight files named by one index (405B: 191).
pub const WEIGHT_FILES: usize = 1024;
/// Bytes of a safetensors header; the format's own limit.
pub const SAFETENSORS_HEADER_BYTES: u64 = 100_000_000;
/// Bytes of a GGUF header: metadata including the tokenizer (Llama-3: 7.8 MB), and the tensor table.
pub const GGUF_HEADER_BYTES: u64 = 256 << 20;
/// Metadata keys of a GGUF file; real files have about 40.
pub const GGUF_KEYS: u64 = 4096;
/// Bytes of a GGUF key (the format's limit is 65,535; real ones stay under 64) and of a tensor's name (format: 64).
pub const GGUF_NAME_BYTES: u64 = 1024;
/// Tensors in one model (405B: 1,138).
pub const TENSORS: u64 = 65_536;
/// Dimensions of a tensor: the GGUF format's limit; a Llama has 1 or 2.
pub const DIMENSIONS: u32 = 4;
/// `general.alignment` of a GGUF file; the default is 32, page sizes go to 64 KiB.
pub const GGUF_ALIGNMENT: u64 = 1 << 16;

/// Tokens in a vocabulary, and one more than the highest id (Llama-3: 128,256; the largest known 262,208).
pub const VOCABULARY: usize = 1 << 20;
/// Merges of a tokenizer (Llama-3: 280,147; one built from scores has a few per token).
pub const MERGES: usize = 16 << 20;
/// Bytes of one token's text (Llama-3: 128 spaces, each two bytes in the byte-level alphabet).
pub const TOKEN_BYTES: usize = 4096;
/// The same where merges are derived from scores by trying every split (SentencePiece: 16 characters of up to 4 bytes).
pub const SCORED_TOKEN_BYTES: usize = 256;
/// Bytes of a Unigram token's text (16 characters of up to 4 bytes by default): every position of a text is compared with
/// all tokens that begin there.
pub const UNIGRAM_TOKEN_BYTES: usize = 256;
/// Bytes of a SentencePiece normalizer's table (`nmt_nfkc_cf`, the largest common one: 0.3 MB).
pub const CHARSMAP_BYTES: usize = 2 << 20;
/// Bytes that such a table may replace a character by (NFKC: 33, for U+FDFA).
pub const CHARSMAP_REPLACEMENT_BYTES: usize = 128;
/// Steps in a normalizer, pre-tokenizer or decoder (Llama-2: 4; llama.cpp's default pre-tokenizer: 5).
pub const PIPELINE_STEPS: usize = 16;
/// Bytes of a split pattern (Llama-3: 122).
pub const PATTERN_BYTES: usize = 4096;
/// Factor by which normalizer or decoder may lengthen a text (Llama-2: a space becomes the 3 bytes of ▁, twice).
pub const EXPANSION: usize = 64;

/// Width of the residual stream (405B: 16,384).
pub const HIDDEN_SIZE: usize = 1 << 16;
/// Layers (405B: 126).
pub const LAYERS: usize = 1024;
/// Attention heads (405B: 128).
pub const HEADS: usize = 1024;
/// Width of a head (Llama: 64 or 128).
pub const HEAD_DIM: usize = 1024;
/// Alignment heads (at most 4 are picked); each is compared with those before it.
pub const ALIGNMENT_HEADS: usize = 64;
/// Width of the feed-forward part (405B: 53,248).
pub const FEED_FORWARD: usize = 1 << 19;
/// Longest sequence of a model (Llama-3.1: 131,072; long-context variants reach 4 million).
pub const POSITIONS: usize = 1 << 24;
/// Rank of a LoRA adapter (usual: 8 to 64).
pub const ADAPTER_RANK: usize = 256;
/// Tokens that end an output (Llama-3 has 3).
pub const END_TOKENS: usize = 64;

/// Bytes of source rows read at a time while importing; an import holds two such buffers and their results.
pub const CHUNK_BYTES: usize = 8 << 20;
