//! The prompt with which a model is asked for a translation, chosen by the family it belongs to.

use crate::Tokenizer;

/// Llama 3, instructed; to the letter what the joint-decoding paper trains and asks with: a space ends the system's
/// sentence, none stands before the source. Models imported earlier keep the prompt in their `model.json`.
const LLAMA_3: &str = "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n\
    Translate the following sentence from {from_name} to {to_name}. <|eot_id|>\
    <|start_header_id|>user<|end_header_id|>\n\n{from_name}:{source}\n{to_name}:<|eot_id|>\
    <|start_header_id|>assistant<|end_header_id|>\n\n";
/// ChatML, with the words of Tower.
const CHAT_ML: &str = "<|im_start|>user\nTranslate the following text from {from_name} into {to_name}.\n\
    {from_name}: {source}\n{to_name}:<|im_end|>\n<|im_start|>assistant\n";
/// Models without roles, in the words of ALMA; the begin token goes before.
const PLAIN: &str = "Translate this from {from_name} to {to_name}:\n{from_name}: {source}\n{to_name}:";

const LLAMA_3_MARK: &str = "<|start_header_id|>";
const CHAT_ML_MARK: &str = "<|im_start|>";
/// Tokens that end a turn in these families, whatever else the settings name.
const TURN_ENDS: [&str; 2] = ["<|eot_id|>", "<|im_end|>"];

/// What a source says about its prompts.
#[derive(Default)]
pub(crate) struct ChatTemplate {
    /// The Jinja template, read only to recognise its family.
    pub template: Option<String>,
    /// Whether the begin token goes before a chat template's text.
    pub adds_bos: bool,
}

/// The prompt for a model that came without one of ours.
pub(crate) fn choose(tokenizer: &Tokenizer, chat: &ChatTemplate, bos: Option<u32>) -> String {
    let speaks = |mark: &str| {
        tokenizer.special(mark).is_some() && chat.template.as_ref().is_none_or(|text| text.contains(mark))
    };
    let begin =
        bos.and_then(|bos| tokenizer.specials().find(|(_, id)| *id == bos)).map_or("", |(text, _)| text);
    if speaks(LLAMA_3_MARK) {
        LLAMA_3.into()
    } else if speaks(CHAT_ML_MARK) {
        let begin = if chat.adds_bos { begin } else { "" };
        format!("{begin}{CHAT_ML}")
    } else {
        format!("{begin}{PLAIN}")
    }
}

/// The tokens that end a turn begun by `prompt`.
pub(crate) fn turn_ends<'a>(tokenizer: &'a Tokenizer, prompt: &'a str) -> impl Iterator<Item = u32> + 'a {
    TURN_ENDS.into_iter().filter(|token| prompt.contains(token)).filter_map(|token| tokenizer.special(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn llama_3_is_asked_as_the_papers_models_are() {
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
