//! Headers and footers: lines at the edge of a page that other pages repeat, except for their numbers.

use std::collections::HashMap;

use super::lines::Row;

/// The part of a page's height in which headers stand, and footers.
const EDGE: f64 = 0.12;

/// Lines of a header or a footer.
const LINES: usize = 3;

/// Pages that repeat a line; two are enough where there are no more than three.
const PAGES: usize = 3;

/// What to do with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Furniture {
    /// Text of the page.
    None,
    /// The first occurrence of a repeated line.
    First,
    /// A further occurrence, or a page's number.
    Again,
}

/// A row at the edge of a page.
struct Edge {
    region: usize,
    row: usize,
    /// Whether it is at the top, and its text without its numbers.
    key: (bool, String),
    numbers: Vec<u64>,
}

/// For each page, region and row whether it is a header or a footer. `heights` are those of the pages.
pub(super) fn mark(pages: &[Vec<Vec<Row>>], heights: &[f64]) -> Vec<Vec<Vec<Furniture>>> {
    let edges: Vec<Vec<Edge>> =
        pages.iter().zip(heights).map(|(page, &height)| edges(page, height)).collect();
    // The pages on which each text stands at an edge, with its numbers.
    let mut places: HashMap<_, Vec<(usize, &[u64])>> = HashMap::new();
    for (page, edges) in edges.iter().enumerate() {
        for edge in edges {
            places.entry(&edge.key).or_default().push((page, &edge.numbers));
        }
    }
    let least = if pages.len() <= PAGES { 2 } else { PAGES };
    let mut all = Vec::new();
    for (page, (regions, edges)) in pages.iter().zip(&edges).enumerate() {
        let mut marks: Vec<Vec<Furniture>> =
            regions.iter().map(|region| vec![Furniture::None; region.len()]).collect();
        for edge in edges {
            let Some(places) = places.get(&edge.key) else { continue };
            let same: Vec<usize> = places
                .iter()
                .filter(|(other, numbers)| is_same(&edge.numbers, page, numbers, *other))
                .map(|(other, _)| *other)
                .collect();
            // A number that counts the pages is no text.
            let counts = places.iter().any(|(_, numbers)| *numbers != edge.numbers);
            let is_text = edge.key.1.contains(char::is_alphabetic) || !counts;
            let is_first = same.first() == Some(&page) && is_text;
            let mark = marks.get_mut(edge.region).and_then(|marks| marks.get_mut(edge.row));
            if let Some(mark) = mark.filter(|_| same.len() >= least) {
                *mark = if is_first { Furniture::First } else { Furniture::Again };
            }
        }
        // A page of nothing else is a page of text.
        if marks.iter().flatten().all(|mark| *mark != Furniture::None) {
            marks.iter_mut().flatten().for_each(|mark| *mark = Furniture::None);
        }
        all.push(marks);
    }
    all
}

/// Whether the numbers of a row on two pages are the same, or count the pages.
fn is_same(numbers: &[u64], page: usize, others: &[u64], other: usize) -> bool {
    let pages = page as i128 - other as i128;
    let step = |a: &u64, b: &u64| i128::from(*a) - i128::from(*b);
    numbers.len() == others.len() && numbers.iter().zip(others).all(|(a, b)| [0, pages].contains(&step(a, b)))
}

/// The rows at the edges of a page.
fn edges(page: &[Vec<Row>], height: f64) -> Vec<Edge> {
    let rows = page
        .iter()
        .enumerate()
        .flat_map(|(region, rows)| rows.iter().enumerate().map(move |(index, row)| (region, index, row)));
    let mut rows: Vec<(usize, usize, &Row)> = rows.filter(|(.., row)| row.angle == 0.0).collect();
    rows.sort_by(|(.., a), (.., b)| b.on_page.top.total_cmp(&a.on_page.top));
    let top = rows.iter().take(LINES).filter(|(.., row)| row.on_page.bottom > height * (1.0 - EDGE));
    let bottom = rows.iter().rev().take(LINES).filter(|(.., row)| row.on_page.top < height * EDGE);
    let edge = |is_top: bool| {
        move |&(region, row, of): &(usize, usize, &Row)| {
            let (text, numbers) = without_numbers(&of.text());
            Edge { region, row, key: (is_top, text), numbers }
        }
    };
    top.map(edge(true)).chain(bottom.map(edge(false))).collect()
}

/// The text with "#" for each number, and the numbers.
fn without_numbers(text: &str) -> (String, Vec<u64>) {
    let (mut out, mut numbers) = (String::new(), Vec::new());
    let mut digits = String::new();
    for c in text.chars().chain(['\n']) {
        if c.is_ascii_digit() && digits.len() < 18 {
            digits.push(c);
            continue;
        }
        if let Ok(number) = digits.parse() {
            numbers.push(number);
            out.push('#');
        }
        digits.clear();
        out.push(c);
    }
    (out, numbers)
}
