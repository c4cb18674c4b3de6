// The outputs of a tile of a matrix with many columns: an invocation has sums of ROWS × COLUMNS of them. SCALED multiplies them by
// rms_norm's factors.
struct Matmul {
    rows: u32, // in this shard
    first_row: u32, // where this shard's rows begin in y
    steps: u32, // padded width / 32
    stride: u32, // of y, in elements
    all_rows: u32, // of all shards
}

struct PassSize {
    columns: u32, // of this pass
}

override SCALED: bool = false;
const TILE_ROWS: u32 = 64u;
const TILE_COLUMNS: u32 = 32u;
const ROWS: u32 = 8u; // outputs per invocation
const COLUMNS: u32 = 4u;

@group(0) @binding(0) var<uniform> shape: Matmul;
@group(0) @binding(4) var<storage, read_write> y: array<f32>; // (column, stride)
@group(0) @binding(5) var<uniform> pass_size: PassSize;
@group(0) @binding(6) var<storage, read> factors: array<f32>; // (column), read when SCALED
@group(0) @binding(8) var<storage, read> plus: array<f32>; // (column, all rows), read when PLUS

// `sums` has a vec4 of columns for each row.
fn write_tile(sums: array<vec4<f32>, ROWS>, first_column: u32, first_row: u32) {
    for (var c = 0u; c < COLUMNS; c++) {
        let column = first_column + c;
        if column >= pass_size.columns {
            break;
        }
        var factor = 1.0;
        if SCALED {
            factor = factors[column];
        }
        for (var r = 0u; r < ROWS; r++) {
            if first_row + r >= shape.rows {
                break;
            }
            let row = shape.first_row + first_row + r;
            let sum = plus_other(sums[r][c] * factor, column, row);
            if EPILOGUE == ADD {
                y[output_at(column, row, shape.stride)] += sum;
            } else if EPILOGUE == TIMES_SILU || EPILOGUE == TIMES_GELU {
                let to = output_at(column, row, shape.stride);
                y[to] = activated(y[to]) * sum;
            } else if EPILOGUE != SWIGLU && EPILOGUE != GEGLU {
                y[output_at(column, row, shape.stride)] = sum;
            } else if (r & 1u) == 0u {
                y[output_at(column, row / 2u, shape.stride)] = activated(sum) * plus_other(sums[r + 1u][c] * factor, column, row + 1u);
            }
        }
    }
}

fn plus_other(sum: f32, column: u32, row: u32) -> f32 {
    if PLUS {
        return sum + plus[column * shape.all_rows + row];
    }
    return sum;
}
