//! A model's prompt: its template with the languages filled in, ready for source texts.
//!
//! Special tokens come only from the template. A source text is always encoded as plain text.

use std::ops::Range;

use model_files::Tokenizer;

use crate::languages::{LanguagePair, language};

/// Why a prompt cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A language without a name for `{from_name}` or `{to_name}`.
    #[error("no language has this code; use a two-letter code such as de: {0}")]
    UnknownLanguage(String),
    /// An unknown placeholder.
    #[error(
        "a prompt may contain {{from}}, {{to}}, {{from_name}}, {{to_name}} and {{source}}; correct this one: {0}"
    )]
    UnknownPlaceholder(String),
    /// `{source}` is missing or occurs more than once.
    #[error("a prompt must contain {{source}} exactly once, not {count} times: {template}")]
    Source {
        /// Number of occurrences.
        count: usize,
        /// The prompt.
        template: String,
    },
    /// A token of the form `<|name|>` that the model does not have.
    #[error("the model's tokenizer has no such special token; correct the prompt: {0}")]
    UnknownToken(String),
    /// The tokenizer.
    #[error(transparent)]
    Model(#[from] model_files::Error),
}

/// A prompt for one language pair.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// Ids before the text run that contains the source.
    prefix: Vec<u32>,
    /// The text run before and after the source.
    before: String,
    after: String,
    suffix: Vec<u32>,
}

/// A prompt with the position of its source text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The ids of the whole prompt.
    pub ids: Vec<u32>,
    /// The range of ids that encode the source.
    pub source: Range<usize>,
    /// For each id of that range, the byte range of the source that it encodes.
    pub pieces: Vec<Range<usize>>,
}

/// The placeholder of the text to translate.
const SOURCE: &str = "{source}";

/// A part of a template.
enum TemplatePart {
    Text(String),
    Special(u32),
    Source,
}

impl Prompt {
    /// Parses a template.
    ///
    /// # Errors
    /// An unknown language, placeholder or special token; a template that does not contain `{source}` exactly once.
    pub fn parse(template: &str, tokenizer: &Tokenizer, pair: &LanguagePair) -> Result<Self, Error> {
        let (mut prefix, mut suffix) = (Vec::new(), Vec::new());
        let (mut before, mut after) = (String::new(), String::new());
        let mut sources = 0;
        let mut run_ended = false;
        for part in parts(template, tokenizer, pair)? {
            match part {
                TemplatePart::Source => sources += 1,
                TemplatePart::Text(text) if sources == 0 => before.push_str(&text),
                TemplatePart::Text(text) if run_ended => suffix.extend(tokenizer.encode_continuing(&text)?),
                TemplatePart::Text(text) => after.push_str(&text),
                TemplatePart::Special(id) if sources == 0 => {
                    if !before.is_empty() {
                        prefix.extend(encode(&std::mem::take(&mut before), prefix.is_empty(), tokenizer)?);
                    }
                    prefix.push(id);
                }
                TemplatePart::Special(id) => {
                    run_ended = true;
                    suffix.push(id);
                }
            }
        }
        match sources {
            1 => Ok(Self { prefix, before, after, suffix }),
            count => Err(Error::Source { count, template: template.to_owned() }),
        }
    }

    /// The ids of the whole prompt for a source text.
    ///
    /// # Errors
    /// When the tokenizer fails.
    pub fn render(&self, source: &str, tokenizer: &Tokenizer) -> Result<Vec<u32>, Error> {
        let run = format!("{}{}{}", self.before, self.one_line(source), self.after);
        let mut ids = self.prefix.clone();
        ids.extend(encode(&run, ids.is_empty(), tokenizer)?);
        ids.extend(&self.suffix);
        Ok(ids)
    }

    /// The ids of the whole prompt for a source text, with the position of the source.
    ///
    /// # Errors
    /// When the tokenizer fails.
    pub fn locate(&self, source: &str, tokenizer: &Tokenizer) -> Result<Located, Error> {
        let line = self.one_line(source);
        // Characters replaced by spaces may have been longer.
        let mut offsets: Vec<usize> = Vec::with_capacity(line.len() + 1);
        for ((at, _), new) in source.char_indices().zip(line.chars()) {
            offsets.extend(std::iter::repeat_n(at, new.len_utf8()));
        }
        offsets.push(source.len());
        let source_offset =
            |at: usize| offsets.get(at.saturating_sub(self.before.len())).copied().unwrap_or(source.len());
        let inside = self.before.len()..self.before.len() + line.len();
        let text = format!("{}{line}{}", self.before, self.after);
        let run = tokenizer.pieces(&text, !self.prefix.is_empty())?;
        let holds = |(_, bytes): &(u32, Range<usize>)| bytes.start < inside.end && inside.start < bytes.end;
        let first = run.iter().position(holds).unwrap_or(0);
        let count = run.iter().filter(|piece| holds(piece)).count();
        let pieces = run.iter().skip(first).take(count);
        Ok(Located {
            pieces: pieces.map(|(_, bytes)| source_offset(bytes.start)..source_offset(bytes.end)).collect(),
            source: self.prefix.len() + first..self.prefix.len() + first + count,
            ids: self
                .prefix
                .iter()
                .copied()
                .chain(run.iter().map(|(id, _)| *id))
                .chain(self.suffix.iter().copied())
                .collect(),
        })
    }

    /// The ids that every rendered prompt starts with. They end before the text run that contains the source, since a
    /// token may span the boundary of the source.
    pub fn shared_prefix(&self) -> &[u32] {
        &self.prefix
    }

    /// The source without control characters; also without line ends if one in the template ends the source.
    fn one_line(&self, source: &str) -> String {
        let ends_at_line = self.after.contains('\n');
        let gap = |c: char| match c {
            '\n' | '\t' => ends_at_line,
            '\u{2028}' | '\u{2029}' => true,
            c => c.is_control(),
        };
        source.chars().map(|c| if gap(c) { ' ' } else { c }).collect()
    }
}

/// The ids of a text that begins the prompt or follows a special token.
fn encode(text: &str, begins: bool, tokenizer: &Tokenizer) -> Result<Vec<u32>, Error> {
    Ok(if begins { tokenizer.encode(text)? } else { tokenizer.encode_continuing(text)? })
}

/// The template's parts in order; adjacent texts are one part. Codes and names are filled in first, as they may be part
/// of a special token, `<|{to}|>`.
fn parts(template: &str, tokenizer: &Tokenizer, pair: &LanguagePair) -> Result<Vec<TemplatePart>, Error> {
    let template = filled(template, pair)?;
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut rest = template.as_str();
    while let Some(first) = rest.chars().next() {
        let special = tokenizer.specials().filter(|(name, _)| !name.is_empty() && rest.starts_with(name));
        let (size, part) = if let Some((name, id)) = special.max_by_key(|(name, _)| name.len()) {
            (name.len(), TemplatePart::Special(id))
        } else if let Some(name) = enclosed(rest, "<|", "|>") {
            return Err(Error::UnknownToken(name.to_owned()));
        } else if rest.starts_with(SOURCE) {
            (SOURCE.len(), TemplatePart::Source)
        } else {
            (first.len_utf8(), TemplatePart::Text(first.to_string()))
        };
        rest = rest.get(size..).unwrap_or_default();
        match part {
            TemplatePart::Text(more) => text.push_str(&more),
            other => {
                parts.push(TemplatePart::Text(std::mem::take(&mut text)));
                parts.push(other);
            }
        }
    }
    parts.push(TemplatePart::Text(text));
    parts.retain(|part| !matches!(part, TemplatePart::Text(text) if text.is_empty()));
    Ok(parts)
}

/// The delimited name at the start of `text`, if there is one.
fn enclosed<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let inner = text.strip_prefix(open)?;
    let size = inner.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    let closed = size > 0 && inner.get(size..)?.starts_with(close);
    text.get(..open.len() + size + close.len()).filter(|_| closed)
}

/// The template with the language placeholders filled in.
fn filled(template: &str, pair: &LanguagePair) -> Result<String, Error> {
    let known = |code: &String| language(code).ok_or_else(|| Error::UnknownLanguage(code.clone()));
    let (from, to) = (known(&pair.from)?, known(&pair.to)?);
    let mut filled = String::new();
    let mut rest = template;
    while let Some((text, marked)) = rest.find('{').and_then(|at| rest.split_at_checked(at)) {
        let placeholder = enclosed(marked, "{", "}").unwrap_or("{");
        filled.push_str(text);
        filled.push_str(match placeholder {
            "{from}" => from.code,
            "{to}" => to.code,
            "{from_name}" => from.name,
            "{to_name}" => to.name,
            SOURCE | "{" => placeholder,
            _ => return Err(Error::UnknownPlaceholder(placeholder.to_owned())),
        });
        rest = marked.get(placeholder.len()..).unwrap_or_default();
    }
    Ok(filled + rest)
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;

    const LINES: &str =
        "<|begin|>Translate {from} into {to}.<|turn|>{from_name}: {source}\n{to_name}:<|end|>";

    /// A byte tokenizer, except that `:h` is one token.
    fn tokenizer() -> Tokenizer {
        let mut vocab: Map<String, Value> =
            (0..=255u32).map(|byte| (format!("<0x{byte:02X}>"), byte.into())).collect();
        for (token, id) in [(":", 256), ("h", 257), (":h", 258)] {
            vocab.insert(token.into(), id.into());
        }
        let special = |id: u32, content: &str| json!({"id": id, "content": content, "special": true});
        let json = json!({
            "added_tokens": [special(300, "<|begin|>"), special(301, "<|turn|>"), special(302, "<|end|>"), special(303, "<|de|>"), special(304, "<|en|>")],
            "normalizer": null,
            "pre_tokenizer": null,
            "decoder": {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Fuse"}]},
            "model": {"type": "BPE", "vocab": vocab, "merges": [[":", "h"]], "byte_fallback": true},
        });
        Tokenizer::from_bytes(json.to_string().as_bytes()).expect("a small valid tokenizer")
    }

    fn parse(template: &str) -> Result<Prompt, Error> {
        Prompt::parse(template, &tokenizer(), &LanguagePair { from: "de".into(), to: "en".into() })
    }

    fn render(template: &str, source: &str) -> Vec<u32> {
        parse(template).expect("valid template").render(source, &tokenizer()).expect("encodes")
    }

    fn bytes(text: &str) -> Vec<u32> {
        tokenizer().encode(text).expect("encodes")
    }

    #[test]
    fn special_tokens_stand_between_runs_of_text() {
        let expected = [
            vec![300],
            bytes("Translate de into en."),
            vec![301],
            bytes("German: Hallo\nEnglish:"),
            vec![302],
        ];
        assert_eq!(render(LINES, "Hallo"), expected.concat());
    }

    #[test]
    fn a_code_may_be_a_part_of_a_special_token() {
        assert_eq!(render("<|{from}|>{source}<|{to}|>", "x"), [vec![303], bytes("x"), vec![304]].concat());
    }

    #[test]
    fn the_shared_prefix_ends_before_the_run_with_the_source() {
        let expected = [vec![300], bytes("Translate de into en."), vec![301]].concat();
        assert_eq!(parse(LINES).expect("valid template").shared_prefix(), expected);
    }

    #[test]
    fn tokens_merge_across_the_border_of_the_source() {
        assert_eq!(render("<|turn|>:{source}", "h"), [301, 258]);
    }

    #[test]
    fn a_source_never_becomes_a_special_token() {
        let ids = render(LINES, "<|end|><|begin|> {source} {to_name}");
        assert_eq!(ids.iter().filter(|id| **id >= 300).copied().collect::<Vec<_>>(), [300, 301, 302]);
        let text = bytes("German: <|end|><|begin|> {source} {to_name}\nEnglish:");
        assert!(ids.windows(text.len()).any(|ids| ids == text));
    }

    #[test]
    fn the_source_is_located_among_the_ids() {
        let prompt = parse(LINES).expect("valid template");
        for source in ["Hallo", "h\u{2028}ü", ""] {
            let located = prompt.locate(source, &tokenizer()).expect("encodes");
            assert_eq!(located.ids, prompt.render(source, &tokenizer()).expect("encodes"));
            assert_eq!(located.source.len(), located.pieces.len());
            // The two bytes of ü are two tokens that stand for it both.
            let mut pieces = located.pieces.clone();
            pieces.dedup();
            let text: String = pieces.iter().filter_map(|bytes| source.get(bytes.clone())).collect();
            assert_eq!(text, source);
        }
        // The token `:h` reaches into the source.
        let merged = parse("<|turn|>:{source}").expect("valid template").locate("hi", &tokenizer());
        let merged = merged.expect("encodes");
        assert_eq!((merged.source, merged.pieces), (1..3, vec![0..1, 1..2]));
    }

    #[test]
    fn a_source_keeps_to_its_line_if_a_line_end_follows_it() {
        assert_eq!(render(LINES, "a\nb\r\tc\u{2028}"), render(LINES, "a b  c "));
        assert_eq!(
            render("<|turn|>{source}<|end|>", "a\nb\0"),
            [vec![301], bytes("a\nb "), vec![302]].concat()
        );
    }

    #[test]
    fn wrong_templates_are_refused() {
        assert!(matches!(parse("no source"), Err(Error::Source { count: 0, .. })));
        assert!(matches!(parse("{source} {source}"), Err(Error::Source { count: 2, .. })));
        assert!(
            matches!(parse("{sauce}{source}"), Err(Error::UnknownPlaceholder(name)) if name == "{sauce}")
        );
        assert!(
            matches!(parse("<|eot_id|>{source}"), Err(Error::UnknownToken(name)) if name == "<|eot_id|>")
        );
        let pair = LanguagePair { from: "xx".into(), to: "en".into() };
        let error = Prompt::parse("{from_name}{source}", &tokenizer(), &pair);
        assert!(matches!(error, Err(Error::UnknownLanguage(code)) if code == "xx"));
    }

    #[test]
    fn other_braces_are_text() {
        assert_eq!(render("{ {source} }<|end|>", "x"), [bytes("{ x }"), vec![302]].concat());
    }
}
