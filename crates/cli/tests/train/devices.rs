//! Training on a GPU or a software driver, and on machines without either.

use serde_json::Value;

use crate::training_home::{from_scratch, training_home};

#[test]
fn a_gpu_trains_like_the_processor_also_after_an_interruption() {
    let home = training_home();
    home.run_ok(&from_scratch("processor", &[]));
    let begun = home.run(&from_scratch("gpu", &["--device", "wgpu", "--minutes", "1e-5"]));
    assert_eq!(begun.status, Some(0), "{}", begun.err);
    assert!(begun.err.contains("training on ") && !begun.err.contains("on the processor"), "{}", begun.err);
    home.run_ok(&from_scratch("gpu", &["--device", "wgpu"]));
    let log = |name: &str| -> Vec<Value> {
        let log = home.read(&format!("{name}/training.jsonl"));
        log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    };
    let (processor, gpu) = (log("processor"), log("gpu"));
    assert_eq!(processor.len(), gpu.len());
    for (expected, found) in processor.iter().zip(&gpu) {
        for value in ["loss", "norm", "held_out_loss"] {
            let (expected, found) = (expected[value].as_f64(), found[value].as_f64());
            assert_eq!(expected.is_some(), found.is_some());
            let (expected, found) = (expected.unwrap_or(0.0), found.unwrap_or(0.0));
            assert!((expected - found).abs() <= 1e-3 * expected, "{value}: {expected} and {found}");
        }
    }
    let making: Value = serde_json::from_str(&home.read("gpu/making.json")).expect("JSON");
    assert_ne!(making["hardware"]["device"], "the processor");
}

/// Linux only, where environment variables hide all drivers.
#[cfg(target_os = "linux")]
#[test]
fn without_a_gpu_the_processor_trains_also_after_an_interruption() {
    let home = training_home();
    let run = |device: &[&str], more: &[&str]| {
        let mut arguments = from_scratch("model", more);
        let at = arguments.iter().position(|argument| *argument == "--device").expect("there");
        arguments.splice(at..at + 2, device.iter().copied());
        let hidden = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES", "__EGL_VENDOR_LIBRARY_FILENAMES"];
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_wasan"))
            .args(arguments)
            .current_dir(home.path())
            .envs(home.environment())
            .envs(hidden.map(|name| (name, "/nonexistent")))
            .output();
        crate::program::ProgramResult::from(output.expect("runs"))
    };
    let refused = run(&["--device", "wgpu"], &[]);
    assert_eq!(refused.status, Some(1), "{}", refused.err);
    assert!(refused.err.contains("found no GPU") && refused.err.contains("--device cpu"), "{}", refused.err);
    for more in [&["--minutes", "1e-5"][..], &[]] {
        let ended = run(&[], more);
        assert_eq!(ended.status, Some(0), "{}", ended.err);
        assert!(ended.err.starts_with("training on the processor\n"), "{}", ended.err);
    }
    assert!(home.names("model").contains(&"model.safetensors".to_owned()));
}
