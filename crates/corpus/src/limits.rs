//! Every limit on untrusted corpora, each with what real files need.

/// Bytes of one line, one TMX segment or one piece of TMX markup. A paragraph of a law has some thousand bytes; a
/// whole novel on one line would have 1 MB and is no sentence.
pub const LINE_BYTES: usize = 1 << 20;
/// Bytes of text held in memory, including the overhead of each sentence. WMT19 German to English (38 million pairs)
/// has about 10 GB: such corpora are sampled during reading.
pub const TEXT_BYTES: usize = 4 << 30;
/// How many times larger a file may become when it is decompressed. Text grows three to ten times, the most repetitive
/// machine-made text some hundred times.
pub const INFLATION: u64 = 1000;
/// Decompressed bytes below which [`INFLATION`] is not checked: a few lines of one letter compress to almost nothing.
pub const INFLATION_FREE_BYTES: u64 = 1 << 20;
/// KiB of memory that decompressing xz may take: `xz -9` needs 65 MiB.
pub const XZ_KIB: u32 = 72 << 10;
/// Depth of nested TMX elements. Real files have six (tmx, body, tu, tuv, seg, and a code in it), sub-flows some more.
pub const NESTING: usize = 64;
/// Languages of a TMX file that an error message names.
pub const LANGUAGES_NAMED: usize = 16;
/// Share of a file's lines, in hundredths, that may lack a column. Scraped files have a handful of broken lines; a
/// file with more is in another format.
pub const MALFORMED_PERCENT: u64 = 1;
/// Documents of an ALT split (1,698 in all of ALT).
pub const ALT_DOCUMENTS: usize = 1 << 20;
