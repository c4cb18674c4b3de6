//! Keeps the structure: which crates and files may import which, and that only the downloader reaches the network.

#[path = "structure/imports.rs"]
mod imports;
mod support;

use imports::Imports;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{assert_none, read, root};

/// (crate or family of crates, the only folders that may depend on it)
const OWNED: &[(&str, &[&str])] = &[
    ("wgpu", &["kernels"]),
    ("ash", &["kernels"]),
    ("naga", &["kernels"]),
    ("tauri", &["src-tauri"]),
    ("pulldown-cmark", &["documents"]),
    ("hayro", &["documents"]),
    ("quick-xml", &["corpus", "documents"]),
    ("zip", &["documents"]),
    ("rusqlite", &["translation"]),
    ("burn", &["evaluation", "training"]),
    ("keyring", &["fetch"]),
    ("rustls", &["fetch"]),
    ("ureq", &["fetch"]),
];

/// (crate, files that import one another, why that does no harm)
const CIRCLES: &[(&str, &[&str], &str)] = &[];

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
fn the_files_of_a_crate_import_one_another_in_one_direction() {
    let packages = packages();
    let mut faults = Vec::new();
    let mut harmless: BTreeSet<_> = CIRCLES.iter().map(|(folder, files, _)| (*folder, set(files))).collect();
    for package in packages.iter().filter(|package| package.source.is_dir()) {
        for circle in Imports::of(&package.source).circles() {
            if !harmless.remove(&(package.folder.as_str(), circle.clone())) {
                faults.push(format!("{}: {}", package.folder, Vec::from_iter(circle).join(", ")));
            }
        }
    }
    faults.extend(harmless.iter().map(|listed| format!("listed in CIRCLES, but no circle: {listed:?}")));
    assert_none(&faults);
}

#[test]
fn circles_of_files_are_found_in_every_way_of_importing() {
    let crate_of = |files: &[(&str, &str)]| {
        let src = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = src.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Imports::of(src.path()).circles()
    };
    let circle = |files: &[&str]| BTreeSet::from([set(files)]);
    // By name, in a list of imports, through the root, inside a macro, over a third file.
    for (a, b) in [
        ("use crate::b::B;", "use crate::a::A;"),
        ("use crate::{b, c};", "fn f() -> super::a::A { super::a::A }"),
        ("use crate::B;", "use super::{a::{self, A}};"),
        ("fn f() { println!(\"{}\", crate::b::f()) }", "use crate::a;"),
    ] {
        let root = ("lib.rs", "mod a; mod b; pub use b::B;");
        assert_eq!(crate_of(&[root, ("a.rs", a), ("b.rs", b), ("c.rs", "")]), circle(&["a", "b"]), "{a} {b}");
    }
    let three = [("a.rs", "use crate::b::c;"), ("b/c.rs", "use crate::d;"), ("d.rs", "use crate::a;")];
    assert_eq!(crate_of(&three), circle(&["a", "b/c", "d"]));
    // A module and its part, one direction, another crate's names, and what only tests import.
    assert_eq!(crate_of(&[("a.rs", "mod b; use b::B;"), ("a/b.rs", "use super::A;")]), BTreeSet::new());
    for b in ["use other::a;", "#[cfg(test)] mod tests { use crate::a; } fn f() {}", "// use crate::a;"] {
        assert_eq!(crate_of(&[("a.rs", "use crate::b;"), ("b.rs", b)]), BTreeSet::new(), "{b}");
    }
}

#[test]
fn only_the_downloader_links_what_reaches_the_network() {
    // What is asked of cargo, and a crate that shows that it understood. With every feature: none may open a way out.
    let offline = [
        ("--package cli --all-features", "translation"),
        ("--package wasan-app --all-features", "tauri"),
        ("--workspace --exclude fetch", "xtask"),
    ];
    let opens_connections = |name: &&String| NETWORK.split_whitespace().any(|family| belongs(name, family));
    let mut faults = Vec::new();
    for (packages, expected) in offline {
        let linked = linked(packages);
        assert!(linked.contains(expected), "not the tree of {packages}: {linked:?}");
        faults.extend(
            linked.iter().filter(opens_connections).map(|name| format!("{name}, through {packages}")),
        );
    }
    assert_none(&faults);
    // A list that misses what does reach the network would prove nothing.
    let downloader = linked("--package fetch");
    let found: BTreeSet<_> = downloader.iter().filter(opens_connections).map(String::as_str).collect();
    assert!(found.is_superset(&BTreeSet::from(["rustls", "ureq"])), "{found:?}");
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
    /// Its source files; `src` beside the manifest.
    source: PathBuf,
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
        source: Path::new(package["manifest_path"].as_str().unwrap()).with_file_name("src"),
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

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Whether `name` is the crate `family` or one of its parts.
fn belongs(name: &str, family: &str) -> bool {
    name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// The names of all crates that end up in the programs of `packages`.
fn linked(packages: &str) -> BTreeSet<String> {
    let tree = cargo(&format!("tree {packages} --edges normal --prefix none --format {{p}}"));
    tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

/// What cargo prints, asked about this workspace.
fn cargo(arguments: &str) -> String {
    let arguments = arguments.split(' ');
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
