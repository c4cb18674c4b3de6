//! Two files aligned line by line (Moses, OPUS) or segment by segment (WMT's test sets).

use crate::sentence_reader::{Format, ReadSummary, SentenceReader};
use crate::sgml::Sgml;
use crate::text_file::TextFile;
use crate::{Error, Result};

/// Characters of the first line that an error message shows.
const SHOWN_CHARS: usize = 60;

pub(crate) struct Moses {
    source: Side,
    target: Side,
}

impl Moses {
    pub fn new(source: TextFile, target: TextFile) -> Self {
        Self { source: Side::new(source), target: Side::new(target) }
    }

    fn uneven_error(&mut self) -> Result<bool> {
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
            _ => self.uneven_error(),
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

/// One of the two files.
struct Side {
    format: SideFormat,
    begins: String,
}

enum SideFormat {
    Lines(TextFile),
    Segments(Sgml),
}

impl Side {
    fn new(text: TextFile) -> Self {
        let format = match Format::of(text.head()) {
            Format::Sgml => SideFormat::Segments(Sgml::new(text)),
            Format::Tmx | Format::Lines => SideFormat::Lines(text),
        };
        Self { format, begins: String::new() }
    }

    fn advance(&mut self) -> Result<bool> {
        let more = match &mut self.format {
            SideFormat::Lines(text) => text.advance()?,
            SideFormat::Segments(sgml) => sgml.advance()?,
        };
        if more && self.lines() == 1 {
            self.begins = self.line().chars().filter(|c| !c.is_control()).take(SHOWN_CHARS).collect();
        }
        Ok(more)
    }

    fn line(&self) -> &str {
        match &self.format {
            SideFormat::Lines(text) => text.line(),
            SideFormat::Segments(sgml) => sgml.segment(),
        }
    }

    fn lines(&self) -> u64 {
        match &self.format {
            SideFormat::Lines(text) => text.lines,
            SideFormat::Segments(sgml) => sgml.segments,
        }
    }

    fn text(&self) -> &TextFile {
        match &self.format {
            SideFormat::Lines(text) => text,
            SideFormat::Segments(sgml) => &sgml.text,
        }
    }

    fn into_text(self) -> TextFile {
        match self.format {
            SideFormat::Lines(text) => text,
            SideFormat::Segments(sgml) => sgml.text,
        }
    }
}
