//! `wasan-fetch token`. On macOS and Windows the token goes to the keychain of whoever runs the tests, so not there.
#![cfg(target_os = "linux")]

use crate::hub::{Content, Hub};
use crate::program::{PROGRAM, Setup};
use std::io::Write;
use std::process::Stdio;

fn token(setup: &Setup, action: &str, input: &str) -> (Option<i32>, String) {
    let mut command = setup.command(PROGRAM);
    let mut child = command
        .args(["token", action])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[test]
fn a_token_is_stored_used_and_removed() {
    let content = Content::new(80, 1000);
    let hub = Hub::new(&content);
    let setup = Setup::new(&hub.hub.url());
    assert_eq!(token(&setup, "status", "").0, Some(1));
    let (status, text) = token(&setup, "set", "hf_stored\n");
    assert!(status == Some(0) && text.contains("home/token") && !text.contains("hf_stored"), "{text}");
    assert_eq!(token(&setup, "status", "").0, Some(0));
    setup.run().assert_done(&setup, content.bytes());
    assert!(hub.hub.seen().iter().all(|seen| seen.header("authorization") == Some("Bearer hf_stored")));
    let (status, text) = token(&setup, "set", "not a token");
    assert!(status == Some(1) && !text.contains("not a token"), "{text}");
    assert_eq!(token(&setup, "remove", ""), (Some(0), "removed\n".to_owned()));
    assert_eq!(token(&setup, "remove", ""), (Some(0), "there was no stored token\n".to_owned()));
    assert_eq!(token(&setup, "status", "").0, Some(1));
}

#[test]
fn the_variable_goes_before_the_stored_token() {
    let hub = Hub::new(&Content::of(b"x"));
    let setup = Setup::new(&hub.hub.url());
    token(&setup, "set", "hf_stored");
    let setup = setup.with("HF_TOKEN", "hf_variable");
    assert!(token(&setup, "status", "").1.contains("HF_TOKEN"));
    setup.run();
    assert_eq!(hub.hub.seen()[0].header("authorization"), Some("Bearer hf_variable"));
}
