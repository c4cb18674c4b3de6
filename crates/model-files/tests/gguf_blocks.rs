//! Compares every GGUF block type, bit for bit, with a plain f32 decoder written from the format's description.

mod common;

use std::fs;

use common::{Random, SMALL, Shape, Store, dequantized, gguf, half_split_row, import_quietly, open};
use half::f16;
use model_files::{Layout, Model, Quantization};

/// Wide enough for blocks of 256.
const WIDE: Shape = Shape { hidden: 256, layers: 1, heads: 4, kv_heads: 2, head_dim: 64, feed_forward: 512 };

/// Number, name, weights and bytes of a block, layout after import.
const TYPES: [(u32, &str, usize, usize, Layout); 10] = [
    (2, "Q4_0", 32, 18, Layout::Q4),
    (3, "Q4_1", 32, 20, Layout::Q4_MIN),
    (6, "Q5_0", 32, 22, Layout::Q8),
    (7, "Q5_1", 32, 24, Layout::Q8_MIN),
    (8, "Q8_0", 32, 34, Layout::Q8),
    (10, "Q2_K", 256, 84, Layout::Q2_K),
    (11, "Q3_K", 256, 110, Layout::Q3_K),
    (12, "Q4_K", 256, 144, Layout::Q4_K),
    (13, "Q5_K", 256, 176, Layout::Q5_K),
    (14, "Q6_K", 256, 210, Layout::Q6_K),
];

/// Where a block holds f16 numbers.
fn floats_at(type_id: u32) -> &'static [usize] {
    match type_id {
        3 | 7 | 12 | 13 => &[0, 2],
        10 => &[80, 82],
        11 => &[108],
        14 => &[208],
        _ => &[0],
    }
}

fn random_blocks(type_id: u32, weights: usize, random: &mut Random) -> Vec<u8> {
    if type_id == 0 {
        return Store::F32.bytes(&random.halves(weights));
    }
    let (_, _, per_block, bytes, _) = TYPES.into_iter().find(|kind| kind.0 == type_id).unwrap();
    let mut all = Vec::new();
    for _ in 0..weights / per_block {
        let mut block: Vec<u8> = (0..bytes).map(|_| random.bits() as u8).collect();
        for at in floats_at(type_id) {
            // From usual sizes to subnormal f16, as Q6_K often has.
            let size = [1e-2, 1e-4, 1e-6][random.bits() as usize % 3];
            block[*at..at + 2].copy_from_slice(&f16::from_f32(random.float() * size).to_le_bytes());
        }
        all.extend(block);
    }
    all
}

/// The weights of a block, in f32 and in the order of ggml's decoders.
fn plain(type_id: u32, b: &[u8]) -> Vec<f32> {
    let half = |at: usize| f16::from_le_bytes([b[at], b[at + 1]]).to_f32();
    let weight = |scale: f32, q: i32, min: f32| scale * q as f32 + min;
    let mut y = vec![0.0; if type_id >= 10 { 256 } else { 32 }];
    match type_id {
        2 => {
            for j in 0..16 {
                y[j] = weight(half(0), i32::from(b[2 + j] & 0xF) - 8, 0.0);
                y[j + 16] = weight(half(0), i32::from(b[2 + j] >> 4) - 8, 0.0);
            }
        }
        3 => {
            for j in 0..16 {
                y[j] = weight(half(0), i32::from(b[4 + j] & 0xF), half(2));
                y[j + 16] = weight(half(0), i32::from(b[4 + j] >> 4), half(2));
            }
        }
        6 | 7 => {
            let (high, low, min, centre) = if type_id == 6 { (2, 6, 0.0, 16) } else { (4, 8, half(2), 0) };
            let high = u32::from_le_bytes(b[high..high + 4].try_into().unwrap());
            for j in 0..16 {
                let first = i32::from(b[low + j] & 0xF) + 16 * (high >> j & 1) as i32;
                let second = i32::from(b[low + j] >> 4) + 16 * (high >> (j + 16) & 1) as i32;
                y[j] = weight(half(0), first - centre, min);
                y[j + 16] = weight(half(0), second - centre, min);
            }
        }
        8 => (0..32).for_each(|j| y[j] = weight(half(0), i32::from(b[2 + j] as i8), 0.0)),
        10 => {
            let mut is = 0;
            for n in 0..2 {
                for j in 0..4 {
                    for sixteenth in [0, 16] {
                        let (scale, min) =
                            (half(80) * f32::from(b[is] & 15), half(82) * f32::from(b[is] >> 4));
                        is += 1;
                        for l in 0..16 {
                            let q = b[16 + n * 32 + sixteenth + l] >> (2 * j) & 3;
                            y[n * 128 + j * 32 + sixteenth + l] = weight(scale, i32::from(q), -min);
                        }
                    }
                }
            }
        }
        11 => {
            // The 6-bit scales as ggml unpacks them: four words of four bytes.
            let word = |at: usize| u32::from_le_bytes(b[96 + at..100 + at].try_into().unwrap());
            let (first, second, rest) = (word(0), word(4), word(8));
            let (low, two) = (0x0f0f_0f0f, 0x0303_0303);
            let scales: Vec<u8> = [
                (first & low) | ((rest & two) << 4),
                (second & low) | (((rest >> 2) & two) << 4),
                ((first >> 4) & low) | (((rest >> 4) & two) << 4),
                ((second >> 4) & low) | (((rest >> 6) & two) << 4),
            ]
            .iter()
            .flat_map(|word| word.to_le_bytes())
            .collect();
            let (mut is, mut mask) = (0, 1u8);
            for n in 0..2 {
                for j in 0..4 {
                    for sixteenth in [0, 16] {
                        let scale = half(108) * (f32::from(scales[is]) - 32.0);
                        is += 1;
                        for l in sixteenth..sixteenth + 16 {
                            let low = i32::from(b[32 + n * 32 + l] >> (2 * j) & 3);
                            let q = low - if b[l] & mask != 0 { 0 } else { 4 };
                            y[n * 128 + j * 32 + l] = scale * q as f32;
                        }
                    }
                    mask <<= 1;
                }
            }
        }
        12 | 13 => {
            let scales = &b[4..16];
            let low = if type_id == 12 { 16 } else { 48 };
            for j in 0..256 {
                let s = j / 32;
                let (scale, min) = if s < 4 {
                    (scales[s] & 63, scales[s + 4] & 63)
                } else {
                    let scale = (scales[s + 4] & 0xF) | ((scales[s - 4] >> 6) << 4);
                    (scale, (scales[s + 4] >> 4) | ((scales[s] >> 6) << 4))
                };
                let byte = b[low + j / 64 * 32 + j % 32];
                let mut q = i32::from(if j % 64 < 32 { byte & 0xF } else { byte >> 4 });
                if type_id == 13 && b[16 + j % 32] & (1 << s) != 0 {
                    q += 16;
                }
                y[j] = weight(half(0) * f32::from(scale), q, -(half(2) * f32::from(min)));
            }
        }
        _ => {
            for n in 0..2 {
                for l in 0..32 {
                    let (low, high) = (&b[n * 64..], b[128 + n * 32 + l]);
                    let q = [
                        (low[l] & 0xF) | ((high & 3) << 4),
                        (low[l + 32] & 0xF) | (((high >> 2) & 3) << 4),
                        (low[l] >> 4) | (((high >> 4) & 3) << 4),
                        (low[l + 32] >> 4) | (((high >> 6) & 3) << 4),
                    ];
                    for (run, q) in q.into_iter().enumerate() {
                        let scale = f32::from(b[192 + n * 8 + l / 16 + run * 2] as i8);
                        y[n * 128 + run * 32 + l] = weight(half(208) * scale, i32::from(q) - 32, 0.0);
                    }
                }
            }
        }
    }
    y
}

/// Compares a matrix with the blocks it came from; `row` gives the source's row for each of the matrix.
fn compare(model: &Model, name: &str, columns: usize, rows: &[(u32, &[u8])]) {
    let weights = dequantized(model, name);
    assert_eq!(weights.len(), rows.len() * columns, "{name}");
    for (row, ((type_id, bytes), weights)) in rows.iter().zip(weights.chunks(columns)).enumerate() {
        let (.., block_bytes, _) = TYPES.into_iter().find(|kind| kind.0 == *type_id).unwrap();
        let expected = bytes.chunks(block_bytes).flat_map(|block| plain(*type_id, block));
        for (column, (expected, found)) in expected.zip(weights).enumerate() {
            assert!(expected == *found, "{name} {row},{column} of {type_id}: {expected:e} became {found:e}");
        }
    }
}

/// A model of random blocks, imported; and the bytes of its matrices by GGUF name.
fn imported(kind: impl Fn(&str) -> u32) -> (Model, std::collections::HashMap<String, (u32, Vec<u8>)>) {
    let mut random = Random(11);
    let mut data = std::collections::HashMap::new();
    let file = gguf(&WIDE, |name, rows, columns| {
        let blocks = (kind(name), random_blocks(kind(name), rows * columns, &mut random));
        data.insert(name.to_owned(), blocks.clone());
        blocks
    });
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("model.gguf");
    fs::write(&source, file.bytes()).unwrap();
    import_quietly(&source, &folder.path().join("imported"), Quantization::Q4).unwrap();
    (open(&folder.path().join("imported")).unwrap(), data)
}

fn rows((type_id, bytes): &(u32, Vec<u8>), count: usize) -> Vec<(u32, &[u8])> {
    bytes.chunks(bytes.len() / count).map(|row| (*type_id, row)).collect()
}

#[test]
fn every_type_is_repacked_exactly() {
    for (type_id, type_name, .., layout) in TYPES {
        let (model, data) = imported(|_| type_id);
        assert_eq!(model.info().quantization, type_name);
        assert!(model.info().matrices.values().all(|matrix| matrix.layout == layout), "{type_name}");
        compare(&model, "embed", 256, &rows(&data["token_embd.weight"], common::VOCABULARY));
        compare(&model, "layers.0.down", 512, &rows(&data["blk.0.ffn_down.weight"], 256));
        let gate = rows(&data["blk.0.ffn_gate.weight"], 512);
        let up = rows(&data["blk.0.ffn_up.weight"], 512);
        let gate_up: Vec<_> = gate.into_iter().zip(up).flat_map(|(gate, up)| [gate, up]).collect();
        compare(&model, "layers.0.gate_up", 256, &gate_up);
    }
}

#[test]
fn rows_of_q_and_k_are_put_half_a_head_apart() {
    let (model, data) = imported(|_| 8);
    let half_split = |name: &str, count: usize| {
        let source = rows(&data[name], count);
        let mut sorted = source.clone();
        (0..count).for_each(|row| sorted[half_split_row(row, WIDE.head_dim)] = source[row]);
        sorted
    };
    let (q, k) = (half_split("blk.0.attn_q.weight", 256), half_split("blk.0.attn_k.weight", 128));
    compare(&model, "layers.0.qkv", 256, &[q, k, rows(&data["blk.0.attn_v.weight"], 128)].concat());
}

#[test]
fn parts_of_different_types_keep_their_layouts() {
    let part = |name: &str| format!("layers.0.{name}");
    for (others, v) in [(12, 14), (2, 3), (2, 8), (3, 7), (8, 14), (13, 0), (10, 11)] {
        let kind = |name: &str| match name {
            "blk.0.attn_v.weight" | "blk.0.ffn_up.weight" => v,
            _ => others,
        };
        let (model, data) = imported(kind);
        assert_eq!(model.parts(&part("qkv")), [part("qk"), part("v")]);
        assert_eq!(model.parts(&part("gate_up")), [part("gate"), part("up")]);
        let layout = |id| TYPES.into_iter().find(|kind| kind.0 == id).map_or(Layout::Q4, |kind| kind.4);
        for (name, id) in [("qk", others), ("gate", others), ("v", v), ("up", v)] {
            assert_eq!(model.matrix(&part(name)).unwrap().layout, layout(id), "{name}");
        }
        compare(&model, &part("gate"), 256, &rows(&data["blk.0.ffn_gate.weight"], 512));
        let k = rows(&data["blk.0.attn_k.weight"], 128);
        let mut half_split = rows(&data["blk.0.attn_q.weight"], 256);
        let q = half_split.clone();
        half_split.extend(&k);
        (0..256).for_each(|row| half_split[half_split_row(row, WIDE.head_dim)] = q[row]);
        (0..128).for_each(|row| half_split[256 + half_split_row(row, WIDE.head_dim)] = k[row]);
        compare(&model, &part("qk"), 256, &half_split);
        if v != 0 {
            compare(&model, &part("v"), 256, &rows(&data["blk.0.attn_v.weight"], 128));
            compare(&model, &part("up"), 256, &rows(&data["blk.0.ffn_up.weight"], 512));
        }
    }
}

#[test]
fn infinite_scales_and_factors_beyond_f16_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("model.gguf");
    for (type_id, scale, expected) in [
        (2, f16::INFINITY, "an infinite value"),
        (8, f16::NAN, "an infinite value"),
        (11, f16::INFINITY, "an infinite value"),
        (14, f16::NAN, "an infinite value"),
        (10, f16::MAX, "too large for 16 bits"),
        (12, f16::MAX, "too large for 16 bits"),
    ] {
        let mut random = Random(13);
        let mut file =
            gguf(&WIDE, |_, rows, columns| (type_id, random_blocks(type_id, rows * columns, &mut random)));
        let data = &mut file.tensor("blk.0.ffn_up.weight").data;
        let at = floats_at(type_id)[0];
        data[at..at + 2].copy_from_slice(&scale.to_le_bytes());
        fs::write(&source, file.bytes()).unwrap();
        let result = import_quietly(&source, &folder.path().join("imported"), Quantization::Q4);
        let error = result.unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("blk.0.ffn_"), "{type_id}: {error}");
    }
}

#[test]
fn floats_in_a_gguf_file_are_quantized_as_chosen() {
    let folder = tempfile::tempdir().unwrap();
    for (type_id, store) in [(0, Store::F32), (1, Store::F16), (30, Store::BF16)] {
        let mut random = Random(12);
        let file = gguf(&SMALL, |_, rows, columns| (type_id, store.bytes(&random.halves(rows * columns))));
        let source = folder.path().join(format!("{type_id}.gguf"));
        fs::write(&source, file.bytes()).unwrap();
        let target = folder.path().join(type_id.to_string());
        let info = import_quietly(&source, &target, Quantization::Q8).unwrap();
        assert_eq!(info.quantization, "q8");
        let embed = dequantized(&open(&target).unwrap(), "embed");
        let original = Random(12).halves(embed.len());
        // Half a step of 0.1 / 127 and a little for its rounding, and half of bf16's last digit below 0.1.
        let worst = embed.iter().zip(&original).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst > 0.0 && worst < 0.57 * 0.1 / 127.0 + 0.1 / 512.0, "{worst}");
    }
}

#[test]
fn rope_divisors_and_an_own_head_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = gguf(&SMALL, |_, rows, columns| (1, Store::F16.bytes(&vec![0.25; rows * columns])));
    let mut head = file.tensor("token_embd.weight").clone();
    head.name = "output.weight".into();
    head.data = Store::F16.bytes(&vec![0.75; common::VOCABULARY * SMALL.hidden]);
    file.tensors.push(head);
    let divisors = [1.0, 1.0, 2.0, 4.0, 8.0, 8.0];
    file.tensors.push(common::GgufTensor {
        name: "rope_freqs.weight".into(),
        dimensions: vec![6],
        type_id: 0,
        data: Store::F32.bytes(&divisors),
        offset: None,
    });
    let source = folder.path().join("model.gguf");
    fs::write(&source, file.bytes()).unwrap();
    let target = folder.path().join("imported");
    let info = import_quietly(&source, &target, Quantization::F16).unwrap();
    assert!(!info.architecture.tied_head);
    let model = open(&target).unwrap();
    assert_eq!(dequantized(&model, "head")[5], 0.75);
    let frequencies = model.vector("rope_inv_freq").unwrap();
    for (i, (frequency, divisor)) in frequencies.iter().zip(divisors).enumerate() {
        let expected = 10000f64.powf(-2.0 * i as f64 / 12.0) / f64::from(divisor);
        assert!((f64::from(*frequency) / expected - 1.0).abs() < 1e-6);
    }
}
