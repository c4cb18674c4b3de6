//! LoRA: an adapter, or a whole model with the adapter merged.

use crate::training_home::{from_scratch, training_home, words};

#[test]
fn an_adapter_is_written_alone_or_merged() {
    let home = training_home();
    home.run_ok(&from_scratch("base", &[]));
    let lora = "train --base base --from de --to en --side source --pairs pairs.tsv --device cpu --epochs 0.5 \
        --learning-rate 1e-3 --lora 4 --alpha 8 --projections q,v,down";
    let runs = [
        ("adapter", ""),
        ("merged", "--merge --frozen f16"),
        ("small", "--merge --frozen q8"),
        ("exact", "--merge --precision f32"),
    ];
    for (out, more) in runs {
        let command = format!("{lora} --out {out} {more}");
        home.run_ok(&words(&command));
    }
    let config: serde_json::Value =
        serde_json::from_str(&home.read("adapter/adapter_config.json")).expect("JSON");
    assert_eq!((&config["peft_type"], &config["r"]), (&"LORA".into(), &4.into()));
    assert_eq!(config["base_model_name_or_path"], "base");
    assert_eq!(
        home.names("adapter"),
        [
            "adapter_config.json",
            "adapter_model.safetensors",
            "loss.svg",
            "making.json",
            "training.jsonl",
            "wasan.json"
        ]
    );
    for merged in ["merged", "small"] {
        home.run_ok(&["models", "import", merged]);
        let base = std::fs::read(home.path().join("base/model.safetensors")).expect("weights");
        let merged = std::fs::read(home.path().join(merged).join("model.safetensors")).expect("weights");
        assert!(base.len() == merged.len() && base != merged);
    }
    home.run_ok(&words("models import exact --bits f16"));
    let config: serde_json::Value = serde_json::from_str(&home.read("exact/config.json")).expect("JSON");
    assert_eq!(config["torch_dtype"], "float32");
    let bytes = |folder| {
        std::fs::metadata(home.path().join(folder).join("model.safetensors")).expect("is there").len()
    };
    assert!(bytes("exact") > 18 * bytes("merged") / 10);

    // Apart from its base it gives what the merged model does, up to the rounding of either's weights.
    home.run_ok(&words("models import base --bits f16"));
    home.run_ok(&words("models import adapter --base base"));
    let logits = |model: &str| {
        let command = format!("logits --tokens 0,5,9,12 --top 400 --json --model {model}");
        let top = home.run(&words(&command)).json()["top"].clone();
        let mut top: Vec<(u32, f32)> = serde_json::from_value(top).expect("logits");
        top.sort_by_key(|(token, _)| *token);
        top
    };
    let furthest = |a: &[(u32, f32)], b: &[(u32, f32)]| {
        a.iter().zip(b).map(|((_, a), (_, b))| (a - b).abs()).fold(0.0, f32::max)
    };
    let adapted = logits("adapter");
    assert_eq!(adapted, logits("base --lora adapter"));
    let (off, moved) = (furthest(&adapted, &logits("exact")), furthest(&adapted, &logits("base")));
    assert!(off < 0.01 && moved > 5.0 * off, "off by {off}, moved by {moved}");
    assert!(home.run_ok(&words("models info adapter")).contains("LoRA of base, 3 matrices, rank up to 4"));

    let refused = home.run(&words("models remove base"));
    assert!(refused.status == Some(1) && refused.err.contains("adapter"), "{}", refused.err);
    home.run_ok(&words("models remove adapter"));
    home.run_ok(&words("models remove base"));
}
