// A team is a subgroup, of the size that the driver chose. Same names as team.wgsl.
override WORKGROUP: u32 = 64u;

struct Invocation {
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
    @builtin(subgroup_invocation_id) lane: u32,
    @builtin(subgroup_size) lanes: u32,
    @builtin(subgroup_id) team: u32,
    @builtin(num_subgroups) teams: u32,
}

// One partial result per subgroup; sized for subgroups of one lane.
var<workgroup> team_scratch: array<f32, WORKGROUP>;

// A workgroup smaller than a subgroup fills only its first lanes.
fn team_lanes(at: Invocation) -> u32 {
    return min(at.lanes, WORKGROUP);
}

fn team_lane(at: Invocation) -> u32 {
    return at.lane;
}

fn team_index(at: Invocation) -> u32 {
    return at.team;
}

fn team_count(at: Invocation) -> u32 {
    return at.teams;
}

// Sums `value` over the team; the result is valid in every lane.
fn team_sum(at: Invocation, value: f32) -> f32 {
    return subgroupAdd(value);
}

// The maximum of `value` over the workgroup, in every invocation. All invocations must call it.
fn workgroup_max(at: Invocation, value: f32) -> f32 {
    let part = subgroupMax(value);
    if at.lane == 0u {
        team_scratch[at.team] = part;
    }
    workgroupBarrier();
    var most = team_scratch[0];
    for (var i = 1u; i < at.teams; i++) {
        most = max(most, team_scratch[i]);
    }
    workgroupBarrier();
    return most;
}

// The sum of `value` over the workgroup, in every invocation. All invocations must call it.
fn workgroup_sum(at: Invocation, value: f32) -> f32 {
    let part = subgroupAdd(value);
    if at.lane == 0u {
        team_scratch[at.team] = part;
    }
    workgroupBarrier();
    var sum = 0.0;
    for (var i = 0u; i < at.teams; i++) {
        sum += team_scratch[i];
    }
    workgroupBarrier();
    return sum;
}
