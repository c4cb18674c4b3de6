// Weights of 2–6 bits with two levels of scales (ggml's K-quants): weight = scale · q + minimum, where scales_of makes
// scale and minimum of a group's integers and the factors of its block of 256 weights. All products are exact in f32.
// A step is 32 weights of one row. A row has two planes: the low bits of all steps (4, or 2 of 2 and 3 bits), then the
// others. Low bits of weights 8i + j and 8i + 4 + j (j < 4) lie in byte j of one word, the former lower.
override BITS: u32 = 4u;
const HAS_LEAST: bool = true; // as in weights_4.wgsl
override HAS_MIN: bool = true; // without: q is less its centre, which the minimum makes good

@group(0) @binding(1) var<storage, read> quants: array<vec4<u32>>; // (row, step, BITS) words

// What a lane keeps of a row's step while it multiplies.
struct Step {
    low: vec4<u32>, // low bits, a word for each 8 weights
    high: vec2<u32>, // the others
    scales: vec4<f32>, // (scale, minimum) of weights 0…15, and of 16…31
}

fn quant_word(at: u32) -> u32 {
    return quants[at / 4u][at % 4u];
}

fn load_step(row: u32, step: u32, steps: u32) -> Step {
    let start = row * steps * BITS; // in words
    var held: Step;
    held.scales = scales_of(row, step, steps);
    if BITS < 4u {
        let first = quant_word(start + 2u * step);
        let second = quant_word(start + 2u * step + 1u);
        held.low = vec4<u32>(first, first >> 4u, second, second >> 4u);
    } else {
        held.low = quants[start / 4u + step];
    }
    if BITS == 3u {
        held.high.x = quant_word(start + 2u * steps + step);
    } else if BITS == 5u {
        held.high.x = quant_word(start + 4u * steps + step);
    } else if BITS == 6u {
        let at = start + 4u * steps + 2u * step;
        held.high = vec2<u32>(quant_word(at), quant_word(at + 1u));
    }
    return held;
}

// q of weights 4i…4i+3 of the step, in bytes.
fn packed_four(held: Step, i: u32) -> u32 {
    let eight = i / 2u;
    let upper = i % 2u;
    var q: u32;
    if BITS < 4u {
        q = (held.low[eight] >> (2u * upper)) & 0x03030303u;
    } else {
        q = (held.low[eight] >> (4u * upper)) & 0x0f0f0f0fu;
    }
    if BITS == 3u {
        q |= ((held.high.x >> (4u * upper + eight)) & 0x01010101u) << 2u;
    } else if BITS == 5u {
        q |= ((held.high.x >> (4u * upper + eight)) & 0x01010101u) << 4u;
    } else if BITS == 6u {
        q |= ((held.high[upper] >> (2u * eight)) & 0x03030303u) << 4u;
    }
    return q;
}

// As in weights_4.wgsl.
fn step_scales(held: Step) -> vec4<f32> {
    return held.scales;
}

// Weights 4i…4i+3 of the step, rounded once.
fn four_of(held: Step, i: u32) -> vec4<f32> {
    let group = select(held.scales.xy, held.scales.zw, i >= 4u);
    return fma(vec4<f32>(unpack4xU8(packed_four(held, i))), vec4<f32>(group.x), vec4<f32>(group.y));
}
