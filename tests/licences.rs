//! The list of licences in the window names every library in the programs.

mod support;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use support::{assert_none, read, root};

/// The file that the page About shows: licence → libraries.
const FILE: &str = "ui/src/generated/licences.json";

/// Libraries of the page that are built into it, though its manifest names them for development.
const BUILT_IN: &[&str] = &["svelte"];

/// Crates of the window, the downloader and the command line, on every platform; our own are not among them.
fn crates() -> Vec<(String, String)> {
    let arguments =
        "tree --package wasan-app --package fetch --package cli --target all --edges normal --prefix none";
    let mut cargo = Command::new(env!("CARGO"));
    let output =
        cargo.args(arguments.split(' ')).args(["--format", "{p}|{l}|"]).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    let row = |line: &str| {
        let mut parts = line.split('|');
        let (package, licence) = (parts.next()?, parts.next()?);
        let is_ours = package.contains(" (") && !package.ends_with("(proc-macro)");
        let name = package.split(' ').next()?.to_owned();
        // An older way of writing it.
        (!is_ours).then(|| (name, licence.replace(" / ", "/").replace('/', " OR ")))
    };
    tree.lines().filter_map(row).collect()
}

/// Libraries of the page.
fn libraries() -> Vec<(String, String)> {
    let json = |file: &str| -> Value { serde_json::from_str(&read(&root().join(file))).unwrap() };
    let (manifest, lock) = (json("ui/package.json"), json("ui/package-lock.json"));
    let named = manifest["dependencies"].as_object().unwrap().keys().map(String::as_str);
    let licence = |name: &str| lock["packages"][format!("node_modules/{name}")]["license"].as_str().unwrap();
    named.chain(BUILT_IN.iter().copied()).map(|name| (name.to_owned(), licence(name).to_owned())).collect()
}

/// Run with `UPDATE_GOLDEN=1` after a dependency was added or removed.
#[test]
fn the_window_lists_the_licence_of_every_library() {
    let mut licences: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let libraries: Vec<_> = crates().into_iter().chain(libraries()).collect();
    assert_none(&libraries.iter().filter(|(_, licence)| licence.is_empty()).collect::<Vec<_>>());
    for (name, licence) in libraries {
        licences.entry(licence).or_default().insert(name);
    }
    assert!(licences.values().map(BTreeSet::len).sum::<usize>() > 300, "not the tree of the window");
    let text = serde_json::to_string_pretty(&licences).unwrap() + "\n";
    let path = root().join(FILE);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), text, "run again with UPDATE_GOLDEN=1");
}
