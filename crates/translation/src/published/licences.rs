//! The licences of published models.

use serde::Serialize;

/// A licence that a model can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Licence {
    /// SPDX identifier, or the Hub's for those without one.
    pub id: &'static str,
    /// Its name.
    pub title: &'static str,
    /// Its text.
    pub page: &'static str,
    /// Whether it limits who may use the model, or for what.
    pub limits_use: bool,
}

/// The licences of the catalogue's models.
pub const LICENCES: &[Licence] = &[
    Licence {
        id: "Apache-2.0",
        title: "Apache License 2.0",
        page: "https://www.apache.org/licenses/LICENSE-2.0",
        limits_use: false,
    },
    Licence {
        id: "MIT",
        title: "MIT License",
        page: "https://opensource.org/license/mit",
        limits_use: false,
    },
    Licence {
        id: "llama3.1",
        title: "Llama 3.1 Community License",
        page: "https://www.llama.com/llama3_1/license/",
        limits_use: true,
    },
    Licence {
        id: "llama3.2",
        title: "Llama 3.2 Community License",
        page: "https://www.llama.com/llama3_2/license/",
        limits_use: true,
    },
    Licence {
        id: "gemma",
        title: "Gemma Terms of Use",
        page: "https://ai.google.dev/gemma/terms",
        limits_use: true,
    },
];

/// The licence with this identifier.
pub fn licence(id: &str) -> Option<&'static Licence> {
    LICENCES.iter().find(|licence| licence.id == id)
}
