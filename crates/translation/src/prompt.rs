//! A model's prompt: its template with the languages filled in, ready for source texts.
//!
//! Special tokens come only from the template. A source text is always encoded as plain text.

use std::ops::Range;

use model_files::{CONTEXT, PromptForms, Tokenizer};

use crate::languages::{LanguagePair, language};

/// Why a prompt cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A language without a name for `{from_name}` or `{to_name}`.
    #[error("no language has this code; use a two-letter code such as de: {0}")]
    UnknownLanguage(String),
    /// An unknown placeholder.
    #[error(
        "a prompt may contain {{from}}, {{to}}, {{from_name}}, {{to_name}}, {{source}} and a part for context, \
         {{if_context}}…{{context}}…{{end_context}}; correct this one: {0}"
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
    /// Half of a part for context, or more than one.
    #[error(
        "the sentences before the text have one part of a prompt, {{if_context}}…{{context}}…{{end_context}}, beside \
         {{source}}; correct this prompt: {0}"
    )]
    Context(String),
    /// A token of the form `<|name|>` that the model does not have.
    #[error("the model's tokenizer has no such special token; correct the prompt: {0}")]
    UnknownToken(String),
    /// The tokenizer.
    #[error(transparent)]
    Model(#[from] model_files::Error),
}

/// A prompt for one language pair, for a text that stands alone and for one with sentences before it.
#[derive(Debug, Clone)]
pub struct Prompt {
    alone: Form,
    in_context: Option<Form>,
}

/// A template's parts, with what is the same for all texts already encoded.
#[derive(Debug, Clone)]
struct Form {
    runs: Vec<Run>,
    /// Whether a line end of the template ends the source.
    ends_at_line: bool,
}

/// A part of a prompt that is encoded as a whole, since tokens may span the borders of the texts in it.
#[derive(Debug, Clone)]
enum Run {
    Ids(Vec<u32>),
    Text(Vec<TemplatePart>),
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
#[derive(Debug, Clone, PartialEq, Eq)]
enum TemplatePart {
    Text(String),
    Special(u32),
    Source,
    Context,
}

impl Prompt {
    /// Parses a template.
    ///
    /// # Errors
    /// An unknown language, placeholder or special token; a template that does not contain `{source}` exactly once, or
    /// with half of a part for context.
    pub fn parse(template: &str, tokenizer: &Tokenizer, pair: &LanguagePair) -> Result<Self, Error> {
        let forms = PromptForms::of(template).ok_or_else(|| Error::Context(template.to_owned()))?;
        let form = |template: &String| Form::parse(template, tokenizer, pair);
        Ok(Self { alone: form(&forms.alone)?, in_context: forms.in_context.as_ref().map(form).transpose()? })
    }

    /// Whether it has a place for the sentences before a text.
    pub fn has_context(&self) -> bool {
        self.in_context.is_some()
    }

    /// The ids of the whole prompt for a source text, and the sentences before it if there are any and the prompt has a
    /// place for them.
    ///
    /// # Errors
    /// When the tokenizer fails.
    pub fn render(&self, source: &str, context: &str, tokenizer: &Tokenizer) -> Result<Vec<u32>, Error> {
        let form = self.form(context);
        let source = form.one_line(source);
        let mut ids = Vec::new();
        for run in &form.runs {
            match run {
                Run::Ids(fixed) => ids.extend(fixed),
                Run::Text(parts) => {
                    ids.extend(encode(&filled_in(parts, &source, context).0, ids.is_empty(), tokenizer)?);
                }
            }
        }
        Ok(ids)
    }

    /// The ids of the whole prompt for a source text after the sentences of its context, with the position of the source.
    ///
    /// # Errors
    /// When the tokenizer fails.
    pub fn locate(&self, source: &str, context: &str, tokenizer: &Tokenizer) -> Result<Located, Error> {
        let form = self.form(context);
        let line = form.one_line(source);
        // Characters replaced by spaces may have been longer.
        let mut offsets: Vec<usize> = Vec::with_capacity(line.len() + 1);
        for ((at, _), new) in source.char_indices().zip(line.chars()) {
            offsets.extend(std::iter::repeat_n(at, new.len_utf8()));
        }
        offsets.push(source.len());
        let mut located = Located { ids: Vec::new(), source: 0..0, pieces: Vec::new() };
        for run in &form.runs {
            let parts = match run {
                Run::Ids(fixed) => {
                    located.ids.extend(fixed);
                    continue;
                }
                Run::Text(parts) => parts,
            };
            let (text, start) = filled_in(parts, &line, context);
            let Some(start) = start else {
                let ids = encode(&text, located.ids.is_empty(), tokenizer)?;
                located.ids.extend(ids);
                continue;
            };
            let inside = start..start + line.len();
            let source_offset =
                |at: usize| offsets.get(at.saturating_sub(start)).copied().unwrap_or(source.len());
            let run = tokenizer.pieces(&text, !located.ids.is_empty())?;
            let holds =
                |(_, bytes): &(u32, Range<usize>)| bytes.start < inside.end && inside.start < bytes.end;
            let first = run.iter().position(holds).unwrap_or(0);
            let count = run.iter().filter(|piece| holds(piece)).count();
            let pieces = run.iter().skip(first).take(count);
            located.pieces =
                pieces.map(|(_, bytes)| source_offset(bytes.start)..source_offset(bytes.end)).collect();
            let from = located.ids.len() + first;
            located.source = from..from + count;
            located.ids.extend(run.iter().map(|(id, _)| *id));
        }
        Ok(located)
    }

    /// The ids that every rendered prompt starts with. They end before the first text run with a source or context, since
    /// a token may span its border.
    pub fn shared_prefix(&self) -> &[u32] {
        let alone = self.alone.prefix();
        let other = self.in_context.as_ref().map_or(alone, Form::prefix);
        let same = alone.iter().zip(other).take_while(|(a, b)| a == b).count();
        alone.get(..same).unwrap_or_default()
    }

    fn form(&self, context: &str) -> &Form {
        self.in_context.as_ref().filter(|_| !context.is_empty()).unwrap_or(&self.alone)
    }
}

impl Form {
    fn parse(template: &str, tokenizer: &Tokenizer, pair: &LanguagePair) -> Result<Self, Error> {
        let parts = parts(template, tokenizer, pair)?;
        let count = parts.iter().filter(|part| **part == TemplatePart::Source).count();
        if count != 1 {
            return Err(Error::Source { count, template: template.to_owned() });
        }
        let mut runs: Vec<Run> = Vec::new();
        let mut ends_at_line = false;
        let is_special = |part: &TemplatePart| matches!(part, TemplatePart::Special(_));
        for run in parts.chunk_by(|a, b| !is_special(a) && !is_special(b)) {
            let fixed = match run {
                [TemplatePart::Special(id)] => vec![*id],
                [TemplatePart::Text(text)] => encode(text, runs.is_empty(), tokenizer)?,
                _ => {
                    let source = run.iter().position(|part| *part == TemplatePart::Source);
                    let after = run.iter().skip(source.unwrap_or(run.len()));
                    ends_at_line |= after.into_iter().any(|part| part.contains('\n'));
                    runs.push(Run::Text(run.to_vec()));
                    continue;
                }
            };
            match runs.last_mut() {
                Some(Run::Ids(ids)) => ids.extend(fixed),
                _ => runs.push(Run::Ids(fixed)),
            }
        }
        Ok(Self { runs, ends_at_line })
    }

    fn prefix(&self) -> &[u32] {
        match self.runs.first() {
            Some(Run::Ids(ids)) => ids,
            _ => &[],
        }
    }

    /// The source without control characters; also without line ends if one in the template ends the source.
    fn one_line(&self, source: &str) -> String {
        let gap = |c: char| match c {
            '\n' | '\t' => self.ends_at_line,
            '\u{2028}' | '\u{2029}' => true,
            c => c.is_control(),
        };
        source.chars().map(|c| if gap(c) { ' ' } else { c }).collect()
    }
}

impl TemplatePart {
    fn contains(&self, c: char) -> bool {
        matches!(self, Self::Text(text) if text.contains(c))
    }
}

/// A run with its source and context, and where the source begins in it.
fn filled_in(parts: &[TemplatePart], source: &str, context: &str) -> (String, Option<usize>) {
    let mut text = String::new();
    let mut start = None;
    for part in parts {
        match part {
            TemplatePart::Text(fixed) => text.push_str(fixed),
            TemplatePart::Source => {
                start = Some(text.len());
                text.push_str(source);
            }
            TemplatePart::Context => {
                text.extend(context.chars().map(|c| if c.is_control() { ' ' } else { c }))
            }
            TemplatePart::Special(_) => {}
        }
    }
    (text, start)
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
        } else if rest.starts_with(CONTEXT) {
            (CONTEXT.len(), TemplatePart::Context)
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
            SOURCE | CONTEXT | "{" => placeholder,
            _ => return Err(Error::UnknownPlaceholder(placeholder.to_owned())),
        });
        rest = marked.get(placeholder.len()..).unwrap_or_default();
    }
    Ok(filled + rest)
}

#[cfg(test)]
mod tests;
