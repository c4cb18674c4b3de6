// Grouped-query attention of GROUP queries of one KV head over one split of SPLIT cached positions, read once for all:
// s[p] = scale · q · K[p], m = max s, l = Σ e^(s − m), o = Σ e^(s − m) V[p]; attention_reduce combines the splits.
// Shapes: qkv (columns, stride), cache as in rope.wgsl, partials (columns, heads, splits, head_dim + 2): o, m, l.
// One workgroup per (split, GROUP adjacent heads, column): first one position per invocation, then four elements of o and a
// part of the positions. Each column has its own slot and length (causal: positions up to its own; WINDOWED: the last `window`
// of these, split 0 beginning with the first). Splits beyond the length write nothing.
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
override GROUP: u32 = 1u; // divides heads / kv_heads; at most 4

const SPLIT: u32 = 64u;

@group(0) @binding(0) var<uniform> shape: Attention;
@group(0) @binding(1) var<storage, read> columns: array<Column>; // (column)
@group(0) @binding(2) var<storage, read> feed: array<Feed>; // (sequence)
@group(0) @binding(3) var<storage, read> qkv: array<vec4<f32>>; // (column, stride / 4)
@group(0) @binding(4) var<storage, read> cache: array<CacheFour>; // (key | value, slot, position, kv_head, four)
@group(0) @binding(5) var<storage, read_write> partials: array<f32>; // (column, head, split, head_dim + 2)

var<workgroup> shares: array<vec4<f32>, SPLIT>; // (position), a head a component
var<workgroup> sums: array<vec4<f32>, 256>; // (head of the group, invocation)

@compute @workgroup_size(WORKGROUP)
fn attention(at: Invocation) {
    let split = at.workgroup.x;
    let head = at.workgroup.y * GROUP; // the first of the group
    let column = at.workgroup.z;
    let length = min(columns[column].base + feed[columns[column].row].step + 1u, shape.context);
    var start = split * SPLIT;
    if WINDOWED {
        start += length - min(length, shape.window);
    }
    let count = min(max(length, start) - start, SPLIT);
    let fours = shape.head_dim / 4u;
    let pitch = shape.kv_heads * fours; // from one position to the next
    let kv_head = head / (shape.heads / shape.kv_heads);
    let keys = (columns[column].slot * shape.context + start) * pitch + kv_head * fours;
    let query = (column * shape.stride + head * shape.head_dim) / 4u;

    var scores = vec4<f32>(-3.0e38); // a head a component
    if at.index < count {
        scores = scores_of(query, keys + at.index * pitch, fours);
    }
    var most = vec4<f32>();
    for (var h = 0u; h < GROUP; h++) {
        most[h] = workgroup_max(at, scores[h]);
    }
    let share = select(vec4<f32>(), exp(scores - most), at.index < count);
    if at.index < SPLIT {
        shares[at.index] = share;
    }
    var totals = vec4<f32>();
    for (var h = 0u; h < GROUP; h++) {
        totals[h] = workgroup_sum(at, share[h]); // its barrier also publishes `shares`
    }

    let pitch_out = shape.head_dim + 2u;
    let to = ((column * shape.heads + head) * shape.splits + split) * pitch_out;
    let next_head = shape.splits * pitch_out;
    let width = min(fours, WORKGROUP);
    let parts = WORKGROUP / width;
    for (var first = 0u; first < fours; first += width) {
        let four = first + at.index % width;
        let part = at.index / width;
        var sum: array<vec4<f32>, 4>; // a head an element
        if part < parts && four < fours {
            sum = values_of(shape.values_at / 2u + keys + four, pitch, part, parts, count);
        }
        for (var h = 0u; h < GROUP; h++) {
            sums[h * WORKGROUP + at.index] = sum[h];
        }
        workgroupBarrier();
        for (var item = at.index; item < GROUP * width; item += WORKGROUP) {
            let h = item / width;
            let i = item % width;
            var o = vec4<f32>();
            for (var p = 0u; p < parts; p++) {
                o += sums[h * WORKGROUP + p * width + i];
            }
            if count > 0u && first + i < fours {
                let o_at = to + h * next_head + 4u * (first + i);
                partials[o_at] = o.x;
                partials[o_at + 1u] = o.y;
                partials[o_at + 2u] = o.z;
                partials[o_at + 3u] = o.w;
            }
        }
        workgroupBarrier();
    }
    if at.index < GROUP && count > 0u {
        let end = to + at.index * next_head + shape.head_dim;
        partials[end] = most[at.index];
        partials[end + 1u] = totals[at.index];
    }
}

// scale · q · K of one position for each head of the group.
fn scores_of(query: u32, key: u32, fours: u32) -> vec4<f32> {
    var sum = vec4<f32>();
    var i = 0u;
    for (; i + 4u <= fours; i += 4u) {
        let k0 = from_cache_four(cache[key + i]);
        let k1 = from_cache_four(cache[key + i + 1u]);
        let k2 = from_cache_four(cache[key + i + 2u]);
        let k3 = from_cache_four(cache[key + i + 3u]);
        for (var h = 0u; h < GROUP; h++) {
            let q = query + h * fours + i;
            sum[h] = fma_dot(k1, qkv[q + 1u], fma_dot(k0, qkv[q], sum[h]));
            sum[h] = fma_dot(k3, qkv[q + 3u], fma_dot(k2, qkv[q + 2u], sum[h]));
        }
    }
    for (; i < fours; i++) {
        let k = from_cache_four(cache[key + i]);
        for (var h = 0u; h < GROUP; h++) {
            sum[h] = fma_dot(k, qkv[query + h * fours + i], sum[h]);
        }
    }
    return sum * shape.scale;
}

// Σ share · V over every `parts`-th position from `part` on, for each head of the group, four positions at a time.
fn values_of(value: u32, pitch: u32, part: u32, parts: u32, count: u32) -> array<vec4<f32>, 4> {
    var sum: array<vec4<f32>, 4>;
    for (var p = part; p < count; p += 4u * parts) {
        var v: array<vec4<f32>, 4>;
        var share: array<vec4<f32>, 4>;
        for (var i = 0u; i < 4u; i++) {
            let position = min(p + i * parts, count - 1u);
            v[i] = from_cache_four(cache[value + position * pitch]);
            share[i] = select(vec4<f32>(), shares[position], p + i * parts < count);
        }
        for (var h = 0u; h < GROUP; h++) {
            for (var i = 0u; i < 4u; i++) {
                sum[h] = fma(vec4<f32>(share[i][h]), v[i], sum[h]);
            }
        }
    }
    return sum;
}
