//! Blocks of formats whose markup is in tags.

use std::collections::{BTreeMap, BTreeSet};

use super::{Relation, Surroundings};
use crate::package::Package;

/// Headings, which what comes after them continues.
const HEADINGS: [&str; 7] = ["h", "h1", "h2", "h3", "h4", "h5", "h6"];

/// Elements of HTML that begin something else, and end it.
const HTML: [&str; 30] = [
    "hr",
    "head",
    "title",
    "body",
    "header",
    "footer",
    "nav",
    "main",
    "aside",
    "section",
    "article",
    "figure",
    "figcaption",
    "caption",
    "table",
    "tr",
    "td",
    "th",
    "form",
    "fieldset",
    "label",
    "button",
    "select",
    "option",
    "textarea",
    "input",
    "details",
    "summary",
    "dialog",
    "svg",
];

/// Elements of Word: cells, notes, comments, text boxes, headers.
const WORD: [&str; 10] =
    ["tbl", "tr", "tc", "footnote", "endnote", "comment", "txbxContent", "hdr", "ftr", "outlineLvl"];

/// Elements of slides, charts and diagrams.
const DRAWING: [&str; 12] =
    ["sp", "txBody", "tbl", "tr", "tc", "pic", "graphicFrame", "cxnSp", "rich", "tx", "v", "pt"];

/// Elements of OpenDocument.
const OPEN_DOCUMENT: [&str; 18] = [
    "table",
    "table-row",
    "table-cell",
    "note",
    "annotation",
    "frame",
    "text-box",
    "page",
    "custom-shape",
    "rect",
    "line",
    "notes",
    "title",
    "desc",
    "table-of-content",
    "index-title",
    "header",
    "footer",
];

/// HTML.
pub(super) fn html(around: &Surroundings<'_>) -> Relation {
    parted(around, &HTML)
}

/// Slides, charts and diagrams.
pub(super) fn drawing(around: &Surroundings<'_>) -> Relation {
    parted(around, &DRAWING)
}

/// OpenDocument.
pub(super) fn open_document(around: &Surroundings<'_>) -> Relation {
    parted(around, &OPEN_DOCUMENT)
}

/// Word; `headings` are the styles of headings.
pub(super) fn word(around: &Surroundings<'_>, headings: &BTreeSet<String>) -> Relation {
    let styles = tags(around.gap).filter(|(name, _)| *name == "pStyle");
    let is_heading = styles.filter_map(|(_, tag)| value(tag, "w:val")).any(|style| headings.contains(style));
    parted(around, &WORD).max(Relation::begins_if(is_heading))
}

/// Apart is a block that ends inside a tag: the value of an attribute.
fn parted(around: &Surroundings<'_>, names: &[&str]) -> Relation {
    let gap = around.gap;
    if gap.rfind('<').is_some_and(|tag| gap.rfind('>').is_none_or(|end| end < tag)) {
        return Relation::Apart;
    }
    let begins = |(name, tag): (&str, &str)| {
        names.contains(&name) || (HEADINGS.contains(&name) && !tag.starts_with('/'))
    };
    Relation::begins_if(tags(gap).any(begins))
}

/// The tags of a text: the name without its namespace, and all of the tag.
fn tags(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split('<').skip(1).map(|rest| {
        let tag = rest.split('>').next().unwrap_or_default();
        let name = tag.trim_start_matches('/');
        let end = name.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(name.len());
        let name = name.get(..end).unwrap_or_default();
        (name.rsplit(':').next().unwrap_or_default(), tag)
    })
}

/// The value of a tag's attribute.
fn value<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let start = tag.find(&format!("{name}=\""))? + name.len() + 2;
    tag.get(start..)?.split('"').next()
}

/// The identifiers of a Word document's styles of headings, titles and lines of contents: by their names, which Word
/// stores in English, by their level in the outline, or because they are based on such a style.
pub(crate) fn heading_styles(package: &mut Package) -> BTreeSet<String> {
    let name = package.names().iter().find(|name| name.ends_with("word/styles.xml")).cloned();
    let Some(styles) = name.and_then(|name| package.text(&name).ok()) else { return BTreeSet::new() };
    let mut headings = BTreeSet::new();
    // The styles by what they are based on.
    let mut children: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut style = String::new();
    for (name, tag) in tags(&styles) {
        match (name, value(tag, "w:val")) {
            ("style", _) => style = value(tag, "w:styleId").unwrap_or_default().to_owned(),
            ("name", Some(name)) if is_heading(name) => {
                headings.insert(style.clone());
            }
            ("outlineLvl", Some(level)) if level != "9" => {
                headings.insert(style.clone());
            }
            ("basedOn", Some(base)) => children.entry(base.to_owned()).or_default().push(style.clone()),
            _ => {}
        }
    }
    let mut new: Vec<String> = headings.iter().cloned().collect();
    while let Some(base) = new.pop() {
        let based = children.remove(&base).unwrap_or_default();
        new.extend(based.into_iter().filter(|style| headings.insert(style.clone())));
    }
    headings
}

fn is_heading(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["heading ", "toc "].iter().any(|start| name.starts_with(start))
        || ["title", "subtitle", "caption", "toc heading"].contains(&name.as_str())
}
