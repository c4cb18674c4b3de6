// y[c, r] = Σ_k W[r, k] · x[c, k] for many columns, with matvec's epilogues; SCALED multiplies
// the sums by rms_norm's factors.
// Shapes: W (rows, width), x as in activations.wgsl, y likewise if INTERLEAVED, else (columns, stride). A workgroup computes a
// tile of TILE_ROWS × TILE_COLUMNS outputs, 32 weights of k at a time: each invocation dequantizes one row's step and copies
// its share of the columns into workgroup memory, then sums ROWS × COLUMNS outputs.
// Grid: (rows / TILE_ROWS, columns / TILE_COLUMNS). f32 throughout; a column's sum does not depend on the other columns.
const PITCH: u32 = 9u; // vec4s of a tile row: 8, and one so that 8 neighbours lie in different banks

@group(0) @binding(3) var<storage, read> x: array<vec4<f32>>; // (column, 8, steps)

// What an invocation reads together is a row or column of each eight, so that 8 neighbours read 8 adjacent ones: tile row 8 · a + b
// is at [b][a], and column 4 · a + b too. Nested, so that one check that an index is within bounds serves all.
var<workgroup> w_tile: array<array<array<vec4<f32>, PITCH>, 8>, 8>;
var<workgroup> x_tile: array<array<array<vec4<f32>, PITCH>, 8>, 4>;

@compute @workgroup_size(WORKGROUP)
fn matmul(at: Invocation) {
    let first_row = at.workgroup.x * TILE_ROWS;
    let first_column = at.workgroup.y * TILE_COLUMNS;
    let across = at.index % 8u;
    let down = at.index / 8u;
    let my_row = min(first_row + across * ROWS + down, shape.rows - 1u);
    let tile_row = across * ROWS;
    let tile_column = down * COLUMNS;
    // Prompts are often shorter than a tile; then whole rows of invocations have nothing to sum.
    let live = first_column + tile_column < pass_size.columns;
    var sums: array<vec4<f32>, ROWS>; // per row, one vec4 of columns
    for (var step = 0u; step < shape.steps; step++) {
        let held = load_step(my_row, step, shape.steps);
        for (var i = 0u; i < 8u; i++) {
            w_tile[down][across][i] = four_of(held, i);
        }
        for (var i = at.index; i < TILE_COLUMNS * 8u; i += WORKGROUP) {
            let c = i / 8u;
            let column = min(first_column + c, pass_size.columns - 1u);
            x_tile[c % 4u][c / 4u][i % 8u] = x[activation_at(column, shape.steps, step, i % 8u)];
        }
        workgroupBarrier();
        if live {
            for (var k = 0u; k < 8u; k++) {
                let v0 = x_tile[0][down][k];
                let v1 = x_tile[1][down][k];
                let v2 = x_tile[2][down][k];
                let v3 = x_tile[3][down][k];
                for (var r = 0u; r < ROWS; r++) {
                    let w = w_tile[r][across][k];
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
    write_tile(sums, first_column + tile_column, first_row + tile_row);
}
