//! `wasan models sets`: the published sets and what this computer can do with them.

use translation::{Fit, SetOverview, SetsOverview, Setup, Verdict, sets_overview};

use super::size::size;
use crate::failure::Failure;
use crate::results::say;

pub fn list(setup: &Setup, json: bool) -> Result<(), Failure> {
    let overview = sets_overview(setup, true)?;
    if json {
        say!("{}", serde_json::json!(overview));
        return Ok(());
    }
    say!("{}\n", describe_machine(&overview));
    for row in &overview.sets {
        show(row);
    }
    say!("`wasan models get SET` downloads and imports a set.");
    Ok(())
}

fn describe_machine(overview: &SetsOverview) -> String {
    let Some(machine) = &overview.machine else { return "No graphics adapter was found.".to_owned() };
    let memory = match machine.available_bytes {
        Some(bytes) if machine.shares_memory => {
            format!("{} of the system's memory are available", size(bytes))
        }
        Some(bytes) => format!("{} of memory", size(bytes)),
        None => "memory unknown".to_owned(),
    };
    let disk =
        overview.free_disk_bytes.map_or_else(String::new, |bytes| format!("; {} of disk free", size(bytes)));
    format!("{}: {memory}{disk}", machine.adapter)
}

fn show(row: &SetOverview) {
    let set = row.set;
    let state = match &row.unfinished {
        _ if row.installed => format!("installed, {}", size(row.disk_bytes)),
        Some(download) => {
            let share = (100 * download.done_bytes).checked_div(download.total_bytes).unwrap_or(0);
            format!("downloaded to {} %; `wasan models get {}` goes on", share.min(100), set.id)
        }
        None if row.state.installed.is_empty() => "not installed".to_owned(),
        None => format!("lacks {}", row.state.missing.join(", ")),
    };
    say!("{}  {}  ({state})", set.id, set.title);
    say!("  {}", set.notes);
    say!("  languages  {}: {}", set.languages.len(), set.languages.join(", "));
    for member in &set.members {
        let model = &member.model;
        let about = if model.approximate { "about " } else { "" };
        let gate = if model.gated { ", asks for an agreement" } else { "" };
        say!("  {:<10} {}, {about}{}, {}{gate}", member.term, model.id, size(model.bytes), model.licence);
    }
    say!("  recipe     {}", set.recipe());
    if let Some(fit) = &row.fit {
        say!("  memory     {}", describe_fit(fit));
    }
    say!("");
}

fn describe_fit(fit: &Fit) -> String {
    let verdict = match fit.verdict {
        Verdict::Fits => "fits",
        Verdict::Tight => "tight",
        Verdict::DoesNotFit => "does not fit",
        Verdict::Unknown => "unknown whether it fits",
    };
    let speed = match fit.tokens_per_second {
        Some(speed) if fit.verdict != Verdict::DoesNotFit => {
            format!("; at most about {speed:.0} tokens/s, an estimate")
        }
        _ => String::new(),
    };
    let instead = fit.instead.as_ref().map_or_else(String::new, |set| format!("; {set} would fit"));
    format!("{}: {verdict}{speed}{instead}", size(fit.total_bytes))
}
