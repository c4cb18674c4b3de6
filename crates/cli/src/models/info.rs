//! `wasan models info`: one model's properties and its prompt of an example sentence.

use serde_json::json;
use translation::{CatalogEntry, PromptExample, prompt_example};

use super::{location, role_name};
use crate::failure::Failure;
use crate::results::say;

/// Prints the properties.
pub fn show(entry: &CatalogEntry, json: bool) -> Result<(), Failure> {
    let info = &entry.info;
    let example = prompt_example(entry);
    if json {
        let problem = example.as_ref().err().map(translation::Error::problem);
        let example = example.ok();
        say!("{}", json!({"name": entry.id, "info": info, "example": example, "problem": problem}));
        return Ok(());
    }
    let a = &info.architecture;
    say!("{}\n", entry.id);
    say!("  location      {}", location(entry));
    say!("  role          {}", role_name(entry));
    let languages = match info.languages.is_empty() {
        true => format!("unknown; name them with wasan models edit {} --languages de,en", entry.id),
        false => info.languages.join(", "),
    };
    say!("  languages     {languages}");
    if !info.pairs.is_empty() {
        let pairs: Vec<String> = info.pairs.iter().map(|pair| pair.join("-")).collect();
        say!("  pairs         {}, both directions", pairs.join(", "));
    }
    say!("  licence       {}", info.licence.as_deref().unwrap_or("unknown"));
    say!("  parameters    {:.1} M", entry.parameters() as f64 / 1e6);
    say!("  weights       {}", info.quantization);
    if let Some(adapter) = &info.adapter {
        let most = adapter.ranks.values().max().copied().unwrap_or(0);
        let base = adapter.base.display();
        say!("  adapter       LoRA of {base}, {} matrices, rank up to {most}", adapter.ranks.len());
    }
    say!("  shape         {} layers, hidden {}, feed-forward {}", a.layers, a.hidden_size, a.feed_forward);
    say!("  attention     {} heads, {} key-value heads, head dimension {}", a.heads, a.kv_heads, a.head_dim);
    say!("  vocabulary    {}{}", a.vocab_size, if a.tied_head { ", head tied to the embedding" } else { "" });
    say!("  positions     {}", a.max_positions);
    say!("  prompt        {}", one_line(info.prompt.as_deref().unwrap_or("none")));
    match example {
        Ok(PromptExample { pair, text, tokens }) => {
            say!("  {pair:13} {}", one_line(&text));
            say!("  tokens        {}", tokens.len());
        }
        Err(error) => say!("  example       none: {error}"),
    }
    if let Some(repository) = &info.repository {
        let commit = repository.commit.as_deref();
        say!(
            "  repository    {}{}",
            repository.id,
            commit.map_or_else(String::new, |commit| format!("  commit {commit}"))
        );
    }
    for source in &info.sources {
        say!("  source        {}  sha256 {}", source.file, source.sha256);
    }
    Ok(())
}

/// A text on one line, without control characters, which a file could use to change the terminal.
fn one_line(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' => "\\n".to_owned(),
        c if c.is_control() => c.escape_unicode().to_string(),
        c => c.to_string(),
    };
    text.chars().map(shown).collect()
}
