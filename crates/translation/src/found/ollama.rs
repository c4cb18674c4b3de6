//! Ollama's folder: `manifests/REGISTRY/NAMESPACE/MODEL/TAG` names layers in `blobs`, of which one is a GGUF file.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Candidate, entries};
use crate::limits;
use crate::published::{OLLAMA_BLOB, PublishedModel, published_sets};

const WEIGHTS: &str = "application/vnd.ollama.image.model";

#[derive(Deserialize)]
struct Manifest {
    layers: Vec<Layer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Layer {
    media_type: String,
    digest: String,
}

pub(super) fn candidates(folder: &Path) -> Vec<Candidate> {
    let manifests = folder.join("manifests");
    let files = entries(&manifests, 4).into_iter().filter(|entry| entry.depth() == 4);
    let candidate = |entry: walkdir::DirEntry| {
        let path = blob(folder, entry.path())?;
        let relative = entry.path().strip_prefix(&manifests).ok()?;
        let parts: Vec<String> = relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let [registry, namespace, model, tag] = parts.as_slice() else { return None };
        let on_hub = ["hf.co", "huggingface.co"].contains(&registry.as_str());
        let repository = on_hub.then(|| format!("{namespace}/{model}"));
        Some(Candidate {
            name: format!("{model}:{tag}"),
            model: repository.as_ref().and_then(|repository| published(repository, tag)),
            path,
            repository,
            commit: None,
        })
    };
    files.filter(|entry| entry.file_type().is_file()).filter_map(candidate).collect()
}

// The file of weights that a manifest names.
fn blob(folder: &Path, manifest: &Path) -> Option<PathBuf> {
    let mut bytes = Vec::new();
    File::open(manifest).ok()?.take(limits::MANIFEST_BYTES).read_to_end(&mut bytes).ok()?;
    let manifest: Manifest = serde_json::from_slice(&bytes).ok()?;
    let layer = manifest.layers.into_iter().find(|layer| layer.media_type == WEIGHTS)?;
    let hash = layer.digest.strip_prefix("sha256:")?;
    let plain = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    let path = folder.join("blobs").join(format!("{OLLAMA_BLOB}{hash}"));
    let is_file = path.symlink_metadata().is_ok_and(|found| found.is_file());
    (plain && is_file).then_some(path)
}

// Ollama's tag for a repository of the Hub is the kind of quantization.
fn published(repository: &str, tag: &str) -> Option<&'static PublishedModel> {
    let members = published_sets().ok()?.iter().flat_map(|set| &set.members);
    let same = |model: &&PublishedModel| {
        let kind = serde_json::to_value(model.quantization).ok();
        let named = kind.as_ref().and_then(|kind| kind.as_str());
        model.repository == repository && named.is_some_and(|kind| kind.eq_ignore_ascii_case(tag))
    };
    members.map(|member| &member.model).find(same)
}
