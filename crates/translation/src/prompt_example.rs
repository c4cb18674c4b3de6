//! The prompt of an example sentence, as it is sent to a model.

use model_files::ModelInfo;
use serde::Serialize;

use crate::catalog::CatalogEntry;
use crate::error::{Error, Result};
use crate::languages::{LANGUAGES, LanguagePair, language};
use crate::prompt::Prompt;

/// Example sentences by language; other languages get the English one.
const SENTENCES: [(&str, &str); 3] = [
    ("en", "The weather is nice today."),
    ("de", "Das Wetter ist heute schön."),
    ("ja", "今日は天気がいいです。"),
];

/// A rendered prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PromptExample {
    /// The languages.
    pub pair: LanguagePair,
    /// The whole prompt, special tokens by name.
    pub text: String,
    /// Its tokens in order.
    pub tokens: Vec<PromptToken>,
}

/// A token of a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PromptToken {
    /// Its id.
    pub id: u32,
    /// Its name if it is special, else its text; a part of a character is shown as �.
    pub text: String,
}

/// The prompt of an example sentence in two languages of a model, or in English and German if it names no two.
///
/// # Errors
/// A model without a tokenizer or prompt, a prompt that its tokenizer cannot encode.
pub fn prompt_example(entry: &CatalogEntry) -> Result<PromptExample> {
    let pair = example_pair(&entry.info);
    let tokenizer = entry.open()?.tokenizer()?;
    let template = entry.info.prompt.as_deref().ok_or_else(|| Error::MissingTerm(entry.id.clone()))?;
    let sentence = SENTENCES.iter().find(|(code, _)| *code == pair.from).unwrap_or(&SENTENCES[0]).1;
    let ids = Prompt::parse(template, &tokenizer, &pair)?.render(sentence, "", &tokenizer)?;
    let name = |id: u32| tokenizer.specials().find(|(_, special)| *special == id).map(|(name, _)| name);
    let mut text = String::new();
    let mut tokens = Vec::with_capacity(ids.len());
    for run in ids.chunk_by(|&a, &b| name(a).is_none() && name(b).is_none()) {
        match (run, run.first().and_then(|&id| name(id))) {
            (_, Some(name)) => text.push_str(name),
            (run, None) => text.push_str(&tokenizer.decode(run)?),
        }
        for &id in run {
            let text = name(id).map_or_else(|| tokenizer.decode(&[id]), |name| Ok(name.to_owned()))?;
            tokens.push(PromptToken { id, text });
        }
    }
    Ok(PromptExample { pair, text, tokens })
}

/// Two languages of a model, or English and German if it names no two.
pub(crate) fn example_pair(info: &ModelInfo) -> LanguagePair {
    let pair = |from: &str, to: &str| LanguagePair { from: from.to_owned(), to: to.to_owned() };
    if let Some([from, to]) =
        info.pairs.iter().find(|codes| codes.iter().all(|code| language(code).is_some()))
    {
        return pair(from, to);
    }
    let knows = |code: &str| info.languages.iter().any(|known| known == code);
    let codes = LANGUAGES.iter().map(|language| language.code).filter(|code| knows(code));
    // Those with a sentence of their own first.
    let (mut own, other): (Vec<_>, Vec<_>) =
        codes.partition(|code| SENTENCES.iter().any(|(sentence, _)| sentence == code));
    own.extend(other);
    match own[..] {
        [from, to, ..] => pair(from, to),
        _ => pair("en", "de"),
    }
}
