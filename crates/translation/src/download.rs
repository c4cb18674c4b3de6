//! Gets the models of a set: `wasan-fetch` downloads their files, which are imported and then deleted. What was
//! downloaded is found again after any end of either program.

mod control;
mod install;
mod program;
mod record;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::folders::models_folder;
use crate::published::{PublishedMember, PublishedModel, PublishedSet, published_sets};
use crate::system;

pub use control::GetControl;
use control::StopRequest;
use program::{FetchEvent, FileRequest};
pub use program::{WaitReason, fetch_program};
use record::Record;

/// How a set is got.
#[derive(Debug, Clone, Default)]
pub struct GetOptions {
    /// Folder of imported models; none = the user's own.
    pub models: Option<PathBuf>,
    /// Files that are already on this computer, by the id of their model; they are imported from where they lie and stay
    /// there.
    pub local: BTreeMap<String, PathBuf>,
    /// The program that downloads; none = the one beside this program.
    pub program: Option<PathBuf>,
}

/// Progress of getting a set.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum GetEvent {
    /// What the Hub says about a file before it is downloaded.
    Resolved {
        /// The file.
        file: String,
        /// Its size.
        bytes: u64,
        /// Its licence on the Hub.
        licence: Option<String>,
        /// Whether its owner asks for an agreement; `None` if unknown.
        gated: Option<bool>,
    },
    /// Bytes downloaded.
    Progress {
        /// The file.
        file: String,
        /// Its bytes on the disk.
        file_done: u64,
        /// All its bytes.
        file_total: u64,
        /// Bytes of all files that are on the disk.
        done: u64,
        /// Bytes of all files.
        total: u64,
        /// Speed.
        bytes_per_second: u64,
    },
    /// A pause before the download goes on by itself.
    Waiting {
        /// The file.
        file: String,
        /// Its length.
        seconds: u64,
        /// Why.
        reason: WaitReason,
    },
    /// A file's hash is computed.
    Verifying {
        /// The file.
        file: String,
        /// Bytes done.
        done: u64,
        /// Bytes of the file.
        total: u64,
    },
    /// A model is imported.
    Importing {
        /// Its id in the catalogue.
        model: String,
        /// `hashing` or `converting`.
        stage: &'static str,
        /// Bytes done in this stage.
        done: u64,
        /// Bytes of this stage.
        total: u64,
    },
    /// A model was imported.
    Imported {
        /// Its id in the catalogue.
        model: String,
        /// The name of the imported model.
        name: String,
    },
}

/// How getting a set ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GetOutcome {
    /// All its models are installed: their names by term.
    Installed(BTreeMap<String, String>),
    /// It was paused; what was downloaded stays.
    Paused,
    /// It was cancelled; what was downloaded and not yet imported is gone.
    Cancelled,
}

/// A download that has not been finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnfinishedDownload {
    /// The set.
    pub set: String,
    /// Bytes on the disk.
    pub done_bytes: u64,
    /// Bytes of the files that are still to be imported.
    pub total_bytes: u64,
}

/// What getting a set takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GetPlan {
    /// Ids of the models that are installed already.
    pub installed: Vec<String>,
    /// Ids of the models whose files are on this computer.
    pub local: Vec<String>,
    /// Ids of the models whose files are downloaded.
    pub download: Vec<String>,
    /// Bytes to download, without those of an unfinished download.
    pub download_bytes: u64,
    /// Bytes of the imported models.
    pub stored_bytes: u64,
    /// The most disk space needed on the way, in addition to what an unfinished download takes.
    pub peak_bytes: u64,
    /// Free disk space; `None` if the system does not tell.
    pub free_bytes: Option<u64>,
}

/// The folder of downloads beside the imported models; hidden, so that it is not taken for a model.
fn downloads_folder(models: &Path) -> PathBuf {
    models.join(".downloads")
}

fn models_of(options: &GetOptions) -> Result<PathBuf> {
    models_folder(options.models.as_deref())
}

/// What [`get_set`] would do.
///
/// # Errors
/// As [`Catalog::read`].
pub fn plan_get(set: &PublishedSet, options: &GetOptions) -> Result<GetPlan> {
    let models = models_of(options)?;
    let catalog = Catalog::read(&models)?;
    let folder = downloads_folder(&models).join(&set.id);
    let mut plan = GetPlan {
        installed: Vec::new(),
        local: Vec::new(),
        download: Vec::new(),
        download_bytes: 0,
        stored_bytes: 0,
        peak_bytes: 0,
        free_bytes: system::free_disk_bytes(&models),
    };
    for model in set.members.iter().map(|member| &member.model) {
        if catalog.installed(model).is_some() {
            plan.installed.push(model.id.clone());
            continue;
        }
        plan.stored_bytes += model.stored_bytes();
        if options.local.contains_key(&model.id) {
            plan.local.push(model.id.clone());
        } else {
            plan.download.push(model.id.clone());
            plan.download_bytes += model.bytes;
        }
    }
    let on_disk = system::folder_bytes(&folder);
    plan.download_bytes = plan.download_bytes.saturating_sub(on_disk);
    // A file is deleted once its model is imported, so the last import is the peak: never more than all models and all
    // files but those imported before.
    let downloads = set.members.iter().map(|m| &m.model).filter(|model| plan.download.contains(&model.id));
    let (mut files, mut stored): (u64, u64) = (downloads.map(|model| model.bytes).sum(), 0);
    for model in set.members.iter().map(|member| &member.model) {
        if plan.installed.contains(&model.id) {
            continue;
        }
        stored += model.stored_bytes();
        plan.peak_bytes = plan.peak_bytes.max((files + stored).saturating_sub(on_disk));
        if plan.download.contains(&model.id) {
            files -= model.bytes;
        }
    }
    Ok(plan)
}

/// Downloads and imports the models of a set that are not installed. Blocks until it ends; `control` pauses or cancels it
/// from another thread.
///
/// # Errors
/// No `wasan-fetch`, its failures (a gate, the network, …), too little disk space, an import that fails. What was
/// downloaded stays, and the next call goes on from there.
pub fn get_set(
    set: &PublishedSet,
    options: &GetOptions,
    control: &GetControl,
    on_event: &mut dyn FnMut(GetEvent),
) -> Result<GetOutcome> {
    let models = models_of(options)?;
    let folder = downloads_folder(&models).join(&set.id);
    let _lock = record::lock(&folder)?;
    let plan = plan_get(set, options)?;
    if let Some(free) = plan.free_bytes.filter(|free| *free < plan.peak_bytes) {
        return Err(Error::DiskSpace { needed: plan.peak_bytes, free, folder: models });
    }
    let mut record = Record::read(&folder);
    let to_fetch: Vec<&PublishedModel> = set
        .members
        .iter()
        .map(|member| &member.model)
        .filter(|model| plan.download.contains(&model.id) && !record.has(&folder, model))
        .collect();
    if !to_fetch.is_empty() {
        let program = options.program.clone().map_or_else(fetch_program, Ok)?;
        record.store(&folder)?;
        download(&program, &folder, set, &to_fetch, &mut record, control, on_event)?;
    }
    if let Some(outcome) = stopped(control, &folder)? {
        return Ok(outcome);
    }
    for PublishedMember { term, model } in &set.members {
        if plan.installed.contains(&model.id) {
            continue;
        }
        let local = options.local.get(&model.id);
        let source = local.cloned().unwrap_or_else(|| folder.join(&model.file));
        let commit = record.commit(model).filter(|_| local.is_none());
        let imported = install::import(&models, (model, term), &source, commit, control, on_event);
        match imported {
            Ok(_) if local.is_none() => {
                let removed = std::fs::remove_file(&source);
                removed.map_err(|error| Error::Write { path: source, reason: error.to_string() })?;
            }
            Ok(_) => {}
            // Ctrl-C during an import: nothing of it is left, the file is.
            Err(Error::Model(model_files::Error::Cancelled)) => break,
            Err(error) => return Err(error),
        }
    }
    if let Some(outcome) = stopped(control, &folder)? {
        return Ok(outcome);
    }
    record::remove(&folder)?;
    Ok(GetOutcome::Installed(Catalog::read(&models)?.set_state(set).installed))
}

// What the user asked for instead of going on.
fn stopped(control: &GetControl, folder: &Path) -> Result<Option<GetOutcome>> {
    match control.stop_request() {
        StopRequest::None => Ok(None),
        StopRequest::Pause => Ok(Some(GetOutcome::Paused)),
        StopRequest::Cancel => {
            record::remove(folder)?;
            Ok(Some(GetOutcome::Cancelled))
        }
    }
}

fn download(
    program: &Path,
    folder: &Path,
    set: &PublishedSet,
    models: &[&PublishedModel],
    record: &mut Record,
    control: &GetControl,
    on_event: &mut dyn FnMut(GetEvent),
) -> Result<()> {
    let files = models.iter().map(|model| FileRequest::of(model)).collect();
    // Sizes by file: the catalogue's until the Hub tells, and what is done.
    let mut sizes: BTreeMap<String, (u64, u64)> =
        models.iter().map(|model| (model.file.clone(), (0, model.bytes))).collect();
    for model in set.members.iter().map(|m| &m.model).filter(|model| record.has(folder, model)) {
        sizes.insert(model.file.clone(), (model.bytes, model.bytes));
    }
    program::run(program, folder, files, control, &mut |event| {
        match event {
            FetchEvent::Resolved { file, bytes, licence, gated } => {
                sizes.entry(file.clone()).or_default().1 = bytes;
                on_event(GetEvent::Resolved { file, bytes, licence, gated });
            }
            FetchEvent::Progress { file, done, total, bytes_per_second } => {
                let (file_done, file_total) = (done.min(total), total);
                sizes.insert(file.clone(), (file_done, file_total));
                let sum = |of: fn(&(u64, u64)) -> u64| sizes.values().map(of).fold(0, u64::saturating_add);
                let (done, total) = (sum(|size| size.0), sum(|size| size.1));
                on_event(GetEvent::Progress { file, file_done, file_total, done, total, bytes_per_second });
            }
            FetchEvent::Waiting { file, seconds, reason } => {
                on_event(GetEvent::Waiting { file, seconds, reason });
            }
            FetchEvent::Verifying { file, done, total } => {
                on_event(GetEvent::Verifying { file, done: done.min(total), total });
            }
            FetchEvent::FileDone { file, sha256, commit, bytes } => {
                sizes.insert(file.clone(), (bytes, bytes));
                record.add(folder, &file, bytes, sha256, commit)?;
                record.store(folder)?;
            }
        }
        Ok(())
    })
}

/// Downloads that were paused, failed or interrupted. `models`: the folder of imported models; none = the user's own.
pub fn unfinished_downloads(models: Option<&Path>) -> Vec<UnfinishedDownload> {
    let Ok(models) = models_folder(models) else { return Vec::new() };
    let catalog = Catalog::read(&models).unwrap_or_default();
    let unfinished = |set: &PublishedSet| {
        let folder = downloads_folder(&models).join(&set.id);
        let missing = set.members.iter().filter(|member| catalog.installed(&member.model).is_none());
        Record::exists(&folder).then(|| UnfinishedDownload {
            set: set.id.clone(),
            done_bytes: system::folder_bytes(&folder),
            total_bytes: missing.map(|member| member.model.bytes).sum(),
        })
    };
    published_sets().unwrap_or_default().iter().filter_map(unfinished).collect()
}

/// Removes what an unfinished download of a set has left.
///
/// # Errors
/// [`Error::DownloadBusy`] while it runs; a folder that cannot be removed.
pub fn remove_download(models: Option<&Path>, set: &PublishedSet) -> Result<()> {
    let folder = downloads_folder(&models_folder(models)?).join(&set.id);
    let _lock = record::lock(&folder)?;
    record::remove(&folder)
}
