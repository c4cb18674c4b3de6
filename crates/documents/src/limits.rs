//! Every cap on untrusted documents, with where the number comes from and what honest files need.

/// Bytes of a document. The longest novels are about 6 MB of UTF-8 and a film's subtitles 0.2 MB. Read, written and
/// read back, a file needs 15 (subtitles) to 27 times its size (JSON of short strings), so this caps memory at some 1.7
/// GB.
pub const DOCUMENT_BYTES: usize = 64 << 20;

/// Inline elements open at once (emphasis in a link in an image's description …). Honest Markdown stays under 6;
/// ours is the only recursion over them, so this bounds the stack.
pub const NESTING: usize = 32;

/// Inline elements in one block, and places in its translation tried for each. A list of a hundred badges, each a
/// link around an image, needs 200. Every element is compared with those placed before it, so the cube of this
/// number bounds the time: about a tenth of a second.
pub const SPANS_PER_BLOCK: usize = 512;

/// Objects and arrays of JSON inside each other. Files of programs stay under 20; one byte each is kept.
pub const JSON_DEPTH: usize = 1024;

/// Times a Markdown document is read back to find translations that changed its structure. Nearly always once; a
/// round gives up on at least one block's markup, and after the last every doubtful block keeps its source.
pub const READ_BACKS: usize = 32;

/// Bytes of a zip package. It is held twice while it is written; a presentation with some pictures has 50 MB.
pub const PACKAGE_BYTES: usize = 256 << 20;

/// Entries of a zip package. A book of 600 chapters with a picture each has 1,300, an office document seldom 300.
pub const PACKAGE_ENTRIES: usize = 4096;

/// Bytes of one text of a package, inflated. The text of a long novel is 6 MB of XML; sheets of 500,000 cells have 40.
pub const PART_BYTES: usize = 64 << 20;

/// Bytes of all texts of a package that are read, inflated: the sum bounds time and memory.
pub const PARSED_BYTES: usize = 256 << 20;

/// Texts of a package. Each takes about 500 bytes besides what it says, so this bounds them at 125 MB; a catalogue of
/// 60,000 articles with four texts each has 240,000.
pub const BLOCKS: usize = 250_000;

/// How often the texts of a package that are read, beyond [`PART_BYTES`], may be larger than the package. Workbooks of
/// equal cells reach 100; without this limit 1.3 MB could become 256.
pub const PACKAGE_INFLATION: usize = 100;

/// How often an entry may be larger than it is stored. Sheets of equal cells reach 100; deflate's most is 1,032.
pub const INFLATION: usize = 200;

/// Bytes up to which an entry may inflate by any factor: small parts of blanks and repeated names are honest.
pub const INFLATION_FREE_BYTES: usize = 1 << 20;

/// XML elements inside each other. Tables in tables in text boxes stay under 100; trees are walked by recursion.
pub const XML_DEPTH: usize = 256;

/// Elements and texts in one tree, a paragraph with all that is in it. Each takes up to 240 bytes of memory; a
/// drawing of 5,000 shapes has 200,000.
pub const XML_NODES: usize = 1 << 19;

/// Bytes of one stream of a PDF, inflated: the text of a page with its drawing. A map drawn in lines has 20 MB.
pub const PDF_STREAM_BYTES: usize = 32 << 20;

/// Bytes of all of a PDF's objects that are kept in streams, inflated. A handbook of 2,000 pages has 10 MB.
pub const PDF_OBJECT_BYTES: usize = 32 << 20;

/// Bytes of all tables of a PDF's objects, inflated. A handbook of 2,000 pages has 1 MB.
pub const PDF_TABLE_BYTES: usize = 8 << 20;

/// Tables of a PDF's objects: one more for every time that it was changed.
pub const PDF_TABLES: usize = 1000;

/// Filters around one stream of a PDF. Honest ones have one, or two where the file must be ASCII.
pub const PDF_FILTERS: usize = 4;
