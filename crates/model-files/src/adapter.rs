//! The factors of LoRA adapters (Hu et al. 2021) that stay apart from their base: W·x + B·(A·x) instead of W·x.

use std::collections::BTreeMap;
use std::ops::Range;

use safetensors::Dtype;

use crate::files::Bytes;
use crate::info::AdapterInfo;
use crate::safetensors_file::{check_tensor, parse_header};
use crate::source::parameters;
use crate::{Architecture, Error, Result, limits};

/// The file of a model folder that holds A and B of each adapted tensor, in f32.
pub(crate) const ADAPTER_FILE: &str = "adapter.safetensors";

/// The two factors of one tensor.
#[derive(Debug, Clone, PartialEq)]
pub struct Factors {
    /// The rank.
    pub rank: usize,
    /// A, (rank, columns).
    pub a: Vec<f32>,
    /// B with the scaling, (rows, rank).
    pub b: Vec<f32>,
}

/// The checked factors of a model's adapter.
pub(crate) struct Adapter {
    weights: Bytes,
    tensors: BTreeMap<String, Range<usize>>,
}

impl Adapter {
    /// Checks every factor against the description.
    pub fn new(info: &AdapterInfo, architecture: &Architecture, weights: Bytes) -> Result<Self> {
        let shapes: BTreeMap<_, _> = parameters(architecture).into_iter().collect();
        let (header, data) = parse_header((*weights).as_ref(), ADAPTER_FILE)?;
        let mut tensors = BTreeMap::new();
        for (name, &rank) in &info.ranks {
            let unknown = || Error::UnknownName { name: name.clone() };
            let &[rows, columns] = shapes.get(name).ok_or_else(unknown)?.as_slice() else {
                return Err(unknown());
            };
            check_rank(rank, name)?;
            for (factor, shape) in [("a", [rank, columns]), ("b", [rows, rank])] {
                let name = format!("{name}.{factor}");
                let bytes = check_tensor(&header, data, &name, Dtype::F32, &shape)?;
                tensors.insert(name, bytes);
            }
        }
        let adapter = Self { weights, tensors };
        for name in adapter.tensors.keys() {
            if adapter.values(name).iter().any(|value| !value.is_finite()) {
                return Err(Error::NotFinite { name: name.clone() });
            }
        }
        Ok(adapter)
    }

    /// The factors of a tensor, if it has any.
    pub fn factors(&self, parameter: &str, info: &AdapterInfo) -> Option<Factors> {
        let rank = *info.ranks.get(parameter)?;
        let values = |factor| self.values(&format!("{parameter}.{factor}"));
        Some(Factors { rank, a: values("a"), b: values("b") })
    }

    fn values(&self, name: &str) -> Vec<f32> {
        let bytes = self.tensors.get(name).and_then(|range| (*self.weights).as_ref().get(range.clone()));
        let (values, _) = bytes.unwrap_or_default().as_chunks();
        values.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
    }
}

/// Fails unless an adapter may have this rank.
pub(crate) fn check_rank(rank: usize, name: &str) -> Result<()> {
    match rank {
        0 => Err(Error::Setting { problem: "an adapter of rank 0", setting: name.into() }),
        _ if rank > limits::ADAPTER_RANK => Err(Error::TooLarge {
            what: "the rank of an adapter",
            limit: limits::ADAPTER_RANK as u64,
            found: rank as u64,
        }),
        _ => Ok(()),
    }
}
