//! The arguments that the ways to train share, and what they mean to the trainer.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use training::adapter::{AdapterOptions, Projection};
use training::examples::Directions;
use training::frozen::FrozenPrecision;
use training::weights::Precision;
use training::{
    Backend, Device, InitialModel, Method, NewModelConfig, OptimizerOptions, RunOptions, Tokenizer,
    new_tokenizer,
};

use super::console::Console;
use super::texts::Texts;
use crate::failure::Failure;

/// What the weights are at first.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct Beginning {
    /// Go on with this model: a Hugging Face folder with float weights
    #[arg(long, value_name = "DIR")]
    base: Option<PathBuf>,
    /// Begin with random weights: a TOML file with `vocabulary = TOKENS` and a table [small] (for a large model
    /// [large]) of hidden_size, layers, heads, kv_heads, head_dim and feed_forward
    #[arg(long, value_name = "CONFIG")]
    from_scratch: Option<PathBuf>,
}

impl Beginning {
    /// Whether the weights are random.
    pub fn is_new(&self) -> bool {
        self.from_scratch.is_some()
    }

    /// The config of new models, if there is one.
    pub fn config(&self) -> Result<Option<NewModelConfig>, Failure> {
        Ok(self.from_scratch.as_deref().map(NewModelConfig::read).transpose()?)
    }

    /// The tokenizer of the base, where there is one.
    pub fn tokenizer(&self) -> Result<Option<Tokenizer>, Failure> {
        let start = self.base.as_deref().map(|base| InitialModel::from_base(base, None)).transpose()?;
        Ok(start.map(|start| start.tokenizer))
    }

    /// The base, or a new model with a tokenizer made from the texts.
    pub fn start(&self, texts: &Texts, schedule: &Schedule, large: bool) -> Result<InitialModel, Failure> {
        let prompt = schedule.prompt.clone();
        if let Some(base) = &self.base {
            return Ok(InitialModel::from_base(base, prompt)?);
        }
        let config =
            self.config()?.ok_or_else(|| Failure::usage("no model to begin with", "Give --base."))?;
        let shape = match (large, config.large) {
            (true, Some(large)) => large,
            _ => config.small,
        };
        let tokenizer = new_tokenizer(&texts.all(), config.vocabulary, &texts.languages)?;
        let prompt = prompt.unwrap_or(config.prompt);
        Ok(InitialModel::from_scratch(&shape, tokenizer, prompt, schedule.context as usize)?)
    }
}

/// Parallel text, and what must not be trained on.
#[derive(Args)]
pub struct TextFiles {
    /// Sentences with their translations, --from first: TSV, TMX, 'corpus.{de,en}' or alt-train:FOLDER
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub pairs: Vec<String>,
    /// Sample N pairs by --seed while reading, from files of any size
    #[arg(long, value_name = "N", requires = "pairs")]
    pub sample: Option<usize>,
    /// Use N of the sampled pairs as monolingual text of both languages; the paper samples 20000 of WMT19, with
    /// 2000 as text
    #[arg(long, value_name = "N", requires = "sample")]
    pub sample_mono: Option<usize>,
    /// Test sets in the same formats; pairs and lines that are in one are left out, but not longer lines around one
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub test: Vec<String>,
    /// Sentences to look at while training: how many of the pairs and of each language's text, or a file of them
    /// [default: 2 %, at most 200]
    #[arg(long, value_name = "N|FILE")]
    pub held_out: Option<String>,
    /// Which ways pairs are learnt
    #[arg(long, value_enum, default_value_t = Ways::Both)]
    pub directions: Ways,
    /// The licence of the model, with those whom it attributes [default: the base's]
    #[arg(long, value_name = "TEXT")]
    pub licence: Option<String>,
    /// Random seed for held-out sentences, new weights and the order of examples
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Ways {
    /// Forth and back
    Both,
    /// From --from into --to
    Forward,
    /// From --to into --from
    Backward,
}

impl From<Ways> for Directions {
    fn from(ways: Ways) -> Self {
        match ways {
            Ways::Both => Self::Both,
            Ways::Forward => Self::Forward,
            Ways::Backward => Self::Backward,
        }
    }
}

/// Where it is trained, and what is told meanwhile.
#[derive(Args)]
#[command(next_help_heading = "Where and how long")]
pub struct Place {
    /// The device [default: the fastest that this machine has]
    #[arg(long, value_enum)]
    device: Option<DeviceName>,
    /// Stop after so many minutes and keep a checkpoint
    #[arg(long, value_parser = positive)]
    pub minutes: Option<f64>,
    /// Tell everything as lines of JSON on standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum DeviceName {
    /// The processor
    Cpu,
    /// A GPU through Vulkan, Metal or DX12
    Wgpu,
    /// An NVIDIA GPU
    Cuda,
}

impl Place {
    /// The device, with gradients; tells which.
    pub fn device(&self, console: &Console) -> Result<Device, Failure> {
        let backend = match self.device {
            Some(DeviceName::Cpu) => Backend::Cpu,
            Some(DeviceName::Wgpu) => Backend::Wgpu,
            Some(DeviceName::Cuda) => Backend::Cuda,
            None => Backend::best(),
        };
        let device = backend.open()?;
        console.say(&format!("training on {}", training::device_name(&device)));
        Ok(device)
    }
}

/// How it is learnt. The defaults are the paper's.
#[derive(Args)]
#[command(next_help_heading = "How it is learnt")]
pub struct Schedule {
    /// Times that monolingual text is read
    #[arg(long, value_name = "N", default_value_t = 5.0, value_parser = positive)]
    pub pretrain_epochs: f64,
    /// Times that pairs are read
    #[arg(long, value_name = "N", default_value_t = 3.0, value_parser = positive)]
    pub epochs: f64,
    /// Peak learning rate [default: 2e-5, from scratch 2e-3]
    #[arg(long, value_name = "RATE", value_parser = positive)]
    learning_rate: Option<f64>,
    /// Part of a stage's steps over which the rate rises
    #[arg(long, value_name = "PART", default_value_t = 0.03, value_parser = part)]
    warm_up: f64,
    /// The rate at the end of a stage, as a part of the peak; it falls as a cosine
    #[arg(long, value_name = "PART", default_value_t = 0.1, value_parser = part)]
    final_rate: f64,
    /// AdamW, or Muon for the matrices within layers: faster from scratch
    #[arg(long, value_enum, default_value_t = Optimizer::Adamw)]
    optimizer: Optimizer,
    /// AdamW's β₁
    #[arg(long, value_name = "PART", default_value_t = 0.9, value_parser = part)]
    beta1: f64,
    /// AdamW's β₂
    #[arg(long, value_name = "PART", default_value_t = 0.95, value_parser = part)]
    beta2: f64,
    /// AdamW's ε
    #[arg(long, value_name = "E", default_value_t = 1e-8, value_parser = positive)]
    epsilon: f64,
    /// Decoupled weight decay
    #[arg(long, value_name = "PART", default_value_t = 0.01, value_parser = part)]
    weight_decay: f64,
    /// Gradients are scaled down to this global norm
    #[arg(long, value_name = "NORM", default_value_t = 1.0, value_parser = positive)]
    clip: f64,
    /// Tokens that go through the model at once: fewer need less memory
    #[arg(long, value_name = "N", default_value_t = 4096, value_parser = clap::value_parser!(u32).range(2..=1 << 20))]
    batch_tokens: u32,
    /// Keep only what goes into each layer, and compute the layer again on the way back: the same steps with less memory,
    /// in about a third more time
    #[arg(long)]
    recompute: bool,
    /// Batches that make one step
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1 << 16))]
    accumulate: u32,
    /// Tokens of the longest sequence; longer pairs are left out, longer texts cut
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = clap::value_parser!(u32).range(8..=1 << 14))]
    pub context: u32,
    /// The prompt, with {source}, {from}, {to}, {from_name}, {to_name} and special tokens [default: the one that the
    /// importer would choose]
    #[arg(long)]
    pub prompt: Option<String>,
    /// Steps between two looks at the held-out loss
    #[arg(long, value_name = "STEPS", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    held_out_every: u32,
    /// End a stage after so many looks without a lower held-out loss, with the weights of the lowest; 0: never, and the
    /// last weights are kept
    #[arg(long, value_name = "LOOKS", default_value_t = 0)]
    pub patience: u32,
    /// Seconds between two checkpoints
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    save_every: u32,
    /// How the finished weights are written
    #[arg(long, value_enum, default_value_t = Stored::Bf16)]
    precision: Stored,
    #[command(flatten)]
    pub place: Place,
}

#[derive(Clone, Copy, ValueEnum)]
enum Stored {
    /// 16 bits, as most models are published: small changes may be rounded away
    Bf16,
    /// 32 bits: exactly
    F32,
}

#[derive(Clone, Copy, ValueEnum)]
enum Optimizer {
    Adamw,
    Muon,
}

impl Schedule {
    /// The step, for weights that are random or not.
    pub fn optimizer(&self, new: bool) -> OptimizerOptions {
        OptimizerOptions {
            method: match self.optimizer {
                Optimizer::Adamw => Method::AdamW,
                Optimizer::Muon => Method::Muon,
            },
            learning_rate: self.learning_rate.unwrap_or(if new { 2e-3 } else { 2e-5 }),
            warm_up: self.warm_up,
            final_rate: self.final_rate,
            betas: (self.beta1 as f32, self.beta2 as f32),
            epsilon: self.epsilon as f32,
            weight_decay: self.weight_decay as f32,
            clip_norm: self.clip as f32,
        }
    }

    /// How the finished weights are written.
    pub fn precision(&self) -> Precision {
        match self.precision {
            Stored::Bf16 => Precision::BF16,
            Stored::F32 => Precision::F32,
        }
    }

    /// The loop.
    pub fn run_options(&self, seed: u64) -> RunOptions {
        RunOptions {
            micro_tokens: self.batch_tokens as usize,
            accumulate: self.accumulate as usize,
            seed,
            save_every: Duration::from_secs(self.save_every.into()),
            held_out_every: self.held_out_every as usize,
            recompute: self.recompute,
        }
    }
}

/// LoRA.
#[derive(Args)]
#[command(next_help_heading = "LoRA: small matrices that learn beside frozen ones")]
pub struct Adapter {
    /// Train adapters of this rank instead of the weights
    #[arg(long, value_name = "RANK", conflicts_with = "from_scratch", value_parser = clap::value_parser!(u32).range(1..=4096))]
    lora: Option<u32>,
    /// Their product is scaled by ALPHA / RANK [default: twice the rank]
    #[arg(long, requires = "lora", value_parser = positive)]
    alpha: Option<f64>,
    /// On which matrices
    #[arg(
        long,
        value_name = "NAME",
        requires = "lora",
        value_delimiter = ',',
        default_value = "q,k,v,o,gate,up,down"
    )]
    projections: Vec<Matrix>,
    /// How all that is frozen is kept: with f16 and q8 each layer is unpacked when it is its turn, and --recompute is on
    #[arg(long, value_enum, requires = "lora", default_value_t = Kept::F32)]
    frozen: Kept,
    /// Write the whole model at the end, adapters multiplied out, instead of an adapter
    #[arg(long, requires = "lora")]
    pub merge: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Matrix {
    Q,
    K,
    V,
    O,
    Gate,
    Up,
    Down,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kept {
    /// 32-bit floats
    F32,
    /// 16-bit floats
    F16,
    /// 8 bits
    Q8,
}

impl Adapter {
    /// What is adapted; none where the weights themselves learn.
    pub fn options(&self) -> Option<AdapterOptions> {
        let rank = self.lora? as usize;
        let projection = |matrix: &Matrix| match matrix {
            Matrix::Q => Projection::Q,
            Matrix::K => Projection::K,
            Matrix::V => Projection::V,
            Matrix::O => Projection::O,
            Matrix::Gate => Projection::Gate,
            Matrix::Up => Projection::Up,
            Matrix::Down => Projection::Down,
        };
        let mut projections: Vec<Projection> = self.projections.iter().map(projection).collect();
        projections.sort_unstable();
        projections.dedup();
        let frozen = match self.frozen {
            Kept::F32 => FrozenPrecision::F32,
            Kept::F16 => FrozenPrecision::F16,
            Kept::Q8 => FrozenPrecision::Q8,
        };
        Some(AdapterOptions { rank, alpha: self.alpha.unwrap_or(2.0 * rank as f64), projections, frozen })
    }
}

fn positive(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|n: &f64| n.is_finite() && *n > 0.0).ok_or_else(|| "not a number above 0".into())
}

fn part(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|n| (0.0..=1.0).contains(n)).ok_or_else(|| "not a number from 0 to 1".into())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        schedule: Schedule,
    }

    #[test]
    fn the_defaults_are_the_papers() {
        let schedule = Command::parse_from(["train"]).schedule;
        assert_eq!((schedule.pretrain_epochs, schedule.epochs), (5.0, 3.0));
        let optimizer = schedule.optimizer(false);
        assert_eq!((optimizer.learning_rate, optimizer.method), (2e-5, Method::AdamW));
    }
}
