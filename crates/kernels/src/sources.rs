//! The list of all kernels.

use crate::device::Device;
use crate::error::Result;
use crate::layout::Layout;
use crate::program::{Program, text};
use crate::variant::Variant;

static PROGRAMS: [&Program; 20] = [
    &crate::accept::PROGRAM,
    &crate::attention::PROGRAM,
    &crate::attention_reduce::PROGRAM,
    &crate::attention_row::PROGRAM,
    &crate::draft::PROGRAM,
    &crate::embed::PROGRAM,
    &crate::gate::PROGRAM,
    &crate::log_probability::PROGRAM,
    &crate::logit_bias::PROGRAM,
    &crate::logit_sum::PROGRAM,
    &crate::matmul::PROGRAM,
    &crate::matmul_int8::PROGRAM,
    &crate::matvec::PROGRAM,
    &crate::pick::PROGRAM,
    &crate::quantize::PROGRAM,
    &crate::rms_norm::PROGRAM,
    &crate::rope::PROGRAM,
    &crate::team_size::PROGRAM,
    &crate::top_list::PROGRAM,
    &crate::vocab_blocks::PROGRAM,
];

/// Every shader text as (name, text): all kernels × weight layouts × four variants, for tests that translate them to
/// the other platforms' languages.
pub fn sources() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for program in PROGRAMS {
        let layouts = match program.weights {
            // Weights of 16 bits are no integers.
            true if program.name == crate::matmul_int8::PROGRAM.name => {
                Layout::ALL.into_iter().filter(|layout| layout.bits < 16).map(Some).collect()
            }
            true => Layout::ALL.map(Some).to_vec(),
            false => vec![None],
        };
        for layout in layouts {
            for bits in 0..8 {
                let variant =
                    Variant { half: bits & 1 != 0, subgroup: bits & 2 != 0, cache_f32: bits & 4 != 0 };
                let name = format!("{} {layout:?} {variant:?}", program.name);
                let text = text(program, layout, variant);
                // Layouts of the same text differ by overrides.
                if all.iter().all(|(_, other)| *other != text) {
                    all.push((name, text));
                }
            }
        }
    }
    all
}

impl Device {
    /// Compiles the kernels without weights, which every model needs, before their first dispatch; not attention, which
    /// depends on a model's heads.
    pub fn compile_common(&self) -> Result<()> {
        let common = PROGRAMS.iter().filter(|program| !program.weights && program.name != "attention");
        common.map(|program| self.pipeline(program, None, &[])).try_for_each(|made| made.map(|_| ()))
    }
}
