//! Jobs under way: submitted in the order of the inputs, printed in the same order.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, IsTerminal, Read, Write, stdin, stdout};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use translation::{
    DecodeOptions, Error, Job, JobEvent, JobId, JobResult, JobRow, JobState, LanguagePair, Problem,
    QueueLock, Source, TermCount, Translator, Warning,
};

use crate::failure::{Failure, show};
use crate::interrupt;
use crate::progress::Progress;

enum Message {
    Event(usize, JobEvent),
    Line(std::io::Result<String>),
    EndOfInput,
    Queue(Result<Arc<QueueLock>, Error>),
    Interrupted,
}

/// What is wanted besides translations.
#[derive(Debug, Default)]
pub struct Extras {
    /// Results as JSON.
    pub json: bool,
    /// Each document with both languages side by side.
    pub bilingual: bool,
    /// The segments of all documents.
    pub tmx: Option<PathBuf>,
}

// Lines of standard input that are submitted before the oldest has come back.
const LINES_AHEAD: usize = 128;

// Bytes of a document on standard input: what the largest formats may have.
const MAX_DOCUMENT_BYTES: u64 = 256 << 20;

struct Under {
    // None where an input could not even be handed over.
    id: Option<JobId>,
    // Of a document.
    input: Option<PathBuf>,
}

/// The jobs, and the results that wait for an earlier one.
pub struct Desk<'a> {
    extras: Extras,
    translator: &'a Translator,
    progress: &'a Progress,
    sender: Sender<Message>,
    receiver: Receiver<Message>,
    // From the first document on.
    hold: Option<Arc<QueueLock>>,
    jobs: BTreeMap<usize, Under>,
    submitted: usize,
    printed: usize,
    results: BTreeMap<usize, (Under, Result<JobResult, Problem>)>,
    translated: Vec<JobId>,
    // Whether each input gets a line of output, come what may.
    line_for_line: bool,
    failed: bool,
}

impl<'a> Desk<'a> {
    /// Lends an empty desk that hears Ctrl-C, and clears it however the work ends.
    pub fn lend(
        extras: Extras,
        translator: &'a Translator,
        progress: &'a Progress,
        work: impl FnOnce(&mut Self) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let (sender, receiver) = channel();
        let interrupted = sender.clone();
        interrupt::listen(move || drop(interrupted.send(Message::Interrupted)));
        let mut desk = Self {
            line_for_line: extras.json,
            extras,
            translator,
            progress,
            sender,
            receiver,
            hold: None,
            jobs: BTreeMap::new(),
            submitted: 0,
            printed: 0,
            results: BTreeMap::new(),
            translated: Vec::new(),
            failed: false,
        };
        let done = work(&mut desk);
        desk.end(done)
    }

    /// Takes a text or a file.
    pub fn submit(
        &mut self,
        pair: &LanguagePair,
        source: Source,
        options: &DecodeOptions,
    ) -> Result<(), Failure> {
        if matches!(source, Source::File { .. }) {
            self.lock_queue()?;
        }
        let place = self.next_place();
        let input = match &source {
            Source::File { input, .. } => Some(input.clone()),
            Source::Text(_) => None,
        };
        let job = Job { pair: pair.clone(), source, options: options.clone() };
        let id = Some(self.translator.submit(job, self.ear(place)));
        self.jobs.insert(place, Under { id, input });
        Ok(())
    }

    /// Takes an input that cannot be translated (a document, or a text); what is wrong with it is told in its turn.
    pub fn refuse(&mut self, input: Option<PathBuf>, problem: Problem) -> Result<(), Failure> {
        let place = self.next_place();
        self.results.insert(place, (Under { id: None, input }, Err(problem)));
        self.print_in_order()
    }

    /// Goes on with a document of the queue.
    pub fn resume(&mut self, row: &JobRow) -> Result<(), Failure> {
        self.lock_queue()?;
        let place = self.next_place();
        self.translator.resume(row.id, self.ear(place))?;
        self.jobs.insert(place, Under { id: Some(row.id), input: Some(row.input.clone()) });
        Ok(())
    }

    /// Waits for all that was taken.
    pub fn finish(&mut self) -> Result<(), Failure> {
        self.collect()?;
        self.export()
    }

    /// Translates the lines of standard input.
    pub fn lines(&mut self, pair: &LanguagePair, options: &DecodeOptions) -> Result<(), Failure> {
        self.line_for_line = true;
        if stdin().is_terminal() {
            eprintln!("Type a line to translate it; the end of the input ends (Ctrl-D, on Windows Ctrl-Z).");
        }
        let sender = self.sender.clone();
        // Reading blocks, so it has a thread; it ends with the input or with the program.
        std::thread::spawn(move || {
            for line in stdin().lock().lines() {
                let broken = line.is_err();
                if sender.send(Message::Line(line)).is_err() || broken {
                    return;
                }
            }
            drop(sender.send(Message::EndOfInput));
        });
        self.read(pair, options)
    }

    /// Translates the document on standard input to standard output. It leaves nothing in the queue, whatever comes.
    pub fn document(
        &mut self,
        pair: &LanguagePair,
        options: &DecodeOptions,
        extension: &str,
    ) -> Result<(), Failure> {
        let mut bytes = Vec::new();
        let read = stdin().lock().take(MAX_DOCUMENT_BYTES + 1).read_to_end(&mut bytes);
        let problem = |message: String| {
            let hint = "Give the path of the document instead.".to_owned();
            Failure::from(Problem { code: "input".to_owned(), message, hint })
        };
        read.map_err(|error| problem(format!("standard input cannot be read: {error}")))?;
        if bytes.len() as u64 > MAX_DOCUMENT_BYTES {
            return Err(problem(format!("standard input has more than {MAX_DOCUMENT_BYTES} bytes")));
        }
        let failed = |error: std::io::Error| problem(format!("no temporary file can be made: {error}"));
        let folder = tempfile::tempdir().map_err(failed)?;
        let (input, output) =
            (folder.path().join(format!("input.{extension}")), folder.path().join("output"));
        std::fs::write(&input, bytes).map_err(failed)?;
        self.lock_queue()?;
        let source = Source::File { input, output: Some(output.clone()) };
        let job = Job { pair: pair.clone(), source, options: options.clone() };
        let place = self.next_place();
        let id = self.translator.submit(job, self.ear(place));
        let done = self.wait_for(place, id);
        self.progress.clear();
        // What the queue could not even take is not in it; the reason is what it failed with.
        let forgotten = self.translator.forget(id);
        let result = done?;
        let bytes = std::fs::read(&output).map_err(failed)?;
        let mut out = stdout().lock();
        out.write_all(&bytes).and_then(|()| out.flush()).map_err(|_| Failure::interrupted())?;
        summary("standard input", &result);
        if result.to_review > 0 {
            eprintln!("Translate it by its path to see which: `wasan jobs show` lists them.");
        }
        forgotten.map_err(Failure::from)
    }

    // Also when it is interrupted it is waited for until the engine has let go of it.
    fn wait_for(&mut self, place: usize, id: JobId) -> Result<JobResult, Failure> {
        loop {
            match self.receiver.recv() {
                Ok(Message::Event(at, event)) if at == place => match event {
                    JobEvent::Finished(result) => return Ok(result),
                    JobEvent::Failed(problem) => return Err(problem.into()),
                    JobEvent::Cancelled => return Err(Failure::interrupted()),
                    other => self.show_progress(&other),
                },
                Ok(Message::Interrupted) => self.translator.cancel(id),
                Err(_) => return Err(Failure::interrupted()),
                Ok(_) => {}
            }
        }
    }

    /// Takes the right to work on the queue. Another process may be at work on it; then this one waits its turn.
    pub fn lock_queue(&mut self) -> Result<(), Failure> {
        if self.hold.is_some() {
            return Ok(());
        }
        match self.translator.lock_queue() {
            Ok(hold) => self.hold = Some(hold),
            Err(Error::QueueBusy) => {
                eprintln!("another Wasan translates documents; waiting until it is done (Ctrl-C ends this)");
                let (translator, sender) = (self.translator.clone(), self.sender.clone());
                // Waiting blocks, so it has a thread; it ends with its turn or with the program.
                std::thread::spawn(move || {
                    drop(sender.send(Message::Queue(translator.wait_for_queue_lock())))
                });
                self.hold = Some(self.wait_for_turn()?);
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    fn wait_for_turn(&mut self) -> Result<Arc<QueueLock>, Failure> {
        loop {
            match self.receiver.recv() {
                Ok(Message::Queue(hold)) => return Ok(hold?),
                Ok(Message::Event(place, event)) => self.hear(place, event)?,
                Ok(Message::Interrupted) | Err(_) => return Err(Failure::interrupted()),
                Ok(_) => {}
            }
        }
    }

    /// The latest document of the queue with this source and pair that there is something left to do for.
    pub fn unfinished_job(
        &mut self,
        input: &std::path::Path,
        pair: &LanguagePair,
    ) -> Result<Option<JobRow>, Failure> {
        self.lock_queue()?;
        let input = std::path::absolute(input).unwrap_or_else(|_| input.to_owned());
        let goes_on = |row: &JobRow| {
            row.input == input
                && row.pair == *pair
                && (row.state.is_unfinished() || matches!(row.state, JobState::Failed | JobState::Cancelled))
        };
        Ok(self.translator.jobs()?.into_iter().rev().find(goes_on))
    }

    fn next_place(&mut self) -> usize {
        self.submitted += 1;
        self.submitted - 1
    }

    // Nobody listens any more after an interruption.
    fn ear(&self, place: usize) -> impl FnMut(JobEvent) + Send + 'static {
        let sender = self.sender.clone();
        move |event| drop(sender.send(Message::Event(place, event)))
    }

    fn collect(&mut self) -> Result<(), Failure> {
        while !self.jobs.is_empty() {
            match self.receiver.recv() {
                Ok(Message::Event(place, event)) => self.hear(place, event)?,
                Ok(Message::Interrupted) | Err(_) => return Err(Failure::interrupted()),
                Ok(_) => {}
            }
        }
        Ok(())
    }

    fn read(&mut self, pair: &LanguagePair, options: &DecodeOptions) -> Result<(), Failure> {
        let mut waiting = VecDeque::new();
        let mut ended = false;
        while !(ended && waiting.is_empty() && self.jobs.is_empty()) {
            match self.receiver.recv() {
                Ok(Message::Event(place, event)) => self.hear(place, event)?,
                Ok(Message::Line(Ok(line))) => waiting.push_back(line),
                Ok(Message::Line(Err(error))) => {
                    ended = true;
                    self.failed = true;
                    let number = self.submitted + waiting.len() + 1;
                    show(&Problem {
                        code: "input".to_owned(),
                        message: format!("line {number} of standard input cannot be read: {error}"),
                        hint: "Give UTF-8 text; the lines before it are translated.".to_owned(),
                    });
                }
                Ok(Message::EndOfInput) => ended = true,
                Ok(Message::Queue(_)) => {}
                Ok(Message::Interrupted) | Err(_) => return Err(Failure::interrupted()),
            }
            while self.jobs.len() < LINES_AHEAD {
                let Some(line) = waiting.pop_front() else { break };
                self.submit(pair, Source::Text(line), options)?;
            }
        }
        Ok(())
    }

    // What still runs after a failure or Ctrl-C is set aside, and so leaves no file; what is finished was printed.
    fn end(self, done: Result<(), Failure>) -> Result<(), Failure> {
        self.progress.clear();
        for job in self.jobs.values() {
            match (job.id, &job.input) {
                (Some(id), Some(_)) => self.translator.pause(id),
                (Some(id), None) => self.translator.cancel(id),
                (None, _) => {}
            }
        }
        if self.jobs.values().any(|job| job.input.is_some()) {
            eprintln!("what is finished is kept: `wasan jobs resume` goes on with it");
        }
        match done {
            Ok(()) if self.failed => Err(Failure::some()),
            done => done,
        }
    }

    fn export(&mut self) -> Result<(), Failure> {
        let Some(path) = &self.extras.tmx else { return Ok(()) };
        let rows: Vec<JobRow> =
            self.translated.iter().map(|id| self.translator.job(*id)).collect::<Result<_, _>>()?;
        let Some(JobRow { pair, .. }) = rows.first() else { return Ok(()) };
        let same: Vec<JobId> = rows.iter().filter(|row| row.pair == *pair).map(|row| row.id).collect();
        if same.len() < rows.len() {
            eprintln!("wasan: {} holds the documents of {pair} alone", path.display());
        }
        let count = self.translator.export_units(pair, &same, path)?;
        eprintln!("{count} units in {}", path.display());
        Ok(())
    }

    fn show_progress(&self, event: &JobEvent) {
        if let JobEvent::Progress { done, total, tokens_per_second, eta_s } = event {
            let left = eta_s.map_or_else(String::new, |eta| format!(", {eta:.0} s left"));
            self.progress.show(&format!("{done}/{total} sentences, {tokens_per_second:.0} tokens/s{left}"));
        }
    }

    fn hear(&mut self, place: usize, event: JobEvent) -> Result<(), Failure> {
        let result = match event {
            JobEvent::Finished(result) => Ok(result),
            JobEvent::Failed(problem) => Err(problem),
            other => {
                self.show_progress(&other);
                return Ok(());
            }
        };
        let Some(job) = self.jobs.remove(&place) else { return Ok(()) };
        self.results.insert(place, (job, result));
        self.print_in_order()
    }

    fn print_in_order(&mut self) -> Result<(), Failure> {
        while let Some((job, result)) = self.results.remove(&self.printed) {
            self.printed += 1;
            self.print(&job, result)?;
        }
        Ok(())
    }

    fn print(&mut self, job: &Under, result: Result<JobResult, Problem>) -> Result<(), Failure> {
        self.progress.clear();
        let json = self.extras.json;
        let line = match result {
            Err(problem) => {
                self.failed = true;
                let failure = Failure::from(problem.clone());
                if failure.ends_everything() {
                    return Err(failure);
                }
                show(&problem);
                if !self.line_for_line {
                    return Ok(());
                }
                if json { self.problem_as_json(job, &problem) } else { String::new() }
            }
            Ok(result) => {
                if let Under { id: Some(id), input: Some(input) } = job {
                    self.translated.push(*id);
                    self.write_bilingual(*id, &result);
                    summary(&input.display().to_string(), &result);
                }
                match (&result.output, json) {
                    (_, true) => as_json(job, &result),
                    (Some(path), false) => path.display().to_string(),
                    (None, false) => result.text.unwrap_or_default(),
                }
            }
        };
        let mut out = stdout().lock();
        // Whoever reads our output may have left, as `head` does.
        writeln!(out, "{line}").and_then(|()| out.flush()).map_err(|_| Failure::interrupted())
    }

    // With what names the document in a list of results. One that the queue could not take has no number there.
    fn problem_as_json(&self, job: &Under, problem: &Problem) -> String {
        let kept = job.id.filter(|id| job.input.is_some() && self.translator.job(*id).is_ok());
        let mut value = serde_json::json!({ "problem": problem });
        if let Some(fields) = value.as_object_mut() {
            fields.extend(job.input.iter().map(|input| ("input".to_owned(), serde_json::json!(input))));
            fields.extend(kept.map(|id| ("job".to_owned(), serde_json::json!(id))));
        }
        value.to_string()
    }

    // An extra that cannot be written is said, and the others go on.
    fn write_bilingual(&mut self, id: JobId, result: &JobResult) {
        let Some(output) = result.output.as_ref().filter(|_| self.extras.bilingual) else { return };
        match self.translator.export_beside(id, output) {
            Ok(path) => eprintln!("both languages in {}", path.display()),
            Err(error) => {
                self.failed = true;
                show(&error.problem());
            }
        }
    }
}

fn as_json(job: &Under, result: &JobResult) -> String {
    let mut value = serde_json::json!(result);
    if let (Under { id, input: Some(input) }, Some(fields)) = (job, value.as_object_mut()) {
        fields.insert("job".to_owned(), serde_json::json!(id));
        fields.insert("input".to_owned(), serde_json::json!(input));
        fields.insert("words_per_second".to_owned(), serde_json::json!(words_per_second(result)));
    }
    value.to_string()
}

fn words_per_second(result: &JobResult) -> f32 {
    if result.seconds > 0.0 { result.words_decoded as f32 / result.seconds } else { 0.0 }
}

fn summary(input: &str, result: &JobResult) {
    let sentences = if result.segments == 1 { "sentence" } else { "sentences" };
    let mut parts = vec![format!("{} {sentences}", result.segments)];
    if result.reused > 0 {
        parts.push(format!("{} reused", result.reused));
    }
    if result.to_review > 0 {
        parts.push(format!("{} to look at", result.to_review));
    }
    let TermCount { met, missed } = result.terms;
    if met + missed > 0 {
        parts.push(format!("{met} of {} terms met", met + missed));
    }
    if result.words_decoded > 0 {
        parts.push(format!("{:.0} words/s", words_per_second(result)));
    }
    if result.warning == Some(Warning::NoText) {
        parts.push("no text to translate was found, so it is a copy".to_owned());
    }
    eprintln!("{input}: {}", parts.join(", "));
}
