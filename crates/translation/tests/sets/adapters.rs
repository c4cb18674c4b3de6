//! LoRA adapters: which installed models they fit, and their import over one of these.

use std::ops::ControlFlow;
use std::path::Path;

use translation::{Catalog, ImportOptions, Problem, base, import, remove, summarize_adapter};

const RANK: usize = 2;
/// Of tiny-llama3.2.
const HIDDEN: usize = 128;
const FEED_FORWARD: usize = 352;

/// A folder of PEFT's with an adapter of one matrix.
fn write_adapter(folder: &Path, base: &str) {
    let name = |factor: &str| format!("base_model.model.model.layers.2.mlp.down_proj.lora_{factor}.weight");
    let [a, b] = [RANK * FEED_FORWARD * 4, HIDDEN * RANK * 4];
    let header = serde_json::json!({
        name("A"): { "dtype": "F32", "shape": [RANK, FEED_FORWARD], "data_offsets": [0, a] },
        name("B"): { "dtype": "F32", "shape": [HIDDEN, RANK], "data_offsets": [a, a + b] },
    });
    let header = header.to_string();
    let length = (header.len() as u64).to_le_bytes();
    let bytes = [&length[..], header.as_bytes(), &vec![0; a + b]].concat();
    let settings = serde_json::json!({
        "peft_type": "LORA", "r": RANK, "lora_alpha": 4, "base_model_name_or_path": base
    });
    std::fs::create_dir(folder).expect("makes");
    std::fs::write(folder.join("adapter_config.json"), settings.to_string()).expect("writes");
    std::fs::write(folder.join("adapter_model.safetensors"), bytes).expect("writes");
}

fn install(models: &Path, source: &Path, name: &str, base: Option<&str>) -> Result<(), Problem> {
    let base = base.map(|name| self::base(Some(models), name).expect("is installed"));
    let options = ImportOptions { name: Some(name.into()), base, ..ImportOptions::default() };
    let imported = import(Some(models), source, &options, &mut |_| ControlFlow::Continue(()));
    imported.map(drop).map_err(|error| error.problem())
}

#[test]
fn an_adapter_finds_its_base_among_the_installed_models() {
    let folder = tempfile::tempdir().expect("a folder");
    let (models, peft) = (folder.path().join("models"), folder.path().join("peft"));
    let tiny = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/tests/data").join(name);
    write_adapter(&peft, "somebody/Tiny");
    let summary = || summarize_adapter(Some(&models), &peft).expect("reads").expect("is an adapter");
    let bases = || summary().bases.into_iter().map(|entry| entry.id).collect::<Vec<_>>();
    assert!(bases().is_empty(), "the built-in models are no bases");
    for (name, source) in [("another", "tiny-llama3.2"), ("tiny", "tiny-llama3.2"), ("deeper", "tiny-llama2")]
    {
        install(&models, &tiny(source), name, None).expect("imports");
    }
    assert_eq!(bases(), ["tiny", "another"], "the one that it names first");
    let summary = summary();
    assert_eq!(summary.base_name.as_deref(), Some("somebody/Tiny"));
    assert!(summary.stored_bytes < summary.source_bytes, "the header is left out");
    assert!(summarize_adapter(Some(&models), &tiny("tiny-llama2")).expect("reads").is_none());

    let refused = install(&models, &peft, "adapted", Some("deeper")).expect_err("does not fit");
    assert_eq!(refused.code, "model");
    install(&models, &peft, "adapted", Some("tiny")).expect("imports");
    let catalog = Catalog::read(&models).expect("reads");
    assert_eq!(catalog.find("adapted").expect("is there").base(), Some(models.join("tiny")));
    assert_eq!(bases(), ["tiny", "another"], "an adapter is no base");
    assert_eq!(remove(Some(&models), "tiny").expect_err("is in use").problem().code, "base_in_use");
}
