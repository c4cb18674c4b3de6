//! `wasan gpu`: the adapters, and whether they compute rightly.

use clap::Args;

use crate::failure::Failure;

#[derive(Args)]
pub struct Adapters {
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Adapters {
    pub fn run(self) -> Result<(), Failure> {
        let reports = translation::test_adapters();
        if self.json {
            println!("{}", serde_json::json!(reports));
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
            let yes = |has: bool| if has { "yes" } else { "no" };
            println!("{}  {} ({}, {}; {})", report.place, info.name, info.kind, info.backend, info.driver);
            println!(
                "   f16 {}, subgroups {} ({}–{} lanes)",
                yes(info.half),
                yes(info.subgroup),
                info.subgroup_sizes.0,
                info.subgroup_sizes.1
            );
            println!(
                "   largest binding {} MiB, largest buffer {} MiB",
                info.max_binding_bytes >> 20,
                info.max_buffer_bytes >> 20
            );
            println!("   self-test {} ({:.1} s)", report.self_test, report.seconds);
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
