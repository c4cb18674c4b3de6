//! Prompts, end tokens, languages, licence and repository that an import reads from the files beside the weights.

mod common;

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use common::{
    SMALL, Store, hf_folder, import_quietly, options, texts, tiny_gguf, tokenizer_json, write_json,
};
use model_files::{
    Checkpoint, Error, ImportOptions, Instruction, ModelInfo, Quantization, Repository, Result,
};
use serde_json::{Value, json};

const TURNS: &str = "{{ bos_token }}{% for m in messages %}{{ '<|turn|>' + m.role + '\n' + m.content }}<|end_turn|>\n{% endfor %}{% if add_generation_prompt %}<|turn|>assistant\n{% endif %}";
const CONTEXT: &str = "{if_context}Context (do not translate it): {context}\n\n{end_context}";
const ASKED: &str =
    "Translate the following text from {from_name} into {to_name}.\n{from_name}: {source}\n{to_name}:";

/// A folder whose tokenizer has `<|turn|>` as 290 and `<|end_turn|>` as 291 besides `<|begin|>` and `<|end|>`.
fn folder(at: &Path, settings: &Value) {
    hf_folder(at, &SMALL, 1, Store::F16);
    let mut tokenizer = tokenizer_json();
    let added = tokenizer["added_tokens"].as_array_mut().unwrap();
    added.push(json!({"id": 290, "content": "<|turn|>", "special": true}));
    added.push(json!({"id": 291, "content": "<|end_turn|>", "special": true}));
    write_json(&at.join("tokenizer.json"), &tokenizer);
    write_json(&at.join("tokenizer_config.json"), settings);
}

/// Imports into a temporary folder.
fn imported(source: &Path, options: &ImportOptions) -> Result<ModelInfo> {
    let folder = tempfile::tempdir().unwrap();
    model_files::import(source, &folder.path().join("model"), options, &mut |_| ControlFlow::Continue(()))
}

fn with_template(template: &Value) -> Value {
    json!({"chat_template": template, "bos_token": {"content": "<|begin|>"}, "eos_token": "<|end|>"})
}

#[test]
fn the_prompt_and_the_end_of_a_turn_come_from_the_chat_template() {
    let home = tempfile::tempdir().unwrap();
    let source = home.path().join("model");
    folder(&source, &with_template(&TURNS.into()));
    let prompt = |text: &str| format!("<|begin|><|turn|>user\n{text}<|end_turn|>\n<|turn|>assistant\n");
    let expected = prompt(&format!("{CONTEXT}{ASKED}"));
    let info = imported(&source, &options(Quantization::Q4)).unwrap();
    assert_eq!(info.prompt.as_deref(), Some(expected.as_str()));
    assert_eq!(info.end_tokens, [1, 291]);
    let checkpoint = Checkpoint::open(&source).unwrap();
    let tokenizer = checkpoint.tokenizer().unwrap();
    assert_eq!(checkpoint.prompt(&tokenizer).unwrap(), prompt(ASKED), "training has no context");
    assert_eq!(checkpoint.turn_end(&tokenizer, &expected), Some(291));
    assert_eq!(checkpoint.turn_end(&tokenizer, "<|begin|>{source}"), None);

    // Of several templates the default one, unless a file beside the settings replaces them.
    let named = json!([{"name": "tools", "template": "no"}, {"name": "default", "template": TURNS}]);
    write_json(&source.join("tokenizer_config.json"), &with_template(&named));
    assert_eq!(imported(&source, &options(Quantization::Q4)).unwrap().prompt.unwrap(), expected);
    write_json(&source.join("tokenizer_config.json"), &with_template(&"no".into()));
    fs::write(source.join("chat_template.jinja"), TURNS).unwrap();
    assert_eq!(imported(&source, &options(Quantization::Q4)).unwrap().prompt.unwrap(), expected);
}

#[test]
fn an_explicit_prompt_comes_before_wasan_json_and_that_before_an_instruction() {
    let home = tempfile::tempdir().unwrap();
    let source = home.path().join("model");
    folder(&source, &with_template(&TURNS.into()));
    let instruction = Instruction { system: Some("Be exact.".into()), user: "{from}-{to}: {source}".into() };
    let mut chosen = ImportOptions { instruction: Some(instruction), ..options(Quantization::Q4) };
    let prompt = |chosen: &ImportOptions| imported(&source, chosen).unwrap().prompt.unwrap();
    assert_eq!(
        prompt(&chosen),
        "<|begin|><|turn|>system\nBe exact.<|end_turn|>\n<|turn|>user\n{from}-{to}: {source}<|end_turn|>\n<|turn|>assistant\n"
    );
    write_json(&source.join("wasan.json"), &json!({"prompt": "<|begin|>{source}"}));
    assert_eq!(prompt(&chosen), "<|begin|>{source}");
    chosen.prompt = Some("<|turn|>{source}".into());
    assert_eq!(prompt(&chosen), "<|turn|>{source}");

    fs::remove_file(source.join("wasan.json")).unwrap();
    chosen.prompt = None;
    for user in
        ["no source", "{source} {source}", "{context} {source}", "{if_context}{context}{source}{end_context}"]
    {
        chosen.instruction = Some(Instruction { system: None, user: user.into() });
        assert!(matches!(imported(&source, &chosen), Err(Error::Instruction { .. })), "{user}");
    }
    // Without a chat template the instruction is plain text.
    fs::remove_file(source.join("tokenizer_config.json")).unwrap();
    chosen.instruction =
        Some(Instruction { system: Some("Be exact.".into()), user: "{from}-{to}: {source}".into() });
    assert!(prompt(&chosen).ends_with("Be exact.\n\n{from}-{to}: {source}"));
}

/// The paper's prompt for Llama 3 stays, whatever the chat template says; an instruction replaces it.
#[test]
fn llama_3_keeps_the_prompt_of_the_paper() {
    let home = tempfile::tempdir().unwrap();
    let source = home.path().join("model");
    let template = TURNS.replace("<|turn|>", "<|start_header_id|>").replace("<|end_turn|>", "<|eot_id|>");
    folder(&source, &with_template(&template.into()));
    let tokenizer = fs::read_to_string(source.join("tokenizer.json")).unwrap();
    let tokenizer =
        tokenizer.replace("<|turn|>", "<|start_header_id|>").replace("<|end_turn|>", "<|eot_id|>");
    fs::write(source.join("tokenizer.json"), tokenizer).unwrap();
    let info = imported(&source, &options(Quantization::Q4)).unwrap();
    assert!(info.prompt.unwrap().starts_with("<|begin_of_text|><|start_header_id|>system<|end_header_id|>"));
    assert_eq!(info.end_tokens, [1, 291]);
    let chosen = ImportOptions { instruction: Some(Instruction::default()), ..options(Quantization::Q4) };
    let prompt = imported(&source, &chosen).unwrap().prompt.unwrap();
    let expected = format!("<|begin|><|start_header_id|>user\n{CONTEXT}Translate the following text");
    assert!(prompt.starts_with(&expected), "{prompt}");
}

#[test]
fn the_begin_token_stands_once_whoever_adds_it() {
    let home = tempfile::tempdir().unwrap();
    let source = home.path().join("model");
    let without = TURNS.replace("{{ bos_token }}", "");
    let begins = |template: &str, settings: Value| {
        folder(&source, &settings);
        fs::write(source.join("chat_template.jinja"), template).unwrap();
        let prompt = imported(&source, &options(Quantization::Q4)).unwrap().prompt.unwrap();
        let count = prompt.matches("<|begin|>").count();
        assert_eq!(prompt.starts_with("<|begin|>"), count > 0, "{prompt}");
        count
    };
    let settings = |adds: Value| json!({"bos_token": "<|begin|>", "add_bos_token": adds});
    assert_eq!(begins(TURNS, settings(true.into())), 1);
    assert_eq!(begins(TURNS, settings(false.into())), 1);
    assert_eq!(begins(&without, settings(true.into())), 1);
    assert_eq!(begins(&without, settings(false.into())), 0);
    // The settings do not name it: the id in config.json does.
    assert_eq!(begins(&without, json!({"add_bos_token": true})), 1);
    assert_eq!(begins(TURNS, json!({})), 1);

    // Without `add_bos_token`, the tokenizer's post-processor says whether it is added.
    folder(&source, &settings(Value::Null));
    let template = json!({"type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "<|begin|>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [], "special_tokens": {"<|begin|>": {"id": "<|begin|>", "ids": [0], "tokens": ["<|begin|>"]}}});
    for processor in
        [template.clone(), json!({"type": "Sequence", "processors": [{"type": "ByteLevel"}, template]})]
    {
        let mut tokenizer: Value =
            serde_json::from_slice(&fs::read(source.join("tokenizer.json")).unwrap()).unwrap();
        tokenizer["post_processor"] = processor;
        write_json(&source.join("tokenizer.json"), &tokenizer);
        fs::write(source.join("chat_template.jinja"), &without).unwrap();
        let prompt = imported(&source, &options(Quantization::Q4)).unwrap().prompt.unwrap();
        assert!(prompt.starts_with("<|begin|><|turn|>"), "{prompt}");
    }
}

/// A GGUF file with a byte-level tokenizer: 256 bytes, then `<|begin|>`, `<|end|>`, `<|turn|>`, `<|end_turn|>`.
fn chat_gguf(template: &str, adds_bos: Option<bool>) -> common::Gguf {
    let mut file = tiny_gguf();
    let json = tokenizer_json();
    let vocabulary = json["model"]["vocab"].as_object().unwrap();
    let mut tokens: Vec<String> = vec![String::new(); 258];
    for (token, id) in vocabulary.iter().filter(|(_, id)| id.as_u64().unwrap() < 258) {
        tokens[id.as_u64().unwrap() as usize].clone_from(token);
    }
    tokens.extend(["<|turn|>".into(), "<|end_turn|>".into()]);
    let types: Vec<u8> =
        (0..260).flat_map(|id: i32| if (2..258).contains(&id) { 1i32 } else { 3 }.to_le_bytes()).collect();
    file.text("tokenizer.ggml.model", "gpt2");
    file.text("tokenizer.ggml.pre", "gpt-2");
    file.set("tokenizer.ggml.tokens", texts("tokenizer.ggml.tokens", &tokens));
    file.set("tokenizer.ggml.token_type", common::list("tokenizer.ggml.token_type", 5, 260, &types));
    file.set("tokenizer.ggml.merges", texts("tokenizer.ggml.merges", &[]));
    file.text("tokenizer.chat_template", template);
    if let Some(adds) = adds_bos {
        file.set(
            "tokenizer.ggml.add_bos_token",
            common::entry("tokenizer.ggml.add_bos_token", 7, &[adds.into()]),
        );
    }
    file
}

#[test]
fn a_gguf_file_has_prompt_languages_licence_and_repository_too() {
    let home = tempfile::tempdir().unwrap();
    let source = home.path().join("model.gguf");
    let without = TURNS.replace("{{ bos_token }}", "");
    for (template, adds, begin) in [
        (TURNS, Some(true), "<|begin|>"),
        (TURNS, None, "<|begin|>"),
        (&without, Some(true), "<|begin|>"),
        (&without, None, ""),
    ] {
        let mut file = chat_gguf(template, adds);
        file.set(
            "general.languages",
            texts("general.languages", &["en".into(), "deu".into(), "xx-YY".into()]),
        );
        file.text("general.license", "apache-2.0");
        file.text("general.source.repo_url", "https://huggingface.co/an-owner/a-model");
        fs::write(&source, file.bytes()).unwrap();
        let info = imported(&source, &options(Quantization::Q4)).unwrap();
        let expected = format!("{begin}<|turn|>user\n{CONTEXT}{ASKED}<|end_turn|>\n<|turn|>assistant\n");
        assert_eq!(info.prompt.as_deref(), Some(expected.as_str()));
        assert_eq!(info.end_tokens, [1, 259]);
        assert_eq!(info.languages, ["en", "de", "xx"]);
        assert_eq!(info.licence.as_deref(), Some("apache-2.0"));
        assert_eq!(info.repository, Some(Repository { id: "an-owner/a-model".into(), commit: None }));
    }
    let mut file = tiny_gguf();
    file.text("general.languages", "en");
    fs::write(&source, file.bytes()).unwrap();
    let error = imported(&source, &options(Quantization::Q4)).unwrap_err().to_string();
    assert!(error.contains("general.languages"), "{error}");
}

#[test]
fn languages_and_licence_come_from_the_card_unless_given() {
    let home = tempfile::tempdir().unwrap();
    let source = home.path().join("model");
    hf_folder(&source, &SMALL, 1, Store::F16);
    let info = imported(&source, &options(Quantization::Q4)).unwrap();
    assert_eq!((info.languages, info.licence, info.repository), (vec![], None, None));
    fs::write(source.join("README.md"), "---\nlanguage:\n- de\n- jpn\nlicense: mit\n---\n# A model\n")
        .unwrap();
    let info = imported(&source, &options(Quantization::Q4)).unwrap();
    assert_eq!(info.languages, ["de", "ja"]);
    assert_eq!(info.licence.as_deref(), Some("mit"));
    write_json(
        &source.join("wasan.json"),
        &json!({"languages": ["en", "fr"], "pairs": [["en", "fr"]], "licence": "CC0"}),
    );
    let info = imported(&source, &options(Quantization::Q4)).unwrap();
    assert_eq!(
        (info.languages.join(","), info.pairs.len(), info.licence.as_deref()),
        ("en,fr".into(), 1, Some("CC0"))
    );
    let given = ImportOptions {
        languages: vec!["ko".into(), "en".into()],
        licence: Some("own".into()),
        ..options(Quantization::Q4)
    };
    let info = imported(&source, &given).unwrap();
    assert_eq!(
        (info.languages.join(","), info.pairs.len(), info.licence.as_deref()),
        ("ko,en".into(), 0, Some("own"))
    );
}

#[test]
fn the_repository_comes_from_the_hubs_cache_unless_given() {
    let home = tempfile::tempdir().unwrap();
    let commit = "00112233445566778899aabbccddeeff00112233";
    let source = home.path().join("models--an-owner--a-model/snapshots").join(commit);
    hf_folder(&source, &SMALL, 1, Store::F16);
    let info = imported(&source, &options(Quantization::Q4)).unwrap();
    let cached = Repository { id: "an-owner/a-model".into(), commit: Some(commit.into()) };
    assert_eq!(info.repository, Some(cached.clone()));
    let mut file = tiny_gguf();
    file.text("general.repo_url", "https://huggingface.co/another/model");
    fs::write(source.join("model.gguf"), file.bytes()).unwrap();
    let info = imported(&source.join("model.gguf"), &options(Quantization::Q4)).unwrap();
    assert_eq!(info.repository, Some(cached));
    let given = Repository { id: "a/b".into(), commit: None };
    let chosen = ImportOptions { repository: Some(given.clone()), ..options(Quantization::Q4) };
    assert_eq!(imported(&source, &chosen).unwrap().repository, Some(given));
}

#[test]
fn a_hostile_template_refuses_the_import_unless_a_prompt_is_given() {
    let home = tempfile::tempdir().unwrap();
    let source = home.path().join("model");
    for template in [
        "{% for i in range(999999999) %}{% endfor %}",
        "{% set n = namespace(s='x') %}{% for i in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}{{ n.s }}",
        "{% include '/etc/passwd' %}",
        "{{ messages[0].content }}{{ messages[0].content }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    ] {
        folder(&source, &with_template(&template.into()));
        let target = home.path().join("target");
        let error = import_quietly(&source, &target, Quantization::Q4).unwrap_err();
        assert!(matches!(error, Error::ChatTemplate { .. }), "{template}: {error}");
        assert!(!target.exists());
        let given = ImportOptions { prompt: Some("{source}".into()), ..options(Quantization::Q4) };
        assert_eq!(imported(&source, &given).unwrap().prompt.as_deref(), Some("{source}"));
    }
}
