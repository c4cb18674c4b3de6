//! `wasan train plan`: trains the models of a training plan.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use training::plan::{PlannedModel, TrainingPlan};
use training::weights::Precision;
use training::{Ended, Tokenizer};

use super::arguments::RunArgs;
use super::console::Console;
use super::prompts::prompter;
use super::provenance::RunInputs;
use super::run::TrainingRun;
use crate::failure::Failure;
use crate::results::print_result;

#[derive(Args)]
pub struct TrainPlan {
    /// The training plan, a TOML file such as models/starter/plan.toml
    plan: PathBuf,
    /// Train only these models of the plan [default: all]
    #[arg(value_name = "MODEL")]
    models: Vec<String>,
    /// Folder that the plan's text files are relative to
    #[arg(long, value_name = "DIR")]
    texts: PathBuf,
    /// Folder for the models' folders
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    run: RunArgs,
}

impl TrainPlan {
    pub fn run(self) -> Result<(), Failure> {
        let plan = TrainingPlan::read(&self.plan)?;
        if let Some(unknown) = self.models.iter().find(|name| !plan.models.contains_key(*name)) {
            let known: Vec<&str> = plan.models.keys().map(String::as_str).collect();
            return Err(Failure::usage(
                &format!("the plan has no model of this name: {unknown}"),
                &format!("Its models are {}.", known.join(", ")),
            ));
        }
        let mut console = Console::new(self.run.json, self.run.minutes);
        let device = self.run.device(&console)?;
        console.show_activity("reading and cleaning the texts");
        let texts = plan.texts(&self.texts)?;
        for (name, report) in &texts.reports {
            console.event("text", &json!({ "name": name, "report": report }));
            console.print(&format!("{name}: {report}"));
        }
        let record = json!({ "reports": texts.reports, "origins": texts.text_sources });
        let tokenizer_json = plan.tokenizer(&texts)?;
        let tokenizer = Tokenizer::from_bytes(&tokenizer_json).map_err(training::Error::from)?;
        let prompt = prompter(&plan.prompt, &tokenizer, &plan.languages())?;
        let chosen: Vec<&String> = match self.models.is_empty() {
            true => plan.models.keys().collect(),
            false => self.models.iter().collect(),
        };
        for name in chosen {
            let folder = self.out.join(name);
            if folder.exists() {
                TrainingRun::remove_leftovers(&folder);
                console.print(&format!("{} is already trained", folder.display()));
                continue;
            }
            let prepared = plan.prepare(name, &texts, &tokenizer_json, prompt.as_ref(), &device)?;
            let PlannedModel { stages, options, wasan_json, .. } = &prepared;
            let build = || Ok(prepared.build(&tokenizer_json, &device)?);
            let run = TrainingRun::new(&folder)?;
            let (model, ended) = run.train(&build, stages, options, &mut console)?;
            if ended == Ended::Stopped {
                return Ok(());
            }
            let inputs = RunInputs { seed: plan.seed, texts: &record, device: &device, stages };
            run.finish(&inputs, wasan_json, &console, |to| Ok(model.publish(to, Precision::BF16, None)?))?;
            print_result(&folder.to_string_lossy())?;
        }
        Ok(())
    }
}
