//! Where a model's files come from.

use std::path::{Component, Path};

use serde::{Deserialize, Serialize};

/// Bytes of a part of a repository's name (the Hub's limit is 96).
const NAME_BYTES: usize = 96;

/// The repository on the Hugging Face Hub that a model's files come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    /// Owner and name, such as `utter-project/EuroLLM-1.7B-Instruct`.
    pub id: String,
    /// The commit of the files, 40 hexadecimal digits; `None` if it is not known.
    pub commit: Option<String>,
}

impl Repository {
    /// The repository of a file or folder in the Hub's cache, `models--OWNER--NAME/snapshots/COMMIT/…`.
    pub(crate) fn in_hub_cache(path: &Path) -> Option<Self> {
        let path = std::path::absolute(path).ok()?;
        let parts: Vec<&str> = path
            .components()
            .map(|part| match part {
                Component::Normal(name) => name.to_str().unwrap_or_default(),
                _ => "",
            })
            .collect();
        parts
            .windows(3)
            .rev()
            .find_map(|parts| {
                let [folder, "snapshots", commit] = parts else { return None };
                let id = folder.strip_prefix("models--")?.replacen("--", "/", 1);
                let is_commit = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
                is_commit.then_some(Self { id, commit: Some((*commit).to_owned()) })
            })
            .filter(Self::is_valid)
    }

    /// The repository that an address of the Hub or `OWNER/NAME` names.
    pub(crate) fn named(text: &str) -> Option<Self> {
        let id = text.trim().trim_end_matches('/');
        let id = id.strip_prefix("https://huggingface.co/").unwrap_or(id).to_owned();
        Some(Self { id, commit: None }).filter(Self::is_valid)
    }

    fn is_valid(&self) -> bool {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let is_name = |name: &str| {
            (1..=NAME_BYTES).contains(&name.len()) && name.chars().all(plain) && !name.starts_with('.')
        };
        self.id.split_once('/').is_some_and(|(owner, name)| is_name(owner) && is_name(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_in_the_hubs_cache_names_repository_and_commit() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let repository = Repository { id: "an-owner/A--Model-1.7B".into(), commit: Some(commit.into()) };
        let at = |path: &str| Repository::in_hub_cache(path.as_ref());
        let folder = format!("hub/models--an-owner--A--Model-1.7B/snapshots/{commit}");
        assert_eq!(at(&folder), Some(repository.clone()));
        assert_eq!(at(&format!("/{folder}/q8/model.gguf")), Some(repository));
        for other in
            ["models--a--b/snapshots/main", "a--b/snapshots/x", "models--a/snapshots/", "model.gguf", "/"]
        {
            assert_eq!(at(other), None, "{other}");
        }
        assert_eq!(at(&format!("models--only-a-name/snapshots/{commit}")), None);
    }

    #[test]
    fn addresses_of_other_places_name_no_repository() {
        let id = |text: &str| Repository::named(text).map(|repository| repository.id);
        assert_eq!(id("https://huggingface.co/owner/name/").as_deref(), Some("owner/name"));
        assert_eq!(id("owner/name").as_deref(), Some("owner/name"));
        for other in ["https://example.org/owner/name", "name", "a/b/c", "../b", "a/..", "", "a/b\u{1b}[0m"] {
            assert_eq!(id(other), None, "{other}");
        }
    }
}
