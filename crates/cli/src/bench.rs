//! `wasan bench`: time, memory and throughput of a sum of models and of each of them.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use translation::{BatchSpeed, BenchmarkOptions, BenchmarkReport, DraftCost, Measure, ModelCost};

use crate::arguments::{EngineArgs, known_language, language_pair};
use crate::failure::Failure;
use crate::interrupt;
use crate::progress::Progress;
use crate::results::say;
use crate::terminal::{note, shown};

/// An earlier report larger than this is none.
const MAX_REPORT_BYTES: u64 = 1 << 20;

#[derive(Args)]
pub struct Bench {
    /// Source language; the language pair selects the models to measure
    #[arg(long, value_name = "LANGUAGE", value_parser = known_language, default_value = "de")]
    from: String,
    /// Target language
    #[arg(long, value_name = "LANGUAGE", value_parser = known_language, default_value = "en")]
    to: String,
    #[command(flatten)]
    engine: EngineArgs,
    /// Most seconds to measure, after loading; what is not measured then is left out (Ctrl-C ends it earlier)
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "60")]
    seconds: f32,
    /// Measure one thing
    #[arg(long, value_name = "WHAT")]
    only: Option<Only>,
    /// Compare with an earlier run: a file that `wasan bench --json` wrote
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    against: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Only {
    /// Prompt tokens a second
    Prefill,
    /// New tokens a second
    Decode,
    /// Speculative decoding of one sentence by several models
    Drafts,
}

impl Bench {
    pub fn run(self) -> Result<(), Failure> {
        let pair = language_pair(&self.from, &self.to)?;
        let earlier = self.against.as_deref().map(read_report).transpose()?;
        let progress = Progress::new();
        interrupt::listen(|| {});
        let options = BenchmarkOptions {
            only: self.only.map(|only| match only {
                Only::Prefill => Measure::Prefill,
                Only::Decode => Measure::Decode,
                Only::Drafts => Measure::Drafts,
            }),
            seconds: self.seconds,
            stopped: &interrupt::requested,
        };
        let report =
            translation::benchmark(&self.engine.setup(), &pair, &options, &mut |what| progress.show(what));
        progress.clear();
        let report = report?;
        match self.json {
            true => say!("{}", serde_json::json!(report)),
            false => print_table(&report, earlier.as_ref()),
        }
        if !report.complete {
            note!("wasan: not everything was measured in this time; --seconds gives more");
        }
        match interrupt::requested() {
            true => Err(Failure::interrupted()),
            false => Ok(()),
        }
    }
}

fn seconds(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(seconds) if seconds > 0.0 && seconds <= 86_400.0 => Ok(seconds),
        _ => Err("a number of seconds above 0, at most 86400".to_owned()),
    }
}

fn read_report(path: &Path) -> Result<BenchmarkReport, Failure> {
    let refused = |cause: String| {
        Failure::usage(
            &format!("cannot compare with {}: {cause}", shown(path)),
            "Give a file that `wasan bench --json > FILE` wrote.",
        )
    };
    let mut text = String::new();
    let read =
        std::fs::File::open(path).and_then(|file| file.take(MAX_REPORT_BYTES).read_to_string(&mut text));
    read.map_err(|error| refused(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| refused(error.to_string()))
}

fn print_table(report: &BenchmarkReport, earlier: Option<&BenchmarkReport>) {
    say!("{}: copy bandwidth {:.1} GB/s within GPU memory", report.adapter, report.copy_bytes_per_s / 1e9);
    if let Some(earlier) = earlier {
        say!("in brackets: this run divided by the earlier one on {}", earlier.adapter);
    }
    for cost in &report.measurements {
        let earlier = earlier.map(|report| report.measurements.iter().find(|e| e.models == cost.models));
        say!("\n{}", cost.models);
        if let Some(None) = earlier {
            say!("  not in the earlier run");
        }
        print_cost(cost, earlier.flatten());
    }
    if let Some(bytes) = report.host_peak_bytes {
        say!("\npeak host memory {:.1} MB", bytes as f64 / 1e6);
    }
}

fn print_cost(cost: &ModelCost, earlier: Option<&ModelCost>) {
    let line = |name: &str, unit: &str, digits: usize, figure: &dyn Fn(&ModelCost) -> Option<f64>| {
        let ratio = ratio(figure(cost), earlier.and_then(figure));
        let line = format!("  {name:<25}{:>10}{unit:<3}{ratio}", shown_number(figure(cost), digits));
        say!("{}", line.trim_end());
    };
    line("load", " s", 2, &|c| Some(f64::from(c.load_s)));
    line("first token (64 prefill)", " s", 3, &|c| c.first_token_s.map(f64::from));
    line("dispatches per token", "", 1, &|c| Some(f64::from(c.dispatches_per_token)));
    line("bytes read back per token", "", 1, &|c| Some(f64::from(c.bytes_read_back_per_token)));
    line("weights read per token", " MB", 2, &|c| Some(c.weight_bytes_per_token as f64 / 1e6));
    line("GPU memory", " MB", 1, &|c| Some(c.gpu_bytes as f64 / 1e6));
    line("share of copy bandwidth", " %", 1, &|c| c.bandwidth_share.map(|share| 100.0 * f64::from(share)));
    say!("  sequences   prefill tokens/s   decode tokens/s");
    for speed in &cost.speeds {
        let before = earlier.and_then(|cost| cost.speeds.iter().find(|s| s.sequences == speed.sequences));
        let rate = |figure: fn(&BatchSpeed) -> Option<f32>| {
            let (now, before) = (figure(speed).map(f64::from), before.and_then(figure).map(f64::from));
            format!("{}{}", shown_number(now, 1), ratio(now, before))
        };
        say!(
            "  {:>9}   {:>16}   {:>15}",
            speed.sequences,
            rate(|speed| speed.prefill_tokens_per_s),
            rate(|speed| speed.decode_tokens_per_s)
        );
    }
    let Some(drafts) = &cost.drafts else { return };
    let before = earlier.and_then(|cost| cost.drafts.as_ref());
    let line = |name: &str, unit: &str, figure: fn(&DraftCost) -> f64| {
        let ratio = ratio(Some(figure(drafts)), before.map(figure));
        say!("{}", format!("    {name:<23}{:>10.1}{unit:<3}{ratio}", figure(drafts)).trim_end());
    };
    say!("  one sequence, {} tokens drafted a round", drafts.drafts);
    line("drafts accepted", " %", |d| 100.0 * f64::from(d.acceptance));
    line("tokens per round", "", |d| f64::from(d.tokens_per_round));
    line("weights read per token", " MB", |d| d.weight_bytes_per_token as f64 / 1e6);
    line("dispatches per token", "", |d| f64::from(d.dispatches_per_token));
    line("decode tokens/s", "", |d| f64::from(d.tokens_per_s));
    line("the same without drafts", "", |d| f64::from(d.plain_tokens_per_s));
}

fn shown_number(number: Option<f64>, digits: usize) -> String {
    number.map_or_else(|| "–".to_owned(), |number| format!("{number:.digits$}"))
}

fn ratio(now: Option<f64>, before: Option<f64>) -> String {
    match (now, before) {
        (Some(now), Some(before)) if before > 0.0 => format!(" ({:.2} ×)", now / before),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_needs_both_figures() {
        assert_eq!(ratio(Some(3.0), Some(2.0)), " (1.50 ×)");
        assert_eq!(ratio(Some(3.0), None), "");
        assert_eq!(ratio(None, Some(2.0)), "");
        assert_eq!(ratio(Some(3.0), Some(0.0)), "");
    }
}
