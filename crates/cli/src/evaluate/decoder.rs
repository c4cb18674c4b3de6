//! Translates test sets: a job for each line, as `wasan translate` does. Sums that differ only by a factor choose the same
//! tokens, so they are decoded once.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use translation::{
    DecodeOptions, Estimate, Job, JobEvent, JobId, JobResult, ModelLocation, Quality, Recipe, SentenceReport,
    Setup, Source, Translator,
};

use super::models::ResolvedRecipe;
use super::test_sets::TestSet;
use crate::failure::Failure;
use crate::interrupt;
use crate::progress::{Progress, start_translator};
use crate::terminal::note;

/// A test set translated with one recipe.
pub struct Decoded {
    /// A translation for each line.
    pub lines: Vec<String>,
    /// The sentences of each line.
    pub sentences: Vec<Vec<SentenceReport>>,
    /// From the start of the first line to the end of the last.
    pub seconds: f64,
    /// Tokens of all translations.
    pub tokens: usize,
}

impl Decoded {
    /// Throughput of all sequences together.
    pub fn tokens_per_second(&self) -> f64 {
        self.tokens as f64 / self.seconds.max(1e-9)
    }
}

enum Message {
    /// An event of a line, with the number of the run and the line's index.
    Event(usize, usize, Box<JobEvent>),
    Interrupted,
}

/// A test set, the models with their normalized weights in millionths, the gate as text, and whether they choose between
/// branches.
type Key = (String, Vec<(ModelLocation, i64)>, Option<String>, bool);

/// Lines that are submitted before the oldest is translated: more than twice what the engine decodes at once.
const LINES_AHEAD: usize = 64;

/// A translator, and a cache of what it has translated.
pub struct Decoder {
    translator: Translator,
    progress: Arc<Progress>,
    sender: Sender<Message>,
    receiver: Receiver<Message>,
    estimate: Estimate,
    run: usize,
    cache: HashMap<Key, Rc<Decoded>>,
}

impl Decoder {
    /// Starts a translator that loads models when they are first needed; Ctrl-C interrupts [`Self::decode`].
    pub fn start(setup: Setup) -> Self {
        let (translator, progress) = start_translator(setup);
        let (sender, receiver) = channel();
        let interrupted = sender.clone();
        interrupt::listen(move || drop(interrupted.send(Message::Interrupted)));
        let estimate = Estimate::Cheap;
        Self { translator, progress, sender, receiver, estimate, run: 0, cache: HashMap::new() }
    }

    /// Computes what the full quality estimate needs.
    pub fn with_full_estimate(self) -> Self {
        Self { estimate: Estimate::Full, ..self }
    }

    /// Translates a test set.
    ///
    /// # Errors
    /// Models that cannot be loaded or summed; Ctrl-C.
    pub fn decode(
        &mut self,
        test: &TestSet,
        recipe: &ResolvedRecipe,
        name: &str,
    ) -> Result<Rc<Decoded>, Failure> {
        let key = key(test, recipe);
        if let Some(decoded) = self.cache.get(&key) {
            return Ok(Rc::clone(decoded));
        }
        let mut running = VecDeque::new();
        let decoded = self.translate(test, recipe, name, &mut running);
        running.iter().for_each(|id| self.translator.cancel(*id));
        self.progress.clear();
        let decoded = Rc::new(decoded?);
        self.cache.insert(key, Rc::clone(&decoded));
        Ok(decoded)
    }

    /// Prints a line on standard error.
    pub fn print(&self, text: &str) {
        self.progress.clear();
        note!("{text}");
    }

    /// Stops the translator.
    pub fn stop(self) {
        self.translator.stop();
    }

    fn translate(
        &mut self,
        test: &TestSet,
        recipe: &ResolvedRecipe,
        name: &str,
        running: &mut VecDeque<JobId>,
    ) -> Result<Decoded, Failure> {
        self.run += 1;
        let options = DecodeOptions {
            recipe: Some(recipe.formula.clone()),
            chosen: recipe.chosen.clone(),
            quality: recipe.quality,
            estimate: self.estimate,
            // Measures the models, independently of the user's glossary.
            glossary: false,
            ..DecodeOptions::default()
        };
        let mut lines = vec![None; test.source.len()];
        let (mut submitted, mut done, mut tokens) = (0, 0, 0);
        let mut started: Option<Instant> = None;
        while done < lines.len() {
            while let Some(text) = test.source.get(submitted).filter(|_| submitted < done + LINES_AHEAD) {
                let source = Source::Text(text.clone());
                let job = Job { pair: test.pair.clone(), source, options: options.clone() };
                running.push_back(self.translator.submit(job, self.event_sender(submitted)));
                submitted += 1;
            }
            self.progress.show(&format!("{}, {name}: line {done} of {}", test.name, lines.len()));
            let (index, event) = match self.receiver.recv() {
                Ok(Message::Event(run, index, event)) if run == self.run => (index, *event),
                // Jobs that were cancelled with an earlier run may still send events.
                Ok(Message::Event(..)) => continue,
                Ok(Message::Interrupted) | Err(_) => return Err(Failure::interrupted()),
            };
            match event {
                JobEvent::Finished(result) => {
                    done += 1;
                    tokens += result.tokens;
                    let start = Instant::now().checked_sub(Duration::from_secs_f32(result.seconds.max(0.0)));
                    started = [started, start].into_iter().flatten().min();
                    if let Some(line) = lines.get_mut(index) {
                        *line = Some(result);
                    }
                }
                JobEvent::Failed(problem) => return Err(problem.into()),
                _ => return Err(Failure::interrupted()),
            }
        }
        running.clear();
        let seconds = started.map_or(0.0, |started| started.elapsed().as_secs_f64());
        let results =
            lines.into_iter().flatten().map(|result: JobResult| (single_line(&result), result.sentences));
        let (lines, sentences) = results.unzip();
        Ok(Decoded { lines, sentences, seconds, tokens })
    }

    // Sends only the last event of each line.
    fn event_sender(&self, index: usize) -> impl FnMut(JobEvent) + Send + 'static {
        let (sender, run) = (self.sender.clone(), self.run);
        move |event| match event {
            JobEvent::Started { .. } | JobEvent::Text { .. } | JobEvent::Progress { .. } => {}
            last => drop(sender.send(Message::Event(run, index, Box::new(last)))),
        }
    }
}

// Joins an output of several lines.
fn single_line(result: &JobResult) -> String {
    result.text.as_deref().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn key(test: &TestSet, recipe: &ResolvedRecipe) -> Key {
    let all: f32 = recipe.members.iter().map(|member| member.weight.abs()).sum();
    let share = |weight: f32| (1e6 * f64::from(weight) / f64::from(all)).round() as i64;
    let mut members: Vec<_> =
        recipe.members.iter().map(|member| (member.entry.origin.clone(), share(member.weight))).collect();
    members.sort();
    let gate = Recipe::parse(&recipe.formula).ok().and_then(|recipe| recipe.gate);
    let gate = gate.map(|gate| format!("{gate:?}"));
    (format!("{} {}", test.pair, test.input), members, gate, recipe.quality == Quality::Best)
}
