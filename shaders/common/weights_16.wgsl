// f16 weights. A step is 32 weights of one row: eight vec4s. There are no scales.
@group(0) @binding(1) var<storage, read> quants: array<Half4>; // (row, step, 8)

// Where a row's step begins.
struct Step {
    at: u32,
}

fn load_step(row: u32, step: u32, steps: u32) -> Step {
    return Step(8u * (row * steps + step));
}

// Weights 4i…4i+3 of the step.
fn four_of(held: Step, i: u32) -> vec4<f32> {
    return from_half4(quants[held.at + i]);
}
