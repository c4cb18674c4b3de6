//! The engine room: the opened GPU, the models on it, and the batch that decodes with the models of one recipe.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use documents::Link;
use engine::{
    Batch, BatchOptions, BeamOptions, Device, GlossaryTerm, Joint, JointOptions, Llama, Output, Recipe,
    Request,
};
use model_files::{ModelInfo, Tokenizer};

use crate::adapters::open_tested;
use crate::alignment::{self, Pieces};
use crate::catalog::{Catalog, Member, ModelLocation, models_folder};
use crate::error::{Error, Result};
use crate::glossary::{Term, TermMatch};
use crate::job::{EngineInfo, EngineState, LoadedModel, LoadingStage, Setup};
use crate::languages::LanguagePair;
use crate::prompt::Prompt;

/// Positions a sentence may take with its prompt and answer, where the model has as many.
pub(crate) const CONTEXT: u32 = 1024;

/// A model on the GPU.
struct Loaded {
    llama: Arc<Llama>,
    tokenizer: Arc<Tokenizer>,
    info: ModelInfo,
}

/// Which models are added, with what weights; the order of terms does not matter for the sum.
type Key = Vec<(ModelLocation, u32)>;

/// The batch at work and the models in it, in its order.
pub(crate) struct Line {
    key: Key,
    pub batch: Batch,
    pub tokenizer: Arc<Tokenizer>,
}

/// What a job needs to know of the models that translate it.
pub(crate) struct Voice {
    key: Key,
    members: Vec<Member>,
    /// The recipe as text.
    pub recipe: String,
    /// Whether it is only asked about what another voice could not translate: that one stays announced.
    pub second_opinion: bool,
}

impl Voice {
    /// All that decides how it speaks: each model with its files' hashes and its prompt, and its weight.
    pub fn fingerprint(&self) -> String {
        let of = |&place: &usize| {
            let Member { weight, entry, .. } = &self.members[place];
            format!("{} {}", weight.to_bits(), serde_json::to_string(&entry.info).unwrap_or_default())
        };
        self.order().iter().map(of).collect::<Vec<_>>().join("\n")
    }

    /// Whether it is more than L alone.
    pub fn is_a_sum(&self) -> bool {
        self.members.iter().any(|member| member.term != "L")
    }

    // Members by place, as the batch has them: the same for every recipe that adds the same models.
    fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.members.len()).collect();
        order.sort_by_key(|&place| {
            let member = &self.members[place];
            (member.entry.origin.clone(), member.weight.to_bits())
        });
        order
    }
}

/// Everything that a job's sentences need to become requests.
pub(crate) struct Speaker {
    prompts: Vec<Prompt>,
    tokenizer: Arc<Tokenizer>,
    pub end_tokens: Vec<u32>,
    /// Whether the prompt has no token that ends an answer, so that a line end does.
    pub ends_at_line: bool,
    /// Σ|weight| of the recipe: how much sharper the sum is than one model.
    pub sharpness: f32,
    /// For each term of the recipe, its place among the batch's models.
    pub seats: Vec<usize>,
    context: usize,
    /// Sequences that decode at once.
    slots: u32,
}

// So many answers show enough ways to say a thing.
const MOST_BEAMS: u32 = 8;

impl Speaker {
    /// A search for several answers, which does not favour long ones as that for the best one does; none where only one
    /// sequence decodes at once.
    pub fn beams(&self) -> Option<BeamOptions> {
        let beams = self.slots.min(MOST_BEAMS);
        (beams > 1).then_some(BeamOptions { beams, length_penalty: 0.0, n_best: beams })
    }

    /// A sentence as prompts and a limit; none when it does not fit the context.
    pub fn request(&self, sentence: &str, base: &Request) -> Result<Option<Request>> {
        let source = self.tokenizer.encode(sentence)?;
        let prompts = self.prompts.iter().map(|prompt| prompt.render(sentence, &self.tokenizer));
        let prompts: Vec<Vec<u32>> = prompts.collect::<std::result::Result<_, _>>()?;
        // An answer longer than this is no translation; half of the context is left for it at least.
        let limit = (3 * source.len() + 32).min(self.context / 2);
        let longest = prompts.iter().map(Vec::len).max().unwrap_or(0);
        if longest + source.len() + source.len() / 2 + 16 > self.context {
            return Ok(None);
        }
        Ok(Some(Request {
            shared: self.prompts.iter().map(|prompt| prompt.shared_prefix().len()).collect(),
            prompts,
            source,
            limit: limit as u32,
            end_tokens: self.end_tokens.clone(),
            ..base.clone()
        }))
    }
}

// Each form of a term begins with one of the few tokens that can be pulled at.
const MAX_PULLED: usize = 32;

impl Speaker {
    /// Where the models are to look for a sentence in their prompts, so that its words are found in the answer.
    pub fn align(&self, sentence: &str) -> Result<Vec<Range<usize>>> {
        let located = self.prompts.iter().map(|prompt| prompt.locate(sentence, &self.tokenizer));
        Ok(alignment::ranges(&located.collect::<std::result::Result<Vec<_>, _>>()?))
    }

    /// Which words of an answer came from which of its sentence.
    pub fn links(&self, sentence: &str, output: &Output) -> Result<Vec<Link>> {
        let Some(prompt) = self.prompts.first() else { return Ok(Vec::new()) };
        let located = prompt.locate(sentence, &self.tokenizer)?;
        let ids: Vec<u32> = output.tokens.iter().map(|token| token.id).collect();
        let words = ids.iter().copied().filter(|id| !self.end_tokens.contains(id)).collect::<Vec<u32>>();
        let target = Pieces::of_answer(&self.tokenizer, &words)?;
        let source = Pieces { text: sentence.to_owned(), ranges: located.pieces };
        Ok(alignment::links(&source, &target, &output.attention))
    }

    /// The terms that surely stand in a sentence, as the engine pulls at them. `bonus` is for models whose weights add up
    /// to 1.
    pub fn pulls(&self, hits: &[TermMatch], bonus: f32) -> Result<Vec<GlossaryTerm>> {
        let pull = |term: &Term| {
            // A tokenizer may write the first word of a text in another way than a later one.
            let mut forms = vec![self.tokenizer.encode(&term.target)?];
            let later = self.tokenizer.encode(&format!(" {}", term.target))?;
            if !forms.contains(&later) {
                forms.push(later);
            }
            Ok(GlossaryTerm { forms, bonus: bonus * self.sharpness })
        };
        hits.iter().filter(|hit| hit.certain).take(MAX_PULLED).map(|hit| pull(&hit.term)).collect()
    }
}

/// The engine room.
pub(crate) struct Room {
    setup: Setup,
    device: Option<Device>,
    models: HashMap<ModelLocation, Loaded>,
    line: Option<Line>,
    // What was last said to be ready.
    ready: Option<EngineInfo>,
    on_state: Box<dyn Fn(EngineState) + Send>,
}

impl Room {
    pub fn new(setup: Setup, on_state: Box<dyn Fn(EngineState) + Send>) -> Self {
        Self { setup, device: None, models: HashMap::new(), line: None, ready: None, on_state }
    }

    pub fn tell(&self, state: EngineState) {
        (self.on_state)(state);
    }

    /// The models at hand, read anew: one may have been imported meanwhile.
    pub fn catalog(&self) -> Result<Catalog> {
        Catalog::read(&self.setup.models.clone().unwrap_or_else(models_folder))
    }

    /// Which models translate a pair by a recipe (none = the best that there is), where `chosen` names models for
    /// terms (none or empty = the setup's).
    pub fn voice(
        &self,
        pair: &LanguagePair,
        recipe: Option<&str>,
        chosen: Option<&BTreeMap<String, String>>,
    ) -> Result<Voice> {
        let catalog = self.catalog()?;
        let chosen = chosen.filter(|chosen| !chosen.is_empty()).unwrap_or(&self.setup.chosen);
        let text = match recipe.or(self.setup.recipe.as_deref()) {
            Some(text) => text.to_owned(),
            None if !chosen.is_empty() => sum_of(chosen),
            None => catalog.default_recipe(pair)?.to_owned(),
        };
        let (recipe, chosen): (Recipe, _) = catalog.recipe(pair, &text, chosen)?;
        let members = catalog.members(pair, &recipe, &chosen)?;
        let mut key: Key = members.iter().map(|m| (m.entry.origin.clone(), m.weight.to_bits())).collect();
        key.sort();
        Ok(Voice { key, members, recipe: recipe.to_string(), second_opinion: false })
    }

    /// The batch at work, if it is the one for this voice.
    pub fn line_for(&mut self, voice: &Voice) -> Option<&mut Line> {
        self.line.as_mut().filter(|line| line.key == voice.key)
    }

    /// The batch at work.
    pub fn line(&mut self) -> Option<&mut Line> {
        self.line.as_mut()
    }

    /// Loads what a voice needs and makes its batch the one at work. Says what it does.
    pub fn tune(&mut self, voice: &Voice) -> Result<()> {
        if self.line.as_ref().is_some_and(|line| line.key == voice.key) {
            return Ok(());
        }
        self.line = None;
        self.tell(EngineState::Loading {
            stage: LoadingStage::Reading,
            done: 0,
            total: voice.members.len() as u64,
        });
        let device = self.open_device()?;
        // What this voice does not use gives its memory back before anything is loaded.
        let wanted: HashSet<&ModelLocation> =
            voice.members.iter().map(|member| &member.entry.origin).collect();
        if !wanted.iter().all(|origin| self.models.contains_key(origin)) {
            self.models.retain(|origin, _| wanted.contains(origin));
        }
        self.load(&device, voice)?;
        self.compare_vocabularies(voice)?;
        self.tell(EngineState::Loading { stage: LoadingStage::Pipelines, done: 0, total: 1 });
        let order = voice.order();
        let terms: Vec<_> = order
            .iter()
            .map(|&place| &voice.members[place])
            .filter_map(|m| {
                self.models.get(&m.entry.origin).map(|loaded| (Arc::clone(&loaded.llama), m.weight))
            })
            .collect();
        let options = JointOptions { sequences: self.setup.sequences.max(1), context: CONTEXT };
        let joint = Joint::new(&device, &terms, &options)?;
        let Some(first) = self.models.get(&voice.members[order[0]].entry.origin) else {
            return Err(Error::Stopped);
        };
        let tokenizer = Arc::clone(&first.tokenizer);
        let mut line =
            Line { key: voice.key.clone(), batch: Batch::new(joint, BatchOptions::default()), tokenizer };
        self.tell(EngineState::Loading { stage: LoadingStage::WarmingUp, done: 0, total: 1 });
        warm_up(&mut line.batch)?;
        device.save_pipelines();
        self.line = Some(line);
        match self.ready.take().filter(|_| voice.second_opinion) {
            Some(before) => {
                self.tell(EngineState::Ready(before.clone()));
                self.ready = Some(before);
            }
            None => self.announce(voice),
        }
        Ok(())
    }

    /// Says which models are at work, and in which roles, when that is news: the same three models translate both
    /// ways, as each other's source and target.
    pub fn announce(&mut self, voice: &Voice) {
        let Some(device) = &self.device else { return };
        if voice.second_opinion && self.ready.is_some() {
            return;
        }
        let info = self.info(device, voice);
        if self.ready.as_ref() != Some(&info) {
            self.ready = Some(info.clone());
            self.tell(EngineState::Ready(info));
        }
    }

    /// What turns a pair's sentences into requests for the batch at work.
    pub fn speaker(&self, voice: &Voice, pair: &LanguagePair) -> Result<Speaker> {
        let line = self.line.as_ref().ok_or(Error::Stopped)?;
        let order = voice.order();
        let mut seats = vec![0; order.len()];
        order.iter().enumerate().for_each(|(seat, &place)| seats[place] = seat);
        let mut prompts = Vec::new();
        let mut end_tokens = Vec::new();
        let mut ends_at_line = false;
        for member in order.iter().map(|&place| &voice.members[place]) {
            let info = &member.entry.info;
            let template = info.prompt.as_deref().ok_or_else(|| Error::MissingTerm(member.term.clone()))?;
            prompts.push(Prompt::parse(template, &line.tokenizer, pair)?);
            end_tokens.extend(&info.end_tokens);
            ends_at_line |= template.trim_end().ends_with(':');
        }
        end_tokens.sort_unstable();
        end_tokens.dedup();
        let context = line.batch.joint().context() as usize;
        let sharpness = voice.members.iter().map(|member| member.weight.abs()).sum();
        Ok(Speaker {
            prompts,
            tokenizer: Arc::clone(&line.tokenizer),
            end_tokens,
            ends_at_line,
            sharpness,
            seats,
            context,
            slots: line.batch.joint().sequences(),
        })
    }

    /// Forgets everything that was on a lost device.
    pub fn forget(&mut self) {
        self.line = None;
        self.models.clear();
        self.device = None;
    }

    /// The opened device, for reports.
    pub fn device(&self) -> Option<&Device> {
        self.device.as_ref()
    }

    fn open_device(&mut self) -> Result<Device> {
        if let Some(device) = &self.device {
            return Ok(device.clone());
        }
        let device = open_tested(&self.setup)?;
        self.device = Some(device.clone());
        Ok(device)
    }

    fn load(&mut self, device: &Device, voice: &Voice) -> Result<()> {
        for (place, member) in voice.members.iter().enumerate() {
            if self.models.contains_key(&member.entry.origin) {
                continue;
            }
            self.tell(EngineState::Loading {
                stage: LoadingStage::Reading,
                done: place as u64,
                total: voice.members.len() as u64,
            });
            let model = member.entry.open()?;
            let tokenizer = Arc::new(model.tokenizer()?);
            let mut told = 0;
            let llama = Llama::load(device, &model, &mut |done, total| {
                // A few hundred messages a model are enough for a bar.
                if done == total || done - told > total / 100 {
                    told = done;
                    (self.on_state)(EngineState::Loading { stage: LoadingStage::Uploading, done, total });
                }
            })?;
            let info = model.info().clone();
            self.models
                .insert(member.entry.origin.clone(), Loaded { llama: Arc::new(llama), tokenizer, info });
        }
        Ok(())
    }

    fn compare_vocabularies(&self, voice: &Voice) -> Result<()> {
        let mut all = voice.members.iter().filter_map(|member| self.models.get(&member.entry.origin));
        let Some(first) = all.next() else { return Ok(()) };
        for other in all {
            if let Some(difference) = first.tokenizer.first_difference(&other.tokenizer) {
                return Err(Error::Engine(engine::Error::Vocabularies {
                    first: first.info.name.clone(),
                    second: other.info.name.clone(),
                    difference,
                }));
            }
        }
        Ok(())
    }

    fn info(&self, device: &Device, voice: &Voice) -> EngineInfo {
        EngineInfo {
            adapter: device.info().name.clone(),
            software: device.info().is_software(),
            recipe: voice.recipe.clone(),
            models: voice
                .members
                .iter()
                .map(|member| LoadedModel {
                    term: member.term.clone(),
                    name: member.entry.info.name.clone(),
                    bits: member.entry.info.quantization.clone(),
                })
                .collect(),
        }
    }
}

// `--large` alone means L; the other named models are added to it.
fn sum_of(chosen: &BTreeMap<String, String>) -> String {
    let mut terms = vec!["L"];
    terms.extend(["src", "tgt"].into_iter().filter(|term| chosen.contains_key(*term)));
    terms.join(" + ")
}

// One short sequence compiles what a first sentence needs; on some drivers that happens at the first dispatch.
fn warm_up(batch: &mut Batch) -> Result<()> {
    let request = Request {
        prompts: vec![vec![0; 4]; batch.joint().models()],
        shared: Vec::new(),
        source: Vec::new(),
        limit: 1,
        end_tokens: Vec::new(),
        choice: engine::Choice::GREEDY,
        beam: None,
        alternatives: 4,
        votes: 0,
        urgent: false,
        align: Vec::new(),
        glossary: Vec::new(),
    };
    batch.run(vec![request])?;
    Ok(())
}
