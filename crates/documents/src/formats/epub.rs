//! E-books (EPUB 2 and 3): the title, the chapters in reading order, the tables of contents.

use std::collections::HashMap;

use crate::escaping::Escaping;
use crate::formats::html;
use crate::locked_text::lock_placeholders;
use crate::markup::Dialect;
use crate::package::{Package, resolve};
use crate::parsed::Parsed;
use crate::slot::Role;
use crate::xml::plain::{lines, whole};
use crate::xml::tree::{DocType, Element, blocks, each};
use crate::{Error, Result};

/// The content of an e-book's first entry.
pub(crate) const MIMETYPE: &str = "application/epub+zip";

/// The entry that names the package documents.
pub(crate) const CONTAINER: &str = "META-INF/container.xml";

/// The media types of chapters, with those of older books.
const CHAPTERS: [&str; 4] =
    ["application/xhtml+xml", "application/x-dtbook+xml", "text/html", "text/x-oeb1-document"];

/// An entry that holds text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EpubEntry {
    /// The package document, with the book's title and description.
    Package,
    /// A chapter.
    Chapter,
    /// An EPUB 2 table of contents.
    Contents,
    /// An SVG picture.
    Svg,
}

impl EpubEntry {
    /// The blocks of the entry.
    ///
    /// # Errors
    /// When it is not well-formed, though it must be, or beyond the limits. A chapter may be anything.
    pub fn parse(self, source: &str) -> Result<Parsed> {
        match self {
            Self::Package => package_document(source),
            Self::Chapter => Ok(html::parse(source, Dialect::Xml)),
            Self::Contents => contents(source),
            Self::Svg => Ok(html::svg::parse(source)),
        }
    }

    /// Checks that a written chapter is well-formed if its source is.
    ///
    /// # Errors
    /// When it is not.
    pub fn check(self, source: &str, written: &str) -> Result<()> {
        let well_formed = |text: &str| each(text, DocType::Named, |_| false, |_| Ok(()));
        match self {
            Self::Chapter if well_formed(source).is_ok() => well_formed(written),
            _ => Ok(()),
        }
    }
}

/// The entries that hold text, in reading order.
///
/// # Errors
/// When the book is encrypted, or its container or package document cannot be read.
pub(crate) fn texts(package: &mut Package) -> Result<Vec<(String, EpubEntry)>> {
    let container = package.text(CONTAINER)?;
    let mut packages = Vec::new();
    each(
        &container,
        DocType::Named,
        |(_, local)| local == "rootfile",
        |element| {
            packages.extend(element.value(&container, "full-path").map(|path| path.into_owned()));
            Ok(())
        },
    )?;
    let mut texts = Vec::new();
    for name in packages {
        if package.has(&name) && !texts.iter().any(|(known, _)| *known == name) {
            let listed = listed(package, &name)?;
            texts.push((name, EpubEntry::Package));
            texts.extend(listed);
        }
    }
    let encrypted = match package.has("META-INF/encryption.xml") {
        true => package.text("META-INF/encryption.xml")?,
        false => String::new(),
    };
    // Pictures are only counted, so they must not take the room of texts.
    texts.sort_by_key(|(_, entry)| *entry == EpubEntry::Svg);
    // Fonts are often obfuscated; encrypted texts are copy-protected.
    if texts.iter().any(|(name, _)| encrypted.contains(name.as_str())) {
        return Err(Error::Protected);
    }
    Ok(texts)
}

/// The texts that a package document lists: chapters in reading order, then those outside the spine.
fn listed(package: &mut Package, name: &str) -> Result<Vec<(String, EpubEntry)>> {
    let source = package.text(name)?;
    let folder = name.rfind('/').map_or("", |at| &name[..=at]);
    let mut items: Vec<(String, String)> = Vec::new();
    let mut order: HashMap<String, usize> = HashMap::new();
    let mut kinds = HashMap::new();
    each(
        &source,
        DocType::Named,
        |name| matches!(name, ("opf", "item" | "itemref")),
        |element| {
            if element.name.1 == "itemref" {
                let position = order.len();
                order
                    .entry(element.value(&source, "idref").unwrap_or_default().into_owned())
                    .or_insert(position);
            } else if let (Some(id), Some(href), Some(kind)) = (
                element.value(&source, "id"),
                element.value(&source, "href"),
                element.value(&source, "media-type"),
            ) {
                let path = resolve(folder, &href);
                kinds.insert(path.clone(), kind.into_owned());
                items.push((id.into_owned(), path));
            }
            Ok(())
        },
    )?;
    items.sort_by_key(|(id, _)| order.get(id).copied().unwrap_or(usize::MAX));
    let mut texts: Vec<(String, EpubEntry)> = Vec::new();
    for (_, path) in items {
        let entry = match kinds.get(&path).map(String::as_str) {
            Some(kind) if CHAPTERS.contains(&kind) && package.has(&path) => EpubEntry::Chapter,
            Some("application/x-dtbncx+xml") if package.has(&path) => EpubEntry::Contents,
            Some("image/svg+xml") if package.has(&path) => EpubEntry::Svg,
            _ => continue,
        };
        if !texts.iter().any(|(known, _)| *known == path) {
            texts.push((path, entry));
        }
    }
    Ok(texts)
}

/// Properties of a book that are shown to its readers.
const SHOWN_PROPERTIES: [&str; 2] = ["belongs-to-collection", "schema:accessibilitySummary"];

/// The blocks of a package document: what it says about the book, and the names in the guide of older books. Descriptions
/// may hold HTML, whose tags are locked.
fn package_document(source: &str) -> Result<Parsed> {
    let wanted = |name: (&str, &str)| {
        matches!(name, ("dc", "title" | "subject" | "description" | "rights" | "coverage"))
            || matches!(name, ("opf", "meta" | "reference"))
    };
    blocks(source, DocType::Named, wanted, |element, found| {
        let property = || element.value(source, "property").unwrap_or_default();
        match element.name {
            ("opf", "meta") if !SHOWN_PROPERTIES.contains(&property().as_ref()) => {}
            ("opf", "reference") => {
                let title = element.attribute(source, "title");
                let title = title.and_then(|title| lines(source, title, Escaping::XmlAttribute));
                found.extend(title.map(|title| title.with_role(Role::Shared)));
            }
            _ => found.extend(whole(source, element).map(|mut found| {
                if found.block.text.contains("</") {
                    lock_placeholders(&mut found.block);
                }
                found
            })),
        }
        Ok(())
    })
}

/// The blocks of an EPUB 2 table of contents (NCX), which mostly repeats the chapters' headings.
fn contents(source: &str) -> Result<Parsed> {
    let mut found = Parsed::default();
    each(
        source,
        DocType::Named,
        |name| matches!(name, ("ncx", "docTitle" | "navInfo" | "navLabel" | "pageTarget")),
        |element| {
            let is_page = element.name.1 == "pageTarget";
            let inner = element.elements().filter(|child| is_page && child.name == ("ncx", "navLabel"));
            let texts = inner.flat_map(Element::elements).chain(element.elements());
            let labels = texts.filter(|child| child.name == ("ncx", "text"));
            let blocks = labels.filter_map(|label| whole(source, label));
            let blocks = blocks.filter(|found| !(is_page && html::is_roman(&found.block.text)));
            found.extend(blocks.map(|found| found.with_role(Role::Shared)));
            Ok(())
        },
    )?;
    Ok(found)
}
