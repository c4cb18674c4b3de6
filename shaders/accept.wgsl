// Accepts drafts, greedy: row j of the sum chooses the token after row j's input, which is right while every draft before
// it is what the sum chose. So rows 0 … k count, k the first row whose choice is not the draft in row k + 1 (or the last
// row), and its choice is fed to row 0 next. The tokens are those of plain greedy decoding.
// Shapes: candidates (rows, count), feed (rows), picked (rows, 2 + 2 · count) words as in pick.wgsl, accepted (1) = k + 1.
// One workgroup, one invocation per row.
struct Accept {
    rows: u32, // drafts + 1
    count: u32, // tokens in a row's list
}

struct Candidate {
    token: u32,
    log_probability: f32,
}

@group(0) @binding(0) var<uniform> shape: Accept;
@group(0) @binding(1) var<storage, read> candidates: array<Candidate>; // (row, count)
@group(0) @binding(2) var<storage, read_write> feed: array<Feed>; // (row)
@group(0) @binding(3) var<storage, read_write> picked: array<u32>; // (row, 2 + 2 · count)
@group(0) @binding(4) var<storage, read_write> accepted: array<u32>; // (1)

@compute @workgroup_size(WORKGROUP)
fn accept(at: Invocation) {
    let row = at.index;
    if row < shape.rows {
        let chosen = candidates[row * shape.count];
        let to = row * (2u + 2u * shape.count);
        picked[to] = chosen.token;
        picked[to + 1u] = bitcast<u32>(chosen.log_probability);
        for (var i = 0u; i < shape.count; i++) {
            picked[to + 2u + 2u * i] = candidates[row * shape.count + i].token;
            picked[to + 3u + 2u * i] = bitcast<u32>(candidates[row * shape.count + i].log_probability);
        }
    }
    if row == 0u {
        var last = 0u;
        while last + 1u < shape.rows && feed[last + 1u].token == candidates[last * shape.count].token {
            last++;
        }
        accepted[0] = last + 1u;
        feed[0] = Feed(candidates[last * shape.count].token, feed[last].step + 1u);
    }
}
