//! Runs: text with its properties, and the markup of a run with the same properties.

use std::ops::Range;

use crate::block::Affixes;
use crate::runs::{Item, Kind, Style};
use crate::xml::tree::{Element, Node, local_name, unescaped, verbatim};

/// Properties without visible effect: language, proofing, revision marks.
const INVISIBLE_PROPERTIES: [&str; 7] = ["lang", "noProof", "rPrChange", "ins", "del", "moveFrom", "moveTo"];

/// Attributes without visible effect, by their local names.
const INVISIBLE_ATTRIBUTES: [&str; 8] =
    ["lang", "altLang", "dirty", "err", "noProof", "smtClean", "smtId", "hint"];

/// A run: `<w:r>`, `<a:r>` or the `<r>` of a sheet's rich text.
pub(crate) struct Run<'a> {
    pub element: &'a Element<'a>,
    source: &'a str,
    /// Its start tag, and its properties with visible effect.
    open: String,
    is_link: bool,
}

impl<'a> Run<'a> {
    pub fn new(source: &'a str, element: &'a Element<'a>) -> Self {
        let properties = element.elements().find(|child| child.name.1 == "rPr");
        let namespaces = element.attributes(source).filter(|(key, _)| key.starts_with("xmlns"));
        let namespaces: String = namespaces.map(|one| as_written(source, one)).collect();
        let visible = properties.map_or(String::new(), |one| visible_properties(source, one));
        let open = format!("<{}{namespaces}>{visible}", element.tag);
        let link = |child: &Element| child.name == ("a", "hlinkClick");
        Self { element, source, open, is_link: properties.is_some_and(|one| one.elements().any(link)) }
    }

    fn close(&self) -> String {
        format!("</{}>", self.element.tag)
    }

    /// The run's markup around something other than text.
    pub fn affixes(&self) -> Affixes {
        Affixes { before: self.open.clone(), after: self.close() }
    }

    /// The run's markup around text; `attributes` are those of the text element.
    pub fn style(&self, attributes: &str) -> Style {
        let prefix = self.element.tag.strip_suffix('r').unwrap_or_default();
        let before = format!("{}<{prefix}t{attributes}>", self.open);
        let after = format!("</{prefix}t>{}", self.close());
        Style { affixes: Affixes { before, after }, is_link: self.is_link }
    }

    /// A piece of the run.
    pub fn item(&self, range: Range<usize>, kind: Kind) -> Item {
        Item { range, run: self.element.range.clone(), kind }
    }

    /// The pieces of a text element of the run, such as `<w:t>`: a reference that is not predefined in XML is void.
    pub fn text(&self, element: &Element<'a>, attributes: &str) -> Vec<Item> {
        let style = self.style(attributes);
        let slice = |range: &Range<usize>| self.source.get(range.clone()).unwrap_or_default();
        let item = |node: &Node<'a>| {
            let (range, text) = match node {
                Node::Text(range) => (range, unescaped(slice(range)).into_owned()),
                Node::Verbatim(range) => (range, verbatim(slice(range)).to_owned()),
                Node::Other(range) => return self.item(range.clone(), Kind::Void(style.affixes.clone())),
                Node::Element(child) => {
                    return self.item(child.range.clone(), Kind::Void(style.affixes.clone()));
                }
            };
            self.item(range.clone(), Kind::Text { text, style: style.clone() })
        };
        element.children.iter().map(item).collect()
    }

    /// The run's pieces; a piece that is alone in the run covers the whole run.
    pub fn finish(&self, mut items: Vec<Item>) -> Vec<Item> {
        if let [
            Item {
                range, kind: Kind::Void(affixes) | Kind::Break(affixes) | Kind::Field(_, affixes), ..
            },
        ] = items.as_mut_slice()
        {
            *range = self.element.range.clone();
            *affixes = Affixes::default();
        }
        items
    }
}

/// The properties with visible effect; empty if there are none.
fn visible_properties(source: &str, properties: &Element) -> String {
    let children = properties.elements().filter(|child| !INVISIBLE_PROPERTIES.contains(&child.name.1));
    let inner: String = children.map(|child| visible_child(source, child)).collect();
    let attributes = attributes_where(source, properties, |name| !INVISIBLE_ATTRIBUTES.contains(&name));
    match (attributes.is_empty(), inner.is_empty()) {
        (true, true) => String::new(),
        (false, true) => format!("<{}{attributes}/>", properties.tag),
        (_, false) => format!("<{0}{attributes}>{inner}</{0}>", properties.tag),
    }
}

fn visible_child(source: &str, child: &Element) -> String {
    let invisible = |(key, _): (&str, _)| INVISIBLE_ATTRIBUTES.contains(&local_name(key));
    if !child.attributes(source).any(invisible) {
        return source.get(child.range.clone()).unwrap_or_default().to_owned();
    }
    match attributes_where(source, child, |name| !INVISIBLE_ATTRIBUTES.contains(&name)) {
        attributes if attributes.is_empty() => String::new(),
        attributes => format!("<{}{attributes}/>", child.tag),
    }
}

/// The attributes that `keep` allows, as written.
fn attributes_where(source: &str, element: &Element, keep: impl Fn(&str) -> bool) -> String {
    let attributes = element.attributes(source).filter(|(key, _)| keep(local_name(key)));
    attributes.map(|one| as_written(source, one)).collect()
}

/// An attribute with a space before it and the quotes around its value.
fn as_written(source: &str, (key, value): (&str, Range<usize>)) -> String {
    let quoted = value.start.saturating_sub(1)..value.end + 1;
    format!(" {key}={}", source.get(quoted).unwrap_or_default())
}
