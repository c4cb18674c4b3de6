//! LoRA adapters that stay apart from their base.

mod common;

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use common::{Random, SMALL, Shape, Store, hf_folder, import_quietly, open, safetensors, write_json};
use half::bf16;
use model_files::{Error, ImportOptions, Model, ModelInfo, PeftAdapter, Quantization, Result, Role, import};
use serde_json::{Value, json};

const RANK: usize = 3;
const PREFIX: &str = "base_model.model.model.layers";

/// A folder with an imported base, `base`, and a folder of PEFT's, `peft`.
struct Folders(tempfile::TempDir);

impl Folders {
    fn new() -> Self {
        let folders = Self(tempfile::tempdir().unwrap());
        hf_folder(&folders.at("source"), &SMALL, 1, Store::BF16);
        import_quietly(&folders.at("source"), &folders.at("base"), Quantization::Q8).unwrap();
        fs::create_dir(folders.at("peft")).unwrap();
        folders.settings(|_| {});
        folders.weights(&factors());
        folders
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn settings(&self, change: impl FnOnce(&mut Value)) {
        let mut settings = json!({ "peft_type": "LORA", "r": RANK, "lora_alpha": 6, "bias": "none" });
        change(&mut settings);
        write_json(&self.at("peft/adapter_config.json"), &settings);
    }

    fn weights(&self, factors: &[(String, Vec<usize>, Vec<f32>)]) {
        let tensors = factors
            .iter()
            .map(|(name, shape, values)| (name.as_str(), "BF16", shape.clone(), Store::BF16.bytes(values)));
        fs::write(self.at("peft/adapter_model.safetensors"), safetensors(tensors)).unwrap();
    }

    fn import(&self, name: &str, options: ImportOptions) -> Result<ModelInfo> {
        let options = ImportOptions { base: options.base.or(Some(self.at("base"))), ..options };
        import(&self.at("peft"), &self.at(name), &options, &mut |_| ControlFlow::Continue(()))
    }

    fn refused(&self) -> String {
        let error = self.import("adapted", ImportOptions::default()).unwrap_err();
        assert!(!self.at("adapted").exists());
        error.to_string()
    }
}

/// Factors of q and down in the first layer and of gate in the second, of numbers that bf16 holds exactly.
fn factors() -> Vec<(String, Vec<usize>, Vec<f32>)> {
    let mut random = Random(5);
    let mut of = |layer: usize, module: &str, rows: usize, columns: usize| {
        [("lora_A", vec![RANK, columns]), ("lora_B.default", vec![rows, RANK])].map(|(factor, shape)| {
            let values =
                (0..shape.iter().product()).map(|_| bf16::from_f32(random.float()).to_f32()).collect();
            (format!("{PREFIX}.{layer}.{module}.{factor}.weight"), shape, values)
        })
    };
    let (hidden, wide) = (SMALL.hidden, SMALL.feed_forward);
    [
        of(0, "self_attn.q_proj", SMALL.heads * SMALL.head_dim, hidden),
        of(0, "mlp.down_proj", hidden, wide),
        of(1, "mlp.gate_proj", wide, hidden),
    ]
    .concat()
}

fn whole(folder: &Path) -> Model {
    open(folder).unwrap()
}

#[test]
fn an_adapter_is_its_base_with_factors() {
    let folders = Folders::new();
    let specialist = Role::Specialist { language: "de".into() };
    let options =
        ImportOptions { name: Some("german".into()), role: Some(specialist.clone()), ..Default::default() };
    let info = folders.import("adapted", options).unwrap();
    assert_eq!((info.name.as_str(), &info.role), ("german", &specialist));
    assert!(!folders.at("adapted/model.safetensors").exists());

    let (adapted, base) = (whole(&folders.at("adapted")), whole(&folders.at("base")));
    assert_eq!(adapted.info(), &info);
    let quants = |model: &Model| model.matrix("layers.1.down").unwrap().quants.to_vec();
    assert_eq!(quants(&adapted), quants(&base));
    assert_eq!(base.factors("layers.0.q"), None);
    assert_eq!(adapted.factors("layers.0.k"), None);
    let written = factors();
    for (parameter, first) in [("layers.0.q", 0), ("layers.0.down", 2), ("layers.1.gate", 4)] {
        let found = adapted.factors(parameter).unwrap();
        assert_eq!((found.rank, &found.a), (RANK, &written[first].2), "{parameter}");
        // The scaling: α / r.
        let scaled: Vec<f32> = written[first + 1].2.iter().map(|value| value * 2.0).collect();
        assert_eq!(found.b, scaled, "{parameter}");
    }
}

#[test]
fn a_scaling_may_be_rank_stabilised() {
    let folders = Folders::new();
    folders.settings(|settings| settings["use_rslora"] = true.into());
    folders.import("adapted", ImportOptions::default()).unwrap();
    let found = whole(&folders.at("adapted")).factors("layers.0.q").unwrap();
    let scaling = (6.0 / 3f64.sqrt()) as f32;
    assert_eq!(found.b[0], factors()[1].2[0] * scaling);
}

#[test]
fn a_base_elsewhere_is_found_by_its_path() {
    let (folders, other) = (Folders::new(), tempfile::tempdir().unwrap());
    let options = ImportOptions { base: Some(folders.at("base")), ..Default::default() };
    let target = other.path().join("adapted");
    import(&folders.at("peft"), &target, &options, &mut |_| ControlFlow::Continue(())).unwrap();
    assert!(whole(&target).factors("layers.0.q").is_some());
}

#[test]
fn a_changed_or_missing_base_is_named() {
    let folders = Folders::new();
    folders.import("adapted", ImportOptions::default()).unwrap();
    fs::rename(folders.at("base"), folders.at("away")).unwrap();
    let error = open(&folders.at("adapted")).unwrap_err().to_string();
    assert!(error.contains("base"), "{error}");
    // The same source in other bits has other matrices.
    import_quietly(&folders.at("source"), &folders.at("base"), Quantization::Q4).unwrap();
    let error = open(&folders.at("adapted")).unwrap_err();
    assert!(matches!(error, Error::OtherBase { .. }), "{error}");
    // Neither may an adapter be a base, its own least of all.
    fs::remove_dir_all(folders.at("base")).unwrap();
    fs::rename(folders.at("adapted"), folders.at("base")).unwrap();
    let error = open(&folders.at("base")).unwrap_err();
    assert!(matches!(error, Error::Read { .. } | Error::Unsupported { .. }), "{error}");
    let error = folders.import("second", ImportOptions::default()).unwrap_err();
    assert!(matches!(error, Error::Unsupported { .. }), "{error}");
}

#[test]
fn an_adapter_says_before_its_import_what_it_is_and_which_bases_it_fits() {
    let folders = Folders::new();
    folders.settings(|settings| settings["base_model_name_or_path"] = "org/base".into());
    fs::write(folders.at("peft/README.md"), "---\nlicense: mit\nlanguage: [de, en]\n---\n").unwrap();
    assert!(PeftAdapter::is_in(&folders.at("peft")) && !PeftAdapter::is_in(&folders.at("source")));
    let adapter = PeftAdapter::open(&folders.at("peft")).unwrap();
    assert_eq!((adapter.base_name(), adapter.licence()), (Some("org/base"), Some("mit")));
    assert_eq!(adapter.languages(), ["de", "en"]);
    let values: usize = factors().iter().map(|(_, _, values)| values.len()).sum();
    assert_eq!(adapter.stored_bytes(), 4 * values as u64);
    assert!(adapter.source_bytes() > 2 * values as u64);

    let base = whole(&folders.at("base"));
    adapter.check_base(base.info()).unwrap();
    let wide = Shape { feed_forward: SMALL.feed_forward + 8, ..SMALL };
    let flat = Shape { layers: 1, ..SMALL };
    for (name, shape) in [("wide", wide), ("flat", flat)] {
        hf_folder(&folders.at(&format!("{name} source")), &shape, 1, Store::BF16);
        let source = folders.at(&format!("{name} source"));
        let other = import_quietly(&source, &folders.at(name), Quantization::Q8).unwrap();
        assert!(adapter.check_base(&other).is_err(), "{name}");
    }
    let info = folders.import("adapted", ImportOptions::default()).unwrap();
    assert!(adapter.check_base(&info).is_err(), "an adapter is no base");
    assert_eq!((info.licence.as_deref(), info.languages), (Some("mit"), vec!["de".into(), "en".into()]));
}

#[test]
fn what_cannot_be_kept_apart_is_refused_by_name() {
    let folders = Folders::new();
    for (field, value) in [
        ("peft_type", json!("IA3")),
        ("use_dora", json!(true)),
        ("bias", json!("all")),
        ("modules_to_save", json!(["lm_head"])),
        ("alpha_pattern", json!({ "q_proj": 32 })),
        ("fan_in_fan_out", json!(true)),
    ] {
        folders.settings(|settings| settings[field] = value);
        let error = folders.refused();
        assert!(error.contains("an adapter"), "{field}: {error}");
    }
    folders.settings(|_| {});
    let mut damaged = factors();
    damaged[0].0 = "base_model.model.lm_head.lora_A.weight".into();
    folders.weights(&damaged);
    assert!(folders.refused().contains("lm_head"));
    folders.weights(&factors()[1..]);
    assert!(folders.refused().contains("layers.0.q.a"));
    let mut damaged = factors();
    damaged[0].1 = vec![SMALL.hidden, RANK];
    folders.weights(&damaged);
    assert!(folders.refused().contains("lora_A"));
    let mut damaged = factors();
    damaged[2].2[7] = f32::INFINITY;
    folders.weights(&damaged);
    assert!(folders.refused().contains("lora_A"));
}

#[test]
fn a_base_is_asked_for_and_only_for_an_adapter() {
    let folders = Folders::new();
    let error = import_quietly(&folders.at("peft"), &folders.at("adapted"), Quantization::Q4).unwrap_err();
    assert!(matches!(error, Error::NoBase { .. }) && error.to_string().contains("--base"), "{error}");
    let options = ImportOptions { base: Some(folders.at("base")), ..Default::default() };
    let error =
        import(&folders.at("source"), &folders.at("adapted"), &options, &mut |_| ControlFlow::Continue(()))
            .unwrap_err();
    assert!(matches!(error, Error::NotAnAdapter { .. }), "{error}");
}
