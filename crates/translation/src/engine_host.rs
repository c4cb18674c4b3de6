//! Owns the opened GPU, the models loaded on it, and the batch that decodes with the models of one recipe.
//! `worker.rs` opens a lost device again.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use engine::{Batch, BatchOptions, Device, Drafts, Joint, JointOptions, Llama};
use model_files::Tokenizer;

use crate::catalog::{CatalogCache, CatalogEntry, Member, ModelLocation};
use crate::error::{Error, Result};
use crate::gpu_adapters::{int8_prompts, open_tested};
use crate::languages::LanguagePair;
use crate::model_set::LARGE;
use crate::model_set::{BatchKey, ModelSet};
use crate::published::sets_with;
use crate::quality::Estimator;
use crate::requests::RequestBuilder;
use crate::setup::{EngineInfo, EngineState, LoadedModel, LoadingStage, Setup};

/// Positions of a sentence with its prompt and output, unless the model has fewer.
pub(crate) const CONTEXT: u32 = 1024;

/// A model on the GPU.
struct ResidentModel {
    llama: Arc<Llama>,
    tokenizer: Arc<Tokenizer>,
}

/// The batch in use, with the tokenizer that all its models share.
pub(crate) struct ActiveBatch {
    key: BatchKey,
    pub batch: Batch,
    tokenizer: Arc<Tokenizer>,
}

/// The GPU, the models and the batch.
pub(crate) struct EngineHost {
    setup: Setup,
    catalog: Arc<CatalogCache>,
    device: Option<Device>,
    models: HashMap<ModelLocation, ResidentModel>,
    active: Option<ActiveBatch>,
    // As last reported.
    ready: Option<EngineInfo>,
    on_state: Box<dyn Fn(EngineState) + Send>,
}

impl EngineHost {
    pub fn new(setup: Setup, catalog: Arc<CatalogCache>, on_state: Box<dyn Fn(EngineState) + Send>) -> Self {
        Self { setup, catalog, device: None, models: HashMap::new(), active: None, ready: None, on_state }
    }

    pub fn report(&self, state: EngineState) {
        (self.on_state)(state);
    }

    /// The models that translate a pair; see [`ModelSet::choose`].
    pub fn model_set(
        &self,
        pair: &LanguagePair,
        recipe: Option<&str>,
        chosen: &BTreeMap<String, String>,
    ) -> Result<ModelSet> {
        ModelSet::choose(&*self.catalog.catalog()?, &self.setup, pair, recipe, chosen)
    }

    /// Grades what these models translate.
    pub fn estimator(&self, pair: &LanguagePair, models: &ModelSet) -> Result<Estimator> {
        Ok(self.catalog.catalog()?.estimator(pair, &models.digest()))
    }

    /// The batch in use, if it is the one of these models.
    pub fn batch_for(&mut self, models: &ModelSet) -> Option<&mut Batch> {
        self.active.as_mut().filter(|active| active.key == models.key).map(|active| &mut active.batch)
    }

    /// The batch in use.
    pub fn batch(&mut self) -> Option<&mut Batch> {
        self.active.as_mut().map(|active| &mut active.batch)
    }

    /// Loads models and makes their batch the one in use; reports each stage.
    ///
    /// # Errors
    /// No usable GPU, a model that cannot be loaded, models with different vocabularies.
    pub fn activate(&mut self, models: &ModelSet) -> Result<()> {
        if self.active.as_ref().is_some_and(|active| active.key == models.key) {
            return Ok(());
        }
        self.active = None;
        self.report(EngineState::Loading {
            stage: LoadingStage::Reading,
            done: 0,
            total: models.members.len() as u64,
        });
        let device = self.open_device()?;
        // Models that are no longer used are freed before any is loaded.
        let wanted: HashSet<&ModelLocation> =
            models.members.iter().map(|member| &member.entry.origin).collect();
        if !wanted.iter().all(|origin| self.models.contains_key(origin)) {
            self.models.retain(|origin, _| wanted.contains(origin));
        }
        self.load(&device, models)?;
        self.compare_vocabularies(models)?;
        self.report(EngineState::Loading { stage: LoadingStage::Pipelines, done: 0, total: 1 });
        let order = models.batch_order();
        // Normalized, so that log-probabilities are on the scale of one model; a common factor changes no greedy choice.
        let whole = models.whole();
        let terms: Vec<_> = order
            .iter()
            .map(|&index| &models.members[index])
            .filter_map(|member| {
                let resident = self.models.get(&member.entry.origin)?;
                Some((Arc::clone(&resident.llama), member.weight / whole))
            })
            .collect();
        let options = JointOptions { sequences: self.setup.sequences.max(1), context: CONTEXT };
        let large = order.iter().position(|&index| models.members[index].term == LARGE);
        let joint = Joint::gated(&device, &terms, &options, models.gate.zip(large))?;
        let Some(first) = self.models.get(&models.members[order[0]].entry.origin) else {
            return Err(Error::Stopped);
        };
        let tokenizer = Arc::clone(&first.tokenizer);
        let mut batch =
            Batch::new(joint, BatchOptions { drafts: Drafts::Fastest, ..BatchOptions::default() });
        self.report(EngineState::Loading { stage: LoadingStage::WarmingUp, done: 0, total: 1 });
        batch.warm_up()?;
        device.save_pipelines();
        self.active = Some(ActiveBatch { key: models.key.clone(), batch, tokenizer });
        self.ready = None;
        self.announce(models);
        Ok(())
    }

    /// Reports the models in use and their roles if they changed: the same three models translate both directions, as
    /// each other's source and target.
    pub fn announce(&mut self, models: &ModelSet) {
        let Some(device) = &self.device else { return };
        let info = engine_info(device, models);
        // Buffers come and go: their memory alone is no news.
        let is_known =
            |before: &EngineInfo| *before == EngineInfo { memory_bytes: before.memory_bytes, ..info.clone() };
        if !self.ready.as_ref().is_some_and(is_known) {
            self.ready = Some(info.clone());
            self.report(EngineState::Ready(info));
        }
    }

    /// Builds the requests of a pair for the batch in use.
    pub fn request_builder(&self, models: &ModelSet, pair: &LanguagePair) -> Result<RequestBuilder> {
        let active = self.active.as_ref().ok_or(Error::Stopped)?;
        RequestBuilder::new(models, active.batch.joint(), &active.tokenizer, pair)
    }

    /// Drops the device and everything on it.
    pub fn drop_device(&mut self) {
        self.active = None;
        self.models.clear();
        self.device = None;
    }

    pub fn device(&self) -> Option<&Device> {
        self.device.as_ref()
    }

    /// What of the device decides translations, for the keys of stored ones: whether prompts are multiplied in int8. Opens the
    /// device if that was never measured.
    pub fn int8_prompts(&mut self) -> bool {
        let known = match &self.device {
            Some(device) => Some(device.int8_prompts()),
            None => int8_prompts(&self.setup),
        };
        // If it cannot be opened, the job will say so.
        known.unwrap_or_else(|| self.open_device().is_ok_and(|device| device.int8_prompts()))
    }

    fn open_device(&mut self) -> Result<Device> {
        if let Some(device) = &self.device {
            return Ok(device.clone());
        }
        let device = open_tested(&self.setup)?;
        self.device = Some(device.clone());
        Ok(device)
    }

    fn load(&mut self, device: &Device, models: &ModelSet) -> Result<()> {
        for (index, member) in models.members.iter().enumerate() {
            if self.models.contains_key(&member.entry.origin) {
                continue;
            }
            self.report(EngineState::Loading {
                stage: LoadingStage::Reading,
                done: index as u64,
                total: models.members.len() as u64,
            });
            let model = member.entry.open()?;
            let tokenizer = Arc::new(model.tokenizer()?);
            let mut reported = 0;
            let mut uploaded = |done, total| {
                // About a hundred reports per model are enough for a progress bar.
                if done == total || done - reported > total / 100 {
                    reported = done;
                    (self.on_state)(EngineState::Loading { stage: LoadingStage::Uploading, done, total });
                }
            };
            // Adapters of one base share its weights.
            let llama = match self.with_base_of(&member.entry, models) {
                Some(ResidentModel { llama, .. }) => llama.adapted(&model)?,
                None => Llama::load(device, &model, &mut uploaded)?,
            };
            let resident = ResidentModel { llama: Arc::new(llama), tokenizer };
            self.models.insert(member.entry.origin.clone(), resident);
        }
        Ok(())
    }

    /// A loaded model of this set with the weights of the base of `entry`.
    fn with_base_of(&self, entry: &CatalogEntry, models: &ModelSet) -> Option<&ResidentModel> {
        let base = entry.base()?;
        let has_base = |other: &&Member| {
            other.entry.base().as_ref() == Some(&base)
                || other.entry.origin == ModelLocation::Folder(base.clone())
        };
        let with_base = models.members.iter().filter(has_base);
        with_base.filter_map(|other| self.models.get(&other.entry.origin)).next()
    }

    fn compare_vocabularies(&self, models: &ModelSet) -> Result<()> {
        let Some(first) = models.members.first() else { return Ok(()) };
        let resident = |member: &Member| self.models.get(&member.entry.origin);
        let Some(tokenizer) = resident(first).map(|first| &first.tokenizer) else { return Ok(()) };
        for other in &models.members {
            let difference = resident(other).and_then(|other| tokenizer.first_difference(&other.tokenizer));
            if let Some(difference) = difference {
                let catalog = self.catalog.catalog()?;
                return Err(Error::Vocabularies {
                    first: first.entry.info.name.clone(),
                    second: other.entry.info.name.clone(),
                    difference,
                    fitting: catalog.fitting(&first.entry).into_iter().map(str::to_owned).collect(),
                    sets: sets_with(&first.entry.info).into_iter().map(|set| set.id.as_str()).collect(),
                });
            }
        }
        Ok(())
    }
}

fn engine_info(device: &Device, models: &ModelSet) -> EngineInfo {
    EngineInfo {
        adapter: device.info().name.clone(),
        software: device.info().is_software(),
        recipe: models.recipe.clone(),
        memory_bytes: device.memory_bytes(),
        demonstration: models.demonstrates(),
        aligns: models.members.iter().any(|member| !member.entry.info.alignment_heads.is_empty()),
        models: models
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
