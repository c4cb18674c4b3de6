//! What the tokenizer's settings say about chats: the template, the begin and end token.

use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::chat_template::ChatTemplate;
use crate::files::{read_json, read_small};
use crate::{Result, limits};

#[derive(Default, Deserialize)]
struct TokenizerConfig {
    chat_template: Option<Templates>,
    add_bos_token: Option<bool>,
    bos_token: Option<TokenText>,
    eos_token: Option<TokenText>,
}

/// One chat template, or several with names.
#[derive(Deserialize)]
#[serde(untagged)]
enum Templates {
    One(String),
    Named(Vec<NamedTemplate>),
    Other(IgnoredAny),
}

#[derive(Deserialize)]
struct NamedTemplate {
    name: String,
    template: String,
}

/// A token's text, alone or with its properties.
#[derive(Deserialize)]
#[serde(untagged)]
enum TokenText {
    Text(String),
    Token { content: String },
    Other(IgnoredAny),
}

/// The part of a `tokenizer.json` that says whether a begin token is added to a text.
#[derive(Default, Deserialize)]
struct PostProcessor {
    post_processor: Option<Value>,
}

/// Reads `tokenizer_config.json` and `chat_template.jinja` in `folder`; `tokenizer` is the contents of its
/// `tokenizer.json`.
pub(super) fn read(folder: &Path, tokenizer: Option<&[u8]>) -> Result<ChatTemplate> {
    let limit = limits::TOKENIZER_CONFIG_BYTES;
    let config: TokenizerConfig =
        read_json(&folder.join("tokenizer_config.json"), "the size of tokenizer_config.json", limit)?
            .unwrap_or_default();
    let beside = read_small(&folder.join("chat_template.jinja"), "the size of chat_template.jinja", limit)?;
    let template = match (beside, config.chat_template) {
        (Some(bytes), _) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        (None, Some(Templates::One(template))) => Some(template),
        (None, Some(Templates::Named(named))) => {
            let default = named.iter().position(|template| template.name == "default").unwrap_or(0);
            named.into_iter().nth(default).map(|template| template.template)
        }
        (None, Some(Templates::Other(_)) | None) => None,
    };
    let text = |token| match token {
        TokenText::Text(text) | TokenText::Token { content: text } => Some(text),
        TokenText::Other(_) => None,
    };
    let (begin, end) = (config.bos_token.and_then(text), config.eos_token.and_then(text));
    let adds_bos = config.add_bos_token.unwrap_or_else(|| adds(tokenizer, begin.as_deref()));
    Ok(ChatTemplate { template, adds_bos, begin, end })
}

/// Whether the post-processor of a `tokenizer.json` puts the begin token before a text.
fn adds(tokenizer: Option<&[u8]>, begin: Option<&str>) -> bool {
    let (Some(json), Some(begin)) = (tokenizer, begin) else { return false };
    let step = serde_json::from_slice::<PostProcessor>(json).unwrap_or_default().post_processor;
    let step = step.unwrap_or_default();
    let steps = step["processors"].as_array().map_or(std::slice::from_ref(&step), Vec::as_slice);
    steps.iter().any(|step| step["single"][0]["SpecialToken"]["id"] == begin)
}
