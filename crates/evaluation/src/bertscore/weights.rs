//! Reads `model.safetensors` one tensor at a time, never the whole file.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use burn::tensor::{Device, Tensor, TensorData};
use half::{bf16, f16};
use safetensors::Dtype;
use safetensors::tensor::Metadata;

use crate::error::{Error, Result};
use crate::limits;

/// Name prefixes of tensors in checkpoints.
const PREFIXES: [&str; 3] = ["", "bert.", "roberta."];

/// An open file of weights.
pub struct Weights {
    file: File,
    path: PathBuf,
    metadata: Metadata,
    /// Byte offset of the first tensor.
    start: u64,
    prefix: &'static str,
    device: Device,
}

impl Weights {
    /// Opens `model.safetensors` of a folder; tensors will be put on `device`.
    pub fn open(folder: &Path, device: &Device) -> Result<Self> {
        let path = folder.join("model.safetensors");
        let failed = |source| Error::Read { source, path: path.clone() };
        let damaged = |reason: String| Error::Damaged { reason, path: path.clone() };
        let mut file = File::open(&path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        let mut length = [0; 8];
        file.read_exact(&mut length).map_err(failed)?;
        let length = u64::from_le_bytes(length);
        if length > limits::SAFETENSORS_HEADER_BYTES.min(size) {
            return Err(damaged(format!("a header of {length} bytes")));
        }
        let mut header = vec![0; length as usize];
        file.read_exact(&mut header).map_err(failed)?;
        let metadata: Metadata =
            serde_json::from_slice(&header).map_err(|error| damaged(error.to_string()))?;
        let start = 8 + length;
        if size.checked_sub(start) != u64::try_from(metadata.data_len()).ok() {
            return Err(damaged("the tensors are incomplete".to_owned()));
        }
        let known = |prefix: &&str| metadata.info(&format!("{prefix}{WORDS}")).is_some();
        let prefix = PREFIXES.into_iter().find(known).ok_or_else(|| missing(WORDS))?;
        Ok(Self { file, path, metadata, start, prefix, device: device.clone() })
    }

    /// A tensor of exactly this shape, as f32.
    pub fn tensor<const D: usize>(&mut self, name: &str, shape: [usize; D]) -> Result<Tensor<D>> {
        let name = format!("{}{name}", self.prefix);
        let info = self.metadata.info(&name).ok_or_else(|| missing(&name))?;
        if info.shape != shape {
            let reason = format!("shape {:?} instead of {shape:?}", info.shape);
            return Err(Error::Weight { reason, name });
        }
        let (first, last) = info.data_offsets;
        let dtype = info.dtype;
        let failed = |source| Error::Read { source, path: self.path.clone() };
        self.file.seek(SeekFrom::Start(self.start + first as u64)).map_err(failed)?;
        let mut bytes = vec![0; last - first];
        self.file.read_exact(&mut bytes).map_err(failed)?;
        let values: Vec<f32> = match dtype {
            Dtype::F32 => numbers(&bytes, f32::from_le_bytes),
            Dtype::F16 => numbers(&bytes, |pair| f16::from_le_bytes(pair).to_f32()),
            Dtype::BF16 => numbers(&bytes, |pair| bf16::from_le_bytes(pair).to_f32()),
            other => return Err(Error::Weight { reason: format!("stored as {other:?}"), name }),
        };
        Ok(Tensor::from_data(TensorData::new(values, shape), &self.device))
    }

    /// Scale and shift of a norm. BERT's first checkpoints name them gamma and beta.
    pub fn norm(&mut self, name: &str, width: usize) -> Result<[Tensor<1>; 2]> {
        let old = self.metadata.info(&format!("{}{name}.gamma", self.prefix)).is_some();
        let parts = if old { ["gamma", "beta"] } else { ["weight", "bias"] };
        let [scale, shift] = parts.map(|part| self.tensor(&format!("{name}.{part}"), [width]));
        Ok([scale?, shift?])
    }
}

/// The table of word embeddings, which every encoder has.
pub const WORDS: &str = "embeddings.word_embeddings.weight";

fn missing(name: &str) -> Error {
    Error::Weight { reason: "missing".to_owned(), name: name.to_owned() }
}

fn numbers<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    bytes.as_chunks::<N>().0.iter().map(|&bytes| number(bytes)).collect()
}
