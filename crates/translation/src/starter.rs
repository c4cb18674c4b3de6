//! The starter models, part of the program: no download, no account. `models/starter/README.md` says what they are.

use std::sync::Arc;

use model_files::Model;

use crate::error::Result;

/// One embedded model.
pub(crate) struct Starter {
    info: &'static [u8],
    weights: &'static [u8],
}

// All share one vocabulary, so one file.
const TOKENIZER: &[u8] = include_bytes!("../../../models/starter/large/tokenizer.json");

macro_rules! starter {
    ($folder:literal) => {
        Starter {
            info: include_bytes!(concat!("../../../models/starter/", $folder, "/model.json")),
            weights: include_bytes!(concat!("../../../models/starter/", $folder, "/model.safetensors")),
        }
    };
}

/// All of them.
pub(crate) static STARTERS: [Starter; 4] =
    [starter!("large"), starter!("small-de"), starter!("small-en"), starter!("small-ja")];

impl Starter {
    /// Opens it where it lies in the program.
    pub fn open(&self) -> Result<Model> {
        Ok(Model::from_parts(self.info, Arc::new(self.weights), Some(Arc::new(TOKENIZER)))?)
    }
}
