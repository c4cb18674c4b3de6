//! What the directives of docutils, Sphinx and its common extensions contain.

use crate::left_alone::Place;

/// What a directive contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Code, data, or nothing that is known.
    Copied,
    /// Paragraphs, which may start on the line of its name.
    Body,
    /// A title, and paragraphs.
    Titled,
    /// An argument that is no text, and paragraphs.
    Argument,
    /// A version, and paragraphs, which may start after it.
    Version,
    /// A title, and rows of a CSV table.
    CsvTable,
    /// Entries, some as `Title <document>`.
    TocTree,
    /// Definitions of terms that others refer to by their words.
    Glossary,
}

const BODY: &[&str] = &[
    "attention",
    "caution",
    "danger",
    "error",
    "hint",
    "important",
    "note",
    "tip",
    "warning",
    "seealso",
    "todo",
    "epigraph",
    "highlights",
    "pull-quote",
    "compound",
    "hlist",
    "impl-detail",
    "details-body",
    "replace",
    "tabs",
    "tab-set",
    "line-block",
    "header",
    "footer",
];

const TITLED: &[&str] = &[
    "admonition",
    "topic",
    "sidebar",
    "rubric",
    "table",
    "list-table",
    "contents",
    "centered",
    "tab",
    "tab-item",
    "group-tab",
    "dropdown",
    "card",
    "grid-item-card",
    "details",
    "collapse",
    "availability",
];

const ARGUMENT: &[&str] = &[
    "figure",
    "container",
    "only",
    "ifconfig",
    "class",
    "function",
    "method",
    "attribute",
    "data",
    "exception",
    "classmethod",
    "staticmethod",
    "decorator",
    "describe",
    "object",
    "option",
    "cmdoption",
    "envvar",
    "confval",
    "program-option",
    "opcode",
    "pdbcommand",
    "grid",
    "grid-item",
    "role-description",
    "property",
    "setting",
    "django-admin",
    "django-admin-option",
    "templatetag",
    "templatefilter",
    "fieldlookup",
    "awaitablefunction",
    "awaitablemethod",
    "coroutinefunction",
    "coroutinemethod",
    "abstractmethod",
    "macro",
    "type",
    "member",
    "struct",
    "union",
    "enum",
    "enumerator",
    "var",
    "rst-class",
    "compound-body",
    "cssclass",
];

const VERSION: &[&str] = &[
    "versionadded",
    "versionchanged",
    "versionremoved",
    "deprecated",
    "deprecated-removed",
    "version-added",
    "version-changed",
    "version-deprecated",
    "version-removed",
];

/// Directives without text, or with code, formulas and data.
const CODE: &[&str] = &[
    "code",
    "code-block",
    "sourcecode",
    "math",
    "raw",
    "image",
    "include",
    "literalinclude",
    "highlight",
    "index",
    "role",
    "default-role",
    "sectnum",
    "meta",
    "tabularcolumns",
    "currentmodule",
    "module",
    "parsed-literal",
    "productionlist",
    "doctest",
    "testcode",
    "testoutput",
    "testsetup",
    "testcleanup",
    "ipython",
    "graphviz",
    "digraph",
    "graph",
    "plot",
    "prompt",
    "sphinx-directive",
    "section-numbering",
    "unicode",
    "date",
    "target-notes",
    "audit-event",
    "console",
    "code-tab",
    "mermaid",
    "plantuml",
    "autosummary",
    "inheritance-diagram",
    "bibliography",
    "replace-code",
    "math-block",
];

/// Whether a directive is known to hold no text.
pub(super) fn is_code(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let object = name.split_once(':').map_or(name.as_str(), |(_, object)| object);
    CODE.contains(&name.as_str()) || EMPTY.contains(&object) || name.starts_with("auto")
}

/// Domains whose directives describe an object of a program.
const DOMAINS: &[&str] = &["py", "c", "cpp", "js", "rst", "std", "http", "php", "rb"];

/// Directives of domains without paragraphs.
const EMPTY: &[&str] = &["module", "currentmodule", "currentclass", "namespace", "alias", "namespace-push"];

/// What a directive with this name contains.
pub(super) fn content(name: &str) -> Content {
    let name = name.to_ascii_lowercase();
    let is = |names: &[&str]| names.contains(&name.as_str());
    match name.as_str() {
        "csv-table" => Content::CsvTable,
        "toctree" => Content::TocTree,
        "glossary" => Content::Glossary,
        _ if is(BODY) => Content::Body,
        _ if is(TITLED) => Content::Titled,
        _ if is(ARGUMENT) => Content::Argument,
        _ if is(VERSION) => Content::Version,
        _ => match name.split_once(':') {
            Some((domain, object)) if DOMAINS.contains(&domain) && !EMPTY.contains(&object) => {
                Content::Argument
            }
            _ => Content::Copied,
        },
    }
}

/// As what the body of a field is left; `None` if it is prose. `top` fields, before any text, describe the document.
pub(super) fn data(field: &str, top: bool) -> Option<Place> {
    let name = field.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    match name.as_str() {
        "abstract" | "dedication" | "title" | "subtitle" | "summary" | "description" | "copyright" => None,
        "author" | "authors" | "contact" | "address" | "organization" | "sponsor" => Some(Place::Name),
        "type" | "rtype" | "vartype" | "version" | "revision" | "date" | "orphan" | "tocdepth"
        | "nosearch" | "meta" | "pep" | "status" | "post-history" | "created" | "python-version"
        | "content-type" | "canonical" => Some(Place::CodeValue),
        _ => top.then_some(Place::CodeValue),
    }
}
