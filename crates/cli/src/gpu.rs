//! `wasan gpu`: the graphics adapters and their self-tests.

use clap::Args;

use crate::failure::Failure;
use crate::results::say;

#[derive(Args)]
pub struct Gpu {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Gpu {
    pub fn run(self) -> Result<(), Failure> {
        let reports = translation::test_adapters();
        if self.json {
            say!("{}", serde_json::json!(reports));
        }
        if reports.is_empty() {
            return Err(Failure::from(translation::Problem {
                code: "gpu".to_owned(),
                message: "no GPU was found".to_owned(),
                hint: "Install a Vulkan driver (on Debian: mesa-vulkan-drivers), or update your graphics driver."
                    .to_owned(),
            }));
        }
        for report in reports.iter().filter(|_| !self.json) {
            let info = &report.info;
            let yes_or_no = |has: bool| if has { "yes" } else { "no" };
            say!("{}  {} ({}, {}; {})", report.place, info.name, info.kind, info.backend, info.driver);
            say!(
                "   f16 {}, subgroups {} ({}–{} lanes)",
                yes_or_no(info.half),
                yes_or_no(info.subgroup),
                info.subgroup_sizes.0,
                info.subgroup_sizes.1
            );
            say!(
                "   largest binding {} MiB, largest buffer {} MiB",
                info.max_binding_bytes >> 20,
                info.max_buffer_bytes >> 20
            );
            if let Some(memory) = info.memory {
                let free = memory.budget_bytes.map_or_else(String::new, |bytes| {
                    format!(", {} MiB of it for this program", bytes >> 20)
                });
                say!("   memory {} MiB{free}", memory.total_bytes >> 20);
            } else if info.shares_memory() {
                say!("   memory shared with the system");
            }
            say!("   self-test {} ({:.1} s)", report.self_test, report.seconds);
            if let Some(tuning) = &report.tuning {
                let costs = tuning.column_costs.iter().map(|(columns, cost)| format!("{columns}: {cost:.2}"));
                say!("   time by columns {}", costs.collect::<Vec<_>>().join(", "));
                let int8 = tuning.int8_speed.map_or_else(String::new, |speed| {
                    let used = if tuning.int8_pays() { "used" } else { "not used" };
                    format!(", in int8 {speed:.2} times as fast ({used})")
                });
                say!("   prompts {} tokens at a time{int8}", tuning.prefill_columns);
            }
        }
        match reports.iter().any(|report| report.self_test == "passed") {
            true => Ok(()),
            false => Err(Failure::from(translation::Problem {
                code: "gpu".to_owned(),
                message: "no adapter passed the self-test".to_owned(),
                hint: "Update the graphics driver.".to_owned(),
            })),
        }
    }
}
