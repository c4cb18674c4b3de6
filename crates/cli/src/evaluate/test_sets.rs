//! Test sets: a name, source lines and reference lines.

use std::path::{Path, PathBuf};

use corpus::{AltSplit, Input, PairOptions, read_pairs};
use translation::LanguagePair;

use super::system_outputs::{split_label, text_failure};
use crate::column_order::{check_column_order, reversed};
use crate::failure::Failure;

/// A test set in one direction.
#[derive(Clone)]
pub struct TestSet {
    /// Its name in tables.
    pub name: String,
    /// The file or folder, as the command line names it.
    pub input: String,
    /// Source and target language.
    pub pair: LanguagePair,
    /// One sentence per line.
    pub source: Vec<String>,
    /// The reference translations.
    pub reference: Vec<String>,
    /// Index of each line in the whole set.
    pub indices: Vec<usize>,
    /// Lines of the whole set.
    pub total: usize,
}

impl TestSet {
    /// The opposite direction.
    fn reversed(self) -> Self {
        let pair = reversed(&self.pair);
        Self { pair, source: self.reference, reference: self.source, ..self }
    }
}

impl TestSet {
    /// Some of its lines, by their places, as a test set of its own; `label` tells it from other parts.
    pub fn part(&self, lines: &[usize], label: &str) -> Self {
        let of = |all: &[String]| lines.iter().filter_map(|&line| all.get(line).cloned()).collect();
        Self {
            name: format!("{}, {label}", self.name),
            input: format!("{}, {label}", self.input),
            pair: self.pair.clone(),
            source: of(&self.source),
            reference: of(&self.reference),
            indices: lines.iter().filter_map(|&line| self.indices.get(line).copied()).collect(),
            total: self.total,
        }
    }
}

/// How many lines of a test set are translated.
#[derive(Clone, Copy)]
pub struct SampleSize {
    /// None: all lines.
    pub limit: Option<u32>,
    /// Random seed of the sample.
    pub seed: u64,
}

/// Splits an argument at commas, except those in braces and in the name of an existing file.
pub fn split_list(argument: &str) -> Vec<&str> {
    let (_, path) = split_label(argument);
    let exists = match Input::from(path) {
        Input::File(file) | Input::Alt(file, _) => file.exists(),
        Input::Files(source, target) => source.exists() && target.exists(),
    };
    if exists {
        return vec![argument];
    }
    let mut depth = 0_usize;
    let outside = |c: char| {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    };
    argument.split(outside).map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// Reads a test set in a direction; its first column is in the source language of `columns`.
///
/// # Errors
/// As [`read`].
pub fn read_in_direction(
    argument: &str,
    columns: &LanguagePair,
    direction: &LanguagePair,
    size: SampleSize,
) -> Result<TestSet, Failure> {
    let set = read(argument, columns, size)?;
    Ok(if direction == columns { set } else { set.reversed() })
}

/// Reads a test set: `NAME=FILE`, a file, or a folder as published.
///
/// # Errors
/// A name without its files, files that cannot be read, empty sets, swapped columns.
fn read(argument: &str, pair: &LanguagePair, size: SampleSize) -> Result<TestSet, Failure> {
    let (name, input) = locate(argument, pair)?;
    let options = PairOptions::new(pair.from.clone(), pair.to.clone());
    let all = read_pairs(std::slice::from_ref(&input), &options, &mut |_| {})
        .map_err(|error| text_failure(&error))?;
    let total = all.len();
    let lines = u32::try_from(total).unwrap_or(u32::MAX);
    if lines == 0 {
        return Err(Failure::usage(
            &format!("the test set has no sentences: {input}"),
            "Give a file with a sentence and its translation on each line, separated by a tab.",
        ));
    }
    let indices = evaluation::sample(lines, size.limit.unwrap_or(lines), size.seed);
    let chosen = || indices.iter().filter_map(|&index| all.entries().get(index));
    // A line break within a sentence of a TMX file would give two lines.
    let line = |text: &str| text.replace(['\n', '\r'], " ");
    let source: Vec<String> = chosen().map(|entry| line(entry.source())).collect();
    let reference: Vec<String> = chosen().map(|entry| line(entry.target())).collect();
    let lines = source.iter().map(String::as_str).zip(reference.iter().map(String::as_str));
    check_column_order(lines, pair, &input.to_string())?;
    Ok(TestSet { name, input: input.to_string(), pair: pair.clone(), source, reference, indices, total })
}

/// The name and the files of a test set.
fn locate(argument: &str, pair: &LanguagePair) -> Result<(String, Input), Failure> {
    let (name, path) = split_label(argument);
    let folder = Path::new(path);
    let stem = |path: &Path| path.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
    if folder.is_dir() {
        let (published_name, input) = published(folder, name, pair)?;
        return Ok((name.map_or(published_name, str::to_owned), input));
    }
    let input = Input::from(path);
    let missing = match &input {
        Input::File(file) => !file.exists(),
        Input::Files(..) | Input::Alt(..) => false,
    };
    match missing {
        true => Err(not_found(argument, pair)),
        false => {
            let of_path = match &input {
                Input::File(file) | Input::Files(file, _) => stem(file),
                Input::Alt(..) => "ALT".to_owned(),
            };
            Ok((name.map_or(of_path, str::to_owned), input))
        }
    }
}

/// A test set in a folder as published: ALT, or newstest of some year.
fn published(folder: &Path, name: Option<&str>, pair: &LanguagePair) -> Result<(String, Input), Failure> {
    let inside = |file: &str| {
        let folders = [folder.to_owned(), folder.join("dev"), folder.join("sgm")];
        folders.into_iter().map(|folder| folder.join(file)).find(|path| path.is_file())
    };
    let name = name.unwrap_or("newstest2018");
    let (from, to) = (&pair.from, &pair.to);
    // newstest2018-deen-src.de.sgm and -ref.en.sgm; the files of both directions have the same lines.
    for direction in [format!("{from}{to}"), format!("{to}{from}")] {
        let side = |part: &str, language: &str| inside(&format!("{name}-{direction}-{part}.{language}.sgm"));
        let files: (Option<PathBuf>, Option<PathBuf>) = match direction.starts_with(from.as_str()) {
            true => (side("src", from), side("ref", to)),
            false => (side("ref", from), side("src", to)),
        };
        if let (Some(source), Some(target)) = files {
            return Ok((name.to_owned(), Input::Files(source, target)));
        }
    }
    let is_alt = name.eq_ignore_ascii_case("alt") || folder.join("URL-test.txt").is_file();
    match is_alt {
        true => Ok(("ALT".to_owned(), Input::Alt(folder.to_owned(), AltSplit::Test))),
        false => Err(Failure::usage(
            &format!("no test set for {pair} in the folder {}", folder.display()),
            &format!(
                "Looked for {name}-{from}{to}-src.{from}.sgm with {name}-{from}{to}-ref.{to}.sgm, and for ALT's URL-test.txt."
            ),
        )),
    }
}

fn not_found(argument: &str, pair: &LanguagePair) -> Failure {
    let (from, to) = (&pair.from, &pair.to);
    let name = argument.split('=').next().unwrap_or_default();
    let hint = match name.to_ascii_lowercase().as_str() {
        "alt" => {
            "Give its folder, with ALT-Parallel-Corpus-20191206.zip unpacked and URL-test.txt beside it: \
            --tests ALT=FOLDER"
                .to_owned()
        }
        name if name.starts_with("newstest") => format!(
            "Give its two files or the folder of WMT's dev.tgz that contains them: --tests {name}=FOLDER with \
            {name}-{from}{to}-src.{from}.sgm and {name}-{from}{to}-ref.{to}.sgm"
        ),
        _ => "Give a TSV or TMX file, two files as 'name.{de,en}', or NAME=FILE.".to_owned(),
    };
    Failure::usage(&format!("no such test set: {argument}"), &hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> LanguagePair {
        LanguagePair { from: "de".to_owned(), to: "en".to_owned() }
    }

    #[test]
    fn folders_are_searched_for_published_files() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("dev");
        std::fs::create_dir(&inside).unwrap();
        for name in ["newstest2018-deen-src.de.sgm", "newstest2018-deen-ref.en.sgm"] {
            let segment = "<srcset><doc><seg id=\"1\">Eins</seg>\n</doc></srcset>\n";
            std::fs::write(inside.join(name), segment).unwrap();
        }
        let size = SampleSize { limit: None, seed: 1 };
        let path = folder.path().display().to_string();
        let set = read(&path, &pair(), size).unwrap_or_else(|failure| panic!("{failure:?}"));
        assert_eq!((set.name.as_str(), set.source.as_slice()), ("newstest2018", &["Eins".to_owned()][..]));
        let back = LanguagePair { from: "en".to_owned(), to: "de".to_owned() };
        assert!(read(&format!("newstest2018={path}"), &back, size).is_ok(), "the same files the other way");
        let other = read(&format!("newstest2017={path}"), &pair(), size).err().map(|f| format!("{f:?}"));
        assert!(
            other.as_ref().is_some_and(|said| said.contains("newstest2017-deen-src.de.sgm")),
            "{other:?}"
        );
    }

    #[test]
    fn commas_separate_sets_but_not_within_braces_or_file_names() {
        assert_eq!(split_list("ALT=alt/,newstest2018=dev/"), ["ALT=alt/", "newstest2018=dev/"]);
        assert_eq!(split_list("a.{de,en},b.tsv, c.tmx,"), ["a.{de,en}", "b.tsv", "c.tmx"]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a,b.tsv");
        std::fs::write(&path, "x").unwrap();
        for side in ["de", "en"] {
            std::fs::write(folder.path().join(format!("x,y.{side}")), "x").unwrap();
        }
        for path in [path, folder.path().join("x,y.{de,en}")] {
            let name = format!("N={}", path.display());
            assert_eq!(split_list(&name), [name.as_str()]);
        }
    }

    #[test]
    fn a_name_without_files_says_what_to_give() {
        let size = SampleSize { limit: None, seed: 1 };
        for (name, hint) in
            [("ALT", "URL-test.txt"), ("newstest2018", "newstest2018-deen-ref.en.sgm"), ("x.tsv", "TSV")]
        {
            let message = format!("{:?}", read(name, &pair(), size).err());
            assert!(message.contains(hint) && message.contains(name), "{message}");
        }
    }
}
