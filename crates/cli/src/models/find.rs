//! `wasan models find`: models that other programs keep on this computer.

use std::path::Path;

use clap::Args;
use translation::{FoundModel, ModelFolders, find_models};

use super::size::size;
use crate::arguments::LibraryArgs;
use crate::confirm::confirm;
use crate::failure::Failure;
use crate::results::say;

#[derive(Args)]
pub struct Find {
    /// Import a found model, by its name or path; its file is read where it lies and stays there
    #[arg(long, value_name = "MODEL")]
    take: Vec<String>,
    /// Do not ask whether the size of the imported model is all right
    #[arg(long, requires = "take")]
    yes: bool,
    #[command(flatten)]
    library: LibraryArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Find {
    pub fn run(self) -> Result<(), Failure> {
        let found = find_models(&ModelFolders::of_this_computer());
        if !self.take.is_empty() {
            let chosen = self.take.iter().map(|name| choose(&found, name)).collect::<Result<Vec<_>, _>>()?;
            return chosen.into_iter().try_for_each(|model| self.import(model));
        }
        if self.json {
            say!("{}", serde_json::json!(found));
            return Ok(());
        }
        for model in &found {
            show(model);
        }
        match found.iter().any(|model| model.problem.is_none()) {
            true => say!("`wasan models find --take MODEL` imports one of them."),
            false => {
                say!("No model that Wasan reads was found in the folders of the Hub, LM Studio and Ollama.")
            }
        }
        Ok(())
    }

    fn import(&self, model: &FoundModel) -> Result<(), Failure> {
        let stored = size(model.stored_bytes.unwrap_or(model.bytes));
        let what = format!(
            "{} is read from {}\n  and imported as {stored} of disk space; the original stays.",
            model.name,
            model.path.display()
        );
        confirm(&what, self.yes)?;
        super::import(self.library.models.as_deref(), &model.path, &model.import_options())
    }
}

fn choose<'a>(found: &'a [FoundModel], name: &str) -> Result<&'a FoundModel, Failure> {
    let named: Vec<&FoundModel> =
        found.iter().filter(|model| model.name == name || model.path == Path::new(name)).collect();
    match named.as_slice() {
        [model] => match &model.problem {
            None => Ok(model),
            Some(problem) => Err(Failure::usage(problem, "`wasan models find` lists what can be imported.")),
        },
        [] => Err(Failure::usage(
            &format!("no model of this name was found: {name}"),
            "`wasan models find` lists them; `wasan models import PATH` imports any other file.",
        )),
        _ => Err(Failure::usage(
            &format!("there are several models of this name: {name}"),
            "Give the path of one of them.",
        )),
    }
}

fn show(model: &FoundModel) {
    let sets = if model.sets.is_empty() { String::new() } else { format!("  in {}", model.sets.join(", ")) };
    say!("{}  ({}, {}){sets}", model.name, model.program.name(), size(model.bytes));
    say!("  {}", model.path.display());
    match (&model.problem, model.stored_bytes) {
        (Some(problem), _) => say!("  cannot be imported: {problem}"),
        (None, Some(stored)) => say!("  takes {} when imported", size(stored)),
        (None, None) => {}
    }
}
