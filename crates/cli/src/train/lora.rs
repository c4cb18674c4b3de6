//! The arguments of LoRA, converted to the trainer's options.

use clap::{Args, ValueEnum};
use training::adapter::{AdapterOptions, Projection};
use training::frozen::FrozenPrecision;

use super::arguments::positive;

/// LoRA.
#[derive(Args)]
#[command(next_help_heading = "LoRA: trains low-rank adapters beside frozen weights")]
pub struct LoraArgs {
    /// Train LoRA adapters of this rank instead of the weights
    #[arg(long, value_name = "RANK", conflicts_with = "from_scratch", value_parser = clap::value_parser!(u32).range(1..=4096))]
    lora: Option<u32>,
    /// LoRA scaling: the adapters' product is multiplied by ALPHA / RANK [default: twice the rank]
    #[arg(long, requires = "lora", value_parser = positive)]
    alpha: Option<f64>,
    /// Matrices that get adapters
    #[arg(
        long,
        value_name = "NAME",
        requires = "lora",
        value_delimiter = ',',
        default_value = "q,k,v,o,gate,up,down"
    )]
    projections: Vec<ProjectionArg>,
    /// Storage of the frozen weights in memory: with f16 and q8 each layer is dequantized when it is used, and --recompute
    /// is on
    #[arg(long, value_enum, requires = "lora", default_value_t = FrozenArg::F32)]
    frozen: FrozenArg,
    /// Write the whole model with merged adapters, instead of an adapter
    #[arg(long, requires = "lora")]
    pub merge: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum ProjectionArg {
    Q,
    K,
    V,
    O,
    Gate,
    Up,
    Down,
}

#[derive(Clone, Copy, ValueEnum)]
enum FrozenArg {
    /// 32-bit floats
    F32,
    /// 16-bit floats
    F16,
    /// 8 bits
    Q8,
}

impl LoraArgs {
    /// The adapters; none if the weights themselves are trained.
    pub fn options(&self) -> Option<AdapterOptions> {
        let rank = self.lora? as usize;
        let projection = |matrix: &ProjectionArg| match matrix {
            ProjectionArg::Q => Projection::Q,
            ProjectionArg::K => Projection::K,
            ProjectionArg::V => Projection::V,
            ProjectionArg::O => Projection::O,
            ProjectionArg::Gate => Projection::Gate,
            ProjectionArg::Up => Projection::Up,
            ProjectionArg::Down => Projection::Down,
        };
        let mut projections: Vec<Projection> = self.projections.iter().map(projection).collect();
        projections.sort_unstable();
        projections.dedup();
        let frozen = match self.frozen {
            FrozenArg::F32 => FrozenPrecision::F32,
            FrozenArg::F16 => FrozenPrecision::F16,
            FrozenArg::Q8 => FrozenPrecision::Q8,
        };
        Some(AdapterOptions { rank, alpha: self.alpha.unwrap_or(2.0 * rank as f64), projections, frozen })
    }
}
