//! Jobs under way: submitted in the order of the inputs, printed in the same order.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, IsTerminal, Write, stdin, stdout};
use std::sync::mpsc::{Receiver, Sender, channel};

use translation::{DecodeOptions, Job, JobEvent, JobId, JobResult, Pair, Problem, Source, Translator};

use crate::failure::{Failure, show};
use crate::interrupt;
use crate::progress::Progress;

enum Message {
    Event(usize, JobEvent),
    Line(std::io::Result<String>),
    EndOfInput,
    Interrupted,
}

// Lines of standard input that are submitted before the oldest has come back.
const LINES_AHEAD: usize = 128;

/// The jobs, and the results that wait for an earlier one.
pub struct Desk<'a> {
    pair: Pair,
    options: DecodeOptions,
    translator: &'a Translator,
    progress: &'a Progress,
    sender: Sender<Message>,
    receiver: Receiver<Message>,
    jobs: BTreeMap<usize, JobId>,
    submitted: usize,
    printed: usize,
    results: BTreeMap<usize, Result<JobResult, Problem>>,
    // Whether each input gets a line of output, come what may.
    line_for_line: bool,
    failed: bool,
}

impl<'a> Desk<'a> {
    /// An empty desk that hears Ctrl-C. Results are JSON when `options` ask for a report.
    pub fn new(
        pair: Pair,
        options: DecodeOptions,
        translator: &'a Translator,
        progress: &'a Progress,
    ) -> Self {
        let (sender, receiver) = channel();
        let interrupted = sender.clone();
        interrupt::listen(move || drop(interrupted.send(Message::Interrupted)));
        Self {
            line_for_line: options.report,
            pair,
            options,
            translator,
            progress,
            sender,
            receiver,
            jobs: BTreeMap::new(),
            submitted: 0,
            printed: 0,
            results: BTreeMap::new(),
            failed: false,
        }
    }

    /// Translates texts and files.
    pub fn inputs(mut self, sources: Vec<Source>) -> Result<(), Failure> {
        sources.into_iter().for_each(|source| self.submit(source));
        let done = self.collect();
        self.end(done)
    }

    /// Translates the lines of standard input.
    pub fn lines(mut self) -> Result<(), Failure> {
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
        let done = self.read();
        self.end(done)
    }

    fn submit(&mut self, source: Source) {
        let place = self.submitted;
        self.submitted += 1;
        let sender = self.sender.clone();
        let job = Job { pair: self.pair.clone(), source, options: self.options.clone() };
        // Nobody listens any more after an interruption.
        let id = self.translator.submit(job, move |event| drop(sender.send(Message::Event(place, event))));
        self.jobs.insert(place, id);
    }

    fn collect(&mut self) -> Result<(), Failure> {
        while !self.jobs.is_empty() {
            match self.receiver.recv() {
                Ok(Message::Event(place, event)) => self.hear(place, event)?,
                Ok(Message::Interrupted) | Err(_) => return Err(Failure::interrupted()),
                Ok(Message::Line(_) | Message::EndOfInput) => {}
            }
        }
        Ok(())
    }

    fn read(&mut self) -> Result<(), Failure> {
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
                Ok(Message::Interrupted) | Err(_) => return Err(Failure::interrupted()),
            }
            while self.jobs.len() < LINES_AHEAD {
                let Some(line) = waiting.pop_front() else { break };
                self.submit(Source::Text(line));
            }
        }
        Ok(())
    }

    // What still runs after a failure or Ctrl-C is cancelled, and so leaves no file; what is finished was printed.
    fn end(self, done: Result<(), Failure>) -> Result<(), Failure> {
        self.progress.clear();
        for job in self.jobs.values() {
            self.translator.cancel(*job);
        }
        match done {
            Ok(()) if self.failed => Err(Failure::some()),
            done => done,
        }
    }

    fn hear(&mut self, place: usize, event: JobEvent) -> Result<(), Failure> {
        let result = match event {
            JobEvent::Finished(result) => Ok(result),
            JobEvent::Failed(problem) => Err(problem),
            JobEvent::Progress { done, total, tokens_per_second, eta_s } => {
                let left = eta_s.map_or_else(String::new, |eta| format!(", {eta:.0} s left"));
                self.progress
                    .show(&format!("{done}/{total} sentences, {tokens_per_second:.0} tokens/s{left}"));
                return Ok(());
            }
            JobEvent::Started { .. } | JobEvent::Text { .. } | JobEvent::Cancelled => return Ok(()),
        };
        self.jobs.remove(&place);
        self.results.insert(place, result);
        while let Some(result) = self.results.remove(&self.printed) {
            self.printed += 1;
            self.print(result)?;
        }
        Ok(())
    }

    fn print(&mut self, result: Result<JobResult, Problem>) -> Result<(), Failure> {
        self.progress.clear();
        let json = self.options.report;
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
                if json { serde_json::json!({ "problem": problem }).to_string() } else { String::new() }
            }
            Ok(result) if json => serde_json::json!(result).to_string(),
            Ok(JobResult { output: Some(path), segments, to_review, .. }) => {
                let review = if to_review > 0 { format!(", {to_review} to look at") } else { String::new() };
                eprintln!("{segments} {}{review}", if segments == 1 { "sentence" } else { "sentences" });
                path.display().to_string()
            }
            Ok(result) => result.text.unwrap_or_default(),
        };
        let mut out = stdout().lock();
        // Whoever reads our output may have left, as `head` does.
        writeln!(out, "{line}").and_then(|()| out.flush()).map_err(|_| Failure::interrupted())
    }
}
