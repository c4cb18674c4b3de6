// y[c] = x[c] · gain / √(mean x[c]² + ε), for the matmul path; matvec has it fused. ADD: y[c] += that, for models that
// norm a layer's outputs before they are added to the residual stream.
// Shapes: x, y (columns, width), gain (width).
// Grid: one workgroup per column; its invocations take vec4s in turn. f32 throughout.
struct RmsNorm {
    fours: u32, // padded width / 4; padding holds zeros
    width: f32, // unpadded, for the mean
    epsilon: f32,
}

override ADD: bool = false;

@group(0) @binding(0) var<uniform> shape: RmsNorm;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>; // (column, width / 4)
@group(0) @binding(2) var<storage, read> gain: array<vec4<f32>>; // (width / 4)
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>; // (column, width / 4)

@compute @workgroup_size(WORKGROUP)
fn rms_norm(at: Invocation) {
    let origin = at.workgroup.x * shape.fours;
    var square = 0.0;
    for (var i = at.index; i < shape.fours; i += WORKGROUP) {
        square += dot(x[origin + i], x[origin + i]);
    }
    let scale = inverseSqrt(workgroup_sum(at, square) / shape.width + shape.epsilon);
    for (var i = at.index; i < shape.fours; i += WORKGROUP) {
        let normed = x[origin + i] * gain[i] * scale;
        if ADD {
            y[origin + i] += normed;
        } else {
            y[origin + i] = normed;
        }
    }
}
