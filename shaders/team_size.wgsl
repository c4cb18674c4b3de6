// The number of lanes in a team, as the driver forms them: subgroups may be smaller than the largest that it reports.
// Shape: size (1). One workgroup, whose first invocation writes. Only the number of rows that matvec gives a workgroup
// depends on it, never a result.
@group(0) @binding(0) var<storage, read_write> size: array<u32>; // (1)

@compute @workgroup_size(WORKGROUP)
fn team_size(at: Invocation) {
    if at.index == 0u {
        size[0] = team_lanes(at);
    }
}
