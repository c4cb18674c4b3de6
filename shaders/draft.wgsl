// Feeds a draft: the likeliest token of the model that drafts becomes the input of the next row, one position later, for all
// models (Leviathan et al. 2023, "Fast inference from transformers via speculative decoding", section 2.1, greedy case).
// Shapes: candidates (1), feed (rows). One invocation.
struct Draft {
    row: u32, // that the model has read; the draft goes into the next one
}

struct Candidate {
    token: u32,
    log_probability: f32,
}

@group(0) @binding(0) var<uniform> shape: Draft;
@group(0) @binding(1) var<storage, read> candidates: array<Candidate>; // (1)
@group(0) @binding(2) var<storage, read_write> feed: array<Feed>; // (row)

@compute @workgroup_size(WORKGROUP)
fn draft(at: Invocation) {
    if at.index == 0u {
        feed[shape.row + 1u] = Feed(candidates[0].token, feed[shape.row].step + 1u);
    }
}
