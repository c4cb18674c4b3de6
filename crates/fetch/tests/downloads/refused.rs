//! Servers that refuse, for reasons that stay or that pass.

use crate::hub::{Content, FILE, Hub, REPOSITORY, api, counted};
use crate::program::Setup;
use crate::server::{Reply, Seen, Server};
use serde_json::json;

const LENGTH: usize = 10_000;

/// A Hub that answers every question about a file with this status and these headers.
fn refusing(status: u16, headers: &'static [(&'static str, &'static str)]) -> Server {
    Server::start(move |seen| match seen.target.starts_with("/api/") {
        true => api(),
        false => Reply::new(status, headers, b"words"),
    })
}

#[test]
fn a_gate_is_named_with_its_page_and_the_way_in() {
    let hub = refusing(
        401,
        &[("X-Error-Code", "GatedRepo"), ("X-Error-Message", "Access to model org/model is restricted.")],
    );
    let outcome = Setup::new(&hub.url()).run();
    let failed = outcome.assert_failed("gated");
    assert_eq!(
        (&failed["page"], &failed["file"]),
        (&json!("https://huggingface.co/org/model"), &json!(FILE))
    );
    assert!(failed["hint"].as_str().unwrap().contains("HF_TOKEN"), "{failed}");
    // With a token, only the account behind it can help.
    let hub = refusing(403, &[("X-Error-Code", "GatedRepo")]);
    let outcome = Setup::new(&hub.url()).with("HF_TOKEN", "hf_x").run();
    assert!(outcome.assert_failed("gated")["hint"].as_str().unwrap().contains("account"));
    assert!(outcome.all("waiting").is_empty(), "waiting does not help");
}

#[test]
fn a_wrong_token_is_no_gate() {
    let hub = refusing(401, &[("X-Error-Message", "Invalid credentials in Authorization header\t<b>")]);
    let outcome = Setup::new(&hub.url()).with("HF_TOKEN", "hf_wrong").run();
    let failed = outcome.assert_failed("unauthorized");
    assert_eq!(failed["page"], "https://huggingface.co/settings/tokens");
    assert!(failed["message"].as_str().unwrap().contains("Invalid credentials"), "{failed}");
    assert!(failed["hint"].as_str().unwrap().contains("expired"), "{failed}");
    let hub = refusing(403, &[]);
    let outcome = Setup::new(&hub.url()).run();
    assert!(outcome.assert_failed("unauthorized")["hint"].as_str().unwrap().contains("make a token"));
}

#[test]
fn what_is_missing_is_named() {
    for (status, code, named) in [
        (404, "EntryNotFound", "file model.gguf in org/model at main"),
        (404, "RevisionNotFound", "revision: file model.gguf in org/model at main"),
        (401, "RepoNotFound", "repository org/model"),
        (404, "RepoNotFound", "repository org/model"),
        (404, "", "file model.gguf"),
    ] {
        let hub = Server::start(move |_| Reply::new(status, &[("X-Error-Code", code)], b""));
        let outcome = Setup::new(&hub.url()).run();
        let failed = outcome.assert_failed("not_found");
        assert!(failed["message"].as_str().unwrap().contains(named), "{failed}");
        assert!(outcome.all("waiting").is_empty());
    }
}

#[test]
fn a_gate_of_the_last_file_is_known_before_the_first_is_downloaded() {
    let content = Content::new(60, LENGTH);
    let hub = Server::start(move |seen| match &*seen.target {
        target if target.starts_with("/api/") => api(),
        target if target.contains("gated") => Reply::new(401, &[("X-Error-Code", "GatedRepo")], b""),
        _ => content.redirect("http://127.0.0.1:9/never"),
    });
    let setup = Setup::new(&hub.url());
    let request = setup.request_of(json!([
        {"repository": REPOSITORY, "file": FILE},
        {"repository": "other/gated", "file": "gated.gguf"},
    ]));
    let outcome = setup.run_request(&request);
    assert_eq!(outcome.assert_failed("gated")["file"], "gated.gguf");
    assert!(outcome.all("progress").is_empty());
}

#[test]
fn a_limit_of_requests_is_waited_for() {
    for (header, value, seconds) in [
        ("RateLimit", "\"resolvers\";r=0;t=0", 1),
        ("Retry-After", "1", 1),
        // Without a time: ten times the usual pause.
        ("X-None", "", 1),
    ] {
        let content = Content::new(61, LENGTH);
        let hub = Hub::new(&content);
        let location = hub.cdn.url();
        let about = content.clone();
        let limited = Server::start(counted(move |count, seen: &Seen| match count {
            // The API, the question about the file, the file: each is refused once.
            0 | 2 | 4 => Reply::new(429, &[(header, value)], b""),
            _ if seen.target.starts_with("/api/") => api(),
            _ => about.redirect(&location),
        }));
        let setup = Setup::new(&limited.url());
        let outcome = setup.run();
        outcome.assert_done(&setup, content.bytes());
        let waiting = json!({"event": "waiting", "file": FILE, "seconds": seconds, "reason": "rate_limit"});
        assert_eq!(outcome.all("waiting"), [&waiting; 3]);
    }
}

#[test]
fn a_limit_that_stays_is_a_failure() {
    let hub = refusing(429, &[]);
    let outcome = Setup::new(&hub.url()).run();
    outcome.assert_failed("rate_limited");
    assert_eq!((outcome.all("waiting").len(), hub.seen().len()), (3, 5));
}

#[test]
fn faults_of_the_server_pass_or_are_named() {
    let content = Content::new(62, LENGTH);
    let hub = Hub::new(&content);
    let location = hub.cdn.url();
    let about = content.clone();
    let failing = Server::start(counted(move |count, seen: &Seen| match count {
        0 => Reply::new(500, &[], b""),
        2 => Reply::new(502, &[], b""),
        4 => Reply::new(503, &[("Retry-After", "0")], b""),
        _ if seen.target.starts_with("/api/") => api(),
        _ => about.redirect(&location),
    }));
    let setup = Setup::new(&failing.url());
    let outcome = setup.run();
    outcome.assert_done(&setup, content.bytes());
    assert_eq!(outcome.all("waiting").len(), 3);
    let outcome = Setup::new(&refusing(500, &[]).url()).run();
    assert!(outcome.assert_failed("server")["message"].as_str().unwrap().contains("HTTP 500"));
}

#[test]
fn answers_that_no_correct_server_gives_end_in_a_message() {
    let long = "x".repeat(200_000);
    let hub = Server::start(move |seen| match seen.target.starts_with("/api/") {
        true => api(),
        false => Reply::new(200, &[("X-Long", &long)], b""),
    });
    let message = Setup::new(&hub.url()).run().assert_failed("server")["message"].to_string();
    assert!(message.contains("too long"), "{message}");
    // No headers of a Hub, as from a page that wants a login.
    let hub = Server::start(|_| Reply::new(200, &[], b"<html>Sign in to the network</html>"));
    let message = Setup::new(&hub.url()).run().assert_failed("server")["message"].to_string();
    assert!(message.contains("no server of models"), "{message}");
    let hub = Server::start(|_| Reply::raw(b"SSH-2.0-OpenSSH_9.9\r\n\r\n"));
    Setup::new(&hub.url()).run().assert_failed("server");
    let hub = refusing(200, &[("X-Linked-Size", "99999999999999999"), ("X-Linked-Etag", "\"x\"")]);
    let message = Setup::new(&hub.url()).run().assert_failed("server")["message"].to_string();
    assert!(message.contains("larger than"), "{message}");
}

#[test]
fn the_api_may_say_nothing_or_too_much() {
    let content = Content::new(63, LENGTH);
    let answers: [fn() -> Reply; 4] = [
        || Reply::new(404, &[], b""),
        || Reply::new(200, &[], b"not json"),
        || Reply::new(200, &[], &[b"[".repeat(100_000), b"]".repeat(100_000)].concat()),
        || Reply::new(200, &[], br#"{"sha": "../../etc", "gated": [], "tags": ["license:mit"]}"#),
    ];
    for (answer, licence) in answers.into_iter().zip([None, None, None, Some("mit")]) {
        let cdn = Hub::new(&content).cdn;
        let (location, about) = (cdn.url(), content.clone());
        let hub = Server::start(move |seen| match seen.target.starts_with("/api/") {
            true => answer(),
            false => about.redirect(&location),
        });
        let setup = Setup::new(&hub.url());
        let outcome = setup.run();
        outcome.assert_done(&setup, content.bytes());
        assert_eq!(outcome.all("resolved")[0]["licence"], json!(licence));
        assert!(hub.seen()[1].target.contains("/resolve/main/"));
    }
    let endless = Server::start(|_| Reply::bare(200, &[]).repeat(&[b'['; 4096]));
    Setup::new(&endless.url()).run().assert_failed("server");
}
