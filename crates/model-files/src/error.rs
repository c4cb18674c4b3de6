//! Errors of model files. Each message names the cause and what to do; data from the file comes last.

use std::io;
use std::path::PathBuf;

/// Result with this crate's [`enum@Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// Why a model could not be opened or imported, or a text could not be tokenized.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Reading failed.
    #[error("a model file cannot be read; check that it exists and that you may read it ({source}): {}", path.display())]
    Read {
        /// The system's reason.
        source: io::Error,
        /// The file.
        path: PathBuf,
    },
    /// Writing failed.
    #[error("the imported model cannot be written; check free space and permissions ({source}): {}", path.display())]
    Write {
        /// The system's reason.
        source: io::Error,
        /// The file.
        path: PathBuf,
    },
    /// The target exists; an import never replaces anything.
    #[error("the target of the import exists already; choose another name or remove it: {}", path.display())]
    TargetExists {
        /// The target folder.
        path: PathBuf,
    },
    /// The progress callback asked to stop.
    #[error("the import was cancelled; nothing was written")]
    Cancelled,
    /// Size or modification time of a source file changed during the import.
    #[error("a model file changed while it was being imported; import it again when it is complete: {}", path.display())]
    SourceChanged {
        /// The file.
        path: PathBuf,
    },
    /// Neither a folder with `config.json` nor a GGUF file.
    #[error("neither a Hugging Face model folder (with config.json) nor a GGUF file; choose one of these: {}", path.display())]
    NotAModel {
        /// The source of the import.
        path: PathBuf,
    },
    /// A PEFT folder: `adapter_config.json` without `config.json`.
    #[error(
        "a LoRA adapter is no model by itself; import its base, then `wasan models import ADAPTER --base MODEL`: {}", path.display()
    )]
    NoBase {
        /// The source of the import.
        path: PathBuf,
    },
    /// A base was named for a source that is no adapter.
    #[error("no LoRA adapter (a folder with adapter_config.json); import a whole model without --base: {}", path.display())]
    NotAnAdapter {
        /// The source of the import.
        path: PathBuf,
    },
    /// The base of an adapter is not the one that it was imported for.
    #[error("the model's base has changed since the adapter was imported; import the adapter again: {}", path.display())]
    OtherBase {
        /// The base's folder.
        path: PathBuf,
    },
    /// A number in the file exceeds its limit in [`crate::limits`].
    #[error(
        "the model file is damaged or not meant for Wasan: {what} exceeds the limit of {limit}; download it again: {found}"
    )]
    TooLarge {
        /// What exceeds the limit.
        what: &'static str,
        /// The limit.
        limit: u64,
        /// The number found.
        found: u64,
    },
    /// The file is shorter than its header says.
    #[error("the model file is shorter than its header says; download it again (missing: {what})")]
    Truncated {
        /// What is incomplete.
        what: String,
    },
    /// Invalid JSON, or a missing or unexpected field.
    #[error("a model file's JSON is invalid; download or import the model again ({reason}): {file}")]
    Json {
        /// The parser's message.
        reason: String,
        /// The file's name.
        file: String,
    },
    /// A setting is missing or invalid.
    #[error(
        "the model's settings are invalid ({problem}); download it again or choose another model: {setting}"
    )]
    Setting {
        /// What is wrong.
        problem: &'static str,
        /// The setting's name, with its value if it has one.
        setting: String,
    },
    /// A valid model that Wasan does not support.
    #[error(
        "this model is not supported; choose a Llama, Mistral, Qwen 2 or 3, Gemma 3 or HunYuan model ({feature}): {found}"
    )]
    Unsupported {
        /// The unsupported feature.
        feature: &'static str,
        /// The value in the file.
        found: String,
    },
    /// A damaged GGUF file.
    #[error("the GGUF file is damaged ({problem}); download it again: {location}")]
    Gguf {
        /// What is wrong.
        problem: &'static str,
        /// Key or tensor, or the value found.
        location: String,
    },
    /// A damaged safetensors file.
    #[error("the safetensors file is damaged ({problem}); download it again: {location}")]
    Safetensors {
        /// What is wrong.
        problem: String,
        /// File or tensor.
        location: String,
    },
    /// A tensor is missing.
    #[error("the model is incomplete: a tensor is missing; download all of its files: {name}")]
    MissingTensor {
        /// Its name in the source, or in an imported model.
        name: String,
    },
    /// A tensor's shape contradicts the settings.
    #[error(
        "a tensor's shape contradicts the model's settings (expected {expected:?}, found {found:?}); download the model again: {name}"
    )]
    Shape {
        /// The shape according to the settings.
        expected: Vec<usize>,
        /// The shape in the file.
        found: Vec<usize>,
        /// The tensor.
        name: String,
    },
    /// A value beyond the range of f16.
    #[error(
        "a weight or its scale is too large for 16 bits; import a quantized GGUF or a bf16 model as q8: {name}"
    )]
    F16Overflow {
        /// The tensor.
        name: String,
    },
    /// A weight that is infinite or not a number.
    #[error("a tensor holds an infinite value or one that is not a number; download the model again: {name}")]
    NotFinite {
        /// The tensor.
        name: String,
    },
    /// A `model.json` of another version of Wasan.
    #[error(
        "the model was imported by another version of Wasan (this one reads format {known}); import it again: format {found}"
    )]
    Format {
        /// The format this version writes.
        known: u32,
        /// The format found.
        found: u32,
    },
    /// The model has no matrix or vector of this name.
    #[error("the model has no matrix or vector of this name; this is a bug in Wasan: {name}")]
    UnknownName {
        /// The requested name.
        name: String,
    },
    /// The model has no tokenizer.
    #[error("the model has no tokenizer.json; add that file to its folder and import it again")]
    NoTokenizer,
    /// A damaged or unsupported tokenizer.
    #[error("the tokenizer cannot be used ({problem}); download the model again or choose another: {found}")]
    Tokenizer {
        /// What is wrong.
        problem: &'static str,
        /// The location or the value found.
        found: String,
    },
    /// A GGUF file whose tokenizer cannot be restored from it.
    #[error(
        "the GGUF file does not hold its whole tokenizer ({problem}); name the tokenizer.json of the original model with --tokenizer: {found}"
    )]
    IncompleteTokenizer {
        /// What is missing.
        problem: &'static str,
        /// The value found.
        found: String,
    },
    /// A replacement tokenizer of another vocabulary.
    #[error(
        "the tokenizer does not belong to this model; choose the tokenizer.json of the same model: token {id} is {found:?} in it and {expected:?} in the model"
    )]
    OtherVocabulary {
        /// The first id whose texts differ.
        id: usize,
        /// The text in the tokenizer.
        found: String,
        /// The text in the model.
        expected: String,
    },
    /// The tokenizer library failed.
    #[error("the tokenizer failed; the model's tokenizer.json is likely damaged: {reason}")]
    TokenizerFailed {
        /// The library's message.
        reason: String,
    },
    /// A chat template that cannot be evaluated, or that makes no prompt of an instruction.
    #[error("the model's chat template cannot be used ({problem}); give a prompt instead with --prompt")]
    ChatTemplate {
        /// What is wrong, or what the template raises.
        problem: String,
    },
    /// An instruction without the text to translate, or with half of a part for context.
    #[error(
        "an instruction must contain {{source}} exactly once, may have one {{if_context}}…{{context}}…{{end_context}}, and \
         both only in the user's message: {user}"
    )]
    Instruction {
        /// The user's message.
        user: String,
    },
    /// A token id outside the vocabulary.
    #[error("a token id is outside the vocabulary; model and tokenizer do not belong together: {id}")]
    UnknownId {
        /// The id.
        id: u32,
    },
}
