// Activations in int8 for matmul_int8: x[c, k] ≈ scale · q[c, k] with one scale for each step of 32, the largest |x| / 127, so that
// |q| ≤ 127 and each is off by at most half a scale (and an f32 rounding). A step of less than 1e-30 is zero: its inverse could overflow.
// Shapes: x as in activations.wgsl, quants (steps, columns, 2) of 16 bytes each, in order; factors (steps, columns).
// Grid: (steps / 64, columns).
struct Quantize {
    steps: u32, // padded width / 32
}

struct PassSize {
    columns: u32, // of this pass
}

@group(0) @binding(0) var<uniform> shape: Quantize;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>; // (column, 8, steps)
@group(0) @binding(2) var<storage, read_write> quants: array<vec4<u32>>; // (step, column, 2)
@group(0) @binding(3) var<storage, read_write> factors: array<vec4<f32>>; // (step, column)
@group(0) @binding(4) var<uniform> pass_size: PassSize;

@compute @workgroup_size(WORKGROUP)
fn quantize(at: Invocation) {
    let step = at.workgroup.x * WORKGROUP + at.index;
    let column = at.workgroup.y;
    if step >= shape.steps {
        return;
    }
    var four = vec4<f32>();
    for (var i = 0u; i < 8u; i++) {
        four = max(four, abs(x[activation_at(column, shape.steps, step, i)]));
    }
    let most = max(max(four.x, four.y), max(four.z, four.w));
    let used = most >= 1e-30;
    let scale = select(0.0, most / 127.0, used);
    let inverse = select(0.0, 127.0 / most, used);
    let to = step * pass_size.columns + column;
    var sums: array<i32, 2>;
    for (var part = 0u; part < 2u; part++) {
        var words: vec4<u32>;
        for (var i = 0u; i < 4u; i++) {
            let q = vec4<i32>(round(x[activation_at(column, shape.steps, step, 4u * part + i)] * inverse));
            words[i] = pack4xI8(q);
            sums[part] += q.x + q.y + q.z + q.w;
        }
        quants[2u * to + part] = words;
    }
    // The scale, and its products with the sums of q: of elements 0…15, of 16…31, of all.
    factors[to] = scale * vec4<f32>(1.0, f32(sums[0]), f32(sums[1]), f32(sums[0] + sums[1]));
}
