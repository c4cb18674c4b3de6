//! Errors of evaluation. Each message names the cause and the fix; the user's data comes last.

use std::path::PathBuf;

/// The result type of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why something could not be scored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is nothing to score.
    #[error("there are no hypotheses; give a file with one translation per line")]
    NoHypotheses,
    /// There is nothing to score against.
    #[error("there are no references; give at least one file of reference translations")]
    NoReferences,
    /// Hypotheses and references have different numbers of lines.
    #[error(
        "hypotheses and references must have one line for each sentence; check that no line was lost or split: {hypotheses} lines against {references}"
    )]
    UnevenLines {
        /// Lines of the hypotheses.
        hypotheses: usize,
        /// Lines of the references.
        references: usize,
    },
    /// Rows of features and their classes differ in number.
    #[error("every row of features needs its class: {rows} rows, {labels} classes")]
    UnevenLabels {
        /// Rows of features.
        rows: usize,
        /// Classes.
        labels: usize,
    },
    /// A classifier cannot be fitted to one class.
    #[error(
        "all sentences are of one class, good or bad; give a test set that has both, such as a longer one"
    )]
    OneClass,
    /// Rows of features that cannot be compared.
    #[error("each row must have the same few features, all of them finite numbers")]
    Features,
    /// Cross-validation needs a part to fit and a part to test.
    #[error("cross-validation needs at least two folds")]
    Folds,
    /// Two systems were scored on different sentences or by different metrics.
    #[error("the two systems were not scored on the same sentences; score both again on one test set")]
    DifferentSegments,
    /// A segment longer than [`crate::limits`] allows.
    #[error(
        "a line is too long to be scored; split it into sentences: {found} characters, of at most {limit}"
    )]
    SegmentTooLong {
        /// The limit.
        limit: usize,
        /// Characters of the line.
        found: usize,
    },
    /// Unknown tokenizer name.
    #[error("unknown tokenizer; choose 13a, intl, char, zh, ja-mecab or none: {name}")]
    UnknownTokenizer {
        /// The requested value.
        name: String,
    },
    /// The program was built without the Japanese dictionary.
    #[error("this program was built without the Japanese tokenizer; build it with the feature `ja-mecab`")]
    NoJapanese,
    /// The Japanese dictionary cannot be decompressed.
    #[error("the Japanese dictionary in this program is damaged; install the program again: {reason}")]
    Dictionary {
        /// The reader's error.
        reason: String,
    },
    /// An unsupported n-gram order.
    #[error("the n-gram order must be from {least} to {most}: {order}")]
    Order {
        /// The least order allowed.
        least: usize,
        /// The highest order allowed.
        most: usize,
        /// The requested value.
        order: usize,
    },
    /// The operating system could not read the file.
    #[error("cannot read the file; check that it exists and is readable ({source}): {}", path.display())]
    Read {
        /// The system's reason.
        source: std::io::Error,
        /// The file.
        path: PathBuf,
    },
    /// A file of an encoder is larger than [`crate::limits`] allows.
    #[error(
        "a file of the encoder exceeds the limit of {limit} bytes ({found} bytes); choose another folder: {}",
        path.display()
    )]
    FileTooLarge {
        /// The limit.
        limit: u64,
        /// The file's size.
        found: u64,
        /// The file.
        path: PathBuf,
    },
    /// `config.json`, `tokenizer_config.json` or the header of `model.safetensors` cannot be parsed.
    #[error("a file of the encoder is damaged; download it again ({reason}): {}", path.display())]
    Damaged {
        /// The parser's error.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// A family of encoders that [`crate::bertscore`] does not support.
    #[error("Wasan does not support this kind of encoder; choose a BERT, RoBERTa or XLM-RoBERTa: {found}")]
    UnknownEncoder {
        /// Its name in `config.json`.
        found: String,
    },
    /// A size in `config.json` is zero, too large, or inconsistent with another.
    #[error("a setting of the encoder is invalid ({reason}); download it again: {setting} = {found}")]
    Setting {
        /// The problem.
        reason: &'static str,
        /// The name in `config.json`.
        setting: &'static str,
        /// Its value.
        found: String,
    },
    /// The weights do not match the settings.
    #[error("the encoder's weights do not match its config.json ({reason}); download both again: {name}")]
    Weight {
        /// What is missing or different.
        reason: String,
        /// The tensor.
        name: String,
    },
    /// No tokenizer, or one that cannot be read or fails on a text.
    #[error("the encoder's tokenizer cannot be used ({reason}); download tokenizer.json or vocab.txt again: {}", path.display())]
    Tokenizer {
        /// The reader's error.
        reason: String,
        /// The file, or the folder that has none.
        path: PathBuf,
    },
    /// The encoder has fewer layers.
    #[error("the encoder has layers 0 (its embeddings) to {layers}; choose one of these: {layer}")]
    Layer {
        /// Number of layers.
        layers: usize,
        /// The requested value.
        layer: usize,
    },
    /// The baseline has no line for the layer, or is not three numbers below 1.
    #[error(
        "the baseline has no usable line for layer {layer}; choose the file made for this encoder (LAYER,P,R,F): {}",
        path.display()
    )]
    Baseline {
        /// The layer.
        layer: usize,
        /// The file.
        path: PathBuf,
    },
}
