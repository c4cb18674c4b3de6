// 8-bit weights in groups of 16 or 32: weight = scale · q (+ minimum when HAS_MIN), q a signed byte.
// A step is 32 weights of one row: two vec4 of words, four weights per word, byte 0 first.
// Scales: two f16 per word (even group low half), or one (scale, minimum) per word.
override HAS_MIN: bool = false;
override GROUPS_A_STEP: u32 = 1u; // 32 / group size

@group(0) @binding(1) var<storage, read> quants: array<vec4<u32>>; // (row, step, 2)
@group(0) @binding(2) var<storage, read> scales: array<Half2>; // (row, group / 2) or (row, group)

// (scale, minimum) of one group.
fn scale_of(row: u32, group: u32, groups: u32) -> vec2<f32> {
    if HAS_MIN {
        return from_half2(scales[row * groups + group]);
    }
    let pair = from_half2(scales[row * ((groups + 1u) / 2u) + group / 2u]);
    return vec2<f32>(select(pair.x, pair.y, (group & 1u) == 1u), 0.0);
}

fn weights(row: u32, step: u32, steps: u32) -> array<vec4<f32>, 8> {
    let groups = steps * GROUPS_A_STEP;
    let first = scale_of(row, step * GROUPS_A_STEP, groups);
    let last = scale_of(row, step * GROUPS_A_STEP + GROUPS_A_STEP - 1u, groups);
    let at = 2u * (row * steps + step);
    let low = quants[at];
    let high = quants[at + 1u];
    var w: array<vec4<f32>, 8>;
    for (var i = 0u; i < 4u; i++) {
        w[i] = vec4<f32>(unpack4xI8(low[i])) * first.x + first.y;
        w[i + 4u] = vec4<f32>(unpack4xI8(high[i])) * last.x + last.y;
    }
    return w;
}
