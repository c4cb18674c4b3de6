//! Every cap on untrusted documents, with where the number comes from and what honest files need.

/// Bytes of a document. The longest novels are about 6 MB of UTF-8 and a film's subtitles 0.2 MB; parsing needs
/// about six times the file, so this also caps memory at some 400 MB.
pub const DOCUMENT_BYTES: usize = 64 << 20;

/// Inline elements open at once (emphasis in a link in an image's description …). Honest Markdown stays under 6;
/// ours is the only recursion over them, so this bounds the stack.
pub const NESTING: usize = 32;

/// Inline elements in one block, and places in its translation tried for each. A list of a hundred badges, each a
/// link around an image, needs 200. Every element is compared with those placed before it, so the cube of this
/// number bounds the time: about a tenth of a second.
pub const SPANS_PER_BLOCK: usize = 512;

/// Times a Markdown document is read back to find translations that changed its structure. Nearly always once; a
/// round gives up on at least one block's markup, and after the last every doubtful block keeps its source.
pub const READ_BACKS: usize = 32;
