//! The initial weights: a base model, or a new model with random weights.

use std::path::PathBuf;

use clap::Args;
use training::{InitialModel, NewModelConfig, Tokenizer, new_tokenizer};

use super::arguments::Schedule;
use super::training_texts::TrainingTexts;
use crate::failure::Failure;

/// The initial weights.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct InitialModelArgs {
    /// Base model to train further: a Hugging Face folder with float weights
    #[arg(long, value_name = "DIR")]
    base: Option<PathBuf>,
    /// Initialise a new model with random weights: a TOML file with `vocabulary = TOKENS` and a table `[small]` (for a large
    /// model `[large]`) of hidden_size, layers, heads, kv_heads, head_dim and feed_forward
    #[arg(long, value_name = "CONFIG")]
    from_scratch: Option<PathBuf>,
}

impl InitialModelArgs {
    /// Whether the initial weights are random.
    pub fn is_new(&self) -> bool {
        self.from_scratch.is_some()
    }

    /// The config of a new model.
    pub fn config(&self) -> Result<Option<NewModelConfig>, Failure> {
        Ok(self.from_scratch.as_deref().map(NewModelConfig::read).transpose()?)
    }

    /// The tokenizer of the base model.
    pub fn tokenizer(&self) -> Result<Option<Tokenizer>, Failure> {
        let start = self.base.as_deref().map(|base| InitialModel::from_base(base, None)).transpose()?;
        Ok(start.map(|start| start.tokenizer))
    }

    /// The base model, or a new model with a tokenizer trained on the texts.
    pub fn start(
        &self,
        texts: &TrainingTexts,
        schedule: &Schedule,
        large: bool,
    ) -> Result<InitialModel, Failure> {
        let prompt = schedule.prompt.clone();
        if let Some(base) = &self.base {
            return Ok(InitialModel::from_base(base, prompt)?);
        }
        let config = self
            .config()?
            .ok_or_else(|| Failure::usage("no initial model", "Give --base or --from-scratch."))?;
        let shape = match (large, config.large) {
            (true, Some(large)) => large,
            _ => config.small,
        };
        let tokenizer = new_tokenizer(&texts.sentences(), config.vocabulary, &texts.languages)?;
        let prompt = prompt.unwrap_or(config.prompt);
        Ok(InitialModel::from_scratch(&shape, tokenizer, prompt, schedule.context as usize)?)
    }
}
