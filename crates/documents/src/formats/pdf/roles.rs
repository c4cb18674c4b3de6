//! What the paragraphs of a document are: headings by their size and weight, items, tables, headers and footers.

use std::collections::BTreeMap;

use super::furniture::{Furniture, mark};
use super::lines::Row;
use super::page::{Line, Page, Paragraph, Role};
use super::paragraphs::{Draft, paragraphs};
use super::tables::table_at;

/// A paragraph whose letters are larger than the body's by this factor is a heading.
const HEADING_FACTOR: f64 = 1.15;

/// Letters of a heading at most. A page of large print is text.
const HEADING_LETTERS: usize = 250;

/// Letters of a heading that only its weight marks, and its lines.
const BOLD_LETTERS: usize = 100;
const BOLD_LINES: usize = 2;

/// A page's rows before they are paragraphs.
pub(super) struct RawPage {
    pub(super) number: usize,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) regions: Vec<Vec<Row>>,
}

/// The pages with their paragraphs.
pub(super) fn pages(mut raw: Vec<RawPage>) -> Vec<Page> {
    let regions: Vec<Vec<Vec<Row>>> = raw.iter_mut().map(|page| std::mem::take(&mut page.regions)).collect();
    let heights: Vec<f64> = raw.iter().map(|page| page.height).collect();
    let furniture = mark(&regions, &heights);
    let body = Body::of(&regions);
    let mut pages = Vec::new();
    for ((page, regions), marks) in raw.iter().zip(regions).zip(furniture) {
        let (mut text, mut first, mut last) = (Vec::new(), Vec::new(), Vec::new());
        for (rows, marks) in regions.into_iter().zip(marks) {
            let mut kept = Vec::new();
            for (row, mark) in rows.into_iter().zip(marks) {
                let edge = if row.on_page.bottom > page.height * 0.5 { &mut first } else { &mut last };
                match mark {
                    Furniture::None => kept.push(row),
                    Furniture::First => edge.push(repeated(row.text(), row.line())),
                    Furniture::Again => edge.push(repeated(String::new(), row.line())),
                }
            }
            region_paragraphs(&kept, &body, &mut text);
        }
        let paragraphs = first.into_iter().chain(text).chain(last).collect();
        pages.push(Page { number: page.number, width: page.width, height: page.height, paragraphs });
    }
    body.level(&mut pages);
    pages
}

fn repeated(text: String, line: Line) -> Paragraph {
    Paragraph { role: Role::Repeated, text, lines: vec![line] }
}

fn region_paragraphs(rows: &[Row], body: &Body, out: &mut Vec<Paragraph>) {
    let mut start = 0;
    let mut at = 0;
    let drafts = |rows: &[Row], out: &mut Vec<Paragraph>| {
        out.extend(paragraphs(rows).into_iter().map(|draft| body.paragraph(draft)));
    };
    while at < rows.len() {
        let Some(table) = rows.get(at..).and_then(table_at) else {
            at += 1;
            continue;
        };
        drafts(rows.get(start..at).unwrap_or_default(), out);
        at += table.rows;
        start = at;
        out.push(Paragraph { role: Role::Table(table.cells), text: String::new(), lines: table.lines });
    }
    drafts(rows.get(start..).unwrap_or_default(), out);
}

/// The look of most of a document's text.
struct Body {
    size: f64,
    bold: bool,
}

impl Body {
    fn of(pages: &[Vec<Vec<Row>>]) -> Self {
        let rows = || pages.iter().flatten().flatten();
        let mut sizes: BTreeMap<i64, usize> = BTreeMap::new();
        let (mut bold, mut all) = (0, 0);
        for row in rows() {
            let letters: usize = row.pieces.iter().map(|piece| piece.text.len()).sum();
            *sizes.entry(rounded(row.style.size)).or_default() += letters;
            all += letters;
            bold += if row.style.bold { letters } else { 0 };
        }
        let most = sizes.iter().max_by_key(|(_, letters)| **letters);
        Self { size: most.map_or(0.0, |(size, _)| *size as f64 / 2.0), bold: bold * 2 > all }
    }

    /// A paragraph; the level of a heading is that of [`Body::level`].
    fn paragraph(&self, draft: Draft) -> Paragraph {
        let style = draft.lines.first().map(|line| &line.style);
        let is_large =
            style.is_some_and(|style| rounded(style.size) as f64 / 2.0 > self.size * HEADING_FACTOR);
        let letters = draft.text.chars().count();
        let is_bold = !self.bold
            && draft.lines.iter().all(|line| line.style.bold && line.style.size > self.size * 0.9)
            && draft.lines.len() <= BOLD_LINES
            && letters <= BOLD_LETTERS
            && !draft.text.ends_with(['.', ',', ';', ':', '。']);
        let has_letters = draft.text.contains(char::is_alphabetic);
        let role = match () {
            () if draft.is_item => Role::Item,
            () if is_large && letters <= HEADING_LETTERS && has_letters => Role::Heading(1),
            () if is_bold && has_letters => Role::Heading(6),
            () => Role::Body,
        };
        Paragraph { role, text: draft.text, lines: draft.lines }
    }

    /// Gives headings their levels: the largest size is 1; headings that only are bold come after all sizes.
    fn level(&self, pages: &mut [Page]) {
        let size = |paragraph: &Paragraph| paragraph.lines.first().map_or(0, |line| rounded(line.style.size));
        let is_large = |size: i64| size as f64 / 2.0 > self.size * HEADING_FACTOR;
        let headings = |page: &Page| {
            let all = page.paragraphs.iter().filter(|paragraph| matches!(paragraph.role, Role::Heading(_)));
            all.map(size).filter(|size| is_large(*size)).collect::<Vec<_>>()
        };
        let mut sizes: Vec<i64> = pages.iter().flat_map(headings).collect();
        sizes.sort_by_key(|size| std::cmp::Reverse(*size));
        sizes.dedup();
        for paragraph in pages.iter_mut().flat_map(|page| &mut page.paragraphs) {
            let own = size(paragraph);
            if let Role::Heading(level) = &mut paragraph.role {
                let at = sizes.iter().position(|size| *size <= own).unwrap_or(sizes.len());
                *level = (at + 1).min(6);
            }
        }
    }
}

/// The size in half points, since sizes of one style differ slightly.
fn rounded(size: f64) -> i64 {
    (size * 2.0).round() as i64
}
