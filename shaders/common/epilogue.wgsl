// What products do with their sums. PLUS first adds those of another product of the same column (columns, rows), such as
// an adapter's.
override PLUS: bool = false;
override EPILOGUE: u32 = 0u;
override INTERLEAVED: bool = false; // y is in the order of activations, else (columns, stride)
const ADD: u32 = 1u;
const SWIGLU: u32 = 2u;
const GEGLU: u32 = 3u;
const TIMES_SILU: u32 = 4u;
const TIMES_GELU: u32 = 5u;

// Where the output of a column and a row is.
fn output_at(column: u32, row: u32, stride: u32) -> u32 {
    if INTERLEAVED {
        return element_at(column, stride / 32u, row);
    }
    return column * stride + row;
}

// silu(v) = v · sigmoid(v); gelu(v) ≈ v / 2 · (1 + tanh u) = v · sigmoid(2u), u = √(2/π) · (v + 0.044715 v³).
fn activated(v: f32) -> f32 {
    if EPILOGUE == GEGLU || EPILOGUE == TIMES_GELU {
        return v / (1.0 + exp(-1.5957691216 * (v + 0.044715 * v * v * v)));
    }
    return v / (1.0 + exp(-v));
}
