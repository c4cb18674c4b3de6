//! gettext PO: every untranslated entry gets a translation, marked as fuzzy for review.
//!
//! Comments, order and line ends are preserved. The header, obsolete and translated entries are left unchanged.

mod language;

use std::ops::Range;

use crate::bilingual::{is_same_language, language_code};
use crate::block::Affixes;
use crate::escaping::Escaping;
use crate::formats::text::{lines, newline};
use crate::icu;
use crate::inline::Run;
use crate::left_alone::Place;
use crate::parsed::Parsed;
use crate::quoting::Quoting;
use crate::slot::{ParsedBlock, Role, Slot};
use crate::strings::{LineEnds, Unescaped, is_code};
use crate::wrap::LineLayout;
use crate::{Error, Result};

/// gettext wraps at 80 columns, two of them quotes.
const COLUMNS: usize = 77;

/// More plural forms than any language has; Arabic has six.
const MAX_FORMS: usize = 8;

/// A keyword with its string, which may span several lines.
#[derive(Debug, Clone)]
struct PoField<'a> {
    keyword: &'a str,
    /// From the keyword to the last quote.
    range: Range<usize>,
    /// Between the quotes of each line.
    literals: Vec<Range<usize>>,
}

impl PoField<'_> {
    fn is_empty(&self) -> bool {
        self.literals.iter().all(Range::is_empty)
    }
}

/// Whether a text is a PO file.
pub(crate) fn is_po(text: &str) -> bool {
    let first = lines(text)
        .filter_map(|range| text.get(range))
        .find(|line| !line.trim().is_empty() && !line.starts_with('#'));
    first.is_some_and(|line| line.starts_with("msgid \"") || line.starts_with("msgctxt \""))
        && text.contains("\nmsgstr")
}

/// The blocks of a PO file. Invalid entries are left unchanged and counted.
///
/// # Errors
/// When it holds translations into another language than `to`.
pub(crate) fn parse(source: &str, to: Option<&str>) -> Result<Parsed> {
    let mut found = Parsed::default();
    let (mut forms, mut language, mut has_translations) = (None, None, false);
    for_each_entry(source, |entry| {
        if entry.is_header() {
            forms = entry.plural_forms(source);
            language = entry.language(source).and_then(|range| source.get(range)).or(language);
        } else {
            let is_translated = |field: &PoField| field.keyword.starts_with("msgstr") && !field.is_empty();
            let is_done = entry.fields.iter().any(is_translated);
            has_translations |= is_done;
            let blocks = entry.blocks(source, forms);
            if blocks.is_empty() && !is_done {
                entry.leave(source, &mut found);
            }
            found.extend(blocks);
        }
    });
    match (language.filter(|language| !language.trim().is_empty()), to) {
        (Some(language), Some(to)) if has_translations && !is_same_language(language, to) => {
            Err(Error::OtherTarget { language: language.to_owned(), wanted: to.to_owned() })
        }
        _ => Ok(found),
    }
}

/// A file in which something was translated, with `to` as the language that its header names, if it names one.
pub(crate) fn completed(mut written: String, to: Option<&str>) -> String {
    let mut named = None;
    for_each_entry(&written, |entry| {
        named = named.take().or_else(|| entry.language(&written).filter(|_| entry.is_header()));
    });
    if let (Some(range), Some(to)) = (named, to) {
        let language = written.get(range.clone()).unwrap_or_default();
        if !is_same_language(language, to) {
            let blank =
                if written.get(..range.start).is_some_and(|before| before.ends_with(':')) { " " } else { "" };
            written.replace_range(range, &format!("{blank}{}", language_code(to).replace('-', "_")));
        }
    }
    written
}

/// Passes the entries of a file to `take`, in their order.
fn for_each_entry<'a>(source: &'a str, mut take: impl FnMut(&PoEntry<'a>)) {
    let mut entry = PoEntry::default();
    for range in lines(source).chain(std::iter::once(source.len()..source.len())) {
        let line = source.get(range.clone()).unwrap_or_default();
        let keyword = line.split([' ', '\t']).next().unwrap_or_default();
        let starts =
            line.starts_with('#') || line.trim().is_empty() || matches!(keyword, "msgid" | "msgctxt");
        if starts && entry.has_translation {
            take(&std::mem::take(&mut entry));
        }
        entry.push_line(source, range);
    }
}

/// A file in UTF-8 whose header declares that: `charset=` names it, and a header without a content type gets one.
pub(crate) fn declared_utf_8(bytes: Vec<u8>) -> Vec<u8> {
    const KEYWORD: &[u8] = b"\nmsgstr";
    let find = |from: usize, wanted: &[u8]| {
        let rest = bytes.get(from..)?;
        rest.windows(wanted.len()).position(|part| part.eq_ignore_ascii_case(wanted)).map(|at| from + at)
    };
    let replaced = || {
        // The header is the entry of the empty text.
        let start = find(0, b"msgid \"\"")?;
        let text = find(start, KEYWORD)? + KEYWORD.len();
        let lines = bytes.get(start..text)?.split(|byte| *byte == b'\n');
        if lines.clone().skip(1).any(|line| line.trim_ascii_start().starts_with(b"\"")) {
            return None;
        }
        let end = find(text, b"\nmsgid").unwrap_or(bytes.len());
        let (range, new) = match find(text, b"charset=").filter(|at| *at < end) {
            Some(at) => {
                let from = at + b"charset=".len();
                let name = bytes.get(from..end)?;
                let size = name.iter().position(|byte| b"\\\"; \r\n".contains(byte)).unwrap_or(name.len());
                let is_utf_8 = name.get(..size)?.eq_ignore_ascii_case(b"UTF-8");
                (from..from + size, if is_utf_8 { name.get(..size)? } else { b"UTF-8" })
            }
            None => {
                let line = find(text, b"\n").unwrap_or(bytes.len());
                let first = bytes.get(text..line)?.trim_ascii();
                let is_empty = first == b"\"\"" && find(text, b"content-type:").is_none_or(|at| at > end);
                let at = is_empty.then_some(line)?;
                (at..at, &b"\n\"Content-Type: text/plain; charset=UTF-8\\n\""[..])
            }
        };
        Some([bytes.get(..range.start)?, new, bytes.get(range.end..)?].concat())
    };
    replaced().unwrap_or(bytes)
}

/// A message with its translations.
#[derive(Debug, Default)]
struct PoEntry<'a> {
    /// The comment that holds its flags.
    flags: Option<Range<usize>>,
    fields: Vec<PoField<'a>>,
    /// Whether a `msgstr` was read, so that the next message starts a new entry.
    has_translation: bool,
    /// Whether a line of it is invalid.
    invalid: bool,
}

impl<'a> PoEntry<'a> {
    fn push_line(&mut self, source: &'a str, range: Range<usize>) {
        let line = source.get(range.clone()).unwrap_or_default();
        if line.starts_with("#,") {
            self.flags = Some(range.clone());
        }
        if line.starts_with('#') || line.trim().is_empty() {
            return;
        }
        let quote = line.find('"').filter(|_| line.trim_end().ends_with('"'));
        let Some(literal) = quote.map(|at| range.start + at + 1..range.start + line.trim_end().len() - 1)
        else {
            self.invalid = true;
            return;
        };
        let end = literal.end + 1;
        let keyword = source.get(range.start..literal.start.saturating_sub(1)).unwrap_or_default().trim();
        if literal.start > literal.end || source.get(literal.clone()).is_none_or(|text| !is_closed(text)) {
            self.invalid = true;
        } else if !keyword.is_empty() {
            self.has_translation |= keyword.starts_with("msgstr");
            self.fields.push(PoField { keyword, range: range.start..end, literals: vec![literal] });
        } else if let Some(field) = self.fields.last_mut() {
            field.range.end = end;
            field.literals.push(literal);
        } else {
            self.invalid = true;
        }
    }

    fn has(&self, keyword: &str) -> bool {
        self.fields.iter().any(|field| field.keyword.starts_with(keyword))
    }

    fn field(&self, keyword: &str) -> Option<&PoField<'a>> {
        self.fields.iter().find(|field| field.keyword == keyword)
    }

    /// Whether its fields are in the order that gettext requires.
    fn is_ordered(&self) -> bool {
        let mut keywords = self.fields.iter().map(|field| field.keyword).peekable();
        keywords.next_if_eq(&"msgctxt");
        if keywords.next() != Some("msgid") {
            return false;
        }
        if keywords.next_if_eq(&"msgid_plural").is_none() {
            return keywords.eq(["msgstr"]);
        }
        let forms = self.fields.iter().filter(|field| field.keyword.starts_with("msgstr")).count();
        forms <= MAX_FORMS && keywords.eq((0..forms).map(|form| format!("msgstr[{form}]")))
    }

    fn is_header(&self) -> bool {
        !self.has("msgctxt") && self.field("msgid").is_some_and(PoField::is_empty)
    }

    /// Counts an entry without blocks.
    fn leave(&self, source: &str, found: &mut Parsed) {
        let texts = self.fields.iter().filter(|field| field.keyword.starts_with("msgid"));
        let literals = texts.flat_map(|field| field.literals.iter().cloned());
        let text: String = literals.filter_map(|literal| source.get(literal)).collect();
        if self.invalid || !self.is_ordered() {
            found.left_alone.add(Place::DamagedPart, 1);
        } else if !icu::arguments(&text).is_empty() {
            found.left_alone.add(Place::Message, 1);
        } else {
            found.leave_code(&text);
        }
    }

    /// The number of plural forms that a header states.
    fn plural_forms(&self, source: &str) -> Option<usize> {
        let header = source.get(self.field("msgstr")?.range.clone())?;
        let number = header.split_once("nplurals")?.1.trim_start_matches([' ', '=']);
        let end = number.find(|c: char| !c.is_ascii_digit())?;
        number.get(..end)?.parse().ok().filter(|forms| (1..=MAX_FORMS).contains(forms))
    }

    fn blocks(&self, source: &str, forms: Option<usize>) -> Vec<ParsedBlock> {
        let Some(singular) = self.field("msgid").filter(|_| !self.invalid && self.is_ordered()) else {
            return Vec::new();
        };
        let Some(plural) = self.field("msgid_plural") else {
            let target = self.field("msgstr").filter(|target| target.is_empty());
            let found =
                target.and_then(|target| message_block(source, singular, "msgstr", target.range.clone()));
            return found.map(|found| self.marked_fuzzy(source, found)).into_iter().collect();
        };
        let given =
            (0..MAX_FORMS).take_while(|form| self.field(&format!("msgstr[{form}]")).is_some()).count();
        let Some(last) = given.checked_sub(1).and_then(|form| self.field(&format!("msgstr[{form}]"))) else {
            return Vec::new();
        };
        let forms = forms.unwrap_or(given).max(given);
        let form = |form: usize| {
            let text = if form == 0 && forms > 1 { singular } else { plural };
            let keyword = format!("msgstr[{form}]");
            let mut found = match self.field(&keyword) {
                Some(target) if !target.is_empty() => return None,
                Some(target) => message_block(source, text, &keyword, target.range.clone())?,
                None => {
                    let mut found = message_block(source, text, &keyword, last.range.end..last.range.end)?;
                    found.slot.frame.before.insert_str(0, newline(source));
                    found
                }
            };
            if form > 1 {
                found.slot.role = Role::Shared;
            }
            Some(found)
        };
        let mut found: Vec<ParsedBlock> = (0..forms).filter_map(form).collect();
        if !found.is_empty() {
            let first = found.remove(0);
            found.insert(0, self.marked_fuzzy(source, first));
        }
        found
    }

    /// The block with its slot extended to the entry's start, where the translation is marked as fuzzy.
    fn marked_fuzzy(&self, source: &str, mut found: ParsedBlock) -> ParsedBlock {
        let flags = self
            .flags
            .clone()
            .filter(|flags| self.fields.first().is_some_and(|f| f.range.start > flags.start));
        let written = flags.clone().and_then(|flags| source.get(flags)).unwrap_or_default();
        let first = self.fields.first().map_or(0, |field| field.range.start);
        let start = flags.as_ref().map_or(first, |flags| flags.start);
        let end = found.slot.range.start;
        if start > end || written.split([',', ' ', '#']).any(|flag| flag.trim() == "fuzzy") {
            return found;
        }
        let kept = source.get(start + if flags.is_some() { 2 } else { 0 }..end).unwrap_or_default();
        let flag =
            if flags.is_some() { "#, fuzzy,".to_owned() } else { format!("#, fuzzy{}", newline(source)) };
        found.slot.frame.before.insert_str(0, &[&flag, kept].concat());
        found.slot.range.start = start;
        found
    }
}

/// The block of a message, whose translation is written at `range` after `keyword`.
fn message_block(source: &str, text: &PoField, keyword: &str, range: Range<usize>) -> Option<ParsedBlock> {
    let mut unescaped = Unescaped::new(source);
    for literal in &text.literals {
        unescaped.unescape(literal.clone(), &['\\'], escaped)?;
    }
    // Messages with plural forms of their own are counted.
    if is_code(unescaped.text()) || unescaped.has_arguments() {
        return None;
    }
    let mut runs = unescaped.runs(LineEnds::Keep);
    let Run { block, range: read, breaks, .. } = runs.pop().filter(|_| runs.is_empty())?;
    let (first, last) = (text.literals.first()?.start, text.literals.last()?.end);
    let mut slot = Slot::new(range, Escaping::Quoted(Quoting::C));
    // gettext rejects a translation without the line ends around its source.
    slot.frame = Affixes {
        before: format!("{keyword} \"{}", source.get(first..read.start)?),
        after: format!("{}\"", source.get(read.end..last)?),
    };
    slot.breaks = breaks;
    if text.literals.len() > 1 {
        slot.layout = LineLayout::Fill(COLUMNS);
        slot.newline = format!(" \"{}\"", newline(source));
    }
    ParsedBlock { block, slot }.into_translatable()
}

/// The character of an escape sequence, and the sequence's size in bytes.
fn escaped(escape: &str) -> Option<(char, usize)> {
    let c = match escape.as_bytes().get(1)? {
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        mark @ (b'"' | b'\\') => char::from(*mark),
        _ => return None,
    };
    Some((c, 2))
}

/// Whether a literal's closing quote is its first unescaped one.
fn is_closed(literal: &str) -> bool {
    let mut escaped = false;
    let clean = literal.bytes().all(|byte| {
        let quote = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        !quote
    });
    clean && !escaped
}
