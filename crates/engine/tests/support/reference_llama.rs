//! A reference Llama in f64 over the weights of an imported model: slow, plain, and independent of the engine.

use model_files::{Architecture, Matrix, Model};

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

/// The residual stream after the last layer and the final norm, for every token.
pub fn hidden(model: &Model, tokens: &[u32], frequencies: &[f64]) -> Columns {
    let shape = model.info().architecture;
    let vector = |name: &str| widened(&model.vector(name).expect("a vector"));
    let matrix = |name: &str| model.matrix(name).expect("a matrix");
    let embedding = matrix("embed");
    let mut x: Columns = tokens.iter().map(|&token| row_of(&embedding, token as usize)).collect();
    for layer in 0..shape.layers {
        let name = |part: &str| format!("layers.{layer}.{part}");
        let normed = rms_norm(&x, &vector(&name("attn_norm")), shape.norm_eps.into());
        let attended = attention(&shape, &times(&matrix(&name("qkv")), &normed), frequencies);
        add(&mut x, &times(&matrix(&name("o")), &attended));
        let normed = rms_norm(&x, &vector(&name("ffn_norm")), shape.norm_eps.into());
        let gated = swiglu(&times(&matrix(&name("gate_up")), &normed));
        add(&mut x, &times(&matrix(&name("down")), &gated));
    }
    rms_norm(&x, &vector("final_norm"), shape.norm_eps.into())
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

fn widened(values: &[f32]) -> Vec<f64> {
    values.iter().map(|value| f64::from(*value)).collect()
}

fn add(x: &mut Columns, more: &Columns) {
    x.iter_mut().flatten().zip(more.iter().flatten()).for_each(|(x, more)| *x += more);
}

fn rms_norm(x: &Columns, gain: &[f64], epsilon: f64) -> Columns {
    let one = |x: &Vec<f64>| {
        let scale = 1.0 / (dot(x, x) / x.len() as f64 + epsilon).sqrt();
        x.iter().zip(gain).map(|(x, gain)| x * scale * gain).collect()
    };
    x.iter().map(one).collect()
}

/// Row 2i of `gate_up` is gate i, row 2i + 1 is up i.
fn swiglu(gate_up: &Columns) -> Columns {
    let one = |column: &Vec<f64>| {
        column.chunks_exact(2).map(|pair| pair[0] / (1.0 + (-pair[0]).exp()) * pair[1]).collect()
    };
    gate_up.iter().map(one).collect()
}

/// Rows of `qkv`: all queries, all keys, all values. Each token sees itself and those before it.
fn attention(shape: &Architecture, qkv: &Columns, frequencies: &[f64]) -> Columns {
    let dim = shape.head_dim;
    let part = |position: usize, at: usize| &qkv[position][at * dim..][..dim];
    let turned = |position: usize, at: usize| rotated(part(position, at), position as f64, frequencies);
    let one = |position: usize| {
        let head = |head: usize| {
            let kv = head / (shape.heads / shape.kv_heads);
            let query = turned(position, head);
            let scores: Vec<f64> = (0..=position)
                .map(|p| dot(&query, &turned(p, shape.heads + kv)) / (dim as f64).sqrt())
                .collect();
            let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let shares: Vec<f64> = scores.iter().map(|score| (score - most).exp()).collect();
            let total: f64 = shares.iter().sum();
            let value = move |i: usize| -> f64 {
                let at = shape.heads + shape.kv_heads + kv;
                shares.iter().enumerate().map(|(p, share)| share / total * part(p, at)[i]).sum()
            };
            (0..dim).map(value).collect::<Vec<f64>>()
        };
        (0..shape.heads).flat_map(head).collect()
    };
    (0..qkv.len()).map(one).collect()
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
