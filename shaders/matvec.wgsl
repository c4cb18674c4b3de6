// y[c, r] = Σ_k W[r, k] · x[c, k] for a few columns. EPILOGUE: y[c, r] = sum, += sum (ADD) or silu(y[c, r]) · sum (TIMES_SILU), or
// y[c, r / 2] = silu(sum of row r) · sum of row r + 1, r even (SWIGLU); TIMES_GELU, GEGLU: gelu by tanh. RMSNorm of x: FUSED takes
// x · gain and multiplies the sum by 1/√(mean x² + ε), from the same loop; SCALED gets both from rms_norm, with the same bits.
// Shapes: W (rows, width), x as in activations.wgsl, y too if INTERLEAVED, else (columns, stride). A team sums ROWS rows of
// COLUMNS columns, its lanes take steps of 32 weights in turn; grid: (rows / TEAMS / ROWS, columns / COLUMNS). f32; the order
// of a sum, and so each bit of it, is the same whatever COLUMNS and the other columns are.
struct Matvec {
    rows: u32, // in this shard
    first_row: u32, // where this shard's rows begin in y
    steps: u32, // padded width / 32
    stride: u32, // of y, in elements
    width: f32, // unpadded, for the mean
    epsilon: f32,
    all_rows: u32, // of all shards
}

struct PassSize {
    columns: u32, // of this pass
}

override COLUMNS: u32 = 1u;
override NORM: u32 = 0u;
override TEAMS: u32 = 4u; // blocks of ROWS rows that a workgroup computes
override TEAMS_ARE_FIXED: bool = false; // each workgroup has TEAMS teams
const FUSED: u32 = 1u;
const SCALED: u32 = 2u;
const ROWS: u32 = 4u;
const MAX_COLUMNS: u32 = 8u;

@group(0) @binding(0) var<uniform> shape: Matvec;
@group(0) @binding(3) var<storage, read> x: array<vec4<f32>>; // (column, 8, steps)
@group(0) @binding(4) var<storage, read_write> y: array<f32>; // (column, stride)
@group(0) @binding(5) var<storage, read> gain: array<vec4<f32>>; // (8, steps), read when FUSED
@group(0) @binding(6) var<storage, read> factors: array<f32>; // (column), read when SCALED
@group(0) @binding(7) var<uniform> pass_size: PassSize;
@group(0) @binding(8) var<storage, read> plus: array<f32>; // (column, all rows), read when PLUS

@compute @workgroup_size(WORKGROUP)
fn matvec(at: Invocation) {
    let first_column = at.workgroup.y * COLUMNS;
    // A driver may choose subgroups of another size than the one that TEAMS was counted with.
    let turns = select((TEAMS + team_count(at) - 1u) / team_count(at), 1u, TEAMS_ARE_FIXED);
    for (var turn = 0u; turn < turns; turn++) {
        let block = turn * team_count(at) + team_index(at);
        let row = (at.workgroup.x * TEAMS + block) * ROWS;
        let live = block < TEAMS && row < shape.rows;
        var sums: array<vec4<f32>, MAX_COLUMNS>; // one row per component
        var squares: array<f32, MAX_COLUMNS>;
        if live {
            for (var step = team_lane(at); step < shape.steps; step += team_lanes(at)) {
                let held = load_rows(row, step);
                if FOURS == 8u {
                    multiply(held, first_column, step, 0u, &sums, &squares);
                } else {
                    for (var first = 0u; first < 8u; first++) {
                        multiply(held, first_column, step, first, &sums, &squares);
                    }
                }
            }
        }
        for (var c = 0u; c < COLUMNS; c++) {
            let column = first_column + c;
            var sum = sums[c];
            sum = vec4<f32>(team_sum(at, sum.x), team_sum(at, sum.y), team_sum(at, sum.z), team_sum(at, sum.w));
            if NORM == FUSED {
                sum *= inverseSqrt(team_sum(at, squares[c]) / shape.width + shape.epsilon);
            } else if NORM == SCALED {
                sum *= factors[column];
            }
            if live && team_lane(at) == 0u && column < pass_size.columns {
                write_rows(sum, column, row);
            }
        }
    }
}

fn load_rows(row: u32, step: u32) -> array<Step, ROWS> {
    let last = shape.rows - 1u;
    return array(
        load_step(row, step, shape.steps),
        load_step(min(row + 1u, last), step, shape.steps),
        load_step(min(row + 2u, last), step, shape.steps),
        load_step(min(row + 3u, last), step, shape.steps),
    );
}

// Adds the products of FOURS vectors of a step, from number `first` on, with all columns.
fn multiply(
    held: array<Step, ROWS>,
    first_column: u32,
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
        var at_x = activation_at(first_column + c, shape.steps, step, first);
        var sum = (*sums)[c];
        var square = (*squares)[c];
        for (var i = 0u; i < FOURS; i++) {
            var v = x[at_x];
            if NORM == FUSED {
                square = fma_dot(v, v, square);
                v *= gain[activation_at(0u, shape.steps, step, first + i)];
            }
            sum = vec4<f32>(
                fma_dot(w0[i], v, sum.x),
                fma_dot(w1[i], v, sum.y),
                fma_dot(w2[i], v, sum.z),
                fma_dot(w3[i], v, sum.w),
            );
            at_x += shape.steps;
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

fn write_rows(own: vec4<f32>, column: u32, row: u32) {
    let rows = min(ROWS, shape.rows - row);
    var sum = own;
    if PLUS {
        for (var r = 0u; r < rows; r++) {
            sum[r] += plus[column * shape.all_rows + shape.first_row + row + r];
        }
    }
    for (var r = 0u; r < rows; r++) {
        if EPILOGUE == SWIGLU || EPILOGUE == GEGLU {
            if (r & 1u) == 0u {
                y[output_at(column, (shape.first_row + row + r) / 2u, shape.stride)] = activated(sum[r]) * sum[r + 1u];
            }
        } else if EPILOGUE == ADD {
            y[output_at(column, shape.first_row + row + r, shape.stride)] += sum[r];
        } else if EPILOGUE == TIMES_SILU || EPILOGUE == TIMES_GELU {
            let to = output_at(column, shape.first_row + row + r, shape.stride);
            y[to] = activated(y[to]) * sum[r];
        } else {
            y[output_at(column, shape.first_row + row + r, shape.stride)] = sum[r];
        }
    }
}
