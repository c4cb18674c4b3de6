//! HTTP: one exchange, redirects, and who gets the token.

use crate::address::{self, Origin};
use crate::environment::Settings;
use crate::error::{Error, Result};
use crate::limits;
use crate::token::Token;
use std::cell::RefCell;
use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;
use ureq::http::{HeaderMap, Method, Uri};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Proxy, Timeout};

/// Makes requests; follows no redirect without the rules of [`address::follow`].
pub struct Client<'a> {
    settings: &'a Settings,
    authorization: Option<String>,
    tls: TlsConfig,
    /// One for each proxy in use.
    agents: RefCell<Vec<(Option<String>, Agent)>>,
}

/// An answer whose body has not been read.
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The server's host.
    pub host: String,
    /// Whether the endpoint or a server of its origin sent it, rather than one that a redirect leads to.
    pub at_endpoint: bool,
    headers: HeaderMap,
    body: ureq::Body,
    stall: Duration,
}

/// A request's method and, for `GET`, its first byte.
#[derive(Clone, Copy)]
enum What {
    Head,
    Get { from: u64 },
}

impl<'a> Client<'a> {
    /// A client that sends `token` to the endpoint alone.
    pub fn new(settings: &'a Settings, token: Option<&Token>) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        Self {
            settings,
            authorization: token.filter(|_| settings.token_origin.is_some()).map(Token::authorization),
            tls: TlsConfig::builder()
                .root_certs(RootCerts::PlatformVerifier)
                .unversioned_rustls_crypto_provider(provider)
                .build(),
            agents: RefCell::default(),
        }
    }

    /// Whether requests to the endpoint carry a token.
    pub fn has_token(&self) -> bool {
        self.authorization.is_some()
    }

    /// `HEAD`, through redirects of the same origin. A redirect to another server is followed only while `wants_more`
    /// of the answers so far.
    ///
    /// # Errors
    /// No connection, a stalled one, a redirect that must not be followed.
    pub fn head(&self, url: &str, wants_more: &mut dyn FnMut(&Reply) -> bool) -> Result<Reply> {
        self.follow(url, What::Head, &mut |reply| Ok(wants_more(reply)))
    }

    /// `GET` from the byte `from`, through redirects; `check` sees every answer of the endpoint, the last included.
    ///
    /// # Errors
    /// Those of [`head`](Self::head), and what `check` says.
    pub fn get(&self, url: &str, from: u64, check: &mut dyn FnMut(&Reply) -> Result<()>) -> Result<Reply> {
        self.follow(url, What::Get { from }, &mut |reply| {
            if reply.at_endpoint {
                check(reply)?;
            }
            Ok(true)
        })
    }

    fn follow(&self, url: &str, what: What, seen: &mut dyn FnMut(&Reply) -> Result<bool>) -> Result<Reply> {
        let answer =
            |host: String, reason: &str| Error::Answer { host, reason: reason.to_owned(), retry: false };
        let mut uri = address::parse(url).ok_or_else(|| answer(String::new(), "its address is none"))?;
        let endpoint = address::origin(&uri);
        let mut at_endpoint = true;
        for _ in 0..=limits::REDIRECTS {
            let reply = self.exchange(&uri, what, at_endpoint)?;
            let leave = seen(&reply)?;
            if !matches!(reply.status, 301 | 302 | 303 | 307 | 308) {
                return Ok(reply);
            }
            let location = reply.header("location").unwrap_or_default();
            let to = address::follow(&uri, location).map_err(|reason| answer(reply.host.clone(), reason))?;
            // Once away from the endpoint, a redirect back to it brings no token.
            let stays = at_endpoint && address::origin(&to) == endpoint;
            if !stays && !leave {
                return Ok(reply);
            }
            (uri, at_endpoint) = (to, stays);
        }
        Err(answer(address::host(&uri), "redirects lead to redirects without end"))
    }

    fn exchange(&self, uri: &Uri, what: What, at_endpoint: bool) -> Result<Reply> {
        let agent = self.agent(uri)?;
        let (method, range) = match what {
            What::Head => (Method::HEAD, None),
            What::Get { from } => (Method::GET, (from > 0).then(|| format!("bytes={from}-"))),
        };
        let mut request = ureq::http::Request::builder().method(method).uri(uri);
        if let Some(range) = range {
            request = request.header("range", range);
        }
        let origin: Option<Origin> = at_endpoint.then(|| address::origin(uri));
        if let Some(authorization) = &self.authorization
            && origin.is_some()
            && origin == self.settings.token_origin
        {
            request = request.header("authorization", authorization);
        }
        let host = address::host(uri);
        let stall = self.settings.stall;
        let request = request.body(()).map_err(|error| failure(error.into(), &host, stall))?;
        let response = agent.run(request).map_err(|error| failure(error, &host, stall))?;
        let (head, body) = response.into_parts();
        Ok(Reply { status: head.status.as_u16(), host, at_endpoint, headers: head.headers, body, stall })
    }

    fn agent(&self, uri: &Uri) -> Result<Agent> {
        let address = self.settings.proxies.of(uri);
        let mut agents = self.agents.borrow_mut();
        if let Some((_, agent)) = agents.iter().find(|(proxy, _)| proxy.as_deref() == address) {
            return Ok(agent.clone());
        }
        let refused =
            |error: ureq::Error| Error::Proxy { host: address::host(uri), reason: error.to_string() };
        let proxy = address.map(Proxy::new).transpose().map_err(refused)?;
        let Settings { connect, stall, .. } = *self.settings;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(proxy)
            .tls_config(self.tls.clone())
            .user_agent(concat!("wasan-fetch/", env!("CARGO_PKG_VERSION")))
            .accept_encoding("identity")
            .max_response_header_size(limits::HEAD_BYTES)
            .timeout_resolve(Some(connect))
            .timeout_connect(Some(connect))
            .timeout_send_request(Some(stall))
            .timeout_recv_response(Some(stall))
            .timeout_per_read(Some(stall))
            .timeout_per_write(Some(stall))
            .build();
        let agent = Agent::new_with_config(config);
        agents.push((address.map(str::to_owned), agent.clone()));
        Ok(agent)
    }
}

impl Reply {
    /// A header's value, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Bytes of the body, as the server declares them.
    pub fn declared_bytes(&self) -> Option<u64> {
        self.header("content-length")?.trim().parse().ok()
    }

    /// Whether the body is compressed, which was not asked for and makes sizes and ranges meaningless.
    pub fn is_encoded(&self) -> bool {
        self.header("content-encoding").is_some_and(|coding| !coding.eq_ignore_ascii_case("identity"))
    }

    /// The whole body, up to `limit` bytes.
    ///
    /// # Errors
    /// A longer body, a broken or stalled connection.
    pub fn into_bytes(self, limit: u64) -> Result<Vec<u8>> {
        let (host, stall) = (self.host, self.stall);
        let read = self.body.into_with_config().limit(limit).read_to_vec();
        read.map_err(|error| match error {
            ureq::Error::BodyExceedsLimit(_) => {
                Error::Answer { host, reason: "it is far too long".to_owned(), retry: false }
            }
            other => failure(other, &host, stall),
        })
    }

    /// The body, piece by piece.
    pub fn into_reader(self) -> BodyReader {
        BodyReader { reader: self.body.into_reader(), host: self.host, stall: self.stall }
    }
}

#[cfg(test)]
impl Reply {
    /// A whole file, as if a server had sent it.
    pub fn of(body: impl Read + Send + Sync + 'static) -> Self {
        let (body, stall) = (ureq::Body::builder().reader(body), Duration::from_secs(60));
        Self {
            status: 200,
            host: "test".to_owned(),
            at_endpoint: true,
            headers: HeaderMap::new(),
            body,
            stall,
        }
    }
}

/// Reads a body.
pub struct BodyReader {
    reader: ureq::BodyReader<'static>,
    host: String,
    stall: Duration,
}

impl BodyReader {
    /// Reads up to `buffer.len()` bytes; 0 at the end.
    ///
    /// # Errors
    /// [`Error::Network`], [`Error::Stalled`].
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        loop {
            match self.reader.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read.map_err(|error| failure(error.into(), &self.host, self.stall)),
            }
        }
    }

    /// What to say when the body trickles.
    pub fn stalled(&self) -> Error {
        Error::Stalled { host: self.host.clone(), limit: self.stall }
    }

    /// What to say when the body ends early.
    pub fn ended_early(&self) -> Error {
        Error::Network { host: self.host.clone(), reason: "the file ended too early".to_owned() }
    }
}

fn failure(error: ureq::Error, host: &str, stall: Duration) -> Error {
    let host = host.to_owned();
    let of_tls = |error: &rustls::Error| match error {
        rustls::Error::InvalidCertificate(_) | rustls::Error::General(_) => Some(error.to_string()),
        _ => None,
    };
    let certificate = match &error {
        ureq::Error::Rustls(error) => of_tls(error),
        ureq::Error::Io(error) => error.get_ref().and_then(|error| of_tls(error.downcast_ref()?)),
        _ => None,
    };
    if let Some(reason) = certificate {
        return Error::Certificate { host, reason };
    }
    match error {
        ureq::Error::Timeout(Timeout::Connect | Timeout::Resolve) => {
            Error::Network { host, reason: "it does not answer".to_owned() }
        }
        ureq::Error::Timeout(_) => Error::Stalled { host, limit: stall },
        ureq::Error::ConnectProxyFailed(reason) => Error::Proxy { host, reason },
        ureq::Error::LargeResponseHeader(..) => {
            Error::Answer { host, reason: "its head is far too long".to_owned(), retry: false }
        }
        ureq::Error::Protocol(error) => Error::Answer { host, reason: error.to_string(), retry: true },
        other => Error::Network { host, reason: other.to_string() },
    }
}
