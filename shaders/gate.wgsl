// The gate of a sum (after SAFE, arXiv 2510.15346): for one step, a column's weights fall to L alone where L is certain, or where
// two other models of the sum each find the likeliest token of the other far less likely than their own. Else they are the
// column's own. A sum without L has no gate.
// Shapes: sums and gated (columns, MAX_TERMS), logits (terms, capacity, stride), blocks (terms, pitch) from vocab_blocks. One workgroup per column. Exact up to the rounding of L's log-probability.
struct Gate {
    stride: u32, // of logits, in elements
    capacity: u32, // rows allocated per term
    blocks: u32, // per row
    pitch: u32, // from one term's blocks to the next, in blocks
    terms: u32,
    large: u32, // the term of L
    certain: f32, // log-probability of L's likeliest token from which L decides alone
    apart: f32, // difference of two logits of a model from which one token is far less likely than the other
}

struct Term {
    weight: f32,
    row: u32, // of its logits
}

struct Block {
    most: f32,
    token: u32,
    total: f32,
}

const MAX_TERMS: u32 = 8u;

@group(0) @binding(0) var<uniform> shape: Gate;
@group(0) @binding(1) var<storage, read> sums: array<Term>; // (column, MAX_TERMS)
@group(0) @binding(2) var<storage, read> logits: array<f32>; // (term, row, stride)
@group(0) @binding(3) var<storage, read> blocks: array<Block>; // (term, row · block)
@group(0) @binding(4) var<storage, read_write> gated: array<Term>; // (column, MAX_TERMS)

var<workgroup> best: array<atomic<u32>, MAX_TERMS>; // each term's likeliest token

fn logit(column: u32, term: u32, token: u32) -> f32 {
    return logits[(term * shape.capacity + sums[column * MAX_TERMS + term].row) * shape.stride + token];
}

// How much less likely a term finds another's likeliest token than its own.
fn distance(column: u32, term: u32, other: u32) -> f32 {
    let own = logit(column, term, atomicLoad(&best[term]));
    return own - logit(column, term, atomicLoad(&best[other]));
}

fn is_specialist(column: u32, term: u32) -> bool {
    return term != shape.large && sums[column * MAX_TERMS + term].weight > 0.0;
}

@compute @workgroup_size(WORKGROUP)
fn gate(at: Invocation) {
    let column = at.workgroup.x;
    if at.index < MAX_TERMS {
        atomicStore(&best[at.index], 0xffffffffu);
    }
    var certainty = 0.0;
    for (var t = 0u; t < shape.terms; t++) {
        let row = t * shape.pitch + sums[column * MAX_TERMS + t].row * shape.blocks;
        var most = -3.0e38;
        for (var b = at.index; b < shape.blocks; b += WORKGROUP) {
            most = max(most, blocks[row + b].most);
        }
        most = workgroup_max(at, most);
        var total = 0.0;
        for (var b = at.index; b < shape.blocks; b += WORKGROUP) {
            let block = blocks[row + b];
            total += exp(block.most - most) * block.total;
            if block.most == most {
                atomicMin(&best[t], block.token);
            }
        }
        total = workgroup_sum(at, total); // its barriers also settle `best`
        if t == shape.large {
            certainty = -log(total);
        }
    }
    if at.index >= MAX_TERMS {
        return;
    }
    var alone = certainty >= shape.certain;
    var whole = 0.0;
    for (var t = 0u; t < shape.terms; t++) {
        whole += abs(sums[column * MAX_TERMS + t].weight);
        for (var other = 0u; other < t; other++) {
            if is_specialist(column, t) && is_specialist(column, other) {
                let closest = min(distance(column, t, other), distance(column, other, t));
                alone = alone || closest > shape.apart;
            }
        }
    }
    var part = sums[column * MAX_TERMS + at.index];
    if alone && sums[column * MAX_TERMS + shape.large].weight > 0.0 {
        part.weight = select(0.0, whole, at.index == shape.large);
    }
    gated[column * MAX_TERMS + at.index] = part;
}
