//! Test sets of the WMT shared tasks: text between `<seg id="…">` and `</seg>` of a `srcset` or `refset`.
//!
//! This SGML is not XML (`&` may occur unescaped), so tags are searched and not parsed.

use crate::text_file::TextFile;
use crate::{Error, Result, limits};
use quick_xml::escape::unescape;

const OPEN: &str = "<seg";
const CLOSE: &str = "</seg>";

/// Reads the segments of a file, as [`TextFile`] reads its lines.
pub(crate) struct Sgml {
    pub text: TextFile,
    /// The segments read.
    pub segments: u64,
    /// Bytes of the current line that are consumed.
    done: usize,
    segment: String,
}

impl Sgml {
    pub fn new(text: TextFile) -> Self {
        Self { text, segments: 0, done: 0, segment: String::new() }
    }

    /// Reads the next segment, which [`Self::segment`] then is; false at the end.
    pub fn advance(&mut self) -> Result<bool> {
        self.segment.clear();
        while !self.skip_past_tag() {
            if !self.next_line()? {
                return Ok(false);
            }
        }
        let first_line = self.text.lines;
        loop {
            let rest = self.text.line().get(self.done..).unwrap_or_default();
            let end = find(rest, CLOSE);
            self.segment.push_str(rest.get(..end.unwrap_or(rest.len())).unwrap_or_default());
            if self.segment.len() > limits::LINE_BYTES {
                let (limit, path) = (limits::LINE_BYTES, self.text.path.clone());
                return Err(Error::LineTooLong { line: first_line, limit, path });
            }
            if let Some(end) = end {
                self.done += end + CLOSE.len();
                break;
            }
            if !self.next_line()? {
                return Err(Error::Sgml { line: first_line, path: self.text.path.clone() });
            }
            self.segment.push(' ');
        }
        if let Ok(plain) = unescape(&self.segment) {
            self.segment = plain.into_owned();
        }
        self.segments += 1;
        Ok(true)
    }

    /// The segment that was read last.
    pub fn segment(&self) -> &str {
        &self.segment
    }

    /// Moves past the next opening tag of this line, if it has one.
    fn skip_past_tag(&mut self) -> bool {
        let rest = self.text.line().get(self.done..).unwrap_or_default();
        let tag = find(rest, OPEN);
        let end = tag.and_then(|tag| Some(tag + rest.get(tag..)?.find('>')? + 1));
        self.done += end.unwrap_or(0);
        end.is_some()
    }

    fn next_line(&mut self) -> Result<bool> {
        self.done = 0;
        self.text.advance()
    }
}

/// The position of the ASCII `needle` in `text`, ignoring case.
fn find(text: &str, needle: &str) -> Option<usize> {
    text.as_bytes().windows(needle.len()).position(|window| window.eq_ignore_ascii_case(needle.as_bytes()))
}
