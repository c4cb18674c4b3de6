//! `shaders/team_size.wgsl`: how many lanes share a reduction.

use std::ops::RangeInclusive;

use crate::buffer::{Buffer, BufferUse};
use crate::commands::{Dispatch, GridDim};
use crate::device::Device;
use crate::error::Result;
use crate::program::{PLAIN_TEAM_LANES, Program, WORKGROUP, program};
use crate::reference_check::CheckResult;

pub(crate) static PROGRAM: Program = program!("team_size", weights: false);

// Rows that a team of matvec computes at a time; ROWS in the shader.
const TEAM_ROWS: u32 = 4;

/// Writes the lanes of a team to `size`.
pub fn dispatch(device: &Device, size: &Buffer) -> Result<Dispatch> {
    device.dispatch(&PROGRAM, None, &[], &[(0, size.all())], [GridDim::Fixed(1); 3])
}

/// CPU reference: what the adapter allows.
pub fn team_size(device: &Device) -> RangeInclusive<u32> {
    if !device.subgroup() {
        return PLAIN_TEAM_LANES..=PLAIN_TEAM_LANES;
    }
    let (least, most) = device.info().subgroup_sizes;
    least.clamp(1, WORKGROUP)..=most.clamp(1, WORKGROUP)
}

/// Runs the kernel.
pub(crate) fn measure(device: &Device) -> Result<u32> {
    let size = device.buffer("team size", 4, BufferUse::Storage)?;
    let mut commands = device.commands();
    commands.pass([&dispatch(device, &size)?], 1, 1);
    commands.submit()?;
    Ok(device.read(&size, 0, 4)?.first().map_or(0, |lanes| u32::from(*lanes)))
}

/// Whether the size is one that the adapter allows; the error is 1 if not.
pub fn check(device: &Device) -> Result<CheckResult> {
    let allowed = team_size(device).contains(&measure(device)?);
    Ok(CheckResult { kernel: PROGRAM.name, error: f64::from(u8::from(!allowed)), allowed: 0.0 })
}

impl Device {
    /// Blocks of rows that a workgroup of matvec computes: as many as it had teams in `team_size`, which ran once.
    pub(crate) fn teams(&self) -> Result<u32> {
        let lanes = match self.team_lanes().get() {
            Some(lanes) => *lanes,
            None => {
                let lanes = measure(self)?;
                *self.team_lanes().get_or_init(|| lanes)
            }
        };
        Ok((WORKGROUP / lanes.clamp(1, WORKGROUP)).max(1))
    }

    /// Whether every workgroup has that many teams: the driver has no choice.
    pub(crate) fn teams_are_fixed(&self) -> bool {
        let sizes = self.info().subgroup_sizes;
        !self.subgroup() || sizes.0 == sizes.1
    }

    /// Vectors of a step's weights that matvec unpacks at once. A GPU's registers hold one for each of a team's rows; a
    /// processor keeps all eight in its cache and so sums a column's whole step before the next column's.
    pub(crate) fn matvec_fours(&self) -> u32 {
        if self.info().is_software() { 8 } else { 1 }
    }

    /// Rows that a workgroup of matvec computes.
    pub(crate) fn matvec_rows(&self) -> Result<u32> {
        Ok(self.teams()? * TEAM_ROWS)
    }
}
