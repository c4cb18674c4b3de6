//! What can go wrong in an evaluation. Each message names the cause and what mends it; the user's data comes last.

/// The result of everything fallible in this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why something could not be scored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is nothing to score.
    #[error("there are no hypotheses; give a file with one translation a line")]
    NoHypotheses,
    /// There is nothing to score against.
    #[error("there are no references; give at least one file of reference translations")]
    NoReferences,
    /// Hypotheses and references are not line by line the same sentences.
    #[error(
        "hypotheses and references must have one line for each sentence; check that no line was lost or split: {hypotheses} lines against {references}"
    )]
    UnevenLines {
        /// Lines of the hypotheses.
        hypotheses: usize,
        /// Lines of the references.
        references: usize,
    },
    /// Two systems can only be compared sentence by sentence, by one metric.
    #[error("the two systems were not scored on the same sentences; score both again on one test set")]
    DifferentSegments,
    /// A segment longer than [`crate::limits`] allows.
    #[error(
        "a line is too long to be scored; split it into sentences: {found} characters, of at most {limit}"
    )]
    SegmentTooLong {
        /// The cap.
        limit: usize,
        /// Characters of the line.
        found: usize,
    },
    /// No tokenizer has this name.
    #[error("no tokenizer has this name; choose 13a, intl, char, zh, ja-mecab or none: {name}")]
    UnknownTokenizer {
        /// What was asked for.
        name: String,
    },
    /// The Japanese dictionary was left out when the program was built.
    #[error("this program was built without the Japanese tokenizer; build it with the feature `ja-mecab`")]
    NoJapanese,
    /// The Japanese dictionary does not unpack.
    #[error("the Japanese dictionary in this program is damaged; install the program again: {reason}")]
    Dictionary {
        /// What the reader says.
        reason: String,
    },
    /// An n-gram order that is not offered.
    #[error("n-gram orders go from {least} to {most}; choose one of them: {order}")]
    Order {
        /// The least order allowed.
        least: usize,
        /// The highest order allowed.
        most: usize,
        /// What was asked for.
        order: usize,
    },
}
