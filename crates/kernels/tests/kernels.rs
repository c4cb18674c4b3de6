//! Compares every kernel with its reference, in the four variants {f16} × {subgroup}, on random inputs, odd sizes and
//! poisoned outputs.

use kernels::Heads;
use kernels::matvec::{Epilogue, MatrixCase};
use kernels::{
    CheckResult, Device, DeviceOptions, Layout, attention, attention_reduce, attention_row, embed,
    logit_bias, logit_sum, matmul, matvec, pick, rms_norm, rope, self_test, top_list, vocab_blocks,
};

const LAYOUTS: [Layout; 7] = [
    Layout { bits: 4, group: 32, min: false },
    Layout { bits: 4, group: 32, min: true },
    Layout { bits: 8, group: 32, min: false },
    Layout { bits: 8, group: 32, min: true },
    Layout { bits: 8, group: 16, min: false },
    Layout { bits: 8, group: 16, min: true },
    Layout { bits: 16, group: 32, min: false },
];

const EPILOGUES: [Epilogue; 3] = [Epilogue::Store, Epilogue::Add, Epilogue::Swiglu];

fn devices() -> Vec<Device> {
    [(false, false), (false, true), (true, false), (true, true)]
        .into_iter()
        .map(|(without_half, without_subgroup)| {
            Device::open(&DeviceOptions { without_half, without_subgroup, ..DeviceOptions::default() })
                .expect("the tests need a Vulkan driver; `cargo xtask test` installs one")
        })
        .collect()
}

fn assert_passes(device: &Device, what: &str, result: kernels::Result<CheckResult>) {
    let (half, subgroup) = (device.half(), device.subgroup());
    let result = result.unwrap_or_else(|error| panic!("{what} half={half} subgroup={subgroup}: {error}"));
    if let Err(error) = result.pass() {
        panic!("{what} half={half} subgroup={subgroup}: {error}");
    }
}

#[test]
fn embed_equals_its_reference() {
    for device in devices() {
        for layout in LAYOUTS {
            for (vocab, width, columns) in [(1, 32, 1), (50, 96, 5), (77, 2080, 3)] {
                let result = embed::check(&device, layout, vocab, width, columns, 7);
                assert_passes(&device, &format!("{layout:?} {vocab}×{width}"), result);
            }
        }
    }
}

#[test]
fn matvec_equals_its_reference() {
    for device in devices() {
        for (i, layout) in LAYOUTS.into_iter().enumerate() {
            // Each number of columns is a separate pipeline, which a software driver compiles slowly.
            for columns in [1, 2 + i as u32 % 6, 8] {
                let epilogue = EPILOGUES[columns as usize % 3];
                let norm = columns % 2 == 1;
                let (rows, width) = [(1, 5), (34, 96), (130, 260), (62, 1056)][columns as usize % 4];
                let rows = if epilogue == Epilogue::Swiglu { rows + rows % 2 } else { rows };
                let case = MatrixCase { layout, rows, width, columns, norm, epilogue };
                assert_passes(
                    &device,
                    &format!("{case:?}"),
                    matvec::check(&device, &case, u64::from(columns)),
                );
            }
        }
    }
}

#[test]
fn matmul_equals_its_reference() {
    for device in devices() {
        for layout in LAYOUTS {
            for (i, columns) in [1, 9, 32, 33, 70].into_iter().enumerate() {
                let case = MatrixCase {
                    layout,
                    rows: 66,
                    width: 100,
                    columns,
                    norm: false,
                    epilogue: EPILOGUES[i % 3],
                };
                assert_passes(
                    &device,
                    &format!("{case:?}"),
                    matmul::check(&device, &case, u64::from(columns)),
                );
            }
        }
    }
}

#[test]
fn split_matrices_equal_their_reference() {
    let options = DeviceOptions { max_binding_bytes: Some(4096), ..DeviceOptions::default() };
    let device = Device::open(&options).expect("a device");
    for layout in LAYOUTS {
        assert_passes(&device, "embed", embed::check(&device, layout, 101, 64, 9, 3));
        for epilogue in EPILOGUES {
            let case = MatrixCase { layout, rows: 202, width: 64, columns: 2, norm: true, epilogue };
            assert_passes(&device, &format!("{case:?}"), matvec::check(&device, &case, 5));
        }
    }
}

#[test]
fn rms_norm_equals_its_reference() {
    for device in devices() {
        for (width, columns) in [(1, 1), (96, 3), (260, 9), (4096, 2)] {
            assert_passes(&device, &format!("{width}"), rms_norm::check(&device, width, columns, 3));
        }
    }
}

const HEADS: [Heads; 4] = [
    Heads { heads: 1, kv_heads: 1, head_dim: 4, slots: 1, context: 3 },
    Heads { heads: 6, kv_heads: 6, head_dim: 16, slots: 5, context: 70 },
    Heads { heads: 8, kv_heads: 2, head_dim: 100, slots: 9, context: 200 },
    Heads { heads: 32, kv_heads: 8, head_dim: 64, slots: 3, context: 130 },
];

#[test]
fn rope_equals_its_reference() {
    for device in devices() {
        for heads in HEADS {
            assert_passes(&device, &format!("{heads:?}"), rope::check(&device, &heads, heads.slots, 3));
        }
    }
}

#[test]
fn attention_equals_its_reference() {
    for device in devices() {
        for heads in HEADS {
            assert_passes(&device, &format!("{heads:?}"), attention::check(&device, &heads, heads.slots, 3));
            let reduce = attention_reduce::check(&device, &heads, heads.slots, 4);
            assert_passes(&device, &format!("{heads:?}"), reduce);
            let row = attention_row::check(&device, &heads, heads.slots, 5);
            assert_passes(&device, &format!("{heads:?}"), row);
        }
    }
}

/// Every preset, and sums with many terms, on rows of odd length.
#[test]
fn logit_sum_is_within_one_rounding_of_the_exact_sum() {
    let recipes: [&[f32]; 7] = [
        &[1.0],
        &[1.0, 1.0, 1.0],
        &[1.0, 0.5, 0.5],
        &[1.0, 1.0, -1.0],
        &[1.0, 0.5, 0.5, -1.0],
        &[1.0, 1.0],
        &[0.7, -0.3, 1.9, 0.01, -2.5, 1.0, 0.4, 0.6],
    ];
    for device in devices() {
        for (i, weights) in recipes.into_iter().enumerate() {
            for (vocab, columns) in [(1, 1), (333, 3), (6144, 8)] {
                let result = logit_sum::check(&device, weights, vocab, columns, i as u64);
                assert_passes(&device, &format!("{weights:?}"), result);
            }
        }
    }
}

#[test]
fn logit_bias_equals_its_reference() {
    for device in devices() {
        for (vocab, columns) in [(1, 1), (333, 3), (6144, 8)] {
            assert_passes(&device, &format!("{vocab}"), logit_bias::check(&device, vocab, columns, 6));
        }
    }
}

#[test]
fn choice_of_token_equals_its_reference() {
    for device in devices() {
        for (vocab, columns) in [(1, 1), (256, 2), (333, 3), (6144, 9), (128_256, 2)] {
            assert_passes(&device, "vocab_blocks", vocab_blocks::check(&device, vocab, columns, 3));
            let count = top_list::MAX_COUNT.min(vocab);
            assert_passes(&device, "top_list", top_list::check(&device, vocab, columns, count, 4));
        }
        for count in [1, 5, 31] {
            assert_passes(&device, "pick", pick::check(&device, 70, count, 5));
        }
    }
}

#[test]
fn the_self_test_passes_on_every_variant() {
    for device in devices() {
        for result in self_test(&device).expect("answers") {
            result.pass().expect("passes");
        }
    }
}
