use model_files::{Instruction, Tokenizer};
use serde_json::{Map, Value, json};

use super::*;
use crate::context::nearest;
use crate::job::{DecodeOptions, Job, Source};
use crate::job_id::JobId;
use crate::languages::LanguagePair;
use crate::prompt::Prompt;

/// A byte is a token; turns as in ChatML.
fn tokenizer() -> Tokenizer {
    let vocab: Map<String, Value> =
        (0..=255u32).map(|byte| (format!("<0x{byte:02X}>"), byte.into())).collect();
    let special = |id: u32, content: &str| json!({"id": id, "content": content, "special": true});
    let json = json!({
        "added_tokens": [special(300, "<|im_start|>"), special(301, "<|im_end|>")],
        "normalizer": null,
        "pre_tokenizer": null,
        "decoder": {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Fuse"}]},
        "model": {"type": "BPE", "vocab": vocab, "merges": [], "byte_fallback": true},
    });
    Tokenizer::from_bytes(json.to_string().as_bytes()).expect("a small valid tokenizer")
}

fn read(pair: &str, source: Source, context: usize) -> Task {
    let pair: LanguagePair = pair.parse().expect("a pair");
    let job = Job { pair, source, options: DecodeOptions::default() };
    let mut task = Task::begin(JobId(1), job, None, Box::new(|_| {})).expect("is read");
    task.context = context;
    task
}

fn document(name: &str, text: &str, context: usize) -> Task {
    read("de-en", Source::Bytes { name: name.to_owned(), bytes: text.as_bytes().to_vec() }, context)
}

/// The context of each sentence.
fn contexts(task: &Task) -> Vec<String> {
    let blocks = task.blocks.iter().enumerate();
    let positions = blocks.flat_map(|(block, sentences)| (0..sentences.len()).map(move |at| (block, at)));
    let tokenizer = tokenizer();
    let context =
        |(block, at)| nearest(&task.sentences_before(block, at), 128, &tokenizer, &task.job.pair.from);
    positions.map(|position| context(position).expect("encodes")).collect()
}

const PROSE: &str = "# Die Pumpe\n\nSie ist neu. Sie läuft\nleise.\n\nDr. Weiß hat *sie* gekauft.\n\n## Der Motor\n\nEr ist alt.\n";

#[test]
fn a_sentence_has_the_sentences_before_it_up_to_its_heading() {
    let expected =
        ["", "Die Pumpe", "Die Pumpe Sie ist neu.", "Sie ist neu. Sie läuft leise.", "", "Der Motor"];
    assert_eq!(contexts(&document("a.md", PROSE, 2)), expected);
    let one = ["", "Die Pumpe", "Sie ist neu.", "Sie läuft leise.", "", "Der Motor"];
    assert_eq!(contexts(&document("a.md", PROSE, 1)), one);
    assert_eq!(contexts(&document("a.md", PROSE, 0)), [""; 6]);
}

#[test]
fn cells_messages_and_distant_cues_have_no_context() {
    for (name, text) in [
        ("a.csv", "a,b\n1,Die Pumpe ist neu.\n2,Sie läuft.\n"),
        ("a.json", "{\"a\": \"Die Pumpe ist neu.\", \"b\": \"Sie läuft leise.\"}"),
        ("a.po", "msgid \"Die Pumpe ist neu.\"\nmsgstr \"\"\n\nmsgid \"Sie läuft leise.\"\nmsgstr \"\"\n"),
        (
            "a.srt",
            "1\n00:00:01,000 --> 00:00:02,000\nDie Pumpe.\n\n2\n00:00:09,000 --> 00:00:10,000\nSie läuft.\n",
        ),
        ("a.html", "<table><tr><td>Die Pumpe.</td><td>Sie läuft.</td></tr></table>"),
    ] {
        assert_eq!(contexts(&document(name, text, 2)), ["", ""], "{name}");
    }
}

#[test]
fn typed_lines_are_one_text_and_lines_without_words_are_passed_over() {
    let text = Source::Text("Die Pumpe ist neu.\n\n* * *\n3.\nSie läuft.".to_owned());
    let task = read("de-en", text, 1);
    assert_eq!(contexts(&task).last().map(String::as_str), Some("Die Pumpe ist neu."));
    let japanese = read(
        "ja-en",
        Source::Text("昨日、田中さんに会った。元気だった。また来ると言っていた。".to_owned()),
        2,
    );
    assert_eq!(contexts(&japanese), ["", "昨日、田中さんに会った。", "昨日、田中さんに会った。元気だった。"]);
    assert_eq!(
        contexts(&read("de-en", Source::Text("\n".repeat(1_000) + "Sie."), 2)).last().map(String::len),
        Some(0)
    );
}

#[test]
fn the_context_has_few_tokens_and_whole_sentences() {
    let long = "Das ist ein sehr langer Satz ohne Ende und ohne Sinn. ".repeat(8).replace(". ", " und ");
    let text = format!("{long}.\n\nSie ist neu.\n\nSie läuft.\n");
    assert_eq!(contexts(&document("a.txt", &text, 2)), ["", "", "Sie ist neu."]);
    let huge = format!("{}.\n\nSie läuft.\n", "x".repeat(1_000_000));
    assert_eq!(contexts(&document("a.txt", &huge, 2)).last().map(String::as_str), Some(""));
}

/// The whole prompt of a chat model that is imported with the default instruction.
#[test]
fn the_prompt_of_a_chat_model_has_the_context_before_the_instruction() {
    let user = Instruction::default().user;
    let template = format!("<|im_start|>user\n{user}<|im_end|>\n<|im_start|>assistant\n");
    let (task, tokenizer) = (document("a.md", PROSE, 2), tokenizer());
    let prompt = Prompt::parse(&template, &tokenizer, &task.job.pair).expect("a prompt");
    let bytes = |text: &str| tokenizer.encode(text).expect("encodes");
    let whole = |context: &str, sentence: &str| {
        let ask = "Translate the following text from German into English.";
        let user = format!("user\n{context}{ask}\nGerman: {sentence}\nEnglish:");
        [vec![300], bytes(&user), vec![301], bytes("\n"), vec![300], bytes("assistant\n")].concat()
    };
    let contexts = contexts(&task);
    for (at, context, sentence) in [
        (0, "", "Die Pumpe"),
        (2, "Context (do not translate it): Die Pumpe Sie ist neu.\n\n", "Sie läuft leise."),
        (4, "", "Der Motor"),
    ] {
        let ids = prompt.render(sentence, &contexts[at], &tokenizer).expect("encodes");
        assert_eq!(ids, whole(context, sentence));
    }
}
