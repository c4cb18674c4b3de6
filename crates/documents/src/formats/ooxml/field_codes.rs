//! Fields of Word documents (ECMA-376 part 1, 17.16): the texts in their instructions, and the results that are left.
//!
//! In a quoted argument, a backslash stands before a quote and before another backslash.

use std::ops::Range;

use crate::builder::Builder;
use crate::escaping::Escaping;
use crate::left_alone::Place;
use crate::parsed::Parsed;
use crate::runs::is_text_field;
use crate::slot::{ParsedBlock, Role};
use crate::wrap::LineLayout;
use crate::xml::tree::{Element, unescaped};

/// Fields whose quoted arguments may be compared, or take part in what they show.
const COMPUTED: [&str; 7] = ["ASK", "COMPARE", "FILLIN", "IF", "MERGEFIELD", "QUOTE", "SET"];

/// A longer instruction is left alone, which bounds the memory. Addresses with a screen tip have 2,000.
const INSTRUCTION_BYTES: usize = 1 << 16;

/// Adds what is in the fields of a paragraph, but for those in paragraphs inside it.
pub(super) fn collect(source: &str, paragraph: &Element, role: Role, found: &mut Parsed) {
    let mut reader = Reader { source, role, open: Vec::new(), found };
    paragraph.elements().for_each(|element| reader.element(element));
}

/// A field whose end was not read yet.
struct OpenField {
    /// Bytes of the pieces of its instruction.
    instruction: Vec<Range<usize>>,
    /// Its result so far, once that has begun.
    result: Option<String>,
    /// Whether its result is text of the document.
    is_text: bool,
}

impl OpenField {
    fn new(instruction: Vec<Range<usize>>) -> Self {
        Self { instruction, result: None, is_text: false }
    }
}

struct Reader<'a, 'f> {
    source: &'a str,
    role: Role,
    open: Vec<OpenField>,
    found: &'f mut Parsed,
}

impl Reader<'_, '_> {
    fn element(&mut self, element: &Element) {
        match element.name {
            ("w", "p" | "del" | "moveFrom") | ("m", _) => return,
            ("w", "fldChar") => match element.value(self.source, "fldCharType").as_deref() {
                Some("begin") => self.open.push(OpenField::new(Vec::new())),
                Some("separate") => self.separate(),
                _ => self.end(),
            },
            ("w", "instrText") => {
                let field = self.open.last_mut().filter(|field| field.result.is_none());
                field.into_iter().for_each(|field| field.instruction.push(element.inner.clone()));
            }
            ("w", "t") => {
                let text = element.text(self.source);
                let result = self.open.last_mut().and_then(|field| field.result.as_mut());
                result.into_iter().for_each(|result| result.push_str(&text));
            }
            ("w", "fldSimple") => {
                if let Some(instruction) = element.value_range(self.source, "instr") {
                    self.open.push(OpenField::new(vec![instruction]));
                    self.separate();
                    element.elements().for_each(|child| self.element(child));
                    self.end();
                    return;
                }
            }
            _ => {}
        }
        element.elements().for_each(|child| self.element(child));
    }

    /// The end of an instruction.
    fn separate(&mut self) {
        let Some(pieces) = self.open.last_mut().map(|field| std::mem::take(&mut field.instruction)) else {
            return;
        };
        let is_text = self.instruction(&pieces);
        if let Some(field) = self.open.last_mut() {
            (field.result, field.is_text) = (Some(String::new()), is_text);
        }
    }

    fn end(&mut self) {
        let Some(field) = self.open.pop() else { return };
        match (field.result, self.open.last_mut().and_then(|outer| outer.result.as_mut())) {
            (None, _) => {
                self.instruction(&field.instruction);
            }
            (Some(result), Some(outer)) => outer.push_str(&result),
            (Some(result), None) if !field.is_text => self.found.leave(Place::FieldResult, &result),
            _ => {}
        }
    }

    /// Adds the texts in an instruction. Returns whether the field's result is text of the document.
    fn instruction(&mut self, pieces: &[Range<usize>]) -> bool {
        if pieces.iter().map(ExactSizeIterator::len).sum::<usize>() > INSTRUCTION_BYTES {
            self.found.left_alone.add(Place::FieldText, 1);
            return false;
        }
        let arguments = arguments(self.source, pieces);
        let name = arguments.first().map(|name| name.text.to_ascii_uppercase()).unwrap_or_default();
        let after = |switch: &str| {
            let at =
                arguments.iter().position(|one| one.is_switch && one.text.eq_ignore_ascii_case(switch))?;
            arguments.get(at + 1).filter(|one| !one.is_switch)
        };
        let second = arguments.get(1).filter(|one| !one.is_switch);
        match name.as_str() {
            "HYPERLINK" => self.add(after("\\o")),
            // Entries of an index and of a table of contents.
            "XE" | "TC" => {
                self.add(second);
                self.add(after("\\t"));
            }
            "MACROBUTTON" | "GOTOBUTTON" => self.button(arguments.get(2..).unwrap_or_default()),
            _ if COMPUTED.contains(&name.as_str()) => {
                let texts = arguments.iter().filter(|one| one.is_quoted);
                texts.for_each(|text| self.found.leave(Place::FieldText, &text.text));
            }
            _ => {}
        }
        is_text_field(&name)
    }

    /// Adds the block of a quoted argument in one piece; others are left alone.
    fn add(&mut self, argument: Option<&Argument>) {
        let Some(argument) = argument else { return };
        match argument.range.clone().filter(|_| argument.is_quoted) {
            Some(range) => self.push(range, &argument.text, Escaping::FieldCode),
            None => self.found.leave(Place::FieldText, &argument.text),
        }
    }

    /// Adds the words that a button shows: the rest of its instruction, without quotes.
    fn button(&mut self, words: &[Argument]) {
        let is_plain = |word: &Argument| {
            !word.is_switch && !word.is_quoted && word.range.is_some() && !word.text.contains(['"', '\\'])
        };
        let whole = |range: Range<usize>| self.source.get(range).filter(|text| !text.contains('<'));
        let ends = words.first().zip(words.last()).filter(|_| words.iter().all(is_plain));
        let range = ends.and_then(|(first, last)| Some(first.range.clone()?.start..last.range.clone()?.end));
        match range.clone().and_then(whole).zip(range) {
            Some((text, range)) => self.push(range, &unescaped(text), Escaping::XmlAttribute),
            None => words.iter().for_each(|word| self.found.leave(Place::FieldText, &word.text)),
        }
    }

    fn push(&mut self, range: Range<usize>, text: &str, escaping: Escaping) {
        let mut builder = Builder::new(self.source, range.start);
        builder.text(text);
        builder.end = range.end;
        let found = builder.finish(escaping, |_, _| LineLayout::Single);
        self.found.extend(ParsedBlock::into_translatable(found).map(|found| found.with_role(self.role)));
    }
}

/// An argument of an instruction, or one of its switches, such as `\o`.
#[derive(Debug, Default)]
struct Argument {
    text: String,
    /// Its bytes, without quotes; `None` if it is in several pieces of the instruction.
    range: Option<Range<usize>>,
    is_switch: bool,
    is_quoted: bool,
}

/// The arguments of an instruction, the first of which is the field's name.
fn arguments(source: &str, pieces: &[Range<usize>]) -> Vec<Argument> {
    let mut units = units(source, pieces).into_iter().peekable();
    let mut found = Vec::new();
    while let Some(&(c, ..)) = units.peek() {
        if c.is_whitespace() {
            units.next();
            continue;
        }
        let mut argument = Argument { is_quoted: c == '"', is_switch: c == '\\', ..Argument::default() };
        if argument.is_quoted {
            units.next();
        }
        let mut read: Vec<(usize, Range<usize>)> = Vec::new();
        let mut is_closed = !argument.is_quoted;
        while let Some((c, piece, bytes)) =
            units.next_if(|(c, ..)| argument.is_quoted || !(c.is_whitespace() || *c == '"'))
        {
            if argument.is_quoted && c == '"' {
                is_closed = true;
                break;
            }
            read.push((piece, bytes));
            let can_escape = argument.is_quoted && c == '\\';
            match units.next_if(|(next, ..)| can_escape && matches!(next, '"' | '\\')) {
                Some((c, piece, bytes)) => {
                    argument.text.push(c);
                    read.push((piece, bytes));
                }
                None => argument.text.push(c),
            }
            if argument.is_switch && argument.text.chars().count() == 2 {
                break;
            }
        }
        if let (Some((first, start)), Some((last, end))) = (read.first(), read.last())
            && first == last
            && is_closed
        {
            argument.range = Some(start.start..end.end);
        }
        found.push(argument);
    }
    found
}

/// The characters of an instruction, each with its piece and its bytes. A piece with markup has none.
fn units(source: &str, pieces: &[Range<usize>]) -> Vec<(char, usize, Range<usize>)> {
    let mut units = Vec::new();
    for (piece, range) in pieces.iter().enumerate() {
        let raw = source.get(range.clone()).filter(|raw| !raw.contains('<')).unwrap_or_default();
        let mut at = 0;
        while let Some(rest) = raw.get(at..)
            && let Some(first) = rest.chars().next()
        {
            let reference = rest.find(';').filter(|_| first == '&').map_or(first.len_utf8(), |end| end + 1);
            let shown = unescaped(rest.get(..reference).unwrap_or_default()).chars().next().unwrap_or(first);
            units.push((shown, piece, range.start + at..range.start + at + reference));
            at += reference;
        }
    }
    units
}
