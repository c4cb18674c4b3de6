// y[c, r] = Σ_k W[r, k] · x[c, k] for many columns, with matvec's epilogues; SCALED multiplies
// the sums by rms_norm's factors.
// Shapes: W (rows, width), x as in activations.wgsl, y likewise if INTERLEAVED, else (columns, stride). A workgroup computes a
// tile of TILE_ROWS × TILE_COLUMNS outputs, 32 weights of k at a time: each invocation dequantizes one row's step and copies
// its share of the columns into workgroup memory, then sums ROWS × COLUMNS outputs.
// Grid: (rows / TILE_ROWS, columns / TILE_COLUMNS). f32 throughout; a column's sum does not depend on the other columns.
struct Matmul {
    rows: u32, // in this shard
    first_row: u32, // where this shard's rows begin in y
    steps: u32, // padded width / 32
    stride: u32, // of y, in elements
}

struct PassSize {
    columns: u32, // of this pass
}

override EPILOGUE: u32 = 0u;
override INTERLEAVED: bool = false;
override SCALED: bool = false;
const ADD: u32 = 1u;
const SWIGLU: u32 = 2u;
const GEGLU: u32 = 3u;
const TIMES_SILU: u32 = 4u;
const TIMES_GELU: u32 = 5u;
const TILE_ROWS: u32 = 64u;
const TILE_COLUMNS: u32 = 32u;
const ROWS: u32 = 8u; // outputs per invocation
const COLUMNS: u32 = 4u;
const PITCH: u32 = 9u; // vec4s between tile rows: 8, and one so that 8 neighbours lie in different banks

@group(0) @binding(0) var<uniform> shape: Matmul;
@group(0) @binding(3) var<storage, read> x: array<vec4<f32>>; // (column, 8, steps)
@group(0) @binding(4) var<storage, read_write> y: array<f32>; // (column, stride)
@group(0) @binding(5) var<uniform> pass_size: PassSize;
@group(0) @binding(6) var<storage, read> factors: array<f32>; // (column), read when SCALED

// What an invocation reads together lies 8 tile rows apart, so that 8 neighbours read 8 adjacent tile rows.
var<workgroup> w_tile: array<vec4<f32>, 576>; // (TILE_ROWS, PITCH): row 8 · a + b at 8 · b + a
var<workgroup> x_tile: array<vec4<f32>, 288>; // (TILE_COLUMNS, PITCH): column 4 · a + b at 8 · b + a

@compute @workgroup_size(WORKGROUP)
fn matmul(at: Invocation) {
    let first_row = at.workgroup.x * TILE_ROWS;
    let first_column = at.workgroup.y * TILE_COLUMNS;
    let my_row = min(first_row + at.index, shape.rows - 1u);
    let w_to = (at.index % 8u * 8u + at.index / 8u) * PITCH;
    let rows_from = at.index % 8u * PITCH;
    let columns_from = at.index / 8u * PITCH;
    let tile_row = at.index % 8u * ROWS;
    let tile_column = at.index / 8u * COLUMNS;
    // Prompts are often shorter than a tile; then whole rows of invocations have nothing to sum.
    let live = first_column + tile_column < pass_size.columns;
    var sums: array<vec4<f32>, ROWS>; // per row, one vec4 of columns
    for (var step = 0u; step < shape.steps; step++) {
        let held = load_step(my_row, step, shape.steps);
        for (var i = 0u; i < 8u; i++) {
            w_tile[w_to + i] = four_of(held, i);
        }
        for (var i = at.index; i < TILE_COLUMNS * 8u; i += WORKGROUP) {
            let c = i / 8u;
            let column = min(first_column + c, pass_size.columns - 1u);
            x_tile[(c % 4u * 8u + c / 4u) * PITCH + i % 8u] = x[activation_at(column, shape.steps, step, i % 8u)];
        }
        workgroupBarrier();
        if live {
            for (var k = 0u; k < 8u; k++) {
                let v0 = x_tile[columns_from + k];
                let v1 = x_tile[columns_from + 8u * PITCH + k];
                let v2 = x_tile[columns_from + 16u * PITCH + k];
                let v3 = x_tile[columns_from + 24u * PITCH + k];
                for (var r = 0u; r < ROWS; r++) {
                    let w = w_tile[rows_from + r * 8u * PITCH + k];
                    sums[r] = vec4<f32>(
                        fma_dot(w, v0, sums[r].x),
                        fma_dot(w, v1, sums[r].y),
                        fma_dot(w, v2, sums[r].z),
                        fma_dot(w, v3, sums[r].w),
                    );
                }
            }
        }
        workgroupBarrier();
    }
    for (var c = 0u; c < COLUMNS; c++) {
        let column = first_column + tile_column + c;
        if column >= pass_size.columns {
            break;
        }
        var factor = 1.0;
        if SCALED {
            factor = factors[column];
        }
        for (var r = 0u; r < ROWS; r++) {
            let row = first_row + tile_row + r;
            if row >= shape.rows {
                break;
            }
            let sum = sums[r][c] * factor;
            if EPILOGUE == ADD {
                y[output_at(column, shape.first_row + row)] += sum;
            } else if EPILOGUE == TIMES_SILU || EPILOGUE == TIMES_GELU {
                let to = output_at(column, shape.first_row + row);
                y[to] = activated(y[to]) * sum;
            } else if EPILOGUE != SWIGLU && EPILOGUE != GEGLU {
                y[output_at(column, shape.first_row + row)] = sum;
            } else if (r & 1u) == 0u {
                y[output_at(column, (shape.first_row + row) / 2u)] = activated(sum) * (sums[r + 1u][c] * factor);
            }
        }
    }
}

// As in matvec.wgsl.
fn output_at(column: u32, row: u32) -> u32 {
    if INTERLEAVED {
        return element_at(column, shape.stride / 32u, row);
    }
    return column * shape.stride + row;
}

// As in matvec.wgsl.
fn activated(v: f32) -> f32 {
    if EPILOGUE == GEGLU || EPILOGUE == TIMES_GELU {
        return v / (1.0 + exp(-1.5957691216 * (v + 0.044715 * v * v * v)));
    }
    return v / (1.0 + exp(-v));
}
