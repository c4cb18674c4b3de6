// A team is the set of invocations that share one reduction. Here: TEAM_LANES adjacent invocations of a
// workgroup, summed through workgroup memory. team.subgroup.wgsl has the same names over subgroups.
override WORKGROUP: u32 = 64u;
override TEAM_LANES: u32 = 16u;

struct Invocation {
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
}

var<workgroup> team_scratch: array<f32, WORKGROUP>;

fn team_lanes(at: Invocation) -> u32 {
    return TEAM_LANES;
}

fn team_lane(at: Invocation) -> u32 {
    return at.index % TEAM_LANES;
}

fn team_index(at: Invocation) -> u32 {
    return at.index / TEAM_LANES;
}

fn team_count(at: Invocation) -> u32 {
    return WORKGROUP / TEAM_LANES;
}

// Sums `value` over the team; the result is valid in every lane. All invocations must call it.
fn team_sum(at: Invocation, value: f32) -> f32 {
    team_scratch[at.index] = value;
    workgroupBarrier();
    let first = at.index - at.index % TEAM_LANES;
    var sum = 0.0;
    for (var i = 0u; i < TEAM_LANES; i++) {
        sum += team_scratch[first + i];
    }
    workgroupBarrier();
    return sum;
}

// The maximum of `value` over the workgroup, in every invocation. All invocations must call it.
fn workgroup_max(at: Invocation, value: f32) -> f32 {
    team_scratch[at.index] = value;
    workgroupBarrier();
    var most = team_scratch[0];
    for (var i = 1u; i < WORKGROUP; i++) {
        most = max(most, team_scratch[i]);
    }
    workgroupBarrier();
    return most;
}

// The sum of `value` over the workgroup, in every invocation. All invocations must call it.
fn workgroup_sum(at: Invocation, value: f32) -> f32 {
    team_scratch[at.index] = value;
    workgroupBarrier();
    var sum = 0.0;
    for (var i = 0u; i < WORKGROUP; i++) {
        sum += team_scratch[i];
    }
    workgroupBarrier();
    return sum;
}
