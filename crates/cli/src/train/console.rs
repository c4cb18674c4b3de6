//! What is told while a model is trained: a line that is rewritten, or lines of JSON.

use std::io::{Write, stdout};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::{Value, json};
use training::{Estimate, StepReport};

use super::arguments::Place;
use crate::interrupt;
use crate::progress::Progress;

/// Tells, and hears Ctrl-C.
pub struct Console {
    progress: Progress,
    json: bool,
    begun: Instant,
    limit: Option<Duration>,
    /// Tokens of the run that is being told of.
    total_tokens: f64,
    /// Tokens a second of late.
    rate: f64,
    held_out: Option<f32>,
}

/// The weight of the newest step in the rate.
const NEWEST: f64 = 0.1;

impl Console {
    /// Begins to hear Ctrl-C and to count the minutes.
    pub fn new(place: &Place) -> Self {
        interrupt::listen(|| {});
        Self {
            progress: Progress::new(),
            json: place.json,
            begun: Instant::now(),
            limit: place.minutes.map(|minutes| Duration::from_secs_f64((60.0 * minutes).min(1e9))),
            total_tokens: 0.0,
            rate: 0.0,
            held_out: None,
        }
    }

    /// Something that stays on the screen.
    pub fn say(&self, text: &str) {
        self.progress.clear();
        eprintln!("{text}");
    }

    /// A line of JSON, where it is asked for.
    pub fn event(&self, name: &str, value: &impl Serialize) {
        if self.json {
            let mut line = json!({ "event": name });
            match (json!(value), line.as_object_mut()) {
                (Value::Object(fields), Some(line)) => line.extend(fields),
                (other, Some(line)) => drop(line.insert("value".to_owned(), other)),
                (_, None) => {}
            }
            // A reader that has left does not end the training.
            drop(writeln!(stdout(), "{line}"));
        }
    }

    /// How far a file is read.
    pub fn reading(&self, progress: corpus::Progress<'_>) {
        let share = (100 * progress.bytes_read).checked_div(progress.bytes_total).unwrap_or(100);
        self.progress.show(&format!("reading {}: {share} %", progress.name));
    }

    /// Something that takes a while and has no end in sight.
    pub fn doing(&self, what: &str) {
        self.progress.show(&format!("{what} …"));
    }

    /// What a run will need.
    pub fn estimate(&self, estimate: &Estimate) {
        self.event("estimate", estimate);
        let free = estimate.memory_available_bytes;
        self.say(&format!(
            "about {} for {} tokens at {:.0} a second; {} MiB of memory{}, {} MiB of disk",
            duration(estimate.seconds),
            amount(estimate.tokens as f64),
            estimate.tokens_per_second,
            estimate.memory_bytes >> 20,
            free.map_or_else(String::new, |free| format!(" ({} MiB free)", free >> 20)),
            (estimate.disk_bytes >> 20).max(1),
        ));
    }

    /// Begins a run of so many tokens.
    pub fn begin(&mut self, tokens: f64) {
        (self.total_tokens, self.held_out, self.rate) = (tokens, None, 0.0);
    }

    /// Tells of a step; breaks when the user or the clock says so.
    pub fn step(&mut self, report: &StepReport) -> ControlFlow<()> {
        self.event("step", report);
        let now = f64::from(report.tokens_per_second);
        self.rate = if self.rate > 0.0 { self.rate + NEWEST * (now - self.rate) } else { now };
        self.held_out = report.held_out_loss.or(self.held_out);
        let left = (self.total_tokens - report.tokens as f64).max(0.0) / self.rate.max(1e-6);
        let held_out = self.held_out.map_or_else(String::new, |loss| format!(", held out {loss:.3}"));
        let line = format!(
            "{} {}/{}: loss {:.3}{held_out}, {:.0} tokens/s, {} left",
            report.stage,
            report.step,
            report.steps,
            report.loss,
            self.rate,
            duration(left)
        );
        // Looks at the held-out loss stay on the screen: they are what a person judges by.
        match !self.json && (report.held_out_loss.is_some() || report.step == report.steps) {
            true => self.say(&line),
            false => self.progress.show(&line),
        }
        match interrupt::asked() || self.time_is_up() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    /// Whether the minutes asked for are over.
    pub fn time_is_up(&self) -> bool {
        self.limit.is_some_and(|limit| self.begun.elapsed() >= limit)
    }

    /// Takes the rewritten line away.
    pub fn clear(&self) {
        self.progress.clear();
    }
}

/// `1.5 M`
pub fn amount(number: f64) -> String {
    match number {
        n if n >= 1e6 => format!("{:.1} M", n / 1e6),
        n if n >= 1e4 => format!("{:.0} k", n / 1e3),
        n => format!("{n:.0}"),
    }
}

/// `2 h 05 min`
fn duration(seconds: f64) -> String {
    match seconds.round() as u64 {
        s @ 0..=119 => format!("{s} s"),
        s @ 120..=7199 => format!("{} min", s / 60),
        s => format!("{} h {:02} min", s / 3600, s % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_amounts_are_short() {
        assert_eq!(
            [0.4, 119.0, 120.0, 7200.0, 90_300.0].map(duration),
            ["0 s", "119 s", "2 min", "2 h 00 min", "25 h 05 min"]
        );
        assert_eq!([950.0, 12_300.0, 2_540_000.0].map(amount), ["950", "12 k", "2.5 M"]);
    }
}
