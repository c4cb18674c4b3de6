//! PDF → Markdown: headings are recognised by their font size, lines are joined into paragraphs, hyphenated words are
//! joined. All else on the page (pictures, rules of tables, colours, the positions of columns) is lost.

mod encrypted;
mod streams;
mod table;

use std::io;
use std::thread;

use pdf_extract::{Document, LoadOptions, MediaBox, OutputDev, OutputError, Transform};

use crate::chars::join_separator;
use crate::{Error, Result, limits};

/// The stack of pdf-extract, which recurses for forms inside forms.
const STACK_BYTES: usize = 32 << 20;

/// A line whose font is larger than the body text's by this factor is a heading.
const HEADING_FACTOR: f64 = 1.15;

/// Lines further apart than this, in font sizes, belong to different paragraphs.
const PARAGRAPH_GAP: f64 = 1.75;

/// Characters further apart than this, in font sizes, belong to different words.
const WORD_GAP: f64 = 0.15;

/// A gap wider than this, in font sizes, separates columns.
const COLUMN_GAP: f64 = 2.5;

/// The text of a PDF as Markdown.
///
/// # Errors
/// When the PDF is damaged, needs a password, or has no text, as a scan.
pub(crate) fn to_markdown(bytes: &[u8]) -> Result<String> {
    if bytes.len() > limits::DOCUMENT_BYTES {
        return Err(Error::TooLarge { bytes: bytes.len(), limit: limits::DOCUMENT_BYTES });
    }
    // pdf-extract 0.12.1 panics on some damaged files, and recurses as deeply as the file nests.
    let lines = thread::scope(|scope| {
        let parser = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, || read(bytes));
        let parser = parser.map_err(|error| Error::Pdf { cause: error.to_string() })?;
        parser.join().unwrap_or_else(|_| Err(Error::Pdf { cause: "the PDF parser failed".to_owned() }))
    })?;
    let text = markdown(&lines);
    if text.contains(char::is_alphabetic) { Ok(text) } else { Err(Error::Scanned) }
}

fn read(bytes: &[u8]) -> Result<Vec<PageLine>> {
    let damaged = |error: &dyn std::fmt::Display| Error::Pdf { cause: error.to_string() };
    let document = match table::is_encrypted(bytes).map_err(|fault| damaged(&fault))? {
        false => {
            let options = LoadOptions::with_filter(streams::measured);
            Document::load_mem_with_options(bytes, options).map_err(|error| damaged(&error))?
        }
        true => encrypted::open(bytes).map_err(|error| damaged(&error))?.ok_or(Error::Protected)?,
    };
    if streams::is_any_emptied(&document) {
        let cause = format!("the decompressed size of a stream exceeds {} bytes", limits::PDF_STREAM_BYTES);
        return Err(Error::Pdf { cause });
    }
    let mut page = LineCollector::default();
    pdf_extract::output_doc(&document, &mut page).map_err(|error| damaged(&error))?;
    page.end_line();
    Ok(page.lines)
}

/// A line of text on a page. Sizes and positions are in points, from the page's bottom left corner.
#[derive(Debug, Clone, PartialEq)]
struct PageLine {
    text: String,
    page: u32,
    left: f64,
    base: f64,
    size: f64,
}

/// Collects characters into lines, in painting order.
#[derive(Debug, Default)]
struct LineCollector {
    number: u32,
    lines: Vec<PageLine>,
    line: Option<PageLine>,
    /// The right edge of the last character.
    end: f64,
    /// All bytes of text so far.
    bytes: usize,
}

impl LineCollector {
    fn end_line(&mut self) {
        self.lines.extend(self.line.take().filter(|line| !line.text.trim().is_empty()));
    }
}

impl OutputDev for LineCollector {
    fn begin_page(
        &mut self,
        number: u32,
        _: &MediaBox,
        _: Option<(f64, f64, f64, f64)>,
    ) -> std::result::Result<(), OutputError> {
        self.end_line();
        self.number = number;
        Ok(())
    }

    fn end_page(&mut self) -> std::result::Result<(), OutputError> {
        self.end_line();
        Ok(())
    }

    fn output_character(
        &mut self,
        transform: &Transform,
        width: f64,
        _: f64,
        font_size: f64,
        text: &str,
    ) -> std::result::Result<(), OutputError> {
        // The size on the page: the font's, scaled by the square root of the matrix's determinant.
        let scale = (transform.m11 * transform.m22 - transform.m12 * transform.m21).abs().sqrt();
        let (left, base, size) = (transform.m31, transform.m32, font_size * scale);
        self.bytes += text.len();
        if self.bytes > limits::DOCUMENT_BYTES {
            return Err(OutputError::IoError(io::Error::other("its text exceeds the size limit")));
        }
        if !(left.is_finite() && base.is_finite() && size.is_finite() && size > 0.0) {
            return Ok(());
        }
        let gap = left - self.end;
        let continues = self.line.as_ref().is_some_and(|line| {
            let same = (base - line.base).abs() < size.max(line.size) * 0.5;
            same && gap < size * COLUMN_GAP && gap > -size
        });
        if !continues {
            self.end_line();
        }
        let line = self.line.get_or_insert_with(|| PageLine {
            text: String::new(),
            page: self.number,
            left,
            base,
            size,
        });
        if continues && gap > size * WORD_GAP && !line.text.ends_with(' ') {
            line.text.push(' ');
        }
        line.text.extend(text.chars().map(|c| if c.is_control() { ' ' } else { c }));
        self.end = left + width * font_size * scale;
        Ok(())
    }

    fn begin_word(&mut self) -> std::result::Result<(), OutputError> {
        Ok(())
    }

    fn end_word(&mut self) -> std::result::Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> std::result::Result<(), OutputError> {
        Ok(())
    }
}

/// Headings and paragraphs from lines.
fn markdown(lines: &[PageLine]) -> String {
    let text_size = text_size(lines);
    let mut sizes: Vec<f64> = lines
        .iter()
        .map(|line| rounded(line.size))
        .filter(|size| *size > text_size * HEADING_FACTOR)
        .collect();
    sizes.sort_by(|a, b| b.total_cmp(a));
    sizes.dedup();
    let mut out = String::new();
    let mut paragraphs = lines.chunk_by(is_same_paragraph).peekable();
    while let Some(lines) = paragraphs.next() {
        let mut text = joined(lines);
        let Some(first) = lines.first() else { continue };
        // A paragraph may continue on the next page.
        while let Some(next) = paragraphs.next_if(|next| continues(&text, lines, next)) {
            join(&mut text, &joined(next));
        }
        let level = sizes.iter().position(|size| rounded(first.size) >= *size).map_or(0, |at| 1 + at.min(5));
        let written = crate::formats::markdown::escape::plain(&text, level > 0);
        if level > 0 {
            out.push_str(&"#".repeat(level));
            out.push(' ');
        }
        out.push_str(&written);
        out.push_str("\n\n");
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// The font size of most characters.
fn text_size(lines: &[PageLine]) -> f64 {
    let mut sizes: Vec<(f64, usize)> =
        lines.iter().map(|line| (rounded(line.size), line.text.len())).collect();
    sizes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let runs = sizes.chunk_by(|a, b| a.0 == b.0);
    let weighed =
        runs.filter_map(|run| Some((run.iter().map(|(_, letters)| letters).sum::<usize>(), run.first()?.0)));
    weighed.max_by_key(|(letters, _)| *letters).map_or(0.0, |(_, size)| size)
}

/// Rounds to half points, since sizes of one style differ slightly.
fn rounded(size: f64) -> f64 {
    (size * 2.0).round() / 2.0
}

fn is_same_paragraph(line: &PageLine, next: &PageLine) -> bool {
    let below = line.base - next.base;
    let near = below > 0.0 && below < line.size.max(next.size) * PARAGRAPH_GAP;
    let indented = next.left - line.left > line.size && !line.text.trim_end().ends_with(['-', '\u{ad}']);
    let item = next.text.trim_start().starts_with(['•', '‣', '–', '◦', '▪']);
    line.page == next.page && near && rounded(line.size) == rounded(next.size) && !indented && !item
}

fn continues(text: &str, lines: &[PageLine], next: &[PageLine]) -> bool {
    let (Some(last), Some(next)) = (lines.last(), next.first()) else { return false };
    let open = !text.trim_end().ends_with(['.', '!', '?', ':', '。', '！', '？', '”', '"', '」']);
    let same = last.page < next.page && rounded(last.size) == rounded(next.size);
    same && open && next.text.trim_start().starts_with(char::is_lowercase)
}

fn joined(lines: &[PageLine]) -> String {
    let mut text = String::new();
    for line in lines {
        join(&mut text, &line.text);
    }
    text
}

/// Appends a line. A word hyphenated at the line end is joined; a compound keeps its hyphen.
fn join(text: &mut String, line: &str) {
    text.truncate(text.trim_end().len());
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let divided =
        text.strip_suffix(['-', '\u{ad}', '‐']).is_some_and(|word| word.ends_with(char::is_alphabetic));
    if divided && line.starts_with(char::is_lowercase) {
        text.pop();
    } else if !text.is_empty() && !divided {
        let separator = join_separator(text, &line);
        text.push_str(separator);
    }
    text.push_str(&line);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, base: f64, size: f64) -> PageLine {
        PageLine { text: text.into(), page: 1, left: 72.0, base, size }
    }

    #[test]
    fn lines_become_headings_and_paragraphs() {
        let lines = [
            line("A Title", 700.0, 20.0),
            line("1. The first line of a para-", 660.0, 10.0),
            line("graph in *two* lines of the Baden-", 648.0, 10.0),
            line("Baden kind.", 636.0, 10.0),
            line("Another one.", 600.0, 10.0),
            line("Section", 570.0, 14.0),
        ];
        let expected = "# A Title\n\n1\\. The first line of a paragraph in \\*two\\* lines of the Baden-Baden kind.\n\nAnother one.\n\n## Section\n";
        assert_eq!(markdown(&lines), expected);
    }
}
