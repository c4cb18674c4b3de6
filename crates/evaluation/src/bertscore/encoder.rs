//! A BERT (Devlin et al. 2019) or RoBERTa (Liu et al. 2019): computes a contextual vector for each token id.

use std::path::Path;

use burn::tensor::activation::{gelu, gelu_approximate, relu, silu};
use burn::tensor::module::{attention, embedding, layer_norm, linear};
use burn::tensor::ops::AttentionModuleOptions;
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::config::{Activation, Config};
use super::tokens::Tokens;
use super::weights::{WORDS, Weights};
use crate::error::{Error, Result};

/// Added to the attention scores of padding, so that its softmax is exactly 0 in f32.
const MASKED: f32 = -1e9;

struct Dense {
    /// (inputs, outputs)
    weight: Tensor<2>,
    /// (outputs)
    bias: Tensor<1>,
}

struct Norm {
    /// Scale and shift, each (hidden).
    parts: [Tensor<1>; 2],
    eps: f64,
}

struct Layer {
    query: Dense,
    key: Dense,
    value: Dense,
    output: Dense,
    attention_norm: Norm,
    up: Dense,
    down: Dense,
    norm: Norm,
}

/// An encoder with its tokenizer.
pub struct Encoder {
    config: Config,
    tokens: Tokens,
    device: Device,
    /// (vocabulary, hidden)
    words: Tensor<2>,
    /// (positions, hidden)
    positions: Tensor<2>,
    /// (1, 1, hidden): row 0 of the segment table.
    segment: Tensor<3>,
    norm: Norm,
    layers: Vec<Layer>,
}

impl Encoder {
    /// Opens a Hugging Face folder: `config.json`, `model.safetensors`, and `tokenizer.json` or `vocab.txt`.
    pub fn open(folder: &Path, device: &Device) -> Result<Self> {
        let config = Config::open(folder)?;
        let tokens = Tokens::open(folder, &config)?;
        let mut weights = Weights::open(folder, device)?;
        let (hidden, eps) = (config.hidden, config.norm_eps);
        let segments =
            weights.tensor("embeddings.token_type_embeddings.weight", [config.segments, hidden])?;
        let mut layers = Vec::new();
        for layer in 0..config.layers {
            layers.push(Layer::open(&mut weights, &format!("encoder.layer.{layer}"), &config)?);
        }
        Ok(Self {
            words: weights.tensor(WORDS, [config.vocabulary, hidden])?,
            positions: weights.tensor("embeddings.position_embeddings.weight", [config.positions, hidden])?,
            segment: segments.narrow(0, 0, 1).unsqueeze(),
            norm: Norm { parts: weights.norm("embeddings.LayerNorm", hidden)?, eps },
            layers,
            tokens,
            device: device.clone(),
            config,
        })
    }

    /// Number of layers. Layer 0 means the embeddings before the first.
    pub fn layers(&self) -> usize {
        self.config.layers
    }

    /// The layer that correlates best with human judgement according to the authors of BERTScore, for this family and
    /// depth; for other depths, the layer at three quarters, close to theirs.
    pub fn recommended_layer(&self) -> usize {
        use super::config::Family::{Bert, Roberta, XlmRoberta};
        match (self.config.family, self.config.layers) {
            (Bert | XlmRoberta, 12) => 9,
            (Bert, 24) => 18,
            (Roberta, 12) => 10,
            (Roberta | XlmRoberta, 24) => 17,
            (_, layers) => (3 * layers).div_ceil(4),
        }
    }

    /// The ids of a text with its special tokens; texts that are too long are truncated.
    pub fn encode(&self, line: &str) -> Result<Vec<u32>> {
        self.tokens.encode(line)
    }

    /// The ids of the special tokens around every text.
    pub(super) fn special_ids(&self) -> &[u32] {
        &self.tokens.special_ids
    }

    /// Vectors after `layer`, (text, token, hidden), for ids from [`Encoder::encode`]. Shorter texts are
    /// padded to the longest; the vectors of padding are meaningless.
    pub(super) fn hidden(&self, texts: &[&[u32]], layer: usize) -> Result<Tensor<3>> {
        if layer > self.layers.len() {
            return Err(Error::Layer { layers: self.layers.len(), layer });
        }
        let longest = texts.iter().map(|ids| ids.len()).max().unwrap_or_default();
        let shape = [texts.len(), longest];
        let pad = |ids: &&[u32]| (0..longest).map(|at| ids.get(at).copied()).collect::<Vec<_>>();
        let padded: Vec<Option<u32>> = texts.iter().flat_map(pad).collect();
        let ids = padded.iter().map(|id| i64::from(id.unwrap_or_default())).collect::<Vec<_>>();
        let bias = padded.iter().map(|id| if id.is_some() { 0.0 } else { MASKED }).collect::<Vec<f32>>();
        let ids = Tensor::<2, Int>::from_data(TensorData::new(ids, shape), &self.device);
        let bias = Tensor::<2>::from_data(TensorData::new(bias, shape), &self.device);
        let bias = bias.reshape([texts.len(), 1, 1, longest]);

        let positions = self.positions.clone().narrow(0, self.config.first_position, longest);
        let embedded = embedding(self.words.clone(), ids) + positions.unsqueeze() + self.segment.clone();
        let first = self.norm.apply(embedded);
        Ok(self.layers[..layer].iter().fold(first, |x, layer| layer.apply(x, bias.clone(), &self.config)))
    }
}

impl Layer {
    fn open(weights: &mut Weights, name: &str, config: &Config) -> Result<Self> {
        let (hidden, wide, eps) = (config.hidden, config.feed_forward, config.norm_eps);
        let mut dense =
            |part: &str, inputs, outputs| Dense::open(weights, &format!("{name}.{part}"), inputs, outputs);
        Ok(Self {
            query: dense("attention.self.query", hidden, hidden)?,
            key: dense("attention.self.key", hidden, hidden)?,
            value: dense("attention.self.value", hidden, hidden)?,
            output: dense("attention.output.dense", hidden, hidden)?,
            up: dense("intermediate.dense", hidden, wide)?,
            down: dense("output.dense", wide, hidden)?,
            attention_norm: Norm {
                parts: weights.norm(&format!("{name}.attention.output.LayerNorm"), hidden)?,
                eps,
            },
            norm: Norm { parts: weights.norm(&format!("{name}.output.LayerNorm"), hidden)?, eps },
        })
    }

    /// `x`: (text, token, hidden). `bias`: (text, 1, 1, token), [`MASKED`] at padding.
    fn apply(&self, x: Tensor<3>, bias: Tensor<4>, config: &Config) -> Tensor<3> {
        let [texts, tokens, hidden] = x.dims();
        let heads = |part: &Dense| {
            let by_head = part.apply(x.clone()).reshape([texts, tokens, config.heads, hidden / config.heads]);
            by_head.swap_dims(1, 2)
        };
        let (query, key, value) = (heads(&self.query), heads(&self.key), heads(&self.value));
        let seen = attention(query, key, value, None, Some(bias), AttentionModuleOptions::default());
        let seen = seen.swap_dims(1, 2).reshape([texts, tokens, hidden]);
        let x = self.attention_norm.apply(x + self.output.apply(seen));
        let wide = self.up.apply(x.clone());
        let wide = match config.activation {
            Activation::Gelu => gelu(wide),
            Activation::GeluTanh => gelu_approximate(wide),
            Activation::Relu => relu(wide),
            Activation::Silu => silu(wide),
        };
        self.norm.apply(x + self.down.apply(wide))
    }
}

impl Dense {
    fn open(weights: &mut Weights, name: &str, inputs: usize, outputs: usize) -> Result<Self> {
        let weight = weights.tensor(&format!("{name}.weight"), [outputs, inputs])?;
        Ok(Self { weight: weight.transpose(), bias: weights.tensor(&format!("{name}.bias"), [outputs])? })
    }

    fn apply(&self, x: Tensor<3>) -> Tensor<3> {
        linear(x, self.weight.clone(), Some(self.bias.clone()))
    }
}

impl Norm {
    fn apply(&self, x: Tensor<3>) -> Tensor<3> {
        let [scale, shift] = self.parts.clone();
        layer_norm(x, scale, Some(shift), self.eps)
    }
}
