//! The prompt of a model that is imported without one.

use crate::chat_template::{ChatTemplate, Instruction};
use crate::{Result, Tokenizer};

/// Llama 3 Instruct, exactly as in the joint-decoding paper: a space ends the system sentence, none precedes the
/// source; a text with sentences before it has them in the user's turn.
const LLAMA_3: &str = "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n\
    Translate the following sentence from {from_name} to {to_name}. <|eot_id|>\
    <|start_header_id|>user<|end_header_id|>\n\n{if_context}Context (do not translate it): {context}\n\n{end_context}\
    {from_name}:{source}\n{to_name}:<|eot_id|>\
    <|start_header_id|>assistant<|end_header_id|>\n\n";
/// For models without chat roles, with the wording of ALMA; preceded by the begin token.
const PLAIN: &str = "Translate this from {from_name} to {to_name}:\n{from_name}: {source}\n{to_name}:";

const LLAMA_3_MARKER: &str = "<|start_header_id|>";
const CHAT_ML_MARKER: &str = "<|im_start|>";
/// End-of-turn tokens of these families, which the settings do not always name.
const TURN_ENDS: [&str; 2] = ["<|eot_id|>", "<|im_end|>"];

/// The prompt of a model without one of its own: that of an explicit instruction in the model's chat template, else the
/// paper's for Llama 3, else the default instruction in the chat template. A model without a chat template gets the
/// instruction in a turn of ChatML if it has those tokens, else as plain text.
///
/// # Errors
/// If the instruction is none, or the chat template cannot be used.
pub(crate) fn choose(
    tokenizer: &Tokenizer,
    chat: &ChatTemplate,
    bos: Option<u32>,
    instruction: Option<&Instruction>,
) -> Result<String> {
    let begin = bos.and_then(|bos| tokenizer.specials().find(|(_, id)| *id == bos)).map(|(text, _)| text);
    let chat =
        ChatTemplate { begin: chat.begin.clone().or_else(|| begin.map(str::to_owned)), ..chat.clone() };
    let uses = |marker: &str| {
        tokenizer.special(marker).is_some() && chat.template.as_ref().is_none_or(|text| text.contains(marker))
    };
    match instruction {
        Some(instruction) => instruction.check()?,
        None if uses(LLAMA_3_MARKER) => return Ok(LLAMA_3.into()),
        None => {}
    }
    let chat_instruction = instruction.cloned().unwrap_or_default();
    if let Some(prompt) = chat.prompt(&chat_instruction)? {
        return Ok(prompt);
    }
    let begin = begin.unwrap_or_default();
    Ok(match uses(CHAT_ML_MARKER) {
        true => {
            let (begin, text) = (if chat.adds_bos { begin } else { "" }, chat_instruction.text());
            format!("{begin}<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n")
        }
        false => format!("{begin}{}", instruction.map_or_else(|| PLAIN.into(), Instruction::text)),
    })
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
        let forms = crate::PromptForms::of(LLAMA_3).expect("one part for context");
        assert!(
            forms.in_context.is_some_and(|prompt| prompt.contains("{context}\n\n{from_name}:{source}\n"))
        );
        let asked = forms
            .alone
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
