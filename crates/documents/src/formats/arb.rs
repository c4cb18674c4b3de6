//! Flutter's ARB: the messages; keys that begin with `@` describe them. `@@locale` becomes the target language.

use crate::Result;
use crate::escaping::Escaping;
use crate::formats::json::{tree, unescaped};
use crate::quoting::Quoting;
use crate::slot::ParsedBlock;

/// The blocks of a message file.
///
/// # Errors
/// When the JSON is not well-formed or nested too deeply.
pub(crate) fn parse(source: &str) -> Result<Vec<ParsedBlock>> {
    let escaping = Escaping::Quoted(Quoting::json(source));
    let root = tree::parse(source)?;
    let messages = root.members().iter().filter(|(key, _)| !source[key.clone()].starts_with('@'));
    let texts = messages.filter_map(|(_, value)| unescaped(source, value.inner()?));
    Ok(texts.flat_map(|text| text.blocks(escaping)).collect())
}

/// The file with `to` as its language.
pub(crate) fn completed(source: &str, to: Option<&str>) -> String {
    let locale = tree::parse(source).ok().and_then(|root| root.get(source, "@@locale")?.inner());
    // Only characters of language codes, so that the string stays whole.
    let code =
        |to: &str| -> String { to.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect() };
    match (locale, to) {
        (Some(locale), Some(to)) => {
            let code = code(to).replace('-', "_");
            [&source[..locale.start], &code, &source[locale.end..]].concat()
        }
        _ => source.to_owned(),
    }
}
