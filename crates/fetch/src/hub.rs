//! The Hub's protocol: what it says about a repository and about a file, and how it refuses.

use crate::client::{Client, Reply};
use crate::error::{Error, Result};
use crate::limits;
use crate::names::{self, percent_encoded};
use crate::protocol::FileRequest;
use serde::Deserialize;
use std::time::Duration;

/// What the API says about a repository. All of it may be missing: mirrors need not have an API.
#[derive(Clone, Default, Debug)]
pub struct About {
    /// The commit that the revision means, 40 hexadecimal digits.
    pub commit: Option<String>,
    /// An SPDX name in lower case, or a name that the Hub or the publisher made up.
    pub licence: Option<String>,
    /// Whether its terms must be accepted first.
    pub gated: Option<bool>,
}

/// A file as the server has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// `org/name`.
    pub repository: String,
    /// The path inside the repository.
    pub file: String,
    /// Its address at the endpoint, at the commit if that is known.
    pub url: String,
    /// 40 hexadecimal digits.
    pub commit: Option<String>,
    /// Its size.
    pub bytes: u64,
    /// Without quotes; changes with the content.
    pub etag: Option<String>,
    /// 64 hexadecimal digits.
    pub sha256: Option<String>,
    /// The hash that git gives a file that is kept in git itself; 40 hexadecimal digits.
    pub git: Option<String>,
}

/// The part of `/api/models/…` that is read.
#[derive(Deserialize, Default)]
#[serde(default)]
struct ModelInfo {
    sha: Option<String>,
    gated: serde_json::Value,
    #[serde(rename = "cardData")]
    card: serde_json::Value,
    tags: Vec<String>,
}

/// Asks the API about `repository`; an answer that says nothing is not an error.
///
/// # Errors
/// Those that may pass at another try.
pub fn about(client: &Client, endpoint: &str, repository: &str, revision: &str) -> Result<About> {
    let revision = percent_encoded(revision, "");
    let reply =
        client.get(&format!("{endpoint}/api/models/{repository}/revision/{revision}"), 0, &mut |_| Ok(()))?;
    if reply.status == 429 || reply.status >= 500 {
        return Err(refusal(&reply, repository, "", client.has_token()));
    }
    if reply.status != 200 || reply.is_encoded() {
        return Ok(About::default());
    }
    let info = serde_json::from_slice(&reply.into_bytes(limits::API_BYTES)?).unwrap_or_default();
    Ok(read_about(info))
}

fn read_about(info: ModelInfo) -> About {
    let card = |key: &str| Some(info.card.get(key)?.as_str()?.to_owned());
    let tag = || info.tags.iter().find_map(|tag| Some(tag.strip_prefix("license:")?.to_owned()));
    // `other` is explained by a name of the publisher's.
    let licence = match card("license").or_else(tag) {
        Some(other) if other == "other" => card("license_name").or(Some(other)),
        licence => licence,
    };
    let gated = match &info.gated {
        serde_json::Value::Bool(gated) => Some(*gated),
        serde_json::Value::String(_) => Some(true),
        _ => None,
    };
    About {
        commit: info.sha.and_then(|sha| hexadecimal(&sha, 40)),
        licence: licence.map(|licence| readable(&licence)),
        gated,
    }
}

/// Asks where and what the requested file is.
///
/// # Errors
/// A refusal; [`Error::Hash`] and [`Error::Size`] if the request says something else.
pub fn source(client: &Client, endpoint: &str, request: &FileRequest, about: &About) -> Result<Source> {
    let FileRequest { repository, revision, file, .. } = request;
    let url = |revision: &str| {
        let (revision, file) = (percent_encoded(revision, ""), percent_encoded(file, "/"));
        format!("{endpoint}/{repository}/resolve/{revision}/{file}")
    };
    let mut linked = Linked::default();
    let asked = url(about.commit.as_deref().unwrap_or(revision));
    let reply = client.head(&asked, &mut |reply| {
        linked.read(reply);
        // The server that keeps the bytes knows nothing more.
        linked.etag.is_none() || linked.bytes.is_none()
    })?;
    if reply.status >= 400 {
        let what = format!("file {file} in {repository} at {revision}");
        return Err(refusal(&reply, repository, &what, client.has_token()));
    }
    let commit = linked.commit.or_else(|| about.commit.clone());
    let sized = (reply.status == 200 && !reply.is_encoded()).then(|| reply.declared_bytes()).flatten();
    let bytes = linked.bytes.or(sized).or(request.bytes);
    let etag = linked.etag.or_else(|| etag(reply.header("etag")?));
    let unusable =
        |reason: &str| Error::Answer { host: reply.host.clone(), reason: reason.to_owned(), retry: false };
    let bytes = bytes.ok_or_else(|| unusable("it does not say how large the file is"))?;
    if etag.is_none() && request.sha256.is_none() {
        return Err(unusable("it does not say which file it is; this is no server of models"));
    }
    if bytes > limits::FILE_BYTES {
        return Err(unusable("the file is larger than any model's"));
    }
    let sha256 = etag.as_deref().and_then(names::sha256);
    if let (Some(expected), Some(found)) = (&request.sha256, &sha256)
        && expected != found
    {
        return Err(Error::Hash { file: file.clone(), expected: expected.clone(), found: found.clone() });
    }
    if let Some(expected) = request.bytes.filter(|expected| *expected != bytes) {
        return Err(Error::Size { file: file.clone(), expected, found: bytes });
    }
    // Only the Hub's own answers name a commit, and only its ETags are git's hashes.
    let git = etag.as_deref().filter(|_| commit.is_some()).and_then(|etag| hexadecimal(etag, 40));
    Ok(Source {
        repository: repository.clone(),
        file: file.clone(),
        url: commit.as_deref().map_or(asked, url),
        commit,
        bytes,
        etag,
        sha256: request.sha256.clone().or(sha256),
        git,
    })
}

/// What the Hub says about a file before it redirects to the bytes.
#[derive(Default)]
struct Linked {
    commit: Option<String>,
    bytes: Option<u64>,
    etag: Option<String>,
}

impl Linked {
    fn read(&mut self, reply: &Reply) {
        let commit = || hexadecimal(reply.header("x-repo-commit")?, 40);
        let bytes = || reply.header("x-linked-size")?.trim().parse().ok();
        self.commit = self.commit.take().or_else(commit);
        self.bytes = self.bytes.or_else(bytes);
        self.etag = self.etag.take().or_else(|| etag(reply.header("x-linked-etag")?));
    }
}

/// Whether an answer of the endpoint to a `GET` is about another file than `source`. Without a sha256 its own ETag is
/// all there is; with one, only the Hub's counts: servers in between have ETags of their own. For the same reason no
/// `If-Range` is sent.
pub fn is_replaced(reply: &Reply, source: &Source) -> bool {
    let own =
        || reply.header("etag").filter(|_| source.sha256.is_none() && matches!(reply.status, 200 | 206));
    let current = reply.header("x-linked-etag").or_else(own).and_then(etag);
    current.is_some() && source.etag.is_some() && current != source.etag
}

/// The content of an ETag, weak or strong.
fn etag(header: &str) -> Option<String> {
    let text = header.trim().trim_start_matches("W/").trim_matches('"');
    (!text.is_empty() && text.len() <= limits::MESSAGE_CHARACTERS).then(|| text.to_owned())
}

/// The error that a refusing answer of the endpoint means; `what` was asked of `repository`.
pub fn refusal(reply: &Reply, repository: &str, what: &str, token: bool) -> Error {
    let repository = repository.to_owned();
    let code = reply.header("x-error-code").unwrap_or_default();
    let said = reply.header("x-error-message").map(readable).filter(|words| !words.is_empty());
    let missing = |what: String, private| Error::NotFound { what, private };
    match (reply.status, code) {
        (401 | 403, "GatedRepo") => Error::Gated { repository, token },
        // Without a token, the Hub does not say whether a private repository exists.
        (_, "RepoNotFound") => missing(format!("repository {repository}"), true),
        (_, "RevisionNotFound") => missing(format!("such revision: {what}"), false),
        (_, "EntryNotFound") | (404 | 410, _) => missing(what.to_owned(), false),
        (status @ (401 | 403), _) => Error::Unauthorized { repository, status, token, said },
        _ => failure(reply),
    }
}

/// The error that an answer means that has nothing to do with rights.
pub fn failure(reply: &Reply) -> Error {
    let host = reply.host.clone();
    let said = reply.header("x-error-message").map(readable).filter(|words| !words.is_empty());
    match reply.status {
        429 => Error::RateLimited { host, wait: wait(reply) },
        // A signed address that has run out gives 403; the endpoint signs another.
        status @ (403 | 408 | 500..) => Error::Server { host, status, said, wait: wait(reply) },
        status => Error::Answer { host, reason: format!("HTTP {status}"), retry: false },
    }
}

/// How long the server says to wait: `RateLimit: "api";r=0;t=55`, or `Retry-After: 55`.
fn wait(reply: &Reply) -> Option<Duration> {
    let limit = reply.header("ratelimit").and_then(|value| {
        let seconds: u64 =
            value.split([';', ',']).find_map(|part| part.trim().strip_prefix("t="))?.trim().parse().ok()?;
        Some(seconds.saturating_add(1))
    });
    limit.or_else(|| reply.header("retry-after")?.trim().parse().ok()).map(Duration::from_secs)
}

fn hexadecimal(text: &str, digits: usize) -> Option<String> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .then(|| text.to_ascii_lowercase())
}

/// A server's words, short and without control characters.
fn readable(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(limits::MESSAGE_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(json: &str) -> (Option<String>, Option<bool>) {
        let about = read_about(serde_json::from_str(json).unwrap());
        (about.licence, about.gated)
    }

    #[test]
    fn licences_and_gates_are_read_in_all_their_forms() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(about(r#"{"gated": false, "cardData": {"license": "mit"}}"#), (some("mit"), Some(false)));
        assert_eq!(
            about(r#"{"gated": "manual", "tags": ["x", "license:apache-2.0"]}"#),
            (some("apache-2.0"), Some(true))
        );
        let named = r#"{"gated": "auto", "cardData": {"license": "other", "license_name": "gemma\n"}}"#;
        assert_eq!(about(named), (some("gemma"), Some(true)));
        assert_eq!(about(r#"{"cardData": {"license": ["mit"]}}"#), (None, None));
        assert_eq!(about("{}"), (None, None));
    }

    #[test]
    fn etags_lose_their_quotes() {
        assert_eq!(etag("W/\"abc\""), Some("abc".to_owned()));
        assert_eq!(etag("\"abc\""), etag("abc"));
        assert_eq!(etag("\"\""), None);
        assert_eq!(etag(&"x".repeat(1000)), None);
    }
}
