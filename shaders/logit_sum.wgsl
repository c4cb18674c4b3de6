// Sums the models' logits: summed[c, v] = Σ_t weight[c, t] · logits[t, row[c, t], v], over the models of a recipe.
//   Collab-MT: L + S_src + S_tgt (weights 1, 1, 1) · proxy-tuning: L + α(S⁺ − S⁻) (1, α, −α) · one model: (1).
// Each column has its own weights. A model with weight 0 is not read: it does not run for that column, so its logits have
// fewer rows. The softmax follows the sum (vocab_blocks.wgsl, top_list.wgsl).
// Shapes: logits (terms, capacity, stride), sums (columns, MAX_TERMS), summed (columns, stride). One invocation per (v, c).
// Grid: (vocab / 64, columns). Within 2⁻²³ · Σ|weight · logit| of the exact sum (four terms).
struct LogitSum {
    vocab: u32,
    stride: u32, // vocab, padded
    capacity: u32, // rows allocated per term
    terms: u32,
}

const MAX_TERMS: u32 = 8u;

// The part of one model in a column's sum.
struct Term {
    weight: f32,
    row: u32, // of its logits
}

@group(0) @binding(0) var<uniform> shape: LogitSum;
@group(0) @binding(1) var<storage, read> logits: array<f32>; // (term, row, stride)
@group(0) @binding(2) var<storage, read> sums: array<Term>; // (column, MAX_TERMS)
@group(0) @binding(3) var<storage, read_write> summed: array<f32>; // (column, stride)

@compute @workgroup_size(WORKGROUP)
fn logit_sum(at: Invocation) {
    let v = at.workgroup.x * WORKGROUP + at.index;
    let column = at.workgroup.y;
    if v >= shape.vocab {
        return;
    }
    var sum = 0.0;
    for (var t = 0u; t < shape.terms; t++) {
        let part = sums[column * MAX_TERMS + t];
        if part.weight != 0.0 {
            sum += part.weight * logits[(t * shape.capacity + part.row) * shape.stride + v];
        }
    }
    summed[column * shape.stride + v] = sum;
}
