//! Keeps the order of the house: who may import whom, and that nothing reaches the network.

mod support;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use support::{assert_none, read, root};

/// (crate or family of crates, the only folders that may depend on it)
const OWNED: &[(&str, &[&str])] = &[
    ("wgpu", &["kernels"]),
    ("naga", &["kernels"]),
    ("tauri", &["src-tauri"]),
    ("pulldown-cmark", &["documents"]),
    ("quick-xml", &["corpus", "documents"]),
    ("zip", &["documents"]),
    ("rusqlite", &["translation"]),
    ("burn", &["evaluation", "training"]),
];

/// Crates, or families of crates, that can open a connection.
const NETWORK: &str = "attohttpc curl h2 hf-hub hickory hyper isahc minreq native-tls openssl quinn reqwest \
                       rustls socket2 trust-dns tungstenite ureq";

#[test]
fn crates_import_only_what_the_architecture_allows() {
    let allowed = import_table(&read(&root().join("ARCHITECTURE.md")));
    let packages = packages();
    let mut faults = Vec::new();
    // Cross-crate tests are there to reach into every crate.
    for package in packages.iter().filter(|package| package.folder != "tests") {
        let Some(allowed) = allowed.get(&package.folder) else {
            faults.push(format!("{} is not in the table of ARCHITECTURE.md", package.folder));
            continue;
        };
        let ours = package.dependencies.iter().filter_map(|name| packages.iter().find(|p| p.name == *name));
        for imported in ours.map(|p| &p.folder).filter(|folder| !allowed.contains(*folder)) {
            faults.push(format!("{} may not import {imported}", package.folder));
        }
        let foreign = OWNED.iter().filter(|(_, owners)| !owners.contains(&package.folder.as_str()));
        for (family, owners) in foreign {
            if let Some(dependency) = package.dependencies.iter().find(|name| belongs(name, family)) {
                let owners = owners.join(" and ");
                faults.push(format!("{} depends on {dependency}, which only {owners} may", package.folder));
            }
        }
    }
    for folder in allowed.keys().filter(|folder| !packages.iter().any(|p| p.folder == **folder)) {
        faults.push(format!("{folder} is in the table of ARCHITECTURE.md, but no crate of the workspace"));
    }
    assert_none(&faults);
}

#[test]
fn the_command_line_links_nothing_that_reaches_the_network() {
    let tree = cargo("tree --package cli --edges normal --prefix none --format {p}");
    let linked: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(linked.contains("translation"), "not the tree of our command:\n{tree}");
    let opens_connections = |name: &&str| NETWORK.split(' ').any(|family| belongs(name, family));
    assert_none(&linked.into_iter().filter(opens_connections).collect::<Vec<_>>());
}

#[test]
fn the_import_table_is_read_as_it_is_written() {
    let text = "Who may import whom (kept):\na, b → none of ours ·\nc → a,\nb · d → c.\n\nMore → text.";
    let expected = [("a", &[][..]), ("b", &[]), ("c", &["a", "b"]), ("d", &["c"]), ("xtask", &[])];
    let row = |(importer, imported): (&str, &[&str])| {
        (importer.to_owned(), imported.iter().map(|name| (*name).to_owned()).collect())
    };
    assert_eq!(import_table(text), expected.into_iter().map(row).collect());
}

#[test]
fn a_family_is_its_crate_and_the_parts_of_it() {
    assert!(belongs("wgpu", "wgpu") && belongs("wgpu-core", "wgpu"));
    assert!(!belongs("h2o", "h2") && !belongs("my-wgpu", "wgpu"));
}

struct Package {
    name: String,
    /// The folder that its manifest lies in, which is what ARCHITECTURE.md calls it.
    folder: String,
    /// Of every kind: normal, for tests, for the build.
    dependencies: BTreeSet<String>,
}

fn packages() -> Vec<Package> {
    let metadata: Value = serde_json::from_str(&cargo("metadata --format-version 1 --no-deps")).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let folder = |manifest: &str| {
        Path::new(manifest).parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned()
    };
    let package = |package: &Value| Package {
        name: text(&package["name"]),
        folder: folder(package["manifest_path"].as_str().unwrap()),
        dependencies: package["dependencies"].as_array().unwrap().iter().map(|d| text(&d["name"])).collect(),
    };
    metadata["packages"].as_array().unwrap().iter().map(package).collect()
}

/// The paragraph `Who may import whom (…): a, b → none of ours · c → a, b` of ARCHITECTURE.md, a row for each
/// crate. This program's own builder, xtask, imports none and needs no mention there.
fn import_table(architecture: &str) -> BTreeMap<String, BTreeSet<String>> {
    let (_, rest) = architecture.split_once("Who may import whom").expect("no table of imports");
    let (_, rows) = rest.split_once("):").expect("the table of imports follows `(…):`");
    let paragraph = rows.split("\n\n").next().unwrap_or_default().trim().trim_end_matches('.');
    let names = |list: &str| list.split(',').map(|name| name.trim().to_owned()).collect::<BTreeSet<_>>();
    let mut table = BTreeMap::from([("xtask".to_owned(), BTreeSet::new())]);
    for row in paragraph.split('·') {
        let (importers, imported) = row.split_once('→').expect("a row of the table of imports has an arrow");
        let imported = if imported.trim() == "none of ours" { BTreeSet::new() } else { names(imported) };
        table.extend(names(importers).into_iter().map(|importer| (importer, imported.clone())));
    }
    table
}

/// Whether `name` is the crate `family` or one of its parts.
fn belongs(name: &str, family: &str) -> bool {
    name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// What cargo prints, asked about this workspace.
fn cargo(arguments: &str) -> String {
    let arguments = arguments.split(' ');
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
