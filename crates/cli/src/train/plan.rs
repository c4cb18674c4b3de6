//! `wasan train plan`: models made again from one file.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use training::plan::{PlannedModel, TrainingPlan};
use training::weights::Precision;
use training::{Ended, Tokenizer};

use super::arguments::Place;
use super::console::Console;
use super::prompts::prompter;
use super::run::{Record, Run};
use crate::failure::Failure;

#[derive(Args)]
pub struct MakePlanned {
    /// The plan, a file of TOML such as models/starter/plan.toml
    plan: PathBuf,
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

impl MakePlanned {
    pub fn run(self) -> Result<(), Failure> {
        let plan = TrainingPlan::read(&self.plan)?;
        if let Some(unknown) = self.models.iter().find(|name| !plan.models.contains_key(*name)) {
            let known: Vec<&str> = plan.models.keys().map(String::as_str).collect();
            return Err(Failure::usage(
                &format!("the plan has no model of this name: {unknown}"),
                &format!("It has {}.", known.join(", ")),
            ));
        }
        let mut console = Console::new(&self.place);
        let device = self.place.device(&console)?;
        console.doing("reading and cleaning the texts");
        let texts = plan.texts(&self.texts)?;
        for (name, report) in &texts.reports {
            console.event("text", &json!({ "name": name, "report": report }));
            console.say(&format!("{name}: {report}"));
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
                Run::tidy(&folder);
                console.say(&format!("{} is made already", folder.display()));
                continue;
            }
            let prepared = plan.prepare(name, &texts, &tokenizer_json, prompt.as_ref(), &device)?;
            let PlannedModel { stages, options, own, .. } = &prepared;
            let build = || Ok(prepared.build(&tokenizer_json, &device)?);
            let run = Run::new(&folder)?;
            let (model, ended) = run.train(&build, stages, options, &mut console)?;
            if ended == Ended::Stopped {
                return Ok(());
            }
            let record = Record { seed: plan.seed, texts: &record, device: &device, stages };
            run.finish(&record, own, &console, |to| Ok(model.publish(to, Precision::BF16, None)?))?;
            println!("{}", folder.display());
        }
        Ok(())
    }
}
