//! `wasan logits`: token ids in, logits and the greedy continuation out.

use clap::Args;
use translation::Setup;

use crate::failure::Failure;
use crate::models::Bits;
use crate::{Gpu, Library, progress};

#[derive(Args)]
pub struct Logits {
    /// The model: a name from `wasan models list`, an imported folder, a Hugging Face folder or a GGUF file
    #[arg(long, value_name = "FILE-OR-DIR")]
    model: String,
    /// Token ids, separated by commas
    #[arg(long, value_name = "IDS", value_delimiter = ',', required = true)]
    tokens: Vec<u32>,
    /// How many of the largest logits after the last token are shown
    #[arg(long, default_value_t = 20)]
    top: usize,
    /// How many tokens of the greedy continuation are shown
    #[arg(long, default_value_t = 0)]
    greedy: usize,
    /// How float weights are stored, when the model has to be imported first
    #[arg(long, value_enum, default_value_t = Bits::F16)]
    bits: Bits,
    #[command(flatten)]
    library: Library,
    #[command(flatten)]
    gpu: Gpu,
    /// As JSON: {"top": [[id, logit], …], "greedy": [id, …]}
    #[arg(long)]
    json: bool,
}

impl Logits {
    pub fn run(self) -> Result<(), Failure> {
        let setup = Setup { models: self.library.models, adapter: self.gpu.adapter, ..Setup::default() };
        let progress = progress::Progress::new();
        progress.show("running the model …");
        let wanted = (self.top, self.greedy);
        let found = translation::logits(&setup, &self.model, self.bits.into(), &self.tokens, wanted);
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
