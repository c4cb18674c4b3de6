//! Documents in the queue: folders, summaries, resuming, the memory and the glossary from a terminal.

use crate::program::Home;

const DE_EN: [&str; 5] = ["translate", "--from", "de", "--to", "en"];
const PAIR: [&str; 4] = ["--from", "de", "--to", "en"];

#[test]
fn a_folder_is_translated_once_with_its_subfolders() {
    let home = Home::new();
    std::fs::create_dir_all(home.path().join("in/deep")).expect("makes folders");
    std::fs::create_dir(home.path().join("out")).expect("makes a folder");
    home.write("in/a.txt", "Es regnet.\n");
    home.write("in/deep/b.md", "- Tom ist müde.\n");
    home.write("in/deep/c.bin", "x");
    let ended = home.run(&[&DE_EN[..], &["in", "--out", "out"]].concat());
    assert_eq!(
        (ended.status, ended.out.as_str()),
        (Some(0), "out/a.en.txt\nout/deep/b.en.md\n"),
        "{}",
        ended.err
    );
    assert!(ended.err.contains("in/a.txt: 1 sentence"), "{}", ended.err);
    assert_eq!(home.read("out/deep/b.en.md"), "- Tom is tired.\n");
    // Translations beside their sources are not translated again.
    assert_eq!(home.run_ok(&[&DE_EN[..], &["in/*.txt"]].concat()), "in/a.en.txt\n");
    let ended = home.run(&[&DE_EN[..], &["in"]].concat());
    assert_eq!(ended.out, "in/a.en-2.txt\nin/deep/b.en.md\n", "{}", ended.err);
    assert!(ended.err.contains("1 reused"), "{}", ended.err);
}

#[test]
fn a_document_on_standard_input_is_translated_to_standard_output() {
    let home = Home::new();
    let ended = home.run_with_input(&[&DE_EN[..], &["--format", "md"]].concat(), "# Es regnet.\n\n`x`\n");
    assert_eq!((ended.status, ended.out.as_str()), (Some(0), "# It's raining.\n\n`x`\n"), "{}", ended.err);
    assert_eq!(home.run_ok(&["jobs", "list"]), "", "the queue does not keep it");
    let ended = home.run_with_input(&[&DE_EN[..], &["--format", "docx"]].concat(), b"\x89PNG\r\n\x1a\n");
    assert_eq!((ended.status, ended.out.as_str()), (Some(1), ""), "{}", ended.err);
    assert_eq!(home.run_ok(&["jobs", "list"]), "", "nor a document that could not be translated");
    let doubtful = "Zxqv brkl %s 98765 {wrgl} fnord.\n\nEs regnet.\n";
    let ended = home.run_with_input(&[&DE_EN[..], &["--format", "txt"]].concat(), doubtful);
    assert_eq!(ended.status, Some(0), "{}", ended.err);
    assert!(ended.err.contains("standard input: 2 sentences, 1 to review"), "{}", ended.err);
}

#[test]
fn a_file_of_an_unknown_kind_is_refused_unless_its_format_is_given() {
    let home = Home::new();
    home.write("a.rb", "Es regnet.\n");
    let ended = home.run(&[&DE_EN[..], &["a.rb"]].concat());
    assert_eq!((ended.status, ended.out.as_str()), (Some(1), ""), "{}", ended.err);
    assert!(
        ended.err.contains("Wasan does not read Ruby") && ended.err.contains("--format txt"),
        "{}",
        ended.err
    );
    assert_eq!(home.run_ok(&[&DE_EN[..], &["--format", "txt", "a.rb"]].concat()), "a.en.rb\n");
    assert_eq!(home.read("a.en.rb"), "It's raining.\n");
    let ended = home.run(&[&DE_EN[..], &["--format", "txt", "Es regnet."]].concat());
    assert!(ended.err.contains("--format is for documents"), "{}", ended.err);
}

#[test]
fn the_source_language_is_detected_if_it_is_certain() {
    let home = Home::new();
    let auto = ["translate", "--from", "auto", "--to", "en"];
    home.write(
        "a.txt",
        "Ich habe heute leider gar keine Zeit, weil meine Mutter aus dem Krankenhaus gekommen ist.\n",
    );
    let ended = home.run(&[&auto[..], &["a.txt"]].concat());
    assert_eq!(ended.status, Some(0), "{}", ended.err);
    assert!(ended.err.starts_with("de ("), "{}", ended.err);
    let ended = home.run(&[&auto[..], &["OK."]].concat());
    assert_eq!((ended.status, ended.out.as_str()), (Some(1), ""));
    assert!(ended.err.contains("--from"), "{}", ended.err);
}

/// An input of uncertain language, a missing one, and a text in the target language are reported; the documents between
/// them are translated and printed.
#[test]
fn a_problem_of_one_input_does_not_stop_the_others() {
    let home = Home::new();
    let german =
        "Ich habe heute leider gar keine Zeit, weil meine Mutter aus dem Krankenhaus gekommen ist.\n";
    home.write("a.txt", german);
    home.write("note.txt", "OK.\n");
    home.write("b.txt", german);
    let english =
        "The agreement was signed by both parties yesterday, and nobody has said anything about it.";
    let inputs = ["a.txt", "note.txt", "gone.txt", english, "b.txt"];
    let ended = home.run(&[&["translate", "--from", "auto", "--to", "en"][..], &inputs].concat());
    assert_eq!((ended.status, ended.out.as_str()), (Some(1), "a.en.txt\nb.en.txt\n"), "{}", ended.err);
    for message in ["which language this is in: note.txt", "gone.txt", "in the target language (en)"] {
        assert!(ended.err.contains(message), "{message}: {}", ended.err);
    }
    let list = home.run_ok(&["jobs", "list"]);
    assert_eq!(list.lines().filter(|line| line.contains("done")).count(), 2, "{list}");

    let json = ["translate", "--from", "auto", "--to", "en", "--json", "note.txt", "b.txt"];
    let ended = home.run(&json);
    let lines: Vec<serde_json::Value> =
        ended.out.lines().map(|line| serde_json::from_str(line).expect("is JSON")).collect();
    assert_eq!((ended.status, lines.len()), (Some(1), 2), "{}", ended.err);
    assert_eq!((&lines[0]["input"], &lines[0]["problem"]["code"]), (&"note.txt".into(), &"language".into()));
    assert_eq!(lines[1]["input"], "b.txt");
}

/// An unreadable glossary is reported before the first document is queued.
#[test]
fn a_problem_of_all_inputs_is_reported_before_the_first() {
    let home = Home::new();
    home.write("a.txt", "Es regnet.\n");
    home.write("b.txt", "Es regnet.\n");
    let ended = home.run(&[&DE_EN[..], &["a.txt", "b.txt", "--glossary", "gone.csv"]].concat());
    assert_eq!((ended.status, ended.out.as_str()), (Some(1), ""), "{}", ended.err);
    assert!(ended.err.contains("gone.csv"), "{}", ended.err);
    assert_eq!(home.run_ok(&["jobs", "list"]), "");
}

#[test]
fn extras_are_written_beside_the_translation() {
    let home = Home::new();
    home.write("a.txt", "Es regnet.\n\nTom ist müde.\n");
    home.run_ok(&[&DE_EN[..], &["a.txt", "--bilingual", "--tmx", "all.tmx"]].concat());
    let page = home.read("a.en.txt.de-en.html");
    assert!(page.contains("Tom ist müde.</td>") && page.contains("Tom is tired.</td>"), "{page}");
    assert!(
        home.read("all.tmx").contains("<seg>It&apos;s raining.</seg>")
            || home.read("all.tmx").contains("It's raining.")
    );
    assert_eq!(home.run(&[&DE_EN[..], &["a.txt", "--tmx", "all.tmx"]].concat()).status, Some(2));
    let json = home.run(&[&DE_EN[..], &["a.txt", "--json"]].concat()).json();
    assert_eq!((&json["reused"], &json["input"], &json["job"]), (&2.into(), &"a.txt".into(), &2.into()));
}

/// Two documents that differ only in their extensions, and an existing page: every translation is written and its path
/// printed.
#[test]
fn bilingual_versions_do_not_overwrite_each_other() {
    let home = Home::new();
    std::fs::create_dir(home.path().join("in")).expect("makes");
    home.write("in/a.txt", "Es regnet.\n");
    home.write("in/a.md", "# Es regnet.\n");
    home.write("in/a.en.md.de-en.html", "mine");
    let ended = home.run(&[&DE_EN[..], &["in/a.txt", "in/a.md", "--bilingual"]].concat());
    assert_eq!((ended.status, ended.out.as_str()), (Some(0), "in/a.en.txt\nin/a.en.md\n"), "{}", ended.err);
    assert_eq!(home.read("in/a.en.md.de-en.html"), "mine");
    let pages: Vec<String> = home.names("in").into_iter().filter(|name| name.ends_with(".html")).collect();
    assert_eq!(pages, ["a.en.md.de-en-2.html", "a.en.md.de-en.html", "a.en.txt.de-en.html"]);
    // A later run does not translate the pages.
    let ended = home.run(&[&DE_EN[..], &["in"]].concat());
    assert_eq!(ended.out, "in/a.en-2.md\nin/a.en-2.txt\n", "{}", ended.err);
}

#[test]
fn segments_are_shown_corrected_and_stored() {
    let home = Home::new();
    home.write("a.txt", "Es regnet.\n\nTom ist müde.\n");
    home.run_ok(&[&DE_EN[..], &["a.txt"]].concat());
    let shown = home.run_ok(&["jobs", "show", "1"]);
    assert_eq!(shown.lines().count(), 4, "{shown}");
    assert!(shown.starts_with("    0  translated      Es regnet.\n"), "{shown}");
    home.run_ok(&["jobs", "edit", "1", "0", "It pours."]);
    assert_eq!(home.read("a.en.txt"), "It pours.\n\nTom is tired.\n");
    let found = home.run_ok(&[&["memory", "search", "Es regnet"][..], &PAIR].concat());
    assert!(found.contains("It pours."), "{found}");
    home.run_ok(&[&["memory", "export", "m.tmx"][..], &PAIR].concat());
    assert_eq!(home.run_ok(&["memory", "list"]), "de-en  2\n");
    home.run_ok(&[&["memory", "clear"][..], &PAIR].concat());
    home.run_ok(&[&["memory", "import", "m.tmx"][..], &PAIR].concat());
    assert_eq!(home.run_ok(&["memory", "list"]), "de-en  2\n");
    assert_eq!(home.run(&["jobs", "edit", "1", "7", "x"]).status, Some(2));
    assert_eq!(home.run(&["jobs", "show", "9"]).status, Some(2));
    home.run_ok(&["jobs", "clear"]);
    assert_eq!(home.run_ok(&["jobs", "list"]), "");
    assert_eq!(home.read("a.en.txt"), "It pours.\n\nTom is tired.\n");
    let doubtful = "Zxqv brkl %s 98765 {wrgl} fnord.\n";
    home.write("b.txt", doubtful);
    home.run_ok(&[&DE_EN[..], &["b.txt"]].concat());
    let shown = home.run_ok(&["jobs", "show", "2", "--only", "to-review"]);
    assert!(shown.contains("  doubtful  ") || shown.contains("  not translated  "), "{shown}");
    assert!(shown.contains("! ") && !shown.contains(['"', '_']), "in words: {shown}");
}

#[test]
fn terms_are_imported_listed_and_removed() {
    let home = Home::new();
    home.write("g.csv", "de,en\nBahnhof,station\nMutter,mother\n");
    home.run_ok(&[&["glossary", "import", "g.csv"][..], &PAIR].concat());
    let list = [&["glossary", "list"][..], &PAIR].concat();
    assert_eq!(home.run_ok(&list), "Bahnhof\tstation\nMutter\tmother\n");
    home.run_ok(&[&["glossary", "remove", "Mutter"][..], &PAIR].concat());
    assert_eq!(home.run_ok(&list), "Bahnhof\tstation\n");
    home.run_ok(&[&["glossary", "remove", "--all"][..], &PAIR].concat());
    assert_eq!(home.run_ok(&list), "");
    home.write("empty.csv", "x\n");
    assert_eq!(home.run(&[&["glossary", "import", "empty.csv"][..], &PAIR].concat()).status, Some(2));
}

#[test]
fn repeated_terms_are_suggested_in_the_form_that_an_import_reads() {
    let home = Home::new();
    home.write(
        "a.txt",
        "Wo ist der Bahnhof?\n\nIch warte am Bahnhof.\n\nDas ist ein neuer Bahnhof.\n\nEs regnet.\n",
    );
    home.run_ok(&[&DE_EN[..], &["a.txt"]].concat());
    let suggested = home.run_ok(&["glossary", "suggest", "1"]);
    assert_eq!(suggested, "Bahnhof\tstation\t3 of 3\n");
    home.write("g.tsv", &suggested);
    home.run_ok(&[&["glossary", "import", "g.tsv"][..], &PAIR].concat());
    assert_eq!(home.run_ok(&[&["glossary", "list"][..], &PAIR].concat()), "Bahnhof\tstation\n");
    assert_eq!(home.run_ok(&["glossary", "suggest", "1"]), "", "the glossary has it");
    assert_eq!(home.run(&["glossary", "suggest", "7"]).status, Some(2));

    assert_eq!(home.run_ok(&["jobs", "terms", "1"]), suggested, "it is kept the same");
    home.run_ok(&["jobs", "terms", "1", "Bahnhof", "terminal"]);
    assert_eq!(home.run_ok(&["jobs", "terms", "1"]), "Bahnhof\tterminal\t0 of 3\n");
    let shown = home.run_ok(&["jobs", "show", "1", "--only", "glossary"]);
    assert_eq!(shown.matches("glossary term missing: terminal").count(), 3, "{shown}");
    assert_eq!(home.run(&["jobs", "terms", "1", "Bahnhof"]).status, Some(2));
    home.run_ok(&[&DE_EN[..], &["--terms", "off", "--out", "off", "a.txt"]].concat());
    assert_eq!(home.run_ok(&["jobs", "terms", "2"]), "");
}

// Whether a translation has a term, or reports that it is missing.
fn has_or_reports(result: &serde_json::Value, term: &str) -> bool {
    let reasons = &result["sentences"][0]["reasons"];
    let lacks = reasons.as_array().is_some_and(|reasons| reasons.iter().any(|reason| reason["text"] == term));
    lacks || result["sentences"][0]["translation"].as_str().is_some_and(|text| text.contains(term))
}

/// The glossary of the run and the stored one apply to texts, lines and documents.
#[test]
fn a_glossary_applies_to_every_kind_of_input() {
    let home = Home::new();
    home.write("g.csv", "de,en\nBahnhof,railway stop\n");
    let text = "Wo ist der Bahnhof?";
    let json = [&DE_EN[..], &["--json"]].concat();
    let plain = home.run(&[&json[..], &[text]].concat()).json();
    assert!(!has_or_reports(&plain, "railway stop"), "{plain}");
    let given = [&json[..], &["--glossary", "g.csv"]].concat();
    let result = home.run(&[&given[..], &[text]].concat()).json();
    assert!(has_or_reports(&result, "railway stop"), "{result}");
    let result = home.run_with_input(&given, text).json();
    assert!(has_or_reports(&result, "railway stop"), "{result}");
    home.run_ok(&[&["glossary", "import", "g.csv"][..], &PAIR].concat());
    let result = home.run(&[&json[..], &[text]].concat()).json();
    assert!(has_or_reports(&result, "railway stop"), "{result}");
}

/// Options given with --resume replace the original settings; the others remain.
#[test]
fn a_resumed_document_uses_the_options_given_now() {
    let home = Home::new();
    ["first", "second"].iter().for_each(|name| std::fs::create_dir(home.path().join(name)).expect("makes"));
    home.write("g.csv", "de,en\nBahnhof,railway stop\n");
    home.write("a.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    let first = home.run(&[&DE_EN[..], &["a.txt", "--out", "first", "--glossary", "g.csv"]].concat());
    assert_eq!(first.status, Some(1), "{}", first.err);
    home.write("a.txt", "Wo ist der Bahnhof?\n");
    let again = [&DE_EN[..], &["--json", "--resume", "a.txt"]].concat();
    let result = home.run(&again).json();
    assert!(has_or_reports(&result, "railway stop"), "its glossary is stored: {result}");
    assert_eq!(home.names("first"), ["a.en.txt"]);

    home.write("a.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    assert_eq!(home.run(&[&DE_EN[..], &["a.txt", "--out", "first"]].concat()).status, Some(1));
    home.write("a.txt", "Wo ist der Bahnhof?\n");
    home.write("h.csv", "de,en\nBahnhof,train depot\n");
    let result = home.run(&[&again[..], &["--out", "second", "--glossary", "h.csv"]].concat()).json();
    assert!(has_or_reports(&result, "train depot"), "{result}");
    assert_eq!((&result["job"], home.names("second")), (&2.into(), vec!["a.en.txt".to_owned()]));
    assert_eq!(home.names("first"), ["a.en.txt"], "the earlier file remains");
}

#[test]
fn a_document_without_text_is_reported_as_a_copy() {
    let home = Home::new();
    home.write("a.md", "```\nlet x = 1;\n```\n");
    let ended = home.run(&[&DE_EN[..], &["a.md"]].concat());
    assert_eq!((ended.status, ended.out.as_str()), (Some(0), "a.en.md\n"), "{}", ended.err);
    assert!(ended.err.contains("no text to translate was found"), "{}", ended.err);
}

#[test]
fn only_the_chosen_columns_of_a_table_change() {
    let home = Home::new();
    home.write("t.csv", "id,text,note\n1,Es regnet.,Tom ist müde.\n");
    home.run_ok(&[&DE_EN[..], &["t.csv", "--columns", "2"]].concat());
    assert_eq!(home.read("t.en.csv"), "id,text,note\n1,It's raining.,Tom ist müde.\n");
    let again = [&DE_EN[..], &["t.csv", "--json", "--resume", "--columns", "2,3"]].concat();
    let result = home.run(&again).json();
    assert_eq!((&result["segments"], &result["reused"]), (&2.into(), &1.into()), "{result}");
    assert_eq!(home.read("t.en.csv"), "id,text,note\n1,It's raining.,Tom is tired.\n");
    let tables = home.names("").iter().filter(|name| name.ends_with(".csv")).count();
    assert_eq!(tables, 2, "the translation is replaced");
}

/// What a person has corrected without the memory would be lost by another translation.
#[test]
fn a_document_with_corrections_is_translated_again_only_when_that_is_confirmed() {
    let home = Home::new();
    home.write("t.csv", "id,text,note\n1,Es regnet.,Tom ist müde.\n");
    home.run_ok(&[&DE_EN[..], &["t.csv", "--columns", "2", "--no-memory"]].concat());
    home.run_ok(&["jobs", "edit", "1", "0", "It pours."]);
    let corrected = "id,text,note\n1,It pours.,Tom ist müde.\n";
    let again = [&DE_EN[..], &["t.csv", "--resume", "--columns", "2,3"]].concat();
    for refused in [&again[..], &["jobs", "retry", "1"]] {
        let ended = home.run(refused);
        assert_eq!(ended.status, Some(2), "{}", ended.err);
        assert!(ended.err.contains("loses corrections") && ended.err.contains("--yes"), "{}", ended.err);
        assert_eq!(home.read("t.en.csv"), corrected);
    }
    home.run_ok(&["jobs", "edit", "1", "0", "It pours."]);
    home.run_ok(&[&again[..], &["--yes"]].concat());
    assert_eq!(home.read("t.en.csv"), "id,text,note\n1,It's raining.,Tom is tired.\n");
}
