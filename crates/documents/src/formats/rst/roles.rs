//! Roles of reStructuredText's inline markup.

/// Roles whose text is prose.
pub(super) const PROSE: [&str; 13] = [
    "abbr",
    "abbreviation",
    "ac",
    "dfn",
    "emphasis",
    "strong",
    "sub",
    "subscript",
    "sup",
    "superscript",
    "t",
    "title",
    "title-reference",
];

/// Roles whose text before a target, `text <target>`, is prose.
pub(super) const TITLED: [&str; 9] =
    ["ref", "doc", "term", "numref", "any", "download", "std:ref", "std:doc", "std:term"];

/// The name of a role between colons at the start of a text.
pub(super) fn role(text: &str) -> Option<&str> {
    let rest = text.strip_prefix(':')?;
    let is_part = |c: char| c.is_alphanumeric() || "-_.:+".contains(c);
    let size = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    let name = rest.get(..size)?.strip_suffix(':')?;
    name.starts_with(char::is_alphanumeric).then_some(name)
}
