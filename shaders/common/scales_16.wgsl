// Scales of nested layouts with groups of 16. A block's five words: a byte for each group, then the factor.
// Q6_K, Q3_K: a signed scale, an f32 factor. Q2_K (HAS_MIN): scale in the low nibble, minimum in the high one, factors as
// in scales_32.wgsl.
const GROUP: u32 = 16u;

@group(0) @binding(2) var<storage, read> scales: array<u32>; // (row, block, 5)

// (scale, minimum) of the step's first 16 weights, and of its last 16.
fn scales_of(row: u32, step: u32, steps: u32) -> vec4<f32> {
    let block = 5u * (row * (steps / 8u) + step / 8u);
    let groups = scales[block + step % 8u / 2u] >> (16u * (step & 1u));
    let factor = scales[block + 4u];
    if HAS_MIN {
        let integers = (vec4<u32>(groups) >> vec4<u32>(0u, 4u, 8u, 12u)) & vec4<u32>(15u);
        return vec4<f32>(integers) * unpack2x16float(factor).xyxy * (1.0 / 4096.0);
    }
    let signed = vec2<i32>(extractBits(bitcast<i32>(groups), 0u, 8u), extractBits(bitcast<i32>(groups), 8u, 8u));
    let pair = vec2<f32>(signed) * bitcast<f32>(factor);
    return pair.xxyy * vec2<f32>(1.0, -f32(1u << (BITS - 1u))).xyxy;
}
