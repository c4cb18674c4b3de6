//! Runs that are interrupted, killed, or stopped by a full disk, and what resumes them.

use std::io::{BufRead, BufReader, Read};
use std::process::Child;

use crate::program::{Home, interrupt};

const DE_EN: [&str; 5] = ["translate", "--from", "de", "--to", "en"];

// Long enough that it is still running when the other document is printed.
fn write_long_document(home: &Home) {
    let lines: Vec<String> =
        (0..150).map(|n| format!("Wir haben um {n} Uhr im Park auf Maria gewartet.")).collect();
    home.write("long.txt", lines.join("\n\n"));
}

fn start_translation(home: &Home) -> Child {
    home.write("a.txt", "Es regnet.\n");
    write_long_document(home);
    let mut child = home.start(&[&DE_EN[..], &["a.txt", "long.txt"]].concat());
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().expect("is piped")).read_line(&mut line).expect("a line");
    assert_eq!(line, "a.en.txt\n");
    child
}

fn is_running(row: &str) -> bool {
    let row: serde_json::Value = serde_json::from_str(row).expect("is JSON");
    let count = |field: &str| row[field].as_u64().expect("is a number");
    (1..count("total")).contains(&count("done"))
}

#[test]
fn ctrl_c_pauses_a_document_and_resume_continues_it() {
    let home = Home::new();
    let mut child = start_translation(&home);
    interrupt(&child);
    assert_eq!(child.wait().expect("ends").code(), Some(130));
    assert!(home.names("").iter().all(|name| !name.contains("long.en")), "{:?}", home.names(""));
    let list = home.run_ok(&["jobs", "list"]);
    assert!(list.contains("paused") && list.contains("done"), "{list}");
    assert_eq!(
        home.run_ok(&["jobs", "resume"]).trim_end(),
        home.path().join("long.en.txt").display().to_string()
    );
    let whole = Home::new();
    write_long_document(&whole);
    whole.run_ok(&[&DE_EN[..], &["long.txt"]].concat());
    assert_eq!(home.read("long.en.txt"), whole.read("long.en.txt"));
}

#[test]
fn a_killed_run_is_resumed_by_name() {
    let home = Home::new();
    let mut child = start_translation(&home);
    // Only finished sentences can be reused.
    while !home.run_ok(&["jobs", "list", "--json"]).lines().any(is_running) {}
    child.kill().expect("is killed");
    child.wait().expect("ends");
    let list = home.run_ok(&["jobs", "list", "--json"]);
    assert!(list.contains("\"interrupted\""), "{list}");
    let ended = home.run(&[&DE_EN[..], &["--resume", "long.txt"]].concat());
    assert_eq!(ended.status, Some(0), "{}", ended.err);
    assert!(ended.err.contains("reused"), "{}", ended.err);
    assert_eq!(home.run_ok(&["jobs", "list"]).lines().count(), 2, "the same job was resumed");
    assert_eq!(home.run_ok(&[&DE_EN[..], &["--resume"]].concat()), "");
}

#[test]
fn a_second_run_waits_for_the_first() {
    let home = Home::new();
    let mut first = start_translation(&home);
    home.write("b.txt", "Tom ist müde.\n");
    let mut second = home.start(&[&DE_EN[..], &["b.txt"]].concat());
    let mut message = String::new();
    BufReader::new(second.stderr.as_mut().expect("is piped")).read_line(&mut message).expect("a line");
    assert!(message.contains("Another Wasan process is translating"), "{message}");
    interrupt(&first);
    assert_eq!(first.wait().expect("ends").code(), Some(130));
    let mut out = String::new();
    second.stdout.as_mut().expect("is piped").read_to_string(&mut out).expect("is UTF-8");
    assert_eq!((second.wait().expect("ends").code(), out.as_str()), (Some(0), "b.en.txt\n"));
}

/// With a limited file size: an error message, no incomplete file, and the job resumes once the limit is lifted.
#[test]
fn a_full_disk_leaves_no_incomplete_file() {
    use std::process::Command;

    let unlimited = Home::new();
    write_long_document(&unlimited);
    unlimited.run_ok(&[&DE_EN[..], &["long.txt"]].concat());
    let home = Home::new();
    write_long_document(&home);
    let source = home.read("long.txt");
    // The caches exist already, so that only the store and the output reach the limit.
    home.run_ok(&[&DE_EN[..], &["Es regnet."]].concat());
    let mut failures = 0;
    for kilobytes in [0, 4, 8, 40, 80, 200] {
        let limited = format!(
            "trap '' XFSZ; ulimit -f {kilobytes}; exec {} translate --from de --to en --resume long.txt",
            env!("CARGO_BIN_EXE_wasan")
        );
        let mut command = Command::new("bash");
        command.args(["-c", &limited]).current_dir(home.path()).env_remove("WASAN_DATA");
        let ended = command.envs(home.environment()).output().expect("runs");
        if ended.status.success() {
            break;
        }
        failures += 1;
        let message = String::from_utf8_lossy(&ended.stderr);
        assert!(message.contains("wasan: ") && !message.contains("panicked"), "{kilobytes}: {message}");
        assert_eq!(home.read("long.txt"), source);
        let names = home.names("");
        assert!(names.iter().all(|name| !name.contains("long.en") && !name.contains("part")), "{names:?}");
    }
    assert!(failures > 1, "the disk was never full");
    let ended = home.run(&[&DE_EN[..], &["--resume", "long.txt"]].concat());
    assert_eq!(ended.status, Some(0), "{}", ended.err);
    assert_eq!(home.read("long.en.txt"), unlimited.read("long.en.txt"));
}
