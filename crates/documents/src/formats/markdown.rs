//! Markdown: blocks are located with pulldown-cmark's offsets, and translations are spliced into the source.
//!
//! Translated are headings, paragraphs, list items, table cells, links, descriptions and titles of images, HTML blocks,
//! titles of admonitions, and titles and descriptions in front matter. Code, formulas, addresses and link definitions are left unchanged.

mod containers;
mod dialects;
pub(crate) mod escape;
mod spans;
mod titles;
mod toml;
mod words;

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, MetadataBlockKind, Options, Parser, Tag, TagEnd};

use self::dialects::Construct;
use self::spans::{code_span, marker_size, width};
use crate::builder::Builder;
use crate::caught::caught;
use crate::escaping::Escaping;
use crate::formats::{html, yaml};
use crate::left_alone::Place;
use crate::markup::Dialect;
use crate::parsed::Parsed;
use crate::wrap::LineLayout;
use crate::{Error, Result, limits};

/// The blocks of a Markdown document.
///
/// # Errors
/// When pulldown-cmark panics.
pub(crate) fn parse(source: &str) -> Result<Parsed> {
    // pulldown-cmark 0.13.6 panics on some rare input (with heading attributes, `- [ ] \\⏎  -`; so those are parsed
    // here). Nothing is shared with it.
    caught(|| parse_events(source)).ok_or(Error::Unreadable)
}

fn parse_events(source: &str) -> Parsed {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS
        | Options::ENABLE_MATH
        | Options::ENABLE_GFM;
    let prepared = containers::prepared(source);
    let mut parser = MarkdownParser::new(source, prepared.titles);
    let events = Parser::new_ext(prepared.text.as_deref().unwrap_or(source), options);
    for (_, definition) in events.reference_definitions().iter() {
        if let Some(title) = &definition.title {
            parser.link_title(definition.span.clone(), title);
        }
    }
    for (event, range) in events.into_offset_iter() {
        parser.event(event, range);
    }
    parser.flush();
    parser.found
}

/// Translations of narrower paragraphs are filled to this many columns: those were broken by sense, which a translation
/// cannot follow.
const NARROWEST_COLUMNS: usize = 40;

/// Bytes read ahead in vain, in search of end tags, which bounds the time.
const LOOKAHEAD_BYTES: usize = 64 << 20;

struct MarkdownParser<'a> {
    source: &'a str,
    found: Parsed,
    /// The block being parsed, then the descriptions of images that contain the current event.
    builders: Vec<Builder<'a>>,
    escaping: Escaping,
    /// Number of code blocks, HTML blocks and autolinks around the event.
    verbatim: usize,
    /// The HTML block being parsed, without the line prefixes of its container.
    html: Vec<Range<usize>>,
    /// The ends of the open links and images, and whether their text is also their reference label.
    links: Vec<(usize, bool)>,
    /// Whether a line ended before the event, and whether that is a hard break.
    line_end: Option<bool>,
    /// Bytes of a line that are copied.
    copied: Range<usize>,
    /// The constructs of dialects, in order.
    constructs: Vec<(Range<usize>, Construct)>,
    /// Whether the block ends with its line.
    is_single: bool,
    /// The bytes at which titles of admonitions and tabs start.
    titles: Vec<usize>,
    /// Bytes that may still be read ahead in vain, in search of end tags.
    lookahead: usize,
}

impl<'a> MarkdownParser<'a> {
    fn new(source: &'a str, titles: Vec<usize>) -> Self {
        Self {
            source,
            found: Parsed::default(),
            builders: Vec::new(),
            escaping: Escaping::MarkdownParagraph,
            verbatim: 0,
            html: Vec::new(),
            links: Vec::new(),
            line_end: None,
            copied: 0..dialects::json_bytes(source),
            constructs: dialects::constructs(source),
            is_single: false,
            titles,
            lookahead: LOOKAHEAD_BYTES,
        }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        let is_text = matches!(event, Event::Text(_)) && range.end > self.copied.end;
        if self.copied.contains(&range.start) && is_inline(&event) && !is_text {
            return;
        }
        match event {
            Event::Start(tag) => {
                let range = self.full_range(&tag, range);
                self.start(&tag, range);
            }
            Event::End(tag) => self.end(tag, range),
            Event::Html(_) => self.html_line(range),
            _ if self.verbatim > 0 => {}
            Event::Text(text) => self.text(&text, range),
            Event::Code(code) => self.locked(range, |_| code_span(&code)),
            Event::InlineMath(formula) | Event::DisplayMath(formula) => self.locked(range, |source| {
                let mark = if source.starts_with("$$") { "$$" } else { "$" };
                let formula = formula.split_whitespace().collect::<Vec<_>>().join(" ");
                format!("{mark}{formula}{mark}")
            }),
            Event::InlineHtml(_) => self.inline_html(range),
            Event::FootnoteReference(_) => {
                self.begin(range.start).void(range.clone());
                self.extend_to(range.end);
            }
            Event::SoftBreak | Event::HardBreak if self.is_single => self.flush(),
            Event::SoftBreak if !self.builders.is_empty() => self.line_end = Some(false),
            Event::HardBreak if !self.builders.is_empty() => self.line_end = Some(true),
            Event::SoftBreak | Event::HardBreak | Event::Rule | Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough => {
                let markup = self.slice(&(range.start..range.start + marker_size(self.slice(&range), tag)));
                self.begin(range.start).open(markup, range.clone());
                self.extend_to(range.start + markup.len());
            }
            Tag::Link { link_type: LinkType::Autolink | LinkType::Email, .. } => {
                self.verbatim += 1;
                let slice = self.slice(&range);
                self.begin(range.start).locked(slice, range.clone());
            }
            Tag::Link { .. } => {
                self.begin(range.start).open("[", range.clone());
                self.extend_to(range.start + 1);
            }
            Tag::Image { .. } => {
                self.begin(range.start).void(range.clone());
                self.builders.push(Builder::new(self.source, range.start + 2));
            }
            Tag::CodeBlock(kind) => {
                self.flush();
                self.verbatim += 1;
                if let CodeBlockKind::Fenced(info) = kind {
                    self.leave_code(info, range);
                }
            }
            Tag::HtmlBlock => {
                self.flush();
                self.verbatim += 1;
            }
            Tag::MetadataBlock(kind) => {
                self.flush();
                self.verbatim += 1;
                self.found.extend(match kind {
                    MetadataBlockKind::YamlStyle => yaml::front_matter(self.source, range),
                    MetadataBlockKind::PlusesStyle => toml::front_matter(self.source, range),
                });
            }
            Tag::Heading { .. } => {
                self.flush();
                if self.titles.binary_search(&range.start).is_ok() {
                    self.escaping = Escaping::MarkdownTitle;
                } else if self.slice(&range).trim_start().starts_with('#') {
                    self.escaping = Escaping::MarkdownHeading;
                }
            }
            Tag::TableCell => {
                self.flush();
                self.escaping = Escaping::MarkdownInline;
            }
            _ => self.flush(),
        }
    }

    /// The range of an element, with the `[]` of `[text][]` that pulldown-cmark 0.13.6 leaves out.
    fn full_range(&mut self, tag: &Tag<'_>, range: Range<usize>) -> Range<usize> {
        let (Tag::Link { link_type, title, .. } | Tag::Image { link_type, title, .. }) = tag else {
            return range;
        };
        if *link_type == LinkType::Inline && !title.is_empty() {
            self.link_title(range.clone(), title);
        }
        let rest = self.source.get(range.end..).unwrap_or_default();
        let collapsed = *link_type == LinkType::Collapsed;
        let missing = collapsed && !self.slice(&range).ends_with("[]") && rest.starts_with("[]");
        let end = range.end + if missing { 2 } else { 0 };
        self.links.push((end, collapsed || *link_type == LinkType::Shortcut));
        range.start..end
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => {
                let size = match tag {
                    TagEnd::Emphasis => 1,
                    TagEnd::Strong => 2,
                    _ => marker_size(self.slice(&range), &Tag::Strikethrough),
                };
                let markup = self.slice(&(range.end - size..range.end));
                self.close(markup, range.end);
            }
            TagEnd::Link => {
                let (end, labelled) = self.links.pop().unwrap_or((range.end, false));
                if self.verbatim > 0 {
                    self.verbatim -= 1;
                    return self.extend_to(end);
                }
                let from = self.builders.last().map_or(end, |builder| builder.end);
                let label = self.slice(&(range.start + 1..from));
                let tail = self.slice(&(from..end));
                let markup = if labelled {
                    format!("][{label}]")
                } else {
                    tail.get(tail.find(']').unwrap_or(0)..).unwrap_or_default().to_owned()
                };
                self.close(&markup, end);
            }
            TagEnd::Image => {
                let (end, labelled) = self.links.pop().unwrap_or((range.end, false));
                if let Some(description) = self.builders.pop().filter(|_| !labelled) {
                    self.finish(description, Escaping::MarkdownInline);
                }
                self.extend_to(end);
            }
            TagEnd::CodeBlock | TagEnd::HtmlBlock | TagEnd::MetadataBlock(_) => {
                self.flush();
                for range in std::mem::take(&mut self.html) {
                    self.found.merge(html::parse_part(self.source, range, Dialect::Html));
                }
                self.verbatim = self.verbatim.saturating_sub(1);
            }
            _ => {
                if let (TagEnd::Heading(_), Some(title)) = (tag, self.builders.last_mut()) {
                    title.trim_attributes();
                }
                self.flush();
                self.escaping = Escaping::MarkdownParagraph;
            }
        }
    }

    /// Adds a line to the HTML block; as a new range if there are quote marks before it.
    fn html_line(&mut self, range: Range<usize>) {
        let source = self.source;
        match self.html.last_mut() {
            Some(last) if source.get(last.end..range.start).is_some_and(|gap| gap.trim().is_empty()) => {
                last.end = range.end;
            }
            _ => self.html.push(range),
        }
    }

    fn close(&mut self, markup: &str, end: usize) {
        self.line_end = None;
        if let Some(builder) = self.builders.last_mut() {
            builder.close(markup);
        }
        self.extend_to(end);
    }

    /// Appends code or a formula, as `joined` puts it on one line if it has several.
    fn locked(&mut self, range: Range<usize>, joined: impl FnOnce(&str) -> String) {
        let slice = self.slice(&range);
        let text = if slice.contains(['\n', '\r']) { joined(slice) } else { slice.to_owned() };
        self.begin(range.start).locked(&text, range.clone());
        self.extend_to(range.end);
    }

    /// The builder for inline content at `start`, after any line end before it is added.
    fn begin(&mut self, start: usize) -> &mut Builder<'a> {
        let line_end = self.line_end.take();
        if self.builders.is_empty() {
            self.builders.push(Builder::new(self.source, start));
        }
        let source = self.source;
        let last = self.builders.len() - 1;
        let builder = &mut self.builders[last];
        let gap = builder.end..start.max(builder.end);
        match line_end {
            Some(true) => builder.line_break(gap),
            Some(false) => {
                let newline = source.get(gap).unwrap_or_default().trim_start_matches([' ', '\t']);
                builder.soft_break(newline);
            }
            None => {}
        }
        builder
    }

    fn extend_to(&mut self, end: usize) {
        if let Some(builder) = self.builders.last_mut() {
            builder.end = builder.end.max(end);
        }
    }

    /// Finishes the block being parsed, if any.
    fn flush(&mut self) {
        (self.line_end, self.is_single) = (None, false);
        if let Some(builder) = self.builders.pop() {
            self.finish(builder, self.escaping);
        }
    }

    fn finish(&mut self, builder: Builder<'a>, escaping: Escaping) {
        // Descriptions of images in each other are written by recursion.
        if builder.is_crowded() || self.builders.len() > limits::NESTING {
            return self.found.leave(Place::CrowdedText, builder.source());
        }
        let found = builder.finish(escaping, |source, newline| match newline {
            Some(newline) if escaping == Escaping::MarkdownParagraph => {
                LineLayout::Fill(width(source, newline).max(NARROWEST_COLUMNS))
            }
            _ => LineLayout::Single,
        });
        self.found.extend(found.into_translatable());
    }

    /// Where text starts, including a backslash that escapes its first character.
    fn unescaped_start(&self, start: usize) -> usize {
        let read = self.builders.last().map_or(0, |builder| builder.end);
        let escaped = start > read && self.source.as_bytes().get(start - 1) == Some(&b'\\');
        if escaped { start - 1 } else { start }
    }

    fn slice(&self, range: &Range<usize>) -> &'a str {
        self.source.get(range.clone()).unwrap_or_default()
    }
}

/// Whether an event is inline content.
fn is_inline(event: &Event) -> bool {
    match event {
        Event::Start(tag) => matches!(
            tag,
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. }
        ),
        Event::End(tag) => matches!(
            tag,
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image
        ),
        _ => true,
    }
}
