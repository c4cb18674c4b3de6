//! The limits on untrusted documents, each with its reason and what real files need.

/// Bytes of a document. The longest novels are about 6 MB of UTF-8 and a film's subtitles 0.2 MB. Read, written and
/// read back, a file needs 15 (subtitles) to 27 times its size (JSON of short strings), so this caps memory at some 1.7
/// GB.
pub const DOCUMENT_BYTES: usize = 64 << 20;

/// Inline elements open at once (emphasis in a link in an image's description …). Real Markdown stays under 6;
/// no other code recurses over them, so this bounds the stack.
pub const NESTING: usize = 32;

/// Inline elements in one block, and positions in its translation tried for each. A list of a hundred badges, each a
/// link around an image, needs 200. Every element is compared with those placed before it, so the cube of this
/// number bounds the time: about a tenth of a second.
pub const SPANS_PER_BLOCK: usize = 512;

/// Bytes of the shortest word that is kept in any script with spaces: data, minified code. The longest word in use has
/// 80; models would take seconds for each thousand letters.
pub const LONG_WORD: usize = 200;

/// Nesting depth of JSON objects and arrays. Real files stay under 20; each level takes one byte.
pub const JSON_DEPTH: usize = 1024;

/// Nesting depth of JSON that is parsed into a tree, which is walked by recursion. Outputs in notebooks stay under 20.
pub const JSON_TREE_DEPTH: usize = 128;

/// Times a written document is read back to find translations that changed its structure. Nearly always once; each
/// round lowers the markup level of at least one block, and after the last every mismatched part keeps its source.
pub const READ_BACKS: usize = 32;

/// Blocks, read back and wanted together, between a difference and the place from which both are compared again.
pub const READ_BACK_GAP: usize = 48;

/// Bytes of a zip package. It is in memory twice while it is written; a presentation with some pictures has 50 MB.
pub const PACKAGE_BYTES: usize = 256 << 20;

/// Entries of a zip package. A book of 600 chapters with a picture each has 1,300, an office document seldom 300.
pub const PACKAGE_ENTRIES: usize = 4096;

/// Documents inside a package that are translated with it, each a package of its own. Reports joined from parts have a
/// dozen.
pub const INNER_PACKAGES: usize = 64;

/// Decompressed bytes of one text of a package. The text of a long novel is 6 MB of XML; sheets of 500,000 cells have 40.
pub const PART_BYTES: usize = 64 << 20;

/// Decompressed bytes of all texts of a package that are read: the sum bounds time and memory.
pub const PARSED_BYTES: usize = 256 << 20;

/// Blocks of a package. Each takes about 500 bytes besides its text, so this bounds them at 125 MB; a catalogue of
/// 60,000 articles with four texts each has 240,000.
pub const BLOCKS: usize = 250_000;

/// Compression ratio of the texts of a package that are read, where they exceed [`PART_BYTES`]. Workbooks of equal
/// cells reach 100; without this limit 1.3 MB could become 256.
pub const PACKAGE_INFLATION: usize = 100;

/// Compression ratio of an entry. Sheets of equal cells reach 100; deflate's maximum is 1,032.
pub const INFLATION: usize = 200;

/// Decompressed bytes of an entry up to which any ratio is allowed: small parts of spaces and repeated names are common.
pub const INFLATION_FREE_BYTES: usize = 1 << 20;

/// Nesting depth of the XML elements in one tree, a paragraph or cell with all its content: trees are walked by
/// recursion. Tables in tables in text boxes stay under 100; a deeper tree is left alone.
pub const XML_DEPTH: usize = 256;

/// Nesting depth of all XML elements. The parser counts no more than 65,535; real files stay under 200.
pub const XML_NESTING: usize = 1 << 15;

/// Elements and texts in one tree. Each takes up to 240 bytes of memory; a drawing of 5,000 shapes has 200,000. A larger
/// tree is left alone.
pub const XML_NODES: usize = 1 << 19;

/// Decompressed bytes of one stream of a PDF: the text and drawing of a page. A map drawn in lines has 20 MB.
pub const PDF_STREAM_BYTES: usize = 32 << 20;

/// Decompressed bytes of all streams of a PDF that are read, each as often as it is. A handbook of 2,000 pages has 200 MB.
pub const PDF_DECODED_BYTES: usize = 1 << 30;

/// Bytes that all streams of a PDF take and give while they are measured, before any is read. A file of 64 MB of pages has
/// 400 MB.
pub const PDF_MEASURED_BYTES: usize = 2 << 30;

/// Operators and letters of all of a PDF's pages. A handbook of 2,000 pages has 10 million.
pub const PDF_STEPS: usize = 100_000_000;

/// Glyphs of one page of a PDF. Pages of small print have 20,000, large maps 100,000; each takes up to 1 kB.
pub const PDF_PAGE_GLYPHS: usize = 300_000;

/// Lines of all pages of a PDF. A handbook of 2,000 pages has 200,000; each takes about 500 bytes.
pub const PDF_LINES: usize = 1_000_000;

/// Filters of one stream of a PDF. Real ones have one, or two where the file must be ASCII.
pub const PDF_FILTERS: usize = 4;
