//! Exit statuses, and messages that name the cause.

use crate::program::Home;

const DE_EN: [&str; 5] = ["translate", "--from", "de", "--to", "en"];

#[test]
fn an_invalid_command_line_is_status_2_and_names_the_argument() {
    let home = Home::new();
    let cases: [(&[&str], &str); 17] = [
        (&["translate", "--from", "xx", "--to", "en", "x"], "'xx'"),
        (&["translate", "--from", "de", "--to", "German", "x"], "'German'"),
        (&["translate", "--from", "de", "--to", "de", "x"], "same language"),
        (&["translate", "--from", "de", "x"], "--to"),
        (&["translate", "--from", "de", "--to", "en", "--sequences", "0", "x"], "1..=64"),
        (&["translate", "--from", "de", "--to", "en", "--out", "nowhere", "x"], "--out is for documents"),
        (&["translate", "--from", "de", "--to", "en", "--beam", "9", "x"], "--sequences"),
        (&["translate", "--from", "de", "--to", "en", "--temperature", "-1", "x"], "0 or more"),
        (
            &["translate", "--from", "de", "--to", "en", "--tmx", "a.tmx", "Es regnet."],
            "--tmx is for documents",
        ),
        (&["translate", "--from", "de", "--to", "en", "--columns", "2"], "--columns is for documents"),
        (&["translate", "--from", "de", "--to", "en", "--resume", "Es regnet."], "--resume is for documents"),
        (
            &["translate", "--from", "de", "--to", "en", "--format", "md", "--bilingual"],
            "--bilingual does nothing",
        ),
        (
            &["translate", "--from", "de", "--to", "en", "--format", "md", "--tmx", "a.tmx"],
            "--tmx does nothing",
        ),
        (&["translate", "--from", "de", "--to", "en", "--format", "md", "--json"], "--json does nothing"),
        (&["logits", "--model", "starter-large", "--tokens", "0,x"], "'x'"),
        (&["models", "import", "x", "--role", "boss"], "--role"),
        (&["fly"], "fly"),
    ];
    for (arguments, message) in cases {
        let ended = home.run(arguments);
        assert_eq!((ended.status, ended.out.as_str()), (Some(2), ""), "{arguments:?}: {}", ended.err);
        assert!(ended.err.contains(message), "{arguments:?}: {}", ended.err);
    }
}

#[test]
fn an_invalid_recipe_is_status_2_and_shows_the_position() {
    let home = Home::new();
    for (recipe, position) in [("L + 0.5*s rc + tgt", "«0.5*s rc»"), ("L ++ src", "«»"), ("L*2", "«L*2»")]
    {
        let ended = home.run(&[&DE_EN[..], &["--recipe", recipe, "Es regnet.", "Es regnet."]].concat());
        assert_eq!(ended.status, Some(2), "{}", ended.err);
        assert_eq!(ended.err.matches(position).count(), 1, "reported once: {}", ended.err);
    }
}

#[test]
fn no_such_model_or_adapter_is_status_3() {
    let home = Home::new();
    let cases: [(&[&str], &str); 5] = [
        (&["--large", "no-such-model"], "no-such-model"),
        (&["--recipe", "L + base"], "«base»"),
        (&["--recipe", "L + no_such_model"], "«no_such_model»"),
        (&["--adapter", "no-such-adapter"], "no-such-adapter"),
        (&["--to", "fr"], "de-fr"),
    ];
    for (arguments, message) in cases {
        let languages = if arguments[0] == "--to" { &DE_EN[..3] } else { &DE_EN[..] };
        let ended = home.run(&[languages, arguments, &["Es regnet.", "Tom ist müde."]].concat());
        assert_eq!((ended.status, ended.out.as_str()), (Some(3), ""), "{arguments:?}: {}", ended.err);
        assert_eq!(ended.err.matches("wasan: ").count(), 1, "reported once: {}", ended.err);
        assert!(ended.err.contains(message), "{arguments:?}: {}", ended.err);
    }
    assert_eq!(home.run(&["models", "info", "no-such-model"]).status, Some(3));
    assert_eq!(home.run(&["logits", "--model", "no-such-model", "--tokens", "0"]).status, Some(3));
}

#[test]
fn every_command_has_help() {
    let home = Home::new();
    let models =
        ["list", "info", "sets", "get", "find", "test", "recipe", "import", "edit", "align", "remove"];
    let mut commands =
        vec![vec![], vec!["translate"], vec!["models"], vec!["gpu"], vec!["bench"], vec!["logits"]];
    commands.extend([vec!["tokens"], vec!["jobs"], vec!["memory"], vec!["glossary"]]);
    commands.extend(models.map(|command| vec!["models", command]));
    for command in commands {
        let help = home.run_ok(&[command, vec!["--help"]].concat());
        assert!(help.contains("Usage: wasan"), "{help}");
    }
    assert!(home.run_ok(&["--version"]).starts_with("wasan "));
}

#[test]
fn a_closed_pipe_ends_the_command_quietly() {
    let home = Home::new();
    for command in [&["models", "list"][..], &["models", "sets"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let ended = home.command(command).stdout(writer).output().expect("the program starts");
        let message = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(141), "{command:?}: {message}");
        assert!(!message.contains("panicked"), "{message}");
    }
}
