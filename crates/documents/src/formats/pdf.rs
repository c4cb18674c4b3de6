//! PDF → Markdown. A PDF has glyphs at places, not paragraphs: lines, columns, paragraphs, headings, lists and tables are
//! inferred from their geometry. Pictures, rules and colours are lost in the Markdown; [`Page`] keeps where each
//! paragraph stood and how it looked.

mod columns;
mod content;
mod decode;
mod encoding;
mod fields;
mod fonts;
mod frames;
mod furniture;
mod glyphs;
mod lines;
mod markdown;
mod page;
mod paragraphs;
mod roles;
mod segments;
mod state;
mod streams;
mod tables;
mod text_string;
mod upright;
mod words;

use std::thread;

use hayro_font::kurbo::Affine;
use hayro_syntax::object::Dict;
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use crate::caught::caught;
use crate::{Error, LeftAlone, Place, Result, limits};

use content::Interpreter;
use roles::RawPage;

pub use page::{Area, LeftOut, Line, Page, Paragraph, Reading, Role, Style};

/// The stack of a reader, which recurses for forms inside forms and objects inside objects.
const STACK_BYTES: usize = 32 << 20;

/// The part of a page's glyphs that may be unknown, and their number; above one of them, the page is named. Ornaments
/// seldom have a character.
const UNKNOWN: f64 = 0.02;
const UNKNOWN_GLYPHS: usize = 10;

/// The text of a PDF as Markdown, and what is left alone.
///
/// # Errors
/// As [`read`].
pub(crate) fn to_markdown(bytes: &[u8]) -> Result<(String, LeftAlone)> {
    let reading = read(bytes)?;
    let LeftOut { unreadable, pictures, comments, bookmarks, .. } = &reading.left_out;
    let mut left = LeftAlone::default();
    for (place, count) in [
        (Place::UnreadablePage, unreadable.len()),
        (Place::PicturePage, pictures.len()),
        (Place::PageComment, *comments),
        (Place::Bookmark, *bookmarks),
    ] {
        (0..count).for_each(|_| left.record(place, "text"));
    }
    Ok((markdown::markdown(&reading), left))
}

/// Reads the pages of a PDF.
///
/// # Errors
/// When the PDF is damaged or exceeds a limit, needs a password, or has no text, as a scan.
pub fn read(bytes: &[u8]) -> Result<Reading> {
    if bytes.len() > limits::DOCUMENT_BYTES {
        return Err(Error::TooLarge { bytes: bytes.len(), limit: limits::DOCUMENT_BYTES });
    }
    thread::scope(|scope| {
        let reader = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, || read_here(bytes));
        let reader = reader.map_err(|error| damaged(&error.to_string()))?;
        reader.join().unwrap_or_else(|_| Err(parser_failed()))
    })
}

fn damaged(cause: &str) -> Error {
    Error::Pdf { cause: cause.to_owned() }
}

fn parser_failed() -> Error {
    damaged("the PDF parser failed")
}

fn read_here(bytes: &[u8]) -> Result<Reading> {
    let streams::Checked { bytes, has_large, .. } = streams::checked(bytes).map_err(damaged)?;
    let pdf = caught(|| Pdf::new(bytes)).ok_or_else(parser_failed)?.map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => Error::Protected,
        LoadPdfError::Decryption(_) => damaged("its encryption is unknown"),
        LoadPdfError::Invalid => damaged("its objects cannot be found"),
    })?;
    let mut interpreter = Interpreter::new();
    let mut raw = Vec::new();
    let mut left_out = LeftOut::default();
    let (mut letters, mut unknown, mut lines) = (0, 0, 0);
    let pages = caught(|| pdf.pages()).ok_or_else(parser_failed)?;
    for (index, page) in pages.iter().enumerate() {
        let shown = caught(|| {
            let to_page = Affine::new(page.initial_transform(false).as_coeffs());
            interpreter.page(page.raw(), page.resources(), to_page);
            fields::show(page.raw(), page.resources(), to_page, &mut interpreter)
        });
        match shown {
            Some(comments) => left_out.comments += comments,
            // What was read before is kept, and the page is named.
            None => interpreter.shown().is_damaged = true,
        }
        if interpreter.decoder.is_exhausted() || lines > limits::PDF_LINES {
            return Err(damaged("its pages hold more than a document may"));
        }
        let shown = interpreter.take();
        let number = index + 1;
        letters += shown.glyphs.len();
        unknown += shown.unknown;
        let all = shown.glyphs.len() + shown.unknown;
        let is_unknown = shown.unknown > UNKNOWN_GLYPHS || shown.unknown as f64 > UNKNOWN * all as f64;
        if shown.is_damaged || is_unknown {
            left_out.unreadable.push(number);
        } else if shown.glyphs.is_empty() && shown.has_pictures {
            left_out.pictures.push(number);
        }
        if shown.glyphs.iter().any(|glyph| glyph.style.hidden) {
            left_out.hidden.push(number);
        }
        let (width, height) = page.render_dimensions();
        let regions = lines::rows(&shown.glyphs);
        lines += regions.iter().map(Vec::len).sum::<usize>();
        raw.push(RawPage { number, width: f64::from(width), height: f64::from(height), regions });
    }
    if letters == 0 {
        let large = format!("the decompressed size of a stream exceeds {} bytes", limits::PDF_STREAM_BYTES);
        return Err(match left_out.unreadable.len() {
            0 => Error::Scanned,
            _ if has_large => damaged(&large),
            _ if unknown > 0 => damaged("its fonts do not tell which characters they show"),
            _ => damaged("the contents of its pages cannot be decoded"),
        });
    }
    let bookmarks = caught(|| {
        pdf.xref().get::<Dict<'_>>(pdf.xref().root_id()).map_or(0, |catalog| fields::bookmarks(&catalog))
    });
    left_out.bookmarks = bookmarks.unwrap_or(0);
    Ok(Reading { pages: roles::pages(raw), left_out })
}
