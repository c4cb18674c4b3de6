//! Files → clean text: what is left out is told before anything is trained.

use corpus::{
    Cleaning, Corpus, HeldOut, Input, MonolingualCorpus, PairOptions, ParallelCorpus, Sample, clean,
    read_lines, read_pairs,
};
use serde_json::{Value, json};
use translation::LanguagePair;

use super::arguments::TextFiles;
use super::console::Console;
use crate::columns;
use crate::failure::Failure;

/// Where text comes from.
pub struct Sources<'a> {
    /// The languages of pairs.
    pub pair: &'a LanguagePair,
    /// What holds monolingual text, by language; a language that is none of the pair's stands for both.
    pub mono: Vec<(String, Vec<String>)>,
    /// The rest.
    pub files: &'a TextFiles,
}

/// Text to train on, and to look at meanwhile.
pub struct Texts {
    /// The codes of both languages.
    pub languages: Vec<String>,
    /// Monolingual text, as many as [`Sources::mono`].
    pub mono: Vec<Mono>,
    /// Pairs to train on; none where none were given.
    pub pairs: Option<ParallelCorpus>,
    /// Pairs to look at.
    pub held_out: Option<ParallelCorpus>,
    /// What was read and left out, for the model's record.
    pub record: Value,
}

/// Text of one language.
pub struct Mono {
    /// To train on.
    pub train: MonolingualCorpus,
    /// To look at.
    pub held_out: MonolingualCorpus,
}

impl Texts {
    /// Every sentence to train on.
    pub fn all(&self) -> Vec<&str> {
        let lines = self.mono.iter().flat_map(|mono| mono.train.entries()).map(|line| line.text());
        let pairs = self.pairs.iter().flat_map(ParallelCorpus::entries);
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
    let pairs_of = |names: &[String], sample: Option<Sample>| {
        let inputs: Vec<Input> = names.iter().map(|name| name.as_str().into()).collect();
        let options = PairOptions { sample, ..options.clone() };
        let pairs = read_pairs(&inputs, &options, &mut |progress| console.reading(progress))?;
        let sides = pairs.entries().iter().map(|pair| (pair.source(), pair.target()));
        columns::check(sides, sources.pair, &names.join(", "))?;
        Ok::<ParallelCorpus, Failure>(pairs)
    };
    let mut cleaning = Cleaning::default();
    for test in &files.test {
        cleaning.held_out.push(HeldOut::new(test, &pairs_of(std::slice::from_ref(test), None)?));
    }
    let held = |available: usize| match files.held_out.as_deref().map(|text| (text, text.parse())) {
        None => Held::Count((available / HELD_OUT.0).min(HELD_OUT.1)),
        Some((_, Ok(count))) => Held::Count(count),
        Some((file, Err(_))) => Held::File(file),
    };
    let (languages, record) = (vec![from, to], Value::Null);
    let mut texts = Texts { languages, mono: Vec::new(), pairs: None, held_out: None, record };
    let mut told = Vec::new();
    let mut sampled_mono = None;
    if !files.pairs.is_empty() {
        let sample = files.sample.map(|count| Sample { seed: files.seed, count });
        let (mono, all) = pairs_of(&files.pairs, sample)?.split_at(files.sample_mono.unwrap_or(0));
        sampled_mono = Some(mono);
        let (train, held_out) = match held(all.len()) {
            Held::File(file) => {
                let (held_out, _) = clean(pairs_of(&[file.to_owned()], None)?, &Cleaning::default());
                cleaning.held_out.push(HeldOut::new(file, &held_out));
                (cleaned("pairs", all, &cleaning, console, &mut told), held_out)
            }
            Held::Count(_) => {
                let all = cleaned("pairs", all, &cleaning, console, &mut told);
                hold_out(all, &held, files.seed)?
            }
        };
        cleaning.held_out.push(HeldOut::new("the held-out pairs", &held_out));
        (texts.pairs, texts.held_out) = (Some(train), Some(held_out));
    }
    // Lines of text are packed and cut: a paragraph is as good as a sentence.
    let mut cleaning = Cleaning { max_chars: usize::MAX, ..cleaning };
    for (language, names) in &sources.mono {
        let lines_of = |names: &[String]| -> Result<MonolingualCorpus, Failure> {
            // What has two sides is read as pairs.
            let plain = |name: &&String| matches!(Input::from(name.as_str()), Input::File(_));
            let (plain, paired): (Vec<&String>, Vec<&String>) = names.iter().partition(plain);
            let mut lines = read_lines(&plain, language, None, &mut |progress| console.reading(progress))?;
            for name in paired {
                let pairs = pairs_of(std::slice::from_ref(name), None)?;
                lines.append(sides(&pairs, language));
            }
            Ok(lines)
        };
        let mut all = lines_of(names)?;
        if let Some(sampled) = &sampled_mono {
            all.append(sides(sampled, language));
        }
        let mono = match (held(all.len()), &texts.held_out) {
            (Held::File(_), Some(pairs)) => {
                let train = cleaned(language, all, &cleaning, console, &mut told);
                Mono { train, held_out: sides(pairs, language) }
            }
            (Held::File(file), None) => {
                let of_file = Cleaning { held_out: Vec::new(), ..cleaning.clone() };
                let (held_out, _) = clean(lines_of(&[file.to_owned()])?, &of_file);
                cleaning.held_out.push(HeldOut::new(file, &held_out));
                Mono { train: cleaned(language, all, &cleaning, console, &mut told), held_out }
            }
            (Held::Count(_), _) => {
                let all = cleaned(language, all, &cleaning, console, &mut told);
                // So many may be asked for because there are more pairs.
                let half = |available: usize| match held(available) {
                    Held::Count(count) => Held::Count(count.min(available / 2)),
                    file => file,
                };
                let (train, held_out) = hold_out(all, &half, files.seed)?;
                Mono { train, held_out }
            }
        };
        texts.mono.push(mono);
    }
    texts.record = Value::Array(told);
    Ok(texts)
}

/// The side of pairs that is of a language; both sides where none is.
fn sides(pairs: &ParallelCorpus, language: &str) -> MonolingualCorpus {
    let [from, to] = pairs.languages();
    match language {
        code if code == from => pairs.side::<0>(),
        code if code == to => pairs.side::<1>(),
        _ => {
            let mut both = pairs.side::<0>();
            both.append(pairs.side::<1>());
            both
        }
    }
}

/// Cleans, and tells what was left out.
fn cleaned<const N: usize>(
    name: &str,
    corpus: Corpus<N>,
    cleaning: &Cleaning,
    console: &Console,
    told: &mut Vec<Value>,
) -> Corpus<N> {
    console.doing("cleaning");
    let (corpus, report) = clean(corpus, cleaning);
    let record = json!({ "name": name, "report": report, "origins": corpus.text_sources() });
    console.event("text", &record);
    told.push(record);
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
