//! The Hub's cache: `models--ORG--NAME/snapshots/COMMIT/…`, whose files are links into `models--ORG--NAME/blobs`.

use std::path::{Path, PathBuf};

use super::{Candidate, entries, is_gguf, published};

// Files of a snapshot may lie in folders.
const DEPTH: usize = 3;

pub(super) fn candidates(cache: &Path) -> Vec<Candidate> {
    let mut all = Vec::new();
    for repository_folder in entries(cache, 1).into_iter().filter(|entry| entry.file_type().is_dir()) {
        let folder_name = repository_folder.file_name().to_string_lossy().into_owned();
        let Some(name) = folder_name.strip_prefix("models--") else { continue };
        let repository = name.replacen("--", "/", 1);
        let Ok(root) = repository_folder.path().canonicalize() else { continue };
        let snapshots = entries(&repository_folder.path().join("snapshots"), 1);
        for snapshot in snapshots.into_iter().filter(|entry| entry.file_type().is_dir()) {
            let commit = snapshot.file_name().to_string_lossy().into_owned();
            add_snapshot(&mut all, &root, snapshot.path(), &repository, &commit);
        }
    }
    all
}

fn add_snapshot(all: &mut Vec<Candidate>, root: &Path, snapshot: &Path, repository: &str, commit: &str) {
    let files: Vec<PathBuf> = entries(snapshot, DEPTH)
        .into_iter()
        .filter(|entry| !entry.file_type().is_dir())
        .map(walkdir::DirEntry::into_path)
        .collect();
    let inside =
        |path: &PathBuf| path.canonicalize().is_ok_and(|real| real.starts_with(root) && real.is_file());
    let is_commit = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    let commit = is_commit.then(|| commit.to_owned());
    for file in files.iter().filter(|file| is_gguf(file) && inside(file)) {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        all.push(Candidate {
            model: published(repository, &name),
            name,
            path: file.clone(),
            repository: Some(repository.to_owned()),
            commit: commit.clone(),
        });
    }
    let here = |name: &str| files.contains(&snapshot.join(name));
    let weights = here("model.safetensors") || here("model.safetensors.index.json");
    // An import opens files of the folder by name, so none of them may lead out of the repository.
    if weights && here("config.json") && files.iter().all(inside) {
        all.push(Candidate {
            name: repository.rsplit('/').next().unwrap_or_default().to_owned(),
            path: snapshot.to_owned(),
            repository: Some(repository.to_owned()),
            commit,
            model: None,
        });
    }
}
