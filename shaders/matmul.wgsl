// y[c, r] = Σ_k W[r, k] · x[c, k] for many columns, with matvec's epilogues.
// Shapes: W (rows, width), x (columns, width), y (columns, stride). A workgroup computes a tile of
// TILE_ROWS × TILE_COLUMNS outputs, 32 weights of k at a time: each invocation dequantizes one row's step and copies
// its share of the columns into workgroup memory, then sums ROWS × COLUMNS outputs.
// Grid: (rows / TILE_ROWS, columns / TILE_COLUMNS). f32 throughout; a column's sum does not depend on the other
// columns.
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
const ADD: u32 = 1u;
const SWIGLU: u32 = 2u;
const GEGLU: u32 = 3u;
const TIMES_SILU: u32 = 4u;
const TIMES_GELU: u32 = 5u;
const TILE_ROWS: u32 = 64u;
const TILE_COLUMNS: u32 = 32u;
const ROWS: u32 = 8u; // outputs per invocation
const COLUMNS: u32 = 4u;
const PITCH: u32 = 9u; // vec4s between tile rows: 8, and one to avoid bank conflicts

@group(0) @binding(0) var<uniform> shape: Matmul;
@group(0) @binding(3) var<storage, read> x: array<vec4<f32>>; // (column, width / 4)
@group(0) @binding(4) var<storage, read_write> y: array<f32>; // (column, stride)
@group(0) @binding(5) var<uniform> pass_size: PassSize;

var<workgroup> w_tile: array<vec4<f32>, 576>; // (TILE_ROWS, PITCH)
var<workgroup> x_tile: array<vec4<f32>, 288>; // (TILE_COLUMNS, PITCH)

@compute @workgroup_size(WORKGROUP)
fn matmul(at: Invocation) {
    let first_row = at.workgroup.x * TILE_ROWS;
    let first_column = at.workgroup.y * TILE_COLUMNS;
    let my_row = min(first_row + at.index, shape.rows - 1u);
    let tile_row = at.index % 8u * ROWS;
    let tile_column = at.index / 8u * COLUMNS;
    // Prompts are often shorter than a tile; then whole rows of invocations have nothing to sum.
    let live = first_column + tile_column < pass_size.columns;
    var sums: array<vec4<f32>, ROWS>; // per row, one vec4 of columns
    for (var step = 0u; step < shape.steps; step++) {
        let held = load_step(my_row, step, shape.steps);
        for (var i = 0u; i < 8u; i++) {
            w_tile[at.index * PITCH + i] = four_of(held, i);
        }
        for (var i = at.index; i < TILE_COLUMNS * 8u; i += WORKGROUP) {
            let column = min(first_column + i / 8u, pass_size.columns - 1u);
            x_tile[i / 8u * PITCH + i % 8u] = x[(column * shape.steps + step) * 8u + i % 8u];
        }
        workgroupBarrier();
        if live {
            for (var k = 0u; k < 8u; k++) {
                let v0 = x_tile[tile_column * PITCH + k];
                let v1 = x_tile[(tile_column + 1u) * PITCH + k];
                let v2 = x_tile[(tile_column + 2u) * PITCH + k];
                let v3 = x_tile[(tile_column + 3u) * PITCH + k];
                for (var r = 0u; r < ROWS; r++) {
                    let w = w_tile[(tile_row + r) * PITCH + k];
                    sums[r] += vec4<f32>(dot(w, v0), dot(w, v1), dot(w, v2), dot(w, v3));
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
        let to = column * shape.stride;
        for (var r = 0u; r < ROWS; r++) {
            let row = first_row + tile_row + r;
            if row >= shape.rows {
                break;
            }
            if EPILOGUE == ADD {
                y[to + shape.first_row + row] += sums[r][c];
            } else if EPILOGUE == TIMES_SILU || EPILOGUE == TIMES_GELU {
                let at = to + shape.first_row + row;
                y[at] = activated(y[at]) * sums[r][c];
            } else if EPILOGUE != SWIGLU && EPILOGUE != GEGLU {
                y[to + shape.first_row + row] = sums[r][c];
            } else if (r & 1u) == 0u {
                y[to + (shape.first_row + row) / 2u] = activated(sums[r][c]) * sums[r + 1u][c];
            }
        }
    }
}

// As in matvec.wgsl.
fn activated(v: f32) -> f32 {
    if EPILOGUE == GEGLU || EPILOGUE == TIMES_GELU {
        return v / (1.0 + exp(-1.5957691216 * (v + 0.044715 * v * v * v)));
    }
    return v / (1.0 + exp(-v));
}
