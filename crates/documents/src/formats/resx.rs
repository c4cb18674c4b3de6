//! .NET resources (`.resx`, `.resw`): the values of strings. Typed and binary data, what a form's designer keeps, and
//! strings whose comment says `{Locked}` are left unchanged.

use crate::Result;
use crate::bilingual::attribute;
use crate::parsed::Parsed;
use crate::xml::texts::push_values;
use crate::xml::tree::{self, DocType, Element};

/// Whether XML whose root is `root` holds .NET resources.
pub(crate) fn is_resources(source: &str) -> bool {
    source.contains("<resheader ") || source.contains("<data name=")
}

/// The blocks of a resource file.
///
/// # Errors
/// When the XML is not well-formed or nested too deeply.
pub(crate) fn parse(source: &str) -> Result<Parsed> {
    tree::blocks(
        source,
        DocType::Named,
        |(_, local)| local == "data",
        |data, found| {
            if is_text(source, data)
                && let Some(value) = data.child(("", "value"))
            {
                push_values(source, value, found);
            }
            Ok(())
        },
    )
}

fn is_text(source: &str, data: &Element) -> bool {
    let value = |name| attribute(source, data, name);
    let is_string = value("type").is_none_or(|of| of.split(',').next() == Some("System.String"));
    let comment = data.child(("", "comment")).map(|comment| comment.text(source)).unwrap_or_default();
    // `>>button.Name` and the like tell the designer about controls.
    let of_designer = value("name").is_none_or(|name| name.starts_with(">>") || name.starts_with("&gt;&gt;"));
    is_string && value("mimetype").is_none() && !of_designer && !comment.contains("{Locked}")
}
