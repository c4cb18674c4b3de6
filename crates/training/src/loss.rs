//! Cross-entropy of next tokens, with an explicit gradient.

use burn::tensor::{IndexingUpdateOp, Int, Tensor};

/// A loss with a tensor to backpropagate from.
pub struct Loss {
    /// `backward` of this tensor gives the gradients of the loss; its value is meaningless.
    pub surrogate: Tensor<1>,
    /// Sum of cross-entropies over the rows in nats, (1).
    pub sum: Tensor<1>,
}

/// Cross-entropy of `logits` (rows, vocabulary) against `targets` (rows), the sum over rows times `scale`.
///
/// d loss / d logits = scale · (softmax − one-hot) is exact and needs one pass over the logits, where autodiff
/// through log-softmax and gather would store and traverse five arrays of this size, the largest of all.
pub fn cross_entropy(logits: Tensor<2>, targets: Tensor<1, Int>, scale: f32) -> Loss {
    let rows = targets.dims()[0];
    let targets = targets.inner().reshape([rows, 1]);
    let plain = logits.clone().inner();
    let top = plain.clone().max_dim(1);
    let chosen = plain.clone().gather(1, targets.clone());
    // One exponential per logit: the most expensive part.
    let powers = (plain - top.clone()).exp();
    let total = powers.clone().sum_dim(1);
    let sum = (total.clone().log() + top - chosen).sum();
    let minus = Tensor::<2>::full([rows, 1], -scale, &targets.device());
    let gradient = (powers * (total.recip() * scale)).scatter(1, targets, minus, IndexingUpdateOp::Add);
    // A tensor outside the autodiff graph is a constant.
    Loss { surrogate: (logits * gradient).sum(), sum }
}
