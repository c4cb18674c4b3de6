//! Imported models of any architecture with random weights, in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use half::f16;
use model_files::{Architecture, Bytes, Layout, MatrixInfo, Model};
use serde_json::{Map, Value, json};

/// What the tests do not set is that of a starter model.
const OTHER_SETTINGS: &[u8] = include_bytes!("../../../../models/starter/large/model.json");

/// A model with f16 or 4-bit weights. Products keep the size of normed input; `frequencies` are those of RoPE, in all
/// layers and in windowed ones.
pub fn random_model(a: &Architecture, layout: Layout, seed: u64, frequencies: [&[f64]; 2]) -> Model {
    assert!([Layout::F16, Layout::Q4].contains(&layout), "{layout:?}");
    let mut random = Random(seed);
    let (mut header, mut data) = (Map::new(), Vec::new());
    let mut add = |name: String, dtype: &str, shape: Vec<usize>, bytes: &[u8]| {
        let start = data.len();
        data.extend_from_slice(bytes);
        let entry = json!({"dtype": dtype, "shape": shape, "data_offsets": [start, data.len()]});
        header.insert(name, entry);
    };
    let mut matrices = BTreeMap::new();
    for (name, rows, columns) in a.matrices() {
        // The embedding's rows are scaled, and normed before the head multiplies them.
        let deviation = match name.as_str() {
            "embed" => 1.0 / a.embed_scale,
            _ => 1.0 / (columns as f32).sqrt(),
        };
        let padded = columns.next_multiple_of(32);
        let words = padded * usize::from(layout.bits) / 32;
        let mut quants = Vec::with_capacity(4 * rows * words);
        if layout == Layout::F16 {
            for _ in 0..rows {
                let row = quants.len();
                for _ in 0..columns {
                    quants.extend(f16::from_f32(deviation * random.normal()).to_le_bytes());
                }
                quants.resize(row + 4 * words, 0);
            }
        } else {
            assert!(padded == columns, "{name} has {columns} columns, and padding must be zero");
            (0..rows * words).for_each(|_| quants.extend(random.nibbles().to_le_bytes()));
            let scale = f16::from_f32(deviation / NIBBLE_DEVIATION).to_le_bytes();
            let scale_words = (columns / 32).div_ceil(2);
            add(
                format!("{name}.scales"),
                "U32",
                vec![rows, scale_words],
                &scale.repeat(2 * rows * scale_words),
            );
        }
        add(format!("{name}.quants"), "U32", vec![rows, words], &quants);
        matrices.insert(name, MatrixInfo { layout, rows, columns });
    }
    for (name, length) in a.vectors() {
        let values: Vec<f32> = match name.as_str() {
            "rope_inv_freq" => frequencies[0].iter().map(|f| *f as f32).collect(),
            "rope_inv_freq_window" => frequencies[1].iter().map(|f| *f as f32).collect(),
            _ if name.ends_with("bias") => (0..length).map(|_| 0.5 * random.normal()).collect(),
            _ => (0..length).map(|_| 1.0 + 0.2 * random.normal()).collect(),
        };
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        add(name, "F32", vec![length], &bytes);
    }

    let header = Value::Object(header).to_string();
    let weights = [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &data].concat();
    let mut info: Value = serde_json::from_slice(OTHER_SETTINGS).expect("a starter model");
    info["architecture"] = json!(a);
    info["matrices"] = json!(matrices);
    info["alignment_heads"] = json!([]);
    Model::from_parts(info.to_string().as_bytes(), Arc::new(weights) as Bytes, None).expect("opens")
}

/// Of q − 8 in [`Random::nibbles`].
const NIBBLE_DEVIATION: f32 = 4.18;

/// SplitMix64 (Steele et al. 2014).
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Eight 4-bit weights with the mean 0: −7 to 7, since 8 replaces a nibble of 0. A mean would grow from layer to
    /// layer until nothing else showed.
    fn nibbles(&mut self) -> u32 {
        let bits = self.bits() as u32;
        let any = (bits | bits >> 1 | bits >> 2 | bits >> 3) & 0x1111_1111;
        bits | (any ^ 0x1111_1111) << 3
    }

    /// Four uniform numbers added: nearly normal, variance 1.
    fn normal(&mut self) -> f32 {
        let z = self.bits();
        let sum = (z & 0xffff) + (z >> 16 & 0xffff) + (z >> 32 & 0xffff) + (z >> 48);
        (sum as f32 - 131_070.0) * (1.732_050_8 / 65_536.0)
    }
}
