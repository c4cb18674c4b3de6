// Sums the models' logits: summed[c, v] = Σ_t weight[t] · logits[t, c, v], over the models of a recipe.
//   Collab-MT: L + S_src + S_tgt (weights 1, 1, 1) · proxy-tuning: L + α(S⁺ − S⁻) (1, α, −α) · one model: (1).
// The softmax follows the sum (vocab_blocks.wgsl, top_list.wgsl).
// Shapes: logits (terms, capacity, stride), summed (columns, stride). One invocation per (v, c).
// Grid: (vocab / 64, columns). Within 2⁻²³ · Σ|weight · logit| of the exact sum (four terms).
struct LogitSum {
    vocab: u32,
    stride: u32, // vocab, padded
    capacity: u32, // rows allocated per term
    terms: u32,
    weight: array<vec4<f32>, 2>, // (term)
}

@group(0) @binding(0) var<uniform> recipe: LogitSum;
@group(0) @binding(1) var<storage, read> logits: array<f32>; // (term, capacity, stride)
@group(0) @binding(2) var<storage, read_write> summed: array<f32>; // (column, stride)

@compute @workgroup_size(WORKGROUP)
fn logit_sum(at: Invocation) {
    let v = at.workgroup.x * WORKGROUP + at.index;
    let column = at.workgroup.y;
    if v >= recipe.vocab {
        return;
    }
    var sum = 0.0;
    for (var t = 0u; t < recipe.terms; t++) {
        let weight = recipe.weight[t / 4u][t % 4u];
        sum += weight * logits[(t * recipe.capacity + column) * recipe.stride + v];
    }
    summed[column * recipe.stride + v] = sum;
}
