// y[c, r] = Σ_k W[r, k] · x[c, k] as matmul.wgsl has it, of columns in int8 (quantize.wgsl). Of each group of 16 or 32 weights with one
// scale the integers are multiplied and summed exactly; Σ scale(W) · scale(x) · Σ q(W) · q(x) + least(W) · Σ x is f32.
// Shapes: W (rows, width) of 2 to 8 bits, x (steps, columns, 2) of 16 bytes, y as in matmul.wgsl. A workgroup computes a tile of
// TILE_ROWS × TILE_COLUMNS outputs, a step of 32 weights at a time, while it loads the next one.
// Grid: (rows / TILE_ROWS, columns / TILE_COLUMNS). A column's sum does not depend on the other columns.
@group(0) @binding(3) var<storage, read> x: array<vec4<u32>>; // (step, column, 2)
@group(0) @binding(7) var<storage, read> x_factors: array<vec4<f32>>; // (step, column), as in quantize.wgsl

// What an invocation reads together is a row or column of each eight, so that 8 neighbours read 8 adjacent places: tile row 8 · a + b
// is at [b][a], and column 4 · a + b too. The first half of a step's weights is in the first half of a tile. Nested, so that one
// check that an index is within bounds serves all.
var<workgroup> w_tile: array<array<vec4<u32>, 8>, 16>;
var<workgroup> x_tile: array<array<vec4<u32>, 8>, 8>;
var<workgroup> w_scales: array<array<vec4<f32>, 8>, 8>;
var<workgroup> x_scales: array<array<vec4<f32>, 8>, 4>;

@compute @workgroup_size(WORKGROUP)
fn matmul_int8(at: Invocation) {
    let first_row = at.workgroup.x * TILE_ROWS;
    let first_column = at.workgroup.y * TILE_COLUMNS;
    let across = at.index % 8u;
    let down = at.index / 8u;
    // What it copies into the tiles: a row's step, and half of a column's.
    let my_row = min(first_row + across * ROWS + down, shape.rows - 1u);
    let my_column = min(first_column + across * COLUMNS + down % COLUMNS, pass_size.columns - 1u);
    let my_half = down / COLUMNS;
    let tile_row = across * ROWS;
    let tile_column = down * COLUMNS;
    // Prompts are often shorter than a tile; then whole rows of invocations have nothing to sum.
    let live = first_column + tile_column < pass_size.columns;
    var sums: array<vec4<f32>, ROWS>; // per row, one vec4 of columns
    var held = load_step(my_row, 0u, shape.steps);
    var half_column = x[2u * my_column + my_half];
    var column_factors = x_factors[my_column];
    for (var step = 0u; step < shape.steps; step++) {
        w_tile[down][across] =
            vec4<u32>(packed_four(held, 0u), packed_four(held, 1u), packed_four(held, 2u), packed_four(held, 3u));
        w_tile[8u + down][across] =
            vec4<u32>(packed_four(held, 4u), packed_four(held, 5u), packed_four(held, 6u), packed_four(held, 7u));
        w_scales[down][across] = step_scales(held);
        x_tile[down][across] = half_column;
        if my_half == 0u {
            x_scales[down][across] = column_factors;
        }
        workgroupBarrier();
        let next = min(step + 1u, shape.steps - 1u);
        held = load_step(my_row, next, shape.steps);
        half_column = x[2u * (next * pass_size.columns + my_column) + my_half];
        column_factors = x_factors[next * pass_size.columns + my_column];
        if live {
            let low = array(x_tile[0][down], x_tile[1][down], x_tile[2][down], x_tile[3][down]);
            let high = array(x_tile[4][down], x_tile[5][down], x_tile[6][down], x_tile[7][down]);
            let scales = array(x_scales[0][down], x_scales[1][down], x_scales[2][down], x_scales[3][down]);
            for (var r = 0u; r < ROWS; r++) {
                let w = array(w_tile[r][across], w_tile[8u + r][across]);
                let w_scale = w_scales[r][across];
                sums[r] = vec4<f32>(
                    with_step(sums[r].x, w, w_scale, low[0], high[0], scales[0]),
                    with_step(sums[r].y, w, w_scale, low[1], high[1], scales[1]),
                    with_step(sums[r].z, w, w_scale, low[2], high[2], scales[2]),
                    with_step(sums[r].w, w, w_scale, low[3], high[3], scales[3]),
                );
            }
        }
        workgroupBarrier();
    }
    write_tile(sums, first_column + tile_column, first_row + tile_row);
}

// A sum with the products of a step added in a fixed order. The integers, at most 32 · 127 · 128, are exact in f32.
fn with_step(
    sum: f32,
    w: array<vec4<u32>, 2>,
    scales: vec4<f32>,
    low: vec4<u32>,
    high: vec4<u32>,
    x_scale: vec4<f32>,
) -> f32 {
    let first = dot_16(w[0], low, 0);
    if GROUP == 32u {
        let all = fma(f32(dot_16(w[1], high, first)), scales.x * x_scale.x, sum);
        if HAS_LEAST {
            return fma(scales.y, x_scale.w, all);
        }
        return all;
    }
    let part = fma(scales.y, x_scale.y, fma(f32(first), scales.x * x_scale.x, sum));
    return fma(scales.w, x_scale.z, fma(f32(dot_16(w[1], high, 0)), scales.z * x_scale.x, part));
}

fn dot_16(w: vec4<u32>, v: vec4<u32>, before: i32) -> i32 {
    var sum = dot4I8Packed(w.x, v.x) + before;
    sum = dot4I8Packed(w.y, v.y) + sum;
    sum = dot4I8Packed(w.z, v.z) + sum;
    return dot4I8Packed(w.w, v.w) + sum;
}
