//! Documents that a Word document takes in when it is opened (ECMA-376 part 1, 17.17.2): web pages, plain texts, and
//! other Word documents.

use super::OoxmlPart;
use super::content_types::ContentTypes;
use crate::left_alone::{LeftAlone, Place};
use crate::package::{INSIDE, Package, resolve};
use crate::xml::tree::{DocType, each};
use crate::{Format, Result};

/// The entries of the documents taken in that hold text. Counts those of other formats.
pub(super) fn texts(
    package: &mut Package,
    types: &ContentTypes,
    left: &mut LeftAlone,
) -> Vec<(String, OoxmlPart)> {
    let mut found = Vec::new();
    for name in targets(package) {
        let content = types.of(&name).unwrap_or_default();
        let is = |kind: &str| content.contains(kind);
        let part = match () {
            () if is("html") => Some(OoxmlPart::Page),
            () if is("text/plain") => Some(OoxmlPart::PlainText),
            () => None,
        };
        match part {
            Some(part) if package.text(&name).is_ok() => found.push((name, part)),
            None if is("wordprocessingml") => match document(package, &name, left) {
                Ok(parts) => found.extend(parts),
                Err(_) => left.record(Place::EmbeddedDocument, &name),
            },
            _ => left.record(Place::EmbeddedDocument, &name),
        }
    }
    found
}

/// The entries of a Word document in the package.
fn document(package: &mut Package, name: &str, left: &mut LeftAlone) -> Result<Vec<(String, OoxmlPart)>> {
    let inner = package.open_inner(name)?;
    let mut left_inside = LeftAlone::default();
    let parts = super::parts(inner, Format::Docx, &mut left_inside)?;
    // Every part must be readable, or the whole document would be refused for it.
    for (part, _) in &parts {
        inner.text(part)?;
    }
    left.merge(left_inside);
    Ok(parts.into_iter().map(|(part, parser)| (format!("{name}{INSIDE}{part}"), parser)).collect())
}

/// The entries that relationships name as documents to take in, in their order.
fn targets(package: &mut Package) -> Vec<String> {
    let is_list = |name: &&String| name.to_ascii_lowercase().ends_with(".rels");
    let lists: Vec<String> = package.names().iter().filter(is_list).cloned().collect();
    let mut targets: Vec<String> = Vec::new();
    for list in lists {
        let Ok(source) = package.text(&list) else { continue };
        let folder =
            list.to_ascii_lowercase().find("_rels/").and_then(|at| list.get(..at)).unwrap_or_default();
        let mut found: Vec<String> = Vec::new();
        let read = each(
            &source,
            DocType::Refused,
            |(_, local)| local == "Relationship",
            |element| {
                let value = |name| element.value(&source, name).unwrap_or_default();
                if value("Type").to_ascii_lowercase().ends_with("/afchunk") {
                    let target = resolve(folder, &value("Target"));
                    if package.has(&target) && !targets.contains(&target) {
                        found.push(target);
                    }
                }
                Ok(())
            },
        );
        // A damaged list takes in nothing.
        targets.extend(found.into_iter().filter(|_| read.is_ok()));
    }
    targets
}
