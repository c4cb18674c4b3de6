//! Sets and models as the Models page lists them.

use crate::page::{Fit, FoundModel, InstalledModel, LicenceName, SetCard, SetMember};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use translation::{Catalog, CatalogEntry, GetOptions, Machine, ModelLocation, Problem, Role, SetOverview};

/// A published set.
pub fn card(
    one: &SetOverview,
    machine: Option<&Machine>,
    all: &[SetOverview],
    catalog: &Catalog,
    found: &[translation::FoundModel],
) -> Result<SetCard, Problem> {
    let set = one.set;
    let options = GetOptions { local: translation::local_files(set, found, None), ..GetOptions::default() };
    let plan = translation::plan_get(set, &options).map_err(|error| error.problem())?;
    let title =
        |id: &String| all.iter().find(|other| other.set.id == *id).map(|other| other.set.title.clone());
    let fit = one.fit.as_ref().map(|fit| Fit {
        verdict: fit.verdict,
        weights: fit.weight_bytes,
        cache: fit.cache_bytes,
        buffers: fit.buffer_bytes,
        available: fit.available_bytes,
        shared: machine.is_some_and(|machine| machine.shares_memory),
        tokens_per_second: fit.tokens_per_second,
        instead: fit.instead.as_ref().and_then(title),
    });
    let members = set.members.iter().map(|member| SetMember {
        term: member.term.clone(),
        repository: member.model.repository.clone(),
        file: member.model.file.clone(),
        bytes: member.model.bytes,
        licence: member.model.licence.clone(),
        gated: member.model.gated,
        notes: member.model.notes.clone(),
        installed: catalog.installed(&member.model).map(|entry| entry.id.clone()),
    });
    let licences = one.licences.iter();
    Ok(SetCard {
        id: set.id.clone(),
        title: set.title.clone(),
        single: set.members.len() == 1,
        languages: set.languages.clone(),
        notes: set.notes.clone(),
        members: members.collect(),
        licences: licences
            .map(|one| LicenceName { id: one.id, title: one.title, limits_use: one.limits_use })
            .collect(),
        download_bytes: plan.download_bytes,
        peak_bytes: plan.peak_bytes,
        disk_bytes: if one.installed { one.disk_bytes } else { one.stored_bytes },
        fit,
        installed: one.installed,
    })
}

/// Imported models before built-in ones, then what cannot be used.
pub fn installed(catalog: &Catalog) -> Vec<InstalledModel> {
    let broken = catalog.broken.iter().map(|(path, reason)| InstalledModel {
        name: path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        role: "other".into(),
        languages: Vec::new(),
        licence: None,
        repository: None,
        commit: None,
        base: None,
        bits: String::new(),
        bytes: translation::folder_bytes(path),
        built_in: false,
        broken: Some(reason.clone()),
    });
    catalog.entries.iter().map(row).chain(broken).collect()
}

fn row(entry: &CatalogEntry) -> InstalledModel {
    let info = &entry.info;
    let bytes = match &entry.origin {
        ModelLocation::Folder(folder) => translation::folder_bytes(folder),
        ModelLocation::Embedded(_) => info.matrices.values().map(|matrix| matrix.bytes()).sum(),
    };
    InstalledModel {
        name: entry.id.clone(),
        role: role(&info.role),
        languages: info.languages.clone(),
        licence: info.licence.clone(),
        repository: info.repository.as_ref().map(|repository| repository.id.clone()),
        commit: info.repository.as_ref().and_then(|repository| repository.commit.clone()),
        base: entry
            .base()
            .as_deref()
            .and_then(Path::file_name)
            .map(|name| name.to_string_lossy().into_owned()),
        bits: info.quantization.clone(),
        bytes,
        built_in: matches!(entry.origin, ModelLocation::Embedded(_)),
        broken: None,
    }
}

pub fn role(role: &Role) -> String {
    match role {
        Role::Large => "large".into(),
        Role::Other => "other".into(),
        Role::Specialist { language } => language.clone(),
    }
}

/// Paths stay in Rust.
pub fn found_id(model: &translation::FoundModel) -> String {
    let mut hasher = DefaultHasher::new();
    model.path.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

pub fn found_row(model: &translation::FoundModel, sets: &[SetOverview]) -> FoundModel {
    let set = sets.iter().find(|set| model.sets.contains(&set.set.id));
    FoundModel {
        id: found_id(model),
        name: model.name.clone(),
        program: model.program,
        bytes: model.bytes,
        set: set.map(|set| set.set.title.clone()),
        problem: model.problem.clone(),
    }
}
