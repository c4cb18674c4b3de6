// Picks each column's next token from its list of candidates and feeds it to every model's next step.
// Greedy when temperature is 0: the first. Else p ∝ e^(log p / temperature) over the first top_k of the list,
// cut after the smallest set that reaches top_p, by one random number from (seed, step).
// Shapes: candidates (columns, count), choices (columns), feed (columns), picked (columns, 2 + 2 · count) words:
// token, its log p (bits), then the list. One invocation per column.
struct Pick {
    columns: u32,
    count: u32, // tokens in the list
}

struct Choice {
    temperature: f32,
    top_p: f32,
    top_k: u32,
    seed: u32,
}

struct Candidate {
    token: u32,
    log_probability: f32,
}

@group(0) @binding(0) var<uniform> shape: Pick;
@group(0) @binding(1) var<storage, read> candidates: array<Candidate>; // (column, count)
@group(0) @binding(2) var<storage, read> choices: array<Choice>; // (column)
@group(0) @binding(3) var<storage, read_write> feed: array<Feed>; // (column)
@group(0) @binding(4) var<storage, read_write> picked: array<u32>; // (column, 2 + 2 · count)

// PCG (O'Neill 2014) as an integer hash.
fn hash(value: u32) -> u32 {
    let state = value * 747796405u + 2891336453u;
    let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return (word >> 22u) ^ word;
}

fn choose(column: u32) -> u32 {
    let choice = choices[column];
    if choice.temperature <= 0.0 {
        return 0u;
    }
    let origin = column * shape.count;
    let most = candidates[origin].log_probability;
    let considered = min(choice.top_k, shape.count);
    var total = 0.0;
    for (var i = 0u; i < considered; i++) {
        total += exp((candidates[origin + i].log_probability - most) / choice.temperature);
    }
    var kept = 0.0;
    var last = 0u;
    for (; last < considered; last++) {
        kept += exp((candidates[origin + last].log_probability - most) / choice.temperature);
        if kept >= choice.top_p * total {
            break;
        }
    }
    // 24 bits make a uniform number in [0, 1) that f32 represents exactly.
    let draw = f32(hash(choice.seed ^ hash(feed[column].step)) >> 8u) / 16777216.0 * kept;
    var sum = 0.0;
    for (var i = 0u; i < min(last, considered - 1u); i++) {
        sum += exp((candidates[origin + i].log_probability - most) / choice.temperature);
        if draw < sum {
            return i;
        }
    }
    return min(last, considered - 1u);
}

@compute @workgroup_size(WORKGROUP)
fn pick(at: Invocation) {
    let column = at.workgroup.x * WORKGROUP + at.index;
    if column >= shape.columns {
        return;
    }
    let chosen = candidates[column * shape.count + choose(column)];
    let to = column * (2u + 2u * shape.count);
    picked[to] = chosen.token;
    picked[to + 1u] = bitcast<u32>(chosen.log_probability);
    for (var i = 0u; i < shape.count; i++) {
        picked[to + 2u + 2u * i] = candidates[column * shape.count + i].token;
        picked[to + 3u + 2u * i] = bitcast<u32>(candidates[column * shape.count + i].log_probability);
    }
    feed[column] = Feed(chosen.token, feed[column].step + 1u);
}
