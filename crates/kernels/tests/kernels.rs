//! Compares every kernel with its reference, in the four variants {f16} × {subgroup}, on random inputs, odd sizes and
//! poisoned outputs.

use kernels::logit_sum::Rows;
use kernels::matvec::{Epilogue, MatrixCase, Normed, Output, Product};
use kernels::rms_norm::Target;
use kernels::rope::{ChangesCase, HeadChanges};
use kernels::{
    BufferUse, CheckResult, Device, DeviceOptions, Heads, Layout, Weights, accept, attention,
    attention_reduce, attention_row, column, draft, embed, gate, log_probability, logit_bias, logit_sum,
    matmul, matvec, pick, quantize, rms_norm, rope, self_test, team_size, top_list, tune, vocab_blocks,
};

fn devices() -> Vec<Device> {
    [(false, false), (false, true), (true, false), (true, true)]
        .into_iter()
        .map(|(without_half, without_subgroup)| {
            Device::open(&DeviceOptions { without_half, without_subgroup, ..DeviceOptions::default() })
                .expect("the tests need a Vulkan driver; `cargo xtask test` installs one")
        })
        .collect()
}

/// The variants, and one whose KV cache is f32.
fn cache_devices() -> Vec<Device> {
    let options = DeviceOptions { cache_f32: true, ..DeviceOptions::default() };
    let mut all = devices();
    all.push(Device::open(&options).expect("a device"));
    all
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
        for layout in Layout::ALL {
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
        for (i, layout) in Layout::ALL.into_iter().enumerate() {
            // Each number of columns is a separate pipeline, which a software driver compiles slowly.
            for columns in [1, 2 + i as u32 % 6, 8] {
                let epilogue = Epilogue::ALL[(columns as usize + i) % 6];
                let norm = columns % 2 == 1;
                let (rows, width) = [(1, 5), (34, 96), (130, 260), (62, 1056)][columns as usize % 4];
                let gated = matches!(epilogue, Epilogue::Swiglu | Epilogue::Geglu);
                let rows = if gated { rows + rows % 2 } else { rows };
                let plus = i % 3 == 0;
                let case = MatrixCase { layout, rows, width, columns, norm, epilogue, plus };
                assert_passes(
                    &device,
                    &format!("{case:?}"),
                    matvec::check(&device, &case, u64::from(columns)),
                );
            }
        }
    }
}

/// A sentence must not be translated otherwise because others run with it: every layout and every epilogue, normed and not.
#[test]
fn a_column_has_the_same_bits_whatever_runs_beside_it() {
    let device = Device::open(&DeviceOptions::default()).expect("a device");
    for (i, layout) in Layout::ALL.into_iter().enumerate() {
        let epilogue = Epilogue::ALL[i % 6];
        let (rows, width, columns, norm, plus) = (38, 1100, 16, i % 2 == 0, i % 3 == 0);
        let case = MatrixCase { layout, rows, width, columns, norm, epilogue, plus };
        let runs: Vec<u32> = (1..=case.columns).rev().collect();
        assert_passes(&device, &format!("{case:?}"), matvec::check_runs(&device, &case, &runs, 3));
        for int8 in [false, true] {
            assert_passes(
                &device,
                &format!("int8={int8} {case:?}"),
                matmul::check_runs(&device, &case, &runs, int8, 3),
            );
        }
    }
}

#[test]
fn matmul_equals_its_reference() {
    for device in devices() {
        for (l, layout) in Layout::ALL.into_iter().enumerate() {
            for (i, columns) in [1, 9, 32, 33, 70].into_iter().enumerate() {
                let case = MatrixCase {
                    layout,
                    rows: 66,
                    width: 100,
                    columns,
                    norm: false,
                    epilogue: Epilogue::ALL[(i + l) % 6],
                    plus: i % 2 == 1,
                };
                assert_passes(
                    &device,
                    &format!("{case:?}"),
                    matmul::check(&device, &case, false, u64::from(columns)),
                );
            }
        }
    }
}

/// It has no reductions, so a variant without subgroups is the same kernel; software drivers compile it slowly.
#[test]
fn matmul_in_int8_equals_its_reference() {
    for without_half in [false, true] {
        let options = DeviceOptions { without_half, ..DeviceOptions::default() };
        let device = Device::open(&options).expect("a device");
        for (l, layout) in Layout::ALL.into_iter().enumerate() {
            for (i, columns) in [1, 33, 70].into_iter().enumerate() {
                let epilogue = Epilogue::ALL[(l + usize::from(without_half)) % 6];
                let (rows, width) = [(66, 100), (2, 32), (130, 1057)][i];
                let (norm, plus) = (i == 2, i == 1);
                let case = MatrixCase { layout, rows, width, columns, norm, epilogue, plus };
                assert_passes(&device, &format!("{case:?}"), matmul::check(&device, &case, true, 5));
            }
        }
    }
}

#[test]
fn quantize_equals_its_reference() {
    for device in devices() {
        for (width, columns) in [(1, 1), (96, 5), (2080, 3), (4100, 70)] {
            let result = quantize::check(&device, width, columns, 7);
            assert_passes(&device, &format!("{width}×{columns}"), result);
        }
    }
}

#[test]
fn split_matrices_equal_their_reference() {
    let options = DeviceOptions { max_binding_bytes: Some(4096), ..DeviceOptions::default() };
    let device = Device::open(&options).expect("a device");
    for layout in Layout::ALL {
        assert_passes(&device, "embed", embed::check(&device, layout, 101, 64, 4, 3));
        for epilogue in Epilogue::ALL {
            let (rows, width, columns, norm, plus) = (202, 64, 2, true, true);
            let case = MatrixCase { layout, rows, width, columns, norm, epilogue, plus };
            assert_passes(&device, &format!("{case:?}"), matvec::check(&device, &case, 5));
            assert_passes(&device, &format!("{case:?}"), matmul::check(&device, &case, false, 5));
        }
    }
}

/// The largest accepted vocabulary has fewer tokens than this, and the widest heads are of half this size.
#[test]
fn no_grid_has_more_workgroups_than_a_dimension_may() {
    const MOST: u32 = 65_535;
    const VOCAB: u32 = 1 << 20;
    // Where a team has all 64 lanes a workgroup computes 4 rows; here more, so the limit is less.
    let device = Device::open(&DeviceOptions::default()).expect("a device");
    let lanes = device.info().subgroup_sizes.1.clamp(1, 64);
    let most = MOST * lanes / 64;
    let options = DeviceOptions { max_workgroups: Some(most), ..DeviceOptions::default() };
    let limited = Device::open(&options).expect("a device");
    let layout = Layout::ALL[0];
    let bytes = |row: usize| vec![0; VOCAB as usize * row];
    let (quants, scales) = (bytes(layout.quant_bytes(32)), bytes(layout.scale_bytes(32)));
    let shape = (VOCAB, 32);
    let head =
        Weights::upload(&limited, "head", layout, shape, (&quants, &scales), &mut |_| {}).expect("fits");
    let buffer = |device: &Device| device.buffer("any", 256, BufferUse::Storage).expect("fits");
    let any = buffer(&limited);
    let pass_size = limited.buffer("pass", 16, BufferUse::Uniform).expect("fits");
    let output = Output { y: any.all(), stride: VOCAB, interleaved: false };
    let normed = Normed::No;
    let product = Product {
        x: any.all(),
        normed,
        epilogue: Epilogue::Store,
        output,
        plus: None,
        pass_size: &pass_size,
    };
    let mut made = matmul::dispatches(&limited, &head, &product, None).expect("fits");
    for columns in [1, 8] {
        made.extend(matvec::dispatches(&limited, &head, columns, &product).expect("fits"));
    }
    made.extend(embed::dispatches(&limited, (&head, 1.0), (&any, &any), &any).expect("fits"));
    assert!(made.len() >= 8, "the rows of more than one dispatch");
    for dispatch in &made {
        let grid = dispatch.workgroups(64, 1 << 17);
        assert!(grid.iter().all(|&count| count <= most), "{} {grid:?}", dispatch.kernel);
    }

    let any = buffer(&device);
    let rows = Rows::new(VOCAB, 1);
    let heads = Heads {
        heads: 1024,
        kv_heads: 1024,
        head_dim: 256,
        slots: 1,
        context: 1 << 17,
        scale: 1.0,
        window: None,
    };
    let at = (&any, &any);
    let made = [
        logit_sum::dispatch(&device, (&rows, 1), &any, &any, &any),
        logit_bias::dispatch(&device, &rows, &any, &any),
        vocab_blocks::dispatch(&device, &rows, any.all(), any.all()),
        top_list::dispatch(&device, &rows, 31, any.all(), &any, any.all()),
        rope::dispatch(&device, &heads, at, HeadChanges::default(), &any, &any, &any),
        attention::dispatch(&device, &heads, at, &any, &any, &any),
        attention_reduce::dispatch(&device, &heads, at, &any, (&any, 1024 * 256)),
    ];
    for dispatch in made {
        let dispatch = dispatch.expect("fits");
        let grid = dispatch.workgroups(64, heads.context);
        assert!(grid.iter().all(|&count| count <= MOST), "{} {grid:?}", dispatch.kernel);
    }
}

#[test]
fn rms_norm_equals_its_reference() {
    for device in devices() {
        for target in [Target::Product, Target::Add] {
            for (width, columns) in [(1, 1), (96, 3), (260, 9), (4096, 2)] {
                let result = rms_norm::check(&device, width, columns, target, 3);
                assert_passes(&device, &format!("{width} {target:?}"), result);
            }
        }
    }
}

/// Odd shapes and those of models: Qwen 2.5 0.5B, a head of 80, of 112, Qwen 3 0.6B, a head of 160, Gemma 3 270M.
fn heads() -> Vec<Heads> {
    let shapes = [
        (1, 1, 4, 1, 3),
        (6, 6, 16, 5, 70),
        (8, 2, 100, 9, 200),
        (32, 8, 64, 3, 130),
        (14, 2, 64, 2, 140),
        (4, 4, 80, 3, 90),
        (8, 1, 112, 2, 65),
        (16, 8, 128, 3, 200),
        (6, 2, 160, 2, 129),
        (4, 1, 256, 3, 150),
    ];
    let of = |(heads, kv_heads, head_dim, slots, context): (u32, u32, u32, u32, u32)| {
        let scale = 1.0 / (head_dim as f32).sqrt();
        Heads { heads, kv_heads, head_dim, slots, context, scale, window: None }
    };
    shapes.into_iter().map(of).collect()
}

#[test]
fn rope_equals_its_reference() {
    for device in cache_devices() {
        for heads in heads() {
            for bias in [false, true] {
                for norm_after_rope in [None, Some(false), Some(true)] {
                    let case = ChangesCase { bias, norm_after_rope };
                    let result = rope::check(&device, &heads, case, heads.slots, 3);
                    assert_passes(&device, &format!("{heads:?} {case:?}"), result);
                }
            }
        }
    }
}

/// Windows of one position, within a split, of two splits and some, and beyond the cache.
#[test]
fn attention_equals_its_reference() {
    for device in cache_devices() {
        for heads in heads() {
            for (seed, window) in [None, Some(1), Some(50), Some(129), Some(1000)].into_iter().enumerate() {
                let heads = Heads { window, ..heads };
                let seed = 3 * seed as u64;
                let whole = attention::check(&device, &heads, heads.slots, seed);
                assert_passes(&device, &format!("{heads:?}"), whole);
                let reduce = attention_reduce::check(&device, &heads, heads.slots, seed + 1);
                assert_passes(&device, &format!("{heads:?}"), reduce);
                let row = attention_row::check(&device, &heads, heads.slots, seed + 2);
                assert_passes(&device, &format!("{heads:?}"), row);
            }
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
fn gate_equals_its_reference() {
    for device in devices() {
        for (terms, vocab, columns) in [(1, 5, 3), (2, 256, 7), (3, 1000, 40), (8, 20000, 16)] {
            let result = gate::check(&device, terms, vocab, columns, 19);
            assert_passes(&device, &format!("{terms} of {vocab}"), result);
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
        for (vocab, columns) in [(1, 1), (256, 2), (333, 3), (6144, 9), (128_256, 2), (262_208, 2)] {
            let given = log_probability::check(&device, vocab, columns, 7);
            assert_passes(&device, "log_probability", given);
            assert_passes(&device, "vocab_blocks", vocab_blocks::check(&device, vocab, columns, 3));
            let count = top_list::MAX_COUNT.min(vocab);
            assert_passes(&device, "top_list", top_list::check(&device, vocab, columns, count, 4));
        }
        for count in [1, 5, 31] {
            assert_passes(&device, "pick", pick::check(&device, 70, count, 5));
            for (rows, agreeing) in [(1, 0), (2, 0), (2, 1), (5, 0), (5, 2), (8, 7)] {
                let result = accept::check(&device, rows, count, agreeing, 8);
                assert_passes(&device, &format!("accept {agreeing} of {rows}"), result);
            }
        }
        for (rows, row) in [(2, 0), (5, 3)] {
            assert_passes(&device, "draft", draft::check(&device, rows, row, 9));
        }
    }
}

#[test]
fn team_size_is_one_that_the_adapter_allows() {
    for device in devices() {
        assert_passes(&device, "team_size", team_size::check(&device));
    }
}

#[test]
fn tuning_measures_every_number_of_columns() {
    let device = Device::open(&DeviceOptions::default()).expect("a device");
    let tuning = tune::tune(&device).expect("runs");
    let columns: Vec<u32> = tuning.column_costs.iter().map(|(columns, _)| *columns).collect();
    assert_eq!(columns, [1, 2, 4, 6, 8]);
    assert!(tuning.column_costs.iter().all(|(_, cost)| cost.is_finite() && *cost > 0.0), "{tuning:?}");
    assert_eq!(tuning.column_costs[0].1, 1.0);
    assert!(column::PREFILL_COLUMNS.contains(&tuning.prefill_columns), "{tuning:?}");
    println!("{tuning:?}");
}

fn assert_self_test_passes(device: &Device) {
    for result in self_test(device).expect("answers") {
        println!("{result:?}");
        result.pass().expect("passes");
    }
}

/// `cargo xtask test` runs this with other numbers of lanes too.
#[test]
fn the_self_test_passes() {
    assert_self_test_passes(&Device::open(&DeviceOptions::default()).expect("a device"));
}

#[test]
fn the_self_test_passes_without_half_precision_or_subgroups() {
    devices()[1..].iter().for_each(assert_self_test_passes);
}
