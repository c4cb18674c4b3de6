//! A job on its way: its blocks, their sentences, and what has been translated of them.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use documents::{Document, Format, Translation};
use engine::{Output, Request, Token};
use model_files::Tokenizer;

use crate::answer::{Doubt, SentenceReport, SentenceStatus, doubts, report, text_of};
use crate::error::Result;
use crate::job::{DecodeOptions, Job, JobEvent, JobResult, OnEvent, Source};
use crate::output;
use crate::room::Speaker;
use crate::sentences;

/// Where a sentence stands in its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    block: usize,
    sentence: usize,
}

struct Sentence {
    text: String,
    separator: String,
    // What has been decoded of it so far.
    tokens: Vec<Token>,
    // Of a finished sentence of live text, so that they are not looked for at every event.
    doubts: Vec<Doubt>,
    done: Option<SentenceReport>,
}

enum Frame {
    // Live text: its paragraphs with what separates them.
    Text(Vec<String>),
    // Without a target the translation gets the name beside its source that is free when it is written.
    File { document: Document, input: PathBuf, target: Option<PathBuf> },
}

/// A job on its way.
pub(crate) struct Task {
    pub job: Job,
    on_event: OnEvent,
    frame: Frame,
    blocks: Vec<Vec<Sentence>>,
    next: Place,
    finished: usize,
    total: usize,
    tokens: usize,
    // When its first sentence went to the engine.
    begun: Option<Instant>,
    told: Option<Instant>,
}

// Events of streamed text and progress are at most so frequent.
const TELL_EVERY: Duration = Duration::from_millis(33);

impl Task {
    /// Reads and splits a job's source. A bad source fails the job here, before anything is decoded; then there is
    /// no task.
    pub fn begin(job: Job, mut on_event: OnEvent) -> Option<Self> {
        let read = match &job.source {
            Source::Text(text) => Ok(paragraphs(text)),
            Source::File { input, output } => file(input, output.as_deref()),
        };
        let (frame, texts) = match read {
            Ok(read) => read,
            Err(error) => {
                on_event(JobEvent::Failed(error.problem()));
                return None;
            }
        };
        let split = |text: &String| -> Vec<Sentence> {
            sentences::split(text, &job.pair.from).into_iter().map(Sentence::new).collect()
        };
        let blocks: Vec<Vec<Sentence>> = texts.iter().map(split).collect();
        let total = blocks.iter().map(Vec::len).sum();
        let mut task = Self {
            job,
            on_event,
            frame,
            blocks,
            next: Place { block: 0, sentence: 0 },
            finished: 0,
            total,
            tokens: 0,
            begun: None,
            told: None,
        };
        task.tell(JobEvent::Started { segments: total });
        Some(task)
    }

    pub fn tell(&mut self, event: JobEvent) {
        (self.on_event)(event);
    }

    /// The next sentence to decode. Sentences without words are copied on the way.
    pub fn next_request(&mut self, speaker: &Speaker) -> Result<Option<(Place, Request)>> {
        let base = base_request(&self.job.options);
        while let Some(place) = self.advance() {
            let text = self.blocks[place.block][place.sentence].text.clone();
            if !text.chars().any(char::is_alphabetic) {
                self.close(place, kept(&text, SentenceStatus::Copied));
                continue;
            }
            match speaker.request(&text, &base)? {
                Some(request) => {
                    self.begun.get_or_insert_with(Instant::now);
                    return Ok(Some((place, request)));
                }
                None => self.cut(place, &text, speaker),
            }
        }
        Ok(None)
    }

    /// A token of a sentence; text streams at a measured pace.
    pub fn token(&mut self, place: Place, token: Token, speaker: &Speaker, tokenizer: &Tokenizer) {
        self.blocks[place.block][place.sentence].tokens.push(token);
        self.tokens += 1;
        if self.is_live() && self.is_time() {
            let event = self.text_event(speaker, tokenizer);
            self.tell(event);
        }
    }

    /// Whether the answer of a plain prompt has come to the end of its line.
    pub fn line_ended(&self, place: Place, speaker: &Speaker, tokenizer: &Tokenizer) -> bool {
        speaker.ends_at_line && {
            let ids: Vec<u32> =
                self.blocks[place.block][place.sentence].tokens.iter().map(|t| t.id).collect();
            tokenizer.decode(&ids).is_ok_and(|text| text.trim_start().contains('\n'))
        }
    }

    /// The tokens of a sentence as the output of a sequence that was ended from outside.
    pub fn output_so_far(&self, place: Place) -> Output {
        let tokens = self.blocks[place.block][place.sentence].tokens.clone();
        let score =
            tokens.iter().map(|token| token.log_probability).sum::<f32>() / tokens.len().max(1) as f32;
        Output { tokens, status: engine::Status::Ended, score }
    }

    /// A finished sentence.
    pub fn finish(
        &mut self,
        place: Place,
        outputs: &[Output],
        speaker: &Speaker,
        tokenizer: &Tokenizer,
    ) -> Result<()> {
        let source = self.blocks[place.block][place.sentence].text.clone();
        let mut report = report(tokenizer, &source, outputs, speaker, self.job.options.report)?;
        if speaker.ends_at_line
            && let Some(line) = report.translation.lines().next()
        {
            report.translation = line.trim().to_owned();
        }
        let mut found = Vec::new();
        if report.translation.is_empty() {
            report.translation = source;
            report.status = SentenceStatus::Kept;
        } else if let Some(best) = outputs.first().filter(|_| self.is_live()) {
            found = doubts(tokenizer, &best.tokens, speaker)?;
            found.retain(|doubt| doubt.end <= units(&report.translation));
        }
        let sentence = &mut self.blocks[place.block][place.sentence];
        sentence.doubts = found;
        sentence.tokens.clear();
        self.close(place, report);
        Ok(())
    }

    /// A sentence that cannot be decoded: its source stands in its place.
    pub fn refuse(&mut self, place: Place) {
        let text = self.blocks[place.block][place.sentence].text.clone();
        self.close(place, kept(&text, SentenceStatus::Kept));
    }

    /// Whether every sentence is there.
    pub fn is_complete(&self) -> bool {
        self.finished == self.total
    }

    /// Whether a person waits for the text.
    pub fn is_live(&self) -> bool {
        matches!(self.frame, Frame::Text(_))
    }

    /// Forgets what was decoded of unfinished sentences, so that they are decoded again.
    pub fn rewind(&mut self) {
        self.next = Place { block: 0, sentence: 0 };
        for sentence in self.blocks.iter_mut().flatten().filter(|sentence| sentence.done.is_none()) {
            sentence.tokens.clear();
        }
    }

    /// The whole translation, written where it belongs.
    pub fn deliver(&mut self, speaker: Option<&Speaker>, tokenizer: Option<&Tokenizer>) -> Result<()> {
        if self.is_live()
            && let (Some(speaker), Some(tokenizer)) = (speaker, tokenizer)
        {
            let event = self.text_event(speaker, tokenizer);
            self.tell(event);
        }
        let translated: Vec<String> = (0..self.blocks.len()).map(|block| self.block_text(block)).collect();
        let mut to_review = self.doubtful();
        let (output, text) = match &self.frame {
            Frame::Text(_) => (None, Some(self.join(&translated))),
            Frame::File { document, input, target } => {
                let translated: Vec<Translation> = translated.into_iter().map(Translation::from).collect();
                let written = document.write(&translated)?;
                to_review += written.findings.len();
                let free = || output::free_name(input, &self.job.pair.to);
                let target = target.clone().unwrap_or_else(free);
                output::check(input, &target)?;
                output::write(&target, &written.bytes)?;
                (Some(target), None)
            }
        };
        let sentences =
            self.blocks.iter_mut().flatten().filter_map(|sentence| sentence.done.take()).collect();
        let result = JobResult {
            output,
            text,
            segments: self.total,
            to_review,
            tokens: self.tokens,
            seconds: self.seconds(),
            tokens_per_second: self.rate(),
            sentences,
        };
        self.tell(JobEvent::Finished(result));
        Ok(())
    }

    fn doubtful(&self) -> usize {
        let doubtful =
            |report: &SentenceReport| !matches!(report.status, SentenceStatus::Done | SentenceStatus::Copied);
        self.blocks.iter().flatten().filter(|s| s.done.as_ref().is_some_and(doubtful)).count()
    }

    // The place of the next sentence that is not there yet.
    fn advance(&mut self) -> Option<Place> {
        loop {
            let place = self.next;
            let block = self.blocks.get(place.block)?;
            let Some(sentence) = block.get(place.sentence) else {
                self.next = Place { block: place.block + 1, sentence: 0 };
                continue;
            };
            self.next.sentence += 1;
            if sentence.done.is_none() {
                return Some(place);
            }
        }
    }

    // A sentence longer than the context goes in pieces, cut where it hurts least.
    fn cut(&mut self, place: Place, text: &str, speaker: &Speaker) {
        let mut most = text.chars().count() / 2;
        let pieces = loop {
            let pieces = sentences::cut(text, most.max(1));
            let base = base_request(&self.job.options);
            let fits = |piece: &sentences::Sentence<'_>| {
                speaker.request(piece.text, &base).is_ok_and(|r| r.is_some())
            };
            if pieces.iter().all(fits) {
                break pieces.into_iter().map(Sentence::new).collect::<Vec<_>>();
            }
            if most <= 1 {
                return self.close(place, kept(text, SentenceStatus::Kept));
            }
            most /= 2;
        };
        self.total += pieces.len() - 1;
        let block = &mut self.blocks[place.block];
        // The separator that followed the whole follows its last piece.
        let separator = std::mem::take(&mut block[place.sentence].separator);
        let last = place.sentence + pieces.len() - 1;
        block.splice(place.sentence..=place.sentence, pieces);
        block[last].separator.push_str(&separator);
        self.next = place;
    }

    fn close(&mut self, place: Place, report: SentenceReport) {
        let sentence = &mut self.blocks[place.block][place.sentence];
        if sentence.done.replace(report).is_none() {
            self.finished += 1;
        }
        if self.is_time() || self.is_complete() {
            let left = (self.total - self.finished) as f32;
            let per_segment = self.seconds() / self.finished.max(1) as f32;
            let event = JobEvent::Progress {
                done: self.finished,
                total: self.total,
                tokens_per_second: self.rate(),
                eta_s: Some(left * per_segment),
            };
            self.tell(event);
        }
    }

    fn rate(&self) -> f32 {
        self.tokens as f32 / self.seconds().max(1e-3)
    }

    fn seconds(&self) -> f32 {
        self.begun.map_or(0.0, |begun| begun.elapsed().as_secs_f32())
    }

    fn is_time(&mut self) -> bool {
        let now = Instant::now();
        let due = self.told.is_none_or(|told| now - told >= TELL_EVERY);
        if due {
            self.told = Some(now);
        }
        due
    }

    fn block_text(&self, block: usize) -> String {
        let done =
            |s: &Sentence| s.done.as_ref().map_or_else(String::new, |report| report.translation.clone());
        let parts: Vec<(String, &str)> =
            self.blocks[block].iter().map(|s| (done(s), s.separator.as_str())).collect();
        self.joined(&parts)
    }

    fn join(&self, blocks: &[String]) -> String {
        let Frame::Text(between) = &self.frame else { return String::new() };
        let mut text = String::new();
        for (block, after) in blocks.iter().zip(between) {
            text.push_str(block);
            text.push_str(after);
        }
        text
    }

    // All that is there of a live text, and its doubtful words.
    fn text_event(&self, speaker: &Speaker, tokenizer: &Tokenizer) -> JobEvent {
        let Frame::Text(between) = &self.frame else {
            return JobEvent::Text { text: String::new(), doubts: Vec::new() };
        };
        let mut text = String::new();
        let mut all: Vec<Doubt> = Vec::new();
        for (block, after) in self.blocks.iter().zip(between) {
            let mut parts: Vec<(String, &str)> = Vec::new();
            let before = units(&text);
            for sentence in block {
                let (shown, found) = match &sentence.done {
                    Some(report) => (report.translation.clone(), sentence.doubts.clone()),
                    None => (
                        text_of(tokenizer, &sentence.tokens, &speaker.end_tokens).unwrap_or_default(),
                        doubts(tokenizer, &sentence.tokens, speaker).unwrap_or_default(),
                    ),
                };
                // What separates two sentences depends on both, so the start is measured with this one in place.
                parts.push((shown.clone(), ""));
                let start = before + units(&self.joined(&parts)) - units(&shown);
                parts.pop();
                all.extend(found.into_iter().map(|d| Doubt {
                    start: d.start + start,
                    end: d.end + start,
                    ..d
                }));
                parts.push((shown, &sentence.separator));
            }
            text.push_str(&self.joined(&parts));
            text.push_str(after);
        }
        JobEvent::Text { text, doubts: all }
    }

    fn joined(&self, parts: &[(String, &str)]) -> String {
        sentences::join(parts.iter().map(|(text, separator)| (text.as_str(), *separator)), &self.job.pair.to)
    }
}

impl Sentence {
    fn new(sentence: sentences::Sentence<'_>) -> Self {
        Self {
            text: sentence.text.to_owned(),
            separator: sentence.separator.to_owned(),
            tokens: Vec::new(),
            doubts: Vec::new(),
            done: None,
        }
    }
}

// Length as the webview counts it.
fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

fn kept(text: &str, status: SentenceStatus) -> SentenceReport {
    SentenceReport {
        source: text.to_owned(),
        translation: text.to_owned(),
        status,
        score: 0.0,
        others: Vec::new(),
        tokens: Vec::new(),
    }
}

fn base_request(options: &DecodeOptions) -> Request {
    Request {
        prompts: Vec::new(),
        shared: Vec::new(),
        source: Vec::new(),
        limit: 0,
        end_tokens: Vec::new(),
        choice: options.choice(),
        beam: options.beam,
        alternatives: 4,
        votes: if options.report { 3 } else { 0 },
        urgent: false,
    }
}

// Lines of typed text, each a block, with the line ends that follow them.
fn paragraphs(text: &str) -> (Frame, Vec<String>) {
    let mut between = Vec::new();
    let mut texts = Vec::new();
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\n', '\r']);
        texts.push(body.to_owned());
        between.push(line[body.len()..].to_owned());
    }
    (Frame::Text(between), texts)
}

fn file(input: &Path, target: Option<&Path>) -> Result<(Frame, Vec<String>)> {
    let bytes = output::read(input)?;
    let name = input.file_name().unwrap_or_default().to_string_lossy();
    let format = Format::detect(&name, &bytes)?;
    let document = Document::parse(format, &bytes)?;
    if let Some(target) = target {
        output::check(input, target)?;
    }
    let texts = document.blocks().iter().map(|block| block.text.clone()).collect();
    let (input, target) = (input.to_owned(), target.map(Path::to_owned));
    Ok((Frame::File { document, input, target }, texts))
}
