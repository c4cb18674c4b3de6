//! Imports of whole models: the result is equivalent to the source, and complete or absent.

mod common;

use std::fs;
use std::ops::ControlFlow;

use common::{
    SMALL, Shape, Store, dequantized, gguf, half_split_row, hf_folder, hf_weights, import_quietly, open,
    options, write_json,
};
use model_files::{Error, Layout, Quantization, Role, edit_info, import};
use serde_json::{Value, json};

#[test]
fn f16_weights_arrive_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    for (name, store) in [("f16", Store::F16), ("f32", Store::F32)] {
        let source = folder.path().join(name);
        hf_folder(&source, &SMALL, 1, store);
        let target = folder.path().join(format!("{name}-imported"));
        let info = import_quietly(&source, &target, Quantization::F16).unwrap();
        let model = open(&target).unwrap();
        assert_eq!(*model.info(), info);
        let weights = SMALL.weights(1);
        let layer = |part: &str| weights[&format!("model.layers.1.{part}.weight")].clone();
        assert_eq!(dequantized(&model, "embed"), weights["model.embed_tokens.weight"]);
        assert_eq!(dequantized(&model, "layers.1.down"), layer("mlp.down_proj"));
        let qkv = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"].map(layer).concat();
        assert_eq!(dequantized(&model, "layers.1.qkv"), qkv);
        let (gate, up) = (layer("mlp.gate_proj"), layer("mlp.up_proj"));
        let pairs = gate.chunks(SMALL.hidden).zip(up.chunks(SMALL.hidden));
        let gate_up: Vec<f32> = pairs.flat_map(|(gate, up)| [gate, up].concat()).collect();
        assert_eq!(dequantized(&model, "layers.1.gate_up"), gate_up);
        assert_eq!(model.vector("layers.1.ffn_norm").unwrap(), layer("post_attention_layernorm"));
        assert!(matches!(model.matrix("head"), Err(Error::UnknownName { .. })));
    }
}

#[test]
fn padding_is_zero() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    hf_folder(&source, &SMALL, 1, Store::BF16);
    for (name, quantization) in
        [("q4", Quantization::Q4), ("q8", Quantization::Q8), ("f16", Quantization::F16)]
    {
        let target = folder.path().join(name);
        import_quietly(&source, &target, quantization).unwrap();
        let model = open(&target).unwrap();
        let matrix = model.matrix("layers.0.down").unwrap();
        let mut row = vec![1.0; matrix.padded_columns()];
        matrix.dequantize_row(3, &mut row);
        assert_eq!(row.len(), 96);
        assert!(row[matrix.columns..].iter().all(|weight| *weight == 0.0), "{name}");
    }
}

#[test]
fn a_gguf_file_and_a_folder_of_the_same_weights_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    hf_folder(&folder.path().join("hf"), &SMALL, 2, Store::F16);
    let mut weights = SMALL.weights(2);
    let names = SMALL.tensors();
    let file = gguf(&SMALL, |name, _, columns| {
        let (hf, ..) = names.iter().find(|(_, gguf, ..)| gguf == name).unwrap();
        let rows: Vec<&[f32]> = weights[hf].chunks(columns).collect();
        let permuted = name.contains("attn_q") || name.contains("attn_k");
        let order =
            (0..rows.len()).map(|row| if permuted { half_split_row(row, SMALL.head_dim) } else { row });
        (1, Store::F16.bytes(&order.map(|row| rows[row]).collect::<Vec<_>>().concat()))
    });
    fs::write(folder.path().join("model.gguf"), file.bytes()).unwrap();
    weights.iter_mut().filter(|(name, _)| name.contains("norm")).for_each(|(_, values)| values.fill(1.0));
    let with_unit_norms = hf_weights(&SMALL, &weights, Store::F16, |_| true);
    fs::write(folder.path().join("hf/model.safetensors"), with_unit_norms).unwrap();

    for (name, quantization) in [("q4", Quantization::Q4), ("f16", Quantization::F16)] {
        let read = |source: &str| {
            let target = folder.path().join(format!("{source}-{name}"));
            import_quietly(&folder.path().join(source), &target, quantization).unwrap();
            fs::read(target.join("model.safetensors")).unwrap()
        };
        assert!(read("hf") == read("model.gguf"), "{name}");
    }
}

#[test]
fn a_model_in_several_files_is_the_same_as_in_one() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    hf_folder(&one, &SMALL, 3, Store::BF16);
    hf_folder(&two, &SMALL, 3, Store::BF16);
    fs::remove_file(two.join("model.safetensors")).unwrap();
    let weights = SMALL.weights(3);
    let is_first = |name: &str| name.contains("layers.0");
    fs::write(two.join("a.safetensors"), hf_weights(&SMALL, &weights, Store::BF16, is_first)).unwrap();
    let second = hf_weights(&SMALL, &weights, Store::BF16, |name| !is_first(name));
    fs::write(two.join("b.safetensors"), second).unwrap();
    let file_of = |name: &str| if is_first(name) { "a.safetensors" } else { "b.safetensors" };
    let map: serde_json::Map<String, Value> =
        weights.keys().map(|name| (name.clone(), file_of(name).into())).collect();
    write_json(&two.join("model.safetensors.index.json"), &json!({"metadata": {}, "weight_map": map}));

    let read = |source: &str| {
        let target = folder.path().join(format!("{source}-imported"));
        let info = import_quietly(&folder.path().join(source), &target, Quantization::Q8).unwrap();
        (info, fs::read(target.join("model.safetensors")).unwrap())
    };
    let ((_, one), (info, two)) = (read("one"), read("two"));
    assert!(one == two);
    assert_eq!(
        info.sources.iter().map(|source| source.file.as_str()).collect::<Vec<_>>(),
        ["a.safetensors", "b.safetensors"]
    );
}

#[test]
fn four_bits_cost_at_most_4_6_bits_a_weight_in_the_layers() {
    let folder = tempfile::tempdir().unwrap();
    let shape = Shape { hidden: 64, layers: 1, heads: 4, kv_heads: 2, head_dim: 16, feed_forward: 256 };
    let source = folder.path().join("source");
    hf_folder(&source, &shape, 4, Store::BF16);
    let target = folder.path().join("imported");
    let info = import_quietly(&source, &target, Quantization::Q4).unwrap();
    let model = open(&target).unwrap();
    let (mut bits, mut weights) = (0, 0);
    for (name, matrix_info) in info.matrices.iter().filter(|(name, _)| name.starts_with("layers")) {
        assert_eq!(matrix_info.layout, Layout::Q4);
        let matrix = model.matrix(name).unwrap();
        bits += 8 * (matrix.quants.len() + matrix.scales.len());
        weights += matrix.rows * matrix.columns;
    }
    assert!(bits as f64 / weights as f64 <= 4.6, "{bits} / {weights}");
    assert_eq!(info.matrices["embed"].layout, Layout::Q8);
    let original = &shape.weights(4)["model.layers.0.mlp.down_proj.weight"];
    let errors = dequantized(&model, "layers.0.down").into_iter().zip(original).map(|(a, b)| (a - b).powi(2));
    let (error, power) = (errors.sum::<f32>(), original.iter().map(|weight| weight * weight).sum::<f32>());
    assert!(error / power < 0.006, "{}", error / power);
}

#[test]
fn both_spellings_of_rope_scaling_mean_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let numbers = json!({"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64});
    let read = |name: &str, change: &dyn Fn(&mut Value)| {
        let source = folder.path().join(name);
        hf_folder(&source, &SMALL, 5, Store::F16);
        let mut config = SMALL.config();
        change(&mut config);
        write_json(&source.join("config.json"), &config);
        let target = folder.path().join(format!("{name}-imported"));
        import_quietly(&source, &target, Quantization::F16).unwrap();
        open(&target).unwrap().vector("rope_inv_freq").unwrap()
    };
    let older = read("older", &|config| {
        config["rope_scaling"] = numbers.clone();
        config["rope_scaling"]["rope_type"] = "llama3".into();
    });
    let newer = read("newer", &|config| {
        config.as_object_mut().unwrap().remove("rope_theta");
        config["rope_parameters"] = numbers.clone();
        config["rope_parameters"]["rope_type"] = "llama3".into();
        config["rope_parameters"]["rope_theta"] = 10000.0.into();
    });
    let linear = read("linear", &|config| config["rope_scaling"] = json!({"type": "linear", "factor": 4.0}));
    let plain = read("plain", &|_| ());
    assert_eq!(older, newer);
    assert_eq!(plain.len(), 6);
    assert_eq!(linear, plain.iter().map(|frequency| frequency / 4.0).collect::<Vec<_>>());
    assert_eq!(older[0], plain[0]);
    assert_eq!(older[5], plain[5] / 8.0);
}

#[test]
fn settings_come_from_the_files_and_the_caller() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    hf_folder(&source, &SMALL, 6, Store::F16);
    write_json(&source.join("generation_config.json"), &json!({"eos_token_id": [1, 7]}));
    write_json(
        &source.join("wasan.json"),
        &json!({"name": "Ours", "role": {"specialist": {"language": "de"}}, "prompt": "<|begin|>{source}", "licence": "MIT", "languages": ["de", "en"], "pairs": [["de", "en"]]}),
    );
    let target = folder.path().join("a");
    let info = import_quietly(&source, &target, Quantization::Q4).unwrap();
    assert_eq!(info.name, "Ours");
    assert_eq!(info.role, Role::Specialist { language: "de".into() });
    assert_eq!(info.prompt.as_deref(), Some("<|begin|>{source}"));
    assert_eq!((info.licence.as_deref(), info.languages.len()), (Some("MIT"), 2));
    assert_eq!(info.pairs, [["de", "en"]]);
    assert_eq!((info.bos, info.end_tokens), (Some(0), vec![1, 7]));
    assert_eq!(info.quantization, "q4");
    let written: Value = serde_json::from_slice(&fs::read(target.join("model.json")).unwrap()).unwrap();
    assert_eq!(
        written["matrices"]["embed"],
        json!({"bits": 8, "group": 32, "min": false, "nested": false, "rows": 300, "columns": 40})
    );
    let older = written.to_string().replace("\"format\":2", "\"format\":1");
    fs::write(target.join("model.json"), older).unwrap();
    let error = open(&target).unwrap_err().to_string();
    assert!(error.contains("another version of Wasan") && error.contains("import it again"), "{error}");

    let mut chosen = options(Quantization::Q8);
    chosen.name = Some("Mine".into());
    chosen.role = Some(Role::Large);
    let info =
        import(&source, &folder.path().join("b"), &chosen, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!((info.name.as_str(), info.role), ("Mine", Role::Large));
}

#[test]
fn prompts_follow_the_family() {
    let folder = tempfile::tempdir().unwrap();
    let prompt = |name: &str, tokens: &[&str], settings: Value| {
        let source = folder.path().join(name);
        hf_folder(&source, &SMALL, 7, Store::F16);
        let mut tokenizer = common::tokenizer_json();
        for (index, token) in tokens.iter().enumerate() {
            let added = json!({"id": 290 + index, "content": token, "special": true});
            tokenizer["added_tokens"].as_array_mut().unwrap().push(added);
        }
        write_json(&source.join("tokenizer.json"), &tokenizer);
        write_json(&source.join("tokenizer_config.json"), &settings);
        let info = import_quietly(&source, &folder.path().join(format!("{name}-imported")), Quantization::Q4)
            .unwrap();
        (info.prompt.unwrap(), info.end_tokens)
    };
    let (plain, ends) = prompt("plain", &[], json!({}));
    assert!(plain.starts_with("<|begin|>Translate this from {from_name} to {to_name}:\n"), "{plain}");
    assert_eq!(ends, [1]);
    let (tower, ends) = prompt("tower", &["<|im_start|>", "<|im_end|>"], json!({"add_bos_token": true}));
    assert!(tower.starts_with("<|begin|><|im_start|>user\n{if_context}"), "{tower}");
    assert!(tower.contains("{end_context}Translate the following text from"), "{tower}");
    assert_eq!(ends, [1, 291]);
    let llama = ["<|start_header_id|>", "<|eot_id|>"];
    let (llama3, ends) = prompt("llama3", &llama, json!({"chat_template": "{{ '<|start_header_id|>' }}"}));
    assert!(llama3.starts_with("<|begin_of_text|><|start_header_id|>system"), "{llama3}");
    assert_eq!(ends, [1, 291]);
}

#[test]
fn a_cancelled_import_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    hf_folder(&source, &SMALL, 8, Store::F16);
    let mut reports = Vec::new();
    let all = folder.path().join("all");
    import(&source, &all, &options(Quantization::Q4), &mut |progress| {
        reports.push(progress);
        ControlFlow::Continue(())
    })
    .unwrap();
    fs::remove_dir_all(all).unwrap();
    for stage in ["hashing", "converting"] {
        let last = reports.iter().rfind(|progress| progress.stage == stage).unwrap();
        assert_eq!(last.done_bytes, last.total_bytes, "{stage}");
    }
    for stop in 0..reports.len() {
        let mut calls = 0;
        let result = import(&source, &folder.path().join("target"), &options(Quantization::Q4), &mut |_| {
            calls += 1;
            if calls > stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert!(matches!(result, Err(Error::Cancelled)));
        let left: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["source"]);
    }
}

#[test]
fn an_existing_target_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (source, target) = (folder.path().join("source"), folder.path().join("target"));
    hf_folder(&source, &SMALL, 9, Store::F16);
    fs::create_dir(&target).unwrap();
    let result = import_quietly(&source, &target, Quantization::Q4);
    assert!(matches!(result, Err(Error::TargetExists { .. })));
    assert_eq!(fs::read_dir(&target).unwrap().count(), 0);
}

#[test]
fn a_source_that_changes_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    hf_folder(&source, &SMALL, 10, Store::F16);
    let weights = source.join("model.safetensors");
    let result = import(&source, &folder.path().join("target"), &options(Quantization::Q4), &mut |_| {
        let file = fs::File::options().append(true).open(&weights).unwrap();
        file.set_len(file.metadata().unwrap().len() + 1).unwrap();
        ControlFlow::Continue(())
    });
    assert!(matches!(result, Err(Error::SourceChanged { .. })), "{result:?}");
}

#[test]
fn the_sources_are_named_with_their_hashes() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("tiny.gguf");
    let file = gguf(&SMALL, |_, rows, columns| (1, Store::F16.bytes(&vec![0.5; rows * columns])));
    fs::write(&source, file.bytes()).unwrap();
    let target = folder.path().join("target");
    let info = import_quietly(&source, &target, Quantization::F16).unwrap();
    assert_eq!(info.sources[0].file, "tiny.gguf");
    assert_eq!(info.sources[0].sha256.len(), 64);
    let again = import_quietly(&source, &folder.path().join("again"), Quantization::Q4).unwrap();
    assert_eq!(info.sources, again.sources);
    assert!(matches!(open(&target).unwrap().tokenizer(), Err(Error::NoTokenizer)));
}

#[test]
fn alignment_heads_are_kept_in_the_model_and_only_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    hf_folder(&source, &SMALL, 3, Store::F32);
    let target = folder.path().join("target");
    let info = import_quietly(&source, &target, Quantization::Q8).unwrap();
    assert!(info.alignment_heads.is_empty());
    let written = || fs::read_to_string(target.join("model.json")).unwrap();
    assert!(written().contains("\"alignment_heads\": []"));
    let last = [info.architecture.layers - 1, info.architecture.heads - 1];
    let store = |heads: &[[usize; 2]]| edit_info(&target, |info| info.alignment_heads = heads.to_vec());
    store(&[last, [0, 0]]).unwrap();
    assert_eq!(common::open(&target).unwrap().info().alignment_heads, [last, [0, 0]]);

    let before = written();
    let too_many = vec![[0, 0]; 65];
    for (heads, message) in [
        (vec![[last[0] + 1, 0]], "each alignment head"),
        (vec![[0, last[1] + 1]], "each alignment head"),
        (vec![[0, 0], [0, 0]], "each alignment head"),
        (too_many, "the number of alignment heads"),
    ] {
        let error = store(&heads).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
        assert_eq!(written(), before);
        // The same in a file written by someone else.
        let mut other: Value = serde_json::from_str(&before).unwrap();
        other["alignment_heads"] = json!(heads);
        write_json(&target.join("model.json"), &other);
        let error = common::open(&target).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
        fs::write(target.join("model.json"), &before).unwrap();
    }
    assert_eq!(fs::read_dir(&target).unwrap().count(), 3);
}

#[test]
fn a_model_json_that_lacks_a_field_is_refused_by_the_fields_name() {
    let folder = tempfile::tempdir().unwrap();
    let (source, target) = (folder.path().join("source"), folder.path().join("target"));
    hf_folder(&source, &SMALL, 3, Store::F32);
    import_quietly(&source, &target, Quantization::Q8).unwrap();
    let path = target.join("model.json");
    let whole: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    for field in ["role", "languages", "pairs", "vocabulary", "alignment_heads", "matrices"] {
        let mut partial = whole.clone();
        partial.as_object_mut().unwrap().remove(field).unwrap();
        write_json(&path, &partial);
        let error = open(&target).unwrap_err().to_string();
        assert!(error.contains(&format!("missing field `{field}`")), "{error}");
    }
}
