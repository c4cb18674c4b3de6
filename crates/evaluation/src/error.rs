//! What can go wrong in an evaluation. Each message names the cause and what mends it; the user's data comes last.

use std::path::PathBuf;

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
    /// The operating system refused to read.
    #[error("a file cannot be read; check that it exists and may be read ({source}): {}", path.display())]
    Read {
        /// The system's reason.
        source: std::io::Error,
        /// The file.
        path: PathBuf,
    },
    /// A file of an encoder is larger than [`crate::limits`] allows.
    #[error(
        "a file of the encoder is too large to be one ({found} bytes, of at most {limit}); choose another folder: {}",
        path.display()
    )]
    FileTooLarge {
        /// The cap.
        limit: u64,
        /// The file's size.
        found: u64,
        /// The file.
        path: PathBuf,
    },
    /// `config.json`, `tokenizer_config.json` or the header of `model.safetensors` cannot be understood.
    #[error("a file of the encoder is damaged; download it again ({reason}): {}", path.display())]
    Damaged {
        /// What the parser says.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// Not a family of encoders that [`crate::bertscore`] can run.
    #[error(
        "this kind of model is no encoder that Wasan can run; choose a BERT, RoBERTa or XLM-RoBERTa: {found}"
    )]
    UnknownEncoder {
        /// What `config.json` calls it.
        found: String,
    },
    /// A size in `config.json` is zero, too large, or does not go with another.
    #[error("a setting of the encoder makes no sense ({reason}); download it again: {setting} = {found}")]
    Setting {
        /// Why.
        reason: &'static str,
        /// The name in `config.json`.
        setting: &'static str,
        /// Its value.
        found: String,
    },
    /// The weights do not belong to the settings.
    #[error("the encoder's weights do not fit its config.json ({reason}); download both again: {name}")]
    Weight {
        /// What is missing or different.
        reason: String,
        /// The tensor.
        name: String,
    },
    /// No tokenizer, or one that cannot be read or refuses a text.
    #[error("the encoder's tokenizer cannot be used ({reason}); download tokenizer.json or vocab.txt again: {}", path.display())]
    Tokenizer {
        /// What the reader says.
        reason: String,
        /// The file, or the folder that has none.
        path: PathBuf,
    },
    /// The encoder has fewer layers.
    #[error("the encoder has layers 0 (its embeddings) to {layers}; choose one of them: {layer}")]
    Layer {
        /// How many there are.
        layers: usize,
        /// What was asked for.
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
