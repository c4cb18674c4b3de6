//! LoRA adapters on the GPU: W·x + B·(A·x) for each product with an adapted matrix (Hu et al. 2021).

use std::collections::BTreeMap;

use kernels::{Device, Layout, Weights};
use model_files::{Architecture, MatrixInfo, Model};

use super::padded;
use crate::error::{Error, Result};

/// How factors are stored.
const F16: Layout = Layout { bits: 16, group: 32, min: false, nested: false };

/// The two factors of a matrix, in f16.
#[derive(Clone)]
pub(crate) struct LowRank {
    /// (inner width, columns): A of each tensor of the matrix, one below the other.
    pub a: Weights,
    /// (rows, inner width): in the rows of a tensor its B, else zeros.
    pub b: Weights,
}

/// A matrix that products read, and the tensors that it joins.
pub(crate) struct Tensors {
    /// Parameters without their layer, and rows.
    own: Vec<(&'static str, usize)>,
    columns: usize,
    /// Whether rows of the tensors alternate, instead of following each other.
    alternate: bool,
}

impl Tensors {
    /// The matrices of a layer: qkv, o, gate_up or gate and up, down.
    pub fn of_layer(a: &Architecture, gate_up_joined: bool) -> Vec<Self> {
        let (attended, kv) = (a.heads * a.head_dim, a.kv_heads * a.head_dim);
        let (hidden, wide) = (a.hidden_size, a.feed_forward);
        let one = |name, rows, columns| Self { own: vec![(name, rows)], columns, alternate: false };
        let mut all = vec![
            Self { own: vec![("q", attended), ("k", kv), ("v", kv)], columns: hidden, alternate: false },
            one("o", hidden, attended),
        ];
        match gate_up_joined {
            true => {
                all.push(Self { own: vec![("gate", wide), ("up", wide)], columns: hidden, alternate: true })
            }
            false => all.extend([one("gate", wide, hidden), one("up", wide, hidden)]),
        }
        all.push(one("down", hidden, wide));
        all
    }

    fn rows(&self) -> usize {
        self.own.iter().map(|(_, rows)| rows).sum()
    }

    /// The width between the factors in a layer; 0 where none of the tensors is adapted.
    fn inner(&self, layer: usize, ranks: &BTreeMap<String, usize>) -> usize {
        let rank = |(name, _): &(&str, usize)| ranks.get(&format!("layers.{layer}.{name}")).copied();
        padded(self.own.iter().filter_map(rank).sum::<usize>() as u32) as usize
    }

    /// Copies the factors of a layer to the GPU; `None` where the model has none.
    pub fn upload(&self, device: &Device, model: &Model, layer: usize) -> Result<Option<LowRank>> {
        let Some(adapter) = &model.info().adapter else { return Ok(None) };
        let (rows, inner) = (self.rows(), self.inner(layer, &adapter.ranks));
        if inner == 0 {
            return Ok(None);
        }
        let width = padded(self.columns as u32) as usize;
        let (mut a, mut b) = (vec![0.0; inner * width], vec![0.0; rows * inner]);
        let (mut first_row, mut begin) = (0, 0);
        for (index, (name, tensor_rows)) in self.own.iter().enumerate() {
            let factors = model.factors(&format!("layers.{layer}.{name}"));
            if let Some(factors) = factors {
                let of_tensor = a.chunks_mut(width).skip(begin).zip(factors.a.chunks(self.columns));
                of_tensor.for_each(|(to, from)| to[..self.columns].copy_from_slice(from));
                for (row, from) in factors.b.chunks(factors.rank).enumerate() {
                    let row = if self.alternate { row * self.own.len() + index } else { first_row + row };
                    b[row * inner + begin..][..factors.rank].copy_from_slice(from);
                }
                begin += factors.rank;
            }
            first_row += tensor_rows;
        }
        let put = |name: &str, rows: usize, width: usize, values: &[f32]| -> Result<Weights> {
            let quants = halves(values)?;
            let shape = (rows as u32, width as u32);
            Ok(Weights::upload(device, name, F16, shape, (&quants, &[]), &mut |_| {})?)
        };
        Ok(Some(LowRank { a: put("adapter A", inner, width, &a)?, b: put("adapter B", rows, inner, &b)? }))
    }
}

/// Little-endian f16.
fn halves(values: &[f32]) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(2 * values.len());
    for &value in values {
        let half = half::f16::from_f32(value);
        if !half.is_finite() {
            return Err(Error::Unsupported {
                what: "value of an adapter (at most 65,504)",
                found: value.to_string(),
            });
        }
        bytes.extend(half.to_le_bytes());
    }
    Ok(bytes)
}

/// What an adapter takes on the GPU.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct AdapterSize {
    /// Bytes of the factors.
    pub bytes: u64,
    /// The widest place between two factors.
    pub inner: u32,
    /// Most rows of an adapted matrix.
    pub rows: u32,
}

impl AdapterSize {
    /// Of adapters with these ranks by tensor, over a model with these matrices.
    pub fn new(
        a: &Architecture,
        matrices: &BTreeMap<String, MatrixInfo>,
        ranks: &BTreeMap<String, usize>,
    ) -> Self {
        let mut all = Self::default();
        for layer in 0..a.layers {
            for tensors in Tensors::of_layer(a, matrices.contains_key(&format!("layers.{layer}.gate_up"))) {
                let (inner, rows) = (tensors.inner(layer, ranks) as u32, tensors.rows() as u32);
                if inner > 0 {
                    let weights = u64::from(inner) * u64::from(padded(tensors.columns as u32) + rows);
                    all.bytes += 2 * weights;
                    (all.inner, all.rows) = (all.inner.max(inner), all.rows.max(rows));
                }
            }
        }
        all
    }

    /// Floats a column of what stands between the products.
    pub fn floats(&self) -> u64 {
        u64::from(self.inner) + u64::from(self.rows)
    }
}
