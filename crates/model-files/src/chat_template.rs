//! A model's chat template → a prompt with our placeholders, and the token that ends a turn.
//!
//! The template is rendered once, at import, with an instruction whose text contains the placeholders of
//! [`ModelInfo::prompt`](crate::ModelInfo::prompt). Special tokens come from the template alone.

use serde::{Deserialize, Serialize};

use crate::context_section::{self, PromptForms};
use crate::jinja::{self, Value, Variables};
use crate::{Error, Result, Tokenizer};

/// The messages that ask a chat model for a translation, with the placeholders of
/// [`ModelInfo::prompt`](crate::ModelInfo::prompt).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instruction {
    /// The system message.
    #[serde(default)]
    pub system: Option<String>,
    /// The user's message; contains `{source}` exactly once.
    pub user: String,
}

impl Default for Instruction {
    /// The wording of Tower and EuroLLM, after the sentences before the text.
    fn default() -> Self {
        let ask = "Translate the following text from {from_name} into {to_name}.\n\
            {from_name}: {source}\n{to_name}:";
        Self { system: None, user: format!("{}{ask}", context_section::DEFAULT) }
    }
}

impl Instruction {
    /// Refuses an instruction without its text, or with one in the system message, or with half of a part for context.
    pub(crate) fn check(&self) -> Result<()> {
        let is_varied = |text: &String| {
            text.contains(SOURCE) || context_section::PLACEHOLDERS.iter().any(|name| text.contains(name))
        };
        let in_system = self.system.as_ref().is_some_and(is_varied);
        let is_whole = PromptForms::of(&self.user).is_some();
        match self.user.matches(SOURCE).count() == 1 && is_whole && !in_system {
            true => Ok(()),
            false => Err(Error::Instruction { user: self.user.clone() }),
        }
    }

    /// Both messages as one text.
    pub(crate) fn text(&self) -> String {
        match &self.system {
            Some(system) => format!("{system}\n\n{}", self.user),
            None => self.user.clone(),
        }
    }
}

/// What a source specifies about prompts.
#[derive(Debug, Clone, Default)]
pub(crate) struct ChatTemplate {
    /// The Jinja template.
    pub template: Option<String>,
    /// Whether the tokenizer puts the begin token before a text.
    pub adds_bos: bool,
    /// The texts of the begin and end token.
    pub begin: Option<String>,
    pub end: Option<String>,
}

/// Placeholders of a prompt.
const SOURCE: &str = "{source}";
const PLACEHOLDERS: [&str; 5] = [SOURCE, "{from}", "{to}", "{from_name}", "{to_name}"];

impl ChatTemplate {
    /// The prompt that the template makes of an instruction; `None` without a template.
    ///
    /// # Errors
    /// If the template cannot be evaluated, or does not contain the text to translate exactly once.
    pub fn prompt(&self, instruction: &Instruction) -> Result<Option<String>> {
        let Some(template) = &self.template else { return Ok(None) };
        let text = self.ask(template, instruction).map_err(|problem| Error::ChatTemplate { problem })?;
        let text = self.with_one_begin_token(text);
        check_placeholders(&text)?;
        Ok(Some(text))
    }

    /// A system message that the template refuses or drops is joined to the user's.
    fn ask(&self, template: &str, instruction: &Instruction) -> std::result::Result<String, String> {
        if let Some(system) = &instruction.system {
            let messages = [("system", system.as_str()), ("user", instruction.user.as_str())];
            match self.render(template, &messages, true) {
                Ok(text) if text.contains(system.trim()) => return Ok(text),
                _ => {}
            }
        }
        self.render(template, &[("user", &instruction.text())], true)
    }

    /// Neither twice, where template and tokenizer both add it, nor never, where only the tokenizer does.
    fn with_one_begin_token(&self, text: String) -> String {
        let Some(begin) = self.begin.as_deref().filter(|begin| !begin.is_empty()) else { return text };
        let rest = text.trim_start_matches(begin);
        match self.adds_bos || rest.len() < text.len() {
            true => format!("{begin}{rest}"),
            false => text,
        }
    }

    /// The special token that follows an assistant's message; `None` if there is none or the template fails.
    pub fn turn_end(&self, tokenizer: &Tokenizer) -> Option<u32> {
        const ANSWER: &str = "wasanwasan";
        let messages = [("user", "Hello."), ("assistant", ANSWER)];
        let text = self.render(self.template.as_ref()?, &messages, false).ok()?;
        let (_, after) = text.rsplit_once(ANSWER)?;
        // Vocabularies such as Gemma's have line ends among their added tokens.
        let specials = tokenizer.specials().filter(|(token, _)| !token.trim().is_empty());
        let places =
            specials.filter_map(|(token, id)| Some((after.find(token)?, usize::MAX - token.len(), id)));
        places.min().map(|(_, _, id)| id)
    }

    fn render(
        &self,
        template: &str,
        messages: &[(&str, &str)],
        asks: bool,
    ) -> std::result::Result<String, String> {
        let special = |token: &Option<String>| Value::text(token.as_deref().unwrap_or_default());
        let message = |&(role, content): &(&str, &str)| {
            Value::map([("role", Value::text(role)), ("content", Value::text(content))])
        };
        let variables = || -> Variables {
            vec![
                ("messages", Value::list(messages.iter().map(message).collect())),
                ("add_generation_prompt", Value::Bool(asks)),
                ("bos_token", special(&self.begin)),
                ("eos_token", special(&self.end)),
                ("tools", Value::None),
                ("documents", Value::None),
                // A translation is no reasoning task; templates of reasoning models close the thought at once.
                ("enable_thinking", Value::Bool(false)),
            ]
        };
        jinja::render(template, &variables)
    }
}

/// Refuses a prompt without its source, and text of the template that looks like a placeholder.
fn check_placeholders(prompt: &str) -> Result<()> {
    let count = prompt.matches(SOURCE).count();
    if count != 1 {
        let problem = format!("it writes the text to translate {count} times instead of once");
        return Err(Error::ChatTemplate { problem });
    }
    let names = prompt.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name);
    let is_name = |name: &&str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let is_known = |name: &str| {
        let written = format!("{{{name}}}");
        PLACEHOLDERS.contains(&written.as_str()) || context_section::PLACEHOLDERS.contains(&written.as_str())
    };
    match names.filter(is_name).find(|name| !is_known(name)) {
        Some(name) => Err(Error::ChatTemplate {
            problem: format!("its text contains {{{name}}}, which is no placeholder"),
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
