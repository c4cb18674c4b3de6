//! The arguments that the training commands share, converted to the trainer's options.

use std::time::Duration;

use clap::{Args, ValueEnum};
use training::examples::Directions;
use training::weights::Precision;
use training::{Backend, Device, Method, OptimizerOptions, RunOptions};

use super::console::Console;
use crate::failure::Failure;

/// Sentence pairs to train on, test sets, and the held-out part.
#[derive(Args)]
pub struct TextFiles {
    /// Sentence pairs, the --from language first: TSV, TMX, 'corpus.{de,en}' or alt-train:FOLDER
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub pairs: Vec<String>,
    /// Train on a random sample of N pairs; the files may have any size
    #[arg(long, value_name = "N", requires = "pairs")]
    pub sample: Option<usize>,
    /// Use N of the sampled pairs as monolingual text of both languages instead; the paper samples 20000 pairs of WMT19,
    /// 2000 of them as text
    #[arg(long, value_name = "N", requires = "sample")]
    pub sample_mono: Option<usize>,
    /// Test sets in the same formats; training leaves out pairs and lines that are in one, but not longer lines that
    /// contain one
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub test: Vec<String>,
    /// Held-out sentences for evaluation during training: a number of pairs and of lines per language, or a file
    /// [default: 2 %, at most 200]
    #[arg(long, value_name = "N|FILE")]
    pub held_out: Option<String>,
    /// Translation directions to train
    #[arg(long, value_enum, default_value_t = DirectionArg::Both)]
    pub directions: DirectionArg,
    /// The model's licence, with attributions [default: the base model's]
    #[arg(long, value_name = "TEXT")]
    pub licence: Option<String>,
    /// Random seed of samples, held-out sentences, new weights and the order of examples
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum DirectionArg {
    /// Both directions
    Both,
    /// From --from into --to
    Forward,
    /// From --to into --from
    Backward,
}

impl From<DirectionArg> for Directions {
    fn from(direction: DirectionArg) -> Self {
        match direction {
            DirectionArg::Both => Self::Both,
            DirectionArg::Forward => Self::Forward,
            DirectionArg::Backward => Self::Backward,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StageName {
    /// Continued pre-training on every token of monolingual text
    Pretrain,
    /// Fine-tuning on the translations in the prompt
    Finetune,
}

/// Device, time limit and output of a run.
#[derive(Args)]
#[command(next_help_heading = "Device and time")]
pub struct RunArgs {
    /// Device to train on [default: the fastest of this machine]
    #[arg(long, value_enum)]
    device: Option<DeviceName>,
    /// Stop after this many minutes and keep a checkpoint
    #[arg(long, value_parser = positive)]
    pub minutes: Option<f64>,
    /// Print all events as lines of JSON
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

impl RunArgs {
    /// Opens the device and prints its name.
    pub fn device(&self, console: &Console) -> Result<Device, Failure> {
        let backend = match self.device {
            Some(DeviceName::Cpu) => Backend::Cpu,
            Some(DeviceName::Wgpu) => Backend::Wgpu,
            Some(DeviceName::Cuda) => Backend::Cuda,
            None => Backend::best(),
        };
        let device = backend.open()?;
        console.print(&format!("training on {}", training::device_name(&device)));
        Ok(device)
    }
}

/// Hyperparameters. The defaults are the paper's.
#[derive(Args)]
#[command(next_help_heading = "Hyperparameters")]
pub struct Schedule {
    /// Epochs over monolingual text
    #[arg(long, value_name = "N", default_value_t = 5.0, value_parser = positive)]
    pub pretrain_epochs: f64,
    /// Epochs over sentence pairs
    #[arg(long, value_name = "N", default_value_t = 3.0, value_parser = positive)]
    pub epochs: f64,
    /// Peak learning rate [default: 2e-5, from scratch 2e-3]
    #[arg(long, value_name = "RATE", value_parser = positive)]
    learning_rate: Option<f64>,
    /// Warm-up: fraction of a stage's steps over which the learning rate rises
    #[arg(long, value_name = "FRACTION", default_value_t = 0.03, value_parser = fraction)]
    warm_up: f64,
    /// Learning rate at the end of a stage's cosine decay, as a fraction of the peak
    #[arg(long, value_name = "FRACTION", default_value_t = 0.1, value_parser = fraction)]
    final_rate: f64,
    /// Optimizer: AdamW, or Muon for the matrices within layers, which is faster from scratch
    #[arg(long, value_enum, default_value_t = OptimizerArg::Adamw)]
    optimizer: OptimizerArg,
    /// AdamW's β₁
    #[arg(long, value_name = "FRACTION", default_value_t = 0.9, value_parser = fraction)]
    beta1: f64,
    /// AdamW's β₂
    #[arg(long, value_name = "FRACTION", default_value_t = 0.95, value_parser = fraction)]
    beta2: f64,
    /// AdamW's ε
    #[arg(long, value_name = "E", default_value_t = 1e-8, value_parser = positive)]
    epsilon: f64,
    /// Decoupled weight decay
    #[arg(long, value_name = "FRACTION", default_value_t = 0.01, value_parser = fraction)]
    weight_decay: f64,
    /// Gradient clipping: maximum global norm
    #[arg(long, value_name = "NORM", default_value_t = 1.0, value_parser = positive)]
    clip: f64,
    /// Tokens per batch: fewer need less memory
    #[arg(long, value_name = "N", default_value_t = 4096, value_parser = clap::value_parser!(u32).range(2..=1 << 20))]
    batch_tokens: u32,
    /// Gradient checkpointing: recompute each layer in the backward pass; less memory, about a third more time
    #[arg(long)]
    recompute: bool,
    /// Gradient accumulation: batches per optimizer step
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1 << 16))]
    accumulate: u32,
    /// Maximum tokens of a sequence; longer pairs are left out, longer texts are split
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = clap::value_parser!(u32).range(8..=1 << 14))]
    pub context: u32,
    /// Prompt template with {source}, {from}, {to}, {from_name}, {to_name} and special tokens [default: the importer's
    /// choice]
    #[arg(long)]
    pub prompt: Option<String>,
    /// Evaluate held-out loss every N steps
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    held_out_every: u32,
    /// Early stopping: end a stage after N evaluations without a lower held-out loss and keep the weights with the lowest;
    /// 0: no early stopping, keep the last weights
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub patience: u32,
    /// Save a checkpoint every N seconds
    #[arg(long, value_name = "N", default_value_t = 120)]
    save_every: u32,
    /// Precision of the trained weights on disk
    #[arg(long, value_enum, default_value_t = PrecisionArg::Bf16)]
    precision: PrecisionArg,
    #[command(flatten)]
    pub run: RunArgs,
}

#[derive(Clone, Copy, ValueEnum)]
enum PrecisionArg {
    /// 16 bits, as most models are published; rounds small changes away
    Bf16,
    /// 32 bits, exact
    F32,
}

#[derive(Clone, Copy, ValueEnum)]
enum OptimizerArg {
    Adamw,
    Muon,
}

impl Schedule {
    /// The optimizer's options; the default learning rate depends on whether the model is new.
    pub fn optimizer(&self, new: bool) -> OptimizerOptions {
        OptimizerOptions {
            method: match self.optimizer {
                OptimizerArg::Adamw => Method::AdamW,
                OptimizerArg::Muon => Method::Muon,
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

    /// The precision of the trained weights.
    pub fn precision(&self) -> Precision {
        match self.precision {
            PrecisionArg::Bf16 => Precision::BF16,
            PrecisionArg::F32 => Precision::F32,
        }
    }

    /// The options of the training loop.
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

/// Parses a number above 0.
pub fn positive(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|n: &f64| n.is_finite() && *n > 0.0).ok_or_else(|| "not a number above 0".into())
}

fn fraction(text: &str) -> Result<f64, String> {
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
