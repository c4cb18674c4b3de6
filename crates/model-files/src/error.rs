//! What can go wrong with a model's files. Each message names the cause and what mends it; data from the file comes last.

use std::io;
use std::path::PathBuf;

/// The result of everything fallible in this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a model could not be opened or imported, or a text not be tokenized.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused to read.
    #[error("a model file cannot be read; check that it exists and may be read ({source}): {}", path.display())]
    Read {
        /// The system's reason.
        source: io::Error,
        /// The file.
        path: PathBuf,
    },
    /// The operating system refused to write.
    #[error("the imported model cannot be written; check free space and permissions ({source}): {}", path.display())]
    Write {
        /// The system's reason.
        source: io::Error,
        /// The file.
        path: PathBuf,
    },
    /// Import never replaces anything.
    #[error("something exists where the model should go; choose another name or remove it: {}", path.display())]
    TargetExists {
        /// The folder that was asked for.
        path: PathBuf,
    },
    /// The progress callback asked to stop.
    #[error("the import was cancelled; nothing was kept")]
    Cancelled,
    /// Size or modification time of a source changed between the first and the last read.
    #[error("a model file changed while it was being imported; import it again when it is complete: {}", path.display())]
    SourceChanged {
        /// The file.
        path: PathBuf,
    },
    /// Neither a folder with `config.json` nor a GGUF file.
    #[error("this is neither a Hugging Face model folder (with config.json) nor a GGUF file; choose one of these: {}", path.display())]
    NotAModel {
        /// What was given.
        path: PathBuf,
    },
    /// A number in the file is beyond its cap in [`crate::limits`].
    #[error(
        "the model file is damaged or not meant for Wasan: {what} is beyond the limit of {limit}; download it again: {found}"
    )]
    TooLarge {
        /// What was counted.
        what: &'static str,
        /// The cap.
        limit: u64,
        /// The number found.
        found: u64,
    },
    /// The file ends before what its header promises.
    #[error("the model file is shorter than its header says; download it again (missing: {what})")]
    Truncated {
        /// What could not be read whole.
        what: String,
    },
    /// Not JSON, or JSON of another shape.
    #[error(
        "a model file's JSON does not have the expected form; download or import the model again ({reason}): {file}"
    )]
    Json {
        /// What the parser says.
        reason: String,
        /// The file's name.
        file: String,
    },
    /// A setting is missing or makes no sense.
    #[error(
        "the model's settings make no sense ({problem}); download it again or choose another model: {setting}"
    )]
    Setting {
        /// What is wrong.
        problem: &'static str,
        /// The setting's name, with its value where it has one.
        setting: String,
    },
    /// A valid model that Wasan does not run.
    #[error(
        "this model needs something that Wasan does not have; choose a plain Llama model ({feature}): {found}"
    )]
    Unsupported {
        /// The kind of thing.
        feature: &'static str,
        /// What the file asks for.
        found: String,
    },
    /// A GGUF file breaks its format.
    #[error("the GGUF file is damaged ({problem}); download it again: {location}")]
    Gguf {
        /// The rule that is broken.
        problem: &'static str,
        /// Key or tensor, or the value found.
        location: String,
    },
    /// A safetensors file breaks its format.
    #[error("the safetensors file is damaged ({problem}); download it again: {location}")]
    Safetensors {
        /// The rule that is broken.
        problem: String,
        /// File or tensor.
        location: String,
    },
    /// A tensor that a Llama needs is not there.
    #[error("the model is incomplete, a tensor is missing; download all of its files: {name}")]
    MissingTensor {
        /// Its name in the source, or in an imported model.
        name: String,
    },
    /// A tensor's shape is not what the settings say.
    #[error(
        "a tensor's shape does not fit the model's settings (expected {expected:?}, found {found:?}); download the model again: {name}"
    )]
    Shape {
        /// What the settings ask for.
        expected: Vec<usize>,
        /// What the file has.
        found: Vec<usize>,
        /// The tensor.
        name: String,
    },
    /// A value beyond what f16 can hold.
    #[error(
        "a weight or its scale is too large for 16 bits; import a quantized GGUF or a bf16 model as q8: {name}"
    )]
    F16Overflow {
        /// The tensor.
        name: String,
    },
    /// An infinity or not-a-number among the weights.
    #[error("a tensor holds an infinite value or one that is no number; download the model again: {name}")]
    NotFinite {
        /// The tensor.
        name: String,
    },
    /// A `model.json` of a newer Wasan, or not ours.
    #[error(
        "the model was imported by another version of Wasan (this one reads format {known}); import it again: format {found}"
    )]
    Format {
        /// The format this version writes.
        known: u32,
        /// The format found.
        found: u32,
    },
    /// A name that is no matrix or vector of this model.
    #[error("the model has no matrix or vector of this name; this is a fault in Wasan: {name}")]
    UnknownName {
        /// The name asked for.
        name: String,
    },
    /// The model came without a tokenizer.
    #[error("the model came without tokenizer.json; add that file to its folder and import it again")]
    NoTokenizer,
    /// A tokenizer of another kind, or a damaged one.
    #[error("the tokenizer cannot be used ({problem}); download the model again or choose another: {found}")]
    Tokenizer {
        /// What is wrong.
        problem: &'static str,
        /// Where, or the value found.
        found: String,
    },
    /// The tokenizer library gave up on a text.
    #[error("the tokenizer failed; the model's tokenizer.json is likely damaged: {reason}")]
    TokenizerFailed {
        /// What the library says.
        reason: String,
    },
    /// A token id that the vocabulary does not have.
    #[error("a token id lies outside the vocabulary; model and tokenizer do not belong together: {id}")]
    UnknownId {
        /// The id.
        id: u32,
    },
}
