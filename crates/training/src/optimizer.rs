//! The optimizer step: learning rate schedule, clipping by global norm, AdamW or Muon.

use burn::module::ParamGroup;
use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::decay::WeightDecayConfig;
use burn::optim::{AdamWConfig, AdjustLrFn, GradientsParams, ModuleOptimizer, MuonConfig};
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::host_state::StateOnHost;
use crate::llama::Llama;

/// The optimizer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// AdamW for all weights (Loshchilov and Hutter 2019): the paper's choice for pretrained models.
    AdamW,
    /// Muon for the matrices inside the layers, AdamW for embedding, head and norms (Jordan 2024, scaled after
    /// Moonshot 2025 so that both use one learning rate): faster from scratch.
    Muon,
}

/// The optimizer's settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OptimizerOptions {
    /// AdamW or Muon.
    pub method: Method,
    /// Peak learning rate.
    pub learning_rate: f64,
    /// Fraction of the steps during which the rate rises from 0.
    pub warm_up: f64,
    /// The final rate as a fraction of the peak; in between it follows a cosine.
    pub final_rate: f64,
    /// β₁, β₂ of AdamW.
    pub betas: (f32, f32),
    /// ε of AdamW.
    pub epsilon: f32,
    /// Decoupled weight decay.
    pub weight_decay: f32,
    /// Gradients are scaled down to this global norm; 0 disables clipping.
    pub clip_norm: f32,
}

impl Default for OptimizerOptions {
    fn default() -> Self {
        Self {
            method: Method::AdamW,
            learning_rate: 2e-5,
            warm_up: 0.03,
            final_rate: 0.1,
            betas: (0.9, 0.95),
            epsilon: 1e-8,
            weight_decay: 0.01,
            clip_norm: 1.0,
        }
    }
}

impl OptimizerOptions {
    /// The learning rate of step `step` (from 1) of `steps`.
    pub fn rate(&self, step: usize, steps: usize) -> f64 {
        let warm = (self.warm_up * steps as f64).ceil().max(0.0);
        let at = step as f64;
        if at < warm {
            return self.learning_rate * at / warm;
        }
        let done = ((at - warm) / (steps as f64 - warm).max(1.0)).clamp(0.0, 1.0);
        let cosine = 0.5 * (1.0 + (std::f64::consts::PI * done).cos());
        self.learning_rate * (self.final_rate + (1.0 - self.final_rate) * cosine)
    }

    /// Creates an optimizer without state.
    pub fn build(&self, model: &Llama) -> ModuleOptimizer {
        let adam = AdamWConfig::new()
            .with_beta_1(self.betas.0)
            .with_beta_2(self.betas.1)
            .with_epsilon(self.epsilon)
            .with_weight_decay(self.weight_decay);
        let optimizer = ModuleOptimizer::from(StateOnHost(adam.build()));
        match self.method {
            Method::AdamW => optimizer,
            Method::Muon => {
                let mut matrices = Matrices(Vec::new());
                model.layers.visit(&mut matrices);
                let muon = MuonConfig::new()
                    .with_weight_decay(Some(WeightDecayConfig::new(self.weight_decay)))
                    .with_adjust_lr_fn(AdjustLrFn::MatchRmsAdamW);
                optimizer.with_group(ParamGroup::from_ids(matrices.0), StateOnHost(muon.build()), None)
            }
        }
    }
}

struct Matrices(Vec<burn::module::ParamId>);

impl ModuleVisitor for Matrices {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if D == 2 {
            self.0.push(param.id);
        }
    }
}

/// The global norm of all gradients, and the gradients divided by `max(1, norm / clip_norm)`; unchanged if `clip_norm` is
/// 0.
pub fn clip_gradients(model: &Llama, gradients: GradientsParams, clip_norm: f32) -> (f32, GradientsParams) {
    let mut squares = Squares { gradients: &gradients, sum: None };
    model.visit(&mut squares);
    let norm = squares.sum.map_or(0.0, |sum: Tensor<1>| sum.into_scalar::<f32>()).sqrt();
    if clip_norm <= 0.0 || norm <= clip_norm {
        return (norm, gradients);
    }
    let mut scaled = Scale { gradients, factor: clip_norm / norm, scaled: GradientsParams::new() };
    model.visit(&mut scaled);
    (norm, scaled.scaled)
}

struct Squares<'a> {
    gradients: &'a GradientsParams,
    sum: Option<Tensor<1>>,
}

impl ModuleVisitor for Squares<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.get::<D>(param.id) {
            let squares = gradient.square().sum();
            self.sum = Some(match self.sum.take() {
                Some(sum) => sum + squares,
                None => squares,
            });
        }
    }
}

struct Scale {
    gradients: GradientsParams,
    factor: f32,
    scaled: GradientsParams,
}

impl ModuleVisitor for Scale {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.remove::<D>(param.id) {
            self.scaled.register(param.id, gradient * self.factor);
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn the_rate_rises_then_falls_as_a_cosine() {
        let options = OptimizerOptions { learning_rate: 1.0, warm_up: 0.1, ..Default::default() };
        assert_eq!(options.rate(5, 100), 0.5);
        assert_eq!(options.rate(10, 100), 1.0);
        assert!((options.rate(55, 100) - 0.55).abs() < 1e-12);
        assert!((options.rate(100, 100) - 0.1).abs() < 1e-12);
    }

    #[test]
    fn gradients_are_scaled_down_to_the_norm_and_never_up() {
        let device = Device::flex().autodiff();
        let model = Llama::placeholder(&device);
        let parameters = [model.embed.id, model.norm.gamma.id];
        let gradients = || {
            let mut gradients = GradientsParams::new();
            gradients.register(parameters[0], Tensor::<2>::full([1, 1], 3.0, &Device::flex()));
            gradients.register(parameters[1], Tensor::<1>::full([1], 4.0, &Device::flex()));
            gradients
        };
        for (allowed, factor) in [(10.0, 1.0), (5.0, 1.0), (2.5, 0.5), (0.0, 1.0)] {
            let (norm, clipped) = clip_gradients(&model, gradients(), allowed);
            assert_eq!(norm, 5.0);
            let of = |found: Option<f32>| found.expect("is kept");
            assert_eq!(of(clipped.get::<2>(parameters[0]).map(|g| g.into_scalar())), 3.0 * factor);
            assert_eq!(of(clipped.get::<1>(parameters[1]).map(|g| g.into_scalar())), 4.0 * factor);
        }
    }
}
