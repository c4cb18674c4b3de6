// 4-bit weights in groups of 32: weight = scale · (q − 8), or scale · q + minimum when HAS_MIN.
// A step is 32 weights of one row: one vec4 of words; low nibbles of a word's bytes are weights
// 8i…8i+3, high nibbles 8i+4…8i+7. Scales: two f16 per word (even group low), or (scale, minimum).
override HAS_MIN: bool = false;
const HAS_LEAST: bool = true; // whether the weight of q = 0 is not 0
const GROUP: u32 = 32u;

@group(0) @binding(1) var<storage, read> quants: array<vec4<u32>>; // (row, step)
@group(0) @binding(2) var<storage, read> scales: array<Half2>; // (row, group / 2) or (row, group)

// What a lane keeps of a row's step while it multiplies.
struct Step {
    words: vec4<u32>,
    scale: f32,
    least: f32, // the weight of q = 0
}

fn load_step(row: u32, step: u32, steps: u32) -> Step {
    let words = quants[row * steps + step];
    if HAS_MIN {
        let pair = from_half2(scales[row * steps + step]);
        return Step(words, pair.x, pair.y);
    }
    let pair = from_half2(scales[row * ((steps + 1u) / 2u) + step / 2u]);
    let scale = select(pair.x, pair.y, (step & 1u) == 1u);
    return Step(words, scale, -8.0 * scale);
}

// q of weights 4i…4i+3 of the step, in bytes.
fn packed_four(held: Step, i: u32) -> u32 {
    return (held.words[i / 2u] >> (i % 2u * 4u)) & 0x0f0f0f0fu;
}

// (scale, weight of q = 0) of weights 0…15 of the step, and of 16…31.
fn step_scales(held: Step) -> vec4<f32> {
    return vec2<f32>(held.scale, held.least).xyxy;
}

// Weights 4i…4i+3 of the step. Without a minimum exact, since q has 4 bits and the scale 11; with one rounded once.
fn four_of(held: Step, i: u32) -> vec4<f32> {
    let q = vec4<f32>(unpack4xU8(packed_four(held, i)));
    return fma(q, vec4<f32>(held.scale), vec4<f32>(held.least));
}
