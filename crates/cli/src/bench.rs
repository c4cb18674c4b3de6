//! `wasan bench`: time, memory and throughput of each model and of their sum.

use clap::Args;
use translation::BenchmarkReport;

use crate::arguments::{EngineArgs, known_language, language_pair};
use crate::failure::Failure;
use crate::progress::Progress;
use crate::results::say;

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
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Bench {
    pub fn run(self) -> Result<(), Failure> {
        let pair = language_pair(&self.from, &self.to)?;
        let progress = Progress::new();
        let report = translation::benchmark(&self.engine.setup(), &pair, &mut |what| progress.show(what));
        progress.clear();
        let report = report?;
        match self.json {
            true => say!("{}", serde_json::json!(report)),
            false => print_table(&report),
        }
        Ok(())
    }
}

fn print_table(report: &BenchmarkReport) {
    say!("{}: copy bandwidth {:.1} GB/s within GPU memory", report.adapter, report.copy_bytes_per_s / 1e9);
    for m in &report.measurements {
        say!("\n{}", m.models);
        say!("  load                     {:>10.2} s", m.load_s);
        say!("  first token (64 prefill) {:>10.3} s", m.first_token_s);
        say!("  dispatches per token     {:>10.1}", m.dispatches_per_token);
        say!("  bytes read back per token{:>10.1}", m.bytes_read_back_per_token);
        say!("  weights read per token   {:>10.2} MB", m.weight_bytes_per_token as f64 / 1e6);
        say!("  GPU memory               {:>10.1} MB", m.gpu_bytes as f64 / 1e6);
        say!("  share of copy bandwidth  {:>10.1} %", 100.0 * m.bandwidth_share);
        say!("  sequences   prefill tokens/s   decode tokens/s");
        for speed in &m.speeds {
            say!(
                "  {:>9}   {:>16.1}   {:>15.1}",
                speed.sequences,
                speed.prefill_tokens_per_s,
                speed.decode_tokens_per_s
            );
        }
    }
    if let Some(bytes) = report.host_peak_bytes {
        say!("\npeak host memory {:.1} MB", bytes as f64 / 1e6);
    }
}
