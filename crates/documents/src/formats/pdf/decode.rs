//! Decodes streams within the limits of a document: bytes decoded and operators read, together and for each stream.

use std::borrow::Cow;

use hayro_syntax::object::Stream;

use crate::limits;

/// What a document may still cost.
pub(super) struct Decoder {
    /// Bytes that may still be decoded.
    bytes: usize,
    /// Operators and letters that may still be read.
    steps: usize,
}

impl Decoder {
    pub(super) fn new() -> Self {
        Self { bytes: limits::PDF_DECODED_BYTES, steps: limits::PDF_STEPS }
    }

    /// The content of a stream; `None` if it is damaged or exceeds a limit.
    pub(super) fn decoded<'a>(&mut self, stream: &Stream<'a>) -> Option<Cow<'a, [u8]>> {
        if self.bytes == 0 || stream.filters().len() > limits::PDF_FILTERS {
            return None;
        }
        let content = stream.decoded_data().ok()?;
        self.bytes = self.bytes.saturating_sub(content.len());
        (content.len() <= limits::PDF_STREAM_BYTES).then_some(content)
    }

    /// Whether a stream that is decoded elsewhere is within the limits. It counts as decoded.
    pub(super) fn fits(&mut self, stream: &Stream<'_>) -> bool {
        self.decoded(stream).is_some()
    }

    /// Takes one step; `false` when there is none left.
    pub(super) fn step(&mut self) -> bool {
        self.steps = self.steps.saturating_sub(1);
        self.steps > 0
    }

    /// Ends the reading of a page that holds too much.
    pub(super) fn exhaust(&mut self) {
        self.steps = 0;
    }

    /// Whether the document cost more than a document may.
    pub(super) fn is_exhausted(&self) -> bool {
        self.bytes == 0 || self.steps == 0
    }
}
