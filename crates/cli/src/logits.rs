//! `wasan logits`: token ids in, logits and the greedy continuation out.

use clap::Args;

use crate::failure::Failure;
use crate::models::Bits;
use crate::{Engine, progress};

#[derive(Args)]
pub struct Logits {
    /// A model's name, an imported folder, a Hugging Face folder or a GGUF file
    #[arg(long, value_name = "FILE-OR-DIR")]
    model: String,
    /// Token ids, separated by commas
    #[arg(long, value_name = "IDS", value_delimiter = ',', required = true)]
    tokens: Vec<u32>,
    /// So many of the largest logits after the last token
    #[arg(long, default_value_t = 20)]
    top: usize,
    /// So many tokens of the greedy continuation
    #[arg(long, default_value_t = 0)]
    greedy: usize,
    /// How float weights are stored, when the model has to be imported first
    #[arg(long, value_enum, default_value_t = Bits::F16)]
    bits: Bits,
    /// Folder of imported models
    #[arg(long, value_name = "DIR")]
    models: Option<std::path::PathBuf>,
    /// Graphics adapter: a number from `wasan gpu`, or a part of its name
    #[arg(long, value_name = "ADAPTER")]
    adapter: Option<String>,
    /// As JSON: {"top": [[id, logit], …], "greedy": [id, …]}
    #[arg(long)]
    json: bool,
}

impl Logits {
    pub fn run(self) -> Result<(), Failure> {
        let engine = Engine { models: self.models, adapter: self.adapter, sequences: 1, ..Engine::default() };
        let progress = progress::Progress::new();
        progress.show("running the model …");
        let wanted = (self.top, self.greedy);
        let found =
            translation::logits(&engine.setup(None), &self.model, self.bits.into(), &self.tokens, wanted);
        progress.clear();
        let found = found?;
        if self.json {
            println!("{}", serde_json::json!(found));
            return Ok(());
        }
        for (token, logit) in &found.top {
            println!("{token:>8} {logit:>12.5}");
        }
        if !found.greedy.is_empty() {
            println!("greedy: {}", found.greedy.iter().map(u32::to_string).collect::<Vec<_>>().join(","));
        }
        Ok(())
    }
}
