//! Text in a font for vertical writing whose letters are placed one by one from left to right, so that it is read as any
//! other.

use super::glyphs::Glyph;

/// How far neighbours may stand from their line, in sizes.
const OFF: f64 = 0.3;

/// How far apart the starts of neighbours are at most, in sizes: a wide letter and a space.
const STEP: f64 = 2.0;

/// The most that a letter at the end of a word is taken to be wide, in sizes, and the part of the way to the next word.
const WIDTH: f64 = 0.4;
const BEFORE_SPACE: f64 = 0.6;

/// How far the baseline is below the place of a vertical glyph, in sizes (ISO 32000-2, 9.7.4.3: the default).
const BELOW: f64 = 0.88;

/// Turns the vertical glyphs of a page if more of them stand to the right of the one before than below it. Those of another
/// direction, as brackets that are turned already, stay.
pub(super) fn set_upright(glyphs: &mut [Glyph]) {
    let steps: Vec<Option<(f64, f64, bool)>> = glyphs
        .windows(2)
        .map(|pair| match pair {
            [one, next] => step(one, next).map(|(right, down)| (right, down, next.spaced)),
            _ => None,
        })
        .collect();
    let is_below = |(right, down, _): &&(f64, f64, bool)| right.abs() < OFF && (OFF..STEP).contains(down);
    let beside = steps.iter().flatten().filter(|(right, down, _)| is_beside(*right, *down)).count();
    if beside <= steps.iter().flatten().filter(is_below).count() {
        return;
    }
    let is_first =
        |step: &Option<(f64, f64, bool)>| step.is_some_and(|(right, down, _)| is_beside(right, down));
    let direction = steps.iter().position(is_first).and_then(|at| Some(glyphs.get(at)?.direction));
    let widths = steps.into_iter().map(Some).chain([None]);
    let is_turned = |glyph: &Glyph| glyph.vertical && Some(glyph.direction) == direction;
    for (glyph, step) in glyphs.iter_mut().zip(widths).filter(|(glyph, _)| is_turned(glyph)) {
        let (size, (dx, dy)) = (glyph.style.size, glyph.direction);
        let width = match step.flatten().filter(|(right, down, _)| is_beside(*right, *down)) {
            Some((right, _, false)) => right,
            Some((right, ..)) => WIDTH.min(right * BEFORE_SPACE),
            None => WIDTH,
        };
        glyph.x += dx * BELOW * size;
        glyph.y += dy * BELOW * size;
        glyph.direction = (-dy, dx);
        glyph.advance = width * size;
        glyph.vertical = false;
    }
}

fn is_beside(right: f64, down: f64) -> bool {
    down.abs() < OFF && right > 0.0 && right < STEP
}

/// How far a vertical glyph is to the right of one before it, and below it, in sizes.
fn step(one: &Glyph, next: &Glyph) -> Option<(f64, f64)> {
    let size = one.style.size;
    if !one.vertical || !next.vertical || one.direction != next.direction || size <= 0.0 {
        return None;
    }
    let ((dx, dy), (x, y)) = (one.direction, (next.x - one.x, next.y - one.y));
    Some(((y * dx - x * dy) / size, (x * dx + y * dy) / size))
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::formats::pdf::page::Style;

    /// Glyphs of ten points at these places, each with whether a space precedes it.
    fn glyphs(places: &[(f64, f64, bool)]) -> Vec<Glyph> {
        let style = Rc::new(Style {
            font: "F".into(),
            size: 10.0,
            bold: false,
            italic: false,
            color: [0; 3],
            hidden: false,
        });
        let glyph = |&(x, y, spaced): &(f64, f64, bool)| Glyph {
            text: Rc::from("a"),
            x,
            y,
            direction: (0.0, -1.0),
            advance: 10.0,
            vertical: true,
            spaced,
            style: style.clone(),
        };
        places.iter().map(glyph).collect()
    }

    #[test]
    fn letters_beside_one_another_are_turned_and_those_below_are_not() {
        let places = [(0.0, 700.0), (7.0, 700.0), (12.0, 700.0), (0.0, 680.0), (2.0, 680.0), (7.0, 680.0)];
        let places: Vec<_> = places.into_iter().enumerate().map(|(at, (x, y))| (x, y, at == 5)).collect();
        let mut beside = glyphs(&places);
        set_upright(&mut beside);
        let shown: Vec<(f64, bool)> = beside.iter().map(|glyph| (glyph.advance, glyph.vertical)).collect();
        assert_eq!(shown, [7.0, 5.0, 4.0, 2.0, 3.0, 4.0].map(|width| (width, false)));
        assert!(beside.iter().all(|glyph| glyph.direction == (1.0, 0.0)));
        assert_eq!((beside[0].x, beside[0].y), (0.0, 691.2));
        let mut bracket = glyphs(&places);
        bracket[5].direction = (1.0, 0.0);
        set_upright(&mut bracket);
        assert!(!bracket[4].vertical && bracket[5].vertical && bracket[5].direction == (1.0, 0.0));
        let places = [(100.0, 700.0), (100.0, 690.0), (100.0, 680.0), (85.0, 700.0), (85.0, 690.0)];
        let mut below = glyphs(&places.map(|(x, y)| (x, y, false)));
        set_upright(&mut below);
        assert!(below.iter().all(|glyph| glyph.vertical && glyph.direction == (0.0, -1.0)));
    }
}
