// 4-bit weights in groups: weight = scale · (q − 8), or scale · q + minimum when HAS_MIN.
// A step is 32 weights of one row: one vec4 of words; low nibbles of a word's bytes are weights
// 8i…8i+3, high nibbles 8i+4…8i+7. Scales: two f16 per word (even group low), or (scale, minimum).
override HAS_MIN: bool = false;

@group(0) @binding(1) var<storage, read> quants: array<vec4<u32>>; // (row, step)
@group(0) @binding(2) var<storage, read> scales: array<Half2>; // (row, group / 2) or (row, group)

fn weights(row: u32, step: u32, steps: u32) -> array<vec4<f32>, 8> {
    let words = quants[row * steps + step];
    var scale: f32;
    var least: f32;
    if HAS_MIN {
        let pair = from_half2(scales[row * steps + step]);
        scale = pair.x;
        least = pair.y;
    } else {
        let pair = from_half2(scales[row * ((steps + 1u) / 2u) + step / 2u]);
        scale = select(pair.x, pair.y, (step & 1u) == 1u);
        least = -8.0 * scale;
    }
    var w: array<vec4<f32>, 8>;
    for (var i = 0u; i < 4u; i++) {
        w[2u * i] = vec4<f32>(unpack4xU8(words[i] & 0x0f0f0f0fu)) * scale + least;
        w[2u * i + 1u] = vec4<f32>(unpack4xU8((words[i] >> 4u) & 0x0f0f0f0fu)) * scale + least;
    }
    return w;
}
