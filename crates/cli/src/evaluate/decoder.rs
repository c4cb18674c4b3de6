//! Test sets through the engine: a job for each line, as `wasan translate` does it. Sums that are equal but for a factor
//! choose the same tokens, so they are decoded once.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use translation::{DecodeOptions, Job, JobEvent, JobId, JobResult, ModelLocation, Setup, Source, Translator};

use super::models::Ready;
use super::sets::TestSet;
use crate::failure::Failure;
use crate::interrupt;
use crate::progress::Progress;

/// What a sum made of a test set.
pub struct Decoded {
    /// A translation for each line.
    pub lines: Vec<String>,
    /// From the first line handed to the engine to the end of the last.
    pub seconds: f64,
    /// Written in all.
    pub tokens: usize,
}

impl Decoded {
    /// Written a second, all sequences together.
    pub fn tokens_per_second(&self) -> f64 {
        self.tokens as f64 / self.seconds.max(1e-9)
    }
}

enum Message {
    /// Of a line in one of the runs.
    Event(usize, usize, JobEvent),
    Interrupted,
}

/// A test set, and models with their shares of the sum in millionths.
type Key = (String, Vec<(ModelLocation, i64)>);

/// Lines that are submitted before the oldest has come back: twice what the engine holds at most, and some.
const LINES_AHEAD: usize = 64;

/// The engine, and what it has translated so far.
pub struct Decoder {
    translator: Translator,
    progress: Arc<Progress>,
    sender: Sender<Message>,
    receiver: Receiver<Message>,
    run: usize,
    known: HashMap<Key, Rc<Decoded>>,
}

impl Decoder {
    /// Starts an engine that loads models when they are first asked for, and hears Ctrl-C.
    pub fn start(setup: Setup) -> Self {
        let progress = Arc::new(Progress::new());
        let shown = Arc::clone(&progress);
        let translator = Translator::start(setup, move |state| shown.engine(&state));
        let (sender, receiver) = channel();
        let interrupted = sender.clone();
        interrupt::listen(move || drop(interrupted.send(Message::Interrupted)));
        Self { translator, progress, sender, receiver, run: 0, known: HashMap::new() }
    }

    /// Translates a test set.
    ///
    /// # Errors
    /// Models that cannot be loaded or added; Ctrl-C.
    pub fn decode(&mut self, test: &TestSet, ready: &Ready, name: &str) -> Result<Rc<Decoded>, Failure> {
        let key = key(test, ready);
        if let Some(known) = self.known.get(&key) {
            return Ok(Rc::clone(known));
        }
        let mut under = VecDeque::new();
        let decoded = self.lines(test, ready, name, &mut under);
        under.iter().for_each(|id| self.translator.cancel(*id));
        self.progress.clear();
        let decoded = Rc::new(decoded?);
        self.known.insert(key, Rc::clone(&decoded));
        Ok(decoded)
    }

    /// Something that stays on the screen.
    pub fn say(&self, text: &str) {
        self.progress.clear();
        eprintln!("{text}");
    }

    /// Lets the engine end.
    pub fn stop(self) {
        self.translator.stop();
    }

    fn lines(
        &mut self,
        test: &TestSet,
        ready: &Ready,
        name: &str,
        under: &mut VecDeque<JobId>,
    ) -> Result<Decoded, Failure> {
        self.run += 1;
        let options = DecodeOptions {
            recipe: Some(ready.recipe.clone()),
            chosen: ready.chosen.clone(),
            // The models are measured, on every machine alike.
            glossary: false,
            ..DecodeOptions::default()
        };
        let mut lines = vec![None; test.source.len()];
        let (mut submitted, mut done, mut tokens) = (0, 0, 0);
        let mut begun: Option<Instant> = None;
        while done < lines.len() {
            while let Some(text) = test.source.get(submitted).filter(|_| submitted < done + LINES_AHEAD) {
                let source = Source::Text(text.clone());
                let job = Job { pair: test.pair.clone(), source, options: options.clone() };
                under.push_back(self.translator.submit(job, self.ear(submitted)));
                submitted += 1;
            }
            self.progress.show(&format!("{}, {name}: line {done} of {}", test.name, lines.len()));
            let (at, event) = match self.receiver.recv() {
                Ok(Message::Event(run, at, event)) if run == self.run => (at, event),
                // What was cancelled with an earlier run may still speak.
                Ok(Message::Event(..)) => continue,
                Ok(Message::Interrupted) | Err(_) => return Err(Failure::interrupted()),
            };
            match event {
                JobEvent::Finished(result) => {
                    done += 1;
                    tokens += result.tokens;
                    let start = Instant::now().checked_sub(Duration::from_secs_f32(result.seconds.max(0.0)));
                    begun = [begun, start].into_iter().flatten().min();
                    if let Some(line) = lines.get_mut(at) {
                        *line = Some(line_of(result));
                    }
                }
                JobEvent::Failed(problem) => return Err(problem.into()),
                _ => return Err(Failure::interrupted()),
            }
        }
        under.clear();
        let seconds = begun.map_or(0.0, |begun| begun.elapsed().as_secs_f64());
        Ok(Decoded { lines: lines.into_iter().flatten().collect(), seconds, tokens })
    }

    // Only the last event of each line matters.
    fn ear(&self, at: usize) -> impl FnMut(JobEvent) + Send + 'static {
        let (sender, run) = (self.sender.clone(), self.run);
        move |event| match event {
            JobEvent::Started { .. } | JobEvent::Text { .. } | JobEvent::Progress { .. } => {}
            last => drop(sender.send(Message::Event(run, at, last))),
        }
    }
}

// Whatever a model writes, a line stays one.
fn line_of(result: JobResult) -> String {
    result.text.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn key(test: &TestSet, ready: &Ready) -> Key {
    let all: f32 = ready.members.iter().map(|member| member.weight.abs()).sum();
    let share = |weight: f32| (1e6 * f64::from(weight) / f64::from(all)).round() as i64;
    let mut members: Vec<_> =
        ready.members.iter().map(|member| (member.entry.origin.clone(), share(member.weight))).collect();
    members.sort();
    (format!("{} {}", test.pair, test.input), members)
}
