// Attention of one head of each column to a range of positions (the source tokens, for word alignment):
//   rows[c, i] = e^(s[p] − M) / L, s[p] = scale · q · K[p], p = first + i;
//   M = max s and L = Σ e^(s − M) over all positions up to the column's own, combined from attention.wgsl's splits.
// Shapes: qkv, cache and partials as in attention.wgsl, rows (columns, chosen heads, positions.count).
// One invocation per (i, column). Positions after the column's own, or WINDOWED before its window, get 0. f32 throughout.
struct AttentionRow {
    heads: u32,
    kv_heads: u32,
    head_dim: u32,
    stride: u32, // of qkv, in elements
    context: u32, // positions per slot
    splits: u32, // capacity of `partials`
    scale: f32, // 1 / √head_dim, or the model's own
    window: u32, // positions that a column attends to, read when WINDOWED
    head: u32, // the chosen head
    index: u32, // among the chosen heads of the model
    chosen_heads: u32, // number of chosen heads
}

struct PositionRange {
    first: u32, // position
    count: u32, // positions
}

override WINDOWED: bool = false;
const SPLIT: u32 = 64u;

@group(0) @binding(0) var<uniform> shape: AttentionRow;
@group(0) @binding(1) var<uniform> positions: PositionRange;
@group(0) @binding(2) var<storage, read> columns: array<Column>; // (column)
@group(0) @binding(3) var<storage, read> feed: array<Feed>; // (sequence)
@group(0) @binding(4) var<storage, read> qkv: array<f32>; // (column, stride)
@group(0) @binding(5) var<storage, read> cache: array<CachePair>; // (key | value, slot, position, kv_head, pair)
@group(0) @binding(6) var<storage, read> partials: array<f32>; // (column, head, split, head_dim + 2)
@group(0) @binding(7) var<storage, read_write> rows: array<f32>; // (column, chosen head, positions.count)

@compute @workgroup_size(WORKGROUP)
fn attention_row(at: Invocation) {
    let i = at.workgroup.x * WORKGROUP + at.index;
    let column = at.workgroup.y;
    if i >= positions.count {
        return;
    }
    let to = (column * shape.chosen_heads + shape.index) * positions.count + i;
    let position = positions.first + i;
    let length = min(columns[column].base + feed[columns[column].row].step + 1u, shape.context);
    var attended = length;
    if WINDOWED {
        attended = min(length, shape.window);
    }
    if position >= length || position < length - attended {
        rows[to] = 0.0;
        return;
    }
    let splits = (attended + SPLIT - 1u) / SPLIT;
    let pitch = shape.head_dim + 2u;
    let origin = (column * shape.heads + shape.head) * shape.splits * pitch + shape.head_dim;
    var most = -3.0e38;
    for (var s = 0u; s < splits; s++) {
        most = max(most, partials[origin + s * pitch]);
    }
    var total = 0.0;
    for (var s = 0u; s < splits; s++) {
        total += exp(partials[origin + s * pitch] - most) * partials[origin + s * pitch + 1u];
    }

    let pairs = shape.head_dim / 2u;
    let kv_head = shape.head / (shape.heads / shape.kv_heads);
    let key = ((columns[column].slot * shape.context + position) * shape.kv_heads + kv_head) * pairs;
    let query = column * shape.stride + shape.head * shape.head_dim;
    var sum = 0.0;
    for (var k = 0u; k < pairs; k++) {
        sum += dot(vec2<f32>(qkv[query + 2u * k], qkv[query + 2u * k + 1u]), from_cache(cache[key + k]));
    }
    rows[to] = exp(sum * shape.scale - most) / total;
}
