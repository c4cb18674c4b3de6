//! A reference in f64 of Llama and the families that differ from it, over the weights of an imported model: slow, plain,
//! and independent of the engine.
#![allow(dead_code, reason = "each test file uses a part")]

use model_files::{Activation, Architecture, HeadNorm, Matrix, Model};

/// One vector a token.
pub type Columns = Vec<Vec<f64>>;

/// The llama3 scaling of RoPE, as `config.json` writes it.
#[derive(Clone, Copy)]
pub struct Scaling {
    pub factor: f64,
    pub low_freq_factor: f64,
    pub high_freq_factor: f64,
    pub original_max_position_embeddings: f64,
}

/// Radians a position for each pair of a head: θ^(−2i/d), long waves slowed down by the factor, short ones kept, those
/// between blended (Llama 3.1's own code).
pub fn inverse_frequencies(head_dim: usize, theta: f64, scaling: Option<Scaling>) -> Vec<f64> {
    let one = |i: usize| {
        let frequency = theta.powf(-((2 * i) as f64) / head_dim as f64);
        let Some(s) = scaling else { return frequency };
        let turns = s.original_max_position_embeddings * frequency / std::f64::consts::TAU;
        let smooth = (turns - s.low_freq_factor) / (s.high_freq_factor - s.low_freq_factor);
        let smooth = smooth.clamp(0.0, 1.0);
        (1.0 - smooth) * frequency / s.factor + smooth * frequency
    };
    (0..head_dim / 2).map(one).collect()
}

/// Radians a position for each pair of a head.
#[derive(Clone, Copy)]
pub struct Frequencies<'a> {
    pub full: &'a [f64],
    /// Of layers with a sliding window.
    pub windowed: &'a [f64],
}

impl<'a> Frequencies<'a> {
    /// The same for all layers.
    pub fn same(all: &'a [f64]) -> Self {
        Self { full: all, windowed: all }
    }
}

/// The residual stream after the last layer and the final norm, for every token.
pub fn hidden(model: &Model, tokens: &[u32], frequencies: Frequencies<'_>) -> Columns {
    run(model, &model.info().architecture, tokens, frequencies, &mut |_, _| {})
}

/// The same, computed as if the model had this architecture, whose matrices are the same. `attended` receives each
/// layer and what its heads attend to: for each token and head, the shares of the tokens so far.
pub fn run(
    model: &Model,
    a: &Architecture,
    tokens: &[u32],
    frequencies: Frequencies<'_>,
    attended: &mut dyn FnMut(usize, &[Columns]),
) -> Columns {
    let vector = |name: &str| widened(&model.vector(name).expect("a vector"));
    let matrix = |name: &str| model.matrix(name).expect("a matrix");
    let epsilon = f64::from(a.norm_eps);
    let embedding = matrix("embed");
    let mut x: Columns = tokens.iter().map(|&token| row_of(&embedding, token as usize)).collect();
    x.iter_mut().flatten().for_each(|x| *x *= f64::from(a.embed_scale));
    for layer in 0..a.layers {
        let name = |part: &str| format!("layers.{layer}.{part}");
        let output_norm = |out: Columns, part: &str| match a.output_norms {
            true => rms_norm(&out, &vector(&name(part)), epsilon),
            false => out,
        };
        let normed = rms_norm(&x, &vector(&name("attn_norm")), epsilon);
        let mut qkv = times_joined(model, &name("qkv"), &normed);
        if a.qkv_bias {
            let bias = vector(&name("qkv_bias"));
            qkv.iter_mut().for_each(|column| column.iter_mut().zip(&bias).for_each(|(v, bias)| *v += bias));
        }
        let window = a.window.filter(|w| w.full_every == 0 || (layer + 1) % w.full_every != 0);
        let turns = if window.is_some() { frequencies.windowed } else { frequencies.full };
        let prepared = |first_head: usize, heads: usize, gain: Option<Vec<f64>>| -> Vec<Columns> {
            let head = |column: &Vec<f64>, position: usize, head: usize| {
                let v = &column[(first_head + head) * a.head_dim..][..a.head_dim];
                let normed = |v: &[f64], when: HeadNorm| match &gain {
                    Some(gain) if a.head_norm == Some(when) => norm(v, gain, epsilon),
                    _ => v.to_vec(),
                };
                let v = rotated(&normed(v, HeadNorm::BeforeRope), position as f64, turns);
                normed(&v, HeadNorm::AfterRope)
            };
            let column = |(position, column)| (0..heads).map(|h| head(column, position, h)).collect();
            qkv.iter().enumerate().map(column).collect()
        };
        let gain = |part: &str| a.head_norm.map(|_| vector(&name(part)));
        let queries = prepared(0, a.heads, gain("q_norm"));
        let keys = prepared(a.heads, a.kv_heads, gain("k_norm"));
        let shares = shares(a, &queries, &keys, window.map(|window| window.size));
        attended(layer, &shares);
        let out = times(&matrix(&name("o")), &values(a, &qkv, &shares));
        add(&mut x, &output_norm(out, "attn_output_norm"));
        let normed = rms_norm(&x, &vector(&name("ffn_norm")), epsilon);
        let gated = gated(a.activation, &times_joined(model, &name("gate_up"), &normed));
        add(&mut x, &output_norm(times(&matrix(&name("down")), &gated), "ffn_output_norm"));
    }
    rms_norm(&x, &vector("final_norm"), epsilon)
}

/// A matrix that may be stored in parts times every column.
fn times_joined(model: &Model, name: &str, columns: &Columns) -> Columns {
    let part = |name: &String| times(&model.matrix(name).expect("a matrix"), columns);
    let parts: Vec<Columns> = model.parts(name).iter().map(part).collect();
    match &parts[..] {
        [gate, up] if name.ends_with("gate_up") => {
            let alternating = |(gate, up): (&Vec<f64>, &Vec<f64>)| {
                gate.iter().zip(up).flat_map(|(gate, up)| [*gate, *up]).collect()
            };
            gate.iter().zip(up).map(alternating).collect()
        }
        _ => (0..columns.len()).map(|c| parts.iter().flat_map(|part| part[c].clone()).collect()).collect(),
    }
}

/// The matrix times every column; rows are distributed over the processor's cores.
pub fn times(matrix: &Matrix<'_>, columns: &Columns) -> Columns {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = matrix.rows.div_ceil(threads);
    let parts: Vec<Columns> = std::thread::scope(|scope| {
        let work = |first: usize| {
            let rows = first..(first + share).min(matrix.rows);
            move || {
                let mut part = vec![Vec::with_capacity(share); columns.len()];
                for row in rows {
                    let weights = row_of(matrix, row);
                    for (out, column) in part.iter_mut().zip(columns) {
                        out.push(dot(&weights, column));
                    }
                }
                part
            }
        };
        let threads: Vec<_> = (0..matrix.rows).step_by(share).map(|first| scope.spawn(work(first))).collect();
        threads.into_iter().map(|thread| thread.join().expect("computes")).collect()
    });
    (0..columns.len()).map(|c| parts.iter().flat_map(|part| part[c].iter().copied()).collect()).collect()
}

/// One row, dequantized.
pub fn row_of(matrix: &Matrix<'_>, row: usize) -> Vec<f64> {
    let mut weights = vec![0f32; matrix.columns];
    matrix.dequantize_row(row, &mut weights);
    widened(&weights)
}

pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// For each token, the largest difference over the standard deviation of its logits.
pub fn off_by(got: &Columns, expected: &Columns) -> Vec<f64> {
    let one = |(got, expected): (&Vec<f64>, &Vec<f64>)| {
        let worst = got.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        worst / (dot(expected, expected) / expected.len() as f64).sqrt()
    };
    got.iter().zip(expected).map(one).collect()
}

fn widened(values: &[f32]) -> Vec<f64> {
    values.iter().map(|value| f64::from(*value)).collect()
}

fn add(x: &mut Columns, more: &Columns) {
    x.iter_mut().flatten().zip(more.iter().flatten()).for_each(|(x, more)| *x += more);
}

fn rms_norm(x: &Columns, gain: &[f64], epsilon: f64) -> Columns {
    x.iter().map(|x| norm(x, gain, epsilon)).collect()
}

fn norm(x: &[f64], gain: &[f64], epsilon: f64) -> Vec<f64> {
    let scale = 1.0 / (dot(x, x) / x.len() as f64 + epsilon).sqrt();
    x.iter().zip(gain).map(|(x, gain)| x * scale * gain).collect()
}

/// Row 2i of `gate_up` is gate i, row 2i + 1 is up i.
fn gated(activation: Activation, gate_up: &Columns) -> Columns {
    let act = |v: f64| match activation {
        Activation::Silu => v / (1.0 + (-v).exp()),
        Activation::GeluTanh => {
            0.5 * v * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (v + 0.044_715 * v.powi(3))).tanh())
        }
    };
    let one = |column: &Vec<f64>| column.chunks_exact(2).map(|pair| act(pair[0]) * pair[1]).collect();
    gate_up.iter().map(one).collect()
}

/// For each token and head, the shares of the tokens so far: each token attends to itself and those before it, or to as
/// many of these as the window holds.
fn shares(a: &Architecture, queries: &[Columns], keys: &[Columns], window: Option<usize>) -> Vec<Columns> {
    let one = |position: usize| {
        let first = window.map_or(0, |size| (position + 1).saturating_sub(size));
        let head = |head: usize| {
            let kv = head / (a.heads / a.kv_heads);
            let score = |p: usize| dot(&queries[position][head], &keys[p][kv]) * f64::from(a.attention_scale);
            let scores: Vec<f64> = (first..=position).map(score).collect();
            let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let shares: Vec<f64> = scores.iter().map(|score| (score - most).exp()).collect();
            let total: f64 = shares.iter().sum();
            let before = std::iter::repeat_n(0.0, first);
            before.chain(shares.iter().map(|share| share / total)).collect()
        };
        (0..a.heads).map(head).collect()
    };
    (0..queries.len()).map(one).collect()
}

/// The values by these shares. Rows of `qkv`: all queries, all keys, all values.
fn values(a: &Architecture, qkv: &Columns, shares: &[Columns]) -> Columns {
    let one = |shares: &Columns| {
        let head = |head: usize| {
            let at = (a.heads + a.kv_heads + head / (a.heads / a.kv_heads)) * a.head_dim;
            let mut sum = vec![0.0; a.head_dim];
            for (column, share) in qkv.iter().zip(&shares[head]) {
                sum.iter_mut().zip(&column[at..]).for_each(|(sum, v)| *sum += share * v);
            }
            sum
        };
        (0..a.heads).flat_map(head).collect()
    };
    shares.iter().map(one).collect()
}

/// Half-split: element i is rotated with element i + d/2.
fn rotated(v: &[f64], position: f64, frequencies: &[f64]) -> Vec<f64> {
    let half = v.len() / 2;
    let mut turned = v.to_vec();
    for (i, frequency) in frequencies.iter().enumerate() {
        let (sine, cosine) = (position * frequency).sin_cos();
        turned[i] = v[i] * cosine - v[i + half] * sine;
        turned[i + half] = v[i + half] * cosine + v[i] * sine;
    }
    turned
}
