//! Apple's string catalogues (`.xcstrings`): each text gets a localization in the target language. The source's stay.
//!
//! A catalogue is prepared before it is parsed: where the target language is missing or new, the source's localization
//! is copied, with all its variations, and its states are [`NEW`]. The texts of these copies are the blocks.

use std::ops::Range;

use crate::bilingual::is_same_language;
use crate::escaping::Escaping;
use crate::formats::json::tree::{self, Value};
use crate::formats::json::unescaped;
use crate::quoting::Quoting;
use crate::slot::ParsedBlock;
use crate::{Error, Result};

/// The state of a copied text before it is written.
const NEW: &str = "copied by Wasan";

/// The state of a text that was translated by a machine.
const STATE: &str = "needs_review";

/// Whether JSON is a string catalogue.
pub(crate) fn is_catalog(text: &str) -> bool {
    ["\"sourceLanguage\"", "\"strings\"", "\"version\""].iter().all(|key| text.contains(key))
}

/// The catalogue with copies to translate into `to`. The source is in the language `from`, if the catalogue has it.
///
/// # Errors
/// When the JSON is not well-formed, or `to` is the catalogue's own language.
pub(crate) fn prepared(source: &str, from: Option<&str>, to: &str) -> Result<String> {
    let root = tree::parse(source)?;
    let language =
        root.get(source, "sourceLanguage").and_then(|value| value.text(source)).unwrap_or_default();
    if is_same_language(&language, to) {
        return Err(Error::OwnLanguage { language });
    }
    let from = from.unwrap_or(&language);
    // Only characters of language codes, so that the key stays whole.
    let to: String = to.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let colon = [" : ", ": "].into_iter().find(|colon| source.contains(&format!("\"{colon}")));
    let catalog = Catalog {
        source,
        from,
        to: &to,
        keys_are_texts: is_same_language(&language, from),
        colon: colon.unwrap_or(":"),
    };
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    let strings = root.get(source, "strings").ok_or_else(|| Error::json(source, 0))?;
    for (key, entry) in strings.members() {
        if let Some((range, written)) = catalog.edit(key, entry) {
            out.push_str(source.get(at..range.start).unwrap_or_default());
            out.push_str(&written);
            at = range.end;
        }
    }
    out.push_str(source.get(at..).unwrap_or_default());
    Ok(out)
}

/// The blocks of a prepared catalogue.
///
/// # Errors
/// When the JSON is not well-formed.
pub(crate) fn parse(source: &str) -> Result<Vec<ParsedBlock>> {
    let root = tree::parse(source)?;
    let escaping = Escaping::Quoted(Quoting::json(source));
    let mut units = Vec::new();
    push_units(source, &root, &mut units);
    let new = units.into_iter().filter(|unit| unit.state(source) == Some(NEW));
    let texts = new.filter_map(|unit| unescaped(source, unit.value?.inner()?));
    Ok(texts.flat_map(|text| text.blocks(escaping)).collect())
}

/// A translated catalogue as Xcode reads it.
pub(crate) fn completed(source: &str) -> String {
    source.replace(NEW, STATE)
}

/// A text with its state.
struct Unit<'v> {
    object: &'v Value,
    state: Option<&'v Value>,
    value: Option<&'v Value>,
}

impl Unit<'_> {
    fn state<'s>(&self, source: &'s str) -> Option<&'s str> {
        source.get(self.state?.inner()?)
    }

    /// Whether it has a text that is meant to stay.
    fn is_done(&self, source: &str) -> bool {
        let has_text = self.value.and_then(Value::inner).is_some_and(|inner| !inner.is_empty());
        has_text && !matches!(self.state(source), Some("new" | NEW))
    }
}

/// Appends the texts in a value: objects called `stringUnit`, at any depth.
fn push_units<'v>(source: &str, value: &'v Value, units: &mut Vec<Unit<'v>>) {
    for (key, member) in value.members() {
        if source.get(key.clone()) == Some("stringUnit") {
            let get = |name| member.get(source, name);
            units.push(Unit { object: member, state: get("state"), value: get("value") });
        } else {
            push_units(source, member, units);
        }
    }
}

struct Catalog<'a> {
    source: &'a str,
    from: &'a str,
    to: &'a str,
    /// Whether a text without a localization in `from` is its own key.
    keys_are_texts: bool,
    /// What is between a key and its value.
    colon: &'static str,
}

impl Catalog<'_> {
    fn slice(&self, range: Range<usize>) -> &str {
        self.source.get(range).unwrap_or_default()
    }

    /// The bytes to replace so that an entry has a copy to translate, and what replaces them; `None` if it needs none.
    fn edit(&self, key: &Range<usize>, entry: &Value) -> Option<(Range<usize>, String)> {
        let source = self.source;
        if entry
            .get(source, "shouldTranslate")
            .is_some_and(|value| self.slice(value.range.clone()) == "false")
        {
            return None;
        }
        let localizations = entry.get(source, "localizations");
        let target = localizations.and_then(|all| self.find(all, self.to));
        let mut units = Vec::new();
        target.into_iter().for_each(|target| push_units(source, target, &mut units));
        if units.iter().any(|unit| unit.is_done(source)) {
            return None;
        }
        let own = localizations.and_then(|all| self.find(all, self.from));
        let layout = Layout::at(source, key.start, self.colon);
        let copy = match own {
            Some(own) => self.copy(own)?,
            None if self.keys_are_texts => self.unit(key.clone(), &layout)?,
            None => return None,
        };
        if let Some(target) = target {
            return Some((target.range.clone(), copy));
        }
        let member = format!("\"{}\"{}{copy}", self.to, layout.colon);
        Some(match localizations {
            Some(all) => layout.appended(source, all, &member, 2),
            None => {
                let member = layout.object(&[&member], 2);
                layout.appended(source, entry, &format!("\"localizations\"{}{member}", layout.colon), 1)
            }
        })
    }

    /// The localization in a language: of several regions the one that is named, or the only one.
    fn find<'v>(&self, localizations: &'v Value, language: &str) -> Option<&'v Value> {
        let is_exact = |code: &str| code.replace('_', "-").eq_ignore_ascii_case(language);
        let named = |test: &dyn Fn(&str) -> bool| {
            let mut found = localizations.members().iter().filter(|(code, _)| test(self.slice(code.clone())));
            let first = found.next().map(|(_, value)| value);
            if found.next().is_some() { None } else { first }
        };
        named(&is_exact).or_else(|| named(&|code: &str| is_same_language(code, language)))
    }

    /// A localization with all its texts new; `None` if there is nothing to translate in it.
    fn copy(&self, own: &Value) -> Option<String> {
        let mut units = Vec::new();
        push_units(self.source, own, &mut units);
        if !units.iter().any(|unit| self.has_words(unit.value.and_then(Value::inner))) {
            return None;
        }
        let (mut out, mut at) = (String::new(), own.range.start);
        for unit in units {
            let (range, written) = match unit.state {
                Some(state) => (state.range.clone(), format!("\"{NEW}\"")),
                None if unit.value.is_none() => continue,
                None => {
                    let start = unit.object.range.start + 1;
                    (start..start, format!("\"state\":\"{NEW}\","))
                }
            };
            out.push_str(self.slice(at..range.start));
            out.push_str(&written);
            at = range.end;
        }
        out.push_str(self.slice(at..own.range.end));
        Some(out)
    }

    /// A localization whose text is a key.
    fn unit(&self, key: Range<usize>, layout: &Layout) -> Option<String> {
        self.has_words(Some(key.clone())).then_some(())?;
        let state = format!("\"state\"{}\"{NEW}\"", layout.colon);
        let value = format!("\"value\"{}\"{}\"", layout.colon, self.slice(key));
        let unit = layout.object(&[&state, &value], 4);
        Some(layout.object(&[&format!("\"stringUnit\"{}{unit}", layout.colon)], 3))
    }

    fn has_words(&self, inner: Option<Range<usize>>) -> bool {
        let text = inner.and_then(|inner| unescaped(self.source, inner));
        text.is_some_and(|text| !text.blocks(Escaping::Quoted(Quoting::Json { ascii: false })).is_empty())
    }
}

/// How a catalogue lays out its objects.
struct Layout {
    /// What precedes a key of the entries on its line; `None` where all is on one line.
    indent: Option<String>,
    /// What is between a key and its value.
    colon: &'static str,
}

impl Layout {
    /// The layout around the key of an entry.
    fn at(source: &str, key: usize, colon: &'static str) -> Self {
        let before = source.get(..key.saturating_sub(1)).unwrap_or_default();
        let blank = before.get(before.trim_end_matches([' ', '\t', '\r', '\n']).len()..).unwrap_or_default();
        let indent = blank.rfind('\n').and_then(|end| blank.get(end + 1..)).map(str::to_owned);
        Self { indent, colon }
    }

    /// A new line, so many levels below an entry.
    fn line(&self, depth: usize) -> String {
        self.indent.as_ref().map_or(String::new(), |indent| format!("\n{indent}{}", "  ".repeat(depth)))
    }

    /// An object whose members are at a depth.
    fn object(&self, members: &[&str], depth: usize) -> String {
        let separator = [",", &self.line(depth)].concat();
        format!("{{{}{}{}}}", self.line(depth), members.join(&separator), self.line(depth - 1))
    }

    /// The bytes to replace so that an object has one more member, and what replaces them.
    fn appended(&self, source: &str, object: &Value, member: &str, depth: usize) -> (Range<usize>, String) {
        let Some((key, last)) = object.members().last() else {
            return (object.range.clone(), self.object(&[member], depth));
        };
        let before = source.get(..key.start - 1).unwrap_or_default();
        let gap = before.get(before.trim_end().len()..).unwrap_or_default();
        (last.range.end..last.range.end, format!(",{gap}{member}"))
    }
}
