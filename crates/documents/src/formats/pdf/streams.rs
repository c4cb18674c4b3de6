//! Limits the decompressed size of a PDF's streams before lopdf, which has no limit, inflates them. Pictures are
//! dropped, since only text is read.

use std::borrow::Cow;
use std::cell::Cell;
use std::io::{self, Read, Write};

use flate2::read::{DeflateDecoder, ZlibDecoder};
use pdf_extract::{Dictionary, Document, Object, ObjectId, Stream};
use weezl::BitOrder;
use weezl::decode::Decoder;

use crate::limits;

/// Marks a stream that was emptied because it exceeds the limits.
const EMPTIED: &str = "WasanEmptied";

thread_local! {
    /// Bytes of object streams inflated so far. The filter cannot carry state, and each document has its own thread.
    static INFLATED: Cell<usize> = const { Cell::new(0) };
}

/// The filter that measures each object as it is loaded; for one document per thread.
pub(super) fn measured(id: ObjectId, object: &mut Object) -> Option<(ObjectId, Object)> {
    measure(object);
    Some((id, object.clone()))
}

/// Whether a stream was emptied because it was too large.
pub(super) fn is_any_emptied(document: &Document) -> bool {
    let is_emptied =
        |object: &Object| object.as_stream().is_ok_and(|stream| stream.dict.has(EMPTIED.as_bytes()));
    document.objects.values().any(is_emptied)
}

pub(super) fn measure(object: &mut Object) {
    let Ok(stream) = object.as_stream_mut() else { return };
    if stream.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind == b"Image") {
        stream.set_content(Vec::new());
        return;
    }
    let fits = inflated(stream).is_some_and(|bytes| {
        // Objects stay in memory, page contents do not.
        let all = INFLATED.get().saturating_add(if stream.dict.has_type(b"ObjStm") { bytes } else { 0 });
        INFLATED.set(all);
        all <= limits::PDF_OBJECT_BYTES
    });
    if !fits {
        stream.set_content(Vec::new());
        stream.dict.set(EMPTIED, true);
    }
}

/// Decompressed bytes of a stream, through the filters that lopdf supports; `None` above the limits.
fn inflated(stream: &Stream) -> Option<usize> {
    let filters = stream.filters().unwrap_or_default();
    if filters.len() > limits::PDF_FILTERS || row_bits(stream)? > limits::PDF_STREAM_BYTES {
        return None;
    }
    let mut content = Cow::from(&stream.content);
    for filter in filters {
        content = match filter {
            b"FlateDecode" => inflate(&content, limits::PDF_STREAM_BYTES)?,
            b"LZWDecode" => decode_lzw(&content, &stream.dict)?,
            b"ASCII85Decode" => {
                let mut dictionary = Dictionary::new();
                dictionary.set("Filter", Object::Name(filter.to_vec()));
                Stream::new(dictionary, content.into_owned()).decompressed_content().unwrap_or_default()
            }
            _ => return Some(0),
        }
        .into();
    }
    Some(content.len())
}

/// Bits of a predictor's row, which lopdf allocates in advance; `None` on overflow.
fn row_bits(stream: &Stream) -> Option<usize> {
    let parameters = stream.dict.get(b"DecodeParms").and_then(Object::as_dict).ok();
    let of = |key: &[u8], least: i64| {
        let given = parameters.and_then(|parameters| parameters.get(key).and_then(Object::as_i64).ok());
        let value = given.unwrap_or(least);
        usize::try_from(value.max(least)).ok()
    };
    of(b"Columns", 1)?.checked_mul(of(b"Colors", 1)?)?.checked_mul(of(b"BitsPerComponent", 8)?)
}

/// `content` inflated, as far as it is valid; `None` when it exceeds `limit` bytes.
pub(super) fn inflate(content: &[u8], limit: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = limit as u64 + 1;
    // Damaged content is used as far as it is valid, as in lopdf.
    let read = ZlibDecoder::new(content).take(most).read_to_end(&mut bytes);
    if read.is_err() && bytes.is_empty() {
        let raw = content.get(2..).unwrap_or_default();
        drop(DeflateDecoder::new(raw).take(most).read_to_end(&mut bytes));
    }
    (bytes.len() <= limit).then_some(bytes)
}

fn decode_lzw(content: &[u8], dictionary: &Dictionary) -> Option<Vec<u8>> {
    let parameters = dictionary.get(b"DecodeParms").and_then(Object::as_dict);
    let change = parameters.and_then(|given| given.get(b"EarlyChange")).and_then(Object::as_i64);
    let mut decoder = match change {
        Ok(0) => Decoder::new(BitOrder::Msb, 8),
        _ => Decoder::with_tiff_size_switch(BitOrder::Msb, 8),
    };
    let mut bytes = BoundedBuffer(Vec::new());
    let done = decoder.into_stream(&mut bytes).decode_all(content);
    let is_full = matches!(&done.status, Err(error) if error.kind() == io::ErrorKind::FileTooLarge);
    (!is_full).then_some(bytes.0)
}

/// A buffer that holds at most [`limits::PDF_STREAM_BYTES`].
struct BoundedBuffer(Vec<u8>);

impl Write for BoundedBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > limits::PDF_STREAM_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
