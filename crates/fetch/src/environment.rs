//! What environment variables say: the server, its proxies, the limits of a connection.

use crate::address::{self, Origin};
use crate::error::{Error, Result};
use std::time::Duration;
use ureq::http::Uri;

const HUB: &str = "https://huggingface.co";

/// How to reach the Hub.
#[derive(Debug)]
pub struct Settings {
    /// The server's address without a slash at its end; it may have a path.
    pub endpoint: String,
    /// The only origin that gets a token; `None` if even that would send it unencrypted over a network.
    pub token_origin: Option<Origin>,
    /// Proxies.
    pub proxies: Proxies,
    /// How long a name may take to be resolved, and a connection to be made.
    pub connect: Duration,
    /// How long a connection may bring nothing.
    pub stall: Duration,
    /// The pause before the second try; doubled each time.
    pub backoff: Duration,
    /// Tries without progress before giving up.
    pub retries: u32,
}

/// The proxy of each kind of address, and the hosts that are reached without.
#[derive(Default, Debug)]
pub struct Proxies {
    http: Option<String>,
    https: Option<String>,
    exceptions: Vec<String>,
}

impl Settings {
    /// Reads the variables that `variable` gives.
    ///
    /// # Errors
    /// [`Error::Offline`] where downloads are forbidden; [`Error::Environment`] for a value that cannot be used.
    pub fn read(variable: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let set =
            |name| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let yes = |value: String| ["1", "true", "yes", "on"].contains(&value.to_ascii_lowercase().as_str());
        if set("HF_HUB_OFFLINE").is_some_and(yes) {
            return Err(Error::Offline);
        }
        let endpoint = set("HF_ENDPOINT").unwrap_or_else(|| HUB.to_owned());
        let endpoint = endpoint.trim_end_matches('/');
        let uri = address::parse(endpoint).filter(|uri| uri.query().is_none() && !endpoint.contains('#'));
        let uri = uri.ok_or_else(|| Error::Environment {
            variable: "HF_ENDPOINT",
            reason: "it is not the address of a server, such as https://huggingface.co".to_owned(),
        })?;
        Ok(Self {
            endpoint: endpoint.to_owned(),
            token_origin: address::is_private(&uri).then(|| address::origin(&uri)),
            proxies: Proxies::read(&set)?,
            connect: seconds("WASAN_FETCH_CONNECT", 15.0, &set)?,
            stall: seconds("WASAN_FETCH_STALL", 60.0, &set)?,
            backoff: seconds("WASAN_FETCH_BACKOFF", 1.0, &set)?,
            retries: match set("WASAN_FETCH_RETRIES") {
                None => 8,
                Some(text) => text.parse().map_err(|_| not_a_number("WASAN_FETCH_RETRIES"))?,
            },
        })
    }
}

impl Proxies {
    fn read(set: &dyn Fn(&'static str) -> Option<String>) -> Result<Self> {
        let any = |names: &[&'static str]| -> Result<Option<String>> {
            let Some((name, value)) = names.iter().find_map(|name| Some((*name, set(name)?))) else {
                return Ok(None);
            };
            ureq::Proxy::new(&value)
                .map_err(|error| Error::Environment { variable: name, reason: error.to_string() })?;
            Ok(Some(value))
        };
        let exceptions = set("no_proxy").or_else(|| set("NO_PROXY")).unwrap_or_default();
        let exceptions = exceptions.split(',').map(|entry| entry.trim().to_ascii_lowercase());
        Ok(Self {
            http: any(&["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])?,
            https: any(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])?,
            exceptions: exceptions.filter(|entry| !entry.is_empty()).collect(),
        })
    }

    /// The proxy for `uri`, if there is one.
    pub fn of(&self, uri: &Uri) -> Option<&str> {
        let proxy = if uri.scheme_str() == Some("http") { &self.http } else { &self.https };
        let host = address::host(uri);
        let with_port = uri.port_u16().map(|port| format!("{host}:{port}"));
        let excepted = |entry: &String| {
            let domain = entry.trim_start_matches("*.").trim_start_matches('.');
            entry == "*"
                || host == domain
                || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
                || with_port.as_deref() == Some(domain)
        };
        proxy.as_deref().filter(|_| !self.exceptions.iter().any(excepted))
    }
}

fn seconds(
    name: &'static str,
    default: f64,
    set: &dyn Fn(&'static str) -> Option<String>,
) -> Result<Duration> {
    let Some(text) = set(name) else { return Ok(Duration::from_secs_f64(default)) };
    let number = text.parse().ok().filter(|seconds: &f64| (0.001..=86_400.0).contains(seconds));
    number.map(Duration::from_secs_f64).ok_or_else(|| not_a_number(name))
}

fn not_a_number(variable: &'static str) -> Error {
    Error::Environment { variable, reason: "it is not a number in the range that makes sense".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings> {
        Settings::read(&|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_server_is_the_hub_or_what_the_variable_says() {
        assert_eq!(read(&[]).unwrap().endpoint, "https://huggingface.co");
        let mirror = read(&[("HF_ENDPOINT", " https://mirror.example/hub/ ")]).unwrap();
        assert_eq!(mirror.endpoint, "https://mirror.example/hub");
        assert!(mirror.token_origin.is_some());
        let plain = read(&[("HF_ENDPOINT", "http://mirror.example")]).unwrap();
        assert!(plain.token_origin.is_none(), "a token would be readable on the way");
        for wrong in ["mirror.example", "ftp://x", "https://a:b@x", "https://x/?q=1", "https://x/#y"] {
            assert!(read(&[("HF_ENDPOINT", wrong)]).is_err(), "{wrong}");
        }
        assert!(matches!(read(&[("HF_HUB_OFFLINE", "1")]), Err(Error::Offline)));
        assert!(read(&[("HF_HUB_OFFLINE", "0")]).is_ok());
    }

    #[test]
    fn limits_have_defaults_and_sane_values() {
        let defaults = read(&[]).unwrap();
        assert_eq!((defaults.connect.as_secs(), defaults.stall.as_secs(), defaults.retries), (15, 60, 8));
        assert_eq!(read(&[("WASAN_FETCH_STALL", "0.5")]).unwrap().stall, Duration::from_millis(500));
        for wrong in ["0", "-1", "nan", "1e9", "x"] {
            assert!(read(&[("WASAN_FETCH_CONNECT", wrong)]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn proxies_are_chosen_by_scheme_and_host() {
        let settings = read(&[
            ("HTTPS_PROXY", "http://proxy.example:1"),
            ("ALL_PROXY", "socks5://all.example:2"),
            ("NO_PROXY", "inside.example, .lan,*.corp.example,127.0.0.1:8080"),
        ])
        .unwrap();
        for (address, proxy) in [
            ("https://hub.example/x", Some("http://proxy.example:1")),
            ("http://hub.example/x", Some("socks5://all.example:2")),
            ("https://inside.example/x", None),
            ("https://INSIDE.example/x", None),
            ("https://hub.inside.example/x", None),
            ("https://outinside.example/x", Some("http://proxy.example:1")),
            ("http://box.lan", None),
            ("https://x.corp.example", None),
            ("http://127.0.0.1:8080", None),
            ("http://127.0.0.1:8081", Some("socks5://all.example:2")),
        ] {
            assert_eq!(settings.proxies.of(&address::parse(address).unwrap()), proxy, "{address}");
        }
        let all = read(&[("all_proxy", "proxy.example:3"), ("no_proxy", "*")]).unwrap();
        assert_eq!(all.proxies.of(&address::parse("https://hub.example").unwrap()), None);
        let wrong = read(&[("https_proxy", "gopher://x")]).unwrap_err();
        assert!(wrong.to_string().contains("https_proxy"), "{wrong}");
    }
}
