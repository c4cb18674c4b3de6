// Where products find their activations: vec4 i (0…7) of a step of 32 of a column. The shape is (column, 8, steps), so that
// lanes which take neighbouring steps read neighbouring addresses.
fn activation_at(column: u32, steps: u32, step: u32, i: u32) -> u32 {
    return (column * 8u + i) * steps + step;
}

// Where element `k` of a column is, in floats.
fn element_at(column: u32, steps: u32, k: u32) -> u32 {
    return 4u * activation_at(column, steps, k / 32u, k % 32u / 4u) + k % 4u;
}
