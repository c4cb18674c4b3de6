// 8-bit weights in groups of 32: weight = scale · q (+ minimum when HAS_MIN), q a signed byte.
// A step is 32 weights of one row: two vec4 of words, four weights per word, byte 0 first.
// Scales: two f16 per word (even group low half), or one (scale, minimum) per word.
override HAS_MIN: bool = false;
override HAS_LEAST: bool = HAS_MIN; // as in weights_4.wgsl
const GROUP: u32 = 32u;

@group(0) @binding(1) var<storage, read> quants: array<vec4<u32>>; // (row, step, 2)
@group(0) @binding(2) var<storage, read> scales: array<Half2>; // (row, step / 2) or (row, step)

// What a lane keeps of a row's step while it multiplies. With FOURS = 1 the words, which would take many registers, are
// loaded when they are unpacked.
struct Step {
    at: u32, // of the first word
    low: vec4<u32>, // weights 0…15
    high: vec4<u32>, // weights 16…31
    scale: vec2<f32>, // and minimum
}

fn scale_of(row: u32, step: u32, steps: u32) -> vec2<f32> {
    if HAS_MIN {
        return from_half2(scales[row * steps + step]);
    }
    let pair = from_half2(scales[row * ((steps + 1u) / 2u) + step / 2u]);
    return vec2<f32>(select(pair.x, pair.y, (step & 1u) == 1u), 0.0);
}

fn load_step(row: u32, step: u32, steps: u32) -> Step {
    var held = Step(2u * (row * steps + step), vec4<u32>(), vec4<u32>(), scale_of(row, step, steps));
    if FOURS == 8u {
        held.low = quants[held.at];
        held.high = quants[held.at + 1u];
    }
    return held;
}

// q of weights 4i…4i+3 of the step, in bytes.
fn packed_four(held: Step, i: u32) -> u32 {
    var words: vec4<u32>;
    if FOURS == 8u {
        words = select(held.low, held.high, i >= 4u);
    } else {
        words = quants[held.at + i / 4u];
    }
    return words[i % 4u];
}

// As in weights_4.wgsl.
fn step_scales(held: Step) -> vec4<f32> {
    return held.scale.xyxy;
}

// Weights 4i…4i+3 of the step. Without a minimum exact, since q has 8 bits and the scale 11; with one rounded once.
fn four_of(held: Step, i: u32) -> vec4<f32> {
    let q = vec4<f32>(unpack4xI8(packed_four(held, i)));
    if HAS_MIN {
        return fma(q, vec4<f32>(held.scale.x), vec4<f32>(held.scale.y));
    }
    return q * held.scale.x;
}
