//! Test sets: a name, source lines and reference lines.

use std::path::{Path, PathBuf};

use corpus::{AltSplit, Input, PairOptions, read_pairs};
use translation::LanguagePair;

use super::texts::named;
use super::unreadable;
use crate::columns;
use crate::failure::Failure;

/// A test set in one direction.
#[derive(Clone)]
pub struct TestSet {
    /// What tables call it.
    pub name: String,
    /// What was asked to be read.
    pub input: String,
    /// From which language into which.
    pub pair: LanguagePair,
    /// One sentence a line.
    pub source: Vec<String>,
    /// The right translations.
    pub reference: Vec<String>,
    /// Of each line, its place in the whole set.
    pub places: Vec<usize>,
    /// Lines of the whole set.
    pub whole: usize,
}

impl TestSet {
    /// The other way round.
    fn turned(self) -> Self {
        let pair = columns::back(&self.pair);
        Self { pair, source: self.reference, reference: self.source, ..self }
    }
}

/// How much of a test set is taken.
#[derive(Clone, Copy)]
pub struct Draw {
    /// Lines; all where none.
    pub limit: Option<u32>,
    /// The same seed draws the same lines.
    pub seed: u64,
}

/// The test sets that an argument names: divided at commas, except those in braces and in the name of a file there is.
pub fn divided(argument: &str) -> Vec<&str> {
    let (_, path) = named(argument);
    let is_there = match Input::from(path) {
        Input::File(file) | Input::Alt(file, _) => file.exists(),
        Input::Files(source, target) => source.exists() && target.exists(),
    };
    if is_there {
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

/// Reads a test set in a direction; its first column is in the language that `named` translates from.
///
/// # Errors
/// As [`read`].
pub fn read_in(
    argument: &str,
    named: &LanguagePair,
    direction: &LanguagePair,
    draw: Draw,
) -> Result<TestSet, Failure> {
    let set = read(argument, named, draw)?;
    Ok(if direction == named { set } else { set.turned() })
}

/// Reads a test set: `NAME=FILE`, a file, or a folder as its owners ship it.
///
/// # Errors
/// A name without its files, files that cannot be read, sets without a line, columns the wrong way round.
fn read(argument: &str, pair: &LanguagePair, draw: Draw) -> Result<TestSet, Failure> {
    let (name, input) = locate(argument, pair)?;
    let options = PairOptions::new(pair.from.clone(), pair.to.clone());
    let all = read_pairs(std::slice::from_ref(&input), &options, &mut |_| {})
        .map_err(|error| unreadable(&error))?;
    let whole = all.len();
    let lines = u32::try_from(whole).unwrap_or(u32::MAX);
    if lines == 0 {
        return Err(Failure::usage(
            &format!("the test set has no sentences: {input}"),
            "Give a file with a sentence and its translation on each line, a tab between them.",
        ));
    }
    let places = evaluation::sample(lines, draw.limit.unwrap_or(lines), draw.seed);
    let chosen = || places.iter().filter_map(|&place| all.entries().get(place));
    // A line break inside a sentence of a TMX would come back as two lines.
    let line = |text: &str| text.replace(['\n', '\r'], " ");
    let source: Vec<String> = chosen().map(|entry| line(entry.source())).collect();
    let reference: Vec<String> = chosen().map(|entry| line(entry.target())).collect();
    let lines = source.iter().map(String::as_str).zip(reference.iter().map(String::as_str));
    columns::check(lines, pair, &input.to_string())?;
    Ok(TestSet { name, input: input.to_string(), pair: pair.clone(), source, reference, places, whole })
}

/// What is to be read, and what it is called.
fn locate(argument: &str, pair: &LanguagePair) -> Result<(String, Input), Failure> {
    let (name, path) = named(argument);
    let folder = Path::new(path);
    let stem = |path: &Path| path.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
    if folder.is_dir() {
        let (known, input) = shipped(folder, name, pair)?;
        return Ok((name.map_or(known, str::to_owned), input));
    }
    let input = Input::from(path);
    let missing = match &input {
        Input::File(file) => !file.exists(),
        Input::Files(..) | Input::Alt(..) => false,
    };
    match missing {
        true => Err(unknown(argument, pair)),
        false => {
            let of_path = match &input {
                Input::File(file) | Input::Files(file, _) => stem(file),
                Input::Alt(..) => "ALT".to_owned(),
            };
            Ok((name.map_or(of_path, str::to_owned), input))
        }
    }
}

/// A test set in the folder that its owners ship: ALT, or newstest of some year.
fn shipped(folder: &Path, name: Option<&str>, pair: &LanguagePair) -> Result<(String, Input), Failure> {
    let inside = |file: &str| {
        let places = [folder.to_owned(), folder.join("dev"), folder.join("sgm")];
        places.into_iter().map(|place| place.join(file)).find(|path| path.is_file())
    };
    let name = name.unwrap_or("newstest2018");
    let (from, to) = (&pair.from, &pair.to);
    // newstest2018-deen-src.de.sgm and -ref.en.sgm; either direction's files have the same lines.
    for both in [format!("{from}{to}"), format!("{to}{from}")] {
        let side = |part: &str, language: &str| inside(&format!("{name}-{both}-{part}.{language}.sgm"));
        let files: (Option<PathBuf>, Option<PathBuf>) = match both.starts_with(from.as_str()) {
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
            &format!("no test set for {pair} is in the folder {}", folder.display()),
            &format!(
                "Looked for {name}-{from}{to}-src.{from}.sgm with {name}-{from}{to}-ref.{to}.sgm, and for ALT's URL-test.txt."
            ),
        )),
    }
}

fn unknown(argument: &str, pair: &LanguagePair) -> Failure {
    let (from, to) = (&pair.from, &pair.to);
    let name = argument.split('=').next().unwrap_or_default();
    let hint = match name.to_ascii_lowercase().as_str() {
        "alt" => {
            "Give its folder, with ALT-Parallel-Corpus-20191206.zip unpacked and URL-test.txt beside it: \
            --tests ALT=FOLDER"
                .to_owned()
        }
        name if name.starts_with("newstest") => format!(
            "Give its two files or the folder of WMT's dev.tgz where they lie: --tests {name}=FOLDER with \
            {name}-{from}{to}-src.{from}.sgm and {name}-{from}{to}-ref.{to}.sgm"
        ),
        _ => "Give a TSV or TMX file, two files as 'name.{de,en}', or NAME=FILE.".to_owned(),
    };
    Failure::usage(&format!("there is no such test set: {argument}"), &hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> LanguagePair {
        LanguagePair { from: "de".to_owned(), to: "en".to_owned() }
    }

    #[test]
    fn folders_are_searched_for_what_their_owners_ship() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("dev");
        std::fs::create_dir(&inside).unwrap();
        for name in ["newstest2018-deen-src.de.sgm", "newstest2018-deen-ref.en.sgm"] {
            let segment = "<srcset><doc><seg id=\"1\">Eins</seg>\n</doc></srcset>\n";
            std::fs::write(inside.join(name), segment).unwrap();
        }
        let draw = Draw { limit: None, seed: 1 };
        let path = folder.path().display().to_string();
        let set = read(&path, &pair(), draw).unwrap_or_else(|failure| panic!("{failure:?}"));
        assert_eq!((set.name.as_str(), set.source.as_slice()), ("newstest2018", &["Eins".to_owned()][..]));
        let back = LanguagePair { from: "en".to_owned(), to: "de".to_owned() };
        assert!(read(&format!("newstest2018={path}"), &back, draw).is_ok(), "the same files the other way");
        let other = read(&format!("newstest2017={path}"), &pair(), draw).err().map(|f| format!("{f:?}"));
        assert!(
            other.as_ref().is_some_and(|said| said.contains("newstest2017-deen-src.de.sgm")),
            "{other:?}"
        );
    }

    #[test]
    fn commas_divide_sets_but_no_braces_and_no_names() {
        assert_eq!(divided("ALT=alt/,newstest2018=dev/"), ["ALT=alt/", "newstest2018=dev/"]);
        assert_eq!(divided("a.{de,en},b.tsv, c.tmx,"), ["a.{de,en}", "b.tsv", "c.tmx"]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a,b.tsv");
        std::fs::write(&path, "x").unwrap();
        for side in ["de", "en"] {
            std::fs::write(folder.path().join(format!("x,y.{side}")), "x").unwrap();
        }
        for path in [path, folder.path().join("x,y.{de,en}")] {
            let name = format!("N={}", path.display());
            assert_eq!(divided(&name), [name.as_str()]);
        }
    }

    #[test]
    fn names_alone_say_what_to_give() {
        let draw = Draw { limit: None, seed: 1 };
        for (name, mend) in
            [("ALT", "URL-test.txt"), ("newstest2018", "newstest2018-deen-ref.en.sgm"), ("x.tsv", "TSV")]
        {
            let said = format!("{:?}", read(name, &pair(), draw).err());
            assert!(said.contains(mend) && said.contains(name), "{said}");
        }
    }
}
