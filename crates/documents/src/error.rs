//! Why a document was refused or could not be written: one variant per cause; the user's data is last in a message.

/// The result of reading or writing a document.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a document was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A file of a kind that is not read.
    #[error("Wasan does not read {found}; {way_out}: {name}")]
    Unsupported {
        /// The kind that the file seems to be.
        found: &'static str,
        /// What its user can do.
        way_out: &'static str,
        /// The file's name as given.
        name: String,
    },
    /// A document that was to be read as a text, but is none.
    #[error("this is {found} and no text; leave out --format to translate it as what it is: {name}")]
    NotText {
        /// The format that it is.
        found: &'static str,
        /// The file's name as given.
        name: String,
    },
    /// Text that is invalid in the encoding that its byte order mark or its bytes indicate.
    #[error(
        "the text is damaged; save it again in a text editor with the encoding UTF-8 (it was read as {name})"
    )]
    Encoding {
        /// The most likely encoding.
        name: &'static str,
    },
    /// Text in an encoding with escape sequences, some of which would be written in another way.
    #[error(
        "the text switches between character sets in a way that Wasan cannot keep; save it again in a text editor with the encoding UTF-8 (it is in {name})"
    )]
    Escapes {
        /// The encoding.
        name: &'static str,
    },
    /// Text in UTF-32, which no other program of its format reads either.
    #[error("text in UTF-32 is not supported; save it again in a text editor with the encoding UTF-8")]
    Utf32,
    /// More bytes than [`limits::DOCUMENT_BYTES`](crate::limits::DOCUMENT_BYTES).
    #[error("the document is larger than {limit} bytes; split it into smaller files (it has {bytes} bytes)")]
    TooLarge {
        /// Bytes of the document.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// A zip package that cannot be read.
    #[error("the file is damaged; open it in the program that made it and save it again ({cause})")]
    Damaged {
        /// The cause, as the zip reader reports it.
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
    #[error("the package has more than {limit} entries; split the document (it has {entries})")]
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
    /// An entry whose decompressed size exceeds a limit of [`limits`](crate::limits), absolute or relative to its stored
    /// size.
    #[error(
        "the decompressed size of an entry exceeds the limit of {limit} bytes; split the document, or do not trust it: {name}"
    )]
    Inflates {
        /// Bytes allowed for it.
        limit: usize,
        /// The entry.
        name: String,
    },
    /// A text of a package that is not in the encoding it declares.
    #[error(
        "a text of the document is not in the encoding it declares; open it in the program that made it and save it again: {name}"
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
        /// Byte of the error.
        offset: usize,
        /// What was found.
        cause: String,
    },
    /// A document type declaration where none is allowed, or one that defines entities.
    #[error(
        "its XML has a document type declaration at byte {offset}, which is not allowed; open it in the program that made it and save it again"
    )]
    DocType {
        /// Byte at which it starts.
        offset: usize,
    },
    /// Deeper XML than [`limits::XML_NESTING`](crate::limits::XML_NESTING), or a deeper tree than
    /// [`limits::XML_DEPTH`](crate::limits::XML_DEPTH).
    #[error("XML elements are nested more than {limit} deep at byte {offset}; simplify the document there")]
    XmlTooDeep {
        /// Nesting depth allowed.
        limit: usize,
        /// Byte at which the innermost starts.
        offset: usize,
    },
    /// More XML nodes in a paragraph than [`limits::XML_NODES`](crate::limits::XML_NODES).
    #[error("a paragraph at byte {offset} has more than {limit} XML nodes; split it")]
    XmlTooLarge {
        /// Nodes allowed.
        limit: usize,
        /// Byte at which the first excess node starts.
        offset: usize,
    },
    /// An error in one text of a package.
    #[error("{error}, in {name}")]
    Part {
        /// The error.
        error: Box<Self>,
        /// The entry.
        name: String,
    },
    /// A JSON file that is none, or is nested deeper than [`limits::JSON_DEPTH`](crate::limits::JSON_DEPTH).
    #[error(
        "its JSON is broken or nested too deeply in line {line}; fix it in a text editor (JSON5 is not read)"
    )]
    Json {
        /// The line of the error, from 1.
        line: usize,
    },
    /// A file whose translations are in another language than the one that was asked for.
    #[error(
        "it already holds translations into {language}; choose {language} as the target language, or remove them to translate it into {wanted}"
    )]
    OtherTarget {
        /// The language that it names.
        language: String,
        /// The language that was asked for.
        wanted: String,
    },
    /// A file without any text.
    #[error("the file is empty; check that it was saved or copied as a whole: {name}")]
    Empty {
        /// The file's name as given.
        name: String,
    },
    /// A PDF that cannot be read.
    #[error(
        "the PDF is damaged or too unusual; print it to a new PDF, or export it as text, and try that ({cause})"
    )]
    Pdf {
        /// What was found.
        cause: String,
    },
    /// A PDF of scanned pages.
    #[error("the PDF contains no text, only page images; run text recognition (OCR) on it first")]
    Scanned,
    /// A translation memory without a target language.
    #[error("a translation memory contains several languages; choose the target language")]
    NoTarget,
    /// A catalogue whose own language is the target language.
    #[error(
        "the texts of this file are in the target language already; choose another language (it is in {language})"
    )]
    OwnLanguage {
        /// The language that the file names.
        language: String,
    },
    /// LaTeX in which a brace, a formula or verbatim text is not closed.
    #[error(
        "a brace, formula or verbatim text in line {line} is not closed; close it there and open the file again"
    )]
    Unclosed {
        /// The line, from 1.
        line: usize,
    },
    /// The Markdown parser panicked, which is a bug.
    #[error(
        "this Markdown cannot be read; rename the file to .txt to translate it as plain text, and please report it"
    )]
    Unreadable,
    /// A subtitle file without any cue.
    #[error(
        "no line such as '00:00:01,000 --> 00:00:02,000' was found; check that this is a SubRip file, or rename it to .txt"
    )]
    NoCues,
    /// Too few or too many translations given to [`Document::write`](crate::Document::write).
    #[error("every block needs one translation: the document has {blocks} blocks, not {given}")]
    Count {
        /// Blocks of the document.
        blocks: usize,
        /// Translations given.
        given: usize,
    },
}

impl Error {
    /// What else helps, beyond the way out that the message names.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unsupported { .. } => "`wasan translate --help` lists the supported formats.",
            Self::NotText { .. } => "Without --format, its format is recognised by its content.",
            Self::Encoding { .. } | Self::PartEncoding { .. } => {
                "If its letters are wrong there too, they were lost before: get the file again from where it came from."
            }
            Self::Escapes { .. } => "Or convert it: iconv -f ISO-2022-JP -t UTF-8 FILE > NEW",
            Self::Utf32 => "Some editors call it UTF-8 without BOM.",
            Self::TooLarge { .. } | Self::TooManyEntries { .. } | Self::TooManyBlocks { .. } => {
                "The parts can be translated one after the other; sentences that they share are translated once."
            }
            Self::Unclosed { .. } => {
                "--format txt translates it as plain text, with its marks and commands as words."
            }
            Self::Damaged { .. } | Self::Part { .. } => {
                "Word, LibreOffice and others offer to repair such a file. If none opens it, it may have been copied or downloaded incompletely: get it again."
            }
            Self::Protected => {
                "In Word: File, Info, Protect Document. In LibreOffice: File, Save As, without the password."
            }
            Self::Old { .. } => {
                "LibreOffice also does so in the terminal: soffice --headless --convert-to docx FILE"
            }
            Self::Inflates { .. } => {
                "If you trust it, open it in the program that made it and save it again."
            }
            Self::Xml { .. } => {
                "A file that is one text can also be repaired in a text editor; `xmllint --noout FILE` shows the place."
            }
            Self::DocType { .. } => {
                "If you trust the file, you can also remove the declaration in a text editor."
            }
            Self::XmlTooDeep { .. } | Self::XmlTooLarge { .. } => {
                "If no program shows anything wrong there, open it in the program that made it and save it again."
            }
            Self::Json { .. } => {
                "Look for a missing comma, quote or bracket in that line or before it. --format txt translates the file as plain text, with its marks as words."
            }
            Self::OtherTarget { .. } | Self::NoTarget | Self::OwnLanguage { .. } => {
                "--to CODE chooses the target language, such as --to fr."
            }
            Self::Empty { .. } => "If it has text in another program, save it there again.",
            Self::Pdf { .. } => {
                "If a program shows its text, copy that into a .txt file and translate the file."
            }
            Self::Scanned => "For example: ocrmypdf FILE.pdf NEW.pdf; then translate NEW.pdf.",
            Self::Unreadable | Self::NoCues => "--format txt does so without renaming the file.",
            Self::Count { .. } => "This is a fault of the program; please report it.",
        }
    }

    /// That a JSON text is broken at a byte.
    pub(crate) fn json(source: &str, offset: usize) -> Self {
        let before = source.get(..offset).unwrap_or(source);
        Self::Json { line: before.matches('\n').count() + 1 }
    }

    /// Whether a part of a package cannot be read, but others may.
    pub(crate) fn is_damage(&self) -> bool {
        match self {
            Self::Part { error, .. } => error.is_damage(),
            Self::Damaged { .. } | Self::PartEncoding { .. } => true,
            Self::Xml { .. } | Self::DocType { .. } | Self::XmlTooDeep { .. } => true,
            _ => false,
        }
    }

    /// The byte of an XML text at which the error is, if known.
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
