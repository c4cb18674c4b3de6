//! A translation job: languages, prompts, sentences, the engine asked, the answer put together and written.

mod adapters;
mod answer;
mod benchmark;
mod catalog;
mod checks;
mod delivery;
mod detect;
mod error;
mod exports;
mod folders;
mod frame;
mod glossary;
mod hold;
mod inspect;
mod job;
mod ladder;
mod library;
pub mod limits;
mod live;
mod memory;
mod output;
mod queue;
mod review;
mod room;
mod starter;
mod store;
mod task;
mod translator;
mod tuned;
mod worker;

pub mod alignment;
pub mod languages;
pub mod prompt;
pub mod sentences;

pub use adapters::{AdapterReport, test_adapters};
pub use answer::{SentenceReport, SentenceStatus, TokenReport, UncertainWord};
pub use benchmark::{BatchSpeed, BenchmarkReport, ModelCost, benchmark, host_peak_bytes};
pub use catalog::{Catalog, CatalogEntry, Member, ModelLocation, models_folder};
pub use checks::Reason;
pub use detect::{Detected, detect};
pub use documents::Format;
pub use engine::{PRESETS, Recipe};
pub use error::{Error, Problem, Result};
pub use folders::{cache, data, documents_in, is_document, is_translation};
pub use glossary::import::read_glossary;
pub use glossary::{Term, TermCount, Terms};
pub use hold::QueueLock;
pub use inspect::{Logits, logits};
pub use job::{
    BeamOptions, DecodeOptions, EngineInfo, EngineState, Job, JobEvent, JobId, JobResult, LoadedModel,
    LoadingStage, Sampling, Setup, Source, Warning,
};
pub use languages::LanguagePair;
pub use library::{check_name, import, remove};
pub use memory::{MIN_MATCH_SCORE, Suggestion, TranslationUnit, UnitOrigin};
pub use model_files::{ImportOptions, ModelInfo, Progress, Quantization, Role};
pub use review::{EditResult, Filter, MarkKind, Segment, SpanMark};
pub use store::jobs::{JobRow, JobState};
pub use translator::Translator;
pub use tuned::{Confidence, TUNED, TunedRecipe, save_tuned_recipe};
