//! Plans an import: the layout and offset of each matrix in `model.safetensors`, and the chunks of source rows to read.

use std::collections::BTreeSet;
use std::ops::Range;

use safetensors::Dtype;

use crate::blocks::{ConversionError, WeightType};
use crate::convert::SourceRow;
use crate::quantize::Quantization;
use crate::safetensors_file::HeaderBuilder;
use crate::source::{ModelSource, SourceTensor};
use crate::{Error, Layout, MatrixInfo, Result, limits};

/// Everything that an import writes to `model.safetensors`.
pub(crate) struct ImportPlan<'a> {
    pub header: HeaderBuilder,
    pub matrices: Vec<MatrixPlan<'a>>,
    /// Offset within the data, and values.
    pub vectors: Vec<(u64, Vec<f32>)>,
    /// Bytes of all matrices in the source.
    pub source_bytes: u64,
}

/// One matrix of the imported model, joined from one to three source tensors.
pub(crate) struct MatrixPlan<'a> {
    pub name: String,
    pub info: MatrixInfo,
    /// Offsets within the data.
    pub quants: u64,
    pub scales: u64,
    join: TensorJoin<'a>,
}

enum TensorJoin<'a> {
    /// The tensors' rows one after the other; a tensor with a head size has interleaved rows in each head.
    Stacked(Vec<(&'a SourceTensor, Option<usize>)>),
    /// Alternating rows of two tensors.
    Alternating(&'a SourceTensor, &'a SourceTensor),
}

/// Rows to read and convert at a time.
pub(crate) enum RowChunk<'a> {
    Plain { tensor: &'a SourceTensor, rows: Range<usize>, head_dim: Option<usize> },
    Alternating { tensors: [&'a SourceTensor; 2], rows: Range<usize> },
}

impl<'a> ImportPlan<'a> {
    pub fn new(source: &'a ModelSource, quantization: Quantization) -> Result<Self> {
        let mut plan = Self {
            header: HeaderBuilder::default(),
            matrices: Vec::new(),
            vectors: Vec::new(),
            source_bytes: 0,
        };
        for (name, rows, columns) in source.architecture.matrices() {
            let join = TensorJoin::new(&name, source)?;
            let layout = join.layout(&name, quantization);
            let words = layout.words_per_row(columns);
            let scale_words = layout.scale_words_per_row(columns);
            let quants = plan.header.add(format!("{name}.quants"), Dtype::U32, vec![rows, words]);
            let scales = match scale_words {
                0 => quants,
                _ => plan.header.add(format!("{name}.scales"), Dtype::U32, vec![rows, scale_words]),
            };
            plan.source_bytes += join.tensors().iter().map(|tensor| tensor.bytes()).sum::<u64>();
            let info = MatrixInfo { layout, rows, columns };
            plan.matrices.push(MatrixPlan { name, info, quants, scales, join });
        }
        for (name, length) in source.architecture.vectors() {
            let values = vector(&name, source)?;
            plan.vectors.push((plan.header.add(name, Dtype::F32, vec![length]), values));
        }
        Ok(plan)
    }

    /// Names the quantizations: `chosen` for floats, and the types of quantized tensors.
    pub fn describe(&self, chosen: &str) -> String {
        let tensors = self.matrices.iter().flat_map(|matrix| matrix.join.tensors());
        let kinds: BTreeSet<String> = tensors
            .map(|tensor| match tensor.weight_type.layout() {
                Some(_) => format!("{:?}", tensor.weight_type).replace('K', "_K"),
                None => chosen.to_owned(),
            })
            .collect();
        kinds.into_iter().collect::<Vec<_>>().join(", ")
    }
}

/// The values of a vector of the imported model.
fn vector(name: &str, source: &ModelSource) -> Result<Vec<f32>> {
    let values = |parameter: &str| source.tensors.get(parameter)?.floats(source);
    if let Some(layer) = name.strip_suffix(".qkv_bias") {
        let parts = ["q_bias", "k_bias", "v_bias"].map(|part| values(&format!("{layer}.{part}")));
        return Ok(parts.into_iter().collect::<Result<Vec<_>>>()?.concat());
    }
    match name {
        "rope_inv_freq" => Ok(source.rope.full.clone()),
        "rope_inv_freq_window" => {
            source.rope.windowed.clone().ok_or_else(|| Error::MissingTensor { name: name.into() })
        }
        gains => Ok(values(gains)?.into_iter().map(|gain| gain + source.gain_offset).collect()),
    }
}

impl<'a> TensorJoin<'a> {
    fn new(name: &str, source: &'a ModelSource) -> Result<Self> {
        let tensor = |name: &str| source.tensors.get(name);
        let head_dim = source.interleaved_rope.then_some(source.architecture.head_dim);
        if let Some(layer) = name.strip_suffix(".qkv") {
            let (q, k) = (tensor(&format!("{layer}.q"))?, tensor(&format!("{layer}.k"))?);
            return Ok(Self::Stacked(vec![
                (q, head_dim),
                (k, head_dim),
                (tensor(&format!("{layer}.v"))?, None),
            ]));
        }
        if let Some(layer) = name.strip_suffix(".gate_up") {
            return Ok(Self::Alternating(tensor(&format!("{layer}.gate"))?, tensor(&format!("{layer}.up"))?));
        }
        Ok(Self::Stacked(vec![(tensor(name)?, None)]))
    }

    fn tensors(&self) -> Vec<&'a SourceTensor> {
        match self {
            Self::Stacked(tensors) => tensors.iter().map(|(tensor, _)| *tensor).collect(),
            Self::Alternating(even, odd) => vec![*even, *odd],
        }
    }

    /// The common layout of the quantized tensors. Floats are quantized as chosen, or with 8 bits beside quantized
    /// tensors, since no f16 layout represents those exactly.
    fn layout(&self, name: &str, quantization: Quantization) -> Layout {
        let chosen = match quantization {
            Quantization::F16 => Layout::F16,
            Quantization::Q4 if !matches!(name, "embed" | "head") => Layout::Q4,
            Quantization::Q4 | Quantization::Q8 => Layout::Q8,
        };
        let tensors = self.tensors();
        if tensors.iter().all(|tensor| tensor.weight_type.layout().is_none()) {
            return chosen;
        }
        let layouts = tensors.iter().map(|tensor| tensor.weight_type.layout().unwrap_or(Layout::Q8));
        layouts.reduce(Layout::widened).unwrap_or(chosen)
    }
}

impl<'a> MatrixPlan<'a> {
    /// The rows of this matrix in order, in chunks of about [`limits::CHUNK_BYTES`].
    pub fn chunks(&self) -> Vec<RowChunk<'a>> {
        let pieces = |tensor: &SourceTensor, multiple: usize| {
            let step = (limits::CHUNK_BYTES / tensor.row_bytes().max(1)).max(1).next_multiple_of(multiple);
            let rows = tensor.shape.first().copied().unwrap_or(0);
            (0..rows).step_by(step).map(move |first| first..rows.min(first + step))
        };
        match &self.join {
            TensorJoin::Stacked(tensors) => tensors
                .iter()
                .flat_map(|(tensor, head_dim)| {
                    pieces(tensor, head_dim.unwrap_or(1)).map(|rows| RowChunk::Plain {
                        tensor,
                        rows,
                        head_dim: *head_dim,
                    })
                })
                .collect(),
            TensorJoin::Alternating(even, odd) => {
                pieces(even, 1).map(|rows| RowChunk::Alternating { tensors: [even, odd], rows }).collect()
            }
        }
    }
}

impl RowChunk<'_> {
    /// The tensor's name, for error messages.
    pub fn name(&self) -> &str {
        match self {
            Self::Plain { tensor, .. } | Self::Alternating { tensors: [tensor, _], .. } => &tensor.name,
        }
    }

    /// The bytes of the rows, one buffer per tensor.
    pub fn read(&self, source: &ModelSource) -> Result<Vec<Vec<u8>>> {
        match self {
            Self::Plain { tensor, rows, .. } => Ok(vec![tensor.read(source, rows)?]),
            Self::Alternating { tensors, rows } => {
                tensors.iter().map(|tensor| tensor.read(source, rows)).collect()
            }
        }
    }

    /// The rows in the order of the imported matrix.
    pub fn rows<'b>(&self, buffers: &'b [Vec<u8>]) -> Vec<SourceRow<'b>> {
        let of = |tensor: &SourceTensor, buffer: &'b Vec<u8>| -> Vec<SourceRow<'b>> {
            let weight_type = tensor.weight_type;
            buffer
                .chunks_exact(tensor.row_bytes().max(1))
                .map(|bytes| SourceRow { weight_type, bytes })
                .collect()
        };
        match (self, buffers) {
            (Self::Plain { tensor, head_dim: None, .. }, [buffer]) => of(tensor, buffer),
            (Self::Plain { tensor, head_dim: Some(head_dim), .. }, [buffer]) => {
                let heads = of(tensor, buffer);
                heads.chunks(*head_dim).flat_map(|head| evens_then_odds(head)).collect()
            }
            (Self::Alternating { tensors, .. }, [even, odd]) => {
                let pairs = of(tensors[0], even).into_iter().zip(of(tensors[1], odd));
                pairs.flat_map(|(even, odd)| [even, odd]).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// In GGUF the two rows that RoPE rotates together are adjacent; in an imported matrix they are half a head apart.
fn evens_then_odds<'r, 'b>(head: &'r [SourceRow<'b>]) -> impl Iterator<Item = SourceRow<'b>> + 'r {
    head.iter().step_by(2).chain(head.iter().skip(1).step_by(2)).copied()
}

impl SourceTensor {
    fn row_bytes(&self) -> usize {
        let columns = self.shape.last().copied().unwrap_or(0);
        self.weight_type.row_bytes(columns).unwrap_or(0)
    }

    fn bytes(&self) -> u64 {
        let rows = if self.shape.len() > 1 { self.shape[0] } else { 1 };
        rows as u64 * self.row_bytes() as u64
    }

    /// All values, row by row.
    pub fn floats(&self, source: &ModelSource) -> Result<Vec<f32>> {
        if !matches!(self.weight_type, WeightType::F32 | WeightType::F16 | WeightType::BF16) {
            let found = format!("{:?} in {}", self.weight_type, self.name);
            return Err(Error::Unsupported { feature: "quantized weights instead of floats", found });
        }
        let rows = if self.shape.len() > 1 { self.shape[0] } else { 1 };
        let mut values = vec![0.0; self.shape.iter().product()];
        self.weight_type.read_floats(&self.read(source, &(0..rows))?, &mut values);
        match values.iter().all(|value| value.is_finite()) {
            true => Ok(values),
            false => Err(ConversionError::NotFinite.in_tensor(&self.name)),
        }
    }

    fn read(&self, source: &ModelSource, rows: &Range<usize>) -> Result<Vec<u8>> {
        let mut bytes = vec![0; rows.len() * self.row_bytes()];
        let file =
            source.files.get(self.file).ok_or_else(|| Error::MissingTensor { name: self.name.clone() })?;
        file.read_at(self.offset + (rows.start * self.row_bytes()) as u64, &mut bytes)?;
        Ok(bytes)
    }
}

impl ConversionError {
    /// The error for the tensor of this name.
    pub fn in_tensor(self, name: &str) -> Error {
        match self {
            Self::NotFinite => Error::NotFinite { name: name.into() },
            Self::Overflow => Error::F16Overflow { name: name.into() },
        }
    }
}
