//! A Hub that behaves: its API, its answers to `HEAD`, its redirect to another server that has the bytes.

use crate::server::{Reply, Seen, Server};
use sha2::{Digest, Sha256};
use std::sync::Arc;

pub const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
pub const REPOSITORY: &str = "org/model";
pub const FILE: &str = "model.gguf";

/// A file and the answers about it.
#[derive(Clone)]
pub struct Content(Arc<Vec<u8>>);

impl Content {
    /// `length` bytes that look random and are always the same for a seed.
    pub fn new(seed: u64, length: usize) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut bytes = vec![0; length];
        random.fill(&mut bytes);
        Self(Arc::new(bytes))
    }

    pub fn of(bytes: &[u8]) -> Self {
        Self(Arc::new(bytes.to_vec()))
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub fn sha256(&self) -> String {
        format!("{:x}", Sha256::digest(&**self.0))
    }

    /// The bytes that were asked for, as a correct server sends them.
    pub fn send(&self, seen: &Seen) -> Reply {
        let from = seen.from() as usize;
        if from == 0 {
            return Reply::new(200, &[], &self.0);
        }
        let range = format!("bytes {from}-{}/{}", self.0.len() - 1, self.0.len());
        Reply::new(206, &[("Content-Range", &range)], &self.0[from..])
    }

    /// The Hub's answer about the file: a redirect to `location`.
    pub fn redirect(&self, location: &str) -> Reply {
        let (etag, size) = (format!("\"{}\"", self.sha256()), self.0.len().to_string());
        let headers = [
            ("X-Repo-Commit", COMMIT),
            ("X-Linked-Etag", &*etag),
            ("X-Linked-Size", &*size),
            ("ETag", "\"of-the-redirect\""),
            ("Location", location),
        ];
        Reply::new(302, &headers, b"Found. Redirecting.")
    }
}

/// The API's answer.
pub fn api() -> Reply {
    let json = format!(
        r#"{{"sha": "{COMMIT}", "gated": false, "cardData": {{"license": "apache-2.0"}}, "siblings": []}}"#
    );
    Reply::new(200, &[("Content-Type", "application/json")], json.as_bytes())
}

/// A Hub, and the server that it redirects to.
pub struct Hub {
    pub hub: Server,
    pub cdn: Server,
}

impl Hub {
    /// Both behave.
    pub fn new(content: &Content) -> Self {
        let sent = content.clone();
        Self::with_cdn(content, move |seen| sent.send(seen))
    }

    /// The bytes come as `cdn` says.
    pub fn with_cdn(content: &Content, cdn: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let cdn = Server::start(cdn);
        let (location, about) = (format!("{}/bytes?signature=secret", cdn.url()), content.clone());
        let hub = Server::start(move |seen| match seen.target.starts_with("/api/") {
            true => api(),
            false => about.redirect(&location),
        });
        Self { hub, cdn }
    }
}

/// The `count`th request of its kind gets an answer of its own.
pub fn counted<T>(answer: impl Fn(usize, &Seen) -> T + Send + Sync) -> impl Fn(&Seen) -> T + Send + Sync {
    let count = std::sync::atomic::AtomicUsize::new(0);
    move |seen| answer(count.fetch_add(1, std::sync::atomic::Ordering::SeqCst), seen)
}
