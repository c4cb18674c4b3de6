//! LM Studio's folder: `PUBLISHER/MODEL/FILE.gguf`, named as on the Hub.

use std::path::Path;

use super::{Candidate, entries, is_gguf, published};

pub(super) fn candidates(folder: &Path) -> Vec<Candidate> {
    let files = entries(folder, 3).into_iter().filter(|entry| entry.depth() == 3);
    let ggufs = files.filter(|entry| entry.file_type().is_file() && is_gguf(entry.path()));
    let candidate = |entry: walkdir::DirEntry| {
        let relative = entry.path().strip_prefix(folder).ok()?;
        let mut parts = relative.iter().map(|part| part.to_string_lossy());
        let (publisher, model, file) = (parts.next()?, parts.next()?, parts.next()?);
        let repository = format!("{publisher}/{model}");
        Some(Candidate {
            name: file.to_string(),
            model: published(&repository, &file),
            path: entry.path().to_owned(),
            repository: Some(repository),
            commit: None,
        })
    };
    ggufs.filter_map(candidate).collect()
}
