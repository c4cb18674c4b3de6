use super::*;

pub fn architecture(hidden_size: usize) -> Architecture {
    Architecture {
        vocab_size: 100,
        hidden_size,
        layers: 2,
        heads: 2,
        kv_heads: 1,
        feed_forward: 32,
        max_positions: 64,
        norm_eps: 1e-5,
        tied_head: true,
        ..Architecture::llama(8)
    }
}

const NOTHING: StepLoad = StepLoad { tokens: 0, rows: 0, longest: 0, gradients: 1, recompute: false };

#[test]
fn weights_count_with_moments_and_gradients_or_checkpoint_copies() {
    // embed 1600; a layer: q, o 256 each, k, v 128 each, gate, up, down 512 each = 2304.
    let weights = 1600 + 2 * 2304;
    assert_eq!(least_bytes(&architecture(16), None, NOTHING), 20 * weights, "a checkpoint is written");
    // Two workers, and their sum.
    let shared = StepLoad { gradients: 3, ..NOTHING };
    assert_eq!(least_bytes(&architecture(16), None, shared), 24 * weights);
}

#[test]
fn tokens_count_with_scores_and_logits() {
    let of = |load| step_bytes(&architecture(16), 0, load);
    // A layer keeps 4 · 16 + 2 · 16 + 2 · 8 + 3 · 32 = 208 values a token, and the scores of two heads twice.
    let load = StepLoad { tokens: 10, rows: 5, longest: 7, ..NOTHING };
    assert_eq!(of(load), 4 * (10 * 2 * (208 + 2 * 2 * 7) + 5 * 3 * 100));
    let again = StepLoad { recompute: true, ..load };
    assert_eq!(of(again), 4 * (10 * (2 * 16 + 208 + 2 * 2 * 7) + 5 * 3 * 100));
}

#[test]
fn the_step_size_follows_from_the_texts() {
    let example = |n: usize| Example { ids: vec![1; n], loss_start: n / 2 };
    let stage = |lengths: &[usize]| Stage {
        name: "finetune".into(),
        examples: lengths.iter().map(|&n| example(n)).collect(),
        held_out: Vec::new(),
        epochs: 1.0,
        patience: 0,
        optimizer: crate::OptimizerOptions::default(),
    };
    let of = |lengths: &[usize], micro_tokens| {
        let options = RunOptions { micro_tokens, ..RunOptions::default() };
        let load = StepLoad::new(&architecture(16), None, &[stage(lengths)], &options, &Device::flex());
        (load.tokens, load.rows, load.longest)
    };
    let gradients = |accumulate| {
        let huge = Architecture { vocab_size: 1 << 30, ..architecture(16) };
        let options = RunOptions { accumulate, ..RunOptions::default() };
        StepLoad::new(&huge, None, &[stage(&[9])], &options, &Device::flex()).gradients
    };
    assert_eq!([gradients(1), gradients(2), gradients(9)], [1, 2, 2], "one worker adds to its own sum");
    assert_eq!(of(&[10, 8, 8], 16), (16, 8, 10));
    assert_eq!(of(&[10, 8, 8], 4096), (26, 13, 10), "no more than there is");
    assert_eq!(of(&[10, 8, 8], 4), (10, 5, 10), "a long one is its own batch");
}

#[test]
fn adapters_need_less_where_the_base_is_frozen() {
    let of = |frozen| AdapterOptions { rank: 2, alpha: 4.0, projections: vec![Projection::Q], frozen };
    let bytes = |frozen| least_bytes(&architecture(16), Some(&of(frozen)), NOTHING);
    // Trainable: 2 · 2 · (16 + 16) in factors. Frozen: all, the embedding in 16 bits; a layer of 2304 is dequantised.
    let (weights, factors) = (1600 + 2 * 2304, 128);
    assert_eq!(bytes(FrozenPrecision::F32), 4 * weights + 20 * factors);
    assert_eq!(bytes(FrozenPrecision::F16), 2 * weights + 4 * 2304 + 20 * factors);
    assert_eq!(bytes(FrozenPrecision::Q8), weights + 1600 + 4 * 2304 + 20 * factors);
}

#[test]
fn checkpointing_is_enabled_where_memory_is_short_and_impossible_runs_are_refused() {
    let a = architecture(16);
    let load = StepLoad { tokens: 1000, rows: 500, longest: 64, ..NOTHING };
    let (all, again) =
        (least_bytes(&a, None, load), least_bytes(&a, None, StepLoad { recompute: true, ..load }));
    assert!(again < all);
    assert!(!fit_into(all, &a, None, load).expect("fits"));
    assert!(fit_into(all - 1, &a, None, load).expect("fits so"));
    assert!(matches!(fit_into(again - 1, &a, None, load), Err(Error::Memory { .. })));
    let huge = Architecture { layers: 1 << 10, ..architecture(1 << 20) };
    let mut options = RunOptions::default();
    let device = Device::flex().autodiff();
    assert!(matches!(fit_in_memory(&huge, None, &[], &mut options, &device), Err(Error::Memory { .. })));
    assert!(fit_in_memory(&a, None, &[], &mut options, &device).is_ok() && !options.recompute);
    assert!(check_memory(5, 5).is_ok() && check_memory(6, 5).is_err());
}
