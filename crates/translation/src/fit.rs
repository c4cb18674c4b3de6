//! Whether models fit this computer, and about how fast they would decode: computed from sizes and measured bandwidth.

mod machine;

use serde::Serialize;

use engine::{JointOptions, Memory, ModelSize};
use model_files::{AdapterInfo, Architecture, FileSizes};

use crate::catalog::{Catalog, Member};
use crate::engine_host::CONTEXT;
use crate::error::Result;
use crate::published::{PublishedSet, published_sets};

pub use machine::{Machine, machine, measured_machine};

/// Share of the memory that models may take before it counts as tight: drivers, the desktop and fragmentation need
/// the rest.
const COMFORTABLE: f64 = 0.85;

/// Whether models fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// With room to spare.
    Fits,
    /// They may fit if other programs leave enough memory.
    Tight,
    /// They do not.
    DoesNotFit,
    /// The computer does not tell how much memory it has.
    Unknown,
}

/// The fit of models on a machine.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fit {
    /// The result.
    pub verdict: Verdict,
    /// Memory of the weights.
    pub weight_bytes: u64,
    /// Memory of the KV caches.
    pub cache_bytes: u64,
    /// Memory of activations, logits and other buffers.
    pub buffer_bytes: u64,
    /// All of it.
    pub total_bytes: u64,
    /// What the machine has for it now; `None` if it does not tell.
    pub available_bytes: Option<u64>,
    /// Weights read for each token.
    pub bytes_per_token: u64,
    /// An estimate of the tokens a second of one sentence: bandwidth by weights, an upper bound that small models stay
    /// below. `None` if the bandwidth was not measured, and for software adapters.
    pub tokens_per_second: Option<f32>,
    /// If it does not fit: the set for the same languages that would.
    pub instead: Option<String>,
}

/// The fit of a published set.
pub fn set_fit(set: &PublishedSet, machine: &Machine) -> Fit {
    let mut fit = fit_of_published(set, machine);
    if fit.verdict == Verdict::DoesNotFit {
        let sets = published_sets().unwrap_or_default();
        // The largest that fits and shares most languages, since lists are in the order of preference.
        let fitting = sets
            .iter()
            .filter(|other| other.id != set.id && fit_of_published(other, machine).verdict == Verdict::Fits);
        let shared = |other: &&PublishedSet| {
            other.languages.iter().filter(|language| set.languages.contains(language)).count()
        };
        let best = fitting.max_by_key(|other| (shared(other), other.bytes()));
        fit.instead = best.map(|other| other.id.clone());
    }
    fit
}

/// The fit of installed models that translate a pair together.
pub(crate) fn members_fit(members: &[Member], machine: &Machine) -> Fit {
    let size = |member: &Member| {
        let info = &member.entry.info;
        SizedModel {
            architecture: info.architecture,
            sizes: FileSizes { source_bytes: 0, matrices: info.matrices.clone() },
            alignment_heads: info.alignment_heads.len(),
            adapter: info.adapter.clone(),
        }
    };
    fit_of(&members.iter().map(size).collect::<Vec<_>>(), machine)
}

impl Catalog {
    /// The fit of the models that a pair gets, from their files.
    ///
    /// # Errors
    /// As [`Catalog::recipe_in_use`] and [`Catalog::members`].
    pub fn pair_fit(&self, pair: &crate::languages::LanguagePair, machine: &Machine) -> Result<Fit> {
        let own = self.recipe_in_use(pair)?;
        let (recipe, models) = self.recipe(pair, &own.recipe, &own.models)?;
        Ok(members_fit(&self.members(pair, &recipe, &models)?, machine))
    }
}

fn fit_of_published(set: &PublishedSet, machine: &Machine) -> Fit {
    let size = |member: &crate::published::PublishedMember| SizedModel {
        architecture: member.model.architecture(),
        sizes: member.model.sizes(),
        alignment_heads: 0,
        adapter: None,
    };
    fit_of(&set.members.iter().map(size).collect::<Vec<_>>(), machine)
}

/// What decides a model's memory.
struct SizedModel {
    architecture: Architecture,
    sizes: FileSizes,
    alignment_heads: usize,
    adapter: Option<AdapterInfo>,
}

fn fit_of(models: &[SizedModel], machine: &Machine) -> Fit {
    let sizes: Vec<ModelSize<'_>> = models
        .iter()
        .map(|model| ModelSize {
            architecture: &model.architecture,
            matrices: &model.sizes.matrices,
            alignment_heads: model.alignment_heads,
            adapter: model.adapter.as_ref(),
        })
        .collect();
    let options = JointOptions { sequences: machine.sequences, context: CONTEXT };
    let memory = engine::memory(&sizes, &options, &machine.sizes);
    let bytes_per_token: u64 = sizes.iter().map(ModelSize::bytes_per_token).sum();
    let Memory { weights, cache, buffers } = memory;
    Fit {
        verdict: verdict(memory.total(), machine.available_bytes),
        weight_bytes: weights,
        cache_bytes: cache,
        buffer_bytes: buffers,
        total_bytes: memory.total(),
        available_bytes: machine.available_bytes,
        bytes_per_token,
        tokens_per_second: speed(machine, bytes_per_token),
        instead: None,
    }
}

// A software adapter is limited by its processor instead, far below its bandwidth.
fn speed(machine: &Machine, bytes_per_token: u64) -> Option<f32> {
    let bandwidth = machine.copy_bytes_per_s.filter(|_| machine.kind != "software")?;
    Some((bandwidth / bytes_per_token.max(1) as f64) as f32)
}

fn verdict(needed: u64, available: Option<u64>) -> Verdict {
    match available {
        None => Verdict::Unknown,
        Some(available) if needed as f64 <= COMFORTABLE * available as f64 => Verdict::Fits,
        Some(available) if needed <= available => Verdict::Tight,
        Some(_) => Verdict::DoesNotFit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::published::published_set;

    fn with(available_gb: f64) -> Machine {
        Machine {
            adapter: "a card".to_owned(),
            kind: "discrete",
            shares_memory: false,
            total_bytes: None,
            available_bytes: Some((available_gb * 1e9) as u64),
            copy_bytes_per_s: Some(400e9),
            sequences: 8,
            sizes: engine::DeviceSizes::default(),
        }
    }

    /// By hand: weights of the files' 7.3 GB, hardly more when repacked, and a cache of 10 slots of 1,024 positions, 2.8 GB.
    #[test]
    fn sets_fit_where_their_memory_allows() {
        let europe = published_set("europe").expect("is there");
        let fit = set_fit(europe, &with(16.0));
        assert_eq!((fit.verdict, fit.instead), (Verdict::Fits, None));
        assert!((9.8e9..11.8e9).contains(&(fit.total_bytes as f64)), "{}", fit.total_bytes);
        // 42 layers of 8 heads of 128, and 24: keys and values of 2 bytes.
        let cache = 10 * 1024 * (42 + 24) * 8 * 128 * 2 * 2;
        assert!(fit.cache_bytes.abs_diff(cache) < cache / 50, "{} {cache}", fit.cache_bytes);
        assert!(fit.weight_bytes > europe.bytes() && fit.weight_bytes < europe.bytes() * 51 / 50);
        let speed = fit.tokens_per_second.expect("was measured");
        assert!((30.0..60.0).contains(&speed), "{speed}");

        let tight = set_fit(europe, &with(fit.total_bytes as f64 / 1e9 + 0.1));
        assert_eq!(tight.verdict, Verdict::Tight);
        let none = set_fit(europe, &with(4.0));
        assert_eq!(none.verdict, Verdict::DoesNotFit);
        let instead = published_set(&none.instead.expect("another set fits")).expect("is there");
        assert_eq!(set_fit(instead, &with(4.0)).verdict, Verdict::Fits);
        assert!(instead.languages.len() > 20, "{}", instead.id);
        assert_eq!(set_fit(europe, &with(0.1)).instead, None);
        let unknown = Machine { available_bytes: None, copy_bytes_per_s: None, ..with(1.0) };
        let fit = set_fit(europe, &unknown);
        assert_eq!((fit.verdict, fit.tokens_per_second), (Verdict::Unknown, None));
    }
}
