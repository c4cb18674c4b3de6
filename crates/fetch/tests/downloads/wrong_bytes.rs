//! Servers that send other bytes than the publisher's, or bytes in a form that was not asked for.

use crate::hub::{COMMIT, Content, FILE, Hub, REPOSITORY, api, counted};
use crate::program::Setup;
use crate::server::{Reply, Seen, Server};
use serde_json::json;
use std::fs;

const LENGTH: usize = 1 << 20;

#[test]
fn a_wrong_hash_leaves_nothing_behind() {
    let content = Content::new(20, LENGTH);
    let other = Content::new(21, LENGTH);
    let hub = Hub::with_cdn(&content, move |seen| other.send(seen));
    let setup = Setup::new(&hub.hub.url());
    let outcome = setup.run();
    let message = outcome.assert_failed("hash_mismatch")["message"].as_str().unwrap();
    assert!(message.contains(&content.sha256()), "{message}");
    assert_eq!(setup.files(), [""; 0]);
}

#[test]
fn the_hashes_and_sizes_of_the_request_are_held_against_the_hubs() {
    let content = Content::new(22, LENGTH);
    let hub = Hub::new(&content);
    let setup = Setup::new(&hub.hub.url());
    let request = |bytes: usize, sha256: &str| {
        setup.request_of(json!([{"repository": REPOSITORY, "file": FILE, "bytes": bytes, "sha256": sha256}]))
    };
    setup.run_request(&request(LENGTH, &"0".repeat(64))).assert_failed("hash_mismatch");
    setup.run_request(&request(LENGTH + 1, &content.sha256())).assert_failed("size_mismatch");
    assert_eq!(hub.cdn.seen().len(), 0, "nothing was downloaded");
    setup
        .run_request(&request(LENGTH, &content.sha256().to_uppercase()))
        .assert_done(&setup, content.bytes());
}

#[test]
fn a_wrong_size_is_noticed_before_a_byte_is_written() {
    let content = Content::new(23, LENGTH);
    let wrongs: [fn(&Content) -> Reply; 3] = [
        |content| Reply::new(200, &[], &content.bytes()[..LENGTH - 1]),
        |content| Reply::new(200, &[], &[content.bytes(), b"more"].concat()),
        |content| Reply::new(206, &[("Content-Range", "bytes 0-1048575/1048577")], content.bytes()),
    ];
    for wrong in wrongs {
        let sent = content.clone();
        let hub = Hub::with_cdn(&content, move |_| wrong(&sent));
        let setup = Setup::new(&hub.hub.url());
        setup.run().assert_failed("size_mismatch");
        assert_eq!(fs::metadata(setup.part()).unwrap().len(), 0);
    }
}

#[test]
fn a_body_without_end_is_read_to_the_size_and_no_further() {
    let content = Content::new(24, LENGTH);
    let sent = content.clone();
    let hub = Hub::with_cdn(&content, move |_| {
        let mut reply = Reply::bare(200, &[]).repeat(&[0; 4096]);
        reply.append(sent.bytes());
        reply
    });
    let setup = Setup::new(&hub.hub.url());
    setup.run().assert_done(&setup, content.bytes());
    // What the system takes from the server beyond that are its own buffers.
    assert!(hub.cdn.served() < 16 * LENGTH as u64, "{}", hub.cdn.served());
}

#[test]
fn a_body_that_ends_early_without_a_length_is_not_complete() {
    let content = Content::new(25, LENGTH);
    let sent = content.clone();
    let hub = Hub::with_cdn(
        &content,
        counted(move |count, seen| match count {
            0 => {
                let mut reply = Reply::bare(200, &[]);
                reply.append(&sent.bytes()[..LENGTH / 2]);
                reply
            }
            _ => sent.send(seen),
        }),
    );
    let setup = Setup::new(&hub.hub.url());
    setup.run().assert_done(&setup, content.bytes());
    assert_eq!(hub.cdn.served(), LENGTH as u64);
}

#[test]
fn compressed_bytes_are_refused() {
    let content = Content::new(26, LENGTH);
    let sent = content.clone();
    let hub =
        Hub::with_cdn(&content, move |_| Reply::new(200, &[("Content-Encoding", "gzip")], sent.bytes()));
    let setup = Setup::new(&hub.hub.url());
    let message = setup.run().assert_failed("server")["message"].to_string();
    assert!(message.contains("compressed"), "{message}");
    assert_eq!(fs::metadata(setup.part()).unwrap().len(), 0);
}

/// A Hub that sends the file itself, as it does with what is not in LFS.
fn plain(etag: String, content: Content, encoding: Option<&'static str>) -> Server {
    Server::start(move |seen| {
        if seen.target.starts_with("/api/") {
            return api();
        }
        let mut headers = vec![("ETag", etag.as_str()), ("X-Repo-Commit", COMMIT)];
        headers.extend(encoding.map(|encoding| ("Content-Encoding", encoding)));
        Reply::new(200, &headers, content.bytes())
    })
}

#[test]
fn files_outside_lfs_are_held_against_gits_hash() {
    // `printf hello | git hash-object --stdin`
    let hello = Content::of(b"hello");
    let setup = |etag: &str, content: &Content| {
        let hub = plain(format!("\"{etag}\""), content.clone(), None);
        (Setup::new(&hub.url()), hub)
    };
    let (right, _hub) = setup("b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0", &hello);
    right.run().assert_done(&right, b"hello");
    let (wrong, _hub) = setup("b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0", &Content::of(b"hullo"));
    wrong.run().assert_failed("hash_mismatch");
    // A mirror's own kind of tag is no hash.
    let (unknown, _hub) = setup("5f3-6012a", &hello);
    let outcome = unknown.run();
    outcome.assert_done(&unknown, b"hello");
    assert_eq!(outcome.all("file_done")[0]["sha256"], hello.sha256());
}

#[test]
fn the_length_of_a_compressed_answer_is_not_the_files() {
    let hub = plain("\"x\"".to_owned(), Content::of(b"hello"), Some("gzip"));
    let message = Setup::new(&hub.url()).run().assert_failed("server")["message"].to_string();
    assert!(message.contains("how large"), "{message}");
}

#[test]
fn a_file_that_was_replaced_between_two_runs_starts_anew() {
    let (old, new) = (Content::new(27, LENGTH), Content::new(28, LENGTH));
    let setup = Setup::new("");
    let sent = old.clone();
    let hub = Hub::with_cdn(&old, move |seen| sent.send(seen).cut(LENGTH / 2));
    let setup = setup.with("HF_ENDPOINT", &hub.hub.url()).with("WASAN_FETCH_RETRIES", "0");
    setup.run().assert_failed("network");
    assert_eq!(fs::metadata(setup.part()).unwrap().len(), LENGTH as u64 / 2);
    let hub = Hub::new(&new);
    let setup = setup.with("HF_ENDPOINT", &hub.hub.url());
    setup.run().assert_done(&setup, new.bytes());
    assert_eq!(hub.cdn.gets()[0].from(), 0);
}

#[test]
fn a_file_that_is_replaced_during_the_download_starts_anew() {
    let (old, new) = (Content::new(29, LENGTH), Content::new(30, LENGTH));
    let contents = [old.clone(), new.clone()];
    let cdn = Server::start(counted(move |count, seen: &Seen| match count {
        0 => contents[0].send(seen).cut(LENGTH / 2),
        _ => contents[1].send(seen),
    }));
    let location = format!("{}/bytes", cdn.url());
    let abouts = [old, new.clone()];
    // API, HEAD and GET of the old file; from then on it is the new one.
    let hub = Server::start(counted(move |count, seen: &Seen| match seen.target.starts_with("/api/") {
        true => api(),
        false => abouts[usize::from(count > 2)].redirect(&location),
    }));
    let setup = Setup::new(&hub.url());
    setup.run().assert_done(&setup, new.bytes());
    assert_eq!(cdn.gets()[1].from(), 0);
}

#[test]
fn bytes_that_a_power_cut_damaged_are_fetched_again_and_no_others() {
    let content = Content::new(31, LENGTH);
    let hub = Hub::new(&content);
    let setup = Setup::new(&hub.hub.url());
    fs::create_dir_all(setup.folder()).unwrap();
    let synced = LENGTH / 4;
    let mut damaged = content.bytes()[..LENGTH / 2].to_vec();
    damaged[synced..].fill(0);
    fs::write(setup.part(), damaged).unwrap();
    let state = json!({"repository": REPOSITORY, "file": FILE, "commit": COMMIT, "etag": content.sha256(),
        "sha256": content.sha256(), "bytes": LENGTH, "synced": synced});
    fs::write(setup.folder().join(format!("{FILE}.part.json")), state.to_string()).unwrap();
    setup.run().assert_done(&setup, content.bytes());
    let starts: Vec<_> = hub.cdn.gets().iter().map(|seen| seen.from()).collect();
    assert_eq!(starts, [LENGTH as u64 / 2, synced as u64]);
}

#[test]
fn a_part_without_a_description_or_of_another_file_is_not_used() {
    let content = Content::new(32, LENGTH);
    for state in [
        "",
        "{",
        r#"{"repository": "a/b", "file": "c", "commit": null, "etag": "x", "sha256": null, "bytes": 5, "synced": 0}"#,
    ] {
        let hub = Hub::new(&content);
        let setup = Setup::new(&hub.hub.url());
        fs::create_dir_all(setup.folder()).unwrap();
        fs::write(setup.part(), b"other").unwrap();
        fs::write(setup.folder().join(format!("{FILE}.part.json")), state).unwrap();
        setup.run().assert_done(&setup, content.bytes());
        assert_eq!(hub.cdn.gets()[0].from(), 0);
    }
}

#[test]
fn a_finished_file_with_other_bytes_is_replaced() {
    let content = Content::new(33, LENGTH);
    let hub = Hub::new(&content);
    let setup = Setup::new(&hub.hub.url());
    fs::create_dir_all(setup.folder()).unwrap();
    fs::write(setup.place(), vec![0; LENGTH]).unwrap();
    setup.run().assert_done(&setup, content.bytes());
}
