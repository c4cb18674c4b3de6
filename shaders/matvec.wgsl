// y[c, r] = Σ_k W[r, k] · x[c, k] for 1–8 columns; EPILOGUE: STORE  y[c, r] = sum · ADD  y[c, r] += sum · TIMES_SILU  y[c, r] =
//   silu(y[c, r]) · sum · SWIGLU  y[c, r/2] = silu(sum of row r) · sum of row r+1, r even · GEGLU, TIMES_GELU  with gelu (tanh).
// NORM fuses RMSNorm: x is multiplied by gain, and the sum by 1/√(mean x² + ε), computed in the same loop.
// Shapes: W (rows, width), x (columns, width), y (columns, stride). A team computes ROWS adjacent rows,
// its lanes take steps of 32 weights in turn; a workgroup computes TEAMS × ROWS rows. Grid: (rows / that).
// Accumulates in f32; a column's order of sums, and so each bit of its result, does not depend on COLUMNS.
struct Matvec {
    rows: u32, // in this shard
    first_row: u32, // where this shard's rows begin in y
    steps: u32, // padded width / 32
    stride: u32, // of y, in elements
    width: f32, // unpadded, for the mean
    epsilon: f32,
}

override COLUMNS: u32 = 1u;
override NORM: bool = false;
override EPILOGUE: u32 = 0u;
override TEAMS: u32 = 4u;
const ADD: u32 = 1u;
const SWIGLU: u32 = 2u;
const GEGLU: u32 = 3u;
const TIMES_SILU: u32 = 4u;
const TIMES_GELU: u32 = 5u;
const ROWS: u32 = 4u;
const MAX_COLUMNS: u32 = 8u;

@group(0) @binding(0) var<uniform> shape: Matvec;
@group(0) @binding(3) var<storage, read> x: array<vec4<f32>>; // (column, width / 4)
@group(0) @binding(4) var<storage, read_write> y: array<f32>; // (column, stride)
@group(0) @binding(5) var<storage, read> gain: array<vec4<f32>>; // (width / 4), read when NORM

@compute @workgroup_size(WORKGROUP)
fn matvec(at: Invocation) {
    let team = team_index(at);
    let row = (at.workgroup.x * TEAMS + team) * ROWS;
    let live = team < TEAMS && row < shape.rows;
    let last = shape.rows - 1u;
    var sums: array<vec4<f32>, MAX_COLUMNS>; // one row per component
    var squares: array<f32, MAX_COLUMNS>;
    if live {
        for (var step = team_lane(at); step < shape.steps; step += team_lanes(at)) {
            let held = array(
                load_step(row, step, shape.steps),
                load_step(min(row + 1u, last), step, shape.steps),
                load_step(min(row + 2u, last), step, shape.steps),
                load_step(min(row + 3u, last), step, shape.steps),
            );
            if FOURS == 8u {
                multiply(held, step, 0u, &sums, &squares);
            } else {
                for (var first = 0u; first < 8u; first++) {
                    multiply(held, step, first, &sums, &squares);
                }
            }
        }
    }
    for (var c = 0u; c < COLUMNS; c++) {
        var sum = vec4<f32>(team_sum(at, sums[c].x), team_sum(at, sums[c].y), team_sum(at, sums[c].z), team_sum(at, sums[c].w));
        if NORM {
            sum *= inverseSqrt(team_sum(at, squares[c]) / shape.width + shape.epsilon);
        }
        if live && team_lane(at) == 0u {
            let to = c * shape.stride + shape.first_row + row;
            if EPILOGUE == SWIGLU || EPILOGUE == GEGLU {
                let half = c * shape.stride + (shape.first_row + row) / 2u;
                y[half] = activated(sum.x) * sum.y;
                if row + 2u < shape.rows {
                    y[half + 1u] = activated(sum.z) * sum.w;
                }
            } else {
                for (var r = 0u; r < min(ROWS, shape.rows - row); r++) {
                    if EPILOGUE == ADD {
                        y[to + r] += sum[r];
                    } else if EPILOGUE == TIMES_SILU || EPILOGUE == TIMES_GELU {
                        y[to + r] = activated(y[to + r]) * sum[r];
                    } else {
                        y[to + r] = sum[r];
                    }
                }
            }
        }
    }
}

// Adds the products of FOURS vectors of a step, from number `first` on, with all columns.
fn multiply(
    held: array<Step, ROWS>,
    step: u32,
    first: u32,
    sums: ptr<function, array<vec4<f32>, MAX_COLUMNS>>,
    squares: ptr<function, array<f32, MAX_COLUMNS>>,
) {
    let w0 = unpacked(held[0], first);
    let w1 = unpacked(held[1], first);
    let w2 = unpacked(held[2], first);
    let w3 = unpacked(held[3], first);
    for (var c = 0u; c < COLUMNS; c++) {
        let origin = (c * shape.steps + step) * 8u + first;
        var sum = (*sums)[c];
        var square = (*squares)[c];
        for (var i = 0u; i < FOURS; i++) {
            var v = x[origin + i];
            if NORM {
                square = fma_dot(v, v, square);
                v *= gain[step * 8u + first + i];
            }
            sum = vec4<f32>(
                fma_dot(w0[i], v, sum.x),
                fma_dot(w1[i], v, sum.y),
                fma_dot(w2[i], v, sum.z),
                fma_dot(w3[i], v, sum.w),
            );
        }
        (*sums)[c] = sum;
        (*squares)[c] = square;
    }
}

// FOURS vectors of a step's weights, from number `first` on. Eight are written out, since Mesa does not unroll that loop.
fn unpacked(held: Step, first: u32) -> array<vec4<f32>, 8> {
    var w: array<vec4<f32>, 8>;
    w[0] = four_of(held, first);
    if FOURS == 8u {
        w[1] = four_of(held, 1u);
        w[2] = four_of(held, 2u);
        w[3] = four_of(held, 3u);
        w[4] = four_of(held, 4u);
        w[5] = four_of(held, 5u);
        w[6] = four_of(held, 6u);
        w[7] = four_of(held, 7u);
    }
    return w;
}

// silu(v) = v · sigmoid(v); gelu(v) ≈ v / 2 · (1 + tanh u) = v · sigmoid(2u), u = √(2/π) · (v + 0.044715 v³).
fn activated(v: f32) -> f32 {
    if EPILOGUE == GEGLU || EPILOGUE == TIMES_GELU {
        return v / (1.0 + exp(-1.5957691216 * (v + 0.044715 * v * v * v)));
    }
    return v / (1.0 + exp(-v));
}
