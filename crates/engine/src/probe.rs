//! Direct access to logits: token ids in, logits out. For `wasan logits` and for comparison with references.

use std::ops::Range;
use std::sync::Arc;

use kernels::pick::Choice;
use kernels::{Device, Feed};

use crate::alignment::Attention;
use crate::error::{Error, Result};
use crate::joint::{BatchEntry, DecodeStart, Joint, JointOptions, PickedToken};
use crate::llama::Llama;
use crate::sequence::prompt_tokens;

/// Decodes one sequence and reads its logits back.
///
/// # Example
/// Feeds a prompt to the sum of two models, `L + 0.5 * tgt`:
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use engine::{Device, DeviceOptions, Llama, Probe, map_file};
/// use model_files::Model;
///
/// let device = Device::open(&DeviceOptions::default())?;
/// let open = |name: &str| Model::open(&std::path::Path::new("../../models/starter").join(name), &map_file);
/// let (large, small) = (open("large")?, open("small-en")?);
/// let load = |model| Llama::load(&device, model, &mut |_done, _total| {});
/// let terms = [(load(&large)?.into(), 1.0), (load(&small)?.into(), 0.5)];
/// let mut probe = Probe::new(&device, &terms, 64)?;
/// let (logits, picked) = probe.start(&large.tokenizer()?.encode("Guten Morgen!")?)?;
/// assert_eq!(logits.len(), large.info().architecture.vocab_size);
/// let best = (0..logits.len()).max_by(|&a, &b| logits[a].total_cmp(&logits[b]));
/// assert_eq!(best, Some(picked.token as usize));
/// # Ok(())
/// # }
/// ```
pub struct Probe {
    joint: Joint,
    prompt: Vec<u32>,
    fed: u32,
}

impl Probe {
    /// Allocates one sequence of `context` positions in every model of the sum.
    pub fn new(device: &Device, terms: &[(Arc<Llama>, f32)], context: u32) -> Result<Self> {
        let joint = Joint::new(device, terms, &JointOptions { sequences: 1, context })?;
        Ok(Self { joint, prompt: Vec::new(), fed: 0 })
    }

    /// Restarts with `tokens`; returns the summed logits after the last one and the greedy choice.
    pub fn start(&mut self, tokens: &[u32]) -> Result<(Vec<f32>, PickedToken)> {
        let prompts = vec![tokens.to_vec(); self.joint.models()];
        self.joint.accept(&prompts)?;
        for model in 0..self.joint.models() {
            let prompt: Vec<_> = prompt_tokens(tokens, 0, 0).collect();
            self.joint.prefill(model, &prompt)?;
        }
        self.prompt = tokens.to_vec();
        self.fed = 0;
        self.feed(tokens[tokens.len() - 1])
    }

    /// For each model, the attention of its alignment heads to the tokens `source` of `prompt` where each token of
    /// `output` is chosen. Ends the sequence that was started.
    pub fn attention(
        &mut self,
        prompt: &[u32],
        output: &[u32],
        source: &Range<usize>,
    ) -> Result<Vec<Attention>> {
        self.joint.accept(&vec![[prompt, output].concat(); self.joint.models()])?;
        self.prompt.clear();
        self.joint.read(prompt, output, source)
    }

    /// Feeds any next token; returns the summed logits after it and the greedy choice. Fails when the context is full.
    pub fn feed(&mut self, token: u32) -> Result<(Vec<f32>, PickedToken)> {
        if self.prompt.is_empty() {
            return self.start(&[token]);
        }
        self.joint.accept(&vec![vec![token]; self.joint.models()])?;
        let (tokens, context) = (self.prompt.len() + self.fed as usize, self.joint.context());
        if tokens > context as usize {
            return Err(Error::TooLong { tokens, context });
        }
        self.joint.set_batch(vec![BatchEntry {
            slot: 0,
            starts: vec![DecodeStart::after(&self.prompt); self.joint.models()],
            feed: Feed { token, step: self.fed },
            choice: Choice::GREEDY,
            weights: Vec::new(),
        }])?;
        self.fed += 1;
        let pending = self.joint.step(2, 0, &[])?;
        let picked = self.joint.wait(pending)?.swap_remove(0);
        Ok((self.joint.summed_logits(0)?, picked))
    }
}
