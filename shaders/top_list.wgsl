// The `count` most likely tokens of each row with their log-probabilities, most likely first (ties by
// token id): takes the best block's best token, then scans that block for its next one, and repeats.
// Shapes: rows (columns, stride), blocks (columns, blocks) from vocab_blocks, candidates (columns, count).
// One workgroup per column. log p = logit − M − ln Σ e^(logit − M), f32 throughout.
struct TopList {
    vocab: u32,
    stride: u32, // of rows, in elements
    blocks: u32, // per row
    count: u32, // tokens in the list, ≤ 31
}

struct Block {
    most: f32,
    token: u32,
    total: f32,
}

struct Candidate {
    token: u32,
    log_probability: f32,
}

const BLOCK: u32 = 256u;
const MAX_BLOCKS: u32 = 1280u;
const NOTHING: f32 = -3.0e38;

@group(0) @binding(0) var<uniform> shape: TopList;
@group(0) @binding(1) var<storage, read> rows: array<f32>; // (column, stride)
@group(0) @binding(2) var<storage, read> blocks: array<Block>; // (column, block)
@group(0) @binding(3) var<storage, read_write> candidates: array<Candidate>; // (column, count)

var<workgroup> best_logit: array<f32, MAX_BLOCKS>;
var<workgroup> best_token: array<u32, MAX_BLOCKS>;
var<workgroup> chosen: atomic<u32>;

// The smallest `candidate` among the invocations with `holds`. All invocations must call it.
fn first_of(at: Invocation, holds: bool, candidate: u32) -> u32 {
    if at.index == 0u {
        atomicStore(&chosen, shape.vocab);
    }
    workgroupBarrier();
    if holds {
        atomicMin(&chosen, candidate);
    }
    workgroupBarrier();
    let first = atomicLoad(&chosen);
    workgroupBarrier();
    return first;
}

@compute @workgroup_size(WORKGROUP)
fn top_list(at: Invocation) {
    let column = at.workgroup.x;
    let row = column * shape.stride;
    var most = NOTHING;
    for (var b = at.index; b < shape.blocks; b += WORKGROUP) {
        let block = blocks[column * shape.blocks + b];
        best_logit[b] = block.most;
        best_token[b] = block.token;
        most = max(most, block.most);
    }
    most = workgroup_max(at, most);
    var total = 0.0;
    for (var b = at.index; b < shape.blocks; b += WORKGROUP) {
        let block = blocks[column * shape.blocks + b];
        total += exp(block.most - most) * block.total;
    }
    let normalizer = most + log(workgroup_sum(at, total));

    for (var n = 0u; n < shape.count; n++) {
        var logit = NOTHING;
        var token = shape.vocab;
        for (var b = at.index; b < shape.blocks; b += WORKGROUP) {
            if best_logit[b] > logit || (best_logit[b] == logit && best_token[b] < token) {
                logit = best_logit[b];
                token = best_token[b];
            }
        }
        let winner = workgroup_max(at, logit);
        let winning = first_of(at, logit == winner, token);
        if at.index == 0u {
            candidates[column * shape.count + n] = Candidate(winning, winner - normalizer);
        }
        // The next best of the winner's block: a smaller logit, or an equal one with a larger token id.
        let block = winning / BLOCK;
        var next = NOTHING;
        var next_token = shape.vocab;
        let end = min((block + 1u) * BLOCK, shape.vocab);
        for (var v = block * BLOCK + at.index; v < end; v += WORKGROUP) {
            let candidate = rows[row + v];
            let after = candidate < winner || (candidate == winner && v > winning);
            if after && candidate > next {
                next = candidate;
                next_token = v;
            }
        }
        let next_logit = workgroup_max(at, next);
        let next_best = first_of(at, next == next_logit, next_token);
        if at.index == 0u && winning < shape.vocab {
            best_logit[block] = next_logit;
            best_token[block] = next_best;
        }
        workgroupBarrier();
    }
}
