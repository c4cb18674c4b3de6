// Rotary position embedding (Su et al. 2021), half-split layout, and the write to the KV cache:
//   (a, b) = (v[i], v[i + half]) → (a cos θ − b sin θ, b cos θ + a sin θ), θ = position · inverse_frequency[i].
// Rotates the queries of `qkv` in place; writes the rotated keys and the values to the cache as f16.
// Shapes: qkv (columns, (heads + 2 kv_heads) · head_dim padded), rotations (positions, half) of (cos, sin),
// cache: keys then values, each (slot, position, kv_head, head_dim / 2 pairs). One invocation takes two
// adjacent rotations of one head, or four values. Grid: (items / 64, columns). f16 rounding of K and V only.
struct Rope {
    heads: u32,
    kv_heads: u32,
    head_dim: u32,
    stride: u32, // of qkv, in elements
    context: u32, // positions per slot
    values_at: u32, // where the values begin in the cache, in pairs
}

@group(0) @binding(0) var<uniform> shape: Rope;
@group(0) @binding(1) var<storage, read> columns: array<Column>; // (column)
@group(0) @binding(2) var<storage, read> feed: array<Feed>; // (column)
@group(0) @binding(3) var<storage, read> rotations: array<vec2<f32>>; // (position, half)
@group(0) @binding(4) var<storage, read_write> qkv: array<f32>; // (column, stride)
@group(0) @binding(5) var<storage, read_write> cache: array<Half2>; // (key | value, slot, position, kv_head, pair)

@compute @workgroup_size(WORKGROUP)
fn rope(at: Invocation) {
    let item = at.workgroup.x * WORKGROUP + at.index;
    let quarter = shape.head_dim / 4u;
    let head = item / quarter; // queries, then keys, then values
    if head >= shape.heads + 2u * shape.kv_heads {
        return;
    }
    let column = at.workgroup.y;
    let position = columns[column].base + feed[column].step;
    if position >= shape.context {
        return; // steps submitted before an end token is known may run past the cache; they are not read
    }
    let pair = item % quarter;
    let half = shape.head_dim / 2u;
    let i = 2u * pair;
    let low_at = column * shape.stride + head * shape.head_dim + i;
    let high_at = low_at + half;
    let low = vec2<f32>(qkv[low_at], qkv[low_at + 1u]);
    let high = vec2<f32>(qkv[high_at], qkv[high_at + 1u]);
    let row = (columns[column].slot * shape.context + position) * shape.kv_heads;
    if head >= shape.heads + shape.kv_heads {
        let to = shape.values_at + (row + head - shape.heads - shape.kv_heads) * half + pair;
        cache[to] = to_half2(low);
        cache[to + quarter] = to_half2(high);
        return;
    }
    let first = rotations[position * half + i];
    let second = rotations[position * half + i + 1u];
    let cosine = vec2<f32>(first.x, second.x);
    let sine = vec2<f32>(first.y, second.y);
    let turned_low = low * cosine - high * sine;
    let turned_high = high * cosine + low * sine;
    if head < shape.heads {
        qkv[low_at] = turned_low.x;
        qkv[low_at + 1u] = turned_low.y;
        qkv[high_at] = turned_high.x;
        qkv[high_at + 1u] = turned_high.y;
    } else {
        let to = (row + head - shape.heads) * half + pair;
        cache[to] = to_half2(turned_low);
        cache[to + quarter] = to_half2(turned_high);
    }
}
