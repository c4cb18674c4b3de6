//! Compares every kernel with its reference on tiny shapes, in every form that a model may need: at the first use of an
//! adapter, and in `wasan gpu`.

use crate::device::Device;
use crate::error::Result;
use crate::heads::Heads;
use crate::layout::Layout;
use crate::matvec::{Epilogue, MatrixCase};
use crate::reference_check::CheckResult;
use crate::rms_norm::Target;
use crate::rope::ChangesCase;
use crate::{
    accept, attention, attention_reduce, attention_row, draft, embed, gate, log_probability, logit_bias,
    logit_sum, matmul, matvec, pick, rms_norm, rope, team_size, top_list, vocab_blocks,
};

/// One result per kernel (matvec and matmul: per weight layout). An error means that a kernel could not run.
pub fn self_test(device: &Device) -> Result<Vec<CheckResult>> {
    let heads =
        Heads { heads: 4, kv_heads: 2, head_dim: 16, slots: 3, context: 150, scale: 0.25, window: None };
    let windowed = Heads { window: Some(70), ..heads };
    let mut results = Vec::new();
    for layout in Layout::ALL {
        let case =
            MatrixCase { layout, rows: 38, width: 96, columns: 3, norm: true, epilogue: Epilogue::Store };
        results.push(embed::check(device, layout, 40, 96, 3, 1)?);
        results.push(matvec::check(device, &case, 2)?);
        results.push(matmul::check(device, &MatrixCase { columns: 35, ..case }, 3)?);
        let gated = MatrixCase { epilogue: Epilogue::Geglu, ..case };
        results.push(matvec::check(device, &gated, 14)?);
        results.push(matmul::check(device, &MatrixCase { columns: 9, ..gated }, 15)?);
        // What is done with a sum does not depend on the layout.
        if layout == Layout::ALL[0] {
            let apart = MatrixCase { epilogue: Epilogue::TimesSilu, ..case };
            results.push(matvec::check(device, &apart, 17)?);
            results.push(matmul::check(device, &MatrixCase { columns: 9, ..apart }, 18)?);
        }
    }
    results.push(team_size::check(device)?);
    for target in [Target::Product, Target::Add] {
        results.push(rms_norm::check(device, 100, 3, target, 4)?);
    }
    for (bias, norm_after_rope) in [(false, None), (true, None), (false, Some(false)), (true, Some(true))] {
        results.push(rope::check(device, &heads, ChangesCase { bias, norm_after_rope }, 3, 5)?);
    }
    for heads in [heads, windowed] {
        results.push(attention::check(device, &heads, 3, 6)?);
        results.push(attention_reduce::check(device, &heads, 3, 7)?);
        results.push(attention_row::check(device, &heads, 3, 12)?);
    }
    results.push(logit_sum::check(device, &[1.0, 1.0, 1.0], 700, 3, 8)?);
    results.push(gate::check(device, 3, 700, 12, 17)?);
    results.push(logit_bias::check(device, 700, 3, 13)?);
    results.push(log_probability::check(device, 700, 3, 16)?);
    results.push(vocab_blocks::check(device, 700, 3, 9)?);
    results.push(top_list::check(device, 700, 3, 5, 10)?);
    results.push(pick::check(device, 8, 5, 11)?);
    results.push(draft::check(device, 5, 2, 17)?);
    results.push(accept::check(device, 5, 3, 2, 18)?);
    Ok(results)
}
