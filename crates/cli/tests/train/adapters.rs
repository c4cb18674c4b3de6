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
    home.run_ok(&["models", "import", "exact"]);
    let config: serde_json::Value = serde_json::from_str(&home.read("exact/config.json")).expect("JSON");
    assert_eq!(config["torch_dtype"], "float32");
    let bytes = |folder| {
        std::fs::metadata(home.path().join(folder).join("model.safetensors")).expect("is there").len()
    };
    assert!(bytes("exact") > 18 * bytes("merged") / 10);
}
