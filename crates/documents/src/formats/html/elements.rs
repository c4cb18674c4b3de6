//! The elements and attributes of HTML, by how their texts are translated.

use crate::markup::Attribute;

/// Block elements, which end a run of text; buttons and labels are included, since each is read on its own. All others
/// are inline, as browsers treat unknown ones.
pub(super) const BLOCK: [&str; 63] = [
    "address",
    "article",
    "aside",
    "base",
    "blockquote",
    "body",
    "button",
    "caption",
    "center",
    "col",
    "colgroup",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hgroup",
    "hr",
    "html",
    "label",
    "legend",
    "li",
    "link",
    "main",
    "menu",
    "meta",
    "nav",
    "noscript",
    "ol",
    "optgroup",
    "option",
    "p",
    "search",
    "section",
    "select",
    "summary",
    "table",
    "tbody",
    "td",
    "template",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
];

/// Block elements that are copied, but for prose in those that are preformatted.
pub(super) const COPIED: [&str; 11] = [
    "listing",
    "plaintext",
    "pre",
    "script",
    "style",
    "textarea",
    "xmp",
    "iframe",
    "noembed",
    "noframes",
    "datalist",
];

/// Inline elements that are copied, but for the texts in some of them. The readings of ruby belong to words of the source.
pub(super) const COPIED_INLINE: [&str; 8] = ["audio", "canvas", "object", "rp", "rt", "rtc", "svg", "video"];

/// Elements whose content is shown where they themselves cannot be.
pub(super) const FALLBACKS: [&str; 4] = ["audio", "canvas", "object", "video"];

/// Elements whose text must appear unchanged in the translation.
pub(super) const LOCKED: [&str; 7] = ["code", "kbd", "math", "mjx-container", "samp", "tt", "var"];

/// Readings of ruby and the brackets around them.
pub(super) const READINGS: [&str; 3] = ["rp", "rt", "rtc"];

/// Classes of elements that are not to be translated: as the standard says, and what KaTeX, MathJax and MediaWiki make
/// of formulas.
const UNTRANSLATED: [&str; 7] = [
    "notranslate",
    "katex",
    "katex-display",
    "MathJax",
    "MathJax_Display",
    "MathJax_Preview",
    "mwe-math-element",
];

/// Void elements that take the place of a word in a line.
pub(super) const WORDLIKE: [&str; 4] = ["embed", "img", "input", "keygen"];

/// Other void elements in a line.
pub(super) const EMPTY: [&str; 5] = ["area", "param", "source", "track", "wbr"];

/// Elements besides `p` whose end tag is optional: the next element of the same name ends them.
pub(super) const OPTIONAL_END: [&str; 9] = ["dd", "dt", "li", "optgroup", "option", "rt", "td", "th", "tr"];

/// Elements that contain those.
pub(super) const CONTAINERS: [&str; 8] = ["dl", "menu", "ol", "ruby", "select", "table", "tr", "ul"];

/// Attributes whose value is shown or read aloud.
pub(super) const SHOWN: [&str; 10] = [
    "abbr",
    "alt",
    "aria-description",
    "aria-label",
    "aria-placeholder",
    "aria-roledescription",
    "aria-valuetext",
    "placeholder",
    "summary",
    "title",
];

/// Attributes of the elements of a picture that are shown or read aloud.
pub(super) const SHOWN_IN_SVG: [&str; 2] = ["aria-label", "xlink:title"];

/// Names of `<meta>` elements whose content is shown to people.
pub(super) const SHOWN_META: [&str; 8] = [
    "description",
    "og:description",
    "og:image:alt",
    "og:title",
    "title",
    "twitter:description",
    "twitter:image:alt",
    "twitter:title",
];

/// Whether an attribute is shown or read aloud.
pub(super) fn is_shown(attribute: &Attribute) -> bool {
    SHOWN.contains(&attribute.name.to_ascii_lowercase().as_str())
}

/// Whether an element is marked as not to be translated.
pub(super) fn is_untranslatable(source: &str, attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let value = source.get(attribute.value.clone()).unwrap_or_default();
        match attribute.name.to_ascii_lowercase().as_str() {
            "translate" => value.eq_ignore_ascii_case("no"),
            "class" => {
                let has = |wanted: &str| value.split_ascii_whitespace().any(|class| class == wanted);
                // Pandoc's formulas.
                UNTRANSLATED.into_iter().any(has) || (has("math") && (has("inline") || has("display")))
            }
            _ => false,
        }
    })
}
