//! The starter models, built into the program: no download, no account. `models/starter/README.md` describes them.

use std::sync::Arc;

use model_files::Model;

use crate::error::Result;

/// A built-in model.
pub(crate) struct Starter {
    info: &'static [u8],
    weights: &'static [u8],
}

// All models share one tokenizer.
const TOKENIZER: &[u8] = include_bytes!("../../../models/starter/large/tokenizer.json");

macro_rules! starter {
    ($folder:literal) => {
        Starter {
            info: include_bytes!(concat!("../../../models/starter/", $folder, "/model.json")),
            weights: include_bytes!(concat!("../../../models/starter/", $folder, "/model.safetensors")),
        }
    };
}

/// All built-in models.
pub(crate) static STARTERS: [Starter; 4] =
    [starter!("large"), starter!("small-de"), starter!("small-en"), starter!("small-ja")];

impl Starter {
    /// Opens the model in the program's own memory.
    pub fn open(&self) -> Result<Model> {
        Ok(Model::from_parts(self.info, Arc::new(self.weights), Some(Arc::new(TOKENIZER)))?)
    }
}
