//! Default prompt templates, by model family.

use crate::Tokenizer;

/// Llama 3 Instruct, exactly as in the joint-decoding paper: a space ends the system sentence, none precedes the
/// source.
const LLAMA_3: &str = "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n\
    Translate the following sentence from {from_name} to {to_name}. <|eot_id|>\
    <|start_header_id|>user<|end_header_id|>\n\n{from_name}:{source}\n{to_name}:<|eot_id|>\
    <|start_header_id|>assistant<|end_header_id|>\n\n";
/// ChatML, with the wording of Tower.
const CHAT_ML: &str = "<|im_start|>user\nTranslate the following text from {from_name} into {to_name}.\n\
    {from_name}: {source}\n{to_name}:<|im_end|>\n<|im_start|>assistant\n";
/// Models without chat roles, with the wording of ALMA; preceded by the begin token.
const PLAIN: &str = "Translate this from {from_name} to {to_name}:\n{from_name}: {source}\n{to_name}:";

const LLAMA_3_MARKER: &str = "<|start_header_id|>";
const CHAT_ML_MARKER: &str = "<|im_start|>";
/// End-of-turn tokens of these families, which the settings do not always name.
const TURN_ENDS: [&str; 2] = ["<|eot_id|>", "<|im_end|>"];

/// What a source specifies about prompts.
#[derive(Default)]
pub(crate) struct ChatTemplate {
    /// The Jinja template, used only to recognise the family.
    pub template: Option<String>,
    /// Whether the begin token precedes the template's text.
    pub adds_bos: bool,
}

/// The default prompt of a model without a `wasan.json` prompt.
pub(crate) fn choose(tokenizer: &Tokenizer, chat: &ChatTemplate, bos: Option<u32>) -> String {
    let uses = |marker: &str| {
        tokenizer.special(marker).is_some() && chat.template.as_ref().is_none_or(|text| text.contains(marker))
    };
    let begin =
        bos.and_then(|bos| tokenizer.specials().find(|(_, id)| *id == bos)).map_or("", |(text, _)| text);
    if uses(LLAMA_3_MARKER) {
        LLAMA_3.into()
    } else if uses(CHAT_ML_MARKER) {
        let begin = if chat.adds_bos { begin } else { "" };
        format!("{begin}{CHAT_ML}")
    } else {
        format!("{begin}{PLAIN}")
    }
}

/// The end-of-turn tokens of the family of `prompt`.
pub(crate) fn turn_ends<'a>(tokenizer: &'a Tokenizer, prompt: &'a str) -> impl Iterator<Item = u32> + 'a {
    TURN_ENDS.into_iter().filter(|token| prompt.contains(token)).filter_map(|token| tokenizer.special(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_llama_3_prompt_is_that_of_the_paper() {
        let asked = LLAMA_3
            .replace("{from_name}", "Japanese")
            .replace("{to_name}", "English")
            .replace("{source}", "お元気ですか。");
        assert_eq!(
            asked,
            "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n\
            Translate the following sentence from Japanese to English. <|eot_id|>\
            <|start_header_id|>user<|end_header_id|>\n\nJapanese:お元気ですか。\nEnglish:<|eot_id|>\
            <|start_header_id|>assistant<|end_header_id|>\n\n"
        );
    }
}
