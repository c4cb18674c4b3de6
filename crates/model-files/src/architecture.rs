//! What the forward pass of a model needs to know besides its weights: sizes, and what distinguishes it from a Llama.

use serde::{Deserialize, Serialize};

use crate::{Error, Result, limits};

/// Whose model it is, for display; the forward pass follows the other fields of [`Architecture`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Llama 1 to 3 and models in its form.
    Llama,
    /// Mistral 7B and models in its form.
    Mistral,
    /// Qwen 2 and 2.5.
    Qwen2,
    /// Qwen 3 without experts.
    Qwen3,
    /// The text part of Gemma 3.
    Gemma3,
    /// HunYuan without experts.
    Hunyuan,
}

impl Family {
    /// The displayed name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Llama => "Llama",
            Self::Mistral => "Mistral",
            Self::Qwen2 => "Qwen 2",
            Self::Qwen3 => "Qwen 3",
            Self::Gemma3 => "Gemma 3",
            Self::Hunyuan => "HunYuan",
        }
    }
}

/// The function of the feed-forward layer's gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// x · sigmoid(x).
    Silu,
    /// GELU in its approximation by tanh.
    GeluTanh,
}

/// When each head of q and k is normalized by RMSNorm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadNorm {
    /// Before RoPE rotates it (Qwen 3, Gemma 3).
    BeforeRope,
    /// After RoPE has rotated it (HunYuan).
    AfterRope,
}

/// Attention to the most recent positions only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Positions that a token attends to, its own included.
    pub size: usize,
    /// Layer i attends to all positions when i + 1 is a multiple of this; 0 if every layer has the window.
    pub full_every: usize,
}

/// The dimensions of a model, and what distinguishes it from a Llama.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Architecture {
    /// Whose model it is.
    pub family: Family,
    /// Rows of the embedding and of the logits.
    pub vocab_size: usize,
    /// Width of the residual stream.
    pub hidden_size: usize,
    /// Transformer layers.
    pub layers: usize,
    /// Query heads.
    pub heads: usize,
    /// Key and value heads; divides `heads`.
    pub kv_heads: usize,
    /// Width of one head, even.
    pub head_dim: usize,
    /// Width of the feed-forward layer.
    pub feed_forward: usize,
    /// Longest sequence of the model.
    pub max_positions: usize,
    /// Added to the mean square in RMSNorm.
    pub norm_eps: f32,
    /// Whether the embedding is also the head.
    pub tied_head: bool,
    /// The feed-forward layer's activation.
    pub activation: Activation,
    /// Whether q, k and v have biases.
    pub qkv_bias: bool,
    /// RMSNorm of each head of q and k.
    pub head_norm: Option<HeadNorm>,
    /// Whether the outputs of attention and of the feed-forward layer are normalized before they are added to the
    /// residual stream.
    pub output_norms: bool,
    /// Factor of the embedding's rows.
    pub embed_scale: f32,
    /// Factor of q · k.
    pub attention_scale: f32,
    /// The sliding window, if one is shorter than [`Architecture::max_positions`].
    pub window: Option<Window>,
    /// Whether layers with the window have their own RoPE frequencies.
    pub window_rope: bool,
}

impl Architecture {
    /// What a Llama with heads of this width has. The other sizes are 0, to be set by struct update.
    pub fn llama(head_dim: usize) -> Self {
        Self {
            family: Family::Llama,
            vocab_size: 0,
            hidden_size: 0,
            layers: 0,
            heads: 0,
            kv_heads: 0,
            head_dim,
            feed_forward: 0,
            max_positions: 0,
            norm_eps: 0.0,
            tied_head: false,
            activation: Activation::Silu,
            qkv_bias: false,
            head_norm: None,
            output_norms: false,
            embed_scale: 1.0,
            attention_scale: 1.0 / (head_dim as f32).sqrt(),
            window: None,
            window_rope: false,
        }
    }

    /// Whether it computes what a Llama of these sizes computes.
    pub fn is_llama(&self) -> bool {
        let sizes = Self {
            family: self.family,
            vocab_size: self.vocab_size,
            hidden_size: self.hidden_size,
            layers: self.layers,
            heads: self.heads,
            kv_heads: self.kv_heads,
            feed_forward: self.feed_forward,
            max_positions: self.max_positions,
            norm_eps: self.norm_eps,
            tied_head: self.tied_head,
            ..Self::llama(self.head_dim)
        };
        *self == sizes
    }

    /// The positions that a token attends to in this layer, its own included, if they are limited.
    pub fn window(&self, layer: usize) -> Option<usize> {
        let window = self.window?;
        let full = window.full_every > 0 && (layer + 1).is_multiple_of(window.full_every);
        (!full).then_some(window.size)
    }

    /// Refuses zeros, sizes beyond [`limits`] and inconsistent dimensions.
    ///
    /// # Errors
    /// The first problem found.
    pub fn check(&self) -> Result<()> {
        let sizes = [
            ("the vocabulary size", self.vocab_size, limits::VOCABULARY),
            ("the hidden size", self.hidden_size, limits::HIDDEN_SIZE),
            ("the number of layers", self.layers, limits::LAYERS),
            ("the number of heads", self.heads, limits::HEADS),
            ("the number of key-value heads", self.kv_heads, limits::HEADS),
            ("the head dimension", self.head_dim, limits::HEAD_DIM),
            ("the feed-forward size", self.feed_forward, limits::FEED_FORWARD),
            ("the number of positions", self.max_positions, limits::POSITIONS),
        ];
        for (what, found, limit) in sizes {
            if found == 0 {
                return Err(Error::Setting { problem: "must not be zero", setting: what.into() });
            }
            if found > limit {
                return Err(Error::TooLarge { what, limit: limit as u64, found: found as u64 });
            }
        }
        let setting = |problem, setting: String| Err(Error::Setting { problem, setting });
        if !self.heads.is_multiple_of(self.kv_heads) {
            let found = format!("{} heads, {} key-value heads", self.heads, self.kv_heads);
            return setting("heads must be a multiple of key-value heads", found);
        }
        if !self.head_dim.is_multiple_of(2) {
            return setting("the head dimension must be even", self.head_dim.to_string());
        }
        if !(self.norm_eps > 0.0 && self.norm_eps < 1.0) {
            return setting("the norm's epsilon must lie between 0 and 1", self.norm_eps.to_string());
        }
        for (problem, scale) in [
            ("the embedding's scale must be a positive number", self.embed_scale),
            ("the scale of attention must be a positive number", self.attention_scale),
        ] {
            if !(scale.is_finite() && scale > 0.0) {
                return setting(problem, scale.to_string());
            }
        }
        if let Some(window) = self.window
            && !(1..self.max_positions).contains(&window.size)
        {
            let found = format!("{} of {} positions", window.size, self.max_positions);
            return setting(
                "the sliding window must have a position and be shorter than the longest sequence",
                found,
            );
        }
        if self.window_rope && self.window.is_none() {
            return setting("RoPE of windowed layers needs a sliding window", "window".into());
        }
        Ok(())
    }

    /// Refuses attention heads that the model does not have, and duplicates.
    pub(crate) fn check_heads(&self, heads: &[[usize; 2]]) -> Result<()> {
        if heads.len() > limits::ALIGNMENT_HEADS {
            let (limit, found) = (limits::ALIGNMENT_HEADS as u64, heads.len() as u64);
            return Err(Error::TooLarge { what: "the number of alignment heads", limit, found });
        }
        for (index, &[layer, head]) in heads.iter().enumerate() {
            if layer >= self.layers
                || head >= self.heads
                || heads.iter().take(index).any(|h| *h == [layer, head])
            {
                return Err(Error::Setting {
                    problem: "each alignment head must exist in the model and occur once",
                    setting: format!("layer {layer}, head {head}"),
                });
            }
        }
        Ok(())
    }

    /// Every matrix of an imported model: name, rows, columns.
    pub fn matrices(&self) -> Vec<(String, usize, usize)> {
        let heads = self.heads * self.head_dim;
        let kv = self.kv_heads * self.head_dim;
        let mut all = vec![("embed".to_owned(), self.vocab_size, self.hidden_size)];
        if !self.tied_head {
            all.push(("head".to_owned(), self.vocab_size, self.hidden_size));
        }
        for layer in 0..self.layers {
            all.push((format!("layers.{layer}.qkv"), heads + 2 * kv, self.hidden_size));
            all.push((format!("layers.{layer}.o"), self.hidden_size, heads));
            all.push((format!("layers.{layer}.gate_up"), 2 * self.feed_forward, self.hidden_size));
            all.push((format!("layers.{layer}.down"), self.hidden_size, self.feed_forward));
        }
        all
    }

    /// Every vector of an imported model: name, length.
    pub fn vectors(&self) -> Vec<(String, usize)> {
        let mut all = vec![
            ("final_norm".to_owned(), self.hidden_size),
            ("rope_inv_freq".to_owned(), self.head_dim / 2),
        ];
        if self.window_rope {
            all.push(("rope_inv_freq_window".to_owned(), self.head_dim / 2));
        }
        for layer in 0..self.layers {
            all.push((format!("layers.{layer}.attn_norm"), self.hidden_size));
            all.push((format!("layers.{layer}.ffn_norm"), self.hidden_size));
            if self.qkv_bias {
                let rows = (self.heads + 2 * self.kv_heads) * self.head_dim;
                all.push((format!("layers.{layer}.qkv_bias"), rows));
            }
            if self.head_norm.is_some() {
                all.push((format!("layers.{layer}.q_norm"), self.head_dim));
                all.push((format!("layers.{layer}.k_norm"), self.head_dim));
            }
            if self.output_norms {
                all.push((format!("layers.{layer}.attn_output_norm"), self.hidden_size));
                all.push((format!("layers.{layer}.ffn_output_norm"), self.hidden_size));
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Architecture {
        Architecture {
            vocab_size: 100,
            hidden_size: 32,
            layers: 7,
            heads: 4,
            kv_heads: 2,
            feed_forward: 48,
            max_positions: 64,
            norm_eps: 1e-5,
            ..Architecture::llama(8)
        }
    }

    #[test]
    fn every_third_layer_attends_to_all_positions() {
        let windows = |full_every| {
            let a = Architecture { window: Some(Window { size: 16, full_every }), ..small() };
            a.check().unwrap();
            (0..a.layers).map(|layer| a.window(layer)).collect::<Vec<_>>()
        };
        let w = Some(16);
        assert_eq!(windows(3), [w, w, None, w, w, None, w]);
        assert_eq!(windows(0), [w; 7]);
        assert_eq!(windows(1), [None; 7]);
        assert_eq!(small().window(0), None);
    }

    #[test]
    fn scales_and_windows_are_checked() {
        let window = |size| Some(Window { size, full_every: 0 });
        let cases = [
            (Architecture { window: window(0), ..small() }, "be shorter than the longest"),
            (Architecture { window: window(64), ..small() }, "be shorter than the longest"),
            (Architecture { window_rope: true, ..small() }, "needs a sliding window"),
            (Architecture { embed_scale: f32::NAN, ..small() }, "the embedding's scale"),
            (Architecture { attention_scale: 0.0, ..small() }, "the scale of attention"),
        ];
        for (architecture, problem) in cases {
            assert!(!architecture.is_llama());
            let error = architecture.check().unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
        }
        assert!(small().is_llama() && Architecture { family: Family::Mistral, ..small() }.is_llama());
    }

    #[test]
    fn vectors_follow_from_the_differences() {
        let names = |a: &Architecture| a.vectors().len();
        let llama = names(&small());
        let bias = Architecture { qkv_bias: true, ..small() };
        assert_eq!(names(&bias), llama + 7);
        assert!(bias.vectors().contains(&("layers.6.qkv_bias".to_owned(), 64)));
        let heads = Architecture { head_norm: Some(HeadNorm::AfterRope), ..small() };
        assert_eq!(names(&heads), llama + 14);
        assert!(heads.vectors().contains(&("layers.0.k_norm".to_owned(), 8)));
        let outputs = Architecture { output_norms: true, ..small() };
        assert_eq!(names(&outputs), llama + 14);
        assert!(outputs.vectors().contains(&("layers.0.ffn_output_norm".to_owned(), 32)));
        let window = Some(Window { size: 8, full_every: 6 });
        let rope = Architecture { window, window_rope: true, ..small() };
        assert_eq!(names(&rope), llama + 1);
        assert!(rope.vectors().contains(&("rope_inv_freq_window".to_owned(), 4)));
    }
}
