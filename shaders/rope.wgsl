// Rotary position embedding (Su et al. 2021), half-split: (a, b) = (v[i], v[i + half]) → (a cos θ − b sin θ,
// b cos θ + a sin θ), θ = position · inverse_frequency[i]; queries in place in `qkv`, keys and values to the cache.
// BIAS adds to q, k and v first. HEAD_NORM: each head of q and k times gain / √(mean v² + ε), before or after the rotation.
// Shapes: qkv (columns, (heads + 2 kv_heads) · head_dim padded), rotations (positions, half) of (cos, sin), cache: keys,
// then values, each (slot, position, kv_head, head_dim / 2 pairs). One invocation takes two adjacent rotations of a head,
// or four values. Grid: (items / 64, columns); with HEAD_NORM (heads, columns), since a workgroup sums a head's squares.
struct Rope {
    heads: u32,
    kv_heads: u32,
    head_dim: u32,
    stride: u32, // of qkv, in elements
    context: u32, // positions per slot
    values_at: u32, // where the values begin in the cache, in pairs
    epsilon: f32, // of the norm
}

override BIAS: bool = false;
override HEAD_NORM: u32 = 0u;
const BEFORE_ROPE: u32 = 1u;
const AFTER_ROPE: u32 = 2u;

@group(0) @binding(0) var<uniform> shape: Rope;
@group(0) @binding(1) var<storage, read> columns: array<Column>; // (column)
@group(0) @binding(2) var<storage, read> feed: array<Feed>; // (sequence)
@group(0) @binding(3) var<storage, read> rotations: array<vec2<f32>>; // (position, half)
@group(0) @binding(4) var<storage, read_write> qkv: array<f32>; // (column, stride)
@group(0) @binding(5) var<storage, read_write> cache: array<CachePair>; // (key | value, slot, position, kv_head, pair)
@group(0) @binding(6) var<storage, read> bias: array<f32>; // (row of q, k, v), read when BIAS
@group(0) @binding(7) var<storage, read> gains: array<f32>; // (q | k, head_dim), read with HEAD_NORM

// Elements i, i + 1, i + half and i + half + 1 of a head, i = 2 · pair.
struct Four {
    low: vec2<f32>,
    high: vec2<f32>,
}

@compute @workgroup_size(WORKGROUP)
fn rope(at: Invocation) {
    let column = at.workgroup.y;
    // Steps submitted before an end token is known may run past the cache; they are not read.
    let position = columns[column].base + feed[columns[column].row].step;
    let inside = position < shape.context;
    let all_heads = shape.heads + 2u * shape.kv_heads; // queries, then keys, then values
    let rotated_heads = shape.heads + shape.kv_heads;
    let items = shape.head_dim / 4u; // of a head
    if HEAD_NORM == 0u {
        let item = at.workgroup.x * WORKGROUP + at.index;
        let head = item / items;
        let pair = item % items;
        if inside && head < all_heads {
            var v = read_four(column, head, pair);
            if head < rotated_heads {
                v = rotated(v, position, pair);
            }
            write_four(v, column, position, head, pair);
        }
    } else {
        let head = at.workgroup.x;
        let pair = at.index;
        let live = inside && pair < items;
        var v = Four(vec2<f32>(0.0), vec2<f32>(0.0));
        if live {
            v = read_four(column, head, pair);
        }
        // Rotation does not change the sum of the squares.
        let squares = workgroup_sum(at, dot(v.low, v.low) + dot(v.high, v.high));
        if live {
            if head < rotated_heads {
                let scale = inverseSqrt(squares / f32(shape.head_dim) + shape.epsilon);
                if HEAD_NORM == BEFORE_ROPE {
                    v = rotated(normed(v, scale, head, pair), position, pair);
                } else {
                    v = normed(rotated(v, position, pair), scale, head, pair);
                }
            }
            write_four(v, column, position, head, pair);
        }
    }
}

fn read_four(column: u32, head: u32, pair: u32) -> Four {
    let row = head * shape.head_dim + 2u * pair;
    let low_at = column * shape.stride + row;
    let high_at = low_at + shape.head_dim / 2u;
    var v = Four(vec2<f32>(qkv[low_at], qkv[low_at + 1u]), vec2<f32>(qkv[high_at], qkv[high_at + 1u]));
    if BIAS {
        let high_row = row + shape.head_dim / 2u;
        v.low += vec2<f32>(bias[row], bias[row + 1u]);
        v.high += vec2<f32>(bias[high_row], bias[high_row + 1u]);
    }
    return v;
}

fn rotated(v: Four, position: u32, pair: u32) -> Four {
    let at = position * (shape.head_dim / 2u) + 2u * pair;
    let first = rotations[at];
    let second = rotations[at + 1u];
    let cosine = vec2<f32>(first.x, second.x);
    let sine = vec2<f32>(first.y, second.y);
    return Four(v.low * cosine - v.high * sine, v.high * cosine + v.low * sine);
}

fn normed(v: Four, scale: f32, head: u32, pair: u32) -> Four {
    let low_at = select(0u, shape.head_dim, head >= shape.heads) + 2u * pair;
    let high_at = low_at + shape.head_dim / 2u;
    let low = vec2<f32>(gains[low_at], gains[low_at + 1u]);
    let high = vec2<f32>(gains[high_at], gains[high_at + 1u]);
    return Four(v.low * low * scale, v.high * high * scale);
}

// Queries stay in `qkv`; keys and values go to the cache.
fn write_four(v: Four, column: u32, position: u32, head: u32, pair: u32) {
    let half = shape.head_dim / 2u;
    if head < shape.heads {
        let low_at = column * shape.stride + head * shape.head_dim + 2u * pair;
        let high_at = low_at + half;
        qkv[low_at] = v.low.x;
        qkv[low_at + 1u] = v.low.y;
        qkv[high_at] = v.high.x;
        qkv[high_at + 1u] = v.high.y;
        return;
    }
    let row = (columns[column].slot * shape.context + position) * shape.kv_heads;
    let is_value = head >= shape.heads + shape.kv_heads;
    let kv_head = head - select(shape.heads, shape.heads + shape.kv_heads, is_value);
    let to = select(0u, shape.values_at, is_value) + (row + kv_head) * half + pair;
    cache[to] = to_cache(v.low);
    cache[to + shape.head_dim / 4u] = to_cache(v.high);
}
