//! The inputs that parallel text is read from, as users name them.

use crate::language::match_score;
use std::fmt;
use std::path::{Path, PathBuf};

/// An input of sentence pairs. Every file may be compressed with gzip or xz.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// One file with both languages: TMX, or tab-separated lines (TSV).
    File(PathBuf),
    /// Two files aligned line by line (Moses, OPUS) or segment by segment (WMT's SGML): source, target.
    Files(PathBuf, PathBuf),
    /// The Asian Language Treebank: the folder with its parallel corpus and its three lists of articles.
    Alt(PathBuf, AltSplit),
}

/// An official split of the Asian Language Treebank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AltSplit {
    /// 18,083 pairs of Japanese and English.
    Train,
    /// 1,000.
    Dev,
    /// 1,017.
    Test,
}

impl AltSplit {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Dev => "dev",
            Self::Test => "test",
        }
    }
}

/// Parses a command-line argument: `corpus.{de,en}` is two files, `alt-train:FOLDER` (or dev, test) a split of ALT,
/// anything else one file.
impl From<&str> for Input {
    fn from(name: &str) -> Self {
        for split in [AltSplit::Train, AltSplit::Dev, AltSplit::Test] {
            let folder = name.strip_prefix("alt-").and_then(|rest| rest.strip_prefix(split.name()));
            if let Some(folder) = folder.and_then(|rest| rest.strip_prefix(':')) {
                return Self::Alt(folder.into(), split);
            }
        }
        match expand_braces(name) {
            Some((source, target)) => Self::Files(source.into(), target.into()),
            None => Self::File(name.into()),
        }
    }
}

/// The two names that `before{a,b}after` stands for.
fn expand_braces(name: &str) -> Option<(String, String)> {
    let (before, rest) = name.split_once('{')?;
    let (braces, after) = rest.split_once('}')?;
    let (first, second) = braces.split_once(',')?;
    (!second.contains(',')).then(|| (format!("{before}{first}{after}"), format!("{before}{second}{after}")))
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Files(source, target) => write!(f, "{} + {}", source.display(), target.display()),
            Self::Alt(folder, split) => write!(f, "alt-{}:{}", split.name(), folder.display()),
        }
    }
}

/// The two paths as source and target, swapped if their names end in the languages in the other order.
pub(crate) fn ordered<'a>(paths: [&'a Path; 2], languages: &[String; 2]) -> [&'a Path; 2] {
    let [first, second] = paths;
    match [side_of(first, languages), side_of(second, languages)] {
        [Some(1), Some(0)] => [second, first],
        _ => paths,
    }
}

/// The index of the language that a file name ends in: `en` of `de-en.train.en.xz`.
fn side_of(path: &Path, languages: &[String; 2]) -> Option<usize> {
    let name = path.file_name()?.to_str()?;
    let mut words = name.rsplit(|c: char| !c.is_ascii_alphanumeric());
    words.find_map(|word| languages.iter().position(|language| match_score(language, word) > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_mean_what_users_expect() {
        assert_eq!(Input::from("a.tsv"), Input::File("a.tsv".into()));
        assert_eq!(Input::from("c.{de,en}.xz"), Input::Files("c.de.xz".into(), "c.en.xz".into()));
        assert_eq!(Input::from("c.{de,en,fr}"), Input::File("c.{de,en,fr}".into()));
        assert_eq!(Input::from("alt-dev:/data/ALT"), Input::Alt("/data/ALT".into(), AltSplit::Dev));
        assert_eq!(Input::from("alt-devs"), Input::File("alt-devs".into()));
    }

    #[test]
    fn files_are_put_in_the_order_of_the_languages() {
        let order = |first: &str, second: &str| {
            let languages = ["de".to_owned(), "en-US".to_owned()];
            ordered([Path::new(first), Path::new(second)], &languages).map(|path| path.display().to_string())
        };
        assert_eq!(order("c.de", "c.en"), ["c.de", "c.en"]);
        assert_eq!(order("c.en", "c.de"), ["c.de", "c.en"]);
        assert_eq!(order("de-en.train.en.xz", "de-en.train.de.xz")[0], "de-en.train.de.xz");
        assert_eq!(order("n-deen-ref.en.sgm", "n-deen-src.de.sgm")[0], "n-deen-src.de.sgm");
        assert_eq!(order("b.txt", "a.txt"), ["b.txt", "a.txt"], "names without a language");
        assert_eq!(order("x.en", "y.en"), ["x.en", "y.en"]);
    }
}
