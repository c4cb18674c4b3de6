//! Redirects, mirrors and proxies: who is asked, and who sees the token.

use crate::hub::{Content, FILE, Hub, REPOSITORY, api, counted};
use crate::program::Setup;
use crate::server::{Reply, Seen, Server};

const LENGTH: usize = 100_000;
const TOKEN: &str = "hf_secretOfATest";

#[test]
fn the_token_goes_to_the_endpoint_and_nowhere_else() {
    let content = Content::new(40, LENGTH);
    let hub = Hub::new(&content);
    let setup = Setup::new(&hub.hub.url()).with("HF_TOKEN", TOKEN);
    setup.run().assert_done(&setup, content.bytes());
    let expected = format!("Bearer {TOKEN}");
    assert!(hub.hub.seen().iter().all(|seen| seen.header("authorization") == Some(&expected)));
    assert_eq!(hub.hub.seen().len(), 3, "API, HEAD, GET");
    let elsewhere = hub.cdn.seen();
    assert!(!elsewhere.is_empty() && elsewhere.iter().all(|seen| seen.header("authorization").is_none()));
}

#[test]
fn a_renamed_repository_is_followed_with_the_token() {
    let content = Content::new(41, LENGTH);
    let cdn = Server::start({
        let content = content.clone();
        move |seen| content.send(seen)
    });
    let (location, about) = (cdn.url(), content.clone());
    let hub = Server::start(move |seen| match &seen.target {
        api_call if api_call.starts_with("/api/") => api(),
        old if old.starts_with("/org/model/") => {
            Reply::new(307, &[("Location", &old.replace("/org/model/", "/new/name/"))], b"")
        }
        _ => about.redirect(&location),
    });
    let setup = Setup::new(&hub.url()).with("HF_TOKEN", TOKEN);
    setup.run().assert_done(&setup, content.bytes());
    let renamed: Vec<_> =
        hub.seen().into_iter().filter(|seen| seen.target.starts_with("/new/name/")).collect();
    assert_eq!(renamed.iter().map(|seen| seen.method.as_str()).collect::<Vec<_>>(), ["HEAD", "GET"]);
    assert!(renamed.iter().all(|seen| seen.header("authorization").is_some()));
}

#[test]
fn a_redirect_that_comes_back_does_not_get_the_token_again() {
    let content = Content::new(42, LENGTH);
    let hub_port = std::sync::Arc::new(std::sync::OnceLock::new());
    let port = hub_port.clone();
    let away = Server::start(move |_| {
        Reply::new(302, &[("Location", &format!("http://127.0.0.1:{}/back", port.get().unwrap()))], b"")
    });
    let (location, about) = (away.url(), content.clone());
    let hub = Server::start(move |seen| match seen.target.as_str() {
        "/back" => about.send(seen),
        target if target.starts_with("/api/") => api(),
        _ => about.redirect(&location),
    });
    hub_port.set(hub.port()).unwrap();
    let setup = Setup::new(&hub.url()).with("HF_TOKEN", TOKEN);
    setup.run().assert_done(&setup, content.bytes());
    let back: Vec<_> = hub.seen().into_iter().filter(|seen| seen.target == "/back").collect();
    assert!(back.len() == 1 && back[0].header("authorization").is_none());
}

#[test]
fn a_loop_of_redirects_ends() {
    let hub = Server::start(|seen| match seen.target.starts_with("/api/") {
        true => api(),
        false => Reply::new(302, &[("Location", &seen.target)], b""),
    });
    let outcome = Setup::new(&hub.url()).run();
    assert!(outcome.assert_failed("server")["message"].as_str().unwrap().contains("without end"));
    assert_eq!(hub.seen().len(), 10);
}

#[test]
fn redirects_to_nowhere_are_failures() {
    for location in ["", "ftp://127.0.0.1/x", "file:///etc/passwd", "http://", "http://a:b@127.0.0.1/"] {
        let content = Content::new(43, LENGTH);
        let hub = Server::start(move |seen| match seen.target.starts_with("/api/") {
            true => api(),
            false => content.redirect(location),
        });
        Setup::new(&hub.url()).run().assert_failed("server");
    }
}

#[test]
fn an_address_that_ran_out_is_asked_for_again() {
    let content = Content::new(44, LENGTH);
    let sent = content.clone();
    let hub = Hub::with_cdn(
        &content,
        counted(move |count, seen| match count {
            0 => sent.send(seen).cut(LENGTH / 2),
            1 => Reply::new(403, &[], b"<Error><Code>AccessDenied</Code></Error>"),
            _ => sent.send(seen),
        }),
    );
    let setup = Setup::new(&hub.hub.url());
    setup.run().assert_done(&setup, content.bytes());
    let starts: Vec<_> = hub.cdn.gets().iter().map(|seen| seen.from()).collect();
    assert_eq!(starts, [0, LENGTH as u64 / 2, LENGTH as u64 / 2]);
    let methods: Vec<_> = hub.hub.seen()[1..].iter().map(|seen| seen.method.clone()).collect();
    assert_eq!(methods, ["HEAD", "GET", "HEAD", "GET", "HEAD", "GET"]);
    assert_eq!(hub.cdn.served(), LENGTH as u64 + 40);
}

#[test]
fn a_server_that_always_refuses_is_no_question_of_rights() {
    let content = Content::new(45, LENGTH);
    let hub = Hub::with_cdn(&content, |_| Reply::new(403, &[], b""));
    let outcome = Setup::new(&hub.hub.url()).run();
    outcome.assert_failed("server");
    assert_eq!(outcome.all("waiting").len(), 3);
}

#[test]
fn a_mirror_may_have_a_path_and_no_api() {
    let content = Content::new(46, LENGTH);
    let (about, sent) = (content.clone(), content.clone());
    let files = Server::start(move |seen| match seen.method.as_str() {
        // A plain server of files knows an ETag and a length, no more.
        "HEAD" => Reply::new(200, &[("ETag", "\"v1\"")], about.bytes()),
        _ => sent.send(seen),
    });
    let location = format!("{}/files", files.url());
    let mirror = Server::start(move |seen| match seen.target.starts_with("/hub/api/") {
        true => Reply::new(404, &[], b"no"),
        false => Reply::new(308, &[("Location", &location)], b""),
    });
    let setup = Setup::new(&format!("{}/hub/", mirror.url())).with("HF_TOKEN", TOKEN);
    let outcome = setup.run();
    outcome.assert_done(&setup, content.bytes());
    let resolved = outcome.all("resolved")[0];
    assert!(
        resolved["licence"].is_null() && resolved["gated"].is_null() && resolved["commit"].is_null(),
        "{resolved}"
    );
    assert_eq!(mirror.seen()[1].target, format!("/hub/{REPOSITORY}/resolve/main/{FILE}"));
    assert!(files.seen().iter().all(|seen| seen.header("authorization").is_none()));
}

/// A proxy that lets every connection through to where it wants to go, which must be on this computer.
fn proxy() -> Server {
    Server::start(|seen: &Seen| {
        assert_eq!(seen.method, "CONNECT");
        Reply::tunnel(seen.target.rsplit_once(':').unwrap().1.parse().unwrap())
    })
}

#[test]
fn a_proxy_is_used_unless_the_host_is_excepted() {
    let content = Content::new(47, LENGTH);
    let hub = Hub::new(&content);
    let proxy = proxy();
    let address = proxy.url().replace("http://", "http://user:p%40ss@");
    let setup = Setup::new(&hub.hub.url()).with("ALL_PROXY", &address);
    setup.run().assert_done(&setup, content.bytes());
    let used = proxy.seen();
    // `user:p@ss`
    assert!(used.iter().all(|seen| seen.header("proxy-authorization") == Some("Basic dXNlcjpwQHNz")));
    for server in [&hub.hub, &hub.cdn] {
        assert!(used.iter().any(|seen| seen.target == format!("127.0.0.1:{}", server.port())), "{used:?}");
    }
    let around = Setup::new(&hub.hub.url()).with("ALL_PROXY", &address).with("NO_PROXY", "127.0.0.1");
    around.run().assert_done(&around, content.bytes());
    assert_eq!(proxy.seen().len(), used.len());
}

#[test]
fn a_proxy_that_refuses_is_named() {
    let content = Content::new(48, LENGTH);
    let hub = Hub::new(&content);
    let proxy = Server::start(|_| Reply::new(407, &[], b""));
    let outcome = Setup::new(&hub.hub.url()).with("http_proxy", &proxy.url()).run();
    let message = outcome.assert_failed("network")["message"].as_str().unwrap();
    assert!(message.contains("proxy") && message.contains("407"), "{message}");
    assert!(hub.hub.seen().is_empty());
}
