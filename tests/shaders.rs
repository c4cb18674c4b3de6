//! One operation, one name: `shaders/x.wgsl`, its entry point `x`, and in `crates/kernels/src/x.rs` the uniform `X`
//! and the CPU reference `x`.

mod support;

use std::fs;
use support::{assert_none, read, root};

/// What a shader's opening has room for: the formula, the shapes, who does what, the tolerance.
const HEADER_LINES: std::ops::RangeInclusive<usize> = 3..=6;

#[test]
fn one_operation_has_one_name() {
    let kernels = root().join("crates/kernels/src");
    let modules = read(&kernels.join("lib.rs"));
    let names = shader_names();
    assert!(names.iter().any(|name| name == "logit_sum"), "the heart is missing: shaders/logit_sum.wgsl");
    let mut faults = Vec::new();
    for name in names {
        if !modules.contains(&format!("mod {name};")) {
            faults.push(format!("kernels/src/lib.rs has no module {name}"));
        }
        let shader = read(&root().join("shaders").join(format!("{name}.wgsl")));
        let twin = fs::read_to_string(kernels.join(format!("{name}.rs"))).unwrap_or_default();
        faults.extend(shader_faults(&name, &shader).into_iter().map(|fault| format!("{name}.wgsl {fault}")));
        faults
            .extend(twin_faults(&name, &shader, &twin).into_iter().map(|fault| format!("{name}.rs {fault}")));
    }
    assert_none(&faults);
}

#[test]
fn a_shader_with_other_names_is_found() {
    let good = "// a\n// b\n// c\nstruct TwoWords { n: u32 }\n\
                @group(0) @binding(0) var<uniform> shape: TwoWords;\n\
                @compute @workgroup_size(64)\nfn two_words(at: Invocation) {}\n";
    assert_eq!(shader_faults("two_words", good), [""; 0]);
    for bad in [
        good.replace("// b\n", ""),
        good.replace("TwoWords", "TwoWordsShape"),
        good.replace("fn two_words", "fn main"),
        format!("{good}@compute @workgroup_size(1) fn other() {{}}"),
    ] {
        assert_eq!(shader_faults("two_words", &bad).len(), 1, "{bad}");
    }
    let twin = "pub struct TwoWords { pub n: u32 }\npub fn two_words(n: u32) {}";
    assert_eq!(twin_faults("two_words", good, twin), [""; 0]);
    assert_eq!(
        twin_faults("two_words", good, "struct TwoWords;\npub mod reference {\n fn two_words() {}").len(),
        0
    );
    assert_eq!(twin_faults("two_words", good, &twin.replace("two_words(", "two_words_gpu(")).len(), 1);
    assert_eq!(twin_faults("two_words", good, "").len(), 2);
}

/// `x` for each `shaders/x.wgsl`, in order. A variant, `x.subgroup.wgsl`, is one more text of the operation `x`.
fn shader_names() -> Vec<String> {
    let entries = fs::read_dir(root().join("shaders")).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = entries
        .filter_map(|name| name.to_str()?.strip_suffix(".wgsl").map(str::to_owned))
        .filter(|name| !name.contains('.'))
        .collect();
    names.sort();
    names
}

fn shader_faults(name: &str, shader: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let header = shader.lines().take_while(|line| line.starts_with("//")).count();
    if !HEADER_LINES.contains(&header) {
        faults.push(format!("opens with {header} lines of comment, not {HEADER_LINES:?}"));
    }
    let entries = entry_points(shader);
    if entries != [name] {
        faults.push(format!("has the entry points {entries:?}, not {name} alone"));
    }
    let uniform = camel_case(name);
    if shader.contains("var<uniform>") && !defines(shader, "struct", &uniform) {
        faults.push(format!("has a uniform, but no struct {uniform}"));
    }
    faults
}

fn twin_faults(name: &str, shader: &str, twin: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let uniform = camel_case(name);
    if shader.contains("var<uniform>") && !defines(twin, "struct", &uniform) {
        faults.push(format!("has no struct {uniform}, the shader's uniform"));
    }
    let in_module = twin.contains("pub mod reference") && defines(twin, "fn", name);
    if !in_module && !defines(twin, "pub fn", name) {
        faults.push(format!("has no CPU reference, `pub fn {name}`"));
    }
    faults
}

/// The function behind each `@compute`.
fn entry_points(shader: &str) -> Vec<&str> {
    let name = |text| Some(str::split_once(text, "fn ")?.1.split_once('(')?.0);
    shader.split("@compute").skip(1).filter_map(name).collect()
}

/// Whether `text` defines `name`, and not only something whose name begins with it.
fn defines(text: &str, keyword: &str, name: &str) -> bool {
    let ends = |rest: &str| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_');
    text.split(&format!("{keyword} {name}")).skip(1).any(ends)
}

/// `logit_sum` → `LogitSum`.
fn camel_case(name: &str) -> String {
    let capitalised = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('_').map(capitalised).collect()
}
