//! The self-test notices kernels that compute wrongly: each of these is one that a driver could make of ours, or a mistake
//! of ours that smaller shapes would not show.

use kernels::{Device, DeviceOptions, int8_tests, self_tests, sources};

/// A kernel and a change of its text.
struct Mutant {
    what: &'static str,
    kernel: &'static str,
    piece: &'static str,
    other: &'static str,
}

const fn mutant(
    what: &'static str,
    kernel: &'static str,
    piece: &'static str,
    other: &'static str,
) -> Mutant {
    Mutant { what, kernel, piece, other }
}

const MUTANTS: [Mutant; 41] = [
    mutant("what is added is the first column's", "matvec", "plus[column *", "plus[0u *"),
    mutant("nothing is added", "matmul", "if PLUS {", "if false {"),
    mutant(
        "each lane takes one step",
        "matvec",
        "step < shape.steps; step += team_lanes(at)",
        "step < min(shape.steps, team_lanes(at)); step += team_lanes(at)",
    ),
    mutant(
        "the first lane's steps are lost",
        "matvec",
        "step = team_lane(at);",
        "step = max(team_lane(at), 1u);",
    ),
    mutant("the last step is lost", "matvec", "step < shape.steps; step", "step < shape.steps - 1u; step"),
    mutant(
        "SwiGLU gates the other way",
        "matvec",
        "activated(sum[r]) * sum[r + 1u]",
        "sum[r] * activated(sum[r + 1u])",
    ),
    mutant(
        "the eighth column is lost",
        "matvec",
        "column < pass_size.columns {",
        "column < pass_size.columns && c < 7u {",
    ),
    mutant(
        "the second workgroup's columns are those of the first",
        "matvec",
        "activation_at(first_column + c,",
        "activation_at(c,",
    ),
    mutant("a block that is cut off is lost", "matvec", "row < shape.rows;", "row + ROWS <= shape.rows;"),
    mutant("the last team is lost", "matvec", "block < TEAMS &&", "block + 1u < TEAMS &&"),
    mutant("the residual is lost", "matvec", "] += sum[r];", "] = sum[r];"),
    mutant("GELU is SiLU", "matvec", "EPILOGUE == GEGLU || EPILOGUE == TIMES_GELU {", "false {"),
    mutant("outputs are in their own order", "matvec", "if INTERLEAVED {", "if false {"),
    mutant(
        "the norm divides by the padded width",
        "matvec",
        "/ shape.width + shape.epsilon",
        "/ f32(32u * shape.steps + 32u) + shape.epsilon",
    ),
    mutant(
        "odd groups have the scale of the even one",
        "matvec",
        "select(pair.x, pair.y, (step & 1u) == 1u)",
        "pair.x",
    ),
    mutant("bytes have no sign", "matvec", "unpack4xI8", "unpack4xU8"),
    mutant("high bits are lost", "matvec", "& 0x03030303u) << 4u", "& 0x01010101u) << 4u"),
    mutant(
        "fifth bits are those of the other half",
        "matvec",
        "(4u * upper + eight)) & 0x01010101u) << 4u",
        "(4u * (1u - upper) + eight)) & 0x01010101u) << 4u",
    ),
    mutant("minima of nested blocks lose two bits", "matvec", "extractBits(word, at + 6u, 2u) |", ""),
    mutant(
        "the last tile's column is lost",
        "matmul",
        "if column >= pass_size.columns {",
        "if column + 1u >= max(pass_size.columns, 33u) {",
    ),
    mutant(
        "the second tile has the first one's rows",
        "matmul",
        "min(first_row + across * ROWS + down,",
        "min(across * ROWS + down,",
    ),
    mutant("factors of a norm are those of the first column", "matmul", "factors[column]", "factors[0]"),
    mutant("every step is the first", "matmul_int8", "let next = min(step + 1u,", "let next = min(0u,"),
    mutant("the second half of a step is lost", "matmul_int8", "dot_16(w[1], high, first)", "first"),
    mutant("a step has one minimum", "matmul_int8", "fma(scales.w, x_scale.z,", "fma(scales.y, x_scale.z,"),
    mutant(
        "columns of the second tile are the last",
        "matmul_int8",
        "down % COLUMNS, pass_size",
        "33u, pass_size",
    ),
    mutant("integers are cut off", "quantize", "round(", "trunc("),
    mutant(
        "the halves of a step have one sum",
        "quantize",
        "1.0, f32(sums[0]), f32(sums[1])",
        "vec3<f32>(1.0, vec2<f32>(f32(sums[0])))",
    ),
    mutant(
        "the second workgroup of a row does nothing",
        "embed",
        "step < shape.steps &&",
        "step < min(shape.steps, 64u) &&",
    ),
    mutant(
        "only one turn of squares is summed",
        "rms_norm",
        "step < shape.steps; step",
        "step < min(shape.steps, team_lanes(at)); step",
    ),
    mutant(
        "elements from 64 on are lost",
        "attention",
        "at.index * pitch, fours)",
        "at.index * pitch, min(fours, 16u))",
    ),
    mutant(
        "a token does not attend to itself",
        "attention",
        ".step + 1u, shape.context)",
        ".step, shape.context)",
    ),
    mutant(
        "every sequence attends to the first slot",
        "attention",
        "columns[column].slot * shape.context + start",
        "start",
    ),
    mutant(
        "heads read another head's keys",
        "attention",
        "head / (shape.heads / shape.kv_heads)",
        "head % shape.kv_heads",
    ),
    mutant("the softmax does not subtract its maximum", "attention", "workgroup_max(at, scores[h])", "0.0"),
    mutant(
        "a window begins one position late",
        "attention",
        "start += length - min(length, shape.window)",
        "start += length + 1u - min(length, shape.window)",
    ),
    mutant("the fifth split is lost", "attention_reduce", "s < splits", "s < min(splits, 4u)"),
    mutant(
        "a token is written over the one before",
        "rope",
        "shape.context + position) *",
        "shape.context + max(position, 1u) - 1u) *",
    ),
    mutant("the second of two rotations is the first", "rope", "rotations[at + 1u]", "rotations[at]"),
    mutant(
        "only as many blocks as lanes are summed",
        "log_probability",
        "b < shape.blocks",
        "b < min(shape.blocks, WORKGROUP)",
    ),
    mutant(
        "the last block has the padding",
        "vocab_blocks",
        "min(start + BLOCK, shape.vocab)",
        "start + BLOCK",
    ),
];

/// Drivers may read f16 numbers below 2⁻¹⁴ as zero.
const FLUSHED: Mutant = mutant(
    "subnormal scales are zero",
    "matvec",
    "return unpack2x16float(h);",
    "let v = unpack2x16float(h);\n    return select(v, vec2<f32>(), abs(v) < vec2<f32>(6.1035e-5));",
);

/// Sums of the variant without subgroups.
const NARROW: Mutant =
    mutant("a team sums half of its lanes", "matvec", "i < TEAM_LANES; i++", "i < TEAM_LANES / 2u; i++");

fn assert_noticed(mutant: &Mutant, options: DeviceOptions) {
    let Mutant { what, kernel, piece, other } = *mutant;
    let texts = sources();
    let mutated =
        texts.iter().filter(|(name, text)| name.split(' ').next() == Some(kernel) && text.contains(piece));
    assert!(mutated.count() > 0, "{what}: no text has the piece");
    let replaced_text = vec![[kernel, piece, other]];
    let device = Device::open(&DeviceOptions { replaced_text, ..options }).expect("a device");
    let noticed = self_tests()
        .iter()
        .chain(&int8_tests())
        .filter(|test| test.kernel == kernel)
        .any(|test| test.run(&device).expect("runs").pass().is_err());
    assert!(noticed, "{kernel}: {what}");
}

#[test]
fn the_self_test_notices_a_kernel_that_computes_wrongly() {
    for mutant in &MUTANTS {
        assert_noticed(mutant, DeviceOptions::default());
    }
    assert_noticed(&FLUSHED, DeviceOptions { without_half: true, ..DeviceOptions::default() });
    assert_noticed(&NARROW, DeviceOptions { without_subgroup: true, ..DeviceOptions::default() });
}
