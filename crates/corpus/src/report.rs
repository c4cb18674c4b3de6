//! The report of cleaning, as data and as a short table.

use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// Why a sentence or pair was dropped. Each is counted under the first cause that applies, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A side without text.
    Empty,
    /// A side with more characters than allowed.
    TooLong,
    /// A translation equal to its source.
    SameSides,
    /// A side whose letters are in scripts that its language does not use.
    WrongScript,
    /// One side far longer than the other, compared with the median ratio of this corpus.
    LengthRatio,
    /// Equal to an earlier one.
    Duplicate,
    /// A side that is in a held-out set.
    Leaked,
}

impl Cause {
    fn label(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too long",
            Self::SameSides => "source equals target",
            Self::WrongScript => "wrong script",
            Self::LengthRatio => "odd length ratio",
            Self::Duplicate => "duplicate",
            Self::Leaked => "in a test set",
        }
    }
}

/// Sentences dropped for one cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// How many.
    pub count: u64,
    /// The first of them, normalised, each side cut after 30 characters.
    pub example: Vec<String>,
}

/// Sentences found in one held-out set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Leak {
    /// Name of the set.
    pub held_out: String,
    /// How many training sentences are in it.
    pub count: u64,
}

/// The report of [`clean`](crate::clean()).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Sentences or pairs that were read.
    pub read: u64,
    /// Those that were kept.
    pub kept: u64,
    /// Lines and units without a pair, see [`TextSource::skipped`](crate::TextSource::skipped).
    pub skipped: u64,
    /// Dropped sentences by cause.
    pub dropped: BTreeMap<Cause, Dropped>,
    /// Dropped sentences by held-out set.
    pub leaks: Vec<Leak>,
    /// Median ratio of lengths, target to source.
    pub typical_ratio: Option<f32>,
}

impl Report {
    /// How many were dropped for `cause`.
    pub fn dropped(&self, cause: Cause) -> u64 {
        self.dropped.get(&cause).map_or(0, |dropped| dropped.count)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} read, {} kept", grouped(self.read), grouped(self.kept))?;
        if self.skipped > 0 {
            write!(f, "\n  {:<22}{:>11}", "no pair on the line", grouped(self.skipped))?;
        }
        for (cause, Dropped { count, example }) in &self.dropped {
            write!(f, "\n  {:<22}{:>11}", cause.label(), grouped(*count))?;
            if example.iter().any(|side| !side.is_empty()) {
                write!(f, "   {}", example.join(" | "))?;
            }
        }
        for Leak { held_out, count } in &self.leaks {
            match count {
                0 => write!(f, "\n  none in {held_out}")?,
                _ => write!(f, "\n  {} in {held_out}, dropped", grouped(*count))?,
            }
        }
        Ok(())
    }
}

/// `1,234,567`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
