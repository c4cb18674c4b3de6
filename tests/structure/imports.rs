//! Which files of a crate import which, read from the tokens of their source text.

use crate::support::read;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A file's place in its crate: `["store", "cache"]` is `store/cache.rs`.
type Module = Vec<String>;

/// The import graph of the files below `src`, without the crate's root and code for tests.
pub struct Imports(BTreeMap<Module, BTreeSet<Module>>);

impl Imports {
    /// Reads every source file below `src`.
    pub fn of(src: &Path) -> Self {
        let mut texts = BTreeMap::new();
        let mut root = Vec::new();
        for path in rust_files(src) {
            let module = module_of(path.strip_prefix(src).unwrap());
            match module.last().map(String::as_str) {
                Some("lib" | "main") if module.len() == 1 => root.extend(paths_in(&read(&path))),
                Some("tests") => {}
                _ => drop(texts.insert(module, paths_in(&read(&path)))),
            }
        }
        let known: BTreeSet<Module> = texts.keys().cloned().collect();
        // `crate::Error` is the file that the root takes `Error` from.
        let exported: BTreeMap<String, Module> = root
            .iter()
            .filter_map(|path| Some((path.last()?.clone(), file_of(&known, &absolute(path, &[]))?)))
            .collect();
        let resolve = |module: &Module, path: &Vec<String>| {
            let path = absolute(path, module);
            file_of(&known, &path).or_else(|| exported.get(path.first()?).cloned())
        };
        let imported = |(module, paths): (&Module, &Vec<Vec<String>>)| {
            let files = paths.iter().filter(|path| is_of_crate(path, module, &known));
            // `x.rs` and what lies in `x/` are one module: its parts may use what it holds.
            let files =
                files.filter_map(|path| resolve(module, path)).filter(|file| !module.starts_with(file));
            (module.clone(), files.collect())
        };
        Self(texts.iter().map(imported).collect())
    }

    /// Each group of files that import one another, directly or through others; sorted.
    pub fn circles(&self) -> BTreeSet<BTreeSet<String>> {
        let reached: BTreeMap<&Module, BTreeSet<&Module>> =
            self.0.keys().map(|module| (module, self.reached_from(module))).collect();
        let in_circle = |module: &Module| {
            let others = reached[module].iter().filter(|other| reached[**other].contains(module));
            others.map(|other| other.join("/")).collect::<BTreeSet<_>>()
        };
        self.0.keys().map(in_circle).filter(|circle| circle.len() > 1).collect()
    }

    fn reached_from<'a>(&'a self, module: &'a Module) -> BTreeSet<&'a Module> {
        let mut reached = BTreeSet::new();
        let mut open = vec![module];
        while let Some(next) = open.pop() {
            open.extend(self.0[next].iter().filter(|file| reached.insert(*file)));
        }
        reached
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let is_rust = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs");
    files.into_iter().filter(is_rust).chain(folders.iter().flat_map(|folder| rust_files(folder))).collect()
}

fn module_of(file: &Path) -> Module {
    let file = file.with_extension("");
    let mut module: Module = file.iter().map(|name| name.to_str().unwrap().to_owned()).collect();
    module.pop_if(|name| name == "mod");
    module
}

/// The longest beginning of `path` that is a file.
fn file_of(known: &BTreeSet<Module>, path: &[String]) -> Option<Module> {
    (1..=path.len()).rev().map(|length| path[..length].to_vec()).find(|beginning| known.contains(beginning))
}

/// Whether a path leads into the crate, not into another crate or to a name of the file itself.
fn is_of_crate(path: &[String], module: &Module, known: &BTreeSet<Module>) -> bool {
    let child = || [module.as_slice(), &path[..1]].concat();
    matches!(path[0].as_str(), "crate" | "super" | "self") || (path.len() > 1 && known.contains(&child()))
}

/// A path as seen from the crate's root.
fn absolute(path: &[String], module: &[String]) -> Vec<String> {
    let mut from = module.to_vec();
    let mut rest = path;
    while let Some((first, after)) = rest.split_first() {
        match first.as_str() {
            "crate" => from.clear(),
            "super" => drop(from.pop()),
            "self" => {}
            _ => break,
        }
        rest = after;
    }
    [&from, rest].concat()
}

/// Every path with `::`, and every name, in a source text outside of what is only compiled for tests.
fn paths_in(text: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    collect(text.parse().expect("a source file is made of tokens"), &[], &mut paths);
    paths
}

fn collect(tokens: TokenStream, prefix: &[String], paths: &mut Vec<Vec<String>>) {
    let mut tokens = tokens.into_iter().peekable();
    let mut path = prefix.to_vec();
    // Whether `::` stands before the next token, or a list of imports begins.
    let mut continued = true;
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(name) => {
                if !continued {
                    paths.push(std::mem::replace(&mut path, prefix.to_vec()));
                }
                path.push(name.to_string());
                continued = false;
            }
            TokenTree::Punct(mark) if mark.as_char() == ':' && is_punct(tokens.peek(), ':') => {
                tokens.next();
                continued = true;
            }
            TokenTree::Group(group) if continued && group.delimiter() == Delimiter::Brace => {
                collect(group.stream(), &path, paths);
                (path, continued) = (prefix.to_vec(), true);
            }
            TokenTree::Punct(mark) if mark.as_char() == '#' && is_test_only(tokens.peek()) => {
                // The item ends with its body or at a semicolon.
                tokens.find(|token| is_punct(Some(token), ';') || is_body(token));
            }
            other => {
                paths.push(std::mem::replace(&mut path, prefix.to_vec()));
                continued = true;
                if let TokenTree::Group(group) = other {
                    collect(group.stream(), &[], paths);
                }
            }
        }
    }
    paths.push(path);
    paths.retain(|path| !path.is_empty());
}

fn is_punct(token: Option<&TokenTree>, mark: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == mark)
}

fn is_body(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

fn is_test_only(token: Option<&TokenTree>) -> bool {
    token.is_some_and(|token| token.to_string().replace(' ', "") == "[cfg(test)]")
}
