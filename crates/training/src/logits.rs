//! Logits of a model in training, for comparison with the engine's.

use burn::module::Module;
use burn::tensor::{Int, Tensor, TensorData};

use crate::TrainedModel;
use crate::llama::Positions;

impl TrainedModel {
    /// The logits after the last of `ids`, (vocabulary); empty if there are no ids or one is outside the vocabulary.
    pub fn logits_after(&self, ids: &[u32]) -> Vec<f32> {
        let a = &self.architecture;
        if ids.is_empty() || ids.iter().any(|&id| id as usize >= a.vocab_size) {
            return Vec::new();
        }
        let device = self.device.clone().inner();
        let positions = Positions::new(a.heads, a.kv_heads, &self.rope_inv_freq, ids.len(), &device);
        let values: Vec<i64> = ids.iter().map(|&id| i64::from(id)).collect();
        let tensor = Tensor::<2, Int>::from_data(TensorData::new(values, [1, ids.len()]), &device);
        let model = self.model.valid();
        let last = model.hidden(tensor, &positions).narrow(0, ids.len() - 1, 1);
        model.logits(last).into_data().iter::<f32>().collect()
    }
}
