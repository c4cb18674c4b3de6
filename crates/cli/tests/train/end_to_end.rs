//! From text to a model folder to a translation.

use serde_json::Value;
use training::{Backend, TrainedModel};

use crate::training_home::{events, from_scratch, loss_curve, phrases, training_home};

#[test]
fn a_model_from_scratch_is_imported_and_translates() {
    let home = training_home();
    let ended = home.run(&from_scratch(
        "large",
        &["--side", "both", "--epochs", "40", "--optimizer", "muon", "--learning-rate", "1e-2", "--json"],
    ));
    assert_eq!(ended.status, Some(0), "{}", ended.err);
    assert!(ended.err.contains("180 read, 180 kept"), "{}", ended.err);
    let estimate = &events(&ended.out, "estimate")[0];
    for what in ["tokens", "tokens_per_second", "seconds", "memory_bytes", "disk_bytes"] {
        assert!(estimate[what].as_f64().is_some_and(|n| n > 0.0), "{estimate}");
    }
    let steps = events(&ended.out, "step");
    let loss = |step: &serde_json::Value| step["loss"].as_f64().expect("a loss");
    assert!(loss(&steps[steps.len() - 1]) < 0.3 * loss(&steps[0]));
    assert_eq!(loss_curve(&home.path().join("large")).len(), steps.len());
    assert_eq!(
        home.names("large"),
        [
            "config.json",
            "generation_config.json",
            "loss.svg",
            "making.json",
            "model.safetensors",
            "tokenizer.json",
            "tokenizer_config.json",
            "training.jsonl",
            "wasan.json"
        ]
    );
    let json =
        |name: &str| -> Value { serde_json::from_str(&home.read(&format!("large/{name}"))).expect("JSON") };
    assert_eq!(json("tokenizer_config.json")["eos_token"], "<|end_of_text|>");
    assert_eq!(json("generation_config.json")["eos_token_id"], 1);
    let making = json("making.json");
    assert_eq!(making["seed"], 1);
    assert_eq!(making["texts"][0]["origins"][0]["files"][0]["sha256"].as_str().map(str::len), Some(64));
    let last = &steps[steps.len() - 1];
    assert_eq!(
        (&making["tokens"], &making["held_out_loss"]["finetune"]),
        (&last["tokens"], &last["held_out_loss"])
    );
    assert!(making["held_out_loss"]["pretrain"].is_number(), "{making}");
    assert_eq!(making["tokens_per_second"]["predicted"], estimate["tokens_per_second"]);
    for number in
        [&making["tokens_per_second"]["measured"], &making["hardware"]["threads"], &making["seconds"]]
    {
        assert!(number.as_f64().is_some_and(|n| n > 0.0), "{making}");
    }
    assert!(home.read("large/loss.svg").contains("finetune"));
    assert_eq!(home.names("large.run"), [""; 0], "the checkpoints are gone");

    home.run_ok(&["models", "import", "large", "--bits", "f16"]);
    let phrases = phrases();
    let (german, english) = &phrases[37];
    let translated = home.run_ok(&[
        "translate",
        "--from",
        "de",
        "--to",
        "en",
        "--large",
        "large",
        "--recipe",
        "L",
        german,
    ]);
    assert_eq!(translated.trim(), english);
}

#[test]
fn gradient_checkpointing_gives_the_same_losses() {
    let home = training_home();
    home.run_ok(&from_scratch("kept", &[]));
    home.run_ok(&from_scratch("again", &["--recompute"]));
    let losses = |folder: &str| -> Vec<f64> {
        let lines = loss_curve(&home.path().join(folder));
        lines
            .iter()
            .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["loss"].as_f64().expect("a loss"))
            .collect()
    };
    let (kept, again) = (losses("kept"), losses("again"));
    assert_eq!(kept.len(), again.len());
    assert!(kept.iter().zip(&again).all(|(kept, again)| (kept - again).abs() < 1e-4), "{kept:?} {again:?}");
}

#[test]
fn logits_are_those_of_the_engine() {
    let home = training_home();
    home.run_ok(&from_scratch("small", &[]));
    let model = TrainedModel::open(&home.path().join("small"), &Backend::Cpu.open().expect("the processor"))
        .expect("the model");
    let ids = [0, 3, 270, 300, 280, 301, 4];
    let ours = model.logits_after(&ids);
    let tokens = ids.map(|id| id.to_string()).join(",");
    let top = ours.len().to_string();
    let arguments = ["logits", "--model", "small", "--tokens", &tokens, "--top", &top, "--json"];
    let found = home.run(&arguments).json();
    let rows = found["top"].as_array().expect("rows");
    assert_eq!(rows.len(), ours.len());
    for row in rows {
        let token = row[0].as_u64().expect("a token") as usize;
        let engine = row[1].as_f64().expect("a logit");
        assert!(
            (f64::from(ours[token]) - engine).abs() < 2e-3,
            "token {token}: {} and {engine}",
            ours[token]
        );
    }
    assert!(model.logits_after(&[]).is_empty() && model.logits_after(&[1 << 20]).is_empty());
}

#[test]
fn a_base_model_is_trained_with_its_own_prompt() {
    let home = training_home();
    home.run_ok(&from_scratch("first", &["--licence", "CC0", "--prompt", "<|{to}|>{source}<|{from}|>"]));
    let mut arguments: Vec<&str> =
        "train --base first --from de --to en --side target --mono en.txt --pairs pairs.tsv \
        --directions forward --stage finetune --device cpu --out second --epochs 0.5 --json"
            .split_whitespace()
            .collect();
    let ended = home.run(&arguments);
    assert_eq!(ended.status, Some(0), "{}", ended.err);
    assert!(events(&ended.out, "step").iter().all(|step| step["stage"] == "finetune"));
    let own: serde_json::Value = serde_json::from_str(&home.read("second/wasan.json")).expect("JSON");
    assert_eq!(own["prompt"], "<|{to}|>{source}<|{from}|>");
    assert_eq!(own["licence"], "CC0");
    assert_eq!(own["role"]["specialist"]["language"], "en");
    // An existing folder is refused before anything is read.
    arguments.retain(|argument| *argument != "--json");
    let again = home.run(&arguments);
    assert_eq!(again.status, Some(2), "{}", again.err);
    assert!(again.err.contains("second"), "{}", again.err);
}
