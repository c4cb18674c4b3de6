//! Shader text → pipeline. The text consists of the common functions for the adapter and the weight layout, followed by
//! the kernel; sizes are WGSL overrides.

use crate::buffer::BufferView;
use crate::commands::{Dispatch, GridDim};
use crate::device::{Device, PipelineKey};
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::variant::Variant;

/// A kernel: `shaders/NAME.wgsl`, entry point NAME.
pub(crate) struct Program {
    pub name: &'static str,
    pub text: &'static str,
    /// Whether it reads quantized weights (bindings 1 and 2).
    pub weights: bool,
    /// Functions that it shares with others, beside those that all have.
    pub shared: &'static [&'static str],
}

macro_rules! program {
    ($name:literal, weights: $weights:literal) => {
        $crate::program::program!($name, weights: $weights, shared: [])
    };
    ($name:literal, weights: $weights:literal, shared: [$($shared:literal),*]) => {
        $crate::program::Program {
            name: $name,
            text: include_str!(concat!("../../../shaders/", $name, ".wgsl")),
            weights: $weights,
            shared: &[$(include_str!(concat!("../../../shaders/common/", $shared, ".wgsl"))),*],
        }
    };
}
pub(crate) use program;

const HALF: &str = include_str!("../../../shaders/common/half.wgsl");
const HALF_F16: &str = include_str!("../../../shaders/common/half.f16.wgsl");
const TEAM: &str = include_str!("../../../shaders/common/team.wgsl");
const TEAM_SUBGROUP: &str = include_str!("../../../shaders/common/team.subgroup.wgsl");
const CACHE: &str = include_str!("../../../shaders/common/cache.wgsl");
const CACHE_F32: &str = include_str!("../../../shaders/common/cache.f32.wgsl");
const COLUMN: &str = include_str!("../../../shaders/common/column.wgsl");
const ACTIVATIONS: &str = include_str!("../../../shaders/common/activations.wgsl");
const STEP: &str = include_str!("../../../shaders/common/step.wgsl");
const WEIGHTS_4: &str = include_str!("../../../shaders/common/weights_4.wgsl");
const WEIGHTS_8: &str = include_str!("../../../shaders/common/weights_8.wgsl");
const WEIGHTS_16: &str = include_str!("../../../shaders/common/weights_16.wgsl");
const WEIGHTS_NESTED: &str = include_str!("../../../shaders/common/weights_nested.wgsl");
const SCALES_32: &str = include_str!("../../../shaders/common/scales_32.wgsl");
const SCALES_16: &str = include_str!("../../../shaders/common/scales_16.wgsl");

/// Invocations per workgroup, in every kernel.
pub(crate) const WORKGROUP: u32 = 64;
// TEAM_LANES of team.wgsl.
pub(crate) const PLAIN_TEAM_LANES: u32 = 16;

pub(crate) fn text(program: &Program, layout: Option<Layout>, variant: Variant) -> String {
    let weights = match layout {
        Some(Layout { nested: true, group, .. }) => {
            [WEIGHTS_NESTED, if group == 32 { SCALES_32 } else { SCALES_16 }].join("\n")
        }
        Some(Layout { bits: 4, .. }) => WEIGHTS_4.to_owned(),
        Some(Layout { bits: 8, .. }) => WEIGHTS_8.to_owned(),
        Some(_) => WEIGHTS_16.to_owned(),
        None => String::new(),
    };
    let half = if variant.half { HALF_F16 } else { HALF };
    let cache = if variant.cache_f32 { CACHE_F32 } else { CACHE };
    let team = if variant.subgroup { TEAM_SUBGROUP } else { TEAM };
    let common = [half, cache, team, ACTIVATIONS, STEP, COLUMN, &weights];
    [&common, program.shared, &[program.text]].concat().join("\n")
}

impl Device {
    /// The pipeline of a program, compiled once.
    pub(crate) fn pipeline(
        &self,
        program: &Program,
        layout: Option<Layout>,
        constants: &[(&'static str, u32)],
    ) -> Result<wgpu::ComputePipeline> {
        let key = PipelineKey { name: program.name, layout, constants: constants.to_vec() };
        if let Some(made) = self.pipelines().get(&key) {
            return Ok(made.clone());
        }
        let mut overrides: Vec<(&str, f64)> =
            constants.iter().map(|(name, value)| (*name, f64::from(*value))).collect();
        if let Some(layout) = layout {
            if layout.bits < 16 {
                overrides.push(("HAS_MIN", f64::from(u8::from(layout.min))));
            }
            if layout.nested {
                overrides.push(("BITS", f64::from(layout.bits)));
            }
        }
        let text = self.replace_text(program.name, text(program, layout, self.variant()));
        let unexpected = || Error::Validation(format!("out of memory while compiling {}", program.name));
        let pipeline = self.scoped(unexpected, || {
            let description = wgpu::ShaderModuleDescriptor {
                label: Some(program.name),
                source: wgpu::ShaderSource::Wgsl(text.into()),
            };
            let checks = wgpu::ShaderRuntimeChecks {
                force_loop_bounding: false,
                ..wgpu::ShaderRuntimeChecks::checked()
            };
            // SAFETY: bounds checks stay on. The loop counter that wgpu would add keeps drivers from unrolling (it cost
            // a fifth of the time of matmul); every loop runs over a constant or a count set by the host, so it
            // ends without the counter.
            #[expect(unsafe_code, reason = "wgpu has no safe call to leave out one check")]
            let module = unsafe { self.raw().create_shader_module_trusted(description, checks) };
            self.raw().create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(program.name),
                layout: None,
                module: &module,
                entry_point: Some(program.name),
                compilation_options: wgpu::PipelineCompilationOptions {
                    constants: &overrides,
                    // Every kernel writes workgroup memory before reading it.
                    zero_initialize_workgroup_memory: false,
                },
                cache: self.pipeline_cache(),
            })
        })?;
        self.pipelines().insert(key, pipeline.clone());
        Ok(pipeline)
    }

    /// Creates a dispatch of `program` with its bindings.
    pub(crate) fn dispatch(
        &self,
        program: &Program,
        layout: Option<Layout>,
        constants: &[(&'static str, u32)],
        bindings: &[(u32, BufferView<'_>)],
        grid: [GridDim; 3],
    ) -> Result<Dispatch> {
        let pipeline = self.pipeline(program, layout, constants)?;
        let entries: Vec<_> = bindings
            .iter()
            .map(|(binding, view)| wgpu::BindGroupEntry {
                binding: *binding,
                resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                    buffer: &view.buffer.raw,
                    offset: view.offset,
                    size: wgpu::BufferSize::new(view.bytes),
                }),
            })
            .collect();
        let unexpected = || Error::OutOfMemory { what: format!("bindings of {}", program.name), bytes: 0 };
        let group = self.scoped(unexpected, || {
            self.raw().create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some(program.name),
                layout: &pipeline.get_bind_group_layout(0),
                entries: &entries,
            })
        })?;
        Ok(Dispatch { kernel: program.name, pipeline, group, grid })
    }
}
