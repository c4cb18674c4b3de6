//! Settings as published models have them, and what must be refused.

use serde_json::{Value, json};

use super::super::rope;
use super::*;
use crate::architecture::HeadNorm;
use crate::rope::RopeFrequencies;

fn read(config: &Value) -> Result<(Architecture, RopeFrequencies)> {
    let config: Config = serde_json::from_value(config.clone()).unwrap();
    let family = config.family()?;
    let text = config.text_config.as_deref().unwrap_or(&config);
    let architecture = text.architecture(family, config.dtype())?;
    let rope = rope::frequencies(text, family, &architecture)?;
    Ok((architecture, rope))
}

fn refused(config: &Value, expected: &str) {
    let error = read(config).err().expect(expected).to_string();
    assert!(error.contains(expected), "{error}");
}

/// google/gemma-3-4b-it, which names only what differs from transformers' defaults.
fn gemma_4b() -> Value {
    json!({
        "model_type": "gemma3", "eos_token_id": [1, 106], "torch_dtype": "bfloat16",
        "text_config": {
            "model_type": "gemma3_text", "hidden_size": 2560, "intermediate_size": 10240, "num_hidden_layers": 34,
            "rope_scaling": {"factor": 8.0, "rope_type": "linear"}, "sliding_window": 1024,
        },
        "vision_config": {"model_type": "siglip_vision_model", "hidden_size": 1152},
    })
}

/// Qwen/Qwen2.5-1.5B-Instruct.
fn qwen_2() -> Value {
    json!({
        "model_type": "qwen2", "hidden_act": "silu", "hidden_size": 1536, "intermediate_size": 8960,
        "max_position_embeddings": 32768, "max_window_layers": 21, "num_attention_heads": 12,
        "num_hidden_layers": 28, "num_key_value_heads": 2, "rms_norm_eps": 1e-6, "rope_theta": 1000000.0,
        "sliding_window": 32768, "tie_word_embeddings": true, "use_sliding_window": false, "vocab_size": 151936,
    })
}

/// mistralai/Mistral-7B-v0.1.
fn mistral() -> Value {
    json!({
        "model_type": "mistral", "hidden_act": "silu", "hidden_size": 4096, "intermediate_size": 14336,
        "max_position_embeddings": 32768, "num_attention_heads": 32, "num_hidden_layers": 32,
        "num_key_value_heads": 8, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "sliding_window": 4096,
        "tie_word_embeddings": false, "vocab_size": 32000,
    })
}

fn with(mut config: Value, key: &str, value: Value) -> Value {
    config[key] = value;
    config
}

#[test]
fn gemma_has_transformers_defaults() {
    let (gemma, rope) = read(&gemma_4b()).unwrap();
    assert_eq!((gemma.vocab_size, gemma.heads, gemma.kv_heads, gemma.head_dim), (262_208, 8, 4, 256));
    assert_eq!((gemma.max_positions, gemma.norm_eps, gemma.tied_head), (131_072, 1e-6, true));
    assert_eq!(gemma.window, Some(Window { size: 1024, full_every: 6 }));
    // √2560 = 50.596, in bf16 50.5.
    assert_eq!((gemma.embed_scale, gemma.attention_scale), (50.5, 1.0 / 16.0));
    assert_eq!((rope.full[0], rope.full.len()), (1.0 / 8.0, 128));
    assert_eq!(rope.windowed.unwrap()[0], 1.0);
    let half = with(gemma_4b(), "torch_dtype", "float16".into());
    assert_eq!(read(&half).unwrap().0.embed_scale, 50.59375);
    let single = with(gemma_4b(), "torch_dtype", "float32".into());
    assert_eq!(read(&single).unwrap().0.embed_scale, 2560f32.sqrt());
}

#[test]
fn the_newer_form_names_the_kind_and_the_rope_of_each_layer() {
    let kinds = |layers: usize| -> Vec<&str> {
        let kind = |layer: usize| if layer % 6 == 5 { "full_attention" } else { "sliding_attention" };
        (0..layers).map(kind).collect()
    };
    let mut newer = gemma_4b();
    let text = newer["text_config"].as_object_mut().unwrap();
    text.remove("rope_scaling");
    text.insert("layer_types".into(), json!(kinds(34)));
    text.insert(
        "rope_parameters".into(),
        json!({"full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1000000.0},
            "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}}),
    );
    let ((older, older_rope), (newer_architecture, newer_rope)) =
        (read(&gemma_4b()).unwrap(), read(&newer).unwrap());
    assert_eq!(older, newer_architecture);
    assert_eq!((older_rope.full, older_rope.windowed), (newer_rope.full, newer_rope.windowed));

    newer["text_config"]["layer_types"] = json!(kinds(33));
    refused(&newer, "layer_types names 33 of 34");
    let mut irregular = kinds(34);
    irregular.swap(4, 5);
    newer["text_config"]["layer_types"] = json!(irregular);
    refused(&newer, "without a regular pattern");
    irregular[0] = "chunked_attention";
    newer["text_config"]["layer_types"] = json!(irregular);
    refused(&newer, "chunked_attention");
}

#[test]
fn windows_count_only_where_they_are_used() {
    let window = |config: &Value| read(config).unwrap().0.window;
    assert_eq!(window(&qwen_2()), None);
    assert_eq!(window(&mistral()), Some(Window { size: 4096, full_every: 0 }));
    assert_eq!(window(&with(mistral(), "sliding_window", Value::Null)), None);
    assert_eq!(window(&with(mistral(), "sliding_window", 32768.into())), None);
    let mut used = with(with(qwen_2(), "use_sliding_window", true.into()), "sliding_window", 512.into());
    refused(&used, "without a regular pattern");
    used["max_window_layers"] = 28.into();
    assert_eq!(window(&used), None);
    used["max_window_layers"] = 0.into();
    assert_eq!(window(&used), Some(Window { size: 512, full_every: 0 }));
    refused(&with(mistral(), "sliding_window", 0.into()), "the sliding window");
    let mut short = gemma_4b();
    short["text_config"]["max_position_embeddings"] = 1024.into();
    refused(&short, "as long as the longest sequence");
    let mut full = gemma_4b();
    full["text_config"]["sliding_window_pattern"] = 1.into();
    let (full, rope) = read(&full).unwrap();
    assert_eq!((full.window, full.window_rope, rope.windowed), (None, false, None));
}

#[test]
fn hunyuans_alpha_scales_its_rope() {
    // tencent/Hy-MT2-1.8B's fields of RoPE, with 128 of each head.
    let hunyuan = json!({
        "model_type": "hunyuan_v1_dense", "hidden_act": "silu", "hidden_size": 2048, "intermediate_size": 6144,
        "head_dim": 128, "max_position_embeddings": 262144, "num_attention_heads": 16, "num_hidden_layers": 32,
        "num_key_value_heads": 4, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "tie_word_embeddings": true,
        "vocab_size": 120818, "eos_token_id": 120020,
        "rope_scaling": {"alpha": 1000.0, "beta_fast": 32, "beta_slow": 1, "factor": 1.0, "mscale": 1.0,
            "mscale_all_dim": 0.0, "type": "dynamic"},
    });
    let (architecture, rope) = read(&hunyuan).unwrap();
    assert_eq!(architecture.head_norm, Some(HeadNorm::AfterRope));
    let lowest = 10_000f64.powf(-126.0 / 128.0) / 1000.0;
    assert!((f64::from(rope.full[63]) / lowest - 1.0).abs() < 1e-6, "{}", rope.full[63]);
    // Elsewhere, and without alpha, dynamic scaling begins after the longest sequence.
    let scaling = json!({"type": "dynamic", "factor": 4.0, "alpha": 1000.0});
    let (_, plain) = read(&qwen_2()).unwrap();
    let (_, dynamic) = read(&with(qwen_2(), "rope_scaling", scaling)).unwrap();
    assert_eq!(plain.full, dynamic.full);
}

#[test]
fn wrong_settings_are_refused() {
    for (key, value, expected) in [
        ("attention_bias", json!(true), "biases"),
        ("hidden_act", json!("relu"), "relu"),
        ("final_logit_softcapping", json!(30.0), "softcapping"),
        ("attn_logit_softcapping", json!(50.0), "softcapping"),
        ("use_bidirectional_attention", json!(true), "both directions"),
        ("hidden_size", Value::Null, "hidden_size"),
        ("num_attention_heads", Value::Null, "num_attention_heads"),
        ("num_hidden_layers", json!(1u64 << 40), "the number of layers"),
        ("num_hidden_layers", json!(0), "must not be zero"),
        ("rms_norm_eps", Value::Null, "rms_norm_eps"),
        ("rope_scaling", json!({"type": "yarn", "factor": 4.0}), "yarn"),
        ("rope_scaling", json!({"rope_type": "longrope"}), "longrope"),
        ("rope_parameters", json!({"sliding_attention": {"rope_theta": 1e4}}), "RoPE of its own"),
        ("model_type", json!("qwen2_moe"), "a mixture of experts"),
        ("model_type", json!("gemma2"), "softcapping"),
        ("model_type", json!("deepseek_v3"), "latent attention"),
    ] {
        refused(&with(qwen_2(), key, value), expected);
    }
    for (key, value, expected) in [
        ("query_pre_attn_scalar", json!(0), "the scale of attention"),
        ("query_pre_attn_scalar", json!(-4), "the scale of attention"),
        ("final_logit_softcapping", json!(30.0), "softcapping"),
        ("sliding_window", json!(0), "the sliding window"),
        ("rope_local_base_freq", json!(0.0), "RoPE base"),
        ("rope_scaling", json!({"type": "linear", "factor": 0.0}), "RoPE"),
    ] {
        let mut config = gemma_4b();
        config["text_config"][key] = value;
        refused(&config, expected);
    }
    let hunyuan =
        with(with(qwen_2(), "model_type", "hunyuan_v1_dense".into()), "attention_bias", false.into());
    for alpha in [-1.0, f64::MAX] {
        refused(&with(hunyuan.clone(), "rope_scaling", json!({"type": "dynamic", "alpha": alpha})), "RoPE");
    }
}
