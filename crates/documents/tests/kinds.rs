//! What is not known is refused, with the name of its kind and a way out; what is prose is read.

mod packages;

use documents::{Document, Error, Format};

/// The message about a file that is refused.
fn refusal(name: &str, text: &str) -> String {
    match Format::detect(name, text.as_bytes()) {
        Err(error) => error.to_string(),
        Ok(format) => panic!("{name} was read as {format:?}"),
    }
}

const JAVASCRIPT: &str = "const t = {\n  title: 'The big house',\n  run: function (x) { return x + ' is here'; },\n};\n\
    module.exports = t;\n";
const PHP: &str =
    "<?php\nreturn [\n    'title' => 'The big house',\n    'hello' => 'Hello :name, how are you?',\n];\n";
const TOML: &str =
    "title = \"The big house\"\n[owner]\nname = \"A good day\"\npath = \"/usr/bin\"\ndays = [1, 2]\n";
const JSON_LINES: &str = "{\"text\":\"The house is big.\"}\n{\"text\":\"The car is red.\"}\n";
const PYTHON: &str = "import os\n\n\ndef greet(name):\n    \"\"\"Says hello.\"\"\"\n    print(f\"Hello {name}\")\n    return os.getcwd()\n";
const INI: &str = "; comment\n[window]\ntitle=The big house\nwidth=200\n\n[user]\nname=Somebody\n";
const SHELL: &str = "#!/bin/sh\n# Builds the house.\nset -e\necho \"The house is big\"\nmake all\n";
const CSS: &str = "body {\n  color: red;\n}\n\n.title::before {\n  content: 'The big house';\n}\n";
const SQL: &str = "CREATE TABLE houses (\n  id INT PRIMARY KEY,\n  name TEXT NOT NULL\n);\nINSERT INTO houses VALUES (1, 'The big house');\n";
const JAVA: &str = "package org.example;\n\nimport java.util.List;\n\npublic class House {\n    private final String name = \"The big house\";\n\n    public String name() {\n        return name;\n    }\n}\n";
const DOCKERFILE: &str =
    "FROM debian:12\nRUN apt-get update && apt-get install -y make\nCOPY . /src\nCMD [\"make\", \"all\"]\n";
const MAKEFILE: &str = "CC = gcc\n\nall: main.o\n\t$(CC) -o main main.o\n\nclean:\n\trm -f *.o\n";
const DIFF: &str =
    "diff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c\n@@ -1,2 +1,2 @@\n-int a = 1;\n+int a = 2;\n";
const XML: &str = "<catalog>\n  <book id=\"1\">\n    <title>The big house</title>\n  </book>\n</catalog>\n";

#[test]
fn files_of_known_kinds_are_refused_by_name() {
    for (name, text, kind) in [
        ("app.js", JAVASCRIPT, "JavaScript"),
        ("App.VUE", "<template><p>The big house</p></template>", "components of web pages"),
        ("messages.php", PHP, "PHP"),
        ("index.php", "<!DOCTYPE html>\n<html><body><?php echo 'x'; ?><p>The house</p></body></html>", "PHP"),
        ("conf.toml", TOML, "TOML"),
        ("data.jsonl", JSON_LINES, "JSON Lines"),
        ("a.py", PYTHON, "Python"),
        ("a.c", "int main(void) { return 0; }\n", "C and C++"),
        ("a.rs", "fn main() {}\n", "Rust"),
        ("a.ini", INI, "settings"),
        (".gitignore", "target\n", "settings"),
        ("a.sh", SHELL, "scripts"),
        ("a.css", CSS, "style sheets"),
        ("a.sty", "\\ProvidesPackage{a}\n", "TeX packages and styles"),
        ("a.bst", "ENTRY { address }\n", "TeX packages and styles"),
        ("a.cls", "\\ProvidesClass{a}\n", "classes of TeX and Visual Basic"),
        ("a.sql", SQL, "SQL"),
        ("server.log", "2024-01-02 10:00:00 INFO The house is big\n", "logs"),
        ("a.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><text>The house</text></svg>", "SVG drawings"),
        ("a.mdx", "import A from 'a'\n\n# The house\n", "MDX"),
        ("Makefile", MAKEFILE, "build files"),
        ("Dockerfile", DOCKERFILE, "build files"),
        ("requirements.txt", "requests==2.0\n", "source code, settings or data"),
        ("robots.txt", "User-agent: *\nDisallow: /\n", "rules for search engines"),
        ("mail.eml", "From: a@b.example\n\nHello\n", "e-mail"),
        ("a.ttml", "<?xml version=\"1.0\"?><tt><p>The house</p></tt>", "subtitles of this kind"),
    ] {
        let message = refusal(name, text);
        assert!(message.starts_with(&format!("Wasan does not read {kind}; ")), "{name}: {message}");
        assert!(message.ends_with(&format!(": {name}")), "{message}");
    }
}

#[test]
fn code_is_refused_without_its_extension() {
    for text in [
        JAVASCRIPT, PHP, TOML, JSON_LINES, PYTHON, INI, SHELL, CSS, SQL, JAVA, DOCKERFILE, MAKEFILE, DIFF,
        XML,
    ] {
        for name in ["a", "a.old-1", "in"] {
            assert!(refusal(name, text).starts_with("Wasan does not read "), "{text}");
        }
    }
    for (text, kind) in [
        (SHELL, "scripts"),
        (PHP, "PHP"),
        (JSON_LINES, "JSON Lines"),
        (XML, "parts of web pages without <html>"),
        (DIFF, "patches"),
        (JAVA, "source code, settings or data"),
    ] {
        assert!(refusal("a", text).contains(kind), "{}", refusal("a", text));
    }
    // Named as text, only what nobody could take for one.
    for text in [PHP, JSON_LINES, SHELL, XML, JAVASCRIPT, TOML] {
        assert!(refusal("a.txt", text).starts_with("Wasan does not read "), "{text}");
    }
}

#[test]
fn xml_is_refused_with_or_without_a_declaration() {
    for declaration in ["", "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"] {
        for (body, kind) in [
            (XML, "XML of this kind"),
            ("<TS version=\"2.1\"><context/></TS>", "Qt Linguist catalogues"),
            ("<rss><channel><title>The house</title></channel></rss>", "web feeds"),
            (
                "<plist version=\"1.0\"><dict><key>a</key><string>The house</string></dict></plist>",
                "property lists",
            ),
            ("<project><name>The house</name></project>", "build files"),
        ] {
            let message = refusal("a.xml", &[declaration, body].concat());
            assert!(message.starts_with(&format!("Wasan does not read {kind}; ")), "{message}");
        }
    }
}

#[test]
fn an_unknown_extension_is_refused_with_the_way_to_insist() {
    let message = refusal("notes.xyz", "The house is big.\n");
    assert!(message.contains("rename it to .txt") && message.contains("--format txt"), "{message}");
    assert_eq!(Format::Text.chosen("notes.xyz", b"The house is big.\n"), Ok(Format::Text));
    assert_eq!(Format::Text.chosen("app.js", JAVASCRIPT.as_bytes()), Ok(Format::Text));
    assert_eq!(Format::Json.chosen("a.webmanifest", b"{\"name\": \"The house\"}"), Ok(Format::Json));
    assert_eq!(Format::Text.chosen("a.html", b"<html></html>"), Ok(Format::Text));
    assert_eq!(
        Format::Text.chosen("a.pdf", b"%PDF-1.7"),
        Err(Error::NotText { found: "PDF, as Markdown", name: "a.pdf".into() })
    );
    assert_eq!(Format::Docx.chosen("a.pdf", b"%PDF-1.7"), Ok(Format::Pdf));
    assert!(matches!(Format::Text.chosen("a.png", b"\x89PNG\r\n\x1a\n"), Err(Error::Unsupported { .. })));
}

/// Packages of InDesign have the container of an e-book.
#[test]
fn a_package_of_another_program_is_no_book() {
    let entries = [
        ("mimetype", "application/vnd.adobe.indesign-idml-package"),
        ("META-INF/container.xml", "<container/>"),
    ];
    let error = Format::detect("a.idml", &packages::pack(&entries)).expect_err("no document").to_string();
    assert!(error.starts_with("Wasan does not read documents of this kind; "), "{error}");
}

#[test]
fn bytes_say_what_a_file_is() {
    let tar = [vec![b'a'; 257], b"ustar\0".to_vec()].concat();
    let mobi = [vec![0; 60], b"BOOKMOBI".to_vec()].concat();
    let ole = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), vec![0; 100]].concat();
    for (name, bytes, kind, way_out) in [
        ("a.txt", &b"{\\rtf1 x}"[..], "Rich Text", ".docx"),
        ("a", b"\x89PNG\r\n\x1a\n", "images", "OCR"),
        ("a.docx", b"\xff\xd8\xff\xe0", "images", "OCR"),
        ("a.webp", b"RIFF\x01\x02\x03\x04WEBPVP8 ", "images", "OCR"),
        ("a.mp4", b"\0\0\0\x20ftypisom", "sound and video", ".srt"),
        ("a.gz", b"\x1f\x8b\x08\0", "archives", "unpack"),
        ("a", &tar, "archives", "unpack"),
        ("a.mobi", &mobi, "e-books of this kind", ".epub"),
        ("a.exe", b"MZ\x90\0\x03", "programs and libraries", "choose"),
        ("de.mo", b"\xde\x12\x04\x95\0\0", "compiled catalogues", "made from"),
        ("a.strings", b"bplist00\xd1", "binary property lists", "plutil"),
        ("a.msg", &ole, "e-mail", ".txt"),
        ("a", b"x\0y", "binary files of an unknown kind", ".docx"),
        ("a.dat", b"x\0y", "data", "--format txt"),
    ] {
        let error = Format::detect(name, bytes).expect_err("no document").to_string();
        assert!(error.starts_with(&format!("Wasan does not read {kind}; ")), "{error}");
        assert!(error.contains(way_out), "{error}");
    }
    assert_eq!(Format::detect("a.doc", &ole), Err(Error::Old { name: "a.doc".into() }));
}

#[test]
fn prose_is_read_whatever_its_shape() {
    let poem = "O Röslein rot;\nRöslein auf der Heiden,\nwar so jung und morgenschön;\nlief er schnell, es nah zu sehn;\n";
    let mail = "From: Anna <anna@example.org>\nTo: Bob <bob@example.org>\nSubject: The house\nDate: Mon, 1 Jan 2024\n\n\
        Hi Bob,\n\nthe house is big.\n\n> Is it red?\n\nYes!\n\n-- \nAnna\nhttps://example.org\n";
    let list = "Shopping:\n- milk\n- 2 x bread (brown)\n- eggs, 10\n\nTools:\n* a hammer\n* nails\n";
    let chat = "[12.03.24, 10:15] Anna: Hallo!\n[12.03.24, 10:16] Bob: Wie geht's? ;)\n";
    let readme = "Wasan\n=====\n\nInstall it:\n\n    cargo install wasan --locked\n    wasan gpu\n\nThen call it from your program:\n\n\
        \tlet text = translate(\"Hallo\");\n\tprintln!(\"{text}\");\n\nIt prints the translation. That is all.\n";
    let script = "ANNA (laughs): No!\nBOB: Why not?\n";
    let recipe = "250 g flour\n2 eggs\n1/2 l milk (warm)\n\nMix; wait; bake at 180 °C.\n";
    let table = "Name      Preis\nApfel     1,20 €\nBirne     2,40 €\n";
    let quoted = "\"Well,\" she said; \"it is late.\"\n\"Is it?\"\n";
    let form = "Name: Anna Beispiel\nAdresse: Hauptstraße 1\nTelefon: 030 123456\n";
    for text in [
        poem,
        mail,
        list,
        chat,
        readme,
        script,
        recipe,
        table,
        quoted,
        form,
        "Hallo",
        "今日は天気がいいです。\n",
        "第一章\n\n　吾輩は猫である。\n",
        "「はい」\n「いいえ」\n",
        "a",
        "12\n13\n",
        "© 2024 Anna & Bob GmbH (Berlin)\n",
        "Straße; Haus; Garten\n",
        "if you go (and you will), say so.\nfor the sake of it, let it be;\n",
    ] {
        for name in ["a.txt", "A.TXT", "README", "a.text", "LICENSE-MIT", "readme.1st"] {
            assert_eq!(Format::detect(name, text.as_bytes()), Ok(Format::Text), "{name}: {text}");
        }
    }
    for text in [poem, mail, list, chat, script, table, quoted, form, "Hallo"] {
        for name in ["notes", "Brief an Dr. Müller", "Version 2.0", "notes.en"] {
            assert_eq!(Format::detect(name, text.as_bytes()), Ok(Format::Text), "{name}: {text}");
        }
    }
}

/// A text that is read as it was told is written unchanged but for its words.
#[test]
fn code_that_is_chosen_as_text_is_unchanged_without_a_translation() {
    let document = Document::parse(Format::Text, PHP.as_bytes()).expect("a text");
    let own: Vec<_> = document.blocks().iter().map(|block| block.text.as_str().into()).collect();
    assert_eq!(document.write(&own).expect("one for each").bytes, PHP.as_bytes());
}
