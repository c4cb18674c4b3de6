//! Documents: translations are written beside unchanged sources, and an unreadable file does not stop the others.

use crate::program::Home;

const DE_EN: [&str; 5] = ["translate", "--from", "de", "--to", "en"];

const TEXT: &str = "Es regnet.\r\n\r\nTom ist müde.\r\n";
const MARKDOWN: &str = "# Es regnet.\n\n- Tom ist müde.\n- `code`\n";
const SUBTITLES: &str =
    "1\n00:00:01,000 --> 00:00:02,500\nEs regnet.\n\n2\n00:00:03,000 --> 00:00:04,000\nTom ist müde.\n";

fn home() -> Home {
    let home = Home::new();
    home.write("brief.txt", TEXT);
    home.write("liste.md", MARKDOWN);
    home.write("film.srt", SUBTITLES);
    home
}

#[test]
fn documents_are_translated_beside_their_source() {
    let home = home();
    let documents = ["brief.txt", "liste.md", "film.srt"];
    let out = home.run_ok(&[&DE_EN[..], &documents].concat());
    assert_eq!(out, "brief.en.txt\nliste.en.md\nfilm.en.srt\n");
    assert_eq!(home.read("brief.en.txt"), "It's raining.\r\n\r\nTom is tired.\r\n");
    assert_eq!(home.read("liste.en.md"), "# It's raining.\n\n- Tom is tired.\n- `code`\n");
    assert_eq!(
        home.read("film.en.srt"),
        SUBTITLES.replace("Es regnet.", "It's raining.").replace("Tom ist müde.", "Tom is tired.")
    );
    for (name, source) in documents.into_iter().zip([TEXT, MARKDOWN, SUBTITLES]) {
        assert_eq!(home.read(name), source, "{name}");
    }
}

#[test]
fn nothing_is_overwritten_and_a_folder_may_be_chosen() {
    let home = home();
    home.write("brief.en.txt", "mine");
    std::fs::create_dir(home.path().join("out")).expect("makes a folder");
    assert_eq!(home.run_ok(&[&DE_EN[..], &["brief.txt"]].concat()), "brief.en-2.txt\n");
    assert_eq!(home.read("brief.en.txt"), "mine");
    assert_eq!(
        home.run_ok(&[&DE_EN[..], &["brief.txt", "--out", "out"]].concat()).trim(),
        "out/brief.en.txt"
    );
    assert_eq!(home.read("out/brief.en.txt"), home.read("brief.en-2.txt"));
    assert_eq!(home.names("out"), ["brief.en.txt"], "no temporary file is left");
}

#[test]
fn a_binary_file_does_not_stop_the_others() {
    let home = home();
    home.write("bild.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    let ended = home.run(&[&DE_EN[..], &["bild.txt", "brief.txt", "fehlt.md"]].concat());
    assert_eq!((ended.status, ended.out.as_str()), (Some(1), "brief.en.txt\n"), "{}", ended.err);
    assert!(ended.err.contains("bild.txt") && ended.err.contains("fehlt.md"), "{}", ended.err);
    assert!(home.names("").iter().all(|name| !name.starts_with("bild.en") && !name.starts_with("fehlt.en")));

    let ended = home.run(&[&DE_EN[..], &["--json", "bild.txt", "Es regnet."]].concat());
    let lines: Vec<serde_json::Value> =
        ended.out.lines().map(|line| serde_json::from_str(line).expect("is JSON")).collect();
    assert_eq!((ended.status, lines.len()), (Some(1), 2));
    assert_eq!((&lines[0]["input"], &lines[0]["job"]), (&"bild.txt".into(), &3.into()), "{}", lines[0]);
    assert!(lines[0]["problem"]["message"].as_str().is_some_and(|message| message.contains("bild.txt")));
    assert_eq!(lines[1]["text"], "It's raining.");
}

#[test]
fn placeholders_and_code_are_in_every_translation() {
    let home = Home::new();
    home.write(
        "a.json",
        r#"{"a": "Die Datei {0} ist hier", "b": "Hallo {{name}}, wie geht es dir?", "c": "%s ist da"}"#,
    );
    home.write("b.yml", "a: Die Datei {0} ist hier\nb: Der Preis ist ${price}.\n");
    home.write("c.html", "<p>Drücke <kbd>Enter</kbd> und starte <code>make all</code> im Haus.</p>");
    home.run_ok(&[&DE_EN[..], &["a.json", "b.yml", "c.html"]].concat());
    for (name, items) in [
        ("a.en.json", &["{0}", "{{name}}", "%s"][..]),
        ("b.en.yml", &["{0}", "${price}"]),
        ("c.en.html", &["<kbd>Enter</kbd>", "<code>make all</code>"]),
    ] {
        let text = home.read(name);
        for item in items {
            assert_eq!(text.matches(item).count(), 1, "{item}: {text}");
        }
    }
}

/// A translation in the memory without the placeholder would break the program.
#[test]
fn a_message_whose_placeholder_is_lost_keeps_its_source_and_the_status_says_so() {
    let home = Home::new();
    let unit = |language: &str, text: &str| format!("<tuv xml:lang=\"{language}\"><seg>{text}</seg></tuv>");
    let units = unit("de", "Die Datei {0} ist hier") + &unit("en", "The file is here");
    let memory = format!("<tmx version=\"1.4\"><header srclang=\"de\"/><body><tu>{units}</tu></body></tmx>");
    home.write("memory.tmx", memory);
    home.run_ok(&["memory", "import", "memory.tmx", "--from", "de", "--to", "en"]);
    home.write("a.properties", "a=Die Datei {0} ist hier\nb=Es regnet.\n");
    let ended = home.run(&[&DE_EN[..], &["a.properties"]].concat());
    assert_eq!((ended.status, ended.out.as_str()), (Some(1), "a.en.properties\n"), "{}", ended.err);
    assert!(ended.err.contains("1 left unchanged because of placeholders"), "{}", ended.err);
    assert_eq!(home.read("a.en.properties"), "a=Die Datei {0} ist hier\nb=It's raining.\n");
}

#[test]
fn what_is_no_text_takes_no_model_and_no_time() {
    let home = Home::new();
    let word = "YWJj1Zx9".repeat(100_000);
    home.write("a.txt", format!("Es regnet.\n\n{word}\n\nTom ist müde. {word}\n"));
    home.run_ok(&[&DE_EN[..], &["a.txt"]].concat());
    assert_eq!(home.read("a.en.txt"), format!("It's raining.\n\n{word}\n\nTom is tired. {word}\n"));
    let typed = home.run(&[&DE_EN[..], &["--json", "https://a.example/b 12!"]].concat()).json();
    assert_eq!((&typed["text"], &typed["tokens"]), (&"https://a.example/b 12!".into(), &0.into()), "{typed}");
}

#[test]
fn a_problem_names_its_document() {
    let home = Home::new();
    home.write("one.txt", "Guten Morgen.");
    home.write("broken.json", "{ a: 'b' }");
    let ended = home.run(&[&DE_EN[..], &["one.txt", "broken.json"]].concat());
    assert_eq!(ended.status, Some(1), "{}", ended.err);
    assert!(ended.err.contains("broken.json: its JSON is broken"), "{}", ended.err);
}
