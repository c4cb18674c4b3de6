// RMSNorm for several columns; for one, matvec has it fused. y[c] = x[c] · gain, and factors[c] = 1/√(mean x[c]² + ε), by which
// the product multiplies its sums; ADD: y[c] += x[c] · gain · that, for models that norm a layer's outputs before they are
// added to the residual stream.
// Shapes: x, y as in activations.wgsl, gain (8, steps), factors (columns). f32 throughout.
// Grid: one workgroup per column; each team sums all squares in matvec's order, so that both norms have the same bits.
struct RmsNorm {
    steps: u32, // padded width / 32; padding holds zeros
    width: f32, // unpadded, for the mean
    epsilon: f32,
}

override ADD: bool = false;

@group(0) @binding(0) var<uniform> shape: RmsNorm;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>; // (column, 8, steps)
@group(0) @binding(2) var<storage, read> gain: array<vec4<f32>>; // (8, steps)
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>; // (column, 8, steps)
@group(0) @binding(4) var<storage, read_write> factors: array<f32>; // (column), written unless ADD

@compute @workgroup_size(WORKGROUP)
fn rms_norm(at: Invocation) {
    let column = at.workgroup.x;
    var square = 0.0;
    for (var step = team_lane(at); step < shape.steps; step += team_lanes(at)) {
        for (var i = 0u; i < 8u; i++) {
            let v = x[activation_at(column, shape.steps, step, i)];
            square = fma_dot(v, v, square);
        }
    }
    let factor = inverseSqrt(team_sum(at, square) / shape.width + shape.epsilon);
    let fours = 8u * shape.steps;
    let origin = column * fours;
    for (var i = at.index; i < fours; i += WORKGROUP) {
        let product = x[origin + i] * gain[i];
        if ADD {
            y[origin + i] += product * factor;
        } else {
            y[origin + i] = product;
        }
    }
    if !ADD && at.index == 0u {
        factors[column] = factor;
    }
}
