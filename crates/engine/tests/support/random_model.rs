//! Imported models of any architecture with random weights, in memory.
#![allow(dead_code, reason = "each test file uses a part")]

use std::collections::BTreeMap;
use std::sync::Arc;

use half::f16;
use model_files::{Architecture, Bytes, Layout, MatrixInfo, Model};
use serde_json::{Map, Value, json};

/// What the tests do not set is that of a starter model.
const OTHER_SETTINGS: &[u8] = include_bytes!("../../../../models/starter/large/model.json");

/// A model with weights of one layout. Products keep the size of normed input; `frequencies` are those of RoPE, in all
/// layers and in windowed ones.
pub fn random_model(a: &Architecture, layout: Layout, seed: u64, frequencies: [&[f64]; 2]) -> Model {
    random_parts(a, |_| layout, seed, frequencies)
}

/// A model whose tensors have these layouts, by the last part of their names; where those of a joined matrix differ,
/// it is stored in parts: q and k (of the layout of q), v, gate, up.
pub fn random_parts(
    a: &Architecture,
    layout: impl Fn(&str) -> Layout,
    seed: u64,
    frequencies: [&[f64]; 2],
) -> Model {
    let mut random = Random(seed);
    let (mut header, mut data) = (Map::new(), Vec::new());
    let mut add = |name: String, dtype: &str, shape: Vec<usize>, bytes: &[u8]| {
        let start = data.len();
        data.extend_from_slice(bytes);
        let entry = json!({"dtype": dtype, "shape": shape, "data_offsets": [start, data.len()]});
        header.insert(name, entry);
    };
    let mut matrices = BTreeMap::new();
    let kv = a.kv_heads * a.head_dim;
    let parts = |(name, rows, columns): (String, usize, usize)| {
        let apart = |parts: [(&str, &str, usize); 2]| {
            let (layer, _) = name.rsplit_once('.').expect("of a layer");
            parts.map(|(part, of, rows)| (format!("{layer}.{part}"), layout(of), rows, columns)).to_vec()
        };
        match name.rsplit('.').next() {
            Some("qkv") if layout("q") != layout("v") => apart([("qk", "q", rows - kv), ("v", "v", kv)]),
            Some("gate_up") if layout("gate") != layout("up") => {
                apart([("gate", "gate", rows / 2), ("up", "up", rows / 2)])
            }
            Some("qkv") => vec![(name, layout("q"), rows, columns)],
            Some("gate_up") => vec![(name, layout("gate"), rows, columns)],
            other => {
                let layout = layout(other.expect("a name"));
                vec![(name, layout, rows, columns)]
            }
        }
    };
    for (name, layout, rows, columns) in a.matrices().into_iter().flat_map(parts) {
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
        } else if layout.nested {
            assert!(columns.is_multiple_of(256), "{name} has {columns} columns");
            quants.extend((0..4 * rows * words).map(|_| random.bits() as u8));
            let scales: Vec<u8> =
                (0..rows * columns / 256).flat_map(|_| random.nested_scales(layout, deviation)).collect();
            let scale_words = scales.len() / rows / 4;
            add(format!("{name}.scales"), "U32", vec![rows, scale_words], &scales);
        } else {
            assert!(layout == Layout::Q4, "{layout:?}");
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

    /// Scales of a nested block whose weights have about this deviation and the mean 0.
    fn nested_scales(&mut self, layout: Layout, deviation: f32) -> Vec<u8> {
        let centre = f32::from((1u16 << layout.bits) - 1) / 2.0;
        // The deviation of uniform integers from their centre.
        let q = centre / 3f32.sqrt();
        let mut bytes = Vec::new();
        if !layout.min {
            bytes.extend((0..16).map(|_| self.bits() as i8 as u8));
            bytes.extend(f16::from_f32(deviation / q / 74.0).to_f32().to_le_bytes());
            return bytes;
        }
        // The minimum is the scale, and its factor that of the scale times the centre.
        let most = if layout.group == 32 {
            let scales: [u8; 8] = std::array::from_fn(|_| 1 + (self.bits() % 63) as u8);
            bytes.extend(scales.map(|scale| scale | (scale & 3) << 6));
            bytes.extend((0..4).map(|pair| scales[2 * pair] >> 2 | scales[2 * pair + 1] >> 2 << 4));
            37.0
        } else {
            bytes.extend((0..16).map(|_| 17 * (1 + self.bits() % 15) as u8));
            9.0
        };
        let factor = 4096.0 * deviation / q / most;
        bytes.extend(f16::from_f32(factor).to_le_bytes());
        bytes.extend(f16::from_f32(-factor * centre).to_le_bytes());
        bytes
    }

    /// Four uniform numbers added: nearly normal, variance 1.
    fn normal(&mut self) -> f32 {
        let z = self.bits();
        let sum = (z & 0xffff) + (z >> 16 & 0xffff) + (z >> 32 & 0xffff) + (z >> 48);
        (sum as f32 - 131_070.0) * (1.732_050_8 / 65_536.0)
    }
}
