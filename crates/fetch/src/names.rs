//! Names in a request: what may become a path on disk or a part of an address.

use crate::error::{Error, Result};
use crate::limits;
use crate::protocol::{FileRequest, Request};
use std::collections::BTreeSet;

/// Bytes of a file's path and of one name in it; `.part.json` must fit behind it (most file systems take 255).
const PATH_BYTES: usize = 512;
const NAME_BYTES: usize = 200;
/// Folders a file may lie in.
const DEPTH: usize = 8;
/// Bytes of a repository's or revision's name; the Hub takes 96.
const IDENTIFIER_BYTES: usize = 96;
/// Names of devices, in every folder and with every extension, on Windows.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// Checks every name of `request` and writes its hashes in lower case.
///
/// # Errors
/// [`Error::Request`] names the first that is refused.
pub fn check(request: &mut Request) -> Result<()> {
    if !request.folder.is_absolute() {
        return Err(refused("the folder is not an absolute path", &request.folder.to_string_lossy()));
    }
    let mut places = BTreeSet::new();
    for file in &mut request.files {
        check_file(file)?;
        // File systems of Windows and macOS do not tell capitals from small letters.
        if !places.insert(file.file.to_lowercase()) {
            return Err(refused("two files have the same place", &file.file));
        }
    }
    Ok(())
}

fn check_file(request: &mut FileRequest) -> Result<()> {
    let mut parts = request.repository.split('/');
    if !(1..=2).contains(&parts.clone().count()) || !parts.all(is_identifier) {
        return Err(refused("this is not the name of a repository", &request.repository));
    }
    let revision = &request.revision;
    if revision.len() > IDENTIFIER_BYTES || !revision.split('/').all(is_identifier) {
        return Err(refused("this is not the name of a revision", revision));
    }
    if let Some(reason) = fault_of_path(&request.file) {
        return Err(refused(reason, &request.file));
    }
    if request.bytes.is_some_and(|bytes| bytes > limits::FILE_BYTES) {
        return Err(refused("the file is too large", &request.file));
    }
    if let Some(hash) = &mut request.sha256 {
        *hash = sha256(hash).ok_or_else(|| refused("this is not a sha256", hash))?;
    }
    Ok(())
}

/// 64 hexadecimal digits in lower case.
pub fn sha256(text: &str) -> Option<String> {
    (text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| text.to_ascii_lowercase())
}

/// `text` with everything percent-encoded that is not a letter, a digit or one of `-._~` and `kept`.
pub fn percent_encoded(text: &str, kept: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        let character = char::from(byte);
        if byte.is_ascii_alphanumeric() || "-._~".contains(character) || kept.contains(character) {
            encoded.push(character);
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn is_identifier(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !text.is_empty()
        && text.len() <= IDENTIFIER_BYTES
        && text.bytes().all(plain)
        && !text.starts_with(['-', '.'])
        && !text.contains("..")
}

/// Why `path` must not be written inside the folder, if so. It would have to stay there on every system.
fn fault_of_path(path: &str) -> Option<&'static str> {
    let names: Vec<_> = path.split('/').collect();
    if path.len() > PATH_BYTES || names.len() > DEPTH || names.iter().any(|name| name.len() > NAME_BYTES) {
        return Some("the file's name is too long");
    }
    let leads_out = |name: &&str| name.is_empty() || *name == "." || *name == "..";
    if names.iter().any(leads_out) || path.contains(['\\', ':']) {
        return Some("the file's name leads out of the folder");
    }
    let unusual = |character: char| character.is_control() || "<>\"|?*".contains(character);
    if path.contains(unusual) || names.iter().any(|name| name.ends_with(['.', ' ']) || name.starts_with(' '))
    {
        return Some("the file's name has characters that not every system takes");
    }
    if names.iter().any(|name| is_device(name)) {
        return Some("the file has the name of a device");
    }
    let own = |name: &&str| {
        [".part", ".part.json", ".part.json.new"].iter().any(|end| name.to_lowercase().ends_with(end))
    };
    names.iter().any(own).then_some("the file has the name of a partial download")
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let port = stem.strip_prefix("com").or(stem.strip_prefix("lpt"));
    let numbered = |rest: &str| {
        let mut characters = rest.chars();
        characters.next().is_some_and(|digit| "0123456789¹²³".contains(digit)) && characters.next().is_none()
    };
    DEVICES.contains(&stem.as_str()) || port.is_some_and(numbered)
}

fn refused(reason: &str, name: &str) -> Error {
    Error::Request { reason: format!("{reason}: {:?}", name.chars().take(PATH_BYTES).collect::<String>()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(repository: &str, revision: &str, file: &str) -> Request {
        let file = FileRequest {
            repository: repository.to_owned(),
            revision: revision.to_owned(),
            file: file.to_owned(),
            bytes: Some(1),
            sha256: Some("A".repeat(64)),
        };
        Request { folder: std::env::temp_dir(), files: vec![file] }
    }

    #[test]
    fn honest_names_pass() {
        for (repository, revision, file) in [
            ("bartowski/Meta-Llama-3.1-8B-Instruct-GGUF", "main", "Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf"),
            ("gpt2", "refs/pr/1", "q4/model-00001-of-00002.safetensors"),
            ("a_b/c.d", "v1.0", ".gitattributes"),
            ("a/b", "main", "Übersetzung 日本語.gguf"),
            ("a/b", "main", "console.txt"),
        ] {
            let mut request = request(repository, revision, file);
            check(&mut request).unwrap();
            assert_eq!(request.files[0].sha256, Some("a".repeat(64)));
        }
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        let long = "x".repeat(201);
        let files = [
            "",
            "/etc/passwd",
            "../x",
            "a/../../x",
            "a//b",
            "./a",
            "a/",
            "C:\\x",
            "c:x",
            "a\\b",
            "\\\\host\\x",
            "a\0b",
            "a\nb",
            "x?",
            "NUL",
            "a/con.gguf",
            "com1",
            "LPT9.bin",
            "aux .txt",
            "COM¹",
            "x.",
            "x ",
            " x",
            "x.part",
            "X.PART.json",
            &long,
            "1/2/3/4/5/6/7/8/9",
        ];
        for file in files {
            assert!(check(&mut request("a/b", "main", file)).is_err(), "{file:?}");
        }
        for repository in [
            "", "a/b/c", "a/", "/b", "../b", "a/..", "a b/c", "a/b?x", "a/b#x", "a%2fb/c", "-a/b", "a@b/c",
            &long,
        ] {
            assert!(check(&mut request(repository, "main", "x")).is_err(), "{repository:?}");
        }
        for revision in ["", "..", "a/../b", "a b", "/main", "main/", "?", &long] {
            assert!(check(&mut request("a/b", revision, "x")).is_err(), "{revision:?}");
        }
    }

    #[test]
    fn places_hashes_and_sizes_are_checked() {
        let mut twice = request("a/b", "main", "x");
        twice.files.extend(request("c/d", "main", "X").files);
        assert!(check(&mut twice).is_err());
        let mut relative = request("a/b", "main", "x");
        relative.folder = "models".into();
        assert!(check(&mut relative).is_err());
        for hash in ["", "0", &"g".repeat(64), &"a".repeat(65)] {
            let mut request = request("a/b", "main", "x");
            request.files[0].sha256 = Some(hash.to_string());
            assert!(check(&mut request).is_err(), "{hash}");
        }
        let mut large = request("a/b", "main", "x");
        large.files[0].bytes = Some(u64::MAX);
        assert!(check(&mut large).is_err());
    }

    #[test]
    fn addresses_are_encoded() {
        assert_eq!(percent_encoded("q4/a b?#%.gguf", "/"), "q4/a%20b%3F%23%25.gguf");
        assert_eq!(percent_encoded("refs/pr/1", ""), "refs%2Fpr%2F1");
        assert_eq!(percent_encoded("ä", ""), "%C3%A4");
    }
}
