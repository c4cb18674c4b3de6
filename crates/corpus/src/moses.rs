//! Two files that go line by line, as Moses and OPUS have them, or segment by segment, as WMT's test sets do.

use crate::sentence_reader::{Format, ReadSummary, SentenceReader};
use crate::sgml::Sgml;
use crate::text_file::TextFile;
use crate::{Error, Result};

/// Letters of a first line that an error message shows.
const SHOWN_LETTERS: usize = 60;

pub(crate) struct Moses {
    source: Side,
    target: Side,
}

impl Moses {
    pub fn new(source: TextFile, target: TextFile) -> Self {
        Self { source: Side::new(source), target: Side::new(target) }
    }

    fn uneven(&mut self) -> Result<bool> {
        for side in [&mut self.source, &mut self.target] {
            while side.advance()? {}
        }
        Err(Error::Uneven {
            source_lines: self.source.lines(),
            target_lines: self.target.lines(),
            source_begins: self.source.begins.clone(),
            target_begins: self.target.begins.clone(),
            source_path: self.source.text().path.clone(),
            target_path: self.target.text().path.clone(),
        })
    }
}

impl SentenceReader<2> for Moses {
    fn advance(&mut self) -> Result<bool> {
        match (self.source.advance()?, self.target.advance()?) {
            (true, true) => Ok(true),
            (false, false) => Ok(false),
            _ => self.uneven(),
        }
    }

    fn text(&self) -> [&str; 2] {
        [self.source.line(), self.target.line()]
    }

    fn progress(&self) -> (u64, u64) {
        let (source, target) = (self.source.text().progress(), self.target.text().progress());
        (source.0 + target.0, source.1 + target.1)
    }

    fn finish(self: Box<Self>) -> ReadSummary {
        let sentences = self.source.lines();
        ReadSummary { sentences, skipped: 0, files: vec![self.source.into_text(), self.target.into_text()] }
    }
}

/// One of the files.
struct Side {
    reader: Reader,
    begins: String,
}

enum Reader {
    Lines(TextFile),
    Segments(Sgml),
}

impl Side {
    fn new(text: TextFile) -> Self {
        let reader = match Format::of(text.head()) {
            Format::Sgml => Reader::Segments(Sgml::new(text)),
            Format::Tmx | Format::Lines => Reader::Lines(text),
        };
        Self { reader, begins: String::new() }
    }

    fn advance(&mut self) -> Result<bool> {
        let more = match &mut self.reader {
            Reader::Lines(text) => text.advance()?,
            Reader::Segments(sgml) => sgml.advance()?,
        };
        if more && self.lines() == 1 {
            self.begins = self.line().chars().filter(|c| !c.is_control()).take(SHOWN_LETTERS).collect();
        }
        Ok(more)
    }

    fn line(&self) -> &str {
        match &self.reader {
            Reader::Lines(text) => text.line(),
            Reader::Segments(sgml) => sgml.segment(),
        }
    }

    fn lines(&self) -> u64 {
        match &self.reader {
            Reader::Lines(text) => text.lines,
            Reader::Segments(sgml) => sgml.segments,
        }
    }

    fn text(&self) -> &TextFile {
        match &self.reader {
            Reader::Lines(text) => text,
            Reader::Segments(sgml) => &sgml.text,
        }
    }

    fn into_text(self) -> TextFile {
        match self.reader {
            Reader::Lines(text) => text,
            Reader::Segments(sgml) => sgml.text,
        }
    }
}
