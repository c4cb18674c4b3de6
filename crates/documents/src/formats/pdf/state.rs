//! The state that a page's operators change: matrices, the font, spacing, the colour.

use std::rc::Rc;

use hayro_font::kurbo::Affine;
use hayro_syntax::content::Instruction;
use hayro_syntax::object::Object;

use super::fonts::LoadedFont;

/// What `q` saves and `Q` restores.
#[derive(Clone)]
pub(super) struct State<'a> {
    /// From the content's space to the page's.
    pub(super) to_page: Affine,
    pub(super) font: Option<Rc<LoadedFont<'a>>>,
    pub(super) size: f64,
    /// Extra width of each glyph.
    pub(super) letter_gap: f64,
    /// Extra width of each space.
    pub(super) word_gap: f64,
    /// Horizontal scale; 1 is normal.
    pub(super) stretch: f64,
    pub(super) leading: f64,
    /// How far letters stand above the baseline.
    pub(super) rise: f64,
    /// Whether letters are not painted.
    pub(super) hidden: bool,
    /// Red, green, blue.
    pub(super) color: [u8; 3],
}

/// Where the next glyph and the next line begin.
#[derive(Clone, Copy)]
pub(super) struct TextPlace {
    pub(super) next: Affine,
    pub(super) line: Affine,
}

impl<'a> State<'a> {
    pub(super) fn new(to_page: Affine) -> Self {
        Self {
            to_page,
            font: None,
            size: 1.0,
            letter_gap: 0.0,
            word_gap: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
            hidden: false,
            color: [0; 3],
        }
    }

    /// From a glyph's space, whose unit is the size, to the page's.
    pub(super) fn glyph_space(&self, place: &TextPlace) -> Affine {
        let size = Affine::new([self.size * self.stretch, 0.0, 0.0, self.size, 0.0, self.rise]);
        self.to_page * place.next * size
    }
}

impl TextPlace {
    pub(super) fn new() -> Self {
        Self { next: Affine::IDENTITY, line: Affine::IDENTITY }
    }

    pub(super) fn next_line(&mut self, x: f64, y: f64) {
        self.set(self.line * Affine::translate((x, y)));
    }

    pub(super) fn set(&mut self, to: Affine) {
        (self.next, self.line) = (to, to);
    }

    pub(super) fn advance(&mut self, x: f64, y: f64) {
        self.next *= Affine::translate((x, y));
    }
}

/// The last `N` operands as numbers; `None` unless they are.
pub(super) fn numbers<const N: usize>(instruction: &Instruction<'_, '_>) -> Option<[f64; N]> {
    let count = instruction.operands().count();
    let mut numbers = [0.0; N];
    for (number, operand) in numbers.iter_mut().zip(instruction.operands().skip(count.checked_sub(N)?)) {
        let Object::Number(value) = operand else { return None };
        *number = Some(value.as_f64()).filter(|value| value.is_finite())?;
    }
    Some(numbers)
}

/// Red, green and blue of one component (grey), three (RGB) or four (CMYK); black for other numbers of them.
pub(super) fn color(instruction: &Instruction<'_, '_>) -> [u8; 3] {
    let channel = |value: f64| (value.clamp(0.0, 1.0) * 255.0).round() as u8;
    let components = instruction.operands().filter(|operand| matches!(operand, Object::Number(_))).count();
    match components {
        1 => numbers::<1>(instruction).map_or([0; 3], |[gray]| [channel(gray); 3]),
        3 => numbers::<3>(instruction).map_or([0; 3], |rgb| rgb.map(channel)),
        4 => numbers::<4>(instruction)
            .map_or([0; 3], |[c, m, y, k]| [c, m, y].map(|ink| channel((1.0 - ink) * (1.0 - k)))),
        _ => [0; 3],
    }
}
