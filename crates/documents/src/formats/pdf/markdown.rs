//! Writes pages as Markdown. A paragraph that goes on in the next column or on the next page becomes one; headers and
//! footers come once, where they first stand. Comments of HTML name the pages that are not, or not all, text.

use super::page::{LeftOut, Page, Paragraph, Reading, Role};
use super::paragraphs::join;
use crate::formats::markdown::escape;

pub(super) fn markdown(reading: &Reading) -> String {
    let Reading { pages, left_out } = reading;
    let shown = |paragraph: &&Paragraph| !(paragraph.role == Role::Repeated && paragraph.text.is_empty());
    let of_page = |page| {
        let page: &Page = page;
        page.paragraphs.iter().filter(shown).map(|paragraph| (page.number, paragraph))
    };
    let all: Vec<(usize, &Paragraph)> = pages.iter().flat_map(of_page).collect();
    let mut out = String::new();
    let mut notes = notes(left_out).into_iter().peekable();
    let mut taken = vec![false; all.len()];
    for (at, (page, paragraph)) in all.iter().enumerate() {
        while let Some((_, note)) = notes.next_if(|(of, _)| of <= page) {
            out.push_str(&note);
        }
        if std::mem::replace(taken.get_mut(at).unwrap_or(&mut false), true) {
            continue;
        }
        let mut text = paragraph.text.clone();
        if paragraph.role == Role::Body {
            // Headers and footers may stand between.
            let after = all.iter().enumerate().skip(at + 1);
            let (mut last_page, mut last) = (*page, *paragraph);
            for (next, (other_page, other)) in after.filter(|(_, (_, other))| other.role != Role::Repeated) {
                if !continues(&text, last, other, last_page < *other_page) {
                    break;
                }
                join(&mut text, &other.text);
                (last_page, last) = (*other_page, *other);
                taken.get_mut(next).into_iter().for_each(|taken| *taken = true);
            }
        }
        write(&mut out, paragraph, &text);
        let next = all.get(at + 1).filter(|(next, _)| notes.peek().is_none_or(|(of, _)| of > next));
        let is_list = paragraph.role == Role::Item && next.is_some_and(|(_, next)| next.role == Role::Item);
        out.push_str(if is_list { "\n" } else { "\n\n" });
    }
    notes.for_each(|(_, note)| out.push_str(&note));
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// Comments on pages, in their order, each with the number of its page.
fn notes(left_out: &LeftOut) -> Vec<(usize, String)> {
    let note = |text: &'static str| move |page: &usize| (*page, format!("<!-- page {page}: {text} -->\n\n"));
    let unreadable = left_out.unreadable.iter().map(note("text that cannot be decoded is missing here"));
    let pictures = left_out.pictures.iter().map(note("a picture without text"));
    let hidden = left_out.hidden.iter().map(note("text that is not painted, as a scan's, is read"));
    let mut notes: Vec<(usize, String)> = unreadable.chain(pictures).chain(hidden).collect();
    notes.sort_by_key(|(page, _)| *page);
    notes
}

fn write(out: &mut String, paragraph: &Paragraph, text: &str) {
    match &paragraph.role {
        Role::Heading(level) => {
            out.push_str(&"#".repeat(*level));
            out.push(' ');
            out.push_str(&escape::plain(text, true));
        }
        Role::Item => {
            out.push_str("- ");
            out.push_str(&escape::plain(text, false));
        }
        Role::Table(rows) => {
            for (at, row) in rows.iter().enumerate() {
                out.push('|');
                for cell in row {
                    out.push(' ');
                    out.push_str(&escape::text(cell, false, false, false));
                    out.push_str(" |");
                }
                if at == 0 {
                    out.push_str("\n|");
                    out.push_str(&" --- |".repeat(row.len()));
                }
                if at + 1 < rows.len() {
                    out.push('\n');
                }
            }
        }
        Role::Body | Role::Repeated => out.push_str(&escape::plain(text, false)),
    }
}

/// Whether a paragraph goes on in another, which begins in lower case, in another column or on a later page.
fn continues(text: &str, paragraph: &Paragraph, next: &Paragraph, is_later_page: bool) -> bool {
    let (Some(last), Some(first)) = (paragraph.lines.last(), next.lines.first()) else { return false };
    let is_open = !text.trim_end().ends_with(['.', '!', '?', ':', '。', '！', '？', '”', '"', '」']);
    // In the same column a paragraph would not have been divided.
    let is_beside = first.area.bottom > last.area.bottom || first.area.left > last.area.right;
    let is_same = (last.style.size - first.style.size).abs() < 0.5;
    let starts_low = next.text.starts_with(char::is_lowercase);
    next.role == Role::Body && is_open && is_same && (is_later_page || is_beside) && starts_low
}
