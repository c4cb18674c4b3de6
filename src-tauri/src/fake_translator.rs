//! A translator under a test's control, and a recorder of the events that the page receives.

use crate::backend::{OnEvent, StoredJob, Translate, is_table};
use crate::page::{Column, ExportKind, PageChannel, Suggestion};
use crate::resources::Resources;
use parking_lot::Mutex;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tauri::ipc::{Channel, InvokeResponseBody};
use translation::{
    DirectionTest, DocumentTerm, DocumentTermEdit, EditResult, HistoryText, Job, JobEvent, JobId, JobResult,
    LanguagePair, NextWord, NextWords, Place, Problem, RecipeInUse, Segment, SentenceReport, SentenceStatus,
    Source, Term, TermCount, Terms, TestVerdict, TestedSentence, TranslationUnit, Word,
};

/// Numbers jobs by their index and records all calls.
#[derive(Default)]
pub struct FakeTranslator {
    jobs: Mutex<Vec<OnEvent>>,
    calls: Mutex<Vec<String>>,
    /// What `stored_jobs` returns, once.
    pub stored: Mutex<Vec<StoredJob>>,
    /// The error of the next call that can fail.
    pub next_error: Mutex<Option<Problem>>,
    /// What `test` reports as the verdict; none: it fails.
    pub verdict: Mutex<Option<TestVerdict>>,
    /// Called during the next test.
    pub on_test: Mutex<Option<Box<dyn FnOnce() + Send>>>,
    /// Whether `restart` returns false.
    pub ended: AtomicBool,
}

impl FakeTranslator {
    /// Sends an event of a job.
    pub fn emit(&self, job: usize, event: JobEvent) {
        self.jobs.lock()[job](event);
    }

    /// The calls since the last time.
    pub fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut self.calls.lock())
    }

    fn record(&self, what: &str, job: JobId) {
        self.calls.lock().push(format!("{what} {job}"));
    }

    fn fail_once(&self) -> Result<(), Problem> {
        self.next_error.lock().take().map_or(Ok(()), Err)
    }
}

impl Translate for FakeTranslator {
    fn restart(&self, pair: LanguagePair) -> bool {
        self.calls.lock().push(format!("restart {pair}"));
        !self.ended.load(Ordering::Relaxed)
    }

    fn submit(&self, job: Job, on_event: OnEvent) -> JobId {
        let Job { pair, source, options } = job;
        let mut jobs = self.jobs.lock();
        let job = JobId(jobs.len() as u64);
        jobs.push(on_event);
        let what = match source {
            Source::Text(text) => text,
            Source::File { input, .. } => {
                let name = input.file_name().unwrap().to_string_lossy().into_owned();
                options.columns.map_or(name.clone(), |columns| format!("{name} {columns:?}"))
            }
            Source::Bytes { name, .. } => name,
        };
        self.record(&format!("submit {what} {pair} as"), job);
        job
    }

    fn run(&self, job: Job) -> Result<JobResult, Problem> {
        self.calls.lock().push(format!("run {}", begun(&job)));
        self.fail_once()?;
        Ok(JobResult { sentences: vec![sentence("Ja.", "Of course.")], ..result(None) })
    }

    fn next_words(&self, job: &Job) -> Result<NextWords, Problem> {
        self.calls.lock().push(format!("words {}", begun(job)));
        self.fail_once()?;
        Ok(next_words())
    }

    fn resume(&self, job: JobId, on_event: OnEvent) -> Result<(), Problem> {
        self.record("resume", job);
        self.fail_once()?;
        let mut jobs = self.jobs.lock();
        match jobs.get_mut(job.0 as usize) {
            Some(before) => *before = on_event,
            None => jobs.push(on_event),
        }
        Ok(())
    }

    fn pause(&self, job: JobId) {
        self.record("pause", job);
    }

    fn cancel(&self, job: JobId) {
        self.record("cancel", job);
    }

    fn forget(&self, job: JobId) -> Result<(), Problem> {
        self.record("forget", job);
        self.fail_once()
    }

    fn stored_jobs(&self) -> Result<Vec<StoredJob>, Problem> {
        self.fail_once()?;
        Ok(std::mem::take(&mut self.stored.lock()))
    }

    fn detect(&self, text: &str) -> Option<String> {
        self.detect_file(Path::new(text))
    }

    fn detect_file(&self, input: &Path) -> Option<String> {
        input.to_string_lossy().contains("日").then(|| "ja".into())
    }

    fn columns(&self, input: &Path) -> Vec<Column> {
        let width = if is_table(input) { 3 } else { 0 };
        let column = |at| Column { title: format!("{at}"), sample: "Satz".into(), chosen: at > 0 };
        (0..width).map(column).collect()
    }

    fn set_columns(&self, job: JobId, columns: &[usize]) -> Result<(), Problem> {
        self.record(&format!("columns {columns:?}"), job);
        self.fail_once()
    }

    fn corrections_at_risk(&self, job: JobId) -> Result<usize, Problem> {
        self.record("at risk", job);
        self.fail_once()?;
        Ok(2)
    }

    fn segments(&self, job: JobId) -> Result<Vec<Segment>, Problem> {
        self.record("segments", job);
        self.fail_once()?;
        Ok(Vec::new())
    }

    fn suggestions(&self, job: JobId, index: usize) -> Result<Vec<Suggestion>, Problem> {
        self.record(&format!("suggestions {index}"), job);
        self.fail_once()?;
        Ok(Vec::new())
    }

    fn edit(&self, job: JobId, index: usize, text: &str, equal: bool) -> Result<EditResult, Problem> {
        let all = if equal { "all equal " } else { "" };
        self.record(&format!("edit {all}{index} {text}"), job);
        self.fail_once()?;
        let terms = TermCount { met: 2, missed: 0 };
        let segment = segment(index, text);
        Ok(EditResult { changed: vec![segment.clone()], segment, to_review: 0, terms })
    }

    fn document_terms(&self, job: JobId) -> Result<Vec<DocumentTerm>, Problem> {
        self.record("terms", job);
        self.fail_once()?;
        Ok(Vec::new())
    }

    fn set_document_term(&self, job: JobId, term: &Term) -> Result<DocumentTermEdit, Problem> {
        self.record(&format!("term {} {}", term.source, term.target), job);
        self.fail_once()?;
        Ok(DocumentTermEdit {
            document_terms: vec![DocumentTerm { term: term.clone(), segments: 3, before: 1, agreeing: 2 }],
            changed: vec![segment(0, &term.target)],
            lacking: 1,
            to_review: 1,
            terms: TermCount { met: 2, missed: 1 },
        })
    }

    fn export_beside(&self, job: JobId, output: &Path) -> Result<PathBuf, Problem> {
        self.record(&format!("export beside {}", output.display()), job);
        self.fail_once()?;
        Ok(output.with_extension("html"))
    }

    fn export(&self, job: JobId, kind: ExportKind, path: &Path) -> Result<(), Problem> {
        self.record(&format!("export {kind:?} {}", path.display()), job);
        self.fail_once()
    }

    fn test(&self, pair: &LanguagePair, recipe: &RecipeInUse) -> Result<DirectionTest, Problem> {
        self.calls.lock().push(format!("test {pair} {}", recipe.recipe));
        let on_test = self.on_test.lock().take();
        if let Some(on_test) = on_test {
            on_test();
        }
        self.tested(pair)
    }

    fn speed(&self, pair: &LanguagePair) -> Result<f32, Problem> {
        self.tested(pair).map(|test| test.tokens_per_second)
    }
}

impl Resources for FakeTranslator {
    fn terms(&self, _: &LanguagePair) -> Result<Vec<Term>, Problem> {
        Ok(Vec::new())
    }

    fn add_terms(&self, _: &LanguagePair, terms: &[Term]) -> Result<(), Problem> {
        let added = terms.iter().map(|term| format!("add term {} = {}", term.source, term.target));
        self.calls.lock().extend(added);
        Ok(())
    }

    fn remove_terms(&self, _: &LanguagePair, source: Option<&str>) -> Result<usize, Problem> {
        self.calls.lock().push(format!("remove term {source:?}"));
        Ok(1)
    }

    fn import_terms(&self, _: &LanguagePair, _: &Path) -> Result<usize, Problem> {
        Ok(0)
    }

    fn export_terms(&self, _: &LanguagePair, _: &Path) -> Result<usize, Problem> {
        Ok(0)
    }

    fn memory_pairs(&self) -> Result<Vec<(LanguagePair, usize)>, Problem> {
        Ok(Vec::new())
    }

    fn search_memory(&self, _: &LanguagePair, _: &str) -> Result<Vec<TranslationUnit>, Problem> {
        Ok(Vec::new())
    }

    fn edit_unit(&self, _: &LanguagePair, _: &str, _: &str) -> Result<bool, Problem> {
        Ok(true)
    }

    fn remove_unit(&self, _: &LanguagePair, _: &str) -> Result<bool, Problem> {
        Ok(true)
    }

    fn import_memory(&self, _: &LanguagePair, _: &Path) -> Result<usize, Problem> {
        Ok(0)
    }

    fn export_memory(&self, _: &LanguagePair, _: &Path) -> Result<usize, Problem> {
        Ok(0)
    }

    fn clear_memory(&self, _: &LanguagePair) -> Result<usize, Problem> {
        Ok(0)
    }

    fn remember_text(&self, pair: &LanguagePair, source: &str, target: &str) -> Result<(), Problem> {
        self.calls.lock().push(format!("remember {pair} {source} = {target}"));
        self.fail_once()
    }

    fn history(&self, wanted: &str, _: usize) -> Result<Vec<HistoryText>, Problem> {
        self.calls.lock().push(format!("history {wanted}"));
        Ok(Vec::new())
    }

    fn forget_text(&self, id: Option<i64>) -> Result<(), Problem> {
        self.calls.lock().push(format!("forget text {id:?}"));
        Ok(())
    }
}

impl FakeTranslator {
    fn tested(&self, pair: &LanguagePair) -> Result<DirectionTest, Problem> {
        let verdict = self.verdict.lock().ok_or_else(|| problem("test_failed"))?;
        let sentence = TestedSentence {
            source: "Hallo.".into(),
            translation: "Hello.".into(),
            reference: "Hello.".into(),
        };
        Ok(DirectionTest {
            pair: pair.clone(),
            recipe: None,
            chrf: 60.0,
            unrelated_chrf: 20.0,
            tokens_per_second: 8.0,
            verdict,
            remarks: Vec::new(),
            sentences: vec![sentence],
        })
    }
}

// Text, sentence and beginning of a job.
fn begun(job: &Job) -> String {
    let Source::Text(text) = &job.source else { panic!("typed text") };
    let beginning = job.options.beginning.as_ref().unwrap();
    format!("{text} {} {}", beginning.sentence, beginning.text)
}

/// A sentence of typed text with its only word linked.
pub fn sentence(source: &str, translation: &str) -> SentenceReport {
    let mut report = SentenceReport::kept(source, SentenceStatus::Done);
    report.translation = translation.into();
    report.place = Some(Place { source: (0, source.len()), target: (0, translation.len()) });
    report.words = vec![Word { text: "Ja".into(), start: 0, end: 2, source: Some((0, 2)) }];
    report
}

/// One word that may follow.
pub fn next_words() -> NextWords {
    let word = NextWord { text: "next".into(), probability: Some(0.5), votes: vec![Some(0.25), None] };
    NextWords { recipe: vec![("L".into(), 1.0), ("src".into(), -0.5)], words: vec![word] }
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
        tagged: None,
        terms: Terms::default(),
        quality: None,
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

/// Subscribes to the page's events; the returned function lists those received so far.
pub fn record_events(page: &PageChannel) -> impl Fn() -> Vec<Value> + use<> {
    let events = Arc::new(Mutex::new(Vec::new()));
    let recorder = Arc::clone(&events);
    page.attach(Channel::new(move |body| {
        let InvokeResponseBody::Json(text) = body else { panic!("events are JSON") };
        recorder.lock().push(serde_json::from_str(&text)?);
        Ok(())
    }));
    move || events.lock().clone()
}
