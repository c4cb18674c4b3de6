//! Runs jobs: submits them in the order of the inputs and waits for their events.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use translation::quality::Summary;
use translation::{
    DecodeOptions, Error, Filter, Job, JobEvent, JobId, JobResult, JobRow, LanguagePair, Problem, QueueLock,
    Setup, Source, Translator,
};

use crate::confirm::confirm;
use crate::failure::Failure;
use crate::interrupt;
use crate::job_output::{InputJob, JobOutput, OutputOptions};
use crate::progress::start_translator;
use crate::terminal::{note, shown};

/// What a [`JobRunner`] waits for.
pub enum Message {
    /// An event of the input with this index.
    Event(usize, JobEvent),
    /// A line of standard input.
    Line(std::io::Result<String>),
    /// All of standard input.
    Document(std::io::Result<Vec<u8>>),
    EndOfInput,
    QueueLocked(Result<Arc<QueueLock>, Error>),
    /// Ctrl-C.
    Interrupted,
}

/// The running jobs of a command.
pub struct JobRunner<'a> {
    pub translator: &'a Translator,
    pub output: JobOutput<'a>,
    pub sender: Sender<Message>,
    receiver: Receiver<Message>,
    /// Held from the first document on.
    queue_lock: Option<Arc<QueueLock>>,
    running: BTreeMap<usize, InputJob>,
    submitted: usize,
}

/// Starts a translator and runs `work` with it. If `work` fails or Ctrl-C is pressed, running documents are paused and
/// running texts cancelled.
pub fn run_jobs(
    setup: Setup,
    options: OutputOptions,
    work: impl FnOnce(&mut JobRunner<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let (translator, progress) = start_translator(setup);
    let (sender, receiver) = channel();
    let interrupted = sender.clone();
    interrupt::listen(move || drop(interrupted.send(Message::Interrupted)));
    let mut runner = JobRunner {
        translator: &translator,
        output: JobOutput::new(options, &translator, &progress),
        sender,
        receiver,
        queue_lock: None,
        running: BTreeMap::new(),
        submitted: 0,
    };
    let result = work(&mut runner);
    progress.clear();
    let result = runner.end(result);
    progress.clear();
    translator.stop();
    result
}

impl JobRunner<'_> {
    /// Submits a text or a document.
    pub fn submit(
        &mut self,
        pair: &LanguagePair,
        source: Source,
        options: &DecodeOptions,
    ) -> Result<(), Failure> {
        let document = match &source {
            Source::File { input, .. } => Some(input.clone()),
            Source::Text(_) | Source::Bytes { .. } => None,
        };
        if document.is_some() {
            self.lock_queue()?;
        }
        let (index, id) = self.start(pair, source, options);
        self.running.insert(index, InputJob { id: Some(id), document });
        Ok(())
    }

    /// Starts a job that is not among the [running](Self::running) ones; returns its index and id.
    pub fn start(&mut self, pair: &LanguagePair, source: Source, options: &DecodeOptions) -> (usize, JobId) {
        let index = self.next_index();
        let job = Job { pair: pair.clone(), source, options: options.clone() };
        (index, self.translator.submit(job, self.event_sender(index)))
    }

    /// Records an input that cannot be translated (a document, or a text); its problem is shown in input order.
    pub fn reject(&mut self, document: Option<PathBuf>, problem: Problem) -> Result<(), Failure> {
        let index = self.next_index();
        self.output.add(index, InputJob { id: None, document }, Err(problem))
    }

    /// Asks before a document is translated again whose corrections would be lost by that; `yes` answers for the user.
    pub fn confirm_loss(&self, row: &JobRow, yes: bool) -> Result<(), Failure> {
        match self.translator.corrections_at_risk(row.id)? {
            0 => Ok(()),
            count => {
                let input = shown(&row.input);
                let what = format!(
                    "{input}: translating it again loses corrections that the memory does not have: {count}"
                );
                confirm(&what, yes)
            }
        }
    }

    /// Resumes a document of the queue.
    pub fn resume(&mut self, row: &JobRow) -> Result<(), Failure> {
        self.lock_queue()?;
        let index = self.next_index();
        self.translator.resume(row.id, self.event_sender(index))?;
        self.running.insert(index, InputJob { id: Some(row.id), document: Some(row.input.clone()) });
        Ok(())
    }

    /// Waits for all submitted jobs, then writes the TMX file.
    pub fn finish(&mut self) -> Result<(), Failure> {
        while !self.running.is_empty() {
            if let Message::Event(index, event) = self.receive()? {
                self.handle_event(index, event)?;
            }
        }
        self.output.note_poor_texts();
        self.output.write_tmx()
    }

    /// Locks the queue, and waits if another process holds the lock.
    pub fn lock_queue(&mut self) -> Result<(), Failure> {
        if self.queue_lock.is_some() {
            return Ok(());
        }
        match self.translator.lock_queue() {
            Ok(lock) => self.queue_lock = Some(lock),
            Err(Error::QueueBusy) => {
                note!("Another Wasan process is translating; waiting (Ctrl-C cancels)");
                let (translator, sender) = (self.translator.clone(), self.sender.clone());
                // Waiting blocks, so it has a thread; the thread ends with the lock or with the program.
                std::thread::spawn(move || {
                    drop(sender.send(Message::QueueLocked(translator.wait_for_queue_lock())))
                });
                self.queue_lock = Some(self.wait_for_lock()?);
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    fn wait_for_lock(&mut self) -> Result<Arc<QueueLock>, Failure> {
        loop {
            match self.receive()? {
                Message::QueueLocked(lock) => return Ok(lock?),
                Message::Event(index, event) => self.handle_event(index, event)?,
                _ => {}
            }
        }
    }

    /// The latest inactive document of the queue with this source and language pair.
    pub fn latest_job(&mut self, input: &Path, pair: &LanguagePair) -> Result<Option<JobRow>, Failure> {
        self.lock_queue()?;
        let input = std::path::absolute(input).unwrap_or_else(|_| input.to_owned());
        let is_it = |row: &JobRow| row.input == input && row.pair == *pair && !row.state.is_active();
        Ok(self.translator.jobs()?.into_iter().rev().find(is_it))
    }

    /// Records a document that needs no work: its result is printed in input order.
    pub fn already_done(&mut self, row: &JobRow) -> Result<(), Failure> {
        let index = self.next_index();
        note!("{}: already translated", shown(&row.input));
        let segments = self.translator.segments(row.id, Filter::All)?;
        let summary: Summary = segments.iter().map(|segment| segment.quality).collect();
        let result = JobResult {
            output: row.output.clone(),
            segments: row.total,
            reused: row.total,
            to_review: row.to_review,
            poor: row.poor,
            unknown_text: summary.is_unknown_text(),
            uncalibrated: summary.uncalibrated,
            terms: row.terms,
            document_terms: self.translator.document_terms(row.id)?,
            demonstration: row.demonstration,
            left_alone: row.left_alone.clone(),
            ..JobResult::default()
        };
        self.output.add(index, InputJob { id: Some(row.id), document: Some(row.input.clone()) }, Ok(result))
    }

    /// Inputs so far.
    pub fn submitted(&self) -> usize {
        self.submitted
    }

    /// Jobs that have not finished or failed.
    pub fn running(&self) -> usize {
        self.running.len()
    }

    /// Waits for the next message.
    ///
    /// # Errors
    /// Ctrl-C.
    pub fn receive(&self) -> Result<Message, Failure> {
        match self.receive_any() {
            Message::Interrupted => Err(Failure::interrupted()),
            message => Ok(message),
        }
    }

    /// Waits for the next message, which may be Ctrl-C.
    pub fn receive_any(&self) -> Message {
        // This struct holds a sender, so that the channel is never closed.
        self.receiver.recv().unwrap_or(Message::Interrupted)
    }

    /// Shows a job's progress, or prints its result in input order.
    pub fn handle_event(&mut self, index: usize, event: JobEvent) -> Result<(), Failure> {
        let result = match event {
            JobEvent::Finished(result) => Ok(result),
            JobEvent::Failed(problem) => Err(problem),
            other => {
                self.output.show_progress(&other);
                return Ok(());
            }
        };
        match self.running.remove(&index) {
            Some(job) => self.output.add(index, job, result),
            None => Ok(()),
        }
    }

    fn next_index(&mut self) -> usize {
        self.submitted += 1;
        self.submitted - 1
    }

    // After an interruption nothing receives the events any more.
    fn event_sender(&self, index: usize) -> impl FnMut(JobEvent) + Send + 'static {
        let sender = self.sender.clone();
        move |event| drop(sender.send(Message::Event(index, event)))
    }

    // Stops jobs that still run after a failure or Ctrl-C, so that they leave no files; finished results were printed.
    fn end(self, result: Result<(), Failure>) -> Result<(), Failure> {
        for job in self.running.values() {
            match (job.id, &job.document) {
                (Some(id), Some(_)) => self.translator.pause(id),
                (Some(id), None) => self.translator.cancel(id),
                (None, _) => {}
            }
        }
        if self.running.values().any(|job| job.document.is_some()) {
            note!("finished sentences are kept; `wasan jobs resume` continues");
        }
        match result {
            Ok(()) if self.output.has_failed() => Err(Failure::some()),
            result => result,
        }
    }
}
