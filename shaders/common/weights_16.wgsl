// f16 weights. A step is 32 weights of one row: eight vec4s. There are no scales.
@group(0) @binding(1) var<storage, read> quants: array<Half4>; // (row, step, 8)

fn weights(row: u32, step: u32, steps: u32) -> array<vec4<f32>, 8> {
    let at = 8u * (row * steps + step);
    var w: array<vec4<f32>, 8>;
    for (var i = 0u; i < 8u; i++) {
        w[i] = from_half4(quants[at + i]);
    }
    return w;
}
