//! A translator that does what a test tells it, and an ear at the page.

use crate::engine::{
    Edited, JobEvent, JobId, JobResult, Kept, LanguagePair, OnEvent, Problem, SentenceStatus, Source,
    TermCount, Terms, Translate,
};
use crate::page::{Page, Segment, Suggestion};
use crate::state::lock;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tauri::ipc::{Channel, InvokeResponseBody};

/// Jobs are numbered by their place; what it was asked is written down.
#[derive(Default)]
pub struct Scripted {
    jobs: Mutex<Vec<OnEvent>>,
    asked: Mutex<Vec<String>>,
    /// What `kept` returns, once.
    pub kept: Mutex<Vec<Kept>>,
    /// What the next call that can fail says.
    pub refusal: Mutex<Option<Problem>>,
    /// Whether it can be started again no more.
    pub gone: AtomicBool,
}

impl Scripted {
    /// Lets a job say something.
    pub fn tell(&self, job: usize, event: JobEvent) {
        lock(&self.jobs)[job](event);
    }

    /// What it was asked since the last time.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.asked))
    }

    fn note(&self, what: &str, job: JobId) {
        lock(&self.asked).push(format!("{what} {job}"));
    }

    fn refuse(&self) -> Result<(), Problem> {
        lock(&self.refusal).take().map_or(Ok(()), Err)
    }
}

impl Translate for Scripted {
    fn restart(&self, pair: LanguagePair) -> bool {
        lock(&self.asked).push(format!("restart {pair}"));
        !self.gone.load(Ordering::Relaxed)
    }

    fn submit(&self, pair: LanguagePair, source: Source, on_event: OnEvent) -> JobId {
        let mut jobs = lock(&self.jobs);
        let job = JobId(jobs.len() as u64);
        jobs.push(on_event);
        let what = match source {
            Source::Text(text) => text,
            Source::File { input, .. } => input.file_name().unwrap().to_string_lossy().into_owned(),
        };
        self.note(&format!("submit {what} {pair} as"), job);
        job
    }

    fn resume(&self, job: JobId, on_event: OnEvent) -> Result<(), Problem> {
        self.note("resume", job);
        self.refuse()?;
        let mut jobs = lock(&self.jobs);
        match jobs.get_mut(job.0 as usize) {
            Some(before) => *before = on_event,
            None => jobs.push(on_event),
        }
        Ok(())
    }

    fn pause(&self, job: JobId) {
        self.note("pause", job);
    }

    fn cancel(&self, job: JobId) {
        self.note("cancel", job);
    }

    fn forget(&self, job: JobId) -> Result<(), Problem> {
        self.note("forget", job);
        self.refuse()
    }

    fn kept(&self) -> Result<Vec<Kept>, Problem> {
        self.refuse()?;
        Ok(std::mem::take(&mut lock(&self.kept)))
    }

    fn detect(&self, text: &str) -> Option<String> {
        self.looks_like(Path::new(text))
    }

    fn looks_like(&self, input: &Path) -> Option<String> {
        input.to_string_lossy().contains("日").then(|| "ja".into())
    }

    fn segments(&self, job: JobId) -> Result<Vec<Segment>, Problem> {
        self.note("segments", job);
        self.refuse()?;
        Ok(Vec::new())
    }

    fn suggestions(&self, job: JobId, index: usize) -> Result<Vec<Suggestion>, Problem> {
        self.note(&format!("suggestions {index}"), job);
        self.refuse()?;
        Ok(Vec::new())
    }

    fn edit(&self, job: JobId, index: usize, text: &str) -> Result<Edited, Problem> {
        self.note(&format!("edit {index} {text}"), job);
        self.refuse()?;
        let terms = TermCount { met: 2, missed: 0 };
        Ok(Edited { changed: vec![segment(index, text)], to_review: 0, terms })
    }
}

fn segment(index: usize, text: &str) -> Segment {
    Segment {
        index,
        block: 0,
        source: "Hallo".into(),
        target: text.into(),
        status: SentenceStatus::Edited,
        reasons: Vec::new(),
        spans: Vec::new(),
        terms: Terms::default(),
    }
}

pub fn pair() -> LanguagePair {
    LanguagePair { from: "de".into(), to: "en".into() }
}

pub fn problem(code: &str) -> Problem {
    Problem { code: code.into(), message: code.into(), hint: "Again.".into() }
}

pub fn result(output: Option<PathBuf>) -> JobResult {
    JobResult {
        output,
        segments: 4,
        to_review: 1,
        words: 30,
        words_decoded: 30,
        tokens: 40,
        seconds: 5.0,
        tokens_per_second: 8.0,
        ..JobResult::default()
    }
}

/// Everything that the page hears from now on.
pub fn listen(page: &Page) -> impl Fn() -> Vec<Value> + use<> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ear = Arc::clone(&heard);
    page.attach(Channel::new(move |body| {
        let InvokeResponseBody::Json(text) = body else { panic!("events are JSON") };
        lock(&ear).push(serde_json::from_str(&text)?);
        Ok(())
    }));
    move || lock(&heard).clone()
}
