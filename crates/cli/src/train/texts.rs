//! Files → clean text: what is left out is told before anything is trained.

use std::path::{Path, PathBuf};

use corpus::{Cleaning, Corpus, HeldOut, Input, Lines, PairOptions, Pairs, clean, read_lines, read_pairs};
use serde_json::json;
use translation::Pair;

use super::arguments::TextFiles;
use super::console::Console;
use crate::failure::Failure;

/// Where text comes from.
pub struct Sources<'a> {
    /// The languages of pairs.
    pub pair: &'a Pair,
    /// Monolingual files by language.
    pub mono: Vec<(String, Vec<PathBuf>)>,
    /// The rest.
    pub files: &'a TextFiles,
}

/// Text to train on, and to look at meanwhile.
pub struct Texts {
    /// The codes of both languages.
    pub languages: Vec<String>,
    /// Monolingual text, as many as [`Sources::mono`].
    pub mono: Vec<Lines>,
    /// Pairs to train on; none where none were given.
    pub pairs: Option<Pairs>,
    /// Pairs to look at.
    pub held_out: Option<Pairs>,
    /// Lines to look at, where there are no pairs.
    pub held_out_lines: Option<Lines>,
}

impl Texts {
    /// Every sentence to train on.
    pub fn all(&self) -> Vec<&str> {
        let lines = self.mono.iter().flat_map(Lines::entries).map(|line| line.text());
        let pairs = self.pairs.iter().flat_map(Pairs::entries);
        lines.chain(pairs.flat_map(|pair| [pair.source(), pair.target()])).collect()
    }
}

/// Held out by default: one of so many, and no more than the second.
const HELD_OUT: (usize, usize) = (50, 200);

/// What is held out, or where it lies.
enum Held<'a> {
    Count(usize),
    File(&'a str),
}

/// Reads and cleans.
pub fn read(sources: &Sources<'_>, console: &Console) -> Result<Texts, Failure> {
    let files = sources.files;
    let (from, to) = (sources.pair.from.clone(), sources.pair.to.clone());
    let options = PairOptions::new(from.clone(), to.clone());
    let pairs_of = |names: &[String]| {
        let inputs: Vec<Input> = names.iter().map(|name| name.as_str().into()).collect();
        read_pairs(&inputs, &options, &mut |progress| console.reading(progress))
    };
    let mut cleaning = Cleaning::default();
    for test in &files.test {
        cleaning.held_out.push(HeldOut::new(test, &pairs_of(std::slice::from_ref(test))?));
    }
    let held = |available: usize| match files.held_out.as_deref().map(|text| (text, text.parse())) {
        None => Held::Count((available / HELD_OUT.0).min(HELD_OUT.1)),
        Some((_, Ok(count))) => Held::Count(count),
        Some((file, Err(_))) => Held::File(file),
    };
    let mut texts = Texts {
        languages: vec![from, to],
        mono: Vec::new(),
        pairs: None,
        held_out: None,
        held_out_lines: None,
    };
    if !files.pairs.is_empty() {
        let all = pairs_of(&files.pairs)?;
        let (train, held_out) = match held(all.len()) {
            Held::File(file) => {
                let (held_out, _) = clean(pairs_of(&[file.to_owned()])?, &Cleaning::default());
                cleaning.held_out.push(HeldOut::new(file, &held_out));
                (cleaned("pairs", all, &cleaning, console), held_out)
            }
            Held::Count(_) => {
                let all = cleaned("pairs", all, &cleaning, console);
                hold_out(all, &held, files.seed)?
            }
        };
        cleaning.held_out.push(HeldOut::new("the held-out pairs", &held_out));
        (texts.pairs, texts.held_out) = (Some(train), Some(held_out));
    }
    for (language, paths) in &sources.mono {
        let all = read_lines(paths, language, None, &mut |progress| console.reading(progress))?;
        let alone = files.pairs.is_empty() && texts.held_out_lines.is_none();
        let lines = match held(all.len()) {
            Held::File(file) if alone => {
                let held_out = read_lines(&[Path::new(file)], language, None, &mut |_| {})?;
                let (held_out, _) = clean(held_out, &Cleaning::default());
                cleaning.held_out.push(HeldOut::new(file, &held_out));
                texts.held_out_lines = Some(held_out);
                cleaned(language, all, &cleaning, console)
            }
            Held::Count(_) if alone => {
                let (train, held_out) =
                    hold_out(cleaned(language, all, &cleaning, console), &held, files.seed)?;
                texts.held_out_lines = Some(held_out);
                train
            }
            Held::File(_) | Held::Count(_) => cleaned(language, all, &cleaning, console),
        };
        texts.mono.push(lines);
    }
    Ok(texts)
}

/// Cleans, and tells what was left out.
fn cleaned<const N: usize>(
    name: &str,
    corpus: Corpus<N>,
    cleaning: &Cleaning,
    console: &Console,
) -> Corpus<N> {
    console.doing("cleaning");
    let (corpus, report) = clean(corpus, cleaning);
    console.event("text", &json!({ "name": name, "report": report, "origins": corpus.origins() }));
    console.say(&format!("{name}: {report}"));
    corpus
}

/// Takes the sentences to look at out of clean text.
fn hold_out<'a, const N: usize>(
    all: Corpus<N>,
    held: &dyn Fn(usize) -> Held<'a>,
    seed: u64,
) -> Result<(Corpus<N>, Corpus<N>), Failure> {
    match held(all.len()) {
        Held::Count(count) if count > 0 => {
            let split = all.split_held_out(count, seed)?;
            Ok((split.train, split.held_out))
        }
        Held::Count(_) | Held::File(_) => {
            let (none, all) = all.split_at(0);
            Ok((all, none))
        }
    }
}
