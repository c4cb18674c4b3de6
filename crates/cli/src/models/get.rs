//! `wasan models get`: downloads and imports a set, then tests it.

use std::path::PathBuf;

use clap::Args;
use translation::{
    Error, GetControl, GetEvent, GetOptions, GetOutcome, GetPlan, ModelFolders, PublishedModel, PublishedSet,
    Setup, find_models, get_set, licence, local_files, plan_get, published_set, remove_download,
};

use super::size::size;
use super::test::{Report, test_set};
use crate::arguments::{GpuArgs, LibraryArgs};
use crate::confirm::confirm;
use crate::failure::Failure;
use crate::interrupt;
use crate::progress::Progress;
use crate::results::say;
use crate::terminal::note;

#[derive(Args)]
pub struct Get {
    /// The set: a name from `wasan models sets`
    set: String,
    /// Folder with the set's files, for example on a stick: they are imported, stay there, and nothing is downloaded
    #[arg(long, value_name = "FOLDER")]
    from: Option<PathBuf>,
    /// Do not ask whether size and licences are all right
    #[arg(long)]
    yes: bool,
    /// Delete what an earlier, unfinished download of the set has left
    #[arg(long, conflicts_with_all = ["from", "yes"])]
    cancel: bool,
    /// Do not translate the test sentences afterwards
    #[arg(long)]
    no_test: bool,
    #[command(flatten)]
    gpu: GpuArgs,
    #[command(flatten)]
    library: LibraryArgs,
    /// Print events as JSON, one a line
    #[arg(long)]
    json: bool,
}

impl Get {
    pub fn run(self) -> Result<(), Failure> {
        let set = published_set(&self.set)?;
        let models = self.library.models.clone();
        if self.cancel {
            remove_download(models.as_deref(), set)?;
            note!("nothing is left of an unfinished download of {}", set.id);
            return Ok(());
        }
        let local = local_files(set, &find_models(&ModelFolders::of_this_computer()), self.from.as_deref());
        let options = GetOptions { models: models.clone(), local, program: None };
        let plan = plan_get(set, &options)?;
        if let Some(folder) = self.from.filter(|_| !plan.download.is_empty()) {
            let models = set.members.iter().map(|member| &member.model);
            let missing = models.filter(|model| plan.download.contains(&model.id));
            let missing = missing.map(|model| model.file.as_str()).collect::<Vec<_>>().join(", ");
            return Err(Error::NotInFolder { set: set.id.clone(), missing, folder }.into());
        }
        if plan.local.len() + plan.download.len() > 0 {
            confirm(&describe(set, &plan, &options), self.yes)?;
        }
        let control = GetControl::default();
        let pause = control.clone();
        interrupt::listen(move || pause.pause());
        let progress = Progress::new();
        let outcome = get_set(set, &options, &control, &mut |event| match self.json {
            true => say!("{}", serde_json::json!(event)),
            false => show(&progress, &event),
        });
        progress.clear();
        match outcome? {
            GetOutcome::Installed(names) => {
                let names = names.values().cloned().collect::<Vec<_>>().join(", ");
                note!("installed {}: {names}", set.id);
            }
            GetOutcome::Paused => {
                note!("paused; `wasan models get {}` goes on", set.id);
                return Err(Failure::interrupted());
            }
            GetOutcome::Cancelled => return Err(Error::Cancelled.into()),
        }
        if self.no_test {
            return Ok(());
        }
        let setup = Setup { models, ..self.gpu.setup() };
        let report = if self.json { Report::JsonLines } else { Report::Table };
        test_set(&setup, set, false, report)
    }
}

// What is about to happen: sizes, licences, sources.
fn describe(set: &PublishedSet, plan: &GetPlan, options: &GetOptions) -> String {
    let mut lines = vec![format!("{} ({})", set.title, set.id)];
    let models = set.members.iter().map(|member| &member.model);
    for model in models.filter(|model| !plan.installed.contains(&model.id)) {
        let source = match options.local.get(&model.id) {
            Some(path) => format!("from {}", path.display()),
            None => format!("{} from {}", size(model.bytes), model.page()),
        };
        lines.push(format!("  {}: {source}", model.id));
        lines.push(format!("    {}", describe_licence(model)));
    }
    if plan.download_bytes > 0 {
        lines.push(format!("  to download: {}", size(plan.download_bytes)));
    }
    let free = plan.free_bytes.map_or_else(|| "unknown".to_owned(), size);
    lines.push(format!(
        "  the imported models take {} of disk space, {} for a while; free: {free}",
        size(plan.stored_bytes),
        size(plan.peak_bytes)
    ));
    lines.join("\n")
}

fn describe_licence(model: &PublishedModel) -> String {
    let gate = if model.gated { "; its owner asks for an agreement on its page" } else { "" };
    match licence(&model.licence) {
        Some(licence) if licence.limits_use => {
            format!("{} {}: it limits who may use the model and for what{gate}", licence.title, licence.page)
        }
        Some(licence) => format!("{} {}{gate}", licence.title, licence.page),
        None => format!("{}{gate}", model.licence),
    }
}

fn show(progress: &Progress, event: &GetEvent) {
    let share = |done: u64, total: u64| (100 * done).checked_div(total).unwrap_or(0);
    match event {
        GetEvent::Resolved { file, bytes, licence, .. } => {
            let licence = licence.as_ref().map_or_else(String::new, |licence| format!(", {licence}"));
            progress.show(&format!("{file}: {}{licence}", size(*bytes)));
        }
        GetEvent::Progress { done, total, bytes_per_second, .. } => {
            let left = total.saturating_sub(*done).checked_div(*bytes_per_second);
            let left =
                left.map_or_else(String::new, |seconds| format!(", {} min left", seconds.div_ceil(60)));
            progress.show(&format!(
                "{} of {} ({} %), {}/s{left}",
                size(*done),
                size(*total),
                share(*done, *total),
                size(*bytes_per_second)
            ));
        }
        GetEvent::Waiting { seconds, reason, .. } => {
            let reason = match reason {
                translation::WaitReason::RateLimit => "the server asks for a pause",
                translation::WaitReason::Network => "no connection",
                translation::WaitReason::Stalled => "no data came for a while",
            };
            progress.show(&format!("{reason}; trying again in {seconds} s"));
        }
        GetEvent::Verifying { file, done, total } => {
            progress.show(&format!("verifying {file} {} %", share(*done, *total)));
        }
        GetEvent::Importing { model, stage, done, total } => {
            progress.show(&format!("{model}: {stage} {} %", share(*done, *total)));
        }
        GetEvent::Imported { model, .. } => progress.show(&format!("{model} is imported")),
    }
}
