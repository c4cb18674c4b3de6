//! Interrupted runs resume and give the same model as uninterrupted ones.

use std::io::{BufRead, BufReader};
use std::process::Child;

use crate::program::Home;
use crate::training_home::{from_scratch, loss_curve, training_home};

/// Starts a run and waits for its step `step`.
fn start(home: &Home, arguments: &[&str], step: usize) -> Child {
    let mut child = home.start(arguments);
    let out = BufReader::new(child.stdout.take().expect("is piped"));
    let seen = out
        .lines()
        .map_while(Result::ok)
        .filter(|line| line.contains("\"event\":\"step\""))
        .take(step)
        .count();
    assert_eq!(seen, step, "the run ended too early");
    child
}

#[test]
fn a_killed_run_resumes_to_the_same_model() {
    let home = training_home();
    home.run_ok(&from_scratch("uninterrupted", &["--epochs", "3"]));
    let arguments = from_scratch("killed", &["--epochs", "3", "--json", "--save-every", "0"]);
    // Once in each stage.
    for step in [4, 9] {
        let mut child = start(&home, &arguments, step);
        child.kill().expect("kills");
        child.wait().expect("ends");
        assert_eq!(home.names("killed"), [""; 0]);
        assert!(!home.names("killed.run").is_empty());
    }
    home.run_ok(&arguments);
    assert_eq!(loss_curve(&home.path().join("killed")), loss_curve(&home.path().join("uninterrupted")));
    let weights =
        |name: &str| std::fs::read(home.path().join(name).join("model.safetensors")).expect("weights");
    assert!(weights("killed") == weights("uninterrupted"));
}

#[cfg(unix)]
#[test]
fn ctrl_c_and_the_time_limit_keep_a_checkpoint() {
    let home = training_home();
    home.run_ok(&from_scratch("uninterrupted", &["--epochs", "4"]));
    let arguments = from_scratch("stopped", &["--epochs", "4", "--json"]);
    let child = start(&home, &arguments, 3);
    home.write("stopped.run/notes.txt", "mine");
    crate::program::interrupt(&child);
    let ended = child.wait_with_output().expect("ends");
    let message = String::from_utf8(ended.stderr).expect("UTF-8");
    assert_eq!(ended.status.code(), Some(130), "{message}");
    assert!(message.contains("the same command resumes"), "{message}");

    // This time limit is over after the next step.
    let ended = home.run(&from_scratch("stopped", &["--epochs", "4", "--json", "--minutes", "1e-5"]));
    assert_eq!(ended.status, Some(0), "{}", ended.err);
    assert!(ended.out.ends_with("\"event\":\"stopped\",\"run\":\"stopped.run\"}\n"), "{}", ended.out);
    assert_eq!(home.names("stopped"), [""; 0]);

    home.run_ok(&arguments);
    assert_eq!(loss_curve(&home.path().join("stopped")), loss_curve(&home.path().join("uninterrupted")));
    assert_eq!(home.names("stopped.run"), ["notes.txt"], "the checkpoints are gone, and nothing else");
}

#[test]
fn other_settings_do_not_resume_from_a_checkpoint() {
    let home = training_home();
    let ended = home.run(&from_scratch("model", &["--minutes", "1e-5"]));
    assert_eq!(ended.status, Some(0), "{}", ended.err);
    let other = home.run(&from_scratch("model", &["--seed", "2"]));
    assert_eq!(other.status, Some(1), "{}", other.err);
    assert!(other.err.contains("other data or settings"), "{}", other.err);
    assert!(other.err.contains("to start again: model.run"), "{}", other.err);
}

#[test]
fn two_processes_do_not_train_one_model_at_once() {
    let home = training_home();
    std::fs::create_dir(home.path().join("model.run")).expect("a folder");
    let lock = std::fs::File::create(home.path().join("model.run/lock")).expect("a file");
    lock.lock().expect("locked");
    let second = home.run(&from_scratch("model", &[]));
    assert_eq!(second.status, Some(2), "{}", second.err);
    assert!(second.err.contains("another process is training this model: model"), "{}", second.err);
    assert_eq!(home.names("model.run"), ["lock"]);
    drop(lock);
    home.run_ok(&from_scratch("model", &[]));
    assert_eq!(home.names("model.run"), [""; 0]);
}

#[test]
fn leftovers_of_a_killed_run_beside_a_finished_model_are_removed() {
    let home = training_home();
    home.run_ok(&from_scratch("model", &[]));
    let left = home.path().join("model.run");
    std::fs::create_dir_all(left.join("checkpoint")).expect("a folder");
    std::fs::copy(home.path().join("model/making.json"), left.join("making.json")).expect("copied");
    let again = home.run(&from_scratch("model", &[]));
    assert_eq!(again.status, Some(2), "{}", again.err);
    assert!(!left.exists());
    // A checkpoint beside another model is not removed.
    std::fs::create_dir_all(left.join("checkpoint")).expect("a folder");
    assert_eq!(home.run(&from_scratch("model", &[])).status, Some(2));
    assert!(left.join("checkpoint").exists());
}

/// Limits the file size to a few kilobytes in the middle of a run.
#[cfg(unix)]
#[test]
fn a_full_disk_loses_only_steps_after_the_last_checkpoint() {
    let home = training_home();
    home.run_ok(&from_scratch("uninterrupted", &["--epochs", "3"]));
    let arguments = from_scratch("model", &["--epochs", "3"]);
    let stopped = home.run(&from_scratch("model", &["--epochs", "3", "--minutes", "1e-5"]));
    assert_eq!(stopped.status, Some(0), "{}", stopped.err);

    let wasan = env!("CARGO_BIN_EXE_wasan");
    let log = home.read("model.run/training.jsonl");
    // First without a single byte, so that not even the log can be rewritten.
    for blocks in [0, 64] {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec {wasan} {}", arguments.join(" "));
        let full = std::process::Command::new("sh").args(["-c", &script]).current_dir(home.path()).output();
        let full = crate::program::ProgramResult::from(full.expect("sh is there"));
        assert_eq!(full.status, Some(1), "{}", full.err);
        assert!(full.err.contains("cannot write") && full.err.contains("newest checkpoint"), "{}", full.err);
        assert_eq!(home.names("model"), [""; 0]);
        assert!(home.read("model.run/training.jsonl").starts_with(&log), "{blocks}");
    }

    home.run_ok(&arguments);
    assert_eq!(loss_curve(&home.path().join("model")), loss_curve(&home.path().join("uninterrupted")));
}
