//! What stands on a page beside its content: the values of form fields, and texts that are left where they are.

use std::collections::HashSet;
use std::rc::Rc;

use hayro_font::kurbo::Affine;
use hayro_syntax::object::{Array, Dict, MaybeRef, Name, Object, Rect, Stream, String as PdfString};
use hayro_syntax::page::Resources;

use super::content::Interpreter;
use super::glyphs::{Glyph, normalized};
use super::page::Style;
use super::state::State;
use super::text_string;

/// Fields and comments of a page; a long form has some hundreds.
const ANNOTATIONS: usize = 20_000;

/// Fields above a field, whose value it has.
const PARENTS: usize = 16;

/// Bookmarks that are counted.
const BOOKMARKS: usize = 100_000;

/// The size of a value that has no look of its own, in points.
const VALUE_SIZE: f64 = 10.0;

/// Shows the fields and texts set on a page, and counts its comments, which are not part of it.
pub(super) fn show<'a>(
    page: &Dict<'a>,
    resources: &Resources<'a>,
    to_page: Affine,
    interpreter: &mut Interpreter<'a>,
) -> usize {
    let Some(all) = page.get::<Array<'a>>(b"Annots") else { return 0 };
    let mut comments = 0;
    for annotation in all.iter::<Dict<'a>>().take(ANNOTATIONS) {
        let flags = annotation.get::<u32>(b"F").unwrap_or(0);
        let is_hidden = flags & (1 << 1 | 1 << 5) != 0;
        let kind = annotation.get::<Name<'_>>(b"Subtype");
        match kind.as_ref().map(AsRef::as_ref) {
            _ if is_hidden => {}
            Some(b"Widget" | b"FreeText" | b"Stamp") => {
                show_one(&annotation, resources, to_page, interpreter);
            }
            Some(b"Link" | b"Popup") | None => {}
            Some(_) => {
                let text = annotation.get::<PdfString<'_>>(b"Contents");
                comments += usize::from(
                    text.is_some_and(|text| !text_string::decoded(text.as_bytes()).trim().is_empty()),
                );
            }
        }
    }
    comments
}

fn show_one<'a>(
    annotation: &Dict<'a>,
    resources: &Resources<'a>,
    to_page: Affine,
    interpreter: &mut Interpreter<'a>,
) {
    let Some(area) = annotation.get::<Rect>(b"Rect") else { return };
    let before = interpreter.shown().glyphs.len();
    if let Some(form) = appearance(annotation) {
        let place = appearance_place(&form, area);
        interpreter.form(&form, resources, &State::new(to_page * place), 1);
    }
    if interpreter.shown().glyphs.len() > before {
        return;
    }
    let Some(value) = value(annotation) else { return };
    let style = Rc::new(Style {
        font: String::new(),
        size: VALUE_SIZE,
        bold: false,
        italic: false,
        color: [0; 3],
        hidden: false,
    });
    for (row, line) in value.split(['\r', '\n']).filter(|line| !line.trim().is_empty()).enumerate() {
        let top = if value.contains(['\r', '\n']) { area.y1 } else { (area.y0 + area.y1 + VALUE_SIZE) * 0.5 };
        let place =
            to_page * hayro_font::kurbo::Point::new(area.x0, top - VALUE_SIZE * (0.8 + 1.2 * row as f64));
        interpreter.shown().glyphs.push(Glyph {
            text: Rc::from(line.trim()),
            x: place.x,
            y: place.y,
            direction: (1.0, 0.0),
            advance: (area.x1 - area.x0).max(0.0),
            vertical: false,
            spaced: false,
            style: style.clone(),
        });
    }
}

/// The stream that draws an annotation.
fn appearance<'a>(annotation: &Dict<'a>) -> Option<Stream<'a>> {
    match annotation.get::<Dict<'a>>(b"AP")?.get::<Object<'a>>(b"N")? {
        Object::Stream(form) => Some(form),
        Object::Dict(states) => states.get::<Stream<'a>>(annotation.get::<Name<'_>>(b"AS")?.as_ref()),
        _ => None,
    }
}

/// From an appearance's box to the annotation's area (ISO 32000-2, 12.5.5).
fn appearance_place(form: &Stream<'_>, area: Rect) -> Affine {
    let dict = form.dict();
    let Some(bounds) = dict.get::<Rect>(b"BBox") else { return Affine::translate((area.x0, area.y0)) };
    let matrix = dict.get::<[f64; 6]>(b"Matrix").map_or(Affine::IDENTITY, Affine::new);
    let bounds =
        matrix.transform_rect_bbox(hayro_font::kurbo::Rect::new(bounds.x0, bounds.y0, bounds.x1, bounds.y1));
    let scale = |to: f64, from: f64| if from > 0.0 && to > 0.0 { to / from } else { 1.0 };
    let (x, y) = (scale(area.x1 - area.x0, bounds.width()), scale(area.y1 - area.y0, bounds.height()));
    Affine::new([x, 0.0, 0.0, y, area.x0 - bounds.x0 * x, area.y0 - bounds.y0 * y])
}

/// The text of a field, its own or of a field above it, or of a text set on the page.
fn value(annotation: &Dict<'_>) -> Option<String> {
    let mut of = annotation.clone();
    let inherited =
        |of: &Dict<'_>, key: &[u8]| of.get::<PdfString<'_>>(key).map(|text| text.as_bytes().to_vec());
    for _ in 0..PARENTS {
        if let Some(bytes) = inherited(&of, b"V").or_else(|| inherited(&of, b"Contents")) {
            return Some(normalized_lines(&text_string::decoded(&bytes)));
        }
        of = of.get::<Dict<'_>>(b"Parent")?;
    }
    None
}

fn normalized_lines(text: &str) -> String {
    text.split(['\r', '\n']).map(normalized).collect::<Vec<_>>().join("\n")
}

/// Bookmarks of a document.
pub(super) fn bookmarks(catalog: &Dict<'_>) -> usize {
    let mut seen = HashSet::new();
    let mut open: Vec<Dict<'_>> = catalog.get::<Dict<'_>>(b"Outlines").into_iter().collect();
    let mut count = 0;
    while let Some(item) = open.pop() {
        count += usize::from(item.contains_key(b"Title"));
        for key in [&b"First"[..], b"Next"] {
            let is_new = match item.get_raw::<Dict<'_>>(key) {
                Some(MaybeRef::Ref(to)) => seen.insert((to.obj_number, to.gen_number)),
                _ => false,
            };
            if is_new && count < BOOKMARKS {
                open.extend(item.get::<Dict<'_>>(key));
            }
        }
    }
    count
}
