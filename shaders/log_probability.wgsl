// The log-probability of a given token in each row: log p = logit − M − ln Σ e^(logit − M), from the row's blocks.
// Shapes: rows (columns, stride), blocks (columns, blocks) from vocab_blocks, tokens (columns), log_probabilities (columns).
// One workgroup per column, f32 throughout.
struct LogProbability {
    stride: u32, // of rows, in elements
    blocks: u32, // per row
}

struct Block {
    most: f32,
    token: u32,
    total: f32,
}

@group(0) @binding(0) var<uniform> shape: LogProbability;
@group(0) @binding(1) var<storage, read> rows: array<f32>; // (column, stride)
@group(0) @binding(2) var<storage, read> blocks: array<Block>; // (column, block)
@group(0) @binding(3) var<storage, read> tokens: array<u32>; // (column)
@group(0) @binding(4) var<storage, read_write> log_probabilities: array<f32>; // (column)

@compute @workgroup_size(WORKGROUP)
fn log_probability(at: Invocation) {
    let column = at.workgroup.x;
    var most = -3.0e38;
    for (var b = at.index; b < shape.blocks; b += WORKGROUP) {
        most = max(most, blocks[column * shape.blocks + b].most);
    }
    most = workgroup_max(at, most);
    var total = 0.0;
    for (var b = at.index; b < shape.blocks; b += WORKGROUP) {
        let block = blocks[column * shape.blocks + b];
        total += exp(block.most - most) * block.total;
    }
    total = workgroup_sum(at, total);
    if at.index == 0u {
        log_probabilities[column] = rows[column * shape.stride + tokens[column]] - most - log(total);
    }
}
