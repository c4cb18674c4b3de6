//! Addresses: which hosts are the same, and which redirects may be followed.

use crate::limits;
use ureq::http::Uri;

/// Scheme, host in lower case and port: what must be equal for a token to be sent.
#[derive(PartialEq, Eq, Clone, Debug)]
pub struct Origin(String, String, u16);

/// Reads an address of a web server; `None` if it is anything else, or carries a user's name.
pub fn parse(text: &str) -> Option<Uri> {
    if text.len() > limits::ADDRESS_BYTES {
        return None;
    }
    let uri: Uri = text.parse().ok()?;
    let authority = uri.authority()?;
    let web = matches!(uri.scheme_str(), Some("http" | "https"));
    (web && !authority.host().is_empty() && !authority.as_str().contains('@')).then_some(uri)
}

/// The origin of an address that [`parse`] gave.
pub fn origin(uri: &Uri) -> Origin {
    let scheme = uri.scheme_str().unwrap_or_default();
    let port = uri.port_u16().unwrap_or(if scheme == "http" { 80 } else { 443 });
    Origin(scheme.to_owned(), host(uri), port)
}

/// The host for messages: the rest of an address may be signed, which is as good as a password.
pub fn host(uri: &Uri) -> String {
    uri.host().unwrap_or_default().to_ascii_lowercase()
}

/// Whether a token may travel to this address: encrypted, or without leaving the computer.
pub fn is_private(uri: &Uri) -> bool {
    let host = host(uri);
    let numeric = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    uri.scheme_str() == Some("https")
        || host == "localhost"
        || numeric.is_ok_and(|address| address.is_loopback())
}

/// Where `location`, sent by the server of `from`, leads.
///
/// # Errors
/// Why it must not be followed.
pub fn follow(from: &Uri, location: &str) -> Result<Uri, &'static str> {
    let location = location.split('#').next().unwrap_or_default();
    let base = || {
        format!("{}://{}", from.scheme_str().unwrap_or_default(), from.authority().map_or("", |a| a.as_str()))
    };
    let text = if location.contains("://") {
        location.to_owned()
    } else if location.starts_with("//") {
        format!("{}:{location}", from.scheme_str().unwrap_or_default())
    } else if location.starts_with('/') {
        base() + location
    } else if location.is_empty() {
        return Err("a redirect leads nowhere");
    } else {
        let folder = from.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{}{folder}/{location}", base())
    };
    let to = parse(&text).ok_or("a redirect leads to something that is no web address")?;
    if from.scheme_str() == Some("https") && to.scheme_str() != Some("https") {
        return Err("a redirect leads from an encrypted to an unencrypted address");
    }
    Ok(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_compared_by_scheme_host_and_port() {
        let origin = |text| origin(&parse(text).unwrap());
        assert_eq!(origin("https://Hub.example/a"), origin("https://hub.example:443/b?c"));
        for other in [
            "http://hub.example",
            "https://hub.example:8443",
            "https://cdn.hub.example",
            "https://hub.example.evil",
        ] {
            assert_ne!(origin("https://hub.example"), origin(other), "{other}");
        }
        for wrong in [
            "",
            "hub.example",
            "ftp://hub.example",
            "file:///etc/passwd",
            "https://user:secret@hub.example",
            "https://",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn redirects_are_resolved_and_never_lose_encryption() {
        let from = parse("https://hub.example:444/a/b?c=d").unwrap();
        for (location, expected) in [
            ("/x?y", "https://hub.example:444/x?y"),
            ("x", "https://hub.example:444/a/x"),
            ("//cdn.example/x", "https://cdn.example/x"),
            ("https://cdn.example/x#part", "https://cdn.example/x"),
        ] {
            assert_eq!(follow(&from, location).unwrap().to_string(), expected);
        }
        let long = format!("/{}", "x".repeat(limits::ADDRESS_BYTES));
        for wrong in
            ["", "#", "http://hub.example/x", "file:///etc/passwd", "https://a:b@hub.example/", &long]
        {
            assert!(follow(&from, wrong).is_err(), "{wrong:.40}");
        }
        assert!(follow(&parse("http://localhost/").unwrap(), "https://cdn.example/").is_ok());
    }

    #[test]
    fn a_token_stays_on_encrypted_or_local_connections() {
        for (address, private) in [
            ("https://hub.example", true),
            ("http://localhost:1", true),
            ("http://127.0.0.1:1", true),
            ("http://[::1]:1", true),
            ("http://hub.example", false),
            ("http://192.168.0.1", false),
            ("http://localhost.example", false),
        ] {
            assert_eq!(is_private(&parse(address).unwrap()), private, "{address}");
        }
    }
}
