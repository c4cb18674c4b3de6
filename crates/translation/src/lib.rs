//! A translation job: languages, prompts, sentences, the engine asked, the answer put together and written.

mod answer;
mod catalog;
mod error;
mod folders;
mod inspect;
mod job;
mod library;
mod measure;
mod output;
mod room;
mod starter;
mod task;
mod translator;
mod worker;

pub mod languages;
pub mod prompt;
pub mod sentences;

pub use answer::{Doubt, SentenceReport, SentenceStatus, TokenReport};
pub use catalog::{Catalog, Entry, Member, Origin, models_folder};
pub use engine::{BeamOptions, PRESETS};
pub use error::{Error, Problem, Result};
pub use folders::{cache, data};
pub use inspect::{Logits, logits};
pub use job::{
    DecodeOptions, EngineInfo, EngineState, Job, JobEvent, JobId, JobResult, LoadedModel, Sampling, Setup,
    Source, Stage,
};
pub use languages::Pair;
pub use library::{import, remove};
pub use measure::{Measurement, Report, Speed, host_peak_bytes, measure};
pub use model_files::{ImportOptions, ModelInfo, Progress, Quantization, Role};
pub use output::free_name;
pub use room::{AdapterReport, test_adapters};
pub use translator::Translator;
