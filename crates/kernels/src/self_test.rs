//! Compares every kernel with its reference on the shapes of models, in every form that a model may need: at the first use
//! of an adapter, and in `wasan gpu`.
//!
//! Each loop of a kernel takes several turns and ends with a part of one: rows are wider than a workgroup has lanes, cut
//! off in the middle of a team's rows, and split into tiles; sequences have several splits, and vocabularies more blocks
//! than a workgroup has lanes. `tests/mutants.rs` breaks kernels in many ways, and each must be noticed here.

use crate::device::Device;
use crate::error::Result;
use crate::heads::Heads;
use crate::layout::Layout;
use crate::matvec::{COMPILED_COLUMNS, Epilogue, MOST_COLUMNS, MatrixCase};
use crate::reference_check::CheckResult;
use crate::rms_norm::Target;
use crate::rope::ChangesCase;
use crate::{
    accept, attention, attention_reduce, attention_row, draft, embed, gate, log_probability, logit_bias,
    logit_sum, matmul, matvec, pick, quantize, rms_norm, rope, team_size, top_list, vocab_blocks,
};

/// More steps of 32 than two turns of 64 lanes.
const WIDTH: u32 = 4160;
/// More than a workgroup of 16 teams has, and than a tile of matmul; no multiple of a team's rows.
const ROWS: u32 = 70;
/// More blocks than a workgroup has lanes, the last one not full.
const VOCAB: u32 = 17_001;

type Check = dyn Fn(&Device) -> Result<CheckResult>;

/// A comparison of a kernel with its reference.
pub struct SelfTest {
    /// Name of the kernel.
    pub kernel: &'static str,
    run: Box<Check>,
}

impl SelfTest {
    fn new(kernel: &'static str, run: impl Fn(&Device) -> Result<CheckResult> + 'static) -> Self {
        Self { kernel, run: Box::new(run) }
    }

    /// Runs it. An error means that the kernel could not run.
    pub fn run(&self, device: &Device) -> Result<CheckResult> {
        (self.run)(device)
    }
}

/// All comparisons.
pub fn self_tests() -> Vec<SelfTest> {
    let mut tests = vec![SelfTest::new("team_size", team_size::check)];
    for (i, layout) in Layout::ALL.into_iter().enumerate() {
        tests.extend(matrices(layout, i));
    }
    for target in [Target::Product, Target::Add] {
        tests.push(SelfTest::new("rms_norm", move |d| rms_norm::check(d, WIDTH - 3, 3, target, 4)));
    }
    for heads in heads() {
        tests.push(SelfTest::new("attention", move |d| attention::check(d, &heads, heads.slots, 6)));
        tests.push(SelfTest::new("attention_reduce", move |d| {
            attention_reduce::check(d, &heads, heads.slots, 7)
        }));
        tests.push(SelfTest::new("attention_row", move |d| attention_row::check(d, &heads, heads.slots, 12)));
        for (bias, norm_after_rope) in [(false, None), (true, None), (false, Some(false)), (true, Some(true))]
        {
            let case = ChangesCase { bias, norm_after_rope };
            tests.push(SelfTest::new("rope", move |d| rope::check(d, &heads, case, heads.slots, 5)));
        }
    }
    tests.extend([
        SelfTest::new("logit_sum", |d| logit_sum::check(d, &[1.0, 1.0, 1.0], VOCAB, 3, 8)),
        SelfTest::new("gate", |d| gate::check(d, 3, VOCAB, 5, 17)),
        SelfTest::new("logit_bias", |d| logit_bias::check(d, VOCAB, 3, 13)),
        SelfTest::new("log_probability", |d| log_probability::check(d, VOCAB, 3, 16)),
        SelfTest::new("vocab_blocks", |d| vocab_blocks::check(d, VOCAB, 3, 9)),
        SelfTest::new("top_list", |d| top_list::check(d, VOCAB, 3, 5, 10)),
        SelfTest::new("pick", |d| pick::check(d, 70, 5, 11)),
        SelfTest::new("draft", |d| draft::check(d, 5, 2, 17)),
        SelfTest::new("accept", |d| accept::check(d, 5, 3, 2, 18)),
    ]);
    tests
}

/// Runs all comparisons. An error means that a kernel could not run.
pub fn self_test(device: &Device) -> Result<Vec<CheckResult>> {
    self_tests().iter().map(|test| test.run(device)).collect()
}

/// The comparisons of what multiplies prompts in int8, where that is chosen.
pub fn int8_tests() -> Vec<SelfTest> {
    let matrix = |(index, layout): (usize, Layout)| {
        let case = many_columns(layout, index);
        let runs = [case.columns, 9];
        SelfTest::new("matmul_int8", move |d| matmul::check_runs(d, &case, &runs, true, index as u64))
    };
    let layouts = Layout::ALL.into_iter().enumerate().filter(|(_, layout)| layout.bits < 16);
    let quantize = SelfTest::new("quantize", |d| quantize::check(d, WIDTH - 3, 3, 19));
    std::iter::once(quantize).chain(layouts.map(matrix)).collect()
}

/// Runs them; fails if one fails.
pub fn int8_test(device: &Device) -> Result<()> {
    int8_tests().iter().try_for_each(|test| test.run(device)?.pass())
}

/// What reads weights. The layouts take turns with what is done to the sums, which does not depend on them: each has every
/// compiled number of columns, and so has each epilogue.
fn matrices(layout: Layout, index: usize) -> [SelfTest; 3] {
    let seed = index as u64;
    let few = few_columns(layout, index);
    let many = many_columns(layout, index);
    [
        SelfTest::new("embed", move |d| embed::check(d, layout, 40, WIDTH, 3, seed)),
        SelfTest::new("matvec", move |d| {
            matvec::check_runs(d, &few, &[&COMPILED_COLUMNS[..], &[MOST_COLUMNS]].concat(), seed)
        }),
        SelfTest::new("matmul", move |d| matmul::check_runs(d, &many, &[many.columns, 9], false, seed)),
    ]
}

fn few_columns(layout: Layout, index: usize) -> MatrixCase {
    MatrixCase {
        layout,
        rows: ROWS,
        width: WIDTH,
        columns: MOST_COLUMNS,
        norm: index.is_multiple_of(2),
        epilogue: Epilogue::ALL[index % Epilogue::ALL.len()],
        plus: index.is_multiple_of(3),
    }
}

fn many_columns(layout: Layout, index: usize) -> MatrixCase {
    let few = few_columns(layout, index);
    MatrixCase {
        columns: 35,
        norm: !few.norm,
        epilogue: Epilogue::ALL[(index + 2) % Epilogue::ALL.len()],
        plus: !few.plus,
        ..few
    }
}

/// Every number of query heads a KV head that attention is compiled for, heads of 64 to 256 elements, with and without a
/// window; several splits, or a part of one.
fn heads() -> [Heads; 4] {
    let of = |heads, kv_heads, head_dim: u32, context, window| {
        let scale = 1.0 / (head_dim as f32).sqrt();
        Heads { heads, kv_heads, head_dim, slots: 3, context, scale, window }
    };
    [
        of(8, 2, 64, 300, None),
        of(6, 2, 128, 150, Some(70)),
        of(4, 2, 80, 200, None),
        of(2, 2, 256, 90, Some(70)),
    ]
}
