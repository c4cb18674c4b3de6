//! Everything about the published sets that a list of them shows.

use std::path::Path;

use serde::Serialize;

use crate::catalog::{Catalog, ModelLocation};
use crate::download::{UnfinishedDownload, unfinished_downloads};
use crate::error::Result;
use crate::fit::{Fit, Machine, machine, measured_machine, set_fit};
use crate::folders::models_folder;
use crate::published::{Licence, PublishedSet, licence, published_sets};
use crate::recipe_in_use::SetState;
use crate::setup::Setup;
use crate::system;

/// A set on this computer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SetOverview {
    /// The set.
    #[serde(flatten)]
    pub set: &'static PublishedSet,
    /// Bytes of all its files.
    pub bytes: u64,
    /// Bytes that its models take when they are imported.
    pub stored_bytes: u64,
    /// The different licences of its models.
    pub licences: Vec<&'static Licence>,
    /// Whether an owner asks for an agreement first.
    pub gated: bool,
    /// Whether it fits; `None` without an adapter.
    pub fit: Option<Fit>,
    /// What is installed of it.
    pub state: SetState,
    /// Whether all of it is installed.
    pub installed: bool,
    /// Disk space that its installed models take.
    pub disk_bytes: u64,
    /// Its download, if one was begun and not finished.
    pub unfinished: Option<UnfinishedDownload>,
}

/// The published sets on this computer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SetsOverview {
    /// The adapter; `None` if there is none.
    pub machine: Option<Machine>,
    /// Free disk space where models are imported; `None` if the system does not tell.
    pub free_disk_bytes: Option<u64>,
    /// The sets, in the catalogue's order.
    pub sets: Vec<SetOverview>,
}

/// The published sets on this computer. `measure`: whether the adapter's bandwidth is measured if it is not known, which
/// opens the adapter; otherwise speeds are left out.
///
/// # Errors
/// As [`Catalog::read`].
pub fn sets_overview(setup: &Setup, measure: bool) -> Result<SetsOverview> {
    let catalog = Catalog::of(setup.models.as_deref())?;
    // An adapter that fails its test is no reason to leave out its memory.
    let machine = if measure { measured_machine(setup).or_else(|_| machine(setup)) } else { machine(setup) };
    let machine = machine.ok();
    let unfinished = unfinished_downloads(setup.models.as_deref());
    let overview = |set: &'static PublishedSet| {
        let state = catalog.set_state(set);
        SetOverview {
            bytes: set.bytes(),
            stored_bytes: set.members.iter().map(|member| member.model.stored_bytes()).sum(),
            licences: set.licences().into_iter().filter_map(licence).collect(),
            gated: set.members.iter().any(|member| member.model.gated),
            fit: machine.as_ref().map(|machine| set_fit(set, machine)),
            installed: state.is_complete(),
            disk_bytes: state.installed.values().map(|name| disk_bytes(&catalog, name)).sum(),
            unfinished: unfinished.iter().find(|download| download.set == set.id).cloned(),
            state,
            set,
        }
    };
    Ok(SetsOverview {
        free_disk_bytes: models_folder(setup.models.as_deref())
            .ok()
            .and_then(|folder| system::free_disk_bytes(&folder)),
        sets: published_sets()?.iter().map(overview).collect(),
        machine,
    })
}

fn disk_bytes(catalog: &Catalog, name: &str) -> u64 {
    match catalog.find(name).map(|entry| entry.origin) {
        Ok(ModelLocation::Folder(folder)) => system::folder_bytes(Path::new(&folder)),
        Ok(ModelLocation::Embedded(_)) | Err(_) => 0,
    }
}
