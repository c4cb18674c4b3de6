//! What can go wrong with a document: one variant a cause, the reader's data last in the message.

/// The result of reading or writing a document.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a document was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A format that is recognised but not translated.
    #[error(
        "{found} is not supported; export it as plain text (UTF-8), Markdown or SubRip and open that instead: {name}"
    )]
    Unsupported {
        /// What the content looks like.
        found: &'static str,
        /// The file's name as given.
        name: String,
    },
    /// Zero bytes, which no text has.
    #[error(
        "this file is not text but binary data; export it as plain text (UTF-8), Markdown or SubRip: {name}"
    )]
    Binary {
        /// The file's name as given.
        name: String,
    },
    /// Text in another encoding.
    #[error(
        "the text is not UTF-8; save it again in a text editor with the encoding UTF-8 (first wrong byte: {offset})"
    )]
    NotUtf8 {
        /// Bytes before the first wrong one.
        offset: usize,
    },
    /// More bytes than [`limits::DOCUMENT_BYTES`](crate::limits::DOCUMENT_BYTES).
    #[error("the document is larger than {limit} bytes; split it into smaller files (it has {bytes} bytes)")]
    TooLarge {
        /// Bytes of the document.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Deeper nesting than [`limits::NESTING`](crate::limits::NESTING).
    #[error("more than {limit} inline elements lie inside each other; simplify the markup in line {line}")]
    TooDeep {
        /// Elements allowed inside each other.
        limit: usize,
        /// The line, from 1.
        line: usize,
    },
    /// More inline elements than [`limits::SPANS_PER_BLOCK`](crate::limits::SPANS_PER_BLOCK).
    #[error("a paragraph has more than {limit} inline elements; split the paragraph in line {line}")]
    TooManySpans {
        /// Elements allowed in one block.
        limit: usize,
        /// The line, from 1.
        line: usize,
    },
    /// The Markdown reader broke off, a fault of ours.
    #[error(
        "this Markdown cannot be read; rename the file to .txt to translate it as plain text, and please report it"
    )]
    Unreadable,
    /// A subtitle file without one time line.
    #[error(
        "no line such as '00:00:01,000 --> 00:00:02,000' was found; check that this is a SubRip file, or rename it to .txt"
    )]
    NoCues,
    /// A call with too few or too many translations.
    #[error("every block needs one translation: the document has {blocks} blocks, not {given}")]
    Count {
        /// Blocks of the document.
        blocks: usize,
        /// Translations given.
        given: usize,
    },
}
