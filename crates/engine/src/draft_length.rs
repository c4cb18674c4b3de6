//! How many tokens to draft in a round of speculative decoding, by the speed that each number turns out to have here.

/// How drafts are made while one sequence is decoded greedily.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drafts {
    /// The number that is fastest on this device with these models, which may be none.
    Fastest,
    /// This many in each round, at most 7; 0 for none.
    Fixed(u32),
}

/// What speculative decoding did so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DraftCounts {
    /// Rounds: passes that verified drafts.
    pub rounds: u64,
    /// Tokens drafted.
    pub drafted: u64,
    /// Drafts that were what the sum chose.
    pub accepted: u64,
}

/// Numbers of drafts to choose from: with one column more, the verifying pass has those that `matvec` is compiled for.
const LENGTHS: [u32; 5] = [0, 1, 3, 5, 7];
/// Measurements of a number before it is compared; the first one, which compiles pipelines, does not count.
const TRIAL: u32 = 5;
/// Rounds after which a neighbour of the fastest number is measured again.
const AGAIN: u32 = 64;
/// Share of a new measurement in the mean.
const NEW: f64 = 0.1;

/// Tokens per second of each number of drafts; tries the neighbours of the fastest.
#[derive(Debug, Default)]
pub(crate) struct DraftLength {
    speeds: [Speed; LENGTHS.len()],
    rounds: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Speed {
    measured: u32,
    tokens: f64,
    seconds: f64,
}

impl Speed {
    fn tokens_per_s(self) -> f64 {
        if self.seconds > 0.0 { self.tokens / self.seconds } else { 0.0 }
    }
}

impl DraftLength {
    /// The number of drafts for the next round.
    pub fn next(&mut self) -> u32 {
        self.rounds += 1;
        let fastest = (0..LENGTHS.len())
            .filter(|&index| self.speeds[index].measured >= TRIAL)
            .max_by(|&a, &b| self.speeds[a].tokens_per_s().total_cmp(&self.speeds[b].tokens_per_s()))
            .unwrap_or(0);
        let neighbours = [fastest + 1, fastest.wrapping_sub(1)];
        if self.rounds.is_multiple_of(AGAIN)
            && let Some(speed) = self.speeds.get_mut(neighbours[(self.rounds / AGAIN) as usize % 2])
        {
            *speed = Speed::default();
        }
        let untried =
            neighbours.into_iter().find(|&index| self.speeds.get(index).is_some_and(|s| s.measured < TRIAL));
        match self.speeds[fastest].measured < TRIAL {
            true => LENGTHS[fastest],
            false => LENGTHS[untried.unwrap_or(fastest)],
        }
    }

    /// Takes the time that a round of this many drafts took, and the tokens that it gave.
    pub fn measured(&mut self, drafts: u32, tokens: usize, seconds: f64) {
        let Some(index) = LENGTHS.iter().position(|&length| length == drafts) else { return };
        let speed = &mut self.speeds[index];
        // The sums fade, so that both text and load may change; the first measurements count in full.
        let kept = if speed.measured < TRIAL { 1.0 } else { 1.0 - NEW };
        if speed.measured > 0 {
            speed.tokens = kept * speed.tokens + tokens as f64;
            speed.seconds = kept * speed.seconds + seconds;
        }
        speed.measured = speed.measured.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Decodes `tokens` where a round of n drafts takes `seconds(n)` and each draft is right with probability 0.8.
    fn rounds(seconds: impl Fn(u32) -> f64, tokens: usize) -> [usize; 8] {
        let mut lengths = DraftLength::default();
        let mut used = [0; 8];
        let (mut decoded, mut debt) = (0, 0.0);
        while decoded < tokens {
            let drafts = lengths.next();
            debt += (0..=drafts).map(|right| 0.8f64.powi(right as i32)).sum::<f64>();
            let whole = debt.floor() as usize;
            debt -= whole as f64;
            lengths.measured(drafts, whole, seconds(drafts));
            used[drafts as usize] += 1;
            decoded += whole;
        }
        used
    }

    #[test]
    fn where_columns_cost_nothing_the_longest_drafts_are_found() {
        let used = rounds(|drafts| 1.0 + 0.05 * f64::from(drafts), 2000);
        assert!(used[7] > 9 * used.iter().take(7).sum::<usize>(), "{used:?}");
    }

    #[test]
    fn where_each_column_costs_a_whole_pass_nothing_is_drafted() {
        let used = rounds(|drafts| 1.0 + f64::from(drafts), 2000);
        assert!(used[0] > 9 * used.iter().skip(1).sum::<usize>(), "{used:?}");
    }

    #[test]
    fn in_between_three_drafts_are_best() {
        // Tokens a round / seconds: 0: 1, 1: 1.48, 3: 1.66, 5: 1.48, 7: 1.23.
        let used = rounds(|drafts| 1.0 + 0.2 * f64::from(drafts) + 0.02 * f64::from(drafts * drafts), 4000);
        assert!(used[3] > 4 * (used[0] + used[1] + used[5] + used[7]), "{used:?}");
    }

    #[test]
    fn no_column_of_a_verifying_pass_is_wasted() {
        for drafts in LENGTHS {
            assert_eq!(kernels::matvec::compiled_columns(drafts + 1), Some(drafts + 1));
        }
    }

    #[test]
    fn a_change_of_speed_is_noticed() {
        let mut lengths = DraftLength::default();
        let mut run = |seconds: fn(u32) -> f64, count: usize| {
            let mut last = Vec::new();
            for _ in 0..count {
                let drafts = lengths.next();
                lengths.measured(drafts, 1 + drafts as usize / 2, seconds(drafts));
                last.push(drafts);
            }
            last
        };
        run(|_| 1.0, 300);
        let after = run(|drafts| 1.0 + f64::from(drafts), 1200);
        assert!(after.iter().rev().take(200).filter(|&&drafts| drafts == 0).count() > 150, "{after:?}");
    }
}
