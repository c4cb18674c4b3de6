// x[c] = scale · E[token[c]]: one row of the embedding, dequantized.
// Shapes: E (vocab, width), columns (columns), feed (sequences), x as in activations.wgsl. Grid: (steps of 32 / 64, columns).
// The embedding may be split by rows into shards; a dispatch writes only the tokens in its shard.
// Exact up to one rounding of the weight and one of its product with `scale`, which is 1 in most models.
struct Embed {
    first_row: u32, // of this shard
    rows: u32, // in this shard
    steps: u32, // padded width / 32
    scale: f32,
}

@group(0) @binding(0) var<uniform> shape: Embed;
@group(0) @binding(3) var<storage, read> columns: array<Column>; // (column)
@group(0) @binding(4) var<storage, read> feed: array<Feed>; // (sequence)
@group(0) @binding(5) var<storage, read_write> x: array<vec4<f32>>; // (column, 8, steps)

@compute @workgroup_size(WORKGROUP)
fn embed(at: Invocation) {
    let step = at.workgroup.x * WORKGROUP + at.index;
    let column = at.workgroup.y;
    let sequence = columns[column];
    let fed = feed[sequence.row];
    let token = select(fed.token, sequence.first, fed.step == 0u);
    let row = token - shape.first_row; // wraps to a large number below first_row
    if step < shape.steps && row < shape.rows {
        let held = load_step(row, step, shape.steps);
        for (var i = 0u; i < 8u; i++) {
            x[activation_at(column, shape.steps, step, i)] = four_of(held, i) * shape.scale;
        }
    }
}
