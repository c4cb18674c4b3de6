//! `wasan logits`: the logits after given token ids, and their greedy continuation.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use translation::Setup;

use crate::arguments::{GpuArgs, LibraryArgs};
use crate::failure::Failure;
use crate::models::Bits;
use crate::progress::Progress;
use crate::results::say;

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CacheFormat {
    F16,
    F32,
}

#[derive(Args)]
pub struct Logits {
    /// The model: a name from `wasan models list`, an imported folder, a Hugging Face folder or a GGUF file
    #[arg(long, value_name = "FILE-OR-DIR")]
    model: String,
    /// A LoRA adapter of the model: a folder of PEFT's
    #[arg(long, value_name = "DIR")]
    lora: Option<PathBuf>,
    /// Token ids, separated by commas
    #[arg(long, value_name = "IDS", value_delimiter = ',', required = true)]
    tokens: Vec<u32>,
    /// Number of largest logits to show after the last token
    #[arg(long, default_value_t = 20)]
    top: usize,
    /// Number of tokens of the greedy continuation to show
    #[arg(long, default_value_t = 0)]
    greedy: usize,
    /// Storage of float weights if the model has to be imported first
    #[arg(long, value_enum, default_value_t = Bits::F16)]
    bits: Bits,
    /// Precision of the KV cache: f16 as in translation, or f32 for comparison with references
    #[arg(long, value_enum, default_value_t = CacheFormat::F16)]
    cache: CacheFormat,
    #[command(flatten)]
    library: LibraryArgs,
    #[command(flatten)]
    gpu: GpuArgs,
    /// Print JSON: {"top": [[id, logit], …], "greedy": [id, …]}
    #[arg(long)]
    json: bool,
}

impl Logits {
    pub fn run(self) -> Result<(), Failure> {
        let setup = Setup {
            models: self.library.models,
            cache_f32: self.cache == CacheFormat::F32,
            ..self.gpu.setup()
        };
        let progress = Progress::new();
        progress.show("running the model …");
        let wanted = (self.top, self.greedy);
        let found = translation::logits(
            &setup,
            (&self.model, self.lora.as_deref()),
            self.bits.into(),
            &self.tokens,
            wanted,
        );
        progress.clear();
        let found = found?;
        if self.json {
            say!("{}", serde_json::json!(found));
            return Ok(());
        }
        for (token, logit) in &found.top {
            say!("{token:>8} {logit:>12.5}");
        }
        if !found.greedy.is_empty() {
            say!("greedy: {}", found.greedy.iter().map(u32::to_string).collect::<Vec<_>>().join(","));
        }
        Ok(())
    }
}
