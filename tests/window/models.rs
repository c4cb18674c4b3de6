//! The Models page, used as a user does: a set downloaded, paused, found again after a restart, refused by a gate, got,
//! tested and removed. A script stands in for `wasan-fetch`, and delivers a built-in model under a published one's name.

use crate::desktop::Desktop;
use crate::driver::{Session, key};
use crate::until;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

#[path = "../../crates/translation/tests/sets/starter_gguf.rs"]
mod starter_gguf;

/// A published set of one small model.
const SET: &str = "light-japanese";
const MODEL: &str = "cat-translate-0.8b";
const FILE: &str = "CAT-Translate-0.8b-Q8_0.gguf";

#[test]
fn a_reader_gets_pauses_resumes_tests_and_removes_a_set() {
    let desktop = Desktop::start();
    let folder = tempfile::tempdir().unwrap();
    let (fetch, models) = (stand_in(folder.path()), folder.path().join("models"));
    let nothing = folder.path().join("nothing");
    let environment = [
        ("WASAN_FETCH", fetch.as_path()),
        ("WASAN_MODELS", models.as_path()),
        // A model that the user has already would not be downloaded.
        ("HF_HUB_CACHE", nothing.as_path()),
        ("OLLAMA_MODELS", nothing.as_path()),
    ];
    let page = Session::start_with(&desktop, &environment);
    says_that_the_built_in_models_demonstrate(&page);
    downloads_and_pauses(&page);
    drop(page);

    let page = Session::start_with(&desktop, &environment);
    until("the page shows itself", || page.ask("return !!document.querySelector('textarea')") == true);
    page.presses(&[key::CONTROL, "3"]);
    shows(&page, "Paused");
    presses(&page, "Resume");
    has_three_steps_at_a_gate(&page);
    presses(&page, "Try again");
    is_tested(&page);
    assert!(models.join(MODEL).join("model.json").is_file(), "the model is imported");
    assert!(!models.join(".downloads").join(SET).exists(), "the downloaded file is gone");
    removes_it(&page);
    until("the model's folder is gone", || !models.join(MODEL).exists());
}

/// Runs a first time until it is told to stop, a second time up to a gate, a third time to the end.
fn stand_in(folder: &Path) -> PathBuf {
    let source = folder.join("source.gguf");
    fs::write(&source, starter_gguf::bytes("large")).unwrap();
    let bytes = source.metadata().unwrap().len();
    let event = |fields: &str| format!("echo '{{\"event\":{fields}}}'\n");
    let progress = |done: u64| {
        event(&format!(r#""progress","file":"{FILE}","done":{done},"total":{bytes},"bytes_per_second":1000"#))
    };
    let (hash, commit) = ("ab".repeat(32), "cd".repeat(20));
    let resolved = event(&format!(
        r#""resolved","file":"{FILE}","bytes":{bytes},"sha256":"{hash}","commit":"{commit}","licence":"mit","gated":false"#
    ));
    let done = event(&format!(
        r#""file_done","file":"{FILE}","path":"{FILE}","sha256":"{hash}","commit":"{commit}","bytes":{bytes}"#
    ));
    let gate = event(
        r#""failed","code":"gated","message":"the owner asks for an agreement","hint":"Accept it.","file":null,"page":"https://example.org/model""#,
    );
    let script = format!(
        "#!/bin/sh\nread -r request\n\
         FOLDER=$(printf '%s' \"$request\" | sed 's/^{{\"folder\":\"\\([^\"]*\\)\".*/\\1/')\n\
         RUN=$(cat '{runs}' 2>/dev/null)x\nprintf %s \"$RUN\" > '{runs}'\n{resolved}\
         case $RUN in\n\
         x) printf part > \"$FOLDER/{FILE}.part\"\n{half}read -r line\n{stopped}exit 130;;\n\
         xx) {gate}exit 1;;\n\
         *) cp '{source}' \"$FOLDER/{FILE}\"\n{all}{done}{end};;\nesac\n",
        runs = folder.join("runs").display(),
        source = source.display(),
        half = progress(bytes / 2),
        all = progress(bytes),
        stopped = event(r#""stopped""#),
        end = event(r#""done""#),
    );
    let path = folder.join("wasan-fetch");
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn says_that_the_built_in_models_demonstrate(page: &Session) {
    shows(page, "The built-in models know short, everyday sentences");
    presses(page, "Get models…");
    shows(page, "Get models that translate");
    assert_eq!(page.ask("return document.querySelector('nav [aria-current]').id"), "settings-models");
}

fn downloads_and_pauses(page: &Session) {
    until("the sets are read", || page.ask(&format!("return !!({})", button("Get"))) == true);
    presses(page, "Get");
    let focused = page.ask("return document.activeElement.innerText.trim()");
    assert_eq!(focused, "Not now", "Enter alone downloads nothing");
    shows(page, "Licence: MIT License.");
    let download = page.ask(&format!(
        "return [...({CARD}).querySelectorAll('button')].find((b) => b.innerText.trim().startsWith('Download')).innerText.trim()"
    ));
    presses(page, download.as_str().unwrap());
    shows(page, "Downloading");
    presses(page, "Pause");
    shows(page, "Paused");
}

fn has_three_steps_at_a_gate(page: &Session) {
    shows(page, "The owner asks for an agreement");
    assert_eq!(page.ask("return document.querySelectorAll('.gated li').length"), 3);
}

/// Its translations are poor: the built-in model does not know the prompt of the published one.
fn is_tested(page: &Session) {
    until("the test is done", || {
        page.ask("return document.querySelectorAll('.report tbody tr').length") == 2
    });
    shows(page, "Installed");
    let row = page.ask("return document.querySelector('.report tbody tr').innerText");
    let row = row.as_str().unwrap();
    assert!(row.contains("English") && row.contains("tokens/s"), "{row}");
    until("the pair has other models", || {
        let menus = page.ask("return [...document.querySelectorAll('select')].map((menu) => menu.value)");
        menus.as_array().unwrap().iter().any(|menu| menu.as_str().unwrap().contains(MODEL))
    });
}

fn removes_it(page: &Session) {
    page.ask(&format!("({CARD}).querySelector('button[aria-label=Remove]').focus()"));
    page.presses(&[key::ENTER]);
    shows(page, "and free");
    presses(page, "Remove");
    // Other sets have such a button all the time.
    let get = format!("[...({CARD}).querySelectorAll('button')].some((b) => b.innerText.trim() === 'Get')");
    until("the set can be got again", || page.ask(&format!("return {get}")) == true);
}

/// The set's card.
const CARD: &str = "[...document.querySelectorAll('li.set')].find((one) => one.innerText.includes('Japanese and English, light'))";

/// A button of the set's card, or of the page.
fn button(name: &str) -> String {
    format!(
        "[...(({CARD})?.querySelectorAll('button') ?? []), ...document.querySelectorAll('main button')]\
         .find((b) => b.innerText.trim() === '{name}')"
    )
}

/// Moves the focus to a button and presses Enter.
fn presses(page: &Session, name: &str) {
    let button = button(name);
    until(name, || page.ask(&format!("return !!({button})")) == true);
    page.ask(&format!("({button}).focus()"));
    page.presses(&[key::ENTER]);
}

/// Waits for a text on the page.
fn shows(page: &Session, text: &str) {
    until(text, || {
        let shown = page.ask("return document.querySelector('main')?.innerText");
        matches!(shown, Value::String(shown) if shown.to_lowercase().contains(&text.to_lowercase()))
    });
}
