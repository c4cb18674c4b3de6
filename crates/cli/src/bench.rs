//! `wasan bench`: what each model and the sum cost, counted and measured.

use clap::Args;
use translation::BenchmarkReport;

use crate::failure::Failure;
use crate::progress::Progress;
use crate::{Engine, Languages, known_language};

#[derive(Args)]
pub struct Bench {
    /// Language of the source: it decides which models are measured
    #[arg(long, value_name = "LANGUAGE", value_parser = known_language, default_value = "de")]
    from: String,
    /// Language of the translation
    #[arg(long, value_name = "LANGUAGE", value_parser = known_language, default_value = "en")]
    to: String,
    #[command(flatten)]
    engine: Engine,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Bench {
    pub fn run(self) -> Result<(), Failure> {
        let pair = Languages { from: self.from, to: self.to }.pair()?;
        let progress = Progress::new();
        let report = translation::benchmark(&self.engine.setup(), &pair, &mut |what| progress.show(what));
        progress.clear();
        let report = report?;
        match self.json {
            true => println!("{}", serde_json::json!(report)),
            false => table(&report),
        }
        Ok(())
    }
}

fn table(report: &BenchmarkReport) {
    println!("{}: copies {:.1} GB/s within GPU memory", report.adapter, report.copy_bytes_per_s / 1e9);
    for m in &report.measurements {
        println!("\n{}", m.models);
        println!("  load                     {:>10.2} s", m.load_s);
        println!("  first token (64 before)  {:>10.3} s", m.first_token_s);
        println!("  dispatches a token       {:>10.1}", m.dispatches_per_token);
        println!("  bytes read back a token  {:>10.1}", m.bytes_read_back_per_token);
        println!("  weights read a token     {:>10.2} MB", m.weight_bytes_per_token as f64 / 1e6);
        println!("  GPU memory               {:>10.1} MB", m.gpu_bytes as f64 / 1e6);
        println!("  share of copy bandwidth  {:>10.1} %", 100.0 * m.bandwidth_share);
        println!("  sequences   prefill tokens/s   decode tokens/s");
        for speed in &m.speeds {
            println!(
                "  {:>9}   {:>16.1}   {:>15.1}",
                speed.sequences, speed.prefill_tokens_per_s, speed.decode_tokens_per_s
            );
        }
    }
    if let Some(bytes) = report.host_peak_bytes {
        println!("\nlargest host memory {:.1} MB", bytes as f64 / 1e6);
    }
}
