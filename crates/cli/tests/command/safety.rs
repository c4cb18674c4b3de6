//! What a command shows, leaves behind and refuses.

use std::process::Stdio;

use crate::program::{Home, ProgramResult};

const DE_EN: [&str; 5] = ["translate", "--from", "de", "--to", "en"];
const PAIR: [&str; 4] = ["--from", "de", "--to", "en"];

fn translated() -> Home {
    let home = Home::new();
    home.write("a.txt", "Es regnet.\n\nTom ist müde.\n");
    home.run_ok(&[&DE_EN[..], &["a.txt"]].concat());
    home
}

/// Nobody else may read the data folder or a translation of a closed file, whatever the user's mask.
#[cfg(unix)]
#[test]
fn private_files_stay_private_without_a_mask() {
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    let home = Home::new();
    let mode = |name: &str| {
        let path = home.path().join(name);
        path.metadata().unwrap_or_else(|error| panic!("{name}: {error}")).permissions().mode() & 0o777
    };
    let source = home.write("a.txt", "Es regnet.\n");
    std::fs::set_permissions(source, PermissionsExt::from_mode(0o600)).expect("sets");
    home.write("open.txt", "Es regnet.\n");
    let run = |mask: &str, arguments: &str| {
        let line = format!("umask {mask}; exec {} {arguments}", env!("CARGO_BIN_EXE_wasan"));
        let mut command = Command::new("bash");
        command.args(["-c", &line]).current_dir(home.path()).env_remove("WASAN_DATA");
        let ended = command.envs(home.environment()).output().expect("runs");
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    };
    run("000", "translate --from de --to en a.txt --bilingual --tmx all.tmx --out new/out");
    for name in ["new/out/a.en.txt", "new/out/a.en.txt.de-en.html", "all.tmx"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
    assert_eq!(mode("data/wasan"), 0o700);
    for name in home.names("data/wasan") {
        assert_eq!(mode(&format!("data/wasan/{name}")), 0o600, "{name}");
    }
    run("077", "translate --from de --to en open.txt");
    assert_eq!(mode("open.en.txt"), 0o600, "the user's mask counts too");
    std::fs::set_permissions(home.path(), PermissionsExt::from_mode(0o755)).expect("sets");
    run("022", "translate --from de --to en open.txt --out shared");
    assert_eq!((mode("shared"), mode("shared/open.en.txt")), (0o755, 0o644), "what is open stays open");
    run("000", "memory export memory.tmx --from de --to en");
    assert_eq!(mode("memory.tmx"), 0o600);
}

/// Every command that prints a result says why it cannot, and a reader that ends first is no failure.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_and_a_closed_pipe_are_told_apart() {
    let home = translated();
    home.write("lines.txt", "Es regnet.\n");
    home.write("g.csv", "de,en\nBahnhof,station\n");
    home.run_ok(&[&["glossary", "import", "g.csv"][..], &PAIR].concat());
    let commands: [&[&str]; 14] = [
        &["jobs", "list"],
        &["jobs", "list", "--json"],
        &["jobs", "show", "1"],
        &["memory", "list"],
        &["memory", "search", "Es regnet", "--from", "de", "--to", "en"],
        &["glossary", "list", "--from", "de", "--to", "en"],
        &["models", "list"],
        &["models", "sets"],
        &["models", "info", "starter-large"],
        &["tokens", "--model", "starter-large", "Es regnet."],
        &["--help"],
        &["translate", "--from", "de", "--to", "en", "Es regnet."],
        &["translate", "--from", "de", "--to", "en", "--resume", "a.txt"],
        &["translate", "--from", "de", "--to", "en", "--format", "txt"],
    ];
    let run = |command: &[&str], out: Stdio| {
        let input = std::fs::File::open(home.path().join("lines.txt")).expect("opens");
        let ended = home.command(command).stdin(input).stdout(out).output().expect("runs");
        ProgramResult::from(ended)
    };
    for command in commands {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("opens");
        let ended = run(command, full.into());
        assert_eq!(ended.status, Some(1), "{command:?}: {}", ended.err);
        assert!(ended.err.contains("cannot write to standard output: No space left"), "{}", ended.err);
        assert!(!ended.err.contains("panicked"), "{}", ended.err);
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let ended = run(command, writer.into());
        assert_eq!(ended.status, Some(141), "{command:?}: {}", ended.err);
        assert!(!ended.err.contains("panicked") && !ended.err.contains("wasan: "), "{}", ended.err);
        // Messages that nobody reads do not change what happens.
        let input = std::fs::File::open(home.path().join("lines.txt")).expect("opens");
        let full = std::fs::File::options().write(true).open("/dev/full").expect("opens");
        let ended = home.command(command).stdin(input).stderr(full).output().expect("runs");
        assert_eq!(ended.status.code(), Some(0), "{command:?}");
    }
}

/// Names and texts cannot move the cursor, colour the terminal or reverse a line.
#[cfg(unix)]
#[test]
fn control_characters_are_shown_as_codes() {
    let home = Home::new();
    let name = "a\u{1b}[31m\u{202e}gpj\u{9b}.txt";
    home.write(name, "Es regnet\u{1b}[2J \u{202e}heute.\n");
    let is_safe = |text: &str| {
        !text.chars().any(|c| {
            (c.is_control() && c != '\n' && c != '\t')
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        })
    };
    let ended = home.run(&[&DE_EN[..], &[name]].concat());
    assert_eq!(ended.status, Some(0), "{}", ended.err);
    assert!(is_safe(&ended.err) && ended.err.contains(r"a\u001b[31m\u202egpj\u009b.txt: "), "{}", ended.err);
    // A script gets the path as it is.
    assert!(home.path().join(ended.out.trim_end()).is_file(), "{}", ended.out);
    let gone = format!("gone{name}");
    let unit = |text: &str, code: &str| format!("<tuv xml:lang='{code}'><seg>{text}</seg></tuv>");
    let (german, english) = (unit("Es schneit.\u{9b}31m", "de"), unit("It \u{202e}snows.\u{9b}", "en"));
    home.write(
        "m.tmx",
        format!(
            "<?xml version='1.0'?><tmx version='1.4'><header/><body><tu>{german}{english}</tu></body></tmx>"
        ),
    );
    home.run_ok(&[&["memory", "import", "m.tmx"][..], &PAIR].concat());
    let found = home.run(&[&["memory", "search", "Es schneit"][..], &PAIR].concat());
    assert!(is_safe(&found.out) && found.out.contains(r"It \u202esnows.\u009b"), "{}", found.out);
    let commands: [&[&str]; 8] = [
        &["jobs", "list"],
        &["jobs", "list", "--json"],
        &["jobs", "show", "1"],
        &["memory", "import", &gone, "--from", "de", "--to", "en"],
        &["models", "info", &gone],
        &["models", "import", &gone],
        &["translate", "--from", "de", "--to", "en", "--recipe", &gone, "x"],
        &[&gone],
    ];
    for command in commands {
        let ended = home.run(command);
        assert!(is_safe(&ended.out) && is_safe(&ended.err), "{command:?}: {} {}", ended.out, ended.err);
        assert!((ended.out + &ended.err).contains(r"\u001b"), "{command:?}");
    }
    let row = home.run(&["jobs", "list", "--json"]).json();
    assert!(row["input"].as_str().is_some_and(|input| input.ends_with(name)), "{row}");
}

#[test]
fn without_a_place_for_the_data_nothing_is_written() {
    let home = Home::new();
    home.write("a.txt", "Es regnet.\n");
    let run = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = home.command(arguments);
        for name in ["HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_DATA_HOME", "XDG_CACHE_HOME"] {
            command.env_remove(name);
        }
        let output = command.envs(variables.iter().copied()).stdin(Stdio::null()).output().expect("runs");
        ProgramResult::from(output)
    };
    let document = [&DE_EN[..], &["a.txt"]].concat();
    for (variables, cause) in [
        (&[][..], "HOME is not set"),
        (&[("HOME", "")], "HOME is not set"),
        (&[("HOME", "here")], "not an absolute path"),
        (&[("WASAN_DATA", "")], "WASAN_DATA is empty"),
    ] {
        for command in [&document[..], &["jobs", "list"], &["memory", "list"], &["jobs", "clear"]] {
            let ended = run(variables, command);
            assert_eq!(ended.status, Some(1), "{variables:?} {command:?}: {}", ended.err);
            assert!(ended.err.contains(cause) && ended.err.contains("WASAN_DATA"), "{}", ended.err);
        }
        assert_eq!(home.names(""), ["a.txt"]);
    }
    // A text needs no data.
    let ended = run(&[], &[&DE_EN[..], &["Es regnet."]].concat());
    assert_eq!((ended.status, ended.out.as_str()), (Some(0), "It's raining.\n"), "{}", ended.err);
    assert_eq!(home.names(""), ["a.txt"]);
    assert_eq!(run(&[("WASAN_DATA", "named")], &document).status, Some(0));
    assert!(home.path().join("named/wasan.db").is_file());
    assert_eq!(home.run(&["jobs", "list", "--data", ""]).status, Some(2));
}

#[test]
fn out_is_made_and_names_a_file_only_for_one_document() {
    let home = Home::new();
    std::fs::create_dir_all(home.path().join("in/deep")).expect("makes");
    home.write("a.txt", "Es regnet.\n");
    home.write("b.txt", "Es regnet.\n");
    home.write("in/deep/c.txt", "Es regnet.\n");
    let run = |arguments: &[&str]| home.run(&[&DE_EN[..], arguments].concat());
    for (arguments, out) in [
        (&["a.txt", "--out", "new/out"][..], "new/out/a.en.txt\n"),
        (&["a.txt", "--out", "x.txt/"], "x.txt/a.en.txt\n"),
        (&["a.txt", "--out", "x.txt"], "x.txt/a.en-2.txt\n"),
        (&["a.txt", "--out", "rain.txt"], "rain.txt\n"),
        (&["a.txt", "b.txt", "--out", "two"], "two/a.en.txt\ntwo/b.en.txt\n"),
        (&["in", "--out", "tree"], "tree/deep/c.en.txt\n"),
    ] {
        let ended = run(arguments);
        let separated = ended.out.replace('\\', "/");
        assert_eq!((ended.status, separated.as_str()), (Some(0), out), "{arguments:?}: {}", ended.err);
    }
    assert_eq!(home.read("rain.txt"), "It's raining.\n");
    for (arguments, message) in [
        (&["a.txt", "b.txt", "--out", "y.txt"][..], "not just one document"),
        (&["in", "--out", "y.txt"], "not just one document"),
        (&["a.txt", "--out", "y.docx"], "not of this format"),
        (&["a.txt", "--out", "rain.txt"], "exists and is not a folder"),
    ] {
        let ended = run(arguments);
        assert_eq!(ended.status, Some(2), "{arguments:?}: {}", ended.err);
        assert!(ended.err.contains(message), "{arguments:?}: {}", ended.err);
    }
    assert!(!home.path().join("y.txt").exists() && !home.path().join("y.docx").exists());
    assert_eq!(run(&["gone.txt", "--out", "none"]).status, Some(1));
    assert!(!home.path().join("none").exists(), "nothing is made for nothing");
}

#[test]
fn names_have_the_target_language_and_skipped_files_are_named() {
    let home = Home::new();
    std::fs::create_dir(home.path().join("in")).expect("makes");
    for name in ["x.de.txt", "messages_de.properties", "de.yml", "app.exe", "old.en.txt"] {
        home.write(&format!("in/{name}"), "a: Es regnet.\n");
    }
    let ended = home.run(&[&DE_EN[..], &["in"]].concat());
    let mut out: Vec<&str> = ended.out.lines().collect();
    out.sort_unstable();
    assert_eq!(out, ["in/en.yml", "in/messages_en.properties", "in/x.en.txt"], "{}", ended.err);
    assert!(ended.err.contains("in/app.exe: skipped, Wasan does not read "), "{}", ended.err);
    assert!(ended.err.contains("in/old.en.txt: skipped, it is named like a translation"), "{}", ended.err);
    let ended = home.run(&[&DE_EN[..], &["in"]].concat());
    assert!(ended.err.contains("in/messages_en.properties: skipped"), "{}", ended.err);
    assert_eq!(ended.out.lines().count(), 3, "{}", ended.out);
}

#[test]
fn resuming_a_finished_document_says_that_it_is_done() {
    let home = translated();
    let again = [&DE_EN[..], &["--resume", "a.txt"]].concat();
    let ended = home.run(&again);
    let output = home.path().join("a.en.txt").display().to_string();
    assert_eq!((ended.status, ended.out.trim_end()), (Some(0), output.as_str()), "{}", ended.err);
    assert!(ended.err.contains("already translated"), "{}", ended.err);
    let json = home.run(&[&again[..], &["--json"]].concat()).json();
    assert_eq!((&json["job"], &json["output"]), (&1.into(), &output.as_str().into()));
    assert_eq!(home.names("").iter().filter(|name| name.starts_with("a.en")).count(), 1);
    // A changed source is translated again, into the same file.
    home.write("a.txt", "Es regnet.\n\nWo ist der Bahnhof?\n");
    let ended = home.run(&again);
    assert_eq!((ended.status, ended.out.trim_end()), (Some(0), output.as_str()), "{}", ended.err);
    assert_eq!(home.read("a.en.txt"), "It's raining.\n\nWhere is the station?\n");
    assert_eq!(home.run_ok(&["jobs", "list"]).lines().count(), 1);
}

#[test]
fn clear_says_what_it_leaves() {
    let home = translated();
    let ended = home.run(&["jobs", "clear", "1"]);
    assert_eq!(ended.status, Some(0), "{}", ended.err);
    assert!(ended.err.contains("1 removed") && ended.err.contains("wasan memory clear"), "{}", ended.err);
    let ended = home.run(&[&["memory", "clear"][..], &PAIR].concat());
    assert_eq!(ended.status, Some(0), "{}", ended.err);
    for name in home.names("data/wasan") {
        let bytes = std::fs::read(home.path().join("data/wasan").join(&name)).expect("reads");
        assert!(!String::from_utf8_lossy(&bytes).contains("Es regnet"), "{name}");
    }
}

/// A document on standard input is nowhere on the disk, not even while it is translated; Ctrl-C ends the command also
/// while it waits for the end of its input.
#[cfg(unix)]
#[test]
fn a_document_on_standard_input_leaves_nothing_behind() {
    use std::io::Write;

    use crate::program::interrupt;

    let home = Home::new();
    std::fs::create_dir(home.path().join("tmp")).expect("makes");
    let text: String = (0..20_000).map(|n| format!("Quittenmus kostet heute {n} Euro.\n\n")).collect();
    for closes in [false, true] {
        let mut command = home.command(&[&DE_EN[..], &["--format", "txt", "--no-memory"]].concat());
        let mut child = command.env("TMPDIR", home.path().join("tmp")).spawn().expect("starts");
        let mut stdin = child.stdin.take().expect("is piped");
        // More than a pipe holds: once it is written, the program reads, and so it listens to Ctrl-C.
        stdin.write_all(text.as_bytes()).expect("is read");
        let open = (!closes).then_some(stdin);
        interrupt(&child);
        assert_eq!(child.wait().expect("ends").code(), Some(130));
        drop(open);
        assert_eq!(home.run_ok(&["jobs", "list"]), "");
        assert!(home.names("tmp").is_empty(), "{:?}", home.names("tmp"));
        for name in home.names("data/wasan") {
            let bytes = std::fs::read(home.path().join("data/wasan").join(&name)).expect("reads");
            assert!(!String::from_utf8_lossy(&bytes).contains("Quittenmus"), "{name}");
        }
    }
}
