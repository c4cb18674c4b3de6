//! Documents: the columns of a table before it starts, and a translation in another form.

use crate::desktop::Desktop;
use crate::driver::{Session, key};
use crate::{translated, until};
use std::fs;
use std::path::Path;

const TABLE: &str = "Preise.csv";

/// With keys, once it is dropped: a column is left out, and stays as it was, until it is chosen after all.
pub fn chooses_the_columns_of_a_table(desktop: &Desktop, page: &Session, folder: &Path) {
    let source = folder.join(TABLE);
    fs::write(&source, "nummer,name,notiz\n1,Guten Morgen,Das Haus ist alt.\n").unwrap();
    let hand = desktop.take(&[source]);
    until("the drop zone lights up", || {
        hand.shake();
        page.ask("return document.querySelector('.zone.over') !== null") == true
    });
    hand.let_go();
    let row = format!("document.querySelector('.row[aria-label=\"{TABLE}\"]')");
    let chosen = format!("return [...{row}?.querySelectorAll('input') ?? []].map((box) => box.checked)");
    until("the columns with text are chosen", || page.ask(&chosen) == serde_json::json!([false, true, true]));
    page.ask(&format!("{row}.querySelectorAll('input')[2].focus()"));
    page.presses(&[" "]);
    until("the last column is left out", || page.ask(&chosen) == serde_json::json!([false, true, false]));
    page.presses(&[key::TAB]);
    until("its button has the focus", || page.ask("return document.activeElement.innerText") == "Translate");
    page.presses(&[key::ENTER]);
    until("the table is translated", || translated(folder, TABLE).exists());
    let table = fs::read_to_string(translated(folder, TABLE)).unwrap();
    assert!(table.starts_with("nummer,name,notiz\n1,") && !table.contains("Guten Morgen"), "{table}");
    assert!(table.ends_with(",Das Haus ist alt.\n"), "{table}");

    // With the last column too, in the same file.
    until("other columns are offered", || {
        page.ask(&format!("return !!{row}.querySelector('[aria-label=\"Choose columns…\"]')")) == true
    });
    page.ask(&format!("{row}.querySelector('[aria-label=\"Choose columns…\"]').focus()"));
    page.presses(&[key::ENTER]);
    until("the first column has the focus", || page.ask("return document.activeElement.type") == "checkbox");
    for _ in 0..2 {
        page.presses(&[key::TAB]);
    }
    page.presses(&[" "]);
    page.presses(&[key::TAB]);
    until("its button has the focus", || {
        page.ask("return document.activeElement.innerText") == "Translate again"
    });
    page.presses(&[key::ENTER]);
    until("the last column is translated too", || {
        let again = fs::read_to_string(translated(folder, TABLE)).unwrap();
        again.starts_with(table.trim_end_matches("Das Haus ist alt.\n")) && !again.contains("Das Haus")
    });
}

/// With keys alone: a page with both languages beside the translation.
pub fn exports_a_document(page: &Session, folder: &Path, name: &str, text: &str) {
    let row = format!("document.querySelector('.row[aria-label=\"{name}\"]')");
    page.ask(&format!("{row}.querySelector('[aria-label=\"Export\"]').focus()"));
    page.presses(&[key::ENTER]);
    until("the forms are offered", || {
        page.ask("return document.activeElement.innerText") == "Bilingual page beside the translation"
    });
    page.presses(&[key::ENTER]);
    let translation = translated(folder, name);
    let written = format!("{}.de-en.html", translation.file_name().unwrap().to_str().unwrap());
    until("the window says what was written", || {
        page.ask(&format!("return {row}.innerText.includes('Written: {written}')")) == true
    });
    let exported = fs::read_to_string(translation.with_file_name(written)).unwrap();
    assert!(exported.contains(text), "{exported}");
}
