//! Reads and writes headers of safetensors files.

use std::collections::HashMap;
use std::ops::Range;

use safetensors::tensor::{Metadata, TensorInfo};
use safetensors::{Dtype, SafeTensorError, SafeTensors};

use crate::files::InputFile;
use crate::{Error, Result, limits};

/// Bytes of the header's length, which precede the header.
const LENGTH_BYTES: u64 = 8;

/// Reads the header of a source file; returns where tensor data begins, and the header. The library checks shapes,
/// types and offsets against each other; this function checks the size of the file.
pub(crate) fn read_header(input: &InputFile) -> Result<(u64, Metadata)> {
    let damaged = |problem: String| Error::Safetensors { problem, location: input.name() };
    if input.len() < LENGTH_BYTES {
        return Err(Error::Truncated { what: format!("the header of {}", input.name()) });
    }
    let mut length = [0; LENGTH_BYTES as usize];
    input.read_at(0, &mut length)?;
    let found = u64::from_le_bytes(length);
    if found > limits::SAFETENSORS_HEADER_BYTES {
        let limit = limits::SAFETENSORS_HEADER_BYTES;
        return Err(Error::TooLarge { what: "the size of a safetensors header", limit, found });
    }
    let data = LENGTH_BYTES + found;
    if data > input.len() {
        return Err(Error::Truncated { what: format!("the header of {}", input.name()) });
    }
    let mut header = vec![0; found as usize];
    input.read_at(LENGTH_BYTES, &mut header)?;
    let header: Metadata = serde_json::from_slice(&header).map_err(|error| damaged(error.to_string()))?;
    let count = header.offset_keys().len() as u64;
    if count > limits::TENSORS {
        return Err(Error::TooLarge { what: "the number of tensors", limit: limits::TENSORS, found: count });
    }
    match (data + header.data_len() as u64).cmp(&input.len()) {
        std::cmp::Ordering::Equal => Ok((data, header)),
        std::cmp::Ordering::Greater => Err(Error::Truncated { what: input.name() }),
        std::cmp::Ordering::Less => Err(damaged("bytes follow the last tensor".into())),
    }
}

/// The header of safetensors bytes, and where tensor data begins in them.
pub(crate) fn parse_header(bytes: &[u8], file: &str) -> Result<(Metadata, usize)> {
    let (header, metadata) = SafeTensors::read_metadata(bytes)
        .map_err(|error| Error::Safetensors { problem: error.to_string(), location: file.into() })?;
    Ok((metadata, size_of::<u64>() + header))
}

/// The bytes of a tensor, which must have this type and shape; `data` is where tensor data begins in the file.
pub(crate) fn check_tensor(
    header: &Metadata,
    data: usize,
    name: &str,
    dtype: Dtype,
    shape: &[usize],
) -> Result<Range<usize>> {
    let Some(tensor) = header.info(name) else {
        return Err(Error::MissingTensor { name: name.into() });
    };
    if tensor.shape != shape {
        let (expected, found) = (shape.to_vec(), tensor.shape.clone());
        return Err(Error::Shape { expected, found, name: name.into() });
    }
    if tensor.dtype != dtype {
        return Err(Error::Safetensors {
            problem: format!("expected the type {dtype:?}"),
            location: name.into(),
        });
    }
    let (start, end) = tensor.data_offsets;
    Ok(data + start..data + end)
}

/// Builds a header of tensors that are stored in the order of their addition.
#[derive(Default)]
pub(crate) struct HeaderBuilder {
    tensors: Vec<(String, TensorInfo)>,
    end: usize,
}

impl HeaderBuilder {
    /// Adds a tensor of 4-byte values; returns its offset within the data.
    pub fn add(&mut self, name: String, dtype: Dtype, shape: Vec<usize>) -> u64 {
        let start = self.end;
        self.end += shape.iter().product::<usize>() * 4;
        self.tensors.push((name, TensorInfo { dtype, shape, data_offsets: (start, self.end) }));
        start as u64
    }

    /// Length and header, padded with spaces so that the data begins at a multiple of 8.
    pub fn bytes(self) -> Result<Vec<u8>> {
        let problem = |problem: String| Error::Safetensors { problem, location: "model.safetensors".into() };
        let about = HashMap::from([("format".to_owned(), "wasan".to_owned())]);
        let header = Metadata::new(Some(about), self.tensors)
            .map_err(|error: SafeTensorError| problem(error.to_string()))?;
        let mut json = serde_json::to_vec(&header).map_err(|error| problem(error.to_string()))?;
        json.resize(json.len().next_multiple_of(LENGTH_BYTES as usize), b' ');
        let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
        bytes.append(&mut json);
        Ok(bytes)
    }
}
