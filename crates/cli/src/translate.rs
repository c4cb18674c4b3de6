//! `wasan translate`: text, files, or the lines of standard input.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, IsTerminal, Write, stdin, stdout};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use clap::Args;
use translation::{
    BeamOptions, DecodeOptions, Job, JobEvent, JobId, JobResult, Pair, Problem, Sampling, Source, Translator,
};

use crate::failure::{Failure, show};
use crate::progress::Progress;
use crate::{Engine, Languages, interrupt};

#[derive(Args)]
pub struct Translate {
    #[command(flatten)]
    languages: Languages,
    #[command(flatten)]
    engine: Engine,
    /// Text in quotation marks, or paths of UTF-8 text, Markdown and SubRip files; none = lines of standard input
    #[arg(value_name = "TEXT|FILE")]
    inputs: Vec<String>,
    /// Folder for translated files [default: beside each source, as name.LANGUAGE.ext]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Beam search with so many beams
    #[arg(long, value_name = "BEAMS", value_parser = clap::value_parser!(u32).range(1..=15))]
    beam: Option<u32>,
    /// Beam search: score = Σ log p / length^PENALTY
    #[arg(long, value_name = "PENALTY", default_value_t = 1.0, requires = "beam")]
    length_penalty: f32,
    /// Beam search: so many answers a sentence (with --json)
    #[arg(long, value_name = "N", default_value_t = 1, requires = "beam")]
    n_best: u32,
    /// Sample with this temperature instead of taking the likeliest token
    #[arg(long, conflicts_with = "beam")]
    temperature: Option<f32>,
    /// Sampling: smallest probability mass kept
    #[arg(long, default_value_t = 0.95, requires = "temperature")]
    top_p: f32,
    /// Sampling: tokens considered
    #[arg(long, default_value_t = 31, requires = "temperature", value_parser = clap::value_parser!(u32).range(1..=31))]
    top_k: u32,
    /// Sampling: the same seed gives the same text
    #[arg(long, default_value_t = 0, requires = "temperature")]
    seed: u32,
    /// Print results as JSON, with every token's alternatives and each model's own votes
    #[arg(long)]
    json: bool,
}

enum Message {
    Event(usize, JobEvent),
    Line(std::io::Result<String>),
    EndOfInput,
    Interrupted,
}

// Lines of standard input that are submitted before the oldest has come back.
const LINES_AHEAD: usize = 128;

impl Translate {
    pub fn run(self) -> Result<(), Failure> {
        let pair = self.languages.pair()?;
        self.check()?;
        let progress = Arc::new(Progress::new());
        let shown = Arc::clone(&progress);
        let translator = Translator::start(self.engine.setup(None), move |state| shown.engine(&state));
        let (sender, receiver) = channel();
        let interrupted = sender.clone();
        interrupt::listen(move || drop(interrupted.send(Message::Interrupted)));
        let mut desk = Desk {
            command: &self,
            pair,
            translator: &translator,
            sender,
            progress: &progress,
            jobs: BTreeMap::new(),
            next: 0,
            printed: 0,
            results: BTreeMap::new(),
            failed: false,
        };
        let done = match self.inputs.is_empty() {
            true => desk.lines(&receiver),
            false => desk.inputs(&receiver),
        };
        progress.clear();
        let failed = desk.failed;
        drop(desk);
        translator.stop();
        done?;
        if failed { Err(Failure::some()) } else { Ok(()) }
    }

    fn check(&self) -> Result<(), Failure> {
        if self.temperature.is_some_and(|t| !(t.is_finite() && t >= 0.0))
            || !(self.top_p > 0.0 && self.top_p <= 1.0)
        {
            return Err(Failure::usage(
                "--temperature is 0 or more, --top-p more than 0 and at most 1",
                "For example: --temperature 0.7 --top-p 0.95",
            ));
        }
        if !self.length_penalty.is_finite() {
            return Err(Failure::usage("--length-penalty is a number", "For example: --length-penalty 1.0"));
        }
        if self.beam.is_some_and(|beams| beams > self.engine.sequences) {
            return Err(Failure::usage(
                "--beam is larger than --sequences",
                "Give --sequences at least as many.",
            ));
        }
        if let Some(out) = self.out.as_ref().filter(|out| !out.is_dir()) {
            return Err(Failure::usage(
                &format!("there is no folder {}", out.display()),
                "Make it first, or leave --out away.",
            ));
        }
        Ok(())
    }

    fn options(&self) -> DecodeOptions {
        DecodeOptions {
            recipe: None,
            beam: self.beam.map(|beams| BeamOptions {
                beams,
                length_penalty: self.length_penalty,
                n_best: self.n_best.clamp(1, beams),
            }),
            sampling: self.temperature.map(|temperature| Sampling {
                temperature,
                top_p: self.top_p,
                top_k: self.top_k,
                seed: self.seed,
            }),
            report: self.json,
        }
    }

    // An argument that names something on disk is a file; anything else is text.
    fn source(&self, input: &str, to: &str) -> Source {
        let path = Path::new(input);
        if path.symlink_metadata().is_err() {
            return Source::Text(input.to_owned());
        }
        let output = self.out.as_ref().map(|folder| {
            let beside = folder.join(path.file_name().unwrap_or_default());
            translation::free_name(&beside, to)
        });
        Source::File { input: path.to_owned(), output }
    }
}

/// Jobs under way, and their results in the order of the inputs.
struct Desk<'a> {
    command: &'a Translate,
    pair: Pair,
    translator: &'a Translator,
    sender: Sender<Message>,
    progress: &'a Progress,
    jobs: BTreeMap<usize, JobId>,
    next: usize,
    printed: usize,
    results: BTreeMap<usize, Result<JobResult, Problem>>,
    failed: bool,
}

impl Desk<'_> {
    fn submit(&mut self, source: Source) {
        let place = self.next;
        self.next += 1;
        let sender = self.sender.clone();
        let job = Job { pair: self.pair.clone(), source, options: self.command.options() };
        // The receiver outlives every job but after an interruption.
        let id = self.translator.submit(job, move |event| drop(sender.send(Message::Event(place, event))));
        self.jobs.insert(place, id);
    }

    fn inputs(&mut self, receiver: &Receiver<Message>) -> Result<(), Failure> {
        for input in &self.command.inputs {
            self.submit(self.command.source(input, &self.pair.to));
        }
        while !self.jobs.is_empty() {
            match receiver.recv() {
                Ok(Message::Event(place, event)) => self.hear(place, event)?,
                Ok(Message::Interrupted) | Err(_) => return self.interrupted(receiver),
                Ok(Message::Line(_) | Message::EndOfInput) => {}
            }
        }
        Ok(())
    }

    fn lines(&mut self, receiver: &Receiver<Message>) -> Result<(), Failure> {
        if stdin().is_terminal() {
            eprintln!("Type a line to translate it; Ctrl-D ends.");
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
        let mut waiting = VecDeque::new();
        let mut ended = false;
        while !(ended && waiting.is_empty() && self.jobs.is_empty()) {
            match receiver.recv() {
                Ok(Message::Event(place, event)) => self.hear(place, event)?,
                Ok(Message::Line(Ok(line))) => waiting.push_back(line),
                Ok(Message::Line(Err(error))) => {
                    ended = true;
                    self.failed = true;
                    let hint = "Give UTF-8 text; what came before is translated.".to_owned();
                    let message = format!("standard input cannot be read: {error}");
                    show(&Problem { code: "input".to_owned(), message, hint });
                }
                Ok(Message::EndOfInput) => ended = true,
                Ok(Message::Interrupted) | Err(_) => return self.interrupted(receiver),
            }
            while self.jobs.len() < LINES_AHEAD {
                let Some(line) = waiting.pop_front() else { break };
                self.submit(Source::Text(line));
            }
        }
        Ok(())
    }

    // What is finished has been printed; what runs is cancelled, and so leaves no file.
    fn interrupted(&mut self, receiver: &Receiver<Message>) -> Result<(), Failure> {
        self.progress.clear();
        for job in self.jobs.values() {
            self.translator.cancel(*job);
        }
        while !self.jobs.is_empty() {
            match receiver.recv() {
                Ok(Message::Event(place, event)) => self.hear(place, event)?,
                Ok(_) => {}
                Err(_) => break,
            }
        }
        Err(Failure::interrupted())
    }

    fn hear(&mut self, place: usize, event: JobEvent) -> Result<(), Failure> {
        let result = match event {
            JobEvent::Finished(result) => Ok(result),
            JobEvent::Failed(problem) => Err(problem),
            JobEvent::Cancelled => {
                self.jobs.remove(&place);
                return Ok(());
            }
            JobEvent::Progress { done, total, tokens_per_second, eta_s } => {
                let left = eta_s.map_or_else(String::new, |eta| format!(", {eta:.0} s left"));
                self.progress
                    .show(&format!("{done}/{total} sentences, {tokens_per_second:.0} tokens/s{left}"));
                return Ok(());
            }
            JobEvent::Started { .. } | JobEvent::Text { .. } => return Ok(()),
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
        let text = match result {
            Err(problem) => {
                self.failed = true;
                // What no job can have is said once and ends the command.
                if ["gpu", "gpu_lost", "no_model", "missing_model", "unknown_model", "recipe", "vocabularies"]
                    .contains(&problem.code.as_str())
                {
                    return Err(problem.into());
                }
                show(&problem);
                return Ok(());
            }
            Ok(result) if self.command.json => serde_json::to_string(&result).map_err(|error| {
                Failure::usage(
                    &format!("the result cannot be written as JSON: {error}"),
                    "Leave --json away.",
                )
            })?,
            Ok(JobResult { output: Some(path), segments, to_review, .. }) => {
                let review = if to_review > 0 { format!(", {to_review} to look at") } else { String::new() };
                eprintln!("{segments} sentences{review}");
                path.display().to_string()
            }
            Ok(result) => result.text.unwrap_or_default(),
        };
        let mut out = stdout().lock();
        if writeln!(out, "{text}").and_then(|()| out.flush()).is_err() {
            // Whoever reads our output has left, as `head` does.
            return Err(Failure::interrupted());
        }
        Ok(())
    }
}
