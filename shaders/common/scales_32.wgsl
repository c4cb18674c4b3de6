// Scales of nested layouts with groups of 32 (Q4_K, Q5_K). A block's four words: byte g of words 0–1 has the scale of
// group g and the low two bits of its minimum, nibble g of word 2 the high four; word 3 has the factors as f16,
// times 4,096 so that none is subnormal, which WGSL may read as zero.
const GROUP: u32 = 32u;

@group(0) @binding(2) var<storage, read> scales: array<vec4<u32>>; // (row, block)

// (scale, minimum) of the step's first 16 weights, and of its last 16.
fn scales_of(row: u32, step: u32, steps: u32) -> vec4<f32> {
    let block = scales[row * (steps / 8u) + step / 8u];
    let group = step % 8u;
    let word = select(block.x, block.y, group >= 4u);
    let at = 8u * (group % 4u);
    let least = extractBits(word, at + 6u, 2u) | (extractBits(block.z, 4u * group, 4u) << 2u);
    let integers = vec2<f32>(vec2<u32>(extractBits(word, at, 6u), least));
    let pair = unpack2x16float(block.w) * integers * (1.0 / 4096.0);
    return pair.xyxy;
}
