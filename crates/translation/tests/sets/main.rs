//! Published sets: a stand-in for `wasan-fetch` delivers their files; they are imported, used and tested.

mod adapters;
mod fit;
mod found;
#[cfg(unix)]
mod get;
mod recipes;
#[cfg(unix)]
mod stand_in;
mod starter_gguf;

use std::path::Path;

use translation::{FileType, PublishedMember, PublishedModel, PublishedSet, Setup, Shape};

/// The prompt of the starter models, with the space that their tokenizer puts before a text and a GGUF file cannot.
pub const PROMPT: &str = "<|begin_of_text|><|{from}|> {source}<|{to}|>";

/// A published model whose file is one of the starters.
pub fn model(id: &str, prompt: &str) -> PublishedModel {
    PublishedModel {
        id: id.to_owned(),
        repository: format!("somebody/{id}-GGUF"),
        file: format!("{id}.Q8_0.gguf"),
        bytes: 7_000_000,
        approximate: true,
        quantization: FileType::Q8_0,
        shape: Shape {
            vocabulary: 8192,
            hidden: 256,
            layers: 6,
            heads: 4,
            kv_heads: 2,
            head_dim: 64,
            feed_forward: 704,
            tied_head: true,
        },
        licence: "MIT".to_owned(),
        gated: false,
        languages: ["de", "en", "ja"].map(str::to_owned).to_vec(),
        instruction: None,
        prompt: Some(prompt.to_owned()),
        notes: String::new(),
    }
}

/// A set of these models, of which the first is L.
pub fn set(models: &[PublishedModel]) -> PublishedSet {
    let terms = ["L", "S", "T"].into_iter().zip(models);
    let members: Vec<_> =
        terms.map(|(term, model)| PublishedMember { term: term.to_owned(), model: model.clone() }).collect();
    let recipe = members.iter().map(|member| member.term.as_str()).collect::<Vec<_>>().join(" + ");
    PublishedSet {
        id: "tiny".to_owned(),
        title: "Tiny".to_owned(),
        languages: models[0].languages.clone(),
        members,
        recipes: vec![recipe],
        notes: String::new(),
    }
}

/// The models of this folder alone and a store of its own.
pub fn setup(models: &Path) -> Setup {
    let data = tempfile::tempdir().expect("a folder").keep();
    Setup { models: Some(models.to_owned()), data: Some(data), ..Setup::default() }
}
