// o = Σ_s e^(m_s − M) o_s / Σ_s e^(m_s − M) l_s over the splits of one head, M = max m_s.
// WINDOWED: over those of the column's last `window` positions, as attention.wgsl writes them.
// Shapes: partials (columns, heads, splits, head_dim + 2) from attention.wgsl, attended as in activations.wgsl.
// One workgroup per (head, column), one element of o per invocation. f32 throughout.
struct AttentionReduce {
    heads: u32,
    head_dim: u32,
    context: u32, // positions per slot
    splits: u32, // capacity of `partials`
    steps: u32, // of attended: heads · head_dim / 32, rounded up
    window: u32, // positions that a column attends to, read when WINDOWED
}

override WINDOWED: bool = false;

const SPLIT: u32 = 64u;

@group(0) @binding(0) var<uniform> shape: AttentionReduce;
@group(0) @binding(1) var<storage, read> columns: array<Column>; // (column)
@group(0) @binding(2) var<storage, read> feed: array<Feed>; // (sequence)
@group(0) @binding(3) var<storage, read> partials: array<f32>; // (column, head, split, head_dim + 2)
@group(0) @binding(4) var<storage, read_write> attended: array<f32>; // (column, 8, steps) of vec4s

@compute @workgroup_size(WORKGROUP)
fn attention_reduce(at: Invocation) {
    let head = at.workgroup.x;
    let column = at.workgroup.y;
    var length = min(columns[column].base + feed[columns[column].row].step + 1u, shape.context);
    if WINDOWED {
        length = min(length, shape.window);
    }
    let splits = (length + SPLIT - 1u) / SPLIT;
    let pitch = shape.head_dim + 2u;
    let origin = (column * shape.heads + head) * shape.splits * pitch;
    var most = -3.0e38;
    for (var s = 0u; s < splits; s++) {
        most = max(most, partials[origin + s * pitch + shape.head_dim]);
    }
    for (var i = at.index; i < shape.head_dim; i += WORKGROUP) {
        var sum = 0.0;
        var total = 0.0;
        for (var s = 0u; s < splits; s++) {
            let part = origin + s * pitch;
            let share = exp(partials[part + shape.head_dim] - most);
            sum += share * partials[part + i];
            total += share * partials[part + shape.head_dim + 1u];
        }
        attended[element_at(column, shape.steps, head * shape.head_dim + i)] = sum / total;
    }
}
