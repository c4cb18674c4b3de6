//! Translation memories (TMX 1.1 to 1.4b): of each unit, the variants that best match the two languages.
//!
//! The text of a segment is read, including highlighted text (`hi`), but not inline codes (`bpt`, `ept`, `it`, `ph`,
//! `ut`) and their content. Entities that a DTD would define are left as written.

use crate::language::match_score;
use crate::sentence_reader::{ReadSummary, SentenceReader};
use crate::text_file::TextFile;
use crate::{Error, Result, limits};
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::collections::BTreeSet;
use std::io::{self, BufRead, Read};

pub(crate) struct Tmx {
    reader: Reader<CountingReader>,
    buffer: Vec<u8>,
    languages: [String; 2],
    /// Number of open elements.
    depth: usize,
    context: Context,
    /// Language of the variant being read.
    language: String,
    segment: String,
    /// Best variant of the unit so far for each language and its match score; 0 for none.
    unit: [(u8, String); 2],
    units: u64,
    skipped: u64,
    languages_found: BTreeSet<String>,
}

/// The innermost relevant element that is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    Outside,
    Unit,
    Variant,
    /// In a segment, inside this many inline code elements.
    Segment(usize),
}

impl Tmx {
    pub fn new(text: TextFile, languages: [String; 2]) -> Self {
        let mut reader = Reader::from_reader(CountingReader { text, lines: 0, event_bytes: 0 });
        // `<seg/>` is an empty segment, `<ph/>` an empty code.
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            buffer: Vec::new(),
            languages,
            depth: 0,
            context: Context::Outside,
            language: String::new(),
            segment: String::new(),
            unit: Default::default(),
            units: 0,
            skipped: 0,
            languages_found: BTreeSet::new(),
        }
    }

    fn start(&mut self, element: &BytesStart<'_>) -> std::result::Result<(), Failure> {
        self.depth += 1;
        if self.depth > limits::NESTING {
            return Err(Failure::Broken(format!("more than {} elements are nested", limits::NESTING)));
        }
        self.context = match (self.context, element.local_name().as_ref()) {
            (Context::Segment(0), "bpt" | "ept" | "it" | "ph" | "ut") => Context::Segment(1),
            (Context::Segment(within), _) if within > 0 => Context::Segment(within + 1),
            (Context::Outside, "tu") => {
                self.unit = Default::default();
                Context::Unit
            }
            (Context::Unit, "tuv") => {
                self.language = variant_language(element)?;
                Context::Variant
            }
            (Context::Variant, "seg") => {
                self.segment.clear();
                Context::Segment(0)
            }
            (context, _) => context,
        };
        Ok(())
    }

    /// Handles an end tag; whether a unit with both languages ended.
    fn end(&mut self, name: &str) -> bool {
        self.depth = self.depth.saturating_sub(1);
        match (self.context, name) {
            (Context::Segment(0), "seg") => {
                self.context = Context::Variant;
                self.keep_variant();
            }
            (Context::Segment(within), _) => self.context = Context::Segment(within.saturating_sub(1)),
            (Context::Variant, "tuv") => self.context = Context::Unit,
            (Context::Unit, "tu") => {
                self.context = Context::Outside;
                let complete = self.unit.iter().all(|(match_score, _)| *match_score > 0);
                *(if complete { &mut self.units } else { &mut self.skipped }) += 1;
                return complete;
            }
            _ => {}
        }
        false
    }

    fn keep_variant(&mut self) {
        if self.languages_found.len() < limits::LANGUAGES_NAMED {
            self.languages_found.insert(self.language.clone());
        }
        for (wanted, (best, text)) in self.languages.iter().zip(&mut self.unit) {
            let match_score = match_score(wanted, &self.language);
            if match_score > *best {
                *best = match_score;
                text.clone_from(&self.segment);
            }
        }
    }

    fn push(&mut self, text: &str) -> std::result::Result<(), Failure> {
        if self.context == Context::Segment(0) {
            self.segment.push_str(text);
        }
        match self.segment.len() > limits::LINE_BYTES {
            true => Err(Failure::Broken(format!("a segment has more than {} bytes", limits::LINE_BYTES))),
            false => Ok(()),
        }
    }

    /// Handles one event; whether a unit with both languages ended, or `None` at the end of the file.
    fn step(&mut self, buffer: &mut Vec<u8>) -> std::result::Result<Option<bool>, Failure> {
        buffer.clear();
        self.reader.get_mut().event_bytes = 0;
        match self.reader.read_event_into(buffer)? {
            Event::Start(element) => self.start(&element)?,
            Event::End(element) => return Ok(Some(self.end(element.local_name().as_ref()))),
            Event::Text(text) => self.push(&text.xml10_content())?,
            Event::CData(text) => self.push(&text.xml10_content())?,
            Event::GeneralRef(reference) => self.push(&resolved(&reference)?)?,
            Event::Eof if self.depth > 0 => {
                return Err(Failure::Broken("the file ends before its last element does".to_owned()));
            }
            Event::Eof => return Ok(None),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
        Ok(Some(false))
    }

    fn error(&self, failure: Failure) -> Error {
        let counted = self.reader.get_ref();
        match failure {
            Failure::Read(error) => counted.text.error(error),
            Failure::Broken(reason) => {
                Error::Tmx { line: counted.lines + 1, reason, path: counted.text.path.clone() }
            }
        }
    }
}

impl SentenceReader<2> for Tmx {
    fn advance(&mut self) -> Result<bool> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let complete = loop {
            match self.step(&mut buffer) {
                Ok(Some(false)) => {}
                Ok(Some(true)) => break true,
                Ok(None) => break false,
                Err(failure) => return Err(self.error(failure)),
            }
        };
        self.buffer = buffer;
        if !complete && self.units == 0 {
            let [source_language, target_language] = self.languages.clone();
            let found = self.languages_found.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            let path = self.reader.get_ref().text.path.clone();
            return Err(Error::NoUnits { source_language, target_language, found, path });
        }
        Ok(complete)
    }

    fn text(&self) -> [&str; 2] {
        self.unit.each_ref().map(|(_, text)| text.as_str())
    }

    fn progress(&self) -> (u64, u64) {
        self.reader.get_ref().text.progress()
    }

    fn finish(self: Box<Self>) -> ReadSummary {
        ReadSummary {
            sentences: self.units,
            skipped: self.skipped,
            files: vec![self.reader.into_inner().text],
        }
    }
}

/// Why an event could not be handled.
enum Failure {
    Read(io::Error),
    Broken(String),
}

impl From<quick_xml::Error> for Failure {
    fn from(error: quick_xml::Error) -> Self {
        match error {
            quick_xml::Error::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<LongEvent>()) => {
                Self::Broken(error.to_string())
            }
            quick_xml::Error::Io(shared) => Self::Read(match std::sync::Arc::try_unwrap(shared) {
                Ok(error) => error,
                Err(shared) => io::Error::new(shared.kind(), shared.to_string()),
            }),
            error => Self::Broken(error.to_string()),
        }
    }
}

/// The longest language tag that BCP 47 requires support for.
const LANGUAGE_CHARS: usize = 35;

/// `xml:lang`, or `lang` as before TMX 1.4.
fn variant_language(variant: &BytesStart<'_>) -> std::result::Result<String, Failure> {
    for attribute in variant.attributes() {
        let attribute = attribute.map_err(|error| Failure::Broken(error.to_string()))?;
        if matches!(attribute.key.as_ref(), "xml:lang" | "lang") {
            let tag = attribute.value.chars().filter(|c| !c.is_control());
            return Ok(tag.take(LANGUAGE_CHARS).collect());
        }
    }
    Err(Failure::Broken("a <tuv> names no language (xml:lang)".to_owned()))
}

fn resolved(reference: &BytesRef<'_>) -> std::result::Result<String, Failure> {
    Ok(match (reference.resolve_char_ref()?, resolve_predefined_entity(reference)) {
        (Some(c), _) => c.to_string(),
        (None, Some(text)) => text.to_owned(),
        (None, None) => format!("&{};", &**reference),
    })
}

/// Counts lines, and limits the size of one event.
struct CountingReader {
    text: TextFile,
    /// Line breaks read.
    lines: u64,
    /// Bytes since the last event.
    event_bytes: usize,
}

#[derive(Debug, thiserror::Error)]
#[error("a piece of text or markup has more than {} bytes", limits::LINE_BYTES)]
struct LongEvent;

impl Read for CountingReader {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(bytes)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for CountingReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self.event_bytes > limits::LINE_BYTES {
            true => Err(io::Error::other(LongEvent)),
            false => self.text.fill_buf(),
        }
    }

    fn consume(&mut self, bytes: usize) {
        let consumed = self.text.fill_buf().ok().and_then(|buffer| buffer.get(..bytes)).unwrap_or_default();
        self.lines += consumed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.event_bytes += bytes;
        self.text.consume(bytes);
    }
}
