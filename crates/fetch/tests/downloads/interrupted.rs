//! Connections that break, stall or trickle, and downloads that are stopped.

use crate::hub::{Content, FILE, Hub, REPOSITORY, api, counted};
use crate::program::{PROGRAM, Setup, wait_for_length};
use crate::server::{Reply, Server};
use serde_json::json;
use std::net::TcpListener;
use std::time::Duration;

/// Between the bytes of a trickle: none of them comes too late, together they are too few.
const PAUSE: Duration = Duration::from_millis(30);
const LENGTH: usize = 1 << 20;

#[test]
fn an_undisturbed_download_tells_what_it_did() {
    let content = Content::new(1, LENGTH);
    let hub = Hub::new(&content);
    let setup = Setup::new(&hub.hub.url());
    let outcome = setup.run();
    outcome.assert_done(&setup, content.bytes());
    let commit = crate::hub::COMMIT;
    let resolved = json!({"event": "resolved", "file": FILE, "bytes": LENGTH, "sha256": content.sha256(), "commit": commit,
        "licence": "apache-2.0", "gated": false});
    assert_eq!(outcome.all("resolved"), [&resolved]);
    let done = json!({"event": "file_done", "file": FILE, "path": setup.place(), "sha256": content.sha256(), "commit": commit,
        "bytes": LENGTH});
    assert_eq!(outcome.all("file_done"), [&done]);
    let progress = outcome.all("progress");
    assert_eq!((&progress[0]["done"], &progress.last().unwrap()["done"]), (&json!(0), &json!(LENGTH)));
    assert_eq!(outcome.all("verifying").last().unwrap()["done"], LENGTH);
    // One byte, one request: nothing is asked for twice, and the file of the commit is asked for.
    assert_eq!((hub.cdn.served(), hub.cdn.gets().len(), hub.hub.gets().len()), (LENGTH as u64, 1, 1));
    let head = &hub.hub.seen()[1];
    assert_eq!(
        (head.method.as_str(), head.target.as_str()),
        ("HEAD", &*format!("/{REPOSITORY}/resolve/{commit}/{FILE}"))
    );
    assert!(
        hub.hub
            .seen()
            .iter()
            .chain(&hub.cdn.seen())
            .all(|seen| seen.header("accept-encoding") == Some("identity"))
    );
    assert!(hub.hub.seen()[0].header("user-agent").unwrap().starts_with("wasan-fetch/"));
}

#[test]
fn a_dropped_connection_goes_on_where_it_broke() {
    let content = Content::new(2, LENGTH);
    let sent = content.clone();
    let hub = Hub::with_cdn(
        &content,
        counted(move |count, seen| match count {
            0 => sent.send(seen).cut(LENGTH / 2),
            1 => sent.send(seen).cut(1000),
            _ => sent.send(seen),
        }),
    );
    let setup = Setup::new(&hub.hub.url());
    let outcome = setup.run();
    outcome.assert_done(&setup, content.bytes());
    let starts: Vec<_> = hub.cdn.gets().iter().map(|seen| seen.from()).collect();
    assert_eq!(starts, [0, LENGTH as u64 / 2, LENGTH as u64 / 2 + 1000]);
    assert_eq!(hub.cdn.served(), LENGTH as u64);
    assert!(outcome.all("waiting").iter().all(|event| event["reason"] == "network" && event["seconds"] == 1));
}

#[test]
fn a_stalled_connection_is_given_up_and_made_again() {
    let content = Content::new(3, LENGTH);
    let sent = content.clone();
    let hub = Hub::with_cdn(
        &content,
        counted(move |count, seen| match count {
            0 => sent.send(seen).hang_after(LENGTH / 2),
            _ => sent.send(seen),
        }),
    );
    let setup = Setup::new(&hub.hub.url()).with("WASAN_FETCH_STALL", "1");
    let outcome = setup.run();
    outcome.assert_done(&setup, content.bytes());
    assert_eq!(outcome.all("waiting")[0]["reason"], "stalled");
    assert_eq!(hub.cdn.served(), LENGTH as u64);
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    let content = Content::new(4, LENGTH);
    let hub = Hub::with_cdn(&content, |_| Reply::bare(200, &[]).hang_after(0));
    let setup = Setup::new(&hub.hub.url()).with("WASAN_FETCH_STALL", "0.5").with("WASAN_FETCH_RETRIES", "1");
    let outcome = setup.run();
    assert!(outcome.assert_failed("network")["message"].as_str().unwrap().contains("next to nothing"));
    assert_eq!(hub.cdn.gets().len(), 2);
}

#[test]
fn a_trickle_counts_as_a_stall() {
    let content = Content::new(5, LENGTH);
    let sent = content.clone();
    let hub = Hub::with_cdn(
        &content,
        counted(move |count, seen| match count {
            0 => sent.send(seen).drip_body(PAUSE),
            1 => sent.send(seen).drip_head(PAUSE),
            _ => sent.send(seen),
        }),
    );
    let setup = Setup::new(&hub.hub.url()).with("WASAN_FETCH_STALL", "1");
    let outcome = setup.run();
    outcome.assert_done(&setup, content.bytes());
    assert!(outcome.all("waiting").iter().all(|event| event["reason"] == "stalled"));
    let starts: Vec<_> = hub.cdn.gets().iter().map(|seen| seen.from()).collect();
    assert!(starts.len() == 3 && starts[1] > 0 && starts[1] == starts[2], "{starts:?}");
}

#[test]
fn no_server_at_all_is_a_failure_after_some_tries() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let setup = Setup::new(&format!("http://127.0.0.1:{port}"));
    let outcome = setup.run();
    let failed = outcome.assert_failed("network");
    assert_eq!((outcome.all("waiting").len(), &failed["file"]), (3, &json!(FILE)));
    assert!(outcome.all("waiting").iter().all(|event| event["reason"] == "network"));
}

#[test]
fn a_server_without_ranges_sends_all_again() {
    let content = Content::new(6, LENGTH);
    let sent = content.clone();
    let hub = Hub::with_cdn(
        &content,
        counted(move |count, _| {
            let whole = Reply::new(200, &[], sent.bytes());
            if count == 0 { whole.cut(LENGTH / 2) } else { whole }
        }),
    );
    let setup = Setup::new(&hub.hub.url());
    let outcome = setup.run();
    outcome.assert_done(&setup, content.bytes());
    assert_eq!(hub.cdn.gets()[1].from(), LENGTH as u64 / 2);
    // The parent sees that it starts anew.
    let done: Vec<_> = outcome.all("progress").iter().map(|event| event["done"].as_u64().unwrap()).collect();
    assert!(done.windows(2).any(|pair| pair[0] == LENGTH as u64 / 2 && pair[1] == 0), "{done:?}");
}

#[test]
fn a_part_that_starts_elsewhere_is_not_taken() {
    let content = Content::new(7, LENGTH);
    let sent = content.clone();
    let wrong = move |count: usize, seen: &crate::server::Seen, wrongs: usize| {
        let from = seen.from() as usize;
        match count {
            0 => sent.send(seen).cut(LENGTH / 2),
            count if count <= wrongs => {
                let range = format!("bytes {}-{}/{LENGTH}", from - 10, LENGTH - 1);
                Reply::new(206, &[("Content-Range", &range)], &sent.bytes()[from - 10..])
            }
            _ => sent.send(seen),
        }
    };
    let once = wrong.clone();
    let hub = Hub::with_cdn(&content, counted(move |count, seen| once(count, seen, 1)));
    let setup = Setup::new(&hub.hub.url());
    setup.run().assert_done(&setup, content.bytes());
    // A server that always does it fails, and what was right before stays.
    let hub = Hub::with_cdn(&content, counted(move |count, seen| wrong(count, seen, usize::MAX)));
    let setup = Setup::new(&hub.hub.url());
    let message = setup.run().assert_failed("server")["message"].to_string();
    assert!(message.contains("starts at byte"), "{message}");
    assert_eq!(std::fs::read(setup.part()).unwrap(), &content.bytes()[..LENGTH / 2]);
}

#[test]
fn a_stop_keeps_the_part_and_the_next_run_goes_on() {
    let content = Content::new(8, LENGTH);
    for by_line in [true, false] {
        let sent = content.clone();
        let hub = Hub::with_cdn(
            &content,
            counted(move |count, seen| match count {
                0 => sent.send(seen).hang_after(LENGTH / 2),
                _ => sent.send(seen),
            }),
        );
        let setup = Setup::new(&hub.hub.url());
        let mut running = setup.start();
        wait_for_length(&setup.part(), LENGTH as u64 / 2);
        if by_line {
            running.say(r#"{"stop": true}"#)
        } else {
            drop(running.input.take())
        }
        let outcome = running.finish();
        assert_eq!((outcome.events.last(), outcome.status), (Some(&json!({"event": "stopped"})), Some(130)));
        assert_eq!(setup.files(), [format!("{FILE}.part"), format!("{FILE}.part.json")]);
        let outcome = setup.run();
        outcome.assert_done(&setup, content.bytes());
        assert_eq!(outcome.all("verifying")[0]["total"], LENGTH / 2);
        assert_eq!(hub.cdn.gets()[1].from(), LENGTH as u64 / 2);
        assert_eq!(hub.cdn.served(), LENGTH as u64);
    }
}

#[test]
fn a_stop_ends_a_long_wait() {
    let hub = Server::start(|seen| match seen.target.starts_with("/api/") {
        true => api(),
        false => Reply::new(429, &[("Retry-After", "3000")], b""),
    });
    let setup = Setup::new(&hub.url());
    let mut running = setup.start();
    let waiting = running.wait_for("waiting");
    assert_eq!(waiting, json!({"event": "waiting", "file": FILE, "seconds": 3000, "reason": "rate_limit"}));
    running.say(r#"{"stop": true}"#);
    assert_eq!(running.finish().status, Some(130));
}

#[test]
fn several_files_come_one_after_the_other_and_finished_ones_are_not_fetched_again() {
    let contents = [Content::new(9, LENGTH), Content::new(10, 3000), Content::new(11, 0)];
    let (abouts, sent) = (contents.clone(), contents.clone());
    let which = |target: &str| {
        ["first.gguf", "parts/second.bin", "third.txt"].iter().position(|name| target.contains(name)).unwrap()
    };
    let cdn = Server::start(move |seen| sent[which(&seen.target)].send(seen));
    let cdn_url = cdn.url();
    let hub = Server::start(move |seen| match seen.target.starts_with("/api/") {
        true => api(),
        false => abouts[which(&seen.target)].redirect(&format!("{cdn_url}{}", seen.target)),
    });
    let setup = Setup::new(&hub.url());
    let file = |name: &str, content: &Content| json!({"repository": REPOSITORY, "revision": "main", "file": name, "bytes": content.bytes().len(), "sha256": content.sha256()});
    let request = setup.request_of(json!([
        file("first.gguf", &contents[0]),
        file("parts/second.bin", &contents[1]),
        file("third.txt", &contents[2])
    ]));
    for round in 0..2 {
        let outcome = setup.start_with(setup.command(PROGRAM), &request).finish();
        assert_eq!(outcome.events.last(), Some(&json!({"event": "done"})), "{:?}", outcome.events);
        assert_eq!((outcome.all("resolved").len(), outcome.all("file_done").len()), (3, 3));
        // All are resolved before the first is downloaded; the API is asked once.
        assert!(outcome.events[..3].iter().all(|event| event["event"] == "resolved"));
        assert_eq!(hub.seen().iter().filter(|seen| seen.target.starts_with("/api/")).count(), round + 1);
        assert_eq!(cdn.served(), LENGTH as u64 + 3000);
        assert_eq!(std::fs::read(setup.folder().join("parts/second.bin")).unwrap(), contents[1].bytes());
        assert_eq!(setup.files(), ["first.gguf", "parts", "third.txt"]);
    }
}

#[test]
fn two_downloads_of_one_file_do_not_mix() {
    let content = Content::new(12, LENGTH);
    let sent = content.clone();
    let hub = Hub::with_cdn(&content, move |seen| sent.send(seen).hang_after(1000));
    let setup = Setup::new(&hub.hub.url());
    let mut first = setup.start();
    first.wait_for("progress");
    hub.cdn.wait_for(1);
    setup.run().assert_failed("write");
    first.say(r#"{"stop": true}"#);
    assert_eq!(first.finish().status, Some(130));
}
