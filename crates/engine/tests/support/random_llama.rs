//! A Hugging Face folder of any shape with random weights, written row by row.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// A shape with Llama 3.2's RoPE and a tied head.
pub struct Shape {
    pub hidden: usize,
    pub layers: usize,
    pub heads: usize,
    pub kv_heads: usize,
    pub feed_forward: usize,
    pub vocab: usize,
    /// Factor of q and k: attention should choose, but not between near ties by rounding alone.
    pub qk_gain: f32,
    /// `original_max_position_embeddings`: waves about as long as this are where RoPE's scaling begins.
    pub original_positions: u32,
}

// Standard deviation of the weights.
const STD: f32 = 0.08;

/// Writes `config.json` and `model.safetensors` (bf16).
pub fn write(folder: &Path, shape: &Shape) {
    let Shape { hidden, layers, heads, kv_heads, feed_forward, vocab, qk_gain, original_positions } = *shape;
    let config = serde_json::json!({
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "torch_dtype": "bfloat16",
        "hidden_size": hidden, "num_hidden_layers": layers, "intermediate_size": feed_forward, "vocab_size": vocab,
        "num_attention_heads": heads, "num_key_value_heads": kv_heads, "head_dim": hidden / heads,
        "hidden_act": "silu", "max_position_embeddings": 131_072, "rms_norm_eps": 1e-5,
        "tie_word_embeddings": true, "attention_bias": false, "mlp_bias": false,
        "bos_token_id": 128_000, "eos_token_id": 128_009, "rope_theta": 500_000.0,
        "rope_scaling": {
            "rope_type": "llama3", "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": original_positions,
        },
    });
    std::fs::write(folder.join("config.json"), config.to_string()).expect("writes");

    let dim = hidden / heads;
    let mut tensors = vec![("model.embed_tokens.weight".to_owned(), vocab, hidden, STD)];
    for layer in 0..layers {
        let mut add = |name: &str, rows: usize, columns: usize, std: f32| {
            tensors.push((format!("model.layers.{layer}.{name}.weight"), rows, columns, std));
        };
        add("self_attn.q_proj", heads * dim, hidden, STD * qk_gain);
        add("self_attn.k_proj", kv_heads * dim, hidden, STD * qk_gain);
        add("self_attn.v_proj", kv_heads * dim, hidden, STD);
        add("self_attn.o_proj", hidden, heads * dim, STD);
        add("mlp.gate_proj", feed_forward, hidden, STD);
        add("mlp.up_proj", feed_forward, hidden, STD);
        add("mlp.down_proj", hidden, feed_forward, STD);
        add("input_layernorm", 1, hidden, 0.0);
        add("post_attention_layernorm", 1, hidden, 0.0);
    }
    tensors.push(("model.norm.weight".to_owned(), 1, hidden, 0.0));

    let mut header = serde_json::Map::new();
    let mut end = 0;
    for (name, rows, columns, std) in &tensors {
        let start = end;
        end += rows * columns * 2;
        let shape = if *std == 0.0 { vec![*columns] } else { vec![*rows, *columns] };
        header.insert(
            name.clone(),
            serde_json::json!({"dtype": "BF16", "shape": shape, "data_offsets": [start, end]}),
        );
    }
    let header = serde_json::Value::Object(header).to_string();
    let mut file = BufWriter::new(File::create(folder.join("model.safetensors")).expect("creates"));
    file.write_all(&(header.len() as u64).to_le_bytes()).expect("writes");
    file.write_all(header.as_bytes()).expect("writes");
    for (tensor, (_, rows, columns, std)) in tensors.iter().enumerate() {
        let mut row_bytes = Vec::with_capacity(columns * 2);
        for row in 0..*rows {
            row_bytes.clear();
            let first = ((tensor as u64) << 40) + (row * columns) as u64;
            for counter in first..first + *columns as u64 {
                // Gains of norms lie around 1, weights around 0.
                let value = if *std == 0.0 { 1.0 + 0.1 * normal(counter) } else { std * normal(counter) };
                row_bytes.extend_from_slice(&value.to_bits().to_le_bytes()[2..]);
            }
            file.write_all(&row_bytes).expect("writes");
        }
    }
    file.flush().expect("writes");
}

/// A number that depends on the counter alone, nearly normal: four uniform ones added (SplitMix64, Steele et al. 2014).
fn normal(counter: u64) -> f32 {
    let mut z = counter.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    let sum = (z & 0xffff) + (z >> 16 & 0xffff) + (z >> 32 & 0xffff) + (z >> 48);
    // Four uniform numbers on [0, 2¹⁶) have mean 2¹⁷ and variance 2³² / 3.
    (sum as f32 - 131_070.0) * (1.732_050_8 / 65_536.0)
}
