//! The window, used as a user does: keys, files dropped from another program, a translation corrected, what is on
//! the screen and on the disk in the end. It runs the real binary with the models inside it, on a display of its own.
#![cfg(target_os = "linux")]

mod accessibility;
mod desktop;
mod driver;
mod exports;
mod models;

use desktop::Desktop;
use driver::{Session, key};
use serde_json::{Value, json};
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Loading the models on a software adapter takes longest.
const PATIENCE: Duration = Duration::from_secs(120);

const RESULT: &str = "return [document.querySelector('.text')?.textContent, \
                      document.querySelector('.text')?.ariaBusy, \
                      document.querySelector('[role=status]').textContent]";

#[test]
fn a_reader_translates_with_the_keyboard_drops_files_and_corrects_a_translation() {
    let desktop = Desktop::start();
    let page = Session::start(&desktop);
    until("the page shows itself", || page.ask("return !!document.querySelector('textarea')") == true);

    types_a_sentence(&page);
    swaps_the_languages(&page);
    detects_the_language(&page);
    goes_on_with_a_text_of_the_history(&page);
    let folder = tempfile::tempdir().unwrap();
    drops_three_files(&desktop, &page, folder.path());
    corrects_a_translation(&page, folder.path());
    takes_a_suggestion(&page);
    exports::exports_a_document(&page, folder.path(), FILES[0].0, "Good day from the south.");
    exports::chooses_the_columns_of_a_table(&desktop, &page, folder.path());
    walks_through_all_tabs_by_keyboard(&page);
    accessibility::axe_finds_no_fault(&page);
    page_stays_inside(&page);
}

fn types_a_sentence(page: &Session) {
    until("the editor has the focus", || page.ask("return document.activeElement.tagName") == "TEXTAREA");
    until("the languages are known", || {
        page.ask("return !!document.querySelector('.menu :enabled')") == true
    });
    page.presses(&[key::CONTROL, "l"]);
    page.types("Ger");
    page.presses(&[key::ENTER]);
    shows(page, "Translate from: German");
    shows(page, "Translate to: English");
    page.presses(&[key::CONTROL, "1"]);
    page.types("Guten Morgen.");
    let english = translation(page, "");
    assert!(english.starts_with("Good "), "{english}");
    assert_eq!(page.ask("return document.querySelector('.text').lang"), "en");
}

fn swaps_the_languages(page: &Session) {
    let english = translation(page, "");
    page.presses(&[key::CONTROL, key::SHIFT, "s"]);
    shows(page, "Translate to: German");
    assert_eq!(page.ask("return document.querySelector('textarea').value"), english);
    translation(page, &english);
    assert_eq!(page.ask("return document.querySelector('.text').lang"), "de");
    page.presses(&[key::CONTROL, key::SHIFT, "s"]);
    shows(page, "Translate to: English");
}

/// The menu shows the language that a text seems to be in; what is too short is in the one that was chosen last.
fn detects_the_language(page: &Session) {
    let choose = |language: &str| {
        page.presses(&[key::CONTROL, "l"]);
        page.types(language);
        page.presses(&[key::ENTER]);
        page.presses(&[key::CONTROL, "1"]);
        page.presses(&[key::CONTROL, "a"]);
    };
    choose("Detect");
    page.types("The house is old and the garden is beautiful.");
    shows(page, "Translate from: English (detected)");
    shows(page, "Translate to: German");
    translation(page, "");
    page.presses(&[key::CONTROL, "a"]);
    page.presses(&[key::BACKSPACE]);
    page.types("OK");
    shows(page, "Translate from: Detect language");
    shows(page, "Translate to: English");
    choose("Ger");
    shows(page, "Translate from: German");
}

/// What was typed is one entry of the history, whatever was translated on the way, and comes back with one key.
fn goes_on_with_a_text_of_the_history(page: &Session) {
    translation(page, "");
    page.presses(&[key::CONTROL, "h"]);
    until("the history has the focus", || page.ask("return document.activeElement.type") == "search");
    page.types("Guten");
    let texts = "return [...document.querySelectorAll('.history .text .lines:first-child')].map((line) => line.textContent)";
    until("the text is found", || page.ask(texts) == json!(["Guten Morgen."]));
    page.ask("document.querySelector('.history .text').focus()");
    page.presses(&[key::ENTER]);
    until("the text is back", || {
        page.ask("return document.querySelector('textarea')?.value") == "Guten Morgen."
    });
    shows(page, "Translate from: German");
    translation(page, "");
}

/// Three documents of three formats, with what they hold.
const FILES: [(&str, &str); 3] = [
    ("Grüße aus dem Süden.txt", "Guten Morgen.\n"),
    ("Bericht.md", "# Bericht\n\nDas ist **gut**.\n"),
    ("Film.srt", "1\n00:00:01,000 --> 00:00:02,000\nGuten Morgen.\n"),
];

const ROWS: &str = "return [...document.querySelectorAll('.documents .row')].map((row) => row.innerText)";

fn drops_three_files(desktop: &Desktop, page: &Session, folder: &Path) {
    let sources = FILES.map(|(name, text)| {
        let source = folder.join(name);
        fs::write(&source, text).unwrap();
        source
    });
    let hand = desktop.take(&sources);
    until("the drop zone lights up", || {
        hand.shake();
        page.ask("return document.querySelector('.zone.over') !== null") == true
    });
    hand.let_go();
    until("the documents are done", || {
        let rows: Vec<String> = serde_json::from_value(page.ask(ROWS)).unwrap();
        assert!(!rows.iter().any(|row| row.contains("Failed")), "{rows:?}");
        rows.len() == FILES.len()
            && rows.iter().all(|row| row.contains("Done") || row.contains("Needs review"))
    });
    let rows = page.ask(ROWS).to_string();
    for ((name, text), source) in FILES.iter().zip(&sources) {
        assert!(rows.contains(name), "{rows}");
        assert_eq!(fs::read_to_string(source).unwrap(), *text, "the source is as it was");
        let translation = fs::read_to_string(translated(folder, name)).unwrap();
        assert!(!translation.trim().is_empty() && translation != *text, "{translation:?}");
    }
    assert_eq!(
        fs::read_dir(folder).unwrap().count(),
        2 * FILES.len(),
        "a translation for each and nothing else"
    );
}

/// Where the translation of a document is expected.
fn translated(folder: &Path, name: &str) -> PathBuf {
    let (stem, extension) = name.rsplit_once('.').unwrap();
    folder.join(format!("{stem}.en.{extension}"))
}

/// With keys alone: into the review, into the first segment, and saved, which rewrites the file.
fn corrects_a_translation(page: &Session, folder: &Path) {
    edits_the_first_segment(page, FILES[0].0);
    page.presses(&[key::CONTROL, "a"]);
    page.types("Good day from the south.");
    page.presses(&[key::CONTROL, key::ENTER]);
    until("the translation is saved", || {
        page.ask("return document.querySelector('.review footer')?.innerText.includes('1 change saved')")
            == true
    });
    assert_eq!(fs::read_to_string(translated(folder, FILES[0].0)).unwrap(), "Good day from the south.\n");
    assert_eq!(
        page.ask("return document.querySelector('.row.edited .target').textContent.trim()"),
        "Good day from the south."
    );
    page.presses(&[key::ESCAPE]);
    until("the documents are back, where the reader was", || {
        page.ask("return document.activeElement.innerText?.trim()") == "Review"
    });
}

/// Opens the review of a document, and the first segment in it.
fn edits_the_first_segment(page: &Session, name: &str) {
    let row = format!("document.querySelector('.row[aria-label=\"{name}\"]')");
    page.ask(&format!(
        "[...{row}.querySelectorAll('button')].find((b) => b.innerText.includes('Review')).focus()"
    ));
    page.presses(&[key::ENTER]);
    until("a segment has the focus", || page.ask("return document.activeElement.role") == "row");
    page.presses(&[key::ENTER]);
    until("its editor has the focus", || page.ask("return document.activeElement.tagName") == "TEXTAREA");
}

/// What was corrected in one document is suggested in another, and one key takes it. It is kept though it is not saved.
fn takes_a_suggestion(page: &Session) {
    edits_the_first_segment(page, FILES[2].0);
    until("the correction is suggested", || {
        page.ask("return document.querySelector('.suggestions')?.innerText.includes('100 % corrected')")
            == true
    });
    page.presses(&[key::ALT, "1"]);
    until("it is taken", || page.ask("return document.activeElement.value") == "Good day from the south.");
    page.presses(&[key::ESCAPE]);
    until("the segment has the focus", || page.ask("return document.activeElement.role") == "row");
    page.presses(&[key::ESCAPE]);
    until("the document says that something is not saved", || {
        page.ask("return document.querySelector('.row .drafts')?.innerText.trim()") == "1 not saved"
    });
}

/// Each control can be reached with Tab, shows that it is reached, and has a name.
fn walks_through_all_tabs_by_keyboard(page: &Session) {
    for (tab, wanted) in [
        (
            "2",
            &[
                "Drop documents or folders here Choose files…",
                "Choose a folder…",
                "Review",
                "Open",
                "Export",
                "Show in folder",
                "Translate again",
                "Remove from the list",
            ][..],
        ),
        ("1", &["Text in German", "Paste", "Clear", "Translation in English", "Copy", "Get models…"]),
        ("3", &["Models", "Show folder", "Get", "GGUF file…", "Model folder…"]),
    ] {
        page.presses(&[key::CONTROL, tab]);
        let mut reached = Vec::new();
        // More steps than the window has controls.
        for _ in 0..70 {
            page.presses(&[key::TAB]);
            let focused = page.ask(
                "const e = document.activeElement, s = getComputedStyle(e);
                 return [e.ariaLabel ?? e.innerText.trim(),
                         s.outlineStyle !== 'none' || e.tagName === 'TEXTAREA' || e.tagName === 'BODY']",
            );
            assert_eq!(focused[1], true, "has the focus, but does not show it: {focused}");
            let name = focused[0].as_str().unwrap();
            reached.push(name.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        let always = ["Translate from: German", "Swap languages", "Translate to: English"];
        for name in always.iter().chain(wanted) {
            assert!(reached.iter().any(|one| one == name), "Tab does not reach {name}: {reached:?}");
        }
    }
}

/// The policy of the page holds in the real webview: no connection, no command but ours, no foreign script.
fn page_stays_inside(page: &Session) {
    let outside = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    outside.set_nonblocking(true).unwrap();
    let address = format!("http://{}/", outside.local_addr().unwrap());
    let answer = page.ask_later(
        "const [address, done] = arguments;
         const refused = [];
         document.addEventListener('securitypolicyviolation', (e) => refused.push(e.effectiveDirective));
         const image = new Image();
         image.onerror = () => fetch(address).then(() => done('connected'), () => done(refused));
         image.src = address;",
        json!([address]),
    );
    assert_eq!(answer, json!(["img-src", "connect-src"]));
    assert!(outside.accept().is_err(), "the page reached {address}");

    let answer = page.ask_later(
        "window.__TAURI_INTERNALS__.invoke('plugin:dialog|open', { options: {} })
           .then(() => arguments[0]('allowed'), (reason) => arguments[0](String(reason)))",
        json!([]),
    );
    assert!(answer.as_str().unwrap().contains("not allowed"), "{answer}");
}

/// Waits for a control of this name.
fn shows(page: &Session, name: &str) {
    let script = format!("return document.querySelector('[aria-label=\"{name}\"]') !== null");
    until(name, || page.ask(&script) == true);
}

/// The finished translation, once it is another than `before`.
fn translation(page: &Session, before: &str) -> String {
    let mut text = Value::Null;
    until("the translation is done", || {
        let [now, busy, said] = <[Value; 3]>::try_from(page.ask(RESULT).as_array().unwrap().clone()).unwrap();
        text = now;
        busy == "false"
            && said == "Done"
            && text.as_str().is_some_and(|text| !text.is_empty() && text != before)
    });
    text.as_str().unwrap().to_owned()
}

/// Asks again and again, and gives up after `PATIENCE`.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
