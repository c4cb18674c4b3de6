//! What can go wrong with a document: one variant a cause, the reader's data last in the message.

/// The result of reading or writing a document.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a document was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A format that is recognised but not translated.
    #[error(
        "{found} is not supported; save it in another format, such as .docx, .html or .txt, and open that instead: {name}"
    )]
    Unsupported {
        /// What the content looks like.
        found: &'static str,
        /// The file's name as given.
        name: String,
    },
    /// Zero bytes, which no text has.
    #[error(
        "this file is of an unknown kind, not text; save it in another format, such as .docx, .html or .txt: {name}"
    )]
    Binary {
        /// The file's name as given.
        name: String,
    },
    /// Text that is not what its byte order mark or its bytes say.
    #[error(
        "the text is damaged; save it again in a text editor with the encoding UTF-8 (it was read as {name})"
    )]
    Encoding {
        /// The encoding that fits best.
        name: &'static str,
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
    /// A zip package that cannot be read.
    #[error("the file is damaged; open it in the program that made it and save it again ({cause})")]
    Damaged {
        /// What was found.
        cause: String,
    },
    /// An office document or archive that is encrypted.
    #[error("the document is protected by a password; open it, remove the password, save it and try again")]
    Protected,
    /// A document of Office before 2007.
    #[error(
        "old Office documents are not supported; save it as .docx, .pptx or .xlsx and open that instead: {name}"
    )]
    Old {
        /// The file's name as given.
        name: String,
    },
    /// More entries than [`limits::PACKAGE_ENTRIES`](crate::limits::PACKAGE_ENTRIES).
    #[error("the package has more than {limit} files in it; split the document (it has {entries})")]
    TooManyEntries {
        /// Entries allowed.
        limit: usize,
        /// Entries of the package.
        entries: usize,
    },
    /// More texts than [`limits::BLOCKS`](crate::limits::BLOCKS).
    #[error("the document has more than {limit} paragraphs or cells with text; split it into smaller files")]
    TooManyBlocks {
        /// Texts allowed.
        limit: usize,
    },
    /// An entry that is larger than [`limits`](crate::limits) allow, or than its stored bytes let expect.
    #[error(
        "a file in the package inflates to more than {limit} bytes; split the document, or do not trust it: {name}"
    )]
    Inflates {
        /// Bytes allowed for it.
        limit: usize,
        /// The entry.
        name: String,
    },
    /// A text of a package in another encoding than UTF-8.
    #[error(
        "a text of the document is not UTF-8; open it in the program that made it and save it again: {name}"
    )]
    PartEncoding {
        /// The entry.
        name: String,
    },
    /// XML that is not well-formed.
    #[error(
        "its XML is broken at byte {offset}; open it in the program that made it and save it again ({cause})"
    )]
    Xml {
        /// Bytes before the place.
        offset: usize,
        /// What was found.
        cause: String,
    },
    /// A document type where none may be, or one that defines something.
    #[error(
        "its XML has a document type at byte {offset}, which could hide anything; open it in the program that made it and save it again"
    )]
    DocType {
        /// Bytes before it.
        offset: usize,
    },
    /// Deeper XML than [`limits::XML_DEPTH`](crate::limits::XML_DEPTH).
    #[error(
        "more than {limit} XML elements lie inside each other at byte {offset}; simplify the document there"
    )]
    XmlTooDeep {
        /// Elements allowed inside each other.
        limit: usize,
        /// Bytes before the innermost.
        offset: usize,
    },
    /// More in a paragraph than [`limits::XML_NODES`](crate::limits::XML_NODES).
    #[error("a paragraph at byte {offset} consists of more than {limit} pieces; split it")]
    XmlTooLarge {
        /// Pieces allowed.
        limit: usize,
        /// Bytes before the piece that is too many.
        offset: usize,
    },
    /// An error in one text of a package.
    #[error("{error}, in {name}")]
    Part {
        /// What is wrong with it.
        error: Box<Self>,
        /// The entry.
        name: String,
    },
    /// A JSON file that breaks off in a string or is nested deeper than
    /// [`limits::JSON_DEPTH`](crate::limits::JSON_DEPTH).
    #[error("its JSON is broken or nested too deeply at byte {offset}; mend it in a text editor")]
    Json {
        /// Bytes before the place.
        offset: usize,
    },
    /// A PDF that cannot be read.
    #[error(
        "the PDF is damaged or too unusual; print it to a new PDF, or export it as text, and try that ({cause})"
    )]
    Pdf {
        /// What was found.
        cause: String,
    },
    /// A PDF of pictures of pages.
    #[error("the PDF has no text in it, only pictures of pages; run it through text recognition (OCR) first")]
    Scanned,
    /// A translation memory without the language to translate into.
    #[error("a translation memory holds several languages; name the one to translate into")]
    NoTarget,
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

impl Error {
    /// Where in an XML text the fault is, in bytes, if it has a place.
    pub(crate) fn offset(&self) -> Option<usize> {
        match self {
            Self::Xml { offset, .. }
            | Self::DocType { offset }
            | Self::XmlTooDeep { offset, .. }
            | Self::XmlTooLarge { offset, .. } => Some(*offset),
            _ => None,
        }
    }
}
