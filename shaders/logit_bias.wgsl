// Favours glossary terms: summed[c, token] += bonus, for the few biases of each column.
// Shapes: biases (columns, MAX_BIASES), summed (columns, stride) from logit_sum. One invocation per bias.
// A token occurs once in a column's biases; unused entries name a token beyond the vocabulary. One f32 addition.
struct LogitBias {
    vocab: u32,
    stride: u32, // of summed, in elements
}

struct Bias {
    token: u32,
    bonus: f32,
}

const MAX_BIASES: u32 = 128u;

@group(0) @binding(0) var<uniform> shape: LogitBias;
@group(0) @binding(1) var<storage, read> biases: array<Bias>; // (column, MAX_BIASES)
@group(0) @binding(2) var<storage, read_write> summed: array<f32>; // (column, stride)

@compute @workgroup_size(WORKGROUP)
fn logit_bias(at: Invocation) {
    let column = at.workgroup.y;
    let bias = biases[column * MAX_BIASES + at.workgroup.x * WORKGROUP + at.index];
    if bias.token >= shape.vocab {
        return;
    }
    summed[column * shape.stride + bias.token] += bias.bonus;
}
