//! The loss of a batch and its gradients, with or without gradient checkpointing.

use burn::module::{Module, ModuleMapper, Param};
use burn::optim::{GradientsAccumulator, GradientsParams};
use burn::tensor::{DType, Int, Tensor, TensorData};

use crate::TrainedModel;
use crate::batches::BatchArrays;
use crate::llama::{Llama, Positions};
use crate::loss::{Loss, cross_entropy};

/// A batch on a device, outside the autodiff graph.
pub struct BatchInputs {
    /// (batch, length).
    ids: Tensor<2, Int>,
    /// Rows of (batch × length) that the loss counts.
    rows: Tensor<1, Int>,
    /// The token that follows each of the rows.
    pub targets: Tensor<1, Int>,
    positions: Positions,
}

impl BatchInputs {
    /// Copies `arrays` to the device of `trained`.
    pub fn new(arrays: BatchArrays, trained: &TrainedModel) -> Self {
        let device = trained.device.clone().inner();
        let a = &trained.architecture;
        let list = |values: Vec<i64>| {
            let count = values.len();
            Tensor::from_data(TensorData::new(values, [count]), &device)
        };
        Self {
            ids: Tensor::from_data(TensorData::new(arrays.ids, [arrays.batch, arrays.length]), &device),
            rows: list(arrays.rows),
            targets: list(arrays.targets),
            positions: Positions::new(a.heads, a.kv_heads, &trained.rope_inv_freq, arrays.length, &device),
        }
    }

    /// Logits of the rows that the loss counts: (rows, vocabulary).
    pub fn logits(&self, model: &Llama) -> Tensor<2> {
        model.logits(model.hidden(self.ids.clone(), &self.positions).select(0, self.rows.clone()))
    }
}

/// A copy with its own autodiff leaves: graphs that share a leaf are one graph with one lock. Weights frozen in fewer
/// bits are never in a graph; Burn's own fork would dequantise all of them.
pub fn fork(model: &Llama) -> Llama {
    model.clone().map(&mut DetachLeaves)
}

struct DetachLeaves;

impl ModuleMapper for DetachLeaves {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        match param.base().dtype() {
            DType::F32 => param.map(|tensor| {
                let trainable = tensor.is_require_grad();
                tensor.detach().set_require_grad(trainable)
            }),
            _ => param,
        }
    }
}

/// [`gradients`] or [`checkpointed_gradients`].
pub type GradientFn = fn(&Llama, &BatchInputs, f32) -> (f32, GradientsParams);

/// The sum of cross-entropies in nats, and the gradients of `scale` times that sum.
pub fn gradients(model: &Llama, inputs: &BatchInputs, scale: f32) -> (f32, GradientsParams) {
    let loss = cross_entropy(inputs.logits(model), inputs.targets.clone(), scale);
    let gradients = GradientsParams::from_grads(loss.surrogate.backward(), model);
    (loss.sum.into_scalar::<f32>(), gradients)
}

/// The same with gradient checkpointing (Chen et al. 2016): stores only the input of each layer and recomputes the layer
/// in the backward pass, so that memory holds the activations of one layer. Results may differ in the last bits, where
/// sums of three terms are added in another order.
pub fn checkpointed_gradients(model: &Llama, inputs: &BatchInputs, scale: f32) -> (f32, GradientsParams) {
    let plain = model.valid();
    let mut inputs_of_layers = vec![plain.embedded(inputs.ids.clone())];
    let mut x = inputs_of_layers[0].clone();
    for layer in &plain.layers {
        x = layer.forward(x, &inputs.positions);
        inputs_of_layers.push(x.clone());
    }
    let leaf = |x: Tensor<2>| x.autodiff().require_grad();
    let mut all = GradientsAccumulator::new();

    let top = leaf(x);
    inputs_of_layers.pop();
    let hidden = model.norm.forward(top.clone()).select(0, inputs.rows.clone());
    let Loss { surrogate, sum } = cross_entropy(model.logits(hidden), inputs.targets.clone(), scale);
    let mut found = surrogate.backward();
    let mut gradient = top.grad_remove(&mut found);
    all.accumulate(model, GradientsParams::from_grads(found, model));

    for (layer, x) in model.layers.iter().zip(inputs_of_layers).rev() {
        let Some(after) = gradient.take() else { break };
        let before = leaf(x);
        let mut found = (layer.forward(before.clone(), &inputs.positions) * after).sum().backward();
        gradient = before.grad_remove(&mut found);
        all.accumulate(model, GradientsParams::from_grads(found, model));
    }
    if let Some(after) = gradient.filter(|_| model.embed.is_require_grad()) {
        let found = (model.embedded(inputs.ids.clone()) * after).sum().backward();
        all.accumulate(model, GradientsParams::from_grads(found, model));
    }
    (sum.into_scalar::<f32>(), all.grads())
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use model_files::Architecture;

    use super::*;
    use crate::adapter::{AdapterOptions, Projection};
    use crate::batches::{Example, batch_arrays};
    use crate::frozen::FrozenPrecision;
    use crate::{Backend, SpecialTokens, weights};

    /// The processor, and a GPU or a software driver.
    fn devices() -> [Device; 2] {
        [Backend::Cpu, Backend::Wgpu].map(|backend| backend.open().unwrap())
    }

    fn model(tied_head: bool, device: &Device) -> TrainedModel {
        let architecture = Architecture {
            vocab_size: 40,
            hidden_size: 32,
            layers: 3,
            heads: 4,
            kv_heads: 2,
            feed_forward: 48,
            max_positions: 64,
            norm_eps: 1e-5,
            tied_head,
            ..Architecture::llama(8)
        };
        let special = SpecialTokens { bos: 0, end: 1, pad: 2 };
        TrainedModel::new(architecture, special, Vec::new(), 3, device).unwrap()
    }

    /// All gradients with their parameter ids.
    fn by_id(model: &Llama, gradients: &GradientsParams) -> Vec<(u64, Vec<f32>)> {
        struct Visit<'a>(&'a GradientsParams, Vec<(u64, Vec<f32>)>);
        impl burn::module::ModuleVisitor for Visit<'_> {
            fn visit_float<const D: usize>(&mut self, param: &burn::module::Param<Tensor<D>>) {
                if let Some(gradient) = self.0.get::<D>(param.id) {
                    self.1.push((param.id.val(), gradient.into_data().iter::<f32>().collect()));
                }
            }
        }
        let mut visit = Visit(gradients, Vec::new());
        model.visit(&mut visit);
        visit.1
    }

    fn compare_both(of: &TrainedModel) -> usize {
        let example = |n: u32| Example { ids: (0..n).map(|at| (at * 7 + n) % 40).collect(), loss_start: 2 };
        let examples = [example(9), example(6)];
        let inputs = BatchInputs::new(batch_arrays(&examples.iter().collect::<Vec<_>>()), of);
        let (loss, kept) = gradients(&of.model, &inputs, 0.1);
        let (same_loss, again) = checkpointed_gradients(&of.model, &inputs, 0.1);
        assert!((loss - same_loss).abs() <= 1e-6 * loss, "{loss} {same_loss}");
        let (kept, again) = (by_id(&of.model, &kept), by_id(&of.model, &again));
        assert_eq!(kept.len(), again.len());
        for ((id, kept), (same_id, again)) in kept.iter().zip(&again) {
            let largest = kept.iter().map(|value| value.abs()).fold(0.0, f32::max);
            let apart = kept.iter().zip(again).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(id == same_id && apart <= 1e-4 * largest, "{id}: {apart} of {largest}");
        }
        assert!(kept.iter().all(|(_, values)| values.iter().any(|value| *value != 0.0)));
        kept.len()
    }

    #[test]
    fn checkpointing_gives_the_same_gradients() {
        let weights_of = |model: &TrainedModel| weights::tensors(&model.model).len();
        for device in devices() {
            for tied in [true, false] {
                let model = model(tied, &device);
                assert_eq!(compare_both(&model), weights_of(&model));
            }
        }
    }

    #[test]
    fn checkpointing_gives_the_same_gradients_for_adapters_on_any_base() {
        let all = [FrozenPrecision::F32, FrozenPrecision::F16, FrozenPrecision::Q8];
        for (device, frozen) in devices().iter().flat_map(|device| all.map(|frozen| (device, frozen))) {
            let mut model = model(true, device);
            let projections = vec![Projection::Q, Projection::Down];
            model.adapt(AdapterOptions { rank: 2, alpha: 4.0, projections, frozen }, 1).unwrap();
            // B = 0 gives A no gradient: train some steps first.
            assert_eq!(compare_after_training(model), 3 * 2 * 2, "{frozen:?}");
        }
    }

    #[test]
    fn a_copy_for_a_worker_leaves_frozen_weights_quantised() {
        for frozen in [FrozenPrecision::F32, FrozenPrecision::F16, FrozenPrecision::Q8] {
            let mut model = model(true, &Device::flex().autodiff());
            let projections = vec![Projection::Q];
            model.adapt(AdapterOptions { rank: 2, alpha: 4.0, projections, frozen }, 1).unwrap();
            let copy = fork(&model.model);
            let types = |model: &Llama| {
                let layer = &model.layers[0];
                [&layer.q, &layer.down].map(|linear| linear.weight.base().dtype())
            };
            assert_eq!(types(&copy), types(&model.model));
            let factor = |model: &Llama| model.layers[0].q.weight.adapter().unwrap().a.val();
            assert!(factor(&copy).is_require_grad());
            assert!(
                copy.norm.gamma.val().is_require_grad() == model.model.norm.gamma.val().is_require_grad()
            );
        }
    }

    fn compare_after_training(mut model: TrainedModel) -> usize {
        let examples = (0..8).map(|at| Example { ids: (at..at + 9).collect(), loss_start: 1 }).collect();
        let optimizer = crate::OptimizerOptions { learning_rate: 1e-2, ..Default::default() };
        let stages = [crate::Stage {
            name: "finetune".into(),
            examples,
            held_out: Vec::new(),
            epochs: 1.0,
            patience: 0,
            optimizer,
        }];
        let options = crate::RunOptions { micro_tokens: 30, recompute: true, ..Default::default() };
        let folder = tempfile::tempdir().unwrap();
        let go_on = &mut |_: &crate::StepReport| std::ops::ControlFlow::Continue(());
        crate::train(&mut model, &stages, &options, folder.path(), go_on).unwrap();
        compare_both(&model)
    }
}
