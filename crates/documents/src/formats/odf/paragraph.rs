//! The content of an OpenDocument paragraph: text, spans, and inline elements between words.

use std::collections::HashSet;
use std::ops::Range;

use crate::block::Affixes;
use crate::runs::{Item, Kind, Style, is_number};
use crate::xml::tree::{Element, Node, local_name, unescaped, verbatim};

/// Text properties without visible effect, by their local names: the editing session and the language.
const INVISIBLE_PROPERTIES: [&str; 9] = [
    "rsid",
    "paragraph-rsid",
    "language",
    "country",
    "script",
    "language-asian",
    "country-asian",
    "language-complex",
    "country-complex",
];

/// The name of a style if it has no visible effect.
pub(super) fn plain_style(source: &str, style: &Element) -> Option<String> {
    let is_text = style.value(source, "family")? == "text";
    let is_invisible = |child: &Element| {
        child.children.is_empty()
            && child.attributes(source).all(|(key, _)| INVISIBLE_PROPERTIES.contains(&local_name(key)))
    };
    let plain =
        is_text && style.value(source, "parent-style-name").is_none() && style.elements().all(is_invisible);
    if plain { style.value(source, "name").map(|name| name.into_owned()) } else { None }
}

/// The pieces of a paragraph, and the results of fields in it. `plain` are the names of styles without visible effect.
pub(super) fn items<'a>(
    source: &'a str,
    paragraph: &'a Element<'a>,
    plain: &HashSet<String>,
) -> (Vec<Item>, Vec<String>) {
    let mut parser = ParagraphParser { source, plain, items: Vec::new(), results: Vec::new() };
    parser.content(paragraph, &Affixes::default(), None);
    (parser.items, parser.results)
}

/// The text of an element, but for that of paragraphs and objects in it.
fn own_text(source: &str, element: &Element, text: &mut String) {
    for node in &element.children {
        match node {
            Node::Text(range) => text.push_str(source.get(range.clone()).unwrap_or_default()),
            Node::Element(child) if !matches!(child.name, ("text", "p" | "h" | "note-citation")) => {
                if matches!(child.name.0, "text" | "") {
                    own_text(source, child, text);
                }
            }
            _ => {}
        }
    }
}

struct ParagraphParser<'a> {
    source: &'a str,
    plain: &'a HashSet<String>,
    items: Vec<Item>,
    /// The texts of elements that are copied.
    results: Vec<String>,
}

impl<'a> ParagraphParser<'a> {
    /// Appends the content of `parent`. `affixes` is the markup of the spans around it, `span` the bytes of the
    /// outermost element that is rewritten together with its text.
    fn content(&mut self, parent: &Element, affixes: &Affixes, span: Option<&Range<usize>>) {
        for node in &parent.children {
            match node {
                Node::Text(range) => self.text(&unescaped(self.slice(range)), range, affixes, span),
                Node::Verbatim(range) => self.text(verbatim(self.slice(range)), range, affixes, span),
                Node::Other(range) => self.push(range, span, Kind::Void(affixes.clone())),
                Node::Element(element) => self.element(element, affixes, span),
            }
        }
    }

    fn element(&mut self, element: &Element, affixes: &Affixes, span: Option<&Range<usize>>) {
        let range = &element.range;
        match element.name {
            ("text", "span") => self.span(element, affixes, span),
            ("text", "meta") => self.flattened(element, [element], affixes, span),
            // Typed form input is text, unlike the results of other fields; so is what asks for it.
            ("text", "a" | "text-input" | "placeholder") | ("", "content-control") => {
                self.group(element, affixes, span)
            }
            // The referenced text is translated, so the reference is too.
            ("text", "bookmark-ref" | "reference-ref" | "sequence-ref" | "title" | "subject" | "chapter")
                if !is_number(&element.text(self.source)) =>
            {
                self.group(element, affixes, span);
            }
            ("text", "s") => self.text(" ", range, affixes, span),
            ("text", "tab" | "line-break") => self.push(range, span, Kind::Break(Affixes::default())),
            ("text", "soft-page-break") => {}
            ("text", "ruby") => {
                let base = element.elements().filter(|child| child.name == ("text", "ruby-base"));
                self.flattened(element, base, affixes, span);
            }
            // A field with a single text as its result.
            ("text", _) if matches!(element.children.as_slice(), [Node::Text(_)]) => {
                let text = element.text(self.source);
                self.results.push(text.clone());
                let kind = Kind::Text { text, style: style(affixes) };
                let result = Item::outside(element.inner.clone(), kind);
                let field = Item::field(self.source, range.clone(), &[result]);
                self.push(range, span, field.kind);
            }
            _ => {
                if matches!(element.name.0, "text" | "") {
                    let mut text = String::new();
                    own_text(self.source, element, &mut text);
                    self.results.push(text);
                }
                self.push(range, span, Kind::Void(affixes.clone()));
            }
        }
    }

    /// Appends the content of a span, styled by the span and those around it.
    fn span(&mut self, element: &Element, affixes: &Affixes, span: Option<&Range<usize>>) {
        let name = element.value(self.source, "style-name");
        let name = name.as_deref().filter(|name| !self.plain.contains(*name));
        let affixes = if name.is_some() {
            let close = self.source.get(element.inner.end..element.range.end).unwrap_or_default();
            let open = element.start_tag(self.source);
            Affixes { before: affixes.before.clone() + open, after: format!("{close}{}", affixes.after) }
        } else {
            affixes.clone()
        };
        self.flattened(element, [element], &affixes, span);
    }

    /// Appends `contents`, parts of an element that is rewritten together with its text.
    fn flattened<'e>(
        &mut self,
        element: &Element,
        contents: impl IntoIterator<Item = &'e Element<'e>>,
        affixes: &Affixes,
        span: Option<&Range<usize>>,
    ) {
        let first = self.items.len();
        let outermost = span.unwrap_or(&element.range).clone();
        for content in contents {
            self.content(content, affixes, Some(&outermost));
        }
        // A piece that is alone in the element covers the whole element.
        if let Some([Item { range, kind: Kind::Void(affixes) | Kind::Break(affixes), .. }]) =
            self.items.get_mut(first..)
            && span.is_none()
        {
            *range = outermost;
            *affixes = Affixes::default();
        }
    }

    /// Appends a link. The spans around it are written around each of its texts instead.
    fn group(&mut self, element: &Element, affixes: &Affixes, span: Option<&Range<usize>>) {
        let (source, plain) = (self.source, self.plain);
        let mut inner = ParagraphParser { source, plain, items: Vec::new(), results: Vec::new() };
        inner.content(element, affixes, None);
        self.results.append(&mut inner.results);
        let group = Item::group(element.range.clone(), element.inner.clone(), inner.items);
        self.push(&element.range, span, group.kind);
    }

    fn text(&mut self, text: &str, range: &Range<usize>, affixes: &Affixes, span: Option<&Range<usize>>) {
        // White space collapses to one space, as in HTML.
        let mut collapsed = String::with_capacity(text.len());
        for c in text.chars() {
            let blank = matches!(c, ' ' | '\t' | '\n' | '\r');
            if !(blank && collapsed.ends_with(' ')) {
                collapsed.push(if blank { ' ' } else { c });
            }
        }
        self.push(range, span, Kind::Text { text: collapsed, style: style(affixes) });
    }

    fn push(&mut self, range: &Range<usize>, span: Option<&Range<usize>>, kind: Kind) {
        self.items.push(Item { range: range.clone(), run: span.unwrap_or(range).clone(), kind });
    }

    fn slice(&self, range: &Range<usize>) -> &'a str {
        self.source.get(range.clone()).unwrap_or_default()
    }
}

fn style(affixes: &Affixes) -> Style {
    Style { affixes: affixes.clone(), is_link: false }
}
