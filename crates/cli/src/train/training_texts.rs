//! Reads and cleans the training texts, and reports what is left out.

use corpus::{
    Cleaning, Corpus, HeldOut, Input, MonolingualCorpus, PairOptions, ParallelCorpus, Sample, clean,
    read_lines, read_pairs,
};
use serde_json::{Value, json};
use translation::LanguagePair;

use super::arguments::TextFiles;
use super::console::Console;
use crate::column_order::check_column_order;
use crate::failure::Failure;

/// Files to read text from.
pub struct TextSources<'a> {
    /// The languages of pairs.
    pub pair: &'a LanguagePair,
    /// Files of monolingual text by language; a language that is not of the pair means both.
    pub mono: Vec<(String, Vec<String>)>,
    /// Files of sentence pairs, test sets, and the held-out part.
    pub files: &'a TextFiles,
}

/// Training texts and held-out texts.
pub struct TrainingTexts {
    /// The codes of both languages.
    pub languages: Vec<String>,
    /// Monolingual texts, one per element of [`TextSources::mono`].
    pub mono: Vec<MonolingualText>,
    /// Sentence pairs to train on, if any were given.
    pub pairs: Option<ParallelCorpus>,
    /// Held-out sentence pairs.
    pub held_out: Option<ParallelCorpus>,
    /// Counts and origins of the texts, for the model's provenance.
    pub record: Value,
}

/// Text of one language.
pub struct MonolingualText {
    /// Lines to train on.
    pub train: MonolingualCorpus,
    /// Held-out lines.
    pub held_out: MonolingualCorpus,
}

impl TrainingTexts {
    /// Every sentence to train on.
    pub fn sentences(&self) -> Vec<&str> {
        let lines = self.mono.iter().flat_map(|mono| mono.train.entries()).map(|line| line.text());
        let pairs = self.pairs.iter().flat_map(ParallelCorpus::entries);
        lines.chain(pairs.flat_map(|pair| [pair.source(), pair.target()])).collect()
    }
}

/// Held out by default: one of 50 sentences, at most 200.
const DEFAULT_HELD_OUT: (usize, usize) = (50, 200);

/// The held-out sentences: a number of the training sentences, or a file.
enum HeldOutChoice<'a> {
    Count(usize),
    File(&'a str),
}

/// Reads and cleans all texts.
pub fn read_texts(sources: &TextSources<'_>, console: &Console) -> Result<TrainingTexts, Failure> {
    let files = sources.files;
    let (from, to) = (sources.pair.from.clone(), sources.pair.to.clone());
    let options = PairOptions::new(from.clone(), to.clone());
    let pairs_of = |names: &[String], sample: Option<Sample>| {
        let inputs: Vec<Input> = names.iter().map(|name| name.as_str().into()).collect();
        let options = PairOptions { sample, ..options.clone() };
        let pairs = read_pairs(&inputs, &options, &mut |progress| console.reading(progress))?;
        let sides = pairs.entries().iter().map(|pair| (pair.source(), pair.target()));
        check_column_order(sides, sources.pair, &names.join(", "))?;
        Ok::<ParallelCorpus, Failure>(pairs)
    };
    let mut cleaning = Cleaning::default();
    for test in &files.test {
        cleaning.held_out.push(HeldOut::new(test, &pairs_of(std::slice::from_ref(test), None)?));
    }
    let held = |available: usize| match files.held_out.as_deref().map(|text| (text, text.parse())) {
        None => HeldOutChoice::Count((available / DEFAULT_HELD_OUT.0).min(DEFAULT_HELD_OUT.1)),
        Some((_, Ok(count))) => HeldOutChoice::Count(count),
        Some((file, Err(_))) => HeldOutChoice::File(file),
    };
    let (languages, record) = (vec![from, to], Value::Null);
    let mut texts = TrainingTexts { languages, mono: Vec::new(), pairs: None, held_out: None, record };
    let mut records = Vec::new();
    let mut sampled_mono = None;
    if !files.pairs.is_empty() {
        let sample = files.sample.map(|count| Sample { seed: files.seed, count });
        let (mono, all) = pairs_of(&files.pairs, sample)?.split_at(files.sample_mono.unwrap_or(0));
        sampled_mono = Some(mono);
        let (train, held_out) = match held(all.len()) {
            HeldOutChoice::File(file) => {
                let (held_out, _) = clean(pairs_of(&[file.to_owned()], None)?, &Cleaning::default());
                cleaning.held_out.push(HeldOut::new(file, &held_out));
                (clean_and_report("pairs", all, &cleaning, console, &mut records), held_out)
            }
            HeldOutChoice::Count(_) => {
                let all = clean_and_report("pairs", all, &cleaning, console, &mut records);
                hold_out(all, &held, files.seed)?
            }
        };
        cleaning.held_out.push(HeldOut::new("the held-out pairs", &held_out));
        (texts.pairs, texts.held_out) = (Some(train), Some(held_out));
    }
    // Lines of text are packed and split, so their length is not limited.
    let mut cleaning = Cleaning { max_chars: usize::MAX, ..cleaning };
    for (language, names) in &sources.mono {
        let lines_of = |names: &[String]| -> Result<MonolingualCorpus, Failure> {
            // Reads inputs with two sides as pairs.
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
            (HeldOutChoice::File(_), Some(pairs)) => {
                let train = clean_and_report(language, all, &cleaning, console, &mut records);
                MonolingualText { train, held_out: sides(pairs, language) }
            }
            (HeldOutChoice::File(file), None) => {
                let of_file = Cleaning { held_out: Vec::new(), ..cleaning.clone() };
                let (held_out, _) = clean(lines_of(&[file.to_owned()])?, &of_file);
                cleaning.held_out.push(HeldOut::new(file, &held_out));
                MonolingualText {
                    train: clean_and_report(language, all, &cleaning, console, &mut records),
                    held_out,
                }
            }
            (HeldOutChoice::Count(_), _) => {
                let all = clean_and_report(language, all, &cleaning, console, &mut records);
                // The number may suit the pairs but be too large for this text.
                let half = |available: usize| match held(available) {
                    HeldOutChoice::Count(count) => HeldOutChoice::Count(count.min(available / 2)),
                    file => file,
                };
                let (train, held_out) = hold_out(all, &half, files.seed)?;
                MonolingualText { train, held_out }
            }
        };
        texts.mono.push(mono);
    }
    texts.record = Value::Array(records);
    Ok(texts)
}

/// The side of the pairs in a language; both sides if neither is.
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

/// Cleans text and prints what was left out.
fn clean_and_report<const N: usize>(
    name: &str,
    corpus: Corpus<N>,
    cleaning: &Cleaning,
    console: &Console,
    records: &mut Vec<Value>,
) -> Corpus<N> {
    console.show_activity("cleaning");
    let (corpus, report) = clean(corpus, cleaning);
    let record = json!({ "name": name, "report": report, "origins": corpus.text_sources() });
    console.event("text", &record);
    records.push(record);
    console.print(&format!("{name}: {report}"));
    corpus
}

/// Splits the held-out sentences from clean text.
fn hold_out<'a, const N: usize>(
    all: Corpus<N>,
    held: &dyn Fn(usize) -> HeldOutChoice<'a>,
    seed: u64,
) -> Result<(Corpus<N>, Corpus<N>), Failure> {
    match held(all.len()) {
        HeldOutChoice::Count(count) if count > 0 => {
            let split = all.split_held_out(count, seed)?;
            Ok((split.train, split.held_out))
        }
        HeldOutChoice::Count(_) | HeldOutChoice::File(_) => {
            let (none, all) = all.split_at(0);
            Ok((all, none))
        }
    }
}
