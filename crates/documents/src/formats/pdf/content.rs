//! Reads what a page shows: its operators, those of the forms on it, become glyphs.

mod marks;

use std::collections::HashSet;
use std::rc::Rc;

use hayro_font::kurbo::Affine;
use hayro_syntax::content::{Instruction, UntypedIter};
use hayro_syntax::object::{Array, Dict, Name, Object, Stream};
use hayro_syntax::page::Resources;

use super::decode::Decoder;
use super::fonts::{Fonts, LoadedFont, Text};
use super::glyphs::Glyph;
use super::page::Style;
use super::state::{State, TextPlace, color, numbers};
use super::upright;
use crate::limits;

/// Forms inside forms; real ones stay under 10.
const FORM_DEPTH: usize = 24;

/// Saved states and open marks; real pages stay under 30.
const OPEN_STATES: usize = 512;

/// Operators without end that are passed over, each more operands than any operator has.
const FAULTS: usize = 64;

/// What a page shows.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) glyphs: Vec<Glyph>,
    /// Glyphs whose fonts do not tell their characters.
    pub(super) unknown: usize,
    /// Whether there are pictures.
    pub(super) has_pictures: bool,
    /// Whether a part of the content could not be decoded.
    pub(super) is_damaged: bool,
}

/// Reads content of one document.
pub(super) struct Interpreter<'a> {
    fonts: Fonts<'a>,
    pub(super) decoder: Decoder,
    shown: Shown,
    place: TextPlace,
    /// Whether a space was shown since the last glyph.
    spaced: bool,
    style: Option<(StyleKey, Rc<Style>)>,
    /// Open marked content, with the replacement text, the glyphs before it and the unknown ones before it.
    marks: Vec<Option<(String, usize, usize)>>,
    /// Glyphs that are taken for ASCII, and their fonts.
    guesses: Vec<(usize, Rc<LoadedFont<'a>>)>,
}

/// What decides a [`Style`]: the font's address, the size, the colour, whether it is hidden.
type StyleKey = (usize, u64, [u8; 3], bool);

impl<'a> Interpreter<'a> {
    pub(super) fn new() -> Self {
        Self {
            fonts: Fonts::new(),
            decoder: Decoder::new(),
            shown: Shown::default(),
            place: TextPlace::new(),
            spaced: false,
            style: None,
            marks: Vec::new(),
            guesses: Vec::new(),
        }
    }

    /// What was shown since the last call of [`Interpreter::take`].
    pub(super) fn shown(&mut self) -> &mut Shown {
        &mut self.shown
    }

    /// What the content of a page or a form shows that was read since the last call.
    pub(super) fn take(&mut self) -> Shown {
        self.marks.clear();
        self.spaced = false;
        let mut shown = std::mem::take(&mut self.shown);
        let guesses = std::mem::take(&mut self.guesses);
        let doubtful: HashSet<usize> =
            guesses.into_iter().filter(|(_, font)| font.is_doubtful()).map(|(index, _)| index).collect();
        let mut index = 0;
        shown.glyphs.retain(|_| {
            index += 1;
            !doubtful.contains(&(index - 1))
        });
        shown.unknown += doubtful.len();
        upright::set_upright(&mut shown.glyphs);
        shown
    }

    /// Reads the streams of a page's content as one.
    pub(super) fn page(&mut self, page: &Dict<'a>, resources: &Resources<'a>, to_page: Affine) {
        let streams: Vec<Option<Stream<'a>>> = match page.get::<Object<'a>>(b"Contents") {
            Some(Object::Stream(stream)) => vec![Some(stream)],
            Some(Object::Array(all)) => all.iter::<Object<'a>>().map(Object::into_stream).collect(),
            // A stream that was too large is a dictionary now.
            Some(Object::Dict(_)) => vec![None],
            None if page.contains_key(b"Contents") => vec![None],
            _ => Vec::new(),
        };
        let mut content = Vec::new();
        for stream in streams {
            match stream.and_then(|stream| self.decoder.decoded(&stream)) {
                Some(part) => {
                    content.extend_from_slice(&part);
                    content.push(b'\n');
                }
                None => self.shown.is_damaged = true,
            }
        }
        self.run(&content, resources, State::new(to_page), 0);
    }

    /// Reads a form, such as the appearance of a field, drawn with this matrix.
    pub(super) fn form(
        &mut self,
        form: &Stream<'a>,
        resources: &Resources<'a>,
        state: &State<'a>,
        depth: usize,
    ) {
        let Some(content) = self.decoder.decoded(form) else {
            self.shown.is_damaged = true;
            return;
        };
        let dict = form.dict();
        let own = dict.get::<Dict<'a>>(b"Resources").map(Resources::new);
        let matrix = dict.get::<[f64; 6]>(b"Matrix").map_or(Affine::IDENTITY, Affine::new);
        let state = State { to_page: state.to_page * matrix, ..state.clone() };
        let place = self.place;
        self.run(&content, own.as_ref().unwrap_or(resources), state, depth);
        self.place = place;
    }

    fn run(&mut self, content: &[u8], resources: &Resources<'a>, mut state: State<'a>, depth: usize) {
        let mut operators = UntypedIter::new(content);
        let mut saved = Vec::new();
        let mut faults = 0;
        let open = self.marks.len();
        while faults < FAULTS {
            let Some(instruction) = operators.next() else {
                faults += 1;
                continue;
            };
            if !self.decoder.step() {
                break;
            }
            match &**instruction.operator {
                b"q" if saved.len() < OPEN_STATES => saved.push(state.clone()),
                b"Q" => state = saved.pop().unwrap_or(state),
                b"Do" => self.draw(&instruction, resources, &state, depth),
                b"BI" => self.shown.has_pictures = true,
                b"BMC" | b"BDC" => self.open_mark(&instruction, resources),
                b"EMC" if self.marks.len() > open => self.close_mark(),
                b"Tf" => self.set_font(&instruction, resources, &mut state),
                b"gs" => self.set_graphics(&instruction, resources, &mut state),
                _ => self.text(&instruction, &mut state),
            }
        }
        self.marks.truncate(open);
    }

    /// Operators of text, colour and matrices.
    fn text(&mut self, instruction: &Instruction<'_, '_>, state: &mut State<'a>) {
        let one = || numbers::<1>(instruction).map(|[number]| number);
        match &**instruction.operator {
            b"cm" => {
                state.to_page *= numbers(instruction).map_or(Affine::IDENTITY, Affine::new);
            }
            b"BT" => self.place = TextPlace::new(),
            b"Tc" => state.letter_gap = one().unwrap_or(0.0),
            b"Tw" => state.word_gap = one().unwrap_or(0.0),
            b"Tz" => state.stretch = one().unwrap_or(100.0) / 100.0,
            b"TL" => state.leading = one().unwrap_or(0.0),
            b"Ts" => state.rise = one().unwrap_or(0.0),
            b"Tr" => state.hidden = one() == Some(3.0),
            b"Td" | b"TD" => {
                let [x, y] = numbers(instruction).unwrap_or_default();
                if instruction.operator.starts_with(b"TD") {
                    state.leading = -y;
                }
                self.place.next_line(x, y);
            }
            b"Tm" => {
                if let Some(matrix) = numbers(instruction) {
                    self.place.set(Affine::new(matrix));
                }
            }
            b"T*" => self.place.next_line(0.0, -state.leading),
            b"Tj" => self.show_last(instruction, state),
            b"'" | b"\"" => {
                // Spacing before the string.
                let mut gaps = instruction.operands().filter_map(|operand| match operand {
                    Object::Number(number) => Some(number.as_f64()),
                    _ => None,
                });
                if instruction.operator.starts_with(b"\"") {
                    state.word_gap = gaps.next().unwrap_or(state.word_gap);
                    state.letter_gap = gaps.next().unwrap_or(state.letter_gap);
                }
                self.place.next_line(0.0, -state.leading);
                self.show_last(instruction, state);
            }
            b"TJ" => {
                if let Some(Object::Array(parts)) = instruction.operands().last() {
                    self.show_all(parts, state);
                }
            }
            b"g" | b"rg" | b"k" | b"sc" | b"scn" => state.color = color(instruction),
            b"cs" => state.color = [0; 3],
            _ => {}
        }
    }

    fn draw(&mut self, of: &Instruction<'_, '_>, resources: &Resources<'a>, state: &State<'a>, depth: usize) {
        let Some(Object::Name(name)) = of.operands().last() else { return };
        match resources.x_objects.get::<Object<'a>>(name) {
            Some(Object::Stream(form)) if is_form(form.dict()) && depth < FORM_DEPTH => {
                self.form(&form, resources, state, depth + 1);
            }
            Some(Object::Stream(form)) if is_form(form.dict()) => {}
            // A stream that was too large is a dictionary now.
            Some(Object::Dict(dict)) if is_form(&dict) => self.shown.is_damaged = true,
            Some(_) => self.shown.has_pictures = true,
            None => {}
        }
    }

    fn set_font(&mut self, of: &Instruction<'_, '_>, resources: &Resources<'a>, state: &mut State<'a>) {
        let name = of.operands().find_map(|operand| match operand {
            Object::Name(name) => Some(name),
            _ => None,
        });
        let dict = name.and_then(|name| resources.get_font(name));
        state.font = dict.and_then(|dict| self.fonts.font(&dict, &mut self.decoder));
        state.size = numbers::<1>(of).map_or(state.size, |[size]| size);
    }

    fn set_graphics(&mut self, of: &Instruction<'_, '_>, resources: &Resources<'a>, state: &mut State<'a>) {
        let Some(Object::Name(name)) = of.operands().last() else { return };
        let font = resources.get_ext_g_state(name).and_then(|dict| dict.get::<Array<'a>>(b"Font"));
        let Some(mut parts) = font.map(|font| font.iter::<Object<'a>>()) else { return };
        if let Some(Object::Dict(dict)) = parts.next() {
            state.font = self.fonts.font(&dict, &mut self.decoder);
        }
        if let Some(Object::Number(size)) = parts.next() {
            state.size = size.as_f64();
        }
    }

    fn show_all(&mut self, parts: &Array<'_>, state: &State<'a>) {
        let is_vertical = state.font.as_ref().is_some_and(|font| font.is_vertical());
        for part in parts.iter::<Object<'_>>() {
            match part {
                Object::String(text) => self.show(text.as_bytes(), state),
                Object::Number(number) => {
                    let by = -number.as_f64() / 1000.0 * state.size;
                    match is_vertical {
                        true => self.place.advance(0.0, by),
                        false => self.place.advance(by * state.stretch, 0.0),
                    }
                }
                _ => {}
            }
        }
    }

    fn show_last(&mut self, of: &Instruction<'_, '_>, state: &State<'a>) {
        if let Some(Object::String(text)) = of.operands().last() {
            self.show(text.as_bytes(), state);
        }
    }

    fn show(&mut self, bytes: &[u8], state: &State<'a>) {
        let standard;
        let font = match &state.font {
            Some(font) => font,
            // Without a font the bytes of ASCII are most likely meant.
            None if bytes.is_ascii() => match self.fonts.standard() {
                Some(font) => {
                    standard = font;
                    &standard
                }
                None => return self.shown.unknown += bytes.len(),
            },
            None => return self.shown.unknown += bytes.len(),
        };
        let mut at = 0;
        while at < bytes.len() && self.decoder.step() {
            let (code, length) = font.code(bytes, at);
            at += length;
            let advance = font.advance(code) / 1000.0;
            match font.text(code) {
                None => self.shown.unknown += 1,
                Some(Text { text, .. }) if text.is_empty() => {}
                Some(Text { text, .. }) if text.trim().is_empty() => self.spaced = true,
                Some(Text { text, is_guess }) => {
                    if is_guess {
                        self.guesses.push((self.shown.glyphs.len(), font.clone()));
                    }
                    self.push(text, font, advance.x, advance.y, state);
                }
            }
            let gap = state.letter_gap + if code == 32 && length == 1 { state.word_gap } else { 0.0 };
            match font.is_vertical() {
                true => self.place.advance(0.0, advance.y * state.size + gap),
                false => self.place.advance((advance.x * state.size + gap) * state.stretch, 0.0),
            }
        }
    }

    fn push(&mut self, text: Rc<str>, font: &Rc<LoadedFont<'a>>, width: f64, height: f64, state: &State<'a>) {
        let [a, b, c, d, x, y] = state.glyph_space(&self.place).as_coeffs();
        let vertical = font.is_vertical();
        let ((dx, dy), advance) = if vertical { ((-c, -d), -height) } else { ((a, b), width) };
        let length = dx.hypot(dy);
        let size = if vertical || length == 0.0 { c.hypot(d) } else { (a * d - b * c).abs() / length };
        let size = size * font.scale;
        if ![x, y, length, size, advance].iter().all(|number| number.is_finite()) {
            return self.shown.unknown += 1;
        }
        if self.shown.glyphs.len() >= limits::PDF_PAGE_GLYPHS {
            return self.decoder.exhaust();
        }
        let direction = if length > 0.0 { (dx / length, dy / length) } else { (1.0, 0.0) };
        let style = self.style(font, size, state);
        self.shown.glyphs.push(Glyph {
            text,
            x,
            y,
            direction,
            advance: (advance * length).max(0.0),
            vertical,
            spaced: std::mem::take(&mut self.spaced),
            style,
        });
    }

    fn style(&mut self, font: &Rc<LoadedFont<'a>>, size: f64, state: &State<'a>) -> Rc<Style> {
        let key = (Rc::as_ptr(font) as usize, size.to_bits(), state.color, state.hidden);
        if let Some((known, style)) = &self.style
            && *known == key
        {
            return style.clone();
        }
        let style = Rc::new(Style {
            font: font.name.clone(),
            size,
            bold: font.bold,
            italic: font.italic,
            color: state.color,
            hidden: state.hidden,
        });
        self.style = Some((key, style.clone()));
        style
    }
}

fn is_form(dict: &Dict<'_>) -> bool {
    dict.get::<Name<'_>>(b"Subtype").is_some_and(|kind| kind.as_ref() == b"Form")
}
