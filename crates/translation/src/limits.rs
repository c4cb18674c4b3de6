//! Limits on input other than documents, each with its reason.

/// Bytes of a glossary. IATE's whole export of one pair, 500,000 terms, is about 30 MB of CSV and 60 of TBX.
pub const GLOSSARY_BYTES: u64 = 64 << 20;

/// Terms of a pair. Each sentence is compared once with the terms that share a prefix with its words.
pub const GLOSSARY_TERMS: usize = 500_000;

/// Characters of a term. Longer text is a sentence and belongs in the translation memory.
pub const TERM_CHARS: usize = 200;

/// Bytes of an imported translation memory, as for a document; enough for 250,000 short sentences.
pub const MEMORY_BYTES: u64 = 64 << 20;

/// Characters of one side of an entry of the memory: a long paragraph has 3,000.
pub const MEMORY_CHARS: usize = 10_000;

/// Characters of a text in a fuzzy search; its time grows with the square.
pub const FUZZY_CHARS: usize = 1_000;

/// Bytes of a typed text with its translation that the history keeps: forty pages.
pub const HISTORY_TEXT_BYTES: usize = 256 << 10;

/// Texts of the history: twenty a day for two months.
pub const HISTORY_TEXTS: usize = 1_200;

/// Bytes of all texts of the history.
pub const HISTORY_BYTES: usize = 8 << 20;

/// Bytes of half of the finished sentences of typed text that stay in memory; a text of 1 MB with its translation has 2.
pub const TYPED_SENTENCES_BYTES: usize = 16 << 20;

/// Bytes of a file of recipes by pair. A tuned one for each of 1,332 pairs is about 400 kB.
pub const RECIPES_BYTES: u64 = 1 << 20;

/// Bytes of one line that `wasan-fetch` writes; a failure with its message and page has less than 2 kB.
pub const FETCH_LINE_BYTES: u64 = 64 << 10;

/// Bytes of the record of an unfinished download: a few lines for each of its files.
pub const DOWNLOAD_RECORD_BYTES: u64 = 64 << 10;

/// Files and folders looked at in each place where other programs keep models. A large Hub cache has some thousand.
pub const FOUND_ENTRIES: usize = 50_000;

/// Models listed from all these places; the header of each is read.
pub const FOUND_MODELS: usize = 500;

/// Bytes of one of Ollama's manifests; real ones have about 1 kB.
pub const MANIFEST_BYTES: u64 = 64 << 10;

/// Bytes of text used for language detection; more does not improve it.
pub const DETECTION_BYTES: usize = 4 << 10;
