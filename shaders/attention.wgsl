// Grouped-query attention of one query over one split of SPLIT cached positions:
// s[p] = scale · q · K[p], m = max s, l = Σ e^(s − m), o = Σ e^(s − m) V[p]; attention_reduce combines the splits.
// Shapes: qkv (columns, stride), cache as in rope.wgsl, partials (columns, heads, splits, head_dim + 2): o, m, l.
// One workgroup per (split, head, column): first one position per invocation, then one pair of o per invocation.
// Each column has its own slot and length (causal: positions up to its own; WINDOWED: the last `window` of these, split 0
// beginning with the first). Splits beyond the length write nothing.
struct Attention {
    heads: u32,
    kv_heads: u32,
    head_dim: u32,
    stride: u32, // of qkv, in elements
    context: u32, // positions per slot
    values_at: u32, // where the values begin in the cache, in pairs
    splits: u32, // capacity of `partials`
    scale: f32, // 1 / √head_dim, or the model's own
    window: u32, // positions that a column attends to, read when WINDOWED
}

override WINDOWED: bool = false;

const SPLIT: u32 = 64u;

@group(0) @binding(0) var<uniform> shape: Attention;
@group(0) @binding(1) var<storage, read> columns: array<Column>; // (column)
@group(0) @binding(2) var<storage, read> feed: array<Feed>; // (sequence)
@group(0) @binding(3) var<storage, read> qkv: array<f32>; // (column, stride)
@group(0) @binding(4) var<storage, read> cache: array<CachePair>; // (key | value, slot, position, kv_head, pair)
@group(0) @binding(5) var<storage, read_write> partials: array<f32>; // (column, head, split, head_dim + 2)

var<workgroup> shares: array<f32, SPLIT>;

@compute @workgroup_size(WORKGROUP)
fn attention(at: Invocation) {
    let split = at.workgroup.x;
    let head = at.workgroup.y;
    let column = at.workgroup.z;
    let length = min(columns[column].base + feed[columns[column].row].step + 1u, shape.context);
    var start = split * SPLIT;
    if WINDOWED {
        start += length - min(length, shape.window);
    }
    if start >= length {
        return;
    }
    let count = min(length - start, SPLIT);
    let pairs = shape.head_dim / 2u;
    let pitch = shape.kv_heads * pairs; // from one position to the next
    let kv_head = head / (shape.heads / shape.kv_heads);
    let keys = (columns[column].slot * shape.context + start) * pitch + kv_head * pairs;
    let query = column * shape.stride + head * shape.head_dim;

    var score = -3.0e38;
    if at.index < count {
        let key = keys + at.index * pitch;
        var sum = 0.0;
        for (var i = 0u; i < pairs; i++) {
            sum += dot(vec2<f32>(qkv[query + 2u * i], qkv[query + 2u * i + 1u]), from_cache(cache[key + i]));
        }
        score = sum * shape.scale;
    }
    let most = workgroup_max(at, score);
    var share = 0.0;
    if at.index < count {
        share = exp(score - most);
    }
    if at.index < SPLIT {
        shares[at.index] = share;
    }
    let total = workgroup_sum(at, share); // its barrier also publishes `shares`

    let to = ((column * shape.heads + head) * shape.splits + split) * (shape.head_dim + 2u);
    for (var i = at.index; i < pairs; i += WORKGROUP) {
        let value = shape.values_at + keys + i;
        var sum = vec2<f32>(0.0);
        for (var p = 0u; p < count; p++) {
            sum += shares[p] * from_cache(cache[value + p * pitch]);
        }
        partials[to + 2u * i] = sum.x;
        partials[to + 2u * i + 1u] = sum.y;
    }
    if at.index == 0u {
        partials[to + shape.head_dim] = most;
        partials[to + shape.head_dim + 1u] = total;
    }
}
