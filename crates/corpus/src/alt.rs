//! The Asian Language Treebank as NICT distributes it: one `data_ja.txt` per language with lines
//! `SNT.80188.1<TAB>sentence`, joined by these ids, and `URL-train.txt`, `URL-dev.txt`, `URL-test.txt` with lines
//! `URL.80188<TAB>address` that assign each article to a split.

use crate::input::AltSplit;
use crate::language::primary;
use crate::sentence_reader::{ReadSummary, SentenceReader};
use crate::text_file::TextFile;
use crate::{Error, Result, limits};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

pub(crate) struct Alt {
    documents: HashSet<u32>,
    list: TextFile,
    source: TextFile,
    target: TextFile,
    /// Target sentences not yet joined with a source.
    translations: HashMap<SentenceId, String>,
    sentence: [String; 2],
    sentences: u64,
    skipped: u64,
}

/// Article, and position of the sentence in it.
type SentenceId = (u32, u32);

const SENTENCE: &str = "SNT.ARTICLE.NUMBER";
const ARTICLE: &str = "URL.ARTICLE";

impl Alt {
    pub fn open(directory: &Path, split: AltSplit, languages: &[String; 2]) -> Result<Self> {
        let [source, target] = languages.each_ref().map(|language| format!("data_{}.txt", code(language)));
        let mut list = TextFile::open(&find(directory, &format!("URL-{}.txt", split.name()))?)?;
        let source = TextFile::open(&find(directory, &source)?)?;
        let mut target = TextFile::open(&find(directory, &target)?)?;
        let documents = documents(&mut list)?;
        let mut translations = HashMap::new();
        let mut bytes = 0;
        while target.advance()? {
            let Some((id, sentence)) = sentence(&target, &documents)? else { continue };
            bytes += sentence.len() + size_of::<(SentenceId, String)>();
            if bytes > limits::TEXT_BYTES {
                return Err(Error::TooMuchText { limit: limits::TEXT_BYTES });
            }
            translations.insert(id, sentence.to_owned());
        }
        let sentence = Default::default();
        Ok(Self { documents, list, source, target, translations, sentence, sentences: 0, skipped: 0 })
    }
}

impl SentenceReader<2> for Alt {
    fn advance(&mut self) -> Result<bool> {
        while self.source.advance()? {
            let Some((id, source)) = sentence(&self.source, &self.documents)? else { continue };
            match self.translations.remove(&id) {
                Some(target) => {
                    self.sentence = [source.to_owned(), target];
                    self.sentences += 1;
                    return Ok(true);
                }
                None => self.skipped += 1,
            }
        }
        self.skipped += self.translations.len() as u64;
        self.translations.clear();
        Ok(false)
    }

    fn text(&self) -> [&str; 2] {
        self.sentence.each_ref().map(String::as_str)
    }

    fn progress(&self) -> (u64, u64) {
        self.source.progress()
    }

    fn finish(self: Box<Self>) -> ReadSummary {
        let files = vec![self.source, self.target, self.list];
        ReadSummary { sentences: self.sentences, skipped: self.skipped, files }
    }
}

/// The language code in ALT's file names: Khmer is `khm`, and Bengali is `bg` (elsewhere Bulgarian).
fn code(language: &str) -> &str {
    match primary(language) {
        "km" => "khm",
        "bn" => "bg",
        code => code,
    }
}

/// Finds a file in `directory` or in one of its folders: the archive unpacks into one.
fn find(directory: &Path, file: &str) -> Result<PathBuf> {
    let failed = |source| Error::Read { source, path: directory.to_owned() };
    let mut folders = vec![directory.to_owned()];
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        folders.push(entry.map_err(failed)?.path());
    }
    folders[1..].sort();
    let mut paths = folders.into_iter().map(|folder| folder.join(file));
    let missing = || Error::AltFile { file: file.to_owned(), directory: directory.to_owned() };
    paths.find(|path| path.is_file()).ok_or_else(missing)
}

fn documents(list: &mut TextFile) -> Result<HashSet<u32>> {
    let mut documents = HashSet::new();
    while list.advance()? {
        if list.line().trim().is_empty() {
            continue;
        }
        let id = list.line().split('\t').next().and_then(|id| id.trim().strip_prefix("URL."));
        let document = id.and_then(|id| id.parse().ok());
        documents.insert(document.ok_or_else(|| malformed(list, ARTICLE))?);
        if documents.len() > limits::ALT_DOCUMENTS {
            return Err(malformed(list, ARTICLE));
        }
    }
    Ok(documents)
}

/// The sentence on the current line; none if it is empty or its article is not in `documents`.
fn sentence<'a>(text: &'a TextFile, documents: &HashSet<u32>) -> Result<Option<(SentenceId, &'a str)>> {
    if text.line().trim().is_empty() {
        return Ok(None);
    }
    let (id, sentence) = text.line().split_once('\t').unwrap_or((text.line(), ""));
    let numbers = id.trim().strip_prefix("SNT.").and_then(|numbers| numbers.split_once('.'));
    let id = numbers.and_then(|(article, number)| Some((article.parse().ok()?, number.parse().ok()?)));
    let id: SentenceId = id.ok_or_else(|| malformed(text, SENTENCE))?;
    let sentence = sentence.trim();
    Ok((documents.contains(&id.0) && !sentence.is_empty()).then_some((id, sentence)))
}

fn malformed(text: &TextFile, form: &'static str) -> Error {
    Error::AltLine { line: text.lines, form, path: text.path.clone() }
}
