//! Output during training: a progress line, or lines of JSON.

use std::io::{Write, stdout};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::{Value, json};
use training::{Estimate, StepReport};

use crate::interrupt;
use crate::progress::Progress;
use crate::terminal::note;

/// Prints the progress of training, and stops it on Ctrl-C or after a time limit.
pub struct Console {
    progress: Progress,
    json: bool,
    start: Instant,
    limit: Option<Duration>,
    /// Tokens of the current run.
    total_tokens: f64,
    /// Moving average of tokens per second.
    rate: f64,
    held_out: Option<f32>,
}

/// The weight of the newest step in the moving average.
const NEWEST_WEIGHT: f64 = 0.1;

impl Console {
    /// Starts to listen for Ctrl-C and to measure the time limit.
    pub fn new(json: bool, minutes: Option<f64>) -> Self {
        interrupt::listen(|| {});
        Self {
            progress: Progress::new(),
            json,
            start: Instant::now(),
            limit: minutes.map(|minutes| Duration::from_secs_f64((60.0 * minutes).min(1e9))),
            total_tokens: 0.0,
            rate: 0.0,
            held_out: None,
        }
    }

    /// Prints a line on standard error.
    pub fn print(&self, text: &str) {
        self.progress.clear();
        note!("{text}");
    }

    /// Prints an event as a line of JSON, if requested.
    pub fn event(&self, name: &str, value: &impl Serialize) {
        if self.json {
            let mut line = json!({ "event": name });
            match (json!(value), line.as_object_mut()) {
                (Value::Object(fields), Some(line)) => line.extend(fields),
                (other, Some(line)) => drop(line.insert("value".to_owned(), other)),
                (_, None) => {}
            }
            // A closed standard output does not end the training.
            drop(writeln!(stdout(), "{line}"));
        }
    }

    /// Shows the progress of reading a file.
    pub fn reading(&self, progress: corpus::Progress<'_>) {
        let share = (100 * progress.bytes_read).checked_div(progress.bytes_total).unwrap_or(100);
        self.progress.show(&format!("reading {}: {share} %", progress.name));
    }

    /// Shows an activity of unknown length.
    pub fn show_activity(&self, what: &str) {
        self.progress.show(&format!("{what} …"));
    }

    /// Prints what a run will need.
    pub fn estimate(&self, estimate: &Estimate) {
        self.event("estimate", estimate);
        let free = estimate.memory_available_bytes;
        self.print(&format!(
            "estimate: {} for {} tokens at {:.0} tokens/s; {} MiB of memory{}, {} MiB of disk",
            duration(estimate.seconds),
            amount(estimate.tokens as f64),
            estimate.tokens_per_second,
            estimate.memory_bytes >> 20,
            free.map_or_else(String::new, |free| format!(" ({} MiB free)", free >> 20)),
            (estimate.disk_bytes >> 20).max(1),
        ));
    }

    /// Starts a run of this many tokens.
    pub fn begin(&mut self, tokens: f64) {
        (self.total_tokens, self.held_out, self.rate) = (tokens, None, 0.0);
    }

    /// Shows a step; breaks after Ctrl-C or the time limit.
    pub fn step(&mut self, report: &StepReport) -> ControlFlow<()> {
        self.event("step", report);
        let now = f64::from(report.tokens_per_second);
        self.rate = if self.rate > 0.0 { self.rate + NEWEST_WEIGHT * (now - self.rate) } else { now };
        self.held_out = report.held_out_loss.or(self.held_out);
        let left = (self.total_tokens - report.tokens as f64).max(0.0) / self.rate.max(1e-6);
        let held_out = self.held_out.map_or_else(String::new, |loss| format!(", held-out loss {loss:.3}"));
        let line = format!(
            "{} {}/{}: loss {:.3}{held_out}, {:.0} tokens/s, {} left",
            report.stage,
            report.step,
            report.steps,
            report.loss,
            self.rate,
            duration(left)
        );
        // Lines with a new held-out loss remain on the screen: the user judges the training by them.
        match !self.json && (report.held_out_loss.is_some() || report.step == report.steps) {
            true => self.print(&line),
            false => self.progress.show(&line),
        }
        match interrupt::requested() || self.time_is_up() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    /// Whether the time limit is over.
    pub fn time_is_up(&self) -> bool {
        self.limit.is_some_and(|limit| self.start.elapsed() >= limit)
    }

    /// Removes the progress line.
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
