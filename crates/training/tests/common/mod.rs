//! A small model and training examples for tests.

use model_files::Architecture;
use training::batches::Example;

/// Two layers, grouped-query attention.
pub fn architecture() -> Architecture {
    Architecture {
        vocab_size: 40,
        hidden_size: 32,
        layers: 2,
        heads: 4,
        kv_heads: 2,
        feed_forward: 48,
        max_positions: 64,
        norm_eps: 1e-5,
        tied_head: true,
        ..Architecture::llama(8)
    }
}

/// An empty tokenizer: these tests do not encode text.
pub fn byte_tokenizer() -> Vec<u8> {
    b"{}".to_vec()
}

/// Sequences in which each token follows from the one before.
pub fn examples(count: u32) -> Vec<Example> {
    let sequence = |start: u32| {
        let length = 6 + start % 7;
        let ids = (0..length).map(|at| (start * 7 + at * 3) % 37 + 3).collect();
        Example { ids, loss_start: 2 }
    };
    (0..count).map(sequence).collect()
}
