//! An error's cause and way out, as the user sees them.

use serde::{Deserialize, Serialize};

use super::Error;

/// An error as the user sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A stable identifier for programs.
    pub code: String,
    /// The cause.
    pub message: String,
    /// The way out.
    pub hint: String,
}

impl Error {
    /// The code, the message and the hint.
    pub fn problem(&self) -> Problem {
        if let Self::Vocabularies { first, fitting, sets, .. } = self {
            let fitting = match fitting.is_empty() {
                true => format!("No other installed model fits {first}."),
                false => format!("These fit {first}: {}.", fitting.join(", ")),
            };
            let get = |set: &&str| format!(" `wasan models get {set}` gets the set that it belongs to.");
            let sets: String = sets.iter().map(get).collect();
            let hint = format!(
                "{fitting}{sets} Choose models of one family, or a recipe with a single model: --recipe L."
            );
            return Problem { code: "vocabularies".to_owned(), message: self.to_string(), hint };
        }
        let (code, hint) = match self {
            Self::Engine(error) if error.is_out_of_memory() => {
                ("out_of_memory", "Choose smaller models, or close other programs that use the GPU's memory.")
            }
            Self::Engine(engine::Error::Gpu(_)) => {
                ("gpu", "`wasan gpu` lists and tests the adapters; choose another one with --adapter.")
            }
            Self::Vocabularies { .. } | Self::Engine(engine::Error::Vocabularies { .. }) => {
                ("vocabularies", "Choose models of one family, or a recipe with a single model: --recipe L.")
            }
            Self::Engine(engine::Error::Recipe(_) | engine::Error::TooManyTerms(_)) => (
                "recipe",
                "Presets: original, fine-tuned, proxy, collab, collab-half; or write a weighted sum of L, src, tgt, base, mt; `gated: SUM` adds a gate.",
            ),
            Self::Engine(engine::Error::TooLong { .. }) => {
                ("too_long", "Split the sentence, or use a model with a longer context.")
            }
            Self::Engine(_) => ("engine", "Try another model; `wasan models info NAME` describes this one."),
            Self::Model(_) => {
                ("model", "Import the model again from its source: `wasan models import PATH`.")
            }
            Self::Document(error) => ("document", error.hint()),
            Self::Prompt(_) => {
                ("prompt", "Give the model a prompt that suits it: `wasan models edit NAME --prompt …`.")
            }
            Self::NoModel(_) => (
                "no_model",
                "`wasan models list` shows the available pairs; import a model for these languages.",
            ),
            Self::NotTuned(_) => {
                ("recipe", "Tune one with `wasan evaluate --sweep --tests FILE`, or choose another recipe.")
            }
            Self::Catalogue(_) => ("catalogue", "This is a fault of the program; please report it."),
            Self::UnknownSet { nearest, .. } => {
                let hint = format!("Did you mean {}? `wasan models sets` lists them.", nearest.join(", "));
                return Problem { code: "unknown_set".to_owned(), message: self.to_string(), hint };
            }
            Self::NotInstalled { set, .. } => {
                let hint = format!("`wasan models get {set}` gets them.");
                return Problem { code: "not_installed".to_owned(), message: self.to_string(), hint };
            }
            Self::NoFetchProgram(_) => (
                "no_fetch_program",
                "Put wasan-fetch beside this program, or name it in WASAN_FETCH; or get the files yourself and import them with `wasan models get SET --from FOLDER`.",
            ),
            Self::Fetch { code, hint, page, .. } => {
                let hint = page.as_ref().map_or_else(|| hint.clone(), |page| format!("{hint} {page}"));
                return Problem { code: code.clone(), message: self.to_string(), hint };
            }
            Self::FetchOutput(_) => {
                ("fetch", "Try again: what was downloaded is kept. If it fails again, please report it.")
            }
            Self::DownloadBusy => ("download_busy", "Wait until it has finished, or close it."),
            Self::DiskSpace { .. } => (
                "disk_full",
                "Free some space, or choose a folder on another disk with --models or WASAN_MODELS.",
            ),
            Self::NotInFolder { .. } => {
                ("not_in_folder", "Put them there under these names, or leave --from out to download them.")
            }
            Self::NothingToTest(_) => {
                ("nothing_to_test", "There are sentences in de, en, es, fr, it, ja, nl, pl, pt, ru and zh.")
            }
            Self::TooLongToScore(_) => ("too_long", "Shorten or remove it."),
            Self::TestFailed(problem) => return Problem { message: self.to_string(), ..problem.clone() },
            Self::Score(_) => ("score", "This is a fault of the program; please report it."),
            Self::MissingTerm(_) => (
                "missing_model",
                "Name one with --large, --source, --target, --base or --tuned (`wasan models recipe`: --model), or choose another recipe.",
            ),
            Self::UnknownModel(_) => ("unknown_model", "`wasan models list` shows the available models."),
            Self::BadName(_) => ("bad_name", "Choose another name with --name."),
            Self::Embedded(_) => {
                ("embedded", "Imported models are preferred to built-in ones automatically.")
            }
            Self::BaseInUse { .. } => ("base_in_use", "`wasan models list` shows the adapters."),
            Self::EmbeddedBase(_) => ("embedded_base", "Import the base with `wasan models import`."),
            Self::Read { .. } => ("read", "Check that the file exists and that you may read it."),
            Self::Write { .. } => (
                "write",
                "Check the free disk space and that you may write there; no incomplete file was left behind.",
            ),
            Self::OverSource(_) => ("over_source", "Choose another name or folder for the translation."),
            Self::Exists(_) => ("exists", "Choose another name, or move the existing file away."),
            Self::NotAFile(_) => ("not_a_file", "Give the path of a document."),
            Self::TooLarge { .. } => ("too_large", "Split the file into smaller ones."),
            Self::Folder { .. } => ("folder", "Check that you may read it, or name the documents instead."),
            Self::NothingInFolder(_) => {
                ("nothing_in_folder", "Choose a folder with documents in a supported format.")
            }
            Self::TooManyDocuments { .. } => ("too_many_documents", "Translate its subfolders one by one."),
            Self::NoHome => ("no_home", "Set HOME, or name a folder with --data or WASAN_DATA."),
            Self::EmptyFolderName(_) => ("no_home", "Name a folder, or unset the variable or option."),
            Self::PathName(_) => ("path_name", "Rename the file or its folder."),
            Self::NotVerified { .. } => ("not_verified", "Try again; if it fails again, please report it."),
            Self::Store { .. } => {
                ("store", "Check that you may write there, or choose another folder with WASAN_DATA.")
            }
            Self::StoreDamaged(_) => (
                "store_damaged",
                "Move the file away; Wasan then creates a new one. Documents and their translations are not in it.",
            ),
            Self::StoreGone(_) => (
                "store_gone",
                "Start the program again: it makes a new database. What was stored since then is lost, documents and written translations are not.",
            ),
            Self::TextInLog(_) => (
                "text_in_log",
                "Close the other process and run the command again; the log is also deleted when the last process ends.",
            ),
            Self::StoreFull(_) => {
                ("store_full", "Free some disk space and resume; finished sentences are not lost.")
            }
            Self::StoreVersion { version, supported, .. } if version > supported => {
                ("store_newer", "Update Wasan, or choose another folder with WASAN_DATA.")
            }
            Self::StoreVersion { .. } => (
                "store_older",
                "Move the file away to start with an empty database, or choose another folder with WASAN_DATA.",
            ),
            Self::StoreForeign(_) => ("store_foreign", "Choose another folder with WASAN_DATA."),
            Self::QueueBusy => ("queue_busy", "Wait until it has finished, or close it."),
            Self::NoSuchJob(_) => ("no_such_job", "`wasan jobs list` shows the queue."),
            Self::JobActive(_) => ("job_active", "Pause or cancel it first."),
            Self::NotDone(_) => ("not_done", "Wait until it is translated, or resume it."),
            Self::NoSuchSegment { .. } => ("no_such_segment", "List the document's segments again."),
            Self::SourceChanged(_) => {
                ("source_changed", "Translate it again; unchanged sentences are reused.")
            }
            Self::OutputChanged(_) => {
                ("output_changed", "Rename the changed file to keep it, then translate the document again.")
            }
            Self::Glossary { .. } => (
                "glossary",
                "Use TBX, or CSV or TSV in UTF-8 with the source in the first column and the translation in the second.",
            ),
            Self::MarkedPair(_) => ("marked_pair", "For example: de, en, {1 Tom} schläft., {1 Tom} sleeps."),
            Self::NothingMarked(_) => {
                ("nothing_marked", "Give a file with pairs in the model's languages with --pairs.")
            }
            Self::LostTooOften(_) => ("gpu_lost", "Update the graphics driver, or choose another adapter."),
            Self::Stopped => ("stopped", "Restart the program."),
            Self::Cancelled => ("cancelled", "Finished sentences are not lost."),
        };
        Problem { code: code.to_owned(), message: self.to_string(), hint: hint.to_owned() }
    }
}
