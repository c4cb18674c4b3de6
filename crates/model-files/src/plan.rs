//! Plans an import: the layout and offset of each matrix in `model.safetensors`, and the chunks of source rows to read.

use std::collections::BTreeSet;
use std::ops::Range;

use safetensors::Dtype;

use crate::blocks::{ConversionError, WeightType};
use crate::convert::SourceRow;
use crate::parts::{Joined, Part};
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

/// One stored matrix of the imported model, joined from one to three source tensors.
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
        for (name, _, columns) in source.architecture.matrices() {
            let joined = Joined::new(&source.architecture, &name);
            let parameters = joined.parameters();
            let mut layouts = Vec::new();
            for parameter in &parameters {
                layouts.push(layout(source.tensors.get(parameter)?, &name, quantization));
            }
            for part in joined.split(&layouts) {
                plan.add(part, columns, &parameters, &layouts, source)?;
            }
        }
        for (name, length) in source.architecture.vectors() {
            let values = vector(&name, source)?;
            plan.vectors.push((plan.header.add(name, Dtype::F32, vec![length]), values));
        }
        Ok(plan)
    }

    /// Adds a part of a matrix whose tensors have these parameters and layouts.
    fn add(
        &mut self,
        part: Part,
        columns: usize,
        parameters: &[String],
        layouts: &[Layout],
        source: &'a ModelSource,
    ) -> Result<()> {
        let Part { name, rows, tensors } = part;
        let missing = || Error::MissingTensor { name: name.clone() };
        let layout = *layouts.get(tensors.start).ok_or_else(missing)?;
        let join = TensorJoin::new(parameters.get(tensors).ok_or_else(missing)?, source)?;
        let words = layout.words_per_row(columns);
        let scale_words = layout.scale_words_per_row(columns);
        let quants = self.header.add(format!("{name}.quants"), Dtype::U32, vec![rows, words]);
        let scales = match scale_words {
            0 => quants,
            _ => self.header.add(format!("{name}.scales"), Dtype::U32, vec![rows, scale_words]),
        };
        self.source_bytes += join.tensors().iter().map(|tensor| tensor.bytes()).sum::<u64>();
        let info = MatrixInfo { layout, rows, columns };
        self.matrices.push(MatrixPlan { name, info, quants, scales, join });
        Ok(())
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

/// The layout of a tensor of the matrix `name`: its own, or of floats the chosen one.
fn layout(tensor: &SourceTensor, name: &str, quantization: Quantization) -> Layout {
    tensor.weight_type.layout().unwrap_or(match quantization {
        Quantization::F16 => Layout::F16,
        Quantization::Q4 if !matches!(name, "embed" | "head") => Layout::Q4,
        Quantization::Q4 | Quantization::Q8 => Layout::Q8,
    })
}

impl<'a> TensorJoin<'a> {
    /// Joins neighbouring tensors of one matrix.
    fn new(parameters: &[String], source: &'a ModelSource) -> Result<Self> {
        let mut tensors = Vec::new();
        for parameter in parameters {
            let turned = source.interleaved_rope && (parameter.ends_with(".q") || parameter.ends_with(".k"));
            tensors.push((source.tensors.get(parameter)?, turned.then_some(source.architecture.head_dim)));
        }
        match (parameters, tensors.as_slice()) {
            ([gate, _], [(even, _), (odd, _)]) if gate.ends_with(".gate") => Ok(Self::Alternating(even, odd)),
            _ => Ok(Self::Stacked(tensors)),
        }
    }

    fn tensors(&self) -> Vec<&'a SourceTensor> {
        match self {
            Self::Stacked(tensors) => tensors.iter().map(|(tensor, _)| *tensor).collect(),
            Self::Alternating(even, odd) => vec![*even, *odd],
        }
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
