//! What is asked of the program: by its parent, and by hand.

use crate::hub::{Content, FILE, Hub, REPOSITORY};
use crate::program::{PROGRAM, Setup};
use serde_json::json;
use std::io::Write;
use std::process::Stdio;

#[test]
fn requests_that_cannot_be_served_are_refused_before_anything_is_asked() {
    let hub = Hub::new(&Content::of(b"x"));
    let setup = Setup::new(&hub.hub.url());
    let file = |name: &str| json!({"repository": REPOSITORY, "file": name});
    for request in [
        json!({}),
        json!({"folder": setup.folder(), "files": []}),
        json!({"folder": "relative", "files": [file("x")]}),
        setup.request_of(json!([file("../x")])),
        setup.request_of(json!([file("/etc/passwd")])),
        setup.request_of(json!([file("CON.gguf")])),
        setup.request_of(json!([file("a"), file("A")])),
        setup.request_of(json!([{"repository": "a/../b", "file": "x"}])),
        setup.request_of(json!([{"repository": REPOSITORY, "file": "x", "sha256": "abc"}])),
        setup.request_of(json!([{"repository": REPOSITORY, "file": "x", "token": "hf_x"}])),
    ] {
        setup.run_request(&request).assert_failed("bad_request");
    }
    assert!(hub.hub.seen().is_empty() && !setup.folder().exists());
}

#[test]
fn an_end_without_a_request_is_an_error_and_not_a_hang() {
    let output = Setup::new("http://127.0.0.1:9").command(PROGRAM).stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().contains("bad_request"));
}

#[test]
fn wrong_variables_and_offline_are_said() {
    let setup = Setup::new("ftp://hub");
    let message = setup.run().assert_failed("bad_request")["message"].to_string();
    assert!(message.contains("HF_ENDPOINT"), "{message}");
    let hub = Hub::new(&Content::of(b"x"));
    let setup = Setup::new(&hub.hub.url()).with("HF_HUB_OFFLINE", "1");
    setup.run().assert_failed("offline");
    let setup = Setup::new(&hub.hub.url()).with("HF_TOKEN", "two words");
    let message = setup.run().assert_failed("bad_request")["message"].to_string();
    assert!(message.contains("HF_TOKEN") && !message.contains("two words"), "{message}");
    assert!(hub.hub.seen().is_empty());
}

#[test]
fn a_parent_that_stops_reading_ends_the_program() {
    let content = Content::new(70, 1 << 20);
    let sent = content.clone();
    let hub = Hub::with_cdn(&content, move |seen| sent.send(seen).hang_after(1000));
    let setup = Setup::new(&hub.hub.url());
    let mut child = setup.command(PROGRAM).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    writeln!(input, "{}", setup.request()).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(input);
}

#[test]
fn help_explains_the_program() {
    let help = |arguments: &[&str]| Setup::new("").command(PROGRAM).args(arguments).output().unwrap();
    let output = help(&["--help"]);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    for word in ["token set", "HF_ENDPOINT", "Exit status", "wasan models get"] {
        assert!(text.contains(word), "{text}");
    }
    assert!(text.lines().all(|line| line.len() <= 125), "{text}");
    let output = help(&["get", FILE]);
    assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(2), true));
}

/// `script` gives its command a terminal, as a person has one.
#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_without_a_request_it_prints_help() {
    let mut command = Setup::new("").command("script");
    let output = command
        .args(["--quiet", "--return", "--command", PROGRAM, "/dev/null"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stdout).contains("usage:"));
}
