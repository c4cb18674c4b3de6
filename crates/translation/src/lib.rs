//! Translates texts and documents: models and recipes, prompts, sentence splitting, decoding, checks, review, the store.

mod access;
mod adapter_tuning;
mod beginning;
mod benchmark;
mod catalog;
mod checks;
mod chosen_recipes;
mod context;
mod contrast;
mod delivery;
mod detect;
mod document_terms;
mod download;
mod engine_host;
mod error;
mod exports;
mod files;
mod fit;
mod folders;
mod found;
mod glossary;
mod gpu_adapters;
mod history;
mod inspect;
mod job;
mod job_id;
pub mod limits;
mod memory;
mod model_library;
mod model_output;
mod model_set;
mod name_style;
mod names;
mod next_words;
mod pair_file;
mod published;
mod pull;
pub mod quality;
mod queue;
mod queue_lock;
mod recipe_in_use;
mod recurring;
mod requests;
mod reranking;
mod retry;
mod review;
mod segment;
mod sentence_report;
mod set_test;
mod sets_overview;
mod setup;
mod source;
mod starter;
mod store;
mod streaming;
mod system;
mod tags;
mod task;
mod translator;
mod tuned;
mod typed_words;
mod worker;

pub mod alignment;
pub mod languages;
pub mod prompt;
mod prompt_example;
pub mod sentences;

pub use beginning::Beginning;
pub use benchmark::{
    BatchSpeed, BenchmarkOptions, BenchmarkReport, DraftCost, Measure, ModelCost, benchmark, host_peak_bytes,
};
pub use catalog::{Catalog, CatalogEntry, Member, ModelLocation};
pub use checks::Reason;
pub use chosen_recipes::{ChosenRecipe, choose_recipe};
pub use contrast::{ContrastCase, ContrastOutcome, contrast};
pub use detect::{Detected, detect};
pub use document_terms::DocumentTerm;
pub use documents::{Format, LeftAlone, TableColumn};
pub use download::{
    GetControl, GetEvent, GetOptions, GetOutcome, GetPlan, UnfinishedDownload, WaitReason, fetch_program,
    get_set, plan_get, remove_download, unfinished_downloads,
};
pub use engine::{PRESETS, Recipe};
pub use error::{Error, Problem, Result};
pub use fit::{Fit, Machine, Verdict, machine, measured_machine, set_fit};
pub use folders::{
    FolderDocuments, Skipped, cache, data, documents_in, is_document, make_data, models_folder,
};
pub use found::{FoundModel, ModelFolders, ModelProgram, find_models, local_files};
pub use glossary::export::write_glossary;
pub use glossary::import::read_glossary;
pub use glossary::{Term, TermCount, Terms};
pub use gpu_adapters::{AdapterReport, test_adapters};
pub use inspect::{Logits, logits, tokenizer};
pub use job::{
    BeamOptions, DecodeOptions, Estimate, Job, JobEvent, JobResult, Quality, Sampling, Source, Target,
    Warning,
};
pub use job_id::JobId;
pub use languages::LanguagePair;
pub use memory::{MIN_MATCH_SCORE, Suggestion};
pub use model_files::{
    FileType, ImportOptions, Instruction, ModelInfo, Progress, Quantization, Repository, Role, SourceSummary,
    Tokenizer, summarize,
};
pub use model_library::{
    AdapterSummary, ModelEdit, base, check_name, edit, import, remove, summarize_adapter,
};
pub use name_style::NameStyle;
pub use next_words::{NextWord, NextWords};
pub use prompt_example::{PromptExample, PromptToken, prompt_example};
pub use published::{
    LICENCES, Licence, PublishedMember, PublishedModel, PublishedSet, Shape, licence, published_set,
    published_sets,
};
pub use queue_lock::QueueLock;
pub use recipe_in_use::{RecipeInUse, RecipeOrigin, SetState};
pub use recurring::RecurringTerm;
pub use reranking::{MAX_BRANCHES, Reranking, save_reranking};
pub use review::{DocumentTermEdit, EditResult, Filter};
pub use segment::{MarkKind, Segment, SpanMark, TaggedTexts};
pub use sentence_report::{
    HypothesisReport, Place, SentenceReport, SentenceStatus, TokenReport, UncertainWord, Word,
};
pub use set_test::{DirectionTest, TestVerdict, TestedSentence, can_test, test_direction, test_directions};
pub use sets_overview::{SetOverview, SetsOverview, sets_overview};
pub use setup::{EngineInfo, EngineState, LoadedModel, LoadingStage, PromptPrecision, Setup};
pub use store::history::HistoryText;
pub use store::jobs::{JobRow, JobState};
pub use store::memory::{TranslationUnit, UnitOrigin};
pub use system::{folder_bytes, free_disk_bytes, free_name};
pub use translator::Translator;
pub use tuned::{Confidence, TUNED, TunedRecipe, save_tuned_recipe};
