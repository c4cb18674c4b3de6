// For each block of BLOCK adjacent logits of a row: the largest, its index (the first one on a tie), and
// Σ e^(logit − largest). top_list uses these to find the most likely tokens without reading the whole row again.
// Shapes: rows (columns, stride), blocks (columns, blocks). One workgroup per (block, column), f32 throughout.
struct VocabBlocks {
    vocab: u32,
    stride: u32, // of rows, in elements
    blocks: u32, // vocab / BLOCK, rounded up
}

struct Block {
    most: f32,
    token: u32,
    total: f32, // Σ e^(logit − most)
}

const BLOCK: u32 = 256u;

@group(0) @binding(0) var<uniform> shape: VocabBlocks;
@group(0) @binding(1) var<storage, read> rows: array<f32>; // (column, stride)
@group(0) @binding(2) var<storage, read_write> blocks: array<Block>; // (column, block)

var<workgroup> first_token: atomic<u32>;

@compute @workgroup_size(WORKGROUP)
fn vocab_blocks(at: Invocation) {
    let column = at.workgroup.y;
    let start = at.workgroup.x * BLOCK;
    let end = min(start + BLOCK, shape.vocab);
    let row = column * shape.stride;
    if at.index == 0u {
        atomicStore(&first_token, shape.vocab);
    }
    var most = -3.0e38;
    for (var v = start + at.index; v < end; v += WORKGROUP) {
        most = max(most, rows[row + v]);
    }
    most = workgroup_max(at, most);
    var total = 0.0;
    for (var v = start + at.index; v < end; v += WORKGROUP) {
        let logit = rows[row + v];
        total += exp(logit - most);
        if logit == most {
            atomicMin(&first_token, v);
        }
    }
    total = workgroup_sum(at, total); // its barriers also settle `first_token`
    if at.index == 0u {
        blocks[column * shape.blocks + at.workgroup.x] = Block(most, atomicLoad(&first_token), total);
    }
}
