//! `wasan train recipe`: models made again from one file.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use training::recipe::Recipe;
use training::{Ended, Tokenizer};

use super::arguments::Place;
use super::console::Console;
use super::model::draw;
use super::prompts::prompter;
use crate::failure::Failure;
use crate::interrupt;

#[derive(Args)]
pub struct MakeRecipe {
    /// The recipe, a file of TOML such as models/starter/recipe.toml
    recipe: PathBuf,
    /// Only these models of it [default: all]
    #[arg(value_name = "MODEL")]
    models: Vec<String>,
    /// The folder that its texts lie below
    #[arg(long, value_name = "DIR")]
    texts: PathBuf,
    /// The folder that the models' folders are made in
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    place: Place,
}

impl MakeRecipe {
    pub fn run(self) -> Result<(), Failure> {
        let recipe = Recipe::read(&self.recipe)?;
        if let Some(unknown) = self.models.iter().find(|name| !recipe.models.contains_key(*name)) {
            let known: Vec<&str> = recipe.models.keys().map(String::as_str).collect();
            return Err(Failure::usage(
                &format!("the recipe has no model of this name: {unknown}"),
                &format!("It has {}.", known.join(", ")),
            ));
        }
        let mut console = Console::new(&self.place);
        let device = self.place.device()?;
        console.doing("reading and cleaning the texts");
        let texts = recipe.texts(&self.texts)?;
        for (name, report) in &texts.reports {
            console.event("text", &serde_json::json!({ "name": name, "report": report }));
            console.say(&format!("{name}: {report}"));
        }
        let tokenizer_json = recipe.tokenizer(&texts)?;
        let tokenizer = Tokenizer::from_bytes(&tokenizer_json).map_err(training::Error::from)?;
        let prompt = prompter(&recipe.prompt, &tokenizer, &recipe.languages())?;
        fs::create_dir_all(&self.out)
            .map_err(|source| training::Error::Write { path: self.out.clone(), source })?;
        let chosen: Vec<&String> = match self.models.is_empty() {
            true => recipe.models.keys().collect(),
            false => self.models.iter().collect(),
        };
        for name in chosen {
            let folder = self.out.join(name);
            if folder.exists() {
                console.say(&format!("{} is made already", folder.display()));
                continue;
            }
            console.begin(None);
            let mut report = |line: &training::StepReport| console.step(line);
            let ended = recipe.make(
                name,
                &texts,
                &tokenizer_json,
                prompt.as_ref(),
                &self.out,
                &device,
                &mut report,
            )?;
            if ended == Ended::Stopped {
                console.say("stopped; a checkpoint is kept, and the same command goes on from it");
                return if interrupt::asked() { Err(Failure::interrupted()) } else { Ok(()) };
            }
            draw(&self.out.join(format!("{name}.run")))?;
            console.clear();
            println!("{}", folder.display());
        }
        Ok(())
    }
}
