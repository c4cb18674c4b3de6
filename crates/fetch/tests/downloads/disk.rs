//! Disks that are too full, and folders that cannot be written. A disk that fills up during a download is in
//! `download.rs`, where its free bytes can be made up.

use crate::hub::{Content, FILE, Hub};
use crate::program::{PROGRAM, Setup, length};
use crate::server::{Reply, Server};
use serde_json::json;

const LENGTH: usize = 1 << 20;

#[test]
fn what_does_not_fit_is_not_begun() {
    let hub = Server::start(|seen| match seen.target.starts_with("/api/") {
        true => crate::hub::api(),
        // Half a terabyte twice.
        false => Reply::new(200, &[("X-Linked-Size", "549755813888"), ("X-Linked-Etag", "\"x\"")], b""),
    });
    let setup = Setup::new(&hub.url());
    let file = |name: &str| json!({"repository": "org/model", "file": name});
    let files: Vec<_> = (0..100).map(|number| file(&format!("{number}.gguf"))).collect();
    let outcome = setup.run_request(&setup.request_of(json!(files)));
    let failed = outcome.assert_failed("disk_full");
    assert!(failed["message"].as_str().unwrap().contains("bytes are needed"), "{failed}");
    assert_eq!(setup.files(), [""; 0]);
}

/// `ulimit -f` makes writing fail as a full disk does, and more exactly; it counts in blocks of 512 or 1024 bytes.
#[cfg(unix)]
#[test]
fn a_write_that_fails_keeps_what_was_written_and_goes_on_later() {
    let content = Content::new(90, LENGTH);
    let hub = Hub::new(&content);
    let setup = Setup::new(&hub.hub.url());
    let mut limited = setup.command("sh");
    // A program that ignores SIGXFSZ gets an error instead.
    limited.args(["-c", "trap '' XFSZ; ulimit -f 700; exec \"$0\"", PROGRAM]);
    let outcome = setup.start_with(limited, &setup.request()).finish();
    let failed = outcome.assert_failed("disk_full");
    assert_eq!(failed["file"], FILE);
    let kept = length(&setup.part());
    assert!([700 * 512, 700 * 1024].contains(&kept), "{kept}");
    let outcome = setup.run();
    outcome.assert_done(&setup, content.bytes());
    assert_eq!(hub.cdn.gets()[1].from(), kept);
}

/// A disk of two megabytes, where a user may make one of memory; elsewhere the test above has to do.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_really_full_is_noticed() {
    let content = Content::new(91, 4 << 20);
    let hub = Hub::new(&content);
    let setup = Setup::new(&hub.hub.url());
    std::fs::create_dir_all(setup.folder()).unwrap();
    let script =
        format!("mount -t tmpfs -o size=2m tmpfs {} && echo ready && exec \"$0\"", setup.folder().display());
    let mut mounted = setup.command("unshare");
    mounted.args(["--mount", "--map-root-user", "sh", "-c", &script, PROGRAM]);
    let probe =
        setup.command("unshare").args(["--mount", "--map-root-user", "sh", "-c", &script, "true"]).output();
    if !probe.is_ok_and(|output| output.stdout == b"ready\n") {
        eprintln!("this user cannot mount a disk of memory, so a really full disk is not tried");
        return;
    }
    let mut running = setup.start_with(mounted, &setup.request());
    assert_eq!(running.line(), "ready");
    running.finish().assert_failed("disk_full");
    assert!(hub.cdn.seen().is_empty(), "there was too little space to begin");
}

#[test]
fn a_folder_that_cannot_be_made_is_said() {
    let hub = Hub::new(&Content::of(b"x"));
    let setup = Setup::new(&hub.hub.url());
    std::fs::write(setup.folder(), b"a file").unwrap();
    setup.run().assert_failed("write");
    assert!(hub.hub.seen().is_empty());
}
