//! Every cap on what people give besides documents, with where the number comes from.

/// Bytes of a glossary. IATE's whole export of one pair, 500,000 terms, is about 30 MB of CSV and 60 of TBX.
pub const GLOSSARY_BYTES: u64 = 64 << 20;

/// Terms of a pair. Every sentence is looked through once for those that share a word with it.
pub const GLOSSARY_TERMS: usize = 500_000;

/// Characters of a term. What is longer is a sentence, and belongs into the translation memory.
pub const TERM_CHARS: usize = 200;

/// Bytes of an imported translation memory. A document may have as many; 250,000 short sentences do.
pub const MEMORY_BYTES: u64 = 64 << 20;

/// Characters of one side of an entry of the memory: a long paragraph has 3,000.
pub const MEMORY_CHARS: usize = 10_000;

/// Characters of a text that is looked for among similar ones; the time grows with the square.
pub const FUZZY_CHARS: usize = 1_000;

/// Bytes of the sums that searches found. One for each of 1,332 pairs is about 400 kB.
pub const TUNED_BYTES: u64 = 1 << 20;

/// Bytes of a text that its language is told from: more of it does not make the answer better.
pub const DETECTION_BYTES: usize = 4 << 10;
